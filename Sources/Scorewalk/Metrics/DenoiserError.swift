/// How good a denoiser x̂(y) is, judged against the best one for a known law.
///
/// Expectations are over Y = X + σ N. On the line they are Gauss-Legendre sums over the smoothed
/// law; in more dimensions means over 65,536 pairs (X, Y) of a fixed stream, the same in every run.
public struct DenoiserError: Sendable {
  /// The best denoiser.
  public let denoiser: BayesDenoiser
  /// Where the denoiser must be evaluated, `[count, dimension]`, row after row.
  public let inputs: [Double]
  /// p_σ(y) dy at the inputs, `[count]`, summing to 1 up to rounding.
  package let weights: [Double]
  /// X behind each input, `[count, dimension]`; nil on the line.
  private let clean: [Double]?
  private let means: [Double]
  private let medians: [Double]?
  private let minimum: Expectation
  private let minimumAbsolute: Double?

  /// What a denoiser's error is made of.
  public struct Report: Sendable, Hashable {
    /// √E|x̂(Y) - E[X|Y]|²: the distance to the Bayes denoiser, weighted by the law of Y.
    public let rootMeanSquareDistance: Double
    /// E|X - x̂(Y)|² = minimum + distance².
    public let meanSquaredError: Double
    /// E|X - E[X|Y]|², the least possible; with a standard error where it is not exact.
    public let minimumMeanSquaredError: Expectation
    /// meanSquaredError - minimum = distance².
    public let excess: Double
    /// E|X - x̂(Y)|, a Euclidean norm.
    public let meanAbsoluteError: Double
    /// E|X - median(X|Y)|, the least possible; on the line only.
    public let minimumMeanAbsoluteError: Double?
    /// √E|x̂(Y) - median(X|Y)|²; on the line only.
    public let rootMeanSquareDistanceToMedian: Double?
  }

  /// Prepares inputs and truths.
  public init(law: Law, noiseLevel: Double) {
    let denoiser = BayesDenoiser(law: law, noiseLevel: noiseLevel)
    self.denoiser = denoiser
    minimum = denoiser.minimumMeanSquaredError
    if law.dimension == 1 {
      let line = denoiser.smoothed.onLine
      // The median jumps at thresholds: panels must not straddle one.
      let cuts = line.panelCuts()
      let jumps = denoiser.medianThresholds.filter { cuts[0] < $0 && $0 < cuts[cuts.count - 1] }
      let rule = Quadrature(cuts: (cuts + jumps).sorted())
      inputs = rule.nodes
      weights = zip(rule.nodes, rule.weights).map { line.density($0) * $1 }
      clean = nil
      means = rule.nodes.map { denoiser.mean(at: $0) }
      medians = rule.nodes.map { denoiser.median(at: $0) }
      minimumAbsolute = denoiser.minimumMeanAbsoluteError
    } else {
      let count = GaussianMixture.truthDraws
      let dimension = law.dimension
      let draws = law.sample(
        rows: 0..<count, stream: GaussianMixture.truthStream, step: 1, purposes: .evaluation)
      let noise = Matrix<Double>(features: dimension, rows: count)
      GaussianMixture.truthStream.normals(
        .evaluation, step: 2, rows: 0..<count, columns: 0..<dimension, into: noise)
      var noisy = draws
      for row in 0..<count {
        for feature in 0..<dimension {
          noisy[row * dimension + feature] +=
            noiseLevel * noise.pointer[feature * noise.stride + row]
        }
      }
      inputs = noisy
      weights = [Double](repeating: 1 / Double(count), count: count)
      clean = draws
      means = (0..<count).flatMap {
        denoiser.mean(at: Array(noisy[$0 * dimension..<($0 + 1) * dimension]))
      }
      medians = nil
      minimumAbsolute = nil
    }
  }

  /// The number of inputs.
  public var count: Int { weights.count }

  /// Judges a denoiser by its values at ``inputs``.
  ///
  /// - Parameter estimates: x̂(inputs), `[count, dimension]`, row after row.
  public func report(estimates: [Double]) -> Report {
    precondition(
      estimates.count == inputs.count, "\(estimates.count) estimates for \(inputs.count) inputs")
    let excess = Self.meanSquare(estimates, means, weights)
    let absolute = meanAbsoluteError(estimates)
    return Report(
      rootMeanSquareDistance: excess.squareRoot(),
      meanSquaredError: minimum.value + excess, minimumMeanSquaredError: minimum, excess: excess,
      meanAbsoluteError: absolute, minimumMeanAbsoluteError: minimumAbsolute,
      rootMeanSquareDistanceToMedian: medians.map {
        Self.meanSquare(estimates, $0, weights).squareRoot()
      })
  }

  /// Judges a denoiser given as a function of a batch: `[count, dimension]` to the same shape.
  public func report(_ denoise: ([Double]) throws -> [Double]) rethrows -> Report {
    report(estimates: try denoise(inputs))
  }

  private func meanAbsoluteError(_ estimates: [Double]) -> Double {
    var sum = 0.0
    guard let clean else {
      for index in estimates.indices where weights[index] > 1e-20 {
        sum +=
          weights[index]
          * denoiser.meanAbsoluteDeviation(around: estimates[index], at: inputs[index])
      }
      return sum
    }
    let dimension = denoiser.law.dimension
    for row in 0..<count {
      var square = 0.0
      for index in row * dimension..<(row + 1) * dimension {
        square += (estimates[index] - clean[index]) * (estimates[index] - clean[index])
      }
      sum += weights[row] * square.squareRoot()
    }
    return sum
  }

  /// Σ weight |a - b|² over rows.
  package static func meanSquare(_ a: [Double], _ b: [Double], _ weights: [Double]) -> Double {
    let dimension = a.count / weights.count
    var sum = 0.0
    for row in weights.indices {
      var square = 0.0
      for index in row * dimension..<(row + 1) * dimension {
        square += (a[index] - b[index]) * (a[index] - b[index])
      }
      sum += weights[row] * square
    }
    return sum
  }
}
