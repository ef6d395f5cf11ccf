/// Samples from a law by a diffusion that runs backwards in time, from noise (Song et al. 2021,
/// arXiv:2011.13456; Karras et al. 2022, arXiv:2206.00364).
///
/// State 0 is at t₀, where the law of x_t is near that of noise alone, N(0, s² σ² I); step i goes to tᵢ by
/// the ``scheme``. At t_N chains have, up to the error of the steps and of the start, the law of s (X + σ N)
/// there. With ``denoisesAtEnd`` one more state is the posterior mean of X there, (x + s² σ² s)/s in the scale
/// of X: the step to noise level 0 with which the algorithms of Karras et al. end.
///
/// Before each step ``corrector`` may make Langevin steps at the time that was reached; with
/// ``DiffusionScheme/reverseDiffusion`` that is the predictor–corrector sampler of Song et al.
public struct DiffusionSampler: Sampler, Hashable {
  /// Langevin steps that bring chains nearer to the law of the time at which they are.
  public struct Corrector: Sendable, Hashable {
    /// How many at each time; at least 1.
    public var steps: Int
    /// r, the ratio of the step's drift to its noise; above 0.
    public var signalToNoise: Double

    /// One step with the ratio that Song et al. use on images.
    public init(steps: Int = 1, signalToNoise: Double = 0.16) {
      self.steps = steps
      self.signalToNoise = signalToNoise
    }
  }

  /// The times, and the process whose they are.
  public let grid: DiffusionGrid
  /// How a step is made.
  public let scheme: DiffusionScheme
  /// The Langevin steps before each step, if any.
  public let corrector: Corrector?
  /// Whether one more step, without noise, goes from the last state to its denoised point.
  public let denoisesAtEnd: Bool
  /// The noise levels at which scores are taken.
  private let levels: NoiseLadder

  /// Makes the rule.
  ///
  /// - Throws: ``RunError`` `.invalidConfiguration` for numbers of the scheme or corrector that have no
  ///   meaning.
  public init(
    grid: DiffusionGrid, scheme: DiffusionScheme, corrector: Corrector? = nil,
    denoisesAtEnd: Bool = false
  ) throws(RunError) {
    try scheme.validate()
    if let corrector {
      guard corrector.steps >= 1 else {
        throw .invalid("a corrector takes at least 1 step, not \(corrector.steps)")
      }
      guard corrector.signalToNoise.isFinite, corrector.signalToNoise > 0 else {
        throw .invalid("signal_to_noise must be above 0, is \(corrector.signalToNoise)")
      }
      if scheme.isAdaptive {
        throw .invalid(
          "an adaptive scheme follows the probability flow, and has no corrector",
          hint: "choose another scheme, or leave the corrector out")
      }
    }
    self.grid = grid
    self.scheme = scheme
    self.corrector = corrector
    self.denoisesAtEnd = denoisesAtEnd
    var levels = grid.noiseLevels
    if case .edm(let churn) = scheme {
      levels += grid.noiseLevels.compactMap {
        let growth = churn.growth(at: $0, of: grid.noiseLevels.count)
        return growth > 0 ? $0 * (1 + growth) : nil
      }
      levels.sort(by: >)
      levels = levels.enumerated().filter { $0.offset == 0 || $0.element < levels[$0.offset - 1] }
        .map(\.element)
      guard levels.count <= NoiseLadder.largestCount else {
        throw .invalid(
          "churn makes \(levels.count) noise levels of the grid's \(grid.noiseLevels.count); "
            + "\(NoiseLadder.largestCount) are the most",
          hint: "take fewer noise levels, or let `from` and `to` of churn leave some as they are")
      }
    }
    self.levels = try NoiseLadder(levels)
  }

  /// `diffusion`.
  public static let kind = "diffusion"

  /// Every process, scheme and switch.
  public static var examples: [any Sampler] {
    do throws(RunError) {
      let grids = try [
        DiffusionProcess.variancePreserving(), .subVariancePreserving(), .varianceExploding(to: 10),
      ].map { process throws(RunError) in try DiffusionGrid.uniform(process, steps: 26, to: 0.01) }
      let ladder = try NoiseLadder.edm(from: 10, to: 0.1, count: 27)
      let edm = try DiffusionGrid.at(ladder, of: .edm())
      return try [
        DiffusionSampler(
          grid: grids[0], scheme: .eulerMaruyama, corrector: Corrector(steps: 2)),
        DiffusionSampler(grid: grids[1], scheme: .reverseDiffusion, corrector: Corrector()),
        DiffusionSampler(grid: grids[2], scheme: .ancestral, denoisesAtEnd: true),
        DiffusionSampler(grid: grids[0], scheme: .ddim(eta: 0.5)),
        DiffusionSampler(grid: grids[1], scheme: .euler),
        DiffusionSampler(grid: grids[2], scheme: .heun),
        DiffusionSampler(
          grid: edm, scheme: .edm(.init(amount: 10, from: 0.2, to: 5, noise: 1.003)),
          denoisesAtEnd: true),
        DiffusionSampler(grid: grids[0], scheme: .dormandPrince(), denoisesAtEnd: true),
      ]
    } catch {
      preconditionFailure("examples of samplers: \(error.what)")
    }
  }

