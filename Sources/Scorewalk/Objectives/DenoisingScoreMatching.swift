/// Denoising score matching (Vincent 2011, doi:10.1162/NECO_a_00142).
///
/// For data x, unit noise n and y = x + σ n, a residual r(x, y, n) of the network's score s(y) at y:
///
/// | residual | r | at a denoiser network x̂(y) | at a noise network n̂(y) |
/// |---|---|---|---|
/// | `denoised` | x − (y + σ² s) | x − x̂ | x − (y − σ n̂) |
/// | `score` | s + (y − x)/σ² | (x̂ − x)/σ² | −n̂/σ + (y − x)/σ² |
/// | `noise` | σ s + n | (x̂ − x)/σ | n − n̂ |
///
/// The loss of one pair is ‖r‖² or ‖r‖ over the coordinates; the loss of a batch is the mean or the
/// sum over all rows and draws. ‖r‖² is least at the posterior mean; ‖r‖ at the posterior's
/// geometric median, in one dimension its median, which is no score. The gradient of ‖r‖ at r = 0
/// is taken to be 0.
///
/// Noise: draw k of row b has coordinate j from element (b, k · dimension + j) of the stream's
/// `objectiveNoise` at the training step; shared over rows, b is 0 throughout; shared over
/// coordinates, j is.
///
/// With a ``ladder`` each pair has a noise level of its own, drawn from the ``levelLaw``, and the network must take
/// the noise level (``Network/conditioning``). The loss is then ‖r‖² of the same residuals, times the ``weighting``.
/// `noise` weighs all levels alike as far as they are hard alike, which is NCSN's σ² ‖s + n/σ‖² (Song and Ermon
/// 2019, arXiv:1907.05600); `denoised` with the weighting `edm` is that of Karras et al. (2022,
/// arXiv:2206.00364).
public struct DenoisingScoreMatching: Objective, Hashable {
  /// The residual whose size is the loss.
  public enum Residual: String, Sendable, Hashable, CaseIterable {
    /// x − (y + σ² s(y)).
    case denoised
    /// s(y) + (y − x)/σ².
    case score
    /// σ s(y) + n.
    case noise
  }

  /// What is taken of the residual.
  public enum Loss: String, Sendable, Hashable, CaseIterable {
    /// ‖r‖.
    case norm
    /// ‖r‖².
    case squared
  }

  /// What the loss of a pair is multiplied by, where levels differ.
  public enum Weighting: String, Sendable, Hashable, CaseIterable {
    /// 1.
    case unit
    /// (σ² + σ_d²)/(σ σ_d)² = 1/c_out², with the σ_d of the network's preconditioning.
    case edm
  }

  /// What one draw of noise may be shared over.
  public enum Sharing: String, Sendable, Hashable, CaseIterable {
    /// All rows of a batch have the same noise.
    case rows
    /// All coordinates of a point have the same noise.
    case coordinates
  }

  /// σ > 0; with a ladder, its last level.
  public var noiseLevel: Double
  /// The levels at which the network learns, where there are several.
  public var ladder: NoiseLadder?
  /// How the level of a pair is drawn, with a ladder.
  public var levelLaw = NoiseLevelLaw.ladder
  /// What the loss of a pair is multiplied by, with a ladder.
  public var weighting = Weighting.unit
  /// How many noisy points each row gives; at least 1.
  public var draws: Int
  /// What the noise is shared over; unless said, nothing.
  public var sharedOver: Set<Sharing>
  /// The residual.
  public var residual: Residual
  /// What is taken of it.
  public var loss: Loss
  /// How the pairs of rows and draws are combined.
  public var reduction: LossReduction

  /// Makes the objective; unless said, it is the mean of squares of the denoised residual.
  public init(
    noiseLevel: Double, draws: Int = 1, sharedOver: Set<Sharing> = [],
    residual: Residual = .denoised, loss: Loss = .squared, reduction: LossReduction = .mean
  ) {
    self.noiseLevel = noiseLevel
    self.draws = draws
    self.sharedOver = sharedOver
    self.residual = residual
    self.loss = loss
    self.reduction = reduction
  }

