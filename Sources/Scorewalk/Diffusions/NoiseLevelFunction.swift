internal import CKernels

/// A score at every noise level, each row at one of its own.
///
/// Adaptive schemes need it: their chains are at different times. Rows do not depend on each other.
public protocol NoiseLevelFunction<Scalar>: ScoreFunction {
  /// Writes S(y, σ), the score of X + σ N, and its divergence Σ ∂Sᵢ/∂yᵢ, or vᵀ (∂S/∂y) v for probes v.
  ///
  /// - Parameters:
  ///   - positions: y, `[dimension, rows]`.
  ///   - noiseLevels: σ ≥ 0, `[rows]`; above 0 where X has atoms.
  ///   - scores: `[dimension, rows]`; overwritten.
  ///   - divergences: `[rows]`; overwritten, where they are wanted.
  ///   - probes: v of each row, `[dimension, rows]`; without them the divergence is exact.
  /// - Complexity: allocates nothing.
  func score(
    positions: Matrix<Scalar>, noiseLevels: UnsafePointer<Double>, rows: Int,
    into scores: Matrix<Scalar>, divergences: UnsafeMutablePointer<Double>?,
    probes: Matrix<Scalar>?)
}

/// The exact score of X + σ N for any σ, in double precision.
///
/// Covariances are held by their eigenvectors, C = V diag(λ) Vᵀ, so that those of the law with noise have
/// the same and λ + σ².
package struct NoisedMixture: Sendable {
  package let dimension: Int
  fileprivate let count: Int
  /// log w_k.
  fileprivate let logWeights: [Double]
  /// m_k, `[components, dimension]`.
  fileprivate let means: [Double]
  /// λ, `[components, dimension]`; 0 for atoms.
  fileprivate let variances: [Double]
  /// V by rows, `[components, dimension, dimension]`; empty where all are the identity.
  fileprivate let vectors: [Double]
  /// Whether all components have the same variances, so that their determinants do not count.
  fileprivate let hasCommonVariances: Bool

  /// Prepares a law.
  package init(_ law: Law) {
    dimension = law.dimension
    count = law.componentCount
    logWeights = law.weights.map { $0 > 0 ? Double.log($0) : -.infinity }
    let dimension = dimension
    switch law {
    case .categorical(let atoms):
      means = atoms.values.flatMap { $0 }
      variances = [Double](repeating: 0, count: count * dimension)
      vectors = []
      hasCommonVariances = true
    case .mixture(let mixture):
      means = mixture.components.flatMap(\.mean)
      let isTurned = mixture.components.contains {
        if case .full = $0.covariance { true } else { false }
      }
      let parts = mixture.components.map { component -> ([Double], [Double]) in
        switch component.covariance {
        case .full(let rows):
          let parts = SymmetricEigenvalues.decomposition(of: rows)
          return (parts.values, parts.vectors.flatMap { $0 })
        case .isotropic, .diagonal:
          let identity = (0..<dimension * dimension).map { $0 % (dimension + 1) == 0 ? 1.0 : 0 }
          return ((0..<dimension).map { component.covariance[$0, $0] }, isTurned ? identity : [])
        }
      }
      variances = parts.flatMap(\.0)
      vectors = parts.flatMap(\.1)
      hasCommonVariances = parts.allSatisfy { $0.0 == parts[0].0 }
    }
  }

  /// How many numbers ``evaluate(at:noiseLevel:score:scratch:probe:)`` needs as scratch.
  package var scratchCount: Int { count * (dimension + 2) + dimension }

  /// How many rows of `SW_NOISED_ROWS` numbers the kernels need as scratch.
  fileprivate var tileCount: Int { count + 2 * dimension }

  /// The score at one point, and its divergence; the bits are those of the kernels.
  ///
  /// ∇·s = Σ r_k (|g_k|² − tr C_k⁻¹) − |s|² with g_k = C_k⁻¹ (m_k − y), the covariances those with noise; with
  /// a probe v, vᵀ (∂s/∂y) v = Σ r_k ((v·g_k)² − vᵀ C_k⁻¹ v) − (v·s)².
  ///
  /// - Complexity: O(components · dimension), dimension² for full covariances; allocates nothing.
  package func evaluate(
    at y: UnsafePointer<Double>, noiseLevel: Double, score: UnsafeMutablePointer<Double>,
    scratch: UnsafeMutablePointer<Double>, probe: UnsafePointer<Double>? = nil
  ) -> Double {
    let terms = scratch
    let traces = scratch + count
    let gradients = scratch + 2 * count
    var largest = -Double.infinity
    for k in 0..<count {
      let term = evaluate(
        component: k, at: y, noiseLevel: noiseLevel, gradient: gradients + k * dimension,
        turned: gradients + count * dimension, probe: probe)
      terms[k] = term.log
      traces[k] = term.trace
      largest = max(largest, term.log)
    }
    return sum(terms, traces, gradients, largest, score, probe)
  }

  /// One component's g_k, the logarithm of its share up to what all have in common, and tr C_k⁻¹ or vᵀ C_k⁻¹ v.
  @inline(__always)
  private func evaluate(
    component k: Int, at y: UnsafePointer<Double>, noiseLevel: Double,
    gradient: UnsafeMutablePointer<Double>, turned: UnsafeMutablePointer<Double>,
    probe: UnsafePointer<Double>?
  ) -> (log: Double, trace: Double) {
    let noise = noiseLevel * noiseLevel
    let first = k * dimension
    let isTurned = !vectors.isEmpty
    let precisions = isTurned ? turned : gradient
    var (square, trace, product, determinant) = (0.0, 0.0, 1.0, 0.0)
    var (variance, total, inverse) = (-1.0, 0.0, 0.0)
    for i in 0..<dimension {
      // Often all directions have one variance.
      if variances[first + i] != variance {
        variance = variances[first + i]
        total = variance + noise
        inverse = 1 / total
      }
      var u = means[first + i] - y[i]
      if isTurned {
        u = 0
        for j in 0..<dimension {
          u += vectors[(first + j) * dimension + i] * (means[first + j] - y[j])
        }
      }
      let g = u * inverse
      precisions[i] = g
      square += u * g
      let along = probe.map { turn($0, k, i) } ?? 1
      trace += along * along * inverse
      guard !hasCommonVariances else { continue }
      product *= total
      // One logarithm for many factors, as long as their product has a place.
      if product > 1e100 || product < 1e-100 {
        determinant += Double.log(product)
        product = 1
      }
    }
    if isTurned {
      for i in 0..<dimension {
        var g = 0.0
        for j in 0..<dimension { g += vectors[(first + i) * dimension + j] * turned[j] }
        gradient[i] = g
      }
    }
    if !hasCommonVariances { determinant += Double.log(product) }
    return (logWeights[k] - 0.5 * (determinant + square), trace)
  }

  /// Entry i of Vᵀ v.
  @inline(__always)
  private func turn(_ v: UnsafePointer<Double>, _ k: Int, _ i: Int) -> Double {
    guard !vectors.isEmpty else { return v[i] }
    var sum = 0.0
    for j in 0..<dimension { sum += vectors[(k * dimension + j) * dimension + i] * v[j] }
    return sum
  }

  /// The components together, weighted by r_k.
  @inline(__always)
  private func sum(
    _ terms: UnsafeMutablePointer<Double>, _ traces: UnsafeMutablePointer<Double>,
    _ gradients: UnsafeMutablePointer<Double>, _ largest: Double,
    _ score: UnsafeMutablePointer<Double>, _ probe: UnsafePointer<Double>?
  ) -> Double {
    var total = 0.0
    for k in 0..<count {
      terms[k] = terms[k] == largest ? 1 : Double.exp(terms[k] - largest)
      total += terms[k]
    }
    for i in 0..<dimension { score[i] = 0 }
    var divergence = 0.0
    for k in 0..<count {
      let share = terms[k] / total
      var (square, along) = (0.0, 0.0)
      for i in 0..<dimension {
        let g = gradients[k * dimension + i]
        score[i] += share * g
        square += g * g
        if let probe { along += probe[i] * g }
      }
      divergence += share * ((probe == nil ? square : along * along) - traces[k])
    }
    var (square, along) = (0.0, 0.0)
    for i in 0..<dimension {
      square += score[i] * score[i]
      if let probe { along += probe[i] * score[i] }
    }
    return divergence - (probe == nil ? square : along * along)
  }
}