  /// Nothing: what has no meaning was refused when it was made.
  public func validate() throws(RunError) {}

  /// The noise levels at which scores are taken.
  public var ladder: NoiseLadder? { levels }

  /// N, and one more for the denoising.
  public var length: Int? { grid.steps + (denoisesAtEnd ? 1 : 0) }

  /// Chains that are followed to a tolerance take as many steps of their own as that asks for.
  public var stopsWithinSteps: Bool { scheme.isAdaptive }

  /// That of its time; none after the denoising.
  public func noise(ofState state: Int) -> StateNoise? {
    state <= grid.steps
      ? StateNoise(level: grid.noiseLevels[state], scale: grid.scales[state])
      : StateNoise(level: 0)
  }

  /// More steps; a looser tolerance, where one asks for steps that are too short.
  public var divergenceHint: String {
    scheme.isAdaptive ? "raise relative_tolerance and absolute_tolerance" : smallerSteps
  }

  /// A start nearer to the law at t₀, whose distance a flow keeps to its end; more steps, or a tighter tolerance.
  public var strayHint: String {
    let steps =
      scheme.isAdaptive ? "lower relative_tolerance and absolute_tolerance" : smallerSteps
    guard !scheme.isRandom, corrector == nil else { return steps }
    return "begin at a larger noise level or from another `initial`, or " + steps
  }

  private var smallerSteps: String {
    "give time_grid more steps or noise levels"
      + (corrector == nil ? "" : ", lower the corrector's signal_to_noise")
  }

  /// Finds a tolerance that rounding alone would break: one of less than about ten units in the last place of
  /// positions as far out as the noise at t₀.
  public func validate(in precision: Precision) throws(RunError) {
    guard case .dormandPrince(let relative, let absolute) = scheme else { return }
    let size = grid.process.noiseDeviation(at: grid.times[0])
    let least = precision == .float32 ? 1e-6 : 1e-14
    guard max(relative, absolute / size) < least else { return }
    throw .invalid(
      "steps in \(precision.rawValue) cannot be held to a relative_tolerance of \(relative) "
        + "and an absolute_tolerance of \(absolute)",
      hint: "raise relative_tolerance to \(least)"
        + (precision == .float32 ? ", or set precision: float64" : ""))
  }

  /// N(0, s² σ² I) at t₀: where chains start unless something else is said.
  public var prior: InitialPositions? {
    .normal(standardDeviation: grid.process.noiseDeviation(at: grid.times[0]))
  }

  /// How many scores a chain takes; nil where that depends on the chain.
  public var scoreEvaluations: Int? {
    guard !scheme.isAdaptive, let length else { return nil }
    return (1...length).reduce(0) { count, step in
      rules(step: step).reduce(count) {
        $0 + ($1.noiseLevel == nil ? 0 : 1) + ($1.correction == nil ? 0 : 1)
      }
    }
  }

  /// Makes what moves a block of chains.
  ///
  /// - Precondition: the target is a ``LadderFunction`` and a ``NoiseLevelFunction``.
  public func makeKernel<Scalar: Real>(
    target: any ScoreFunction<Scalar>, rows: Int
  ) -> any SamplerKernel<Scalar> {
    guard let target = target as? any LadderFunction<Scalar> else {
      preconditionFailure("\(Self.kind) on \(type(of: target)), which has no noise levels")
    }
    guard case .dormandPrince(let relative, let absolute) = scheme else {
      return DiffusionKernel(target: target, rows: rows, sampler: self)
    }
    guard let everywhere = target as? any NoiseLevelFunction<Scalar> else {
      preconditionFailure("\(Self.kind) on \(type(of: target)), which has some noise levels only")
    }
    return ProbabilityFlowKernel(
      target: everywhere, rows: rows, sampler: self,
      tolerance: .init(relative: relative, absolute: absolute))
  }

  /// The stages of all steps, step after step, and where each step's begin.
  func stages<Scalar: Real>(
    of _: Scalar.Type = Scalar.self
  ) -> (stages: [DiffusionStage<Scalar>], starts: [Int], noiseBlocks: Int) {
    let places = Dictionary(
      uniqueKeysWithValues: levels.levels.enumerated().map { ($0.element, $0.offset) })
    func place(of level: Double) -> Int {
      guard let place = places[level] else {
        preconditionFailure("noise level \(level) is none of the sampler's")
      }
      return place
    }
    var (stages, starts, blocks) = ([DiffusionStage<Scalar>](), [0], 0)
    for step in 1...(length ?? grid.steps) {
      var block = 0
      for rule in rules(step: step) {
        let isNoisy = rule.noise != 0
        stages.append(rule.rounded(level: place, noiseBlock: isNoisy ? block : nil))
        if isNoisy { block += 1 }
      }
      starts.append(stages.count)
      blocks = max(blocks, block)
    }
    return (stages, starts, blocks)
  }
}
