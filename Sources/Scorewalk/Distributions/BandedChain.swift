/// A Markov chain on grid points whose transitions reach only so far: its matrix is banded.
///
/// Entry (i, j) with -left ≤ j - i ≤ right is at `i * width + (j - i + left)`.
struct BandedChain: Sendable {
  let count: Int
  let left: Int
  let right: Int
  let probabilities: [Double]

  var width: Int { left + right + 1 }

  /// π with π P = π, by the elimination of Grassmann, Taksar and Heyman: it never subtracts, so
  /// every entry is right to a few rounding errors, however rarely the chain crosses.
  ///
  /// Source: Grassmann, Taksar and Heyman, "Regenerative analysis and steady state distributions
  /// for Markov chains" (1985), doi:10.1287/opre.33.5.1107.
  ///
  /// - Complexity: O(count · left · right).
  func stationary() -> [Double] {
    var matrix = probabilities
    let width = width
    for state in stride(from: count - 1, to: 0, by: -1) {
      let first = max(0, state - left)
      var exit = 0.0
      for column in first..<state { exit += matrix[state * width + column - state + left] }
      for row in max(0, state - right)..<state {
        let entry = matrix[row * width + state - row + left] / exit
        matrix[row * width + state - row + left] = entry
        guard entry != 0 else { continue }
        let source = state * width - state + left
        let target = row * width - row + left
        for column in first..<state {
          matrix[target + column] += entry * matrix[source + column]
        }
      }
    }
    var law = [Double](repeating: 0, count: count)
    law[0] = 1
    var total = 1.0
    for state in 1..<count {
      var sum = 0.0
      for row in max(0, state - right)..<state {
        sum += law[row] * matrix[row * width + state - row + left]
      }
      law[state] = sum
      total += sum
    }
    return law.map { $0 / total }
  }

  /// P v: the expectation of v after one step, from each point.
  func expected(_ values: [Double]) -> [Double] {
    let width = width
    return (0..<count).map { row in
      var sum = 0.0
      for column in max(0, row - left)...min(count - 1, row + right) {
        sum += probabilities[row * width + column - row + left] * values[column]
      }
      return sum
    }
  }

  /// μ P: the law after one step from the law μ.
  func advanced(_ law: [Double]) -> [Double] {
    let width = width
    var next = [Double](repeating: 0, count: count)
    for row in 0..<count where law[row] != 0 {
      for column in max(0, row - left)...min(count - 1, row + right) {
        next[column] += law[row] * probabilities[row * width + column - row + left]
      }
    }
    return next
  }

  /// The second eigenvalue: the largest in modulus after 1.
  ///
  /// Deflated power iteration; where that is too slow (the runner-up is as slow), deflated inverse
  /// iteration at a shift just above 1, which finds the one nearest to 1.
  func secondEigenvalue(stationary law: [Double], start: [Double]) -> Double {
    func deflate(_ vector: inout [Double]) {
      var mean = 0.0
      for index in law.indices { mean += law[index] * vector[index] }
      var norm = 0.0
      for index in law.indices {
        vector[index] -= mean
        norm += law[index] * vector[index] * vector[index]
      }
      let scale = 1 / norm.squareRoot()
      for index in law.indices { vector[index] *= scale }
    }
    func product(_ first: [Double], _ second: [Double]) -> Double {
      var sum = 0.0
      for index in law.indices { sum += law[index] * first[index] * second[index] }
      return sum
    }
    var vector = start
    deflate(&vector)
    let iterations = max(200, min(4000, 20_000_000 / (count * width)))
    for _ in 0..<iterations {
      var next = expected(vector)
      let value = product(vector, next)
      var residual = 0.0
      for index in law.indices {
        let difference = next[index] - value * vector[index]
        residual += law[index] * difference * difference
      }
      if residual < 1e-24 * max(value * value, 1e-12) { return value }
      deflate(&next)
      vector = next
    }
    let shift = 1 + 1e-7
    let solver = BandedSolver(self, shift: shift)
    vector = start
    deflate(&vector)
    var previous = Double.infinity
    for _ in 0..<500 {
      var next = solver.solve(vector)
      let value = shift - 1 / product(vector, next)
      if abs(value - previous) < 1e-15 { return min(1, value) }
      previous = value
      deflate(&next)
      vector = next
    }
    return min(1, previous)
  }
}

/// Solves (shift · I - P) x = b for shift > 1: diagonally dominant, so without pivoting.
struct BandedSolver {
  private let chain: BandedChain
  private var factors: [Double]

  init(_ chain: BandedChain, shift: Double) {
    self.chain = chain
    let width = chain.width
    let left = chain.left
    var matrix = chain.probabilities.map { -$0 }
    for row in 0..<chain.count { matrix[row * width + left] += shift }
    for pivot in 0..<chain.count {
      let last = min(chain.count - 1, pivot + chain.right)
      let source = pivot * width - pivot + left
      for row in (pivot + 1)..<max(pivot + 1, min(chain.count, pivot + left + 1)) {
        let target = row * width - row + left
        let multiplier = matrix[target + pivot] / matrix[source + pivot]
        matrix[target + pivot] = multiplier
        guard multiplier != 0 else { continue }
        for column in (pivot + 1)..<max(pivot + 1, last + 1) {
          matrix[target + column] -= multiplier * matrix[source + column]
        }
      }
    }
    factors = matrix
  }

  func solve(_ right: [Double]) -> [Double] {
    let width = chain.width
    let left = chain.left
    var x = right
    for row in 0..<chain.count {
      var sum = x[row]
      for column in max(0, row - left)..<row {
        sum -= factors[row * width + column - row + left] * x[column]
      }
      x[row] = sum
    }
    for row in (0..<chain.count).reversed() {
      var sum = x[row]
      for column in (row + 1)..<max(row + 1, min(chain.count, row + chain.right + 1)) {
        sum -= factors[row * width + column - row + left] * x[column]
      }
      x[row] = sum / factors[row * width + left]
    }
    return x
  }
}
