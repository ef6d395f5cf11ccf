import Scorewalk
import YAML

/// `metropolis-adjusted-langevin`: Langevin proposals that are accepted or rejected.
package enum MetropolisAdjustedLangevinDefinition {
  package static let kind = ChainDefinition.kind(
    MetropolisAdjustedLangevin.kind, version: 3,
    "Langevin proposals, accepted so that the target is the exact law (MALA); it needs a density: a law or an energy (Roberts and Tweedie 1996)."
  ) { reader in
    let (stepSize, convention) = reader.langevinStep()
    return MetropolisAdjustedLangevin(stepSize: stepSize, convention: convention)
  }
}
