/// The covariance matrix of one Gaussian component.
///
/// All entries are variances or covariances, in squared units of the positions.
public enum Covariance: Sendable, Hashable {
  /// v I: one variance, v > 0, for every direction.
  case isotropic(Double)
  /// diag(v): one variance per coordinate, `[dimension]`, each > 0.
  case diagonal([Double])
  /// Any symmetric positive definite matrix, `[dimension, dimension]` by rows.
  case full([[Double]])

  /// C + variance · I.
  package func adding(variance: Double) -> Covariance {
    switch self {
    case .isotropic(let value): return .isotropic(value + variance)
    case .diagonal(let values): return .diagonal(values.map { $0 + variance })
    case .full(var rows):
      for index in rows.indices { rows[index][index] += variance }
      return .full(rows)
    }
  }

  /// Entry (row, column) of the matrix.
  package subscript(row: Int, column: Int) -> Double {
    switch self {
    case .isotropic(let value): row == column ? value : 0
    case .diagonal(let values): row == column ? values[row] : 0
    case .full(let rows): rows[row][column]
    }
  }

  /// The first mistake in the matrix, if it has one.
  package func mistake(dimension: Int) -> (code: DistributionError.Code, message: String)? {
    switch self {
    case .isotropic(let value): return Self.mistake(variance: value, at: nil)
    case .diagonal(let values):
      if values.count != dimension {
        return (
          .dimensionMismatch, "\(values.count) variances for a mean of dimension \(dimension)"
        )
      }
      for (index, value) in values.enumerated() {
        if let mistake = Self.mistake(variance: value, at: index) { return mistake }
      }
      return nil
    case .full(let rows):
      if rows.count != dimension || rows.contains(where: { $0.count != dimension }) {
        return (
          .dimensionMismatch, "the covariance is not a \(dimension) by \(dimension) matrix"
        )
      }
      for row in 0..<dimension {
        for column in 0..<dimension where !rows[row][column].isFinite {
          return (.notFinite, "covariance entry [\(row), \(column)] is \(rows[row][column])")
        }
      }
      for row in 0..<dimension {
        for column in 0..<row where rows[row][column] != rows[column][row] {
          return (
            .notSymmetric,
            "covariance entries [\(row), \(column)] = \(rows[row][column]) and "
              + "[\(column), \(row)] = \(rows[column][row]) differ"
          )
        }
      }
      if case .failure(let pivot) = Cholesky.factor(rows) {
        return (
          .notPositiveDefinite,
          "the covariance is not positive definite: pivot \(pivot.index) is \(pivot.value)"
        )
      }
      return nil
    }
  }

  private static func mistake(
    variance: Double, at index: Int?
  ) -> (code: DistributionError.Code, message: String)? {
    let name = index.map { "variance \($0)" } ?? "the variance"
    if !variance.isFinite { return (.notFinite, "\(name) is \(variance)") }
    if variance <= 0 { return (.notPositiveDefinite, "\(name) is \(variance), not above zero") }
    return nil
  }
}

/// Cholesky's factorisation A = L Lᵀ of a symmetric positive definite matrix.
///
/// Source: Golub and Van Loan, Matrix Computations, 4th edition, section 4.2.
package enum Cholesky {
  /// The pivot that was not above zero (or not above rounding error).
  package struct BadPivot: Error {
    /// Row of the pivot.
    package let index: Int
    /// Its value.
    package let value: Double
  }

  /// L, `[dimension, dimension]` by rows with zeros above the diagonal, or the pivot that failed.
  ///
  /// A pivot at or below 1e-14 of its diagonal entry counts as a failure: the matrix is singular
  /// to working precision.
  package static func factor(_ matrix: [[Double]]) -> Result<[Double], BadPivot> {
    let dimension = matrix.count
    var lower = [Double](repeating: 0, count: dimension * dimension)
    for column in 0..<dimension {
      var pivot = matrix[column][column]
      for inner in 0..<column {
        pivot -= lower[column * dimension + inner] * lower[column * dimension + inner]
      }
      guard pivot > 1e-14 * matrix[column][column], pivot > 0 else {
        return .failure(BadPivot(index: column, value: pivot))
      }
      let diagonal = pivot.squareRoot()
      lower[column * dimension + column] = diagonal
      for row in (column + 1)..<max(dimension, column + 1) {
        var sum = matrix[row][column]
        for inner in 0..<column {
          sum -= lower[row * dimension + inner] * lower[column * dimension + inner]
        }
        lower[row * dimension + column] = sum / diagonal
      }
    }
    return .success(lower)
  }

  /// (L Lᵀ)⁻¹, `[dimension, dimension]` by rows, exactly symmetric.
  package static func inverse(lower: [Double], dimension: Int) -> [Double] {
    var inverse = [Double](repeating: 0, count: dimension * dimension)
    var solution = [Double](repeating: 0, count: dimension)
    for column in 0..<dimension {
      for row in 0..<dimension {
        var sum = row == column ? 1.0 : 0.0
        for inner in 0..<row { sum -= lower[row * dimension + inner] * solution[inner] }
        solution[row] = sum / lower[row * dimension + row]
      }
      for row in (0..<dimension).reversed() {
        var sum = solution[row]
        for inner in (row + 1)..<max(dimension, row + 1) {
          sum -= lower[inner * dimension + row] * solution[inner]
        }
        solution[row] = sum / lower[row * dimension + row]
      }
      for row in column..<dimension {
        inverse[row * dimension + column] = solution[row]
        inverse[column * dimension + row] = solution[row]
      }
    }
    return inverse
  }
}
