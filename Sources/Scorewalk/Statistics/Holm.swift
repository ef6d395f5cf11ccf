/// Holm's correction for many tests at once.
package enum Holm {
  /// The adjusted p values, in the order of the given ones: each is below α exactly where Holm's step-down procedure rejects,
  /// so that the probability of any false rejection is at most α, however the tests depend on each other.
  ///
  /// Source: Holm 1979, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 65 to 70.
  ///
  /// - Parameter probabilities: in [0, 1].
  /// - Complexity: O(n log n).
  package static func adjusted(_ probabilities: [Double]) -> [Double] {
    let order = probabilities.indices.sorted {
      (probabilities[$0], $0) < (probabilities[$1], $1)
    }
    var adjusted = probabilities
    var largest = 0.0
    for (rank, index) in order.enumerated() {
      let factor = Double(probabilities.count - rank)
      largest = max(largest, min(1, factor * probabilities[index]))
      adjusted[index] = largest
    }
    return adjusted
  }
}
