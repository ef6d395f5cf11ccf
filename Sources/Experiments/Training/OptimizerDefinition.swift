import Scorewalk
import YAML

/// How parameters are updated: the rule, its learning rate over time, and what is done to the gradient first.
package struct OptimizerDefinition: Sendable {
  package let chosen: Chosen<any Optimizer>?
  package let clipping: GradientClipping?

  /// The kinds of `optimizer`. Constants and order of operations are optax's, and jaxopt's of the last.
  package static let kinds: [Kind<any Optimizer>] = [
    Kind("sgd", "Stochastic gradient descent, with momentum on request.") { reader in
      let rate = learningRate(reader)
      return SGD(
        learningRate: rate,
        momentum: reader.number(
          "momentum", "μ in m ← g + μ m; 0 is plain descent.", in: .fraction, default: 0),
        isNesterov: reader.flag("nesterov", "Whether the step is g + μ m.", default: false))
    },
    Kind("adam", "Adam (Kingma and Ba 2015, Algorithm 1).") { reader in
      Adam(learningRate: learningRate(reader), moments: moments(reader))
    },
    Kind("adamw", "Adam with decoupled weight decay (Loshchilov and Hutter 2019).") { reader in
      AdamW(
        learningRate: learningRate(reader), moments: moments(reader),
        weightDecay: reader.number(
          "weight_decay", "How fast all parameters decay, times the learning rate.",
          in: .nonnegative,
          default: 1e-4))
    },
    Kind(
      GradientDescent.kind, version: 2,
      "Gradient descent with a backtracking line search and acceleration (FISTA; Beck and Teboulle 2009)."
    ) { GradientDescent.read($0) },
  ]

  package static func read(_ reader: FieldReader) -> OptimizerDefinition {
    let chosen = reader.sound { reader.kind("optimizer", among: kinds) } ?? nil
    if let chosen, !reader.session.isListing {
      do throws(RunError) {
        try chosen.definition.validate()
      } catch {
        reader.session.error(
          "'\(reader.path)': \(error.what)", at: reader.headRange, help: error.hint)
      }
    }
    let clipping = reader.optionalMap("clip", "Bounds the gradient before the update.") { reader in
      let norm = reader.optionalNumber(
        "norm", "The largest norm over all parameters.", in: .positive)
      let value = reader.optionalNumber(
        "value", "The largest magnitude of one entry.", in: .positive)
      let isOne = reader.isWritten("norm") != reader.isWritten("value")
      if !reader.session.isListing, !reader.isBroken, !isOne {
        reader.session.error(
          "'\(reader.path)' needs exactly one of 'norm' and 'value'", at: reader.place)
      }
      return norm.map { GradientClipping.globalNorm($0) } ?? .value(value ?? 1)
    }
    return OptimizerDefinition(chosen: chosen, clipping: clipping)
  }

  private static func moments(_ reader: FieldReader) -> AdamMoments {
    AdamMoments(
      firstDecay: reader.number(
        "beta1", "The decay of the mean of gradients.", in: .fraction, default: 0.9),
      secondDecay: reader.number(
        "beta2", "The decay of the mean of squared gradients.", in: .fraction, default: 0.999),
      epsilon: reader.number(
        "epsilon", "Added to the root of the second moment.", in: .positive, default: 1e-8))
  }

  private static func learningRate(_ reader: FieldReader) -> LearningRate {
    let initial = reader.number(
      "learning_rate", "The learning rate, before its schedule.", in: .positive)
    let schedule = reader.optionalMap(
      "schedule", "How the learning rate falls; constant unless said."
    ) {
      $0.kind("schedule", among: schedules)?.definition(initial)
    }
    let warmUp = reader.optionalMap("warm_up", "A linear rise in front of the schedule.") {
      LearningRate.WarmUp(
        steps: $0.count("steps", "How many updates it lasts.", atLeast: 1),
        from: $0.number(
          "from", "The learning rate of the first update.", in: .nonnegative, default: 0))
    }
    return LearningRate((schedule ?? nil) ?? .constant(initial), warmUp: warmUp)
  }

  /// The kinds of `schedule`, each a function of the initial learning rate.
  package static let schedules: [Kind<@Sendable (Double) -> Schedule>] = [
    Kind("cosine", "Falls by half a cosine from the learning rate to `to` over `steps` updates.") {
      reader in
      let final = reader.number("to", "The learning rate at the end.", in: .nonnegative, default: 0)
      let steps = reader.count("steps", "How many updates the fall takes.", atLeast: 1)
      return { .cosine(initial: $0, final: final, steps: steps) }
    },
    Kind("exponential", "Is multiplied by `rate` over every `steps` updates, down to `to`.") {
      reader in
      let rate = reader.number("rate", "The factor over `steps` updates.", in: .positive)
      let steps = reader.count("steps", "How many updates the factor takes.", atLeast: 1)
      let floor = reader.number("to", "The lowest learning rate.", in: .nonnegative, default: 0)
      return { .exponential(initial: $0, rate: rate, steps: steps, floor: floor) }
    },
    Kind("piecewise", "Is multiplied by a factor at given updates.") { reader in
      let scales = reader.maps("scales", "The updates and their factors.") {
        Schedule.Scale(
          step: $0.count("at", "The number of updates from which the factor holds."),
          factor: $0.number("factor", "The factor.", in: .nonnegative))
      }
      return { .piecewise(initial: $0, scales: scales) }
    },
  ]
}

/// `ema`: an exponential moving average of the parameters.
package struct AverageDefinition: Sendable {
  package let average: ExponentialMovingAverage

  package static func read(_ reader: FieldReader) -> AverageDefinition {
    let decay = reader.number("decay", "d in a ← d a + (1 − d) θ.", in: .fraction)
    let isWarmedUp = reader.flag(
      "warm_up", "Whether the decay is min(d, (1 + n)/(10 + n)) after n updates.", default: false)
    let isDebiased = reader.flag(
      "debias", "Whether the average is divided by 1 − dⁿ.", default: false)
    if isWarmedUp, isDebiased {
      reader.session.error(
        "'\(reader.path)' has both 'warm_up' and 'debias'", at: reader.range(of: "debias"),
        help: "choose one of the two")
    }
    return AverageDefinition(
      average: ExponentialMovingAverage(
        decay: decay, isWarmedUp: isWarmedUp, isDebiased: isDebiased))
  }
}
