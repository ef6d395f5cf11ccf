extension GaussianMixture.Component {
  /// The Wasserstein-2 distance between two Gaussians, in closed form; weights play no part.
  ///
  /// W₂² = |m - m'|² + tr(C + C' - 2 (C^½ C' C^½)^½). The last trace is the sum of the roots of the eigenvalues of
  /// Lᵀ C' L, C = L Lᵀ, which C^½ C' C^½ shares.
  ///
  /// Source: Dowson and Landau, "The Fréchet distance between multivariate normal distributions" (1982),
  /// doi:10.1016/0047-259X(82)90077-X.
  ///
  /// - Throws: ``DistributionError`` where a covariance is none, or dimensions differ.
  /// - Complexity: O(dimension³), a few times.
  public func wasserstein2(to other: Self) throws(DistributionError) -> Double {
    // The checks are those of a mixture.
    _ = try GaussianMixture(components: [
      .init(mean: mean, covariance: covariance),
      .init(mean: other.mean, covariance: other.covariance),
    ])
    let dimension = mean.count
    var sum = 0.0
    for (one, two) in zip(mean, other.mean) { sum += (one - two) * (one - two) }
    switch (covariance, other.covariance) {
    case (.isotropic, .isotropic), (.isotropic, .diagonal), (.diagonal, .isotropic),
      (.diagonal, .diagonal):
      for index in 0..<dimension {
        let difference =
          covariance[index, index].squareRoot() - other.covariance[index, index].squareRoot()
        sum += difference * difference
      }
    default:
      for index in 0..<dimension {
        sum += covariance[index, index] + other.covariance[index, index]
      }
      for value in Self.eigenvaluesOfProduct(covariance, other.covariance, dimension) {
        sum -= 2 * max(0, value).squareRoot()
      }
    }
    return max(0, sum).squareRoot()
  }

  /// The eigenvalues of C C', through the symmetric Lᵀ C' L.
  private static func eigenvaluesOfProduct(
    _ first: Covariance, _ second: Covariance, _ dimension: Int
  ) -> [Double] {
    let factor = GaussianFactor(
      weight: 1, mean: [Double](repeating: 0, count: dimension), covariance: first)
    func lower(_ row: Int, _ column: Int) -> Double {
      switch factor.shape {
      case .isotropic(_, let deviation): row == column ? deviation : 0
      case .diagonal(_, let deviations): row == column ? deviations[row] : 0
      case .full(let lower, _): lower[row * dimension + column]
      }
    }
    var product = [[Double]](
      repeating: [Double](repeating: 0, count: dimension), count: dimension)
    for row in 0..<dimension {
      for column in 0...row {
        var sum = 0.0
        for i in row..<dimension {
          for j in column..<dimension {
            sum += lower(i, row) * second[i, j] * lower(j, column)
          }
        }
        product[row][column] = sum
        product[column][row] = sum
      }
    }
    return SymmetricEigenvalues.values(of: product)
  }
}

/// Eigenvalues of a symmetric matrix by Jacobi's rotations.
///
/// Source: Golub and Van Loan, Matrix Computations, 4th edition, section 8.5.
package enum SymmetricEigenvalues {
  /// The eigenvalues, in no particular order, `[dimension]`.
  ///
  /// - Complexity: O(dimension³) a sweep, some 5 to 10 sweeps.
  package static func values(of matrix: [[Double]]) -> [Double] {
    var vectors: [[Double]] = []
    return values(of: matrix, vectors: &vectors)
  }

  /// The eigenvalues λ and, column by column, the eigenvectors: A = V diag(λ) Vᵀ.
  package static func decomposition(
    of matrix: [[Double]]
  ) -> (values: [Double], vectors: [[Double]]) {
    var vectors = matrix.indices.map { row in matrix.indices.map { row == $0 ? 1.0 : 0 } }
    let values = values(of: matrix, vectors: &vectors)
    return (values, vectors)
  }

  /// The rotations, gathered in the columns of the vectors where there are any.
  private static func values(of matrix: [[Double]], vectors: inout [[Double]]) -> [Double] {
    var a = matrix
    let count = a.count
    for _ in 0..<60 {
      var off = 0.0
      var all = 0.0
      for row in 0..<count {
        for column in 0..<count {
          all += a[row][column] * a[row][column]
          if row != column { off += a[row][column] * a[row][column] }
        }
      }
      guard off > 1e-34 * all else { break }
      for p in 0..<count {
        for q in (p + 1)..<max(count, p + 1) where a[p][q] != 0 {
          let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
          let tangent = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for k in 0..<count {
            let (left, right) = (a[k][p], a[k][q])
            a[k][p] = cosine * left - sine * right
            a[k][q] = sine * left + cosine * right
          }
          for k in vectors.indices {
            let (left, right) = (vectors[k][p], vectors[k][q])
            vectors[k][p] = cosine * left - sine * right
            vectors[k][q] = sine * left + cosine * right
          }
          for k in 0..<count {
            let (left, right) = (a[p][k], a[q][k])
            a[p][k] = cosine * left - sine * right
            a[q][k] = sine * left + cosine * right
          }
        }
      }
    }
    return a.indices.map { a[$0][$0] }
  }
}
