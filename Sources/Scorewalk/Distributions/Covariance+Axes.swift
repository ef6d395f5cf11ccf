extension Covariance {
  /// The variances along the principal axes, in no particular order; of v I the one.
  ///
  /// - Complexity: O(dimension³) for a full matrix.
  package var principalVariances: [Double] {
    switch self {
    case .isotropic(let variance): [variance]
    case .diagonal(let variances): variances
    case .full(let rows): SymmetricEigenvalues.values(of: rows)
    }
  }
}

extension GaussianMixture {
  /// The components that have weight, each by its variances along its principal axes.
  package var principalVariances: [[Double]] {
    components.filter { $0.weight > 0 }.map { $0.covariance.principalVariances }
  }
}

extension Law {
  /// The components or atoms that have weight, each by its variances along its principal axes, which are 0 for atoms.
  ///
  /// One of several atoms stands for all.
  package var principalVariances: [[Double]] {
    switch self {
    case .mixture(let mixture): mixture.principalVariances
    case .categorical: [[0]]
    }
  }
}

/// How far step sizes may go in the components of a law: a chain stays in one if it is stable in its narrowest direction.
package struct NarrowDirections: Sendable {
  /// The least variance of the narrowest component: beyond its limit chains cannot stay in that one.
  package let narrowest: Double
  /// The least variance of the component in which it is largest: beyond its limit they stay nowhere.
  package let widest: Double

  /// - Parameter variances: of each component along its principal axes.
  package init?(_ variances: [[Double]]) {
    let least = variances.compactMap { $0.min() }
    guard let narrowest = least.min(), let widest = least.max() else { return nil }
    (self.narrowest, self.widest) = (narrowest, widest)
  }
}
