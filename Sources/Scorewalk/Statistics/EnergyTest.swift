/// A test of whether two samples are of one law, in any dimension: the energy distance beside those of random relabellings.
///
/// Exact for independent points, whatever their law: p = (1 + number of relabellings at least as far) / (1 + number of them).
/// It is for independent points: chains are thinned first.
///
/// Source: Székely and Rizzo 2013 (doi:10.1016/j.jspi.2013.03.018), section 6.
package struct EnergyTest: Sendable, Equatable {
  /// D, as ``SampleSet/energyDistance(to:)`` gives it.
  package let distance: Double
  /// p, at least 1 / (1 + relabellings).
  package let probability: Double
  package let relabellings: Int

  /// - Parameters:
  ///   - first, second: of one dimension, finite.
  ///   - stream: of the relabellings: the same numbers give the same p.
  /// - Complexity: O((n + m)² · (dimension + relabellings)), with (n + m)² numbers in memory.
  package init(
    _ first: SampleSet, _ second: SampleSet, relabellings: Int = 999, stream: RandomStream
  ) {
    precondition(
      first.dimension == second.dimension,
      "samples of dimensions \(first.dimension) and \(second.dimension)")
    self.relabellings = relabellings
    let count = first.count + second.count
    let values = first.values + second.values
    // In units of the largest value, so that no square overflows or vanishes. Powers of two change no digit.
    let largest = values.reduce(0) { max($0, abs($1)) }
    let unit =
      largest > 0 ? Double(sign: .plus, exponent: largest.exponent, significand: 1) : 1
    let all = SampleSet(rows: values.map { $0 / unit }, dimension: first.dimension)
    var distances = [Double](repeating: 0, count: count * count)
    var row = 1
    all.forEachRowOfSquares { squares in
      for (column, square) in squares.enumerated() {
        let distance = square.squareRoot()
        distances[row * count + column] = distance
        distances[column * count + row] = distance
      }
      row += 1
    }
    let sums = (0..<count).map { row in
      distances[row * count..<(row + 1) * count].reduce(0, +)
    }
    let total = sums.reduce(0, +)
    let (n, m) = (Double(first.count), Double(second.count))
    /// D² where these are the first sample. All sums follow from that within it.
    func square(_ chosen: [Int]) -> Double {
      var within = 0.0
      distances.withUnsafeBufferPointer { distances in
        for (place, row) in chosen.enumerated() {
          var sum = 0.0
          for column in chosen[..<place] { sum += distances[row * count + column] }
          within += sum
        }
      }
      within *= 2
      let across = chosen.reduce(0) { $0 + sums[$1] } - within
      let other = total - within - 2 * across
      return 2 * across / (n * m) - within / (n * n) - other / (m * m)
    }
    let observed = square(Array(0..<first.count))
    var atLeast = 0
    for number in 0..<relabellings {
      var places = Array(0..<count)
      // The first places of a random order.
      for index in 0..<first.count {
        let other =
          index
          + stream.index(
            below: count - index, .evaluation, step: UInt64(number), row: index, column: 0)
        places.swapAt(index, other)
      }
      // Relabellings that are the same but for rounding count as far as this.
      if square(places[..<first.count].sorted()) >= observed - 1e-12 * abs(observed) {
        atLeast += 1
      }
    }
    distance = max(0, observed).squareRoot() * unit.squareRoot()
    probability = Double(1 + atLeast) / Double(1 + relabellings)
  }
}
