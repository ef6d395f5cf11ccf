import Scorewalk
import YAML

/// `underdamped-langevin`: chains with velocities.
package enum UnderdampedLangevinDefinition {
  package static let kind = ChainDefinition.kind(
    UnderdampedLangevin.kind, version: 3,
    "Langevin chains with velocities: dx = v dt, dv = u β s dt − γ v dt + √(2γu) dW, u = 1/M, in split steps whose bias is O(h²) (Leimkuhler and Matthews 2013)."
  ) { reader in
    let scheme = reader.choice(
      "scheme",
      "The order of drift A, kick B and friction O in a step: aboba (walk-jump), baoab, obabo.",
      default: UnderdampedLangevin.Scheme.baoab)
    let stepSize = reader.number(
      "step_size", "h, a step's time.", unit: "of the data over that of velocities", in: .positive)
    let friction = reader.number("friction", "γ.", in: .positive)
    let unit = reader.choice(
      "friction_per",
      "What γ is counted for: time, a velocity keeps exp(−γh) of itself in a step; step, exp(−γ), as in the code of walk-jump and JAMUN.",
      default: UnderdampedLangevin.FrictionUnit.time)
    let mass = reader.number(
      "mass", "M = 1/u; walk-jump's code calls it the Lipschitz constant.", in: .positive,
      default: 1)
    let inverseTemperature = reader.number(
      "inverse_temperature", "β, by which scores are multiplied: the chains' law is p^β.",
      in: .positive, default: 1)
    let velocities = reader.choice(
      "initial_velocities", "Where velocities begin: zeros, or normal, N(0, u I).",
      default: UnderdampedLangevin.InitialVelocities.normal)
    return UnderdampedLangevin(
      scheme: scheme, stepSize: stepSize, friction: friction, frictionUnit: unit, mass: mass,
      inverseTemperature: inverseTemperature, initialVelocities: velocities)
  }
}