  /// Makes the objective at the levels of a ladder: the mean or sum of weighted squares.
  public init(
    ladder: NoiseLadder, levelLaw: NoiseLevelLaw = .ladder, draws: Int = 1,
    residual: Residual = .noise, weighting: Weighting = .unit, reduction: LossReduction = .mean
  ) {
    self.init(
      noiseLevel: ladder.levels[ladder.levels.count - 1], draws: draws, residual: residual,
      reduction: reduction)
    self.ladder = ladder
    self.levelLaw = levelLaw
    self.weighting = weighting
  }

  /// `denoising-score-matching`.
  public static let kind = "denoising-score-matching"

  /// Every residual, loss, reduction and way of sharing.
  public static var examples: [(objective: any Objective, outputs: [NetworkOutput])] {
    var examples: [(objective: any Objective, outputs: [NetworkOutput])] = []
    for residual in Residual.allCases {
      for loss in Loss.allCases {
        for reduction in LossReduction.allCases {
          for sharing: Set<Sharing> in [[], [.rows], [.coordinates], [.rows, .coordinates]] {
            let objective = DenoisingScoreMatching(
              noiseLevel: 0.5, draws: 2, sharedOver: sharing, residual: residual, loss: loss,
              reduction: reduction)
            examples.append((objective, NetworkOutput.allCases))
          }
        }
      }
    }
    return examples
  }

  /// Finds a noise level that is not above zero, or no draws.
  public func validate(for network: Network) throws(RunError) {
    guard noiseLevel.isFinite, noiseLevel > 0 else {
      throw .invalid("\(Self.kind): noise_level must be above 0, is \(noiseLevel)")
    }
    guard draws >= 1 else {
      throw .invalid("\(Self.kind): noise.draws must be at least 1, is \(draws)")
    }
    guard ladder != nil else { return }
    if case .logNormal(let mean, let deviation) = levelLaw {
      guard mean.isFinite, deviation.isFinite, deviation > 0 else {
        throw .invalid("\(Self.kind): noise levels whose logarithms have std \(deviation)")
      }
      // The uniform numbers reach 8.3 standard deviations.
      let reach = 9 * deviation + abs(mean)
      guard reach < 300 else {
        throw .invalid(
          "\(Self.kind): the logarithms of noise levels reach \(reach)",
          hint: "let level_law have a smaller std")
      }
    }
    guard let conditioning = network.conditioning else {
      throw .invalid("\(Self.kind) at several noise levels, and the network takes none")
    }
    try conditioning.validate(output: network.output)
    guard loss == .squared, sharedOver.isEmpty else {
      throw .invalid("\(Self.kind) at several noise levels has squared losses and noise of its own")
    }
    if weighting == .edm, case .edm = conditioning.preconditioning { return }
    guard weighting == .unit else {
      throw .invalid(
        "\(Self.kind): the weighting edm is for the preconditioning edm",
        hint: "weighting unit with the residual noise weighs the levels alike")
    }
  }

  /// w(σ), by which ‖σ s + n‖² makes the loss of a pair: the square of what the residual is of it, times the
  /// weighting.
  func weight(at level: Double, _ conditioning: NoiseConditioning) -> Double {
    let variance = level * level
    let weight =
      switch residual {
      case .denoised: variance
      case .score: 1 / variance
      case .noise: 1.0
      }
    guard weighting == .edm, case .edm(let deviation) = conditioning.preconditioning else {
      return weight
    }
    let data = deviation * deviation
    return weight * ((variance + data) / (variance * data))
  }

  /// True for an energy, whose score is a derivative.
  public func differentiatesByInput(output: NetworkOutput) -> Bool { output == .energy }

  /// Makes what computes the loss and its gradient.
  public func makeEvaluator<Scalar: Real>(
    network: Network, batchSize: Int, stream: RandomStream, pool: WorkerPool
  ) -> any ObjectiveEvaluator<Scalar> {
    if let ladder, let conditioning = network.conditioning {
      return LadderScoreMatchingEvaluator<Scalar>(
        objective: self, ladder: ladder, network: network, conditioning: conditioning,
        batchSize: batchSize, stream: stream, pool: pool)
    }
    return DenoisingScoreMatchingEvaluator<Scalar>(
      objective: self, network: network, batchSize: batchSize, stream: stream, pool: pool)
  }
}
