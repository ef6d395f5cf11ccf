import Scorewalk
import YAML

/// The times of a grid, before the process is known.
package enum DiffusionTimes: Sendable {
  case uniform(steps: Int, to: Double)
  case noiseLevels(NoiseLadder)

  package func grid(of process: DiffusionProcess) throws(RunError) -> DiffusionGrid {
    switch self {
    case .uniform(let steps, let last): try .uniform(process, steps: steps, to: last)
    case .noiseLevels(let ladder): try .at(ladder, of: process)
    }
  }
}

/// The kinds of processes, of grids of times and of schemes.
package enum DiffusionKinds {
  package static let processes: [Kind<DiffusionProcess>] = [
    Kind("ve", "Variance exploding: s = 1, σ = σ_min (σ_max/σ_min)^t, t up to 1.") { reader in
      .varianceExploding(
        from: reader.number(
          "sigma_min", "σ at time 0.", unit: "of the data", in: .deviation, default: 0.01),
        to: reader.number(
          "sigma_max", "σ at time 1.", unit: "of the data", in: .deviation, default: 50))
    },
    Kind("vp", "Variance preserving: dx = −½ β x dt + √β dw, β linear in t, t up to 1.") {
      let (first, last) = betas($0)
      return .variancePreserving(from: first, to: last)
    },
    Kind("sub-vp", "The same drift as vp, with less noise: g² = β (1 − exp(−2∫β)).") {
      let (first, last) = betas($0)
      return .subVariancePreserving(from: first, to: last)
    },
    Kind("edm", "s = 1 and σ = t: the time is the noise level (Karras et al. 2022).") { reader in
      .edm(
        to: reader.number(
          "sigma_max", "Where a uniform grid begins.", unit: "of the data", in: .deviation,
          default: 80))
    },
  ]

  private static func betas(_ reader: FieldReader) -> (Double, Double) {
    (
      reader.number("beta_min", "β at time 0.", in: .positive, default: 0.1),
      reader.number("beta_max", "β at time 1.", in: .positive, default: 20)
    )
  }

  package static let grids: [Kind<DiffusionTimes?>] = [
    Kind("uniform", "Times the same distance apart, from the process's end.") { reader in
      let times = reader.sound {
        DiffusionTimes.uniform(
          steps: reader.count(
            "steps", "How many steps.", atLeast: 1, atMost: DiffusionGrid.largestSteps, smoke: 20),
          to: reader.number("to", "The last time.", in: .positive, default: 1e-3))
      }
      return times
    },
    Kind("noise-levels", "The times at which σ is each of a ladder's levels.") { reader in
      reader.ladder("levels", "The noise levels σ, beside X and not beside s X.")
        .map { .noiseLevels($0) }
    },
  ]

  package static let schemes: [Kind<DiffusionScheme>] = [
    Kind("euler-maruyama", "The reverse SDE by Euler and Maruyama.") { _ in .eulerMaruyama },
    Kind("reverse-diffusion", "The forward step turned round (Song et al. 2021).") { _ in
      .reverseDiffusion
    },
    Kind("ancestral", "The law of the step before, given x̂ (DDPM; Ho, Jain and Abbeel 2020).") {
      _ in .ancestral
    },
    Kind("ddim", "From the probability flow, eta 0, to ancestral, eta 1 (Song et al. 2021).") {
      .ddim(
        eta: $0.number(
          "eta", "η, how much of the ancestral noise.", in: NumberRange(lower: 0, upper: 1),
          default: 0))
    },
    Kind("euler", "The probability flow by Euler's steps in t.") { _ in .euler },
    Kind("heun", "The probability flow by Heun's steps in t: two scores, order 2.") { _ in .heun },
    Kind("edm", "Heun's steps in σ, before each of which noise may be added (Karras et al. 2022).")
    {
      reader in
      let churn = reader.optionalMap("churn", "Noise added before each step; none unless said.") {
        reader in
        DiffusionScheme.Churn(
          amount: reader.number(
            "amount", "S_churn: σ grows by min(amount/L, √2 − 1), for L noise levels.",
            in: .positive),
          from: reader.number(
            "from", "S_tmin, the least σ at which noise is added.", unit: "of the data",
            in: NumberRange(lower: 0), default: 0),
          to: reader.optionalNumber(
            "to", "S_tmax, the largest; without it none is too large.", unit: "of the data",
            in: .deviation) ?? .infinity,
          noise: reader.number(
            "noise", "S_noise, the deviation of that noise, where 1 is right.", in: .positive,
            default: 1))
      }
      return .edm(churn ?? .init())
    },
    Kind(
      "dormand-prince",
      "The probability flow to a tolerance, each chain with steps of its own between the times of the grid (Dormand and Prince 1980)."
    ) {
      .dormandPrince(
        relative: $0.number(
          "relative_tolerance", "Of the positions.", in: NumberRange(lower: 1e-13, upper: 1),
          default: 1e-5),
        absolute: $0.number(
          "absolute_tolerance", "In all positions alike.", unit: "of the data", in: .positive,
          default: 1e-5))
    },
  ]
}
