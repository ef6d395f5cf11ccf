/// A network with fixed parameters, evaluated at points: what evaluations and figures need.
///
/// Points and results are doubles; the arithmetic is in the precision of the parameters.
public struct NetworkEvaluation: Sendable {
  /// The network.
  public let network: Network
  /// Its parameters.
  public let parameters: [NamedTensor]
  /// The threads; they change no bit.
  public let pool: WorkerPool

  /// Makes an evaluation.
  ///
  /// - Throws: ``RunError`` `.incompatibleState` where the parameters are not the network's.
  public init(
    _ network: Network, parameters: [NamedTensor], pool: WorkerPool = .serial
  ) throws(RunError) {
    self.network = network
    self.parameters = parameters
    self.pool = pool
    switch precision {
    case .float32: _ = try network.flatten(parameters, as: Float.self)
    case .float64: _ = try network.flatten(parameters, as: Double.self)
    }
  }

  /// The precision of the parameters.
  public var precision: Precision { parameters.first?.values.precision ?? .float64 }

  /// E at points; for an energy network.
  ///
  /// - Parameter points: `[count, dimension]` row-major.
  /// - Returns: `[count]`.
  /// - Throws: ``RunError`` `.invalidConfiguration` where the network is no energy,
  ///   `.incompatibleState` where the numbers do not make points.
  public func energies(at points: [Double]) throws(RunError) -> [Double] {
    guard network.output == .energy else {
      throw .invalid("a network with output \(network.output.rawValue) has no energy")
    }
    return try evaluate(at: points, noiseLevel: nil, outputs: 1) { scratch, positions, rows, out in
      scratch.energies(positions: positions, rows: rows, into: out)
    } float64: { scratch, positions, rows, out in
      scratch.energies(positions: positions, rows: rows, into: out)
    }
  }

  /// s at points: −∇E, a score network's output, (x̂(y) − y)/σ², or −n̂(y)/σ.
  ///
  /// - Parameters:
  ///   - points: `[count, dimension]` row-major.
  ///   - noiseLevel: σ; needed for a denoiser and a noise network.
  /// - Returns: `[count, dimension]`.
  /// - Throws: ``RunError`` `.invalidConfiguration` where σ is needed and not given,
  ///   `.incompatibleState` where the numbers do not make points.
  public func scores(
    at points: [Double], noiseLevel: Double? = nil
  ) throws(RunError) -> [Double] {
    try evaluate(at: points, noiseLevel: noiseLevel) { scratch, positions, rows, out in
      scratch.score(positions: positions, rows: rows, into: out)
    } float64: { scratch, positions, rows, out in
      scratch.score(positions: positions, rows: rows, into: out)
    }
  }

  /// x̂ at points: y + σ² s(y), a denoiser's output, or y − σ n̂(y).
  ///
  /// - Parameters:
  ///   - points: `[count, dimension]` row-major.
  ///   - noiseLevel: σ > 0.
  /// - Returns: `[count, dimension]`.
  /// - Throws: ``RunError`` as ``scores(at:noiseLevel:)``.
  public func denoised(at points: [Double], noiseLevel: Double) throws(RunError) -> [Double] {
    try evaluate(at: points, noiseLevel: noiseLevel) { scratch, positions, rows, out in
      scratch.denoise(positions: positions, rows: rows, noiseLevel: noiseLevel, into: out)
    } float64: { scratch, positions, rows, out in
      scratch.denoise(positions: positions, rows: rows, noiseLevel: noiseLevel, into: out)
    }
  }

  private func evaluate(
    at points: [Double], noiseLevel: Double?, outputs: Int? = nil,
    float32: @escaping (ScoreScratch<Float>, Matrix<Float>, Int, Matrix<Float>) -> Void,
    float64: @escaping (ScoreScratch<Double>, Matrix<Double>, Int, Matrix<Double>) -> Void
  ) throws(RunError) -> [Double] {
    // A denoiser's output needs no σ; its score does, as a noise network's, and validation says so.
    let target = ChainTarget.network(network, parameters: parameters, noiseLevel: noiseLevel)
    switch precision {
    case .float32:
      return try run(points.map { Float($0) }, target, outputs, float32).map { Double($0) }
    case .float64: return try run(points, target, outputs, float64)
    }
  }

  private func run<Scalar: Real>(
    _ points: [Scalar], _ target: ChainTarget, _ outputs: Int?,
    _ map: @escaping (ScoreScratch<Scalar>, Matrix<Scalar>, Int, Matrix<Scalar>) -> Void
  ) throws(RunError) -> [Scalar] {
    let field = try ScoreField<Scalar>(target)
    return try forEachBlock(
      of: points, dimension: network.dimension, outputs: outputs, pool: pool
    ) {
      let scratch = field.makeScratch(rows: pointsPerBlock)
      return { positions, rows, results in map(scratch, positions, rows, results) }
    }
  }
}
