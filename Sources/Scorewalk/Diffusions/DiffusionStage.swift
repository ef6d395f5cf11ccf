/// One update of the positions by at most two scores; each step of a ``DiffusionSampler`` is made of some.
///
///     x ← a x + b S(x/s, σ) + c ξ
///
/// or, where there is a ``correction``, with x₁ = a x + b S(x/s, σ),
///
///     x ← a₀ x + b₀ S(x/s, σ) + a₁ x₁ + b₁ S(x₁/s₁, σ₁)
struct DiffusionStage<Scalar: Real>: Sendable {
  /// The second half of a step of Heun's.
  struct Correction: Sendable {
    let level: Int
    let inverseScale: Scalar
    let position: Scalar
    let score: Scalar
    let nextPosition: Scalar
    let nextScore: Scalar
  }

  /// The place of σ in the ladder; nil where no score is taken.
  let level: Int?
  /// 1/s.
  let inverseScale: Scalar
  let position: Scalar
  let score: Scalar
  let noise: Scalar
  /// From which column on the noise is drawn, in units of the dimension; nil where c is 0.
  let noiseBlock: Int?
  let correction: Correction?
}

/// The same in double precision, as it is derived.
package struct DiffusionStageRule: Sendable, Hashable {
  package struct Correction: Sendable, Hashable {
    package var noiseLevel: Double
    package var scale: Double
    package var position: Double
    package var score: Double
    package var nextPosition: Double
    package var nextScore: Double
  }

  /// σ; nil where no score is taken.
  package var noiseLevel: Double?
  package var scale = 1.0
  package var position = 1.0
  package var score = 0.0
  package var noise = 0.0
  package var correction: Correction?

  func rounded<Scalar: Real>(
    to _: Scalar.Type = Scalar.self, level: (Double) -> Int, noiseBlock: Int?
  ) -> DiffusionStage<Scalar> {
    DiffusionStage(
      level: noiseLevel.map(level), inverseScale: Scalar(1 / scale), position: Scalar(position),
      score: Scalar(score), noise: Scalar(noise), noiseBlock: noiseBlock,
      correction: correction.map {
        .init(
          level: level($0.noiseLevel), inverseScale: Scalar(1 / $0.scale),
          position: Scalar($0.position), score: Scalar($0.score),
          nextPosition: Scalar($0.nextPosition), nextScore: Scalar($0.nextScore))
      })
  }
}

extension DiffusionSampler {
  /// What makes state `step`, from 1, in the order in which it is done.
  package func rules(step: Int) -> [DiffusionStageRule] {
    if step > grid.steps { return denoising }
    return correcting(step - 1) + predicting(step - 1)
  }

  /// Langevin steps at point i, before the step from there.
  ///
  /// ε = 2 a² (r s σ)², a as in the reverse diffusion step: what Song et al. have in algorithms 4 and 5 with
  /// |ξ|/|s| at its value for pure noise, s σ. Their batch means of the norms would make each chain depend on
  /// the others.
  private func correcting(_ i: Int) -> [DiffusionStageRule] {
    guard let corrector else { return [] }
    let ratio = grid.scales[i] / grid.scales[i + 1]
    let deviation = grid.scales[i] * grid.noiseLevels[i] * ratio * corrector.signalToNoise
    let step = 2 * deviation * deviation
    let rule = DiffusionStageRule(
      noiseLevel: grid.noiseLevels[i], scale: grid.scales[i], position: 1,
      score: step / grid.scales[i], noise: (2 * step).squareRoot())
    return Array(repeating: rule, count: corrector.steps)
  }

  /// The step from point i to the next.
  private func predicting(_ i: Int) -> [DiffusionStageRule] {
    let process = grid.process
    let (time, next) = (grid.times[i], grid.times[i + 1])
    let (level, nextLevel) = (grid.noiseLevels[i], grid.noiseLevels[i + 1])
    let (scale, nextScale) = (grid.scales[i], grid.scales[i + 1])
    let (drift, diffusion) = (process.drift(at: time), process.squaredDiffusion(at: time))
    let span = time - next
    var rule = DiffusionStageRule(noiseLevel: level, scale: scale)
    switch scheme {
    case .eulerMaruyama:
      rule.position = 1 - drift * span
      rule.score = diffusion * span / scale
      rule.noise = (diffusion * span).squareRoot()
    case .reverseDiffusion:
      let variance = scale * scale * (level - nextLevel) * (level + nextLevel)
      rule.position = 2 - scale / nextScale
      rule.score = variance / scale
      rule.noise = variance.squareRoot()
    case .ancestral: rule.setPosterior(eta: 1, to: nextLevel, nextScale)
    case .ddim(let eta): rule.setPosterior(eta: eta, to: nextLevel, nextScale)
    case .euler, .heun:
      rule.position = 1 - drift * span
      rule.score = 0.5 * diffusion * span / scale
      if scheme == .heun {
        rule.correction = .init(
          noiseLevel: nextLevel, scale: nextScale, position: 1 - 0.5 * drift * span,
          score: 0.25 * diffusion * span / scale,
          nextPosition: -0.5 * process.drift(at: next) * span,
          nextScore: 0.25 * process.squaredDiffusion(at: next) * span / nextScale)
      }
    case .edm(let churn):
      let (raised, stages) = raise(i, churn)
      let slope = nextScale * (raised - nextLevel)
      rule.noiseLevel = raised
      rule.position = nextScale / scale
      rule.score = slope * raised
      rule.correction = .init(
        noiseLevel: nextLevel, scale: nextScale, position: nextScale / scale,
        score: 0.5 * slope * raised, nextPosition: 0, nextScore: 0.5 * slope * nextLevel)
      return stages + [rule]
    case .dormandPrince: preconditionFailure("an adaptive scheme has no fixed stages")
    }
    return [rule]
  }

  /// The last step, to the posterior mean of X: Euler's from σ_N to 0.
  private var denoising: [DiffusionStageRule] {
    let last = grid.steps
    var (level, stages) = (grid.noiseLevels[last], [DiffusionStageRule]())
    if case .edm(let churn) = scheme { (level, stages) = raise(last, churn) }
    let scale = grid.scales[last]
    return stages + [
      DiffusionStageRule(
        noiseLevel: level, scale: scale, position: 1 / scale, score: level * level)
    ]
  }

  /// σ̂, and what adds the noise up to it.
  private func raise(
    _ i: Int, _ churn: DiffusionScheme.Churn
  ) -> (level: Double, stages: [DiffusionStageRule]) {
    let level = grid.noiseLevels[i]
    let growth = churn.growth(at: level, of: grid.noiseLevels.count)
    guard growth > 0 else { return (level, []) }
    let noise = level * (growth * (2 + growth)).squareRoot()
    return (
      level * (1 + growth),
      [DiffusionStageRule(position: 1, noise: grid.scales[i] * churn.noise * noise)]
    )
  }
}

extension DiffusionStageRule {
  /// s' (x̂ + √(σ'² − c²) n̂ + c ξ), from σ and s, which are set.
  fileprivate mutating func setPosterior(
    eta: Double, to nextLevel: Double, _ nextScale: Double
  ) {
    guard let level = noiseLevel else { return }
    let ratio = nextLevel / level
    let noise = eta * nextLevel * ((1 - ratio) * (1 + ratio)).squareRoot()
    let kept = ((nextLevel - noise) * (nextLevel + noise)).squareRoot()
    position = nextScale / scale
    score = nextScale * level * (level - kept)
    self.noise = nextScale * noise
  }
}
