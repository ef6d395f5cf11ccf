import Scorewalk

/// The values of a random axis: the same on every machine and for every seed of the seeds axis; of a Sobol sequence
/// they depend on how many of its axes come before.
///
/// Every axis has a stream of its own, keyed by the spec's base seed and the axis's name. Values have 6 significant
/// digits, so that a spec can name them.
struct SweepDraws {
  /// What is spread evenly.
  enum Scale: String, CaseIterable {
    case linear
    case log
  }

  enum Kind {
    case independent
    /// One value in each of as many equal parts as there are values, in random order (McKay, Beckman and Conover 1979,
    /// doi:10.2307/1268522).
    case latinHypercube
    /// See ``SobolSequence``; the digits of a coordinate are shifted by random ones, which keeps the sequence a net.
    case sobol(coordinate: Int)
  }

  let bounds: ClosedRange<Double>
  let scale: Scale
  let isWhole: Bool
  let kind: Kind
  let count: Int

  func values(axis: String, seed: UInt64) -> [Double] {
    fractions(RandomStream(seed: seed, name: "sweep." + axis)).map(value)
  }

  /// Numbers in [0, 1).
  private func fractions(_ stream: RandomStream) -> [Double] {
    func uniform(_ index: Int) -> Double {
      stream.uniform(.sweep, step: 0, row: index, column: 0)
    }
    switch kind {
    case .independent: return (0..<count).map(uniform)
    case .latinHypercube:
      var parts = Array(0..<count)
      for index in stride(from: count - 1, to: 0, by: -1) {
        parts.swapAt(
          index, stream.index(below: index + 1, .sweep, step: 1, row: index, column: 0))
      }
      return parts.enumerated().map { (Double($0.element) + uniform($0.offset)) / Double(count) }
    case .sobol(let coordinate):
      let sequence = SobolSequence(dimension: coordinate + 1)
      let shift = stream.block(.sweep, step: 2, row: 0, column: 0)[0]
      return (0..<count).map { index in
        let digits = sequence.digits(of: UInt32(index), coordinate: coordinate) ^ shift
        return (Double(digits) + 0.5) / 4_294_967_296
      }
    }
  }

  private func value(_ fraction: Double) -> Double {
    let (lower, upper) =
      isWhole
      ? (bounds.lowerBound.rounded(.up), bounds.upperBound.rounded(.down))
      : (bounds.lowerBound, bounds.upperBound)
    var value: Double
    switch scale {
    case .linear:
      value =
        isWhole
        ? (lower + (upper - lower + 1) * fraction).rounded(.down)
        : lower * (1 - fraction) + upper * fraction
    case .log:
      let low = Double.log(lower)
      value = Double.exp(low + (Double.log(upper) - low) * fraction)
    }
    value = isWhole ? value.rounded() : Self.rounded(value)
    return min(max(value, lower), upper)
  }

  /// A number with 6 significant digits.
  static func rounded(_ value: Double) -> Double {
    guard value != 0, value.isFinite else { return value }
    var digits = value.magnitude
    var exponent = 0
    while digits >= 1e6 {
      digits /= 10
      exponent += 1
    }
    while digits < 1e5 {
      digits *= 10
      exponent -= 1
    }
    let text = "\(value < 0 ? "-" : "")\(Int(digits.rounded()))e\(exponent)"
    return Double(text) ?? value
  }
}
