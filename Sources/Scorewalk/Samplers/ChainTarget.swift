/// What a chain follows, or a denoiser uses: something with a score.
public enum ChainTarget: Sendable {
  /// A law's exact score.
  case law(GaussianMixture)
  /// A network with its parameters. An energy's score is −∇E(y), a score network's its output, a
  /// denoiser's (x̂(y) − y)/σ², a noise network's −n̂(y)/σ; for these two `noiseLevel` is needed.
  case network(Network, parameters: [NamedTensor], noiseLevel: Double? = nil)
  /// The exact scores of a law with noise, X + σ N, at each level of a ladder.
  case smoothed(Law, ladder: NoiseLadder)

  /// How many coordinates a point has.
  public var dimension: Int {
    switch self {
    case .law(let mixture): mixture.dimension
    case .network(let network, _, _): network.dimension
    case .smoothed(let law, _): law.dimension
    }
  }

  /// The noise levels at which there is a score, where there are several.
  public var ladder: NoiseLadder? {
    if case .smoothed(_, let ladder) = self { ladder } else { nil }
  }

  /// Whether there is a score at every noise level, and not at those of the ladder alone.
  public var hasEveryNoiseLevel: Bool {
    if case .smoothed = self { true } else { false }
  }

  /// Whether the score is a derivative of a network by its input, which a ReLU network does not
  /// stand.
  public var differentiatesByInput: Bool {
    if case .network(let network, _, _) = self { network.output == .energy } else { false }
  }

  /// Whether log p is known up to a constant: that of a law, or −E of an energy network.
  public var hasDensity: Bool {
    switch self {
    case .law, .smoothed: true
    case .network(let network, _, _): network.output.hasDensity
    }
  }

  /// Finds what has no meaning.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public func validate() throws(RunError) {
    guard case .network(let network, _, let noiseLevel) = self else { return }
    if let noiseLevel, !(noiseLevel.isFinite && noiseLevel > 0) {
      throw .invalid("a noise level must be above 0, is \(noiseLevel)")
    }
    if network.output.needsNoiseLevel && noiseLevel == nil {
      throw .invalid(
        "the score of a network whose output is \(network.output.rawValue) needs its noise level",
        hint: "give the noise_level it learned at")
    }
  }
}

/// A ``ChainTarget`` in one precision, for any number of threads.
struct ScoreField<Scalar: Real>: Sendable {
  /// What has a score.
  enum Source: Sendable {
    case mixture(MixtureScore<Scalar>)
    /// One for each level of a ladder.
    case mixtures([MixtureScore<Scalar>])
    case network(Network, parameters: [Scalar], noiseLevel: Double)
  }

  let source: Source
  let dimension: Int
  /// The law whose scores at other levels than those of a ladder are exact too.
  let noised: NoisedMixture?
  /// The network's weights as kernels read them, shared by all threads.
  let weights: PackedWeights<Scalar>?
  private let hasDensity: Bool
  private let hasLadder: Bool

  /// - Throws: ``RunError``, also where the parameters are not the network's or in another
  ///   precision.
  init(_ target: ChainTarget) throws(RunError) {
    try target.validate()
    dimension = target.dimension
    hasDensity = target.hasDensity
    hasLadder = target.ladder != nil
    if case .smoothed(let law, _) = target { noised = NoisedMixture(law) } else { noised = nil }
    switch target {
    case .law(let mixture):
      source = .mixture(MixtureScore(mixture))
      weights = nil
    case .smoothed(let law, let ladder):
      source = .mixtures(
        ladder.levels.map { MixtureScore(law.smoothed(noiseLevel: $0)) })
      weights = nil
    case .network(let network, let parameters, let noiseLevel):
      let values: [Scalar] = try network.flatten(parameters)
      source = .network(network, parameters: values, noiseLevel: noiseLevel ?? 1)
      weights = PackedWeights(
        network.mlp, parameters: values, kernels: Scalar.kernels(.selected),
        isDifferentiated: network.output == .energy)
    }
  }

  /// Memory for one thread's evaluations.
  func makeScratch(rows: Int, pool: WorkerPool = .serial) -> ScoreScratch<Scalar> {
    ScoreScratch(self, rows: rows, pool: pool)
  }

