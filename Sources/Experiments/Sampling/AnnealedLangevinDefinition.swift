import Scorewalk
import YAML

/// `annealed-langevin`: Langevin chains that go down a ladder of noise levels.
package enum AnnealedLangevinDefinition {
  package static let kind = ChainDefinition.kind(
    AnnealedLangevin.kind, version: 2,
    "Langevin steps at one noise level after the other: α = ε (σᵢ/σ_L)², x ← x + α s(x, σᵢ) + √(2α) ξ; their law comes near that of X + σ_L N (NCSN; Song and Ermon 2019).",
    goesDownALadder: true, hasLength: true
  ) { reader in
    let ladder = reader.ladder("noise_levels", "The noise levels that the chains go down.")
    let stepsPerLevel = reader.count(
      "steps_per_level", "How many steps each chain takes at each level.", atLeast: 1,
      atMost: 100_000_000, smoke: 20)
    let convention = reader.choice(
      "convention",
      "ncsn: x + α s + √(2α) ξ, as in the code of NCSN; half: x + (α/2) s + √α ξ, as in the paper and its toy.",
      default: AnnealedLangevin.Convention.ncsn)
    let stepSize = reader.number(
      "step_size", "ε, the step size α at the last level.", unit: "of the data, squared",
      in: .positive)
    let denoises = reader.flag(
      "final_denoising",
      "Whether a last step without noise, x + σ_L² s(x, σ_L), makes one more state (NCSNv2).",
      default: false)
    guard let ladder else { return nil }
    let sampler = AnnealedLangevin(
      noiseLevels: ladder, stepsPerLevel: stepsPerLevel, stepSize: stepSize,
      convention: convention, denoisesAtEnd: denoises)
    do throws(RunError) {
      try sampler.validate()
    } catch {
      reader.session.error(
        "'\(reader.path)': \(error.what)", at: reader.range(of: "step_size"), help: error.hint)
    }
    return sampler
  }
}
