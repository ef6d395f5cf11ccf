/// A density on an equispaced grid, normalised there: what an energy on the line stands for.
///
/// q(x) = exp(-E(x)) / Z with Z from the trapezoid rule over the grid, and q = 0 outside. A Riemann
/// sum, which the first notebook uses, differs by half of the two end points, that is by nothing
/// where ``boundaryMass`` is small.
public struct DensityOnGrid: Sendable, Hashable {
  /// The first grid point.
  public let from: Double
  /// The last grid point.
  public let to: Double
  /// log q, `[points]`; -∞ where q is 0.
  public let logDensities: [Double]
  /// log Z, in nats: of exp(-E) or exp(log density) as given, before it was normalised.
  public let logNormalizer: Double

  /// Normalises values of a log density that is known up to a constant.
  ///
  /// Values of +∞ or NaN give NaN everywhere; -∞ is a density of 0.
  ///
  /// - Parameters:
  ///   - values: `[points]`, at least two, at equispaced places from `from` to `to`.
  ///   - from: the first place.
  ///   - to: the last place, above the first.
  public init(unnormalizedLogDensities values: [Double], from: Double, to: Double) {
    precondition(values.count > 1 && from < to, "\(values.count) points from \(from) to \(to)")
    self.from = from
    self.to = to
    var largest = -Double.infinity
    for value in values { largest = value.isNaN ? .nan : max(largest, value) }
    if values.contains(where: \.isNaN) { largest = .nan }
    let spacing = (to - from) / Double(values.count - 1)
    let sum = Self.trapezoid(values.map { Double.exp($0 - largest) })
    let normalizer = largest + Double.log(sum * spacing)
    logNormalizer = normalizer
    logDensities = values.map { $0 - normalizer }
  }

  /// Normalises exp(-E).
  ///
  /// - Parameter energies: E, `[points]`, up to an additive constant.
  public init(energies: [Double], from: Double, to: Double) {
    self.init(unnormalizedLogDensities: energies.map { -$0 }, from: from, to: to)
  }

  /// The equispaced places of a grid, `[points]`.
  public static func places(from: Double, to: Double, points: Int) -> [Double] {
    precondition(points > 1 && from < to, "\(points) points from \(from) to \(to)")
    return (0..<points).map {
      $0 == points - 1 ? to : from + (to - from) * (Double($0) / Double(points - 1))
    }
  }

  /// The grid, `[points]`.
  public var positions: [Double] {
    Self.places(from: from, to: to, points: logDensities.count)
  }

  /// q on the grid, `[points]`.
  public var densities: [Double] { logDensities.map { Double.exp($0) } }

  /// The distance between grid points.
  public var spacing: Double { (to - from) / Double(logDensities.count - 1) }

  /// The probability in the outermost hundredths of the grid at its two ends together (at least one
  /// cell each): where it is not small, the grid cuts the density off.
  public var boundaryMass: Double {
    let densities = densities
    let cells = max(1, (densities.count - 1) / 100)
    return spacing
      * (Self.trapezoid(Array(densities.prefix(cells + 1)))
        + Self.trapezoid(Array(densities.suffix(cells + 1))))
  }

  /// The probabilities between cuts, `[cuts + 1]`; within a cell q is taken as linear.
  ///
  /// - Parameter cuts: ascending; those outside the grid give masses of 0.
  public func masses(cutAt cuts: [Double]) -> [Double] {
    let densities = densities
    var cumulative = [0.0]
    for index in 1..<densities.count {
      cumulative.append(
        cumulative[index - 1] + 0.5 * spacing * (densities[index - 1] + densities[index]))
    }
    let total = cumulative[cumulative.count - 1]
    func below(_ x: Double) -> Double {
      guard x > from else { return 0 }
      guard x < to else { return total }
      let place = (x - from) / spacing
      let cell = min(Int(place), densities.count - 2)
      let part = place - Double(cell)
      let slope = densities[cell + 1] - densities[cell]
      return cumulative[cell] + spacing * part * (densities[cell] + 0.5 * part * slope)
    }
    var masses: [Double] = []
    var last = 0.0
    for cut in cuts {
      let value = below(cut)
      masses.append(value - last)
      last = value
    }
    masses.append(total - last)
    return masses
  }

  /// Σ with half weight at both ends.
  static func trapezoid(_ values: [Double]) -> Double {
    var sum = CompensatedSum()
    for value in values { sum.add(value) }
    return sum.value - 0.5 * (values[0] + values[values.count - 1])
  }
}