  /// What a block of chains follows: a ``LadderFunction`` where there is a ladder, else a
  /// ``DensityFunction`` where there is a density.
  func makeFunction(rows: Int, pool: WorkerPool) -> any ScoreFunction<Scalar> {
    let scratch = makeScratch(rows: rows, pool: pool)
    return hasDensity && !hasLadder ? DensityScratch(scratch) : scratch
  }
}

/// One thread's memory for a ``ScoreField``.
final class ScoreScratch<Scalar: Real>: LadderFunction, NoiseLevelFunction {
  private let field: ScoreField<Scalar>
  let dimension: Int
  var level = 0
  private let workspace: MLPWorkspace<Scalar>?
  private let energy: Matrix<Scalar>
  private let minusOne: Matrix<Scalar>
  private let mixtureScratch: Matrix<Scalar>?
  private let noised: NoisedMixtureScratch<Scalar>?

  init(_ field: ScoreField<Scalar>, rows: Int, pool: WorkerPool) {
    self.field = field
    dimension = field.dimension
    noised = field.noised.map { NoisedMixtureScratch($0) }
    energy = Matrix(features: 1, rows: rows)
    minusOne = Matrix(features: 1, rows: rows)
    minusOne.pointer.update(repeating: -1, count: rows)
    switch field.source {
    case .mixture(let score):
      mixtureScratch = score.makeScratch()
      workspace = nil
    case .mixtures(let scores):
      mixtureScratch = scores[0].makeScratch()
      workspace = nil
    case .network(let network, _, _):
      mixtureScratch = nil
      workspace = MLPWorkspace(
        network: network.mlp, maximumRows: rows, kernels: Scalar.kernels(.selected), pool: pool,
        fixedWeights: field.weights)
    }
  }

  /// The score at some positions.
  ///
  /// - Parameters:
  ///   - positions: `[dimension, rows]`.
  ///   - scores: `[dimension, rows]`; overwritten.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func score(positions: Matrix<Scalar>, rows: Int, into scores: Matrix<Scalar>) {
    switch field.source {
    case .mixture(let score):
      score.score(positions: positions, rows: 0..<rows, into: scores, scratch: mixtureScratch)
    case .mixtures(let levels):
      levels[level].score(
        positions: positions, rows: 0..<rows, into: scores, scratch: mixtureScratch)
    case .network(let network, _, let noiseLevel):
      output(positions: positions, rows: rows, into: scores)
      guard network.output.needsNoiseLevel else { return }
      let (level, variance) = (Scalar(noiseLevel), Scalar(noiseLevel * noiseLevel))
      for coordinate in 0..<network.dimension {
        let y = positions.pointer + coordinate * positions.stride
        let s = scores.pointer + coordinate * scores.stride
        if network.output == .denoiser {
          for row in 0..<rows { s[row] = (s[row] - y[row]) / variance }
        } else {
          for row in 0..<rows { s[row] = -s[row] / level }
        }
      }
    }
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func walk(
    positions: Matrix<Scalar>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream,
    drift: Scalar, diffusion: Scalar
  ) -> Bool {
    let score: MixtureScore<Scalar>
    switch field.source {
    case .mixture(let only): score = only
    case .mixtures(let levels): score = levels[level]
    case .network: return false
    }
    return score.walk(
      positions: positions, chains: chains, steps: steps, stream: stream, drift: drift,
      diffusion: diffusion, scratch: mixtureScratch)
  }

  func score(
    positions: Matrix<Scalar>, noiseLevels: UnsafePointer<Double>, rows: Int,
    into scores: Matrix<Scalar>, divergences: UnsafeMutablePointer<Double>?,
    probes: Matrix<Scalar>?
  ) {
    guard let noised else {
      preconditionFailure("a field that has no score at every noise level")
    }
    noised.score(
      positions: positions, noiseLevels: noiseLevels, rows: rows, into: scores,
      divergences: divergences, probes: probes)
  }

