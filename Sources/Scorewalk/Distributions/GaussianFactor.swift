/// One component of a mixture with everything that its density, score and samples need.
package struct GaussianFactor: Sendable {
  /// How the covariance C is held.
  package enum Shape: Sendable {
    /// C = variance · I.
    case isotropic(variance: Double, deviation: Double)
    /// C = diag(variances).
    case diagonal(variances: [Double], deviations: [Double])
    /// C = L Lᵀ and C⁻¹, both `[dimension, dimension]` by rows.
    case full(lower: [Double], precision: [Double])
  }

  /// m, `[dimension]`.
  package let mean: [Double]
  /// C.
  package let shape: Shape
  /// log w; -∞ for a weight of zero.
  package let logWeight: Double
  /// -(d/2) log 2π - ½ log det C.
  package let logNormalizer: Double

  /// Prepares a component whose covariance has been found valid.
  init(weight: Double, mean: [Double], covariance: Covariance) {
    self.mean = mean
    logWeight = weight > 0 ? Double.log(weight) : -.infinity
    var normalizer = -Double(mean.count) * LineMixture.halfLogTwoPi
    switch covariance {
    case .isotropic(let variance):
      shape = .isotropic(variance: variance, deviation: variance.squareRoot())
      normalizer -= 0.5 * Double(mean.count) * Double.log(variance)
    case .diagonal(let variances):
      shape = .diagonal(variances: variances, deviations: variances.map { $0.squareRoot() })
      for variance in variances { normalizer -= 0.5 * Double.log(variance) }
    case .full(let rows):
      let count = mean.count
      guard case .success(let lower) = Cholesky.factor(rows) else {
        preconditionFailure("the covariance \(rows) is not positive definite")
      }
      shape = .full(
        lower: lower, precision: Cholesky.inverse(lower: lower, dimension: count))
      for index in 0..<count { normalizer -= Double.log(lower[index * count + index]) }
    }
    logNormalizer = normalizer
  }

  /// log w + log N(x; m, C).
  package func logTerm(_ x: [Double]) -> Double {
    var square = 0.0
    switch shape {
    case .isotropic(_, let deviation):
      for index in mean.indices {
        let u = (x[index] - mean[index]) / deviation
        square += u * u
      }
    case .diagonal(_, let deviations):
      for index in mean.indices {
        let u = (x[index] - mean[index]) / deviations[index]
        square += u * u
      }
    case .full(let lower, _):
      let count = mean.count
      var solution = [Double](repeating: 0, count: count)
      for row in 0..<count {
        var sum = x[row] - mean[row]
        for column in 0..<row { sum -= lower[row * count + column] * solution[column] }
        solution[row] = sum / lower[row * count + row]
        square += solution[row] * solution[row]
      }
    }
    return logWeight + logNormalizer - 0.5 * square
  }

  /// C⁻¹ (m - x), `[dimension]`.
  package func gradient(_ x: [Double]) -> [Double] {
    switch shape {
    case .isotropic(let variance, _):
      return mean.indices.map { (mean[$0] - x[$0]) / variance }
    case .diagonal(let variances, _):
      return mean.indices.map { (mean[$0] - x[$0]) / variances[$0] }
    case .full(_, let precision):
      let count = mean.count
      return mean.indices.map { row in
        var sum = 0.0
        for column in 0..<count {
          sum += precision[row * count + column] * (mean[column] - x[column])
        }
        return sum
      }
    }
  }

  /// Entry (row, column) of C⁻¹.
  package func precision(_ row: Int, _ column: Int) -> Double {
    switch shape {
    case .isotropic(let variance, _): row == column ? 1 / variance : 0
    case .diagonal(let variances, _): row == column ? 1 / variances[row] : 0
    case .full(_, let precision): precision[row * mean.count + column]
    }
  }

  /// m + L z: a standard normal vector turned into a draw from the component; in place.
  package func transform(_ z: UnsafeMutableBufferPointer<Double>) {
    switch shape {
    case .isotropic(_, let deviation):
      for index in mean.indices { z[index] = mean[index] + deviation * z[index] }
    case .diagonal(_, let deviations):
      for index in mean.indices { z[index] = mean[index] + deviations[index] * z[index] }
    case .full(let lower, _):
      let count = mean.count
      for row in (0..<count).reversed() {
        var sum = 0.0
        for column in 0...row { sum += lower[row * count + column] * z[column] }
        z[row] = mean[row] + sum
      }
    }
  }
}