extension NoisedMixture {
  /// Whether directions of components are not those of the coordinates, so that only
  /// ``evaluate(at:noiseLevel:score:scratch:probe:)`` has scores, one by one.
  fileprivate var isTurned: Bool { !vectors.isEmpty }

  /// The mixture as the kernels take it.
  fileprivate func withConstants(_ body: (NoisedMixtureConstants) -> Void) {
    logWeights.withUnsafeBufferPointer { logWeights in
      means.withUnsafeBufferPointer { means in
        variances.withUnsafeBufferPointer { variances in
          guard let logWeights = logWeights.baseAddress, let means = means.baseAddress,
            let variances = variances.baseAddress
          else { return }
          body(
            NoisedMixtureConstants(
              dimension: dimension, components: count, logWeights: logWeights, means: means,
              variances: variances, hasCommonVariances: hasCommonVariances))
        }
      }
    }
  }
}

/// One thread's memory for a ``NoisedMixture``.
package final class NoisedMixtureScratch<Scalar: Real> {
  private let mixture: NoisedMixture
  private let kernels: Kernels<Scalar>
  /// y, s and v of one row.
  private let point: Matrix<Double>
  /// What the kernels need for a tile of rows, and what one row needs.
  private let scratch: Matrix<Double>

  package init(_ mixture: NoisedMixture, kernels: Kernels<Scalar> = Scalar.kernels(.selected)) {
    self.mixture = mixture
    self.kernels = kernels
    point = Matrix(features: 3, rows: mixture.dimension)
    let tile = mixture.isTurned ? 0 : mixture.tileCount * Int(SW_NOISED_ROWS)
    scratch = Matrix(features: 1, rows: max(mixture.scratchCount, tile))
  }

  /// As ``NoiseLevelFunction/score(positions:noiseLevels:rows:into:divergences:probes:)``, in double precision
  /// and rounded once.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  package func score(
    positions: Matrix<Scalar>, noiseLevels: UnsafePointer<Double>, rows: Int,
    into scores: Matrix<Scalar>, divergences: UnsafeMutablePointer<Double>?,
    probes: Matrix<Scalar>?
  ) {
    guard probes == nil, !mixture.isTurned else {
      scoreOneByOne(positions, noiseLevels, rows, scores, divergences, probes)
      return
    }
    mixture.withConstants { constants in
      kernels.noisedScore(
        constants, rows, positions.pointer, positions.stride, noiseLevels, scores.pointer,
        scores.stride, divergences, scratch.pointer)
    }
  }

  @inline(__always)
  private func scoreOneByOne(
    _ positions: Matrix<Scalar>, _ noiseLevels: UnsafePointer<Double>, _ rows: Int,
    _ scores: Matrix<Scalar>, _ divergences: UnsafeMutablePointer<Double>?,
    _ probes: Matrix<Scalar>?
  ) {
    let y = point.pointer
    let s = point.pointer + point.stride
    let v = point.pointer + 2 * point.stride
    for row in 0..<rows {
      for i in 0..<mixture.dimension {
        y[i] = Double(positions.pointer[i * positions.stride + row])
      }
      if let probes {
        for i in 0..<mixture.dimension {
          v[i] = Double(probes.pointer[i * probes.stride + row])
        }
      }
      let divergence = mixture.evaluate(
        at: y, noiseLevel: noiseLevels[row], score: s, scratch: scratch.pointer,
        probe: probes == nil ? nil : UnsafePointer(v))
      for i in 0..<mixture.dimension {
        scores.pointer[i * scores.stride + row] = Scalar(s[i])
      }
      divergences?[row] = divergence
    }
  }
}