  /// The energy at some positions, where the field is an energy network's.
  func energies(positions: Matrix<Scalar>, rows: Int, into energies: Matrix<Scalar>) {
    guard case .network(let network, let parameters, _) = field.source, let workspace else {
      return
    }
    parameters.withUnsafeBufferPointer { parameters in
      guard let base = parameters.baseAddress else { return }
      network.mlp.evaluate(
        parameters: base, inputs: positions, outputs: energies, rows: rows, workspace: workspace)
    }
  }

  /// log p up to a constant and the score at some positions, where the field has a density.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  fileprivate func logDensity(
    positions: Matrix<Scalar>, rows: Int, into densities: Matrix<Scalar>, scores: Matrix<Scalar>
  ) {
    switch field.source {
    case .mixture(let score):
      score.logDensity(
        positions: positions, rows: 0..<rows, into: densities, scores: scores,
        scratch: mixtureScratch)
    case .mixtures(let levels):
      levels[level].logDensity(
        positions: positions, rows: 0..<rows, into: densities, scores: scores,
        scratch: mixtureScratch)
    case .network(let network, _, _):
      precondition(
        network.output.hasDensity, "the output \(network.output.rawValue) has no density")
      output(positions: positions, rows: rows, into: scores)
      for row in 0..<rows { densities.pointer[row] = -energy.pointer[row] }
    }
  }

  /// x̂ = y + σ² s(y), a denoiser's own output, or y − σ n̂(y).
  ///
  /// - Parameter noiseLevel: σ.
  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func denoise(
    positions: Matrix<Scalar>, rows: Int, noiseLevel: Double, into clean: Matrix<Scalar>
  ) {
    // What is multiplied by the factor and added to y.
    let factor: Scalar
    if case .network(let network, _, _) = field.source, network.output.needsNoiseLevel {
      output(positions: positions, rows: rows, into: clean)
      if network.output == .denoiser { return }
      factor = -Scalar(noiseLevel)
    } else {
      score(positions: positions, rows: rows, into: clean)
      factor = Scalar(noiseLevel * noiseLevel)
    }
    for coordinate in 0..<field.dimension {
      let y = positions.pointer + coordinate * positions.stride
      let x = clean.pointer + coordinate * clean.stride
      for row in 0..<rows { x[row] = y[row] + factor * x[row] }
    }
  }

  /// The network's output; for an energy −∇E.
  private func output(positions: Matrix<Scalar>, rows: Int, into result: Matrix<Scalar>) {
    guard case .network(let network, let parameters, _) = field.source, let workspace else {
      return
    }
    parameters.withUnsafeBufferPointer { parameters in
      guard let base = parameters.baseAddress else { return }
      guard network.output == .energy else {
        network.mlp.evaluate(
          parameters: base, inputs: positions, outputs: result, rows: rows, workspace: workspace)
        return
      }
      network.mlp.forward(
        parameters: base, inputs: positions, outputs: energy, rows: rows, workspace: workspace)
      network.mlp.vjp(
        parameters: base, inputs: positions, cotangents: minusOne, rows: rows,
        parameterGradient: nil, inputGradient: result, workspace: workspace)
    }
  }
}

/// One thread's memory for a ``ScoreField`` that has a density.
final class DensityScratch<Scalar: Real>: DensityFunction {
  private let scratch: ScoreScratch<Scalar>
  let dimension: Int

  init(_ scratch: ScoreScratch<Scalar>) {
    self.scratch = scratch
    dimension = scratch.dimension
  }

  func score(positions: Matrix<Scalar>, rows: Int, into scores: Matrix<Scalar>) {
    scratch.score(positions: positions, rows: rows, into: scores)
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  func walk(
    positions: Matrix<Scalar>, chains: Range<Int>, steps: ClosedRange<Int>, stream: RandomStream,
    drift: Scalar, diffusion: Scalar
  ) -> Bool {
    scratch.walk(
      positions: positions, chains: chains, steps: steps, stream: stream, drift: drift,
      diffusion: diffusion)
  }

  func logDensity(
    positions: Matrix<Scalar>, rows: Int, into densities: Matrix<Scalar>, scores: Matrix<Scalar>
  ) {
    scratch.logDensity(positions: positions, rows: rows, into: densities, scores: scores)
  }
}
