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

  /// What one draw of noise may be shared over.
  public enum Sharing: String, Sendable, Hashable, CaseIterable {
    /// All rows of a batch have the same noise.
    case rows
    /// All coordinates of a point have the same noise.
    case coordinates
  }

  /// σ > 0.
  public var noiseLevel: Double
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
  }

  /// True for an energy, whose score is a derivative.
  public func differentiatesByInput(output: NetworkOutput) -> Bool { output == .energy }

  /// Makes what computes the loss and its gradient.
  public func makeEvaluator<Scalar: Real>(
    network: Network, batchSize: Int, stream: RandomStream, pool: WorkerPool
  ) -> any ObjectiveEvaluator<Scalar> {
    DenoisingScoreMatchingEvaluator<Scalar>(
      objective: self, network: network, batchSize: batchSize, stream: stream, pool: pool)
  }
}
