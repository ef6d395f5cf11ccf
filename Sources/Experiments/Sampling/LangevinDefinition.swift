import Scorewalk
import YAML

/// `langevin`: unadjusted Langevin chains.
package enum LangevinDefinition {
  package static let kind = ChainDefinition.kind(
    LangevinSampler.kind, version: 4,
    "Unadjusted Langevin: x ← x + δ s(x) + √(2δ) ξ, ξ ~ N(0, I); its law differs from the target by O(δ)."
  ) { reader in
    let (stepSize, convention) = reader.langevinStep()
    return LangevinSampler(stepSize: stepSize, convention: convention)
  }
}

extension FieldReader {
  /// The step of a Langevin proposal: `convention` and `step_size`.
  package func langevinStep() -> (stepSize: Double, convention: LangevinSampler.Convention) {
    let convention = choice(
      "convention", "delta: x + δ s + √(2δ) ξ; half: x + (h/2) s + √h ξ.",
      default: LangevinSampler.Convention.delta)
    let stepSize = number(
      "step_size", "δ, or h with `convention: half`.", unit: "of the data, squared", in: .positive)
    return (stepSize, convention)
  }
}
