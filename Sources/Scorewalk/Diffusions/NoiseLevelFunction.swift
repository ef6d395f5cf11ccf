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
  private let count: Int
  /// log w_k.
  private let logWeights: [Double]
  /// m_k, `[components, dimension]`.
  private let means: [Double]
  /// λ, `[components, dimension]`; 0 for atoms.
  private let variances: [Double]
  /// V by rows, `[components, dimension, dimension]`; empty where all are the identity.
  private let vectors: [Double]

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
    }
  }

  /// How many numbers ``evaluate(at:noiseLevel:score:scratch:)`` needs as scratch.
  package var scratchCount: Int { count * (dimension + 2) + dimension }

  /// The score at one point, its divergence, and log p.
  ///
  /// ∇·s = Σ r_k (|g_k|² − tr C_k⁻¹) − |s|² with g_k = C_k⁻¹ (m_k − y), the covariances those with noise; with
  /// a probe v, vᵀ (∂s/∂y) v = Σ r_k ((v·g_k)² − vᵀ C_k⁻¹ v) − (v·s)².
  ///
  /// - Complexity: O(components · dimension), dimension² for full covariances; allocates nothing.
  package func evaluate(
    at y: UnsafePointer<Double>, noiseLevel: Double, score: UnsafeMutablePointer<Double>,
    scratch: UnsafeMutablePointer<Double>, probe: UnsafePointer<Double>? = nil
  ) -> (divergence: Double, logDensity: Double) {
    let variance = noiseLevel * noiseLevel
    let terms = scratch
    let traces = scratch + count
    let gradients = scratch + 2 * count
    let turned = gradients + count * dimension
    var largest = -Double.infinity
    for k in 0..<count {
      var (square, determinant, trace) = (0.0, 0.0, 0.0)
      for i in 0..<dimension {
        var u = 0.0
        if vectors.isEmpty {
          u = means[k * dimension + i] - y[i]
        } else {
          for j in 0..<dimension {
            u +=
              vectors[(k * dimension + j) * dimension + i] * (means[k * dimension + j] - y[j])
          }
        }
        let total = variances[k * dimension + i] + variance
        turned[i] = u / total
        square += u * turned[i]
        determinant += Double.log(total)
        let along = probe.map { turn($0, k, i) } ?? 1
        trace += along * along / total
      }
      for i in 0..<dimension {
        var g = 0.0
        if vectors.isEmpty {
          g = turned[i]
        } else {
          for j in 0..<dimension {
            g += vectors[(k * dimension + i) * dimension + j] * turned[j]
          }
        }
        gradients[k * dimension + i] = g
      }
      terms[k] = logWeights[k] - 0.5 * (determinant + square)
      traces[k] = trace
      largest = max(largest, terms[k])
    }
    return sum(terms, traces, gradients, largest, score, probe)
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
  ) -> (divergence: Double, logDensity: Double) {
    var total = 0.0
    for k in 0..<count {
      terms[k] = Double.exp(terms[k] - largest)
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
    if let probe {
      var along = 0.0
      for i in 0..<dimension { along += probe[i] * score[i] }
      divergence -= along * along
    } else {
      for i in 0..<dimension { divergence -= score[i] * score[i] }
    }
    let constant = Double(dimension) * LineMixture.halfLogTwoPi
    return (divergence, largest + Double.log(total) - constant)
  }
}

/// One thread's memory for a ``NoisedMixture``.
final class NoisedMixtureScratch<Scalar: Real> {
  private let mixture: NoisedMixture
  private let point: Matrix<Double>
  private let scratch: Matrix<Double>

  init(_ mixture: NoisedMixture) {
    self.mixture = mixture
    point = Matrix(features: 3, rows: mixture.dimension)
    scratch = Matrix(features: 1, rows: mixture.scratchCount)
  }

  /// As ``NoiseLevelFunction/score(positions:noiseLevels:rows:into:divergences:probes:)``, in double precision
  /// and rounded once.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func score(
    positions: Matrix<Scalar>, noiseLevels: UnsafePointer<Double>, rows: Int,
    into scores: Matrix<Scalar>, divergences: UnsafeMutablePointer<Double>?,
    probes: Matrix<Scalar>?
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
      let (divergence, _) = mixture.evaluate(
        at: y, noiseLevel: noiseLevels[row], score: s, scratch: scratch.pointer,
        probe: probes == nil ? nil : UnsafePointer(v))
      for i in 0..<mixture.dimension {
        scores.pointer[i * scores.stride + row] = Scalar(s[i])
      }
      divergences?[row] = divergence
    }
  }
}
