import Experiments
import Scorewalk
import Testing

/// What `explain` says of ladders and of velocities.
@Suite struct ExplainLadderTests {
  /// Chains down a ladder.
  private func annealed(
    _ levels: String, _ stepSize: Double, steps: Int, law: String = Self.points
  ) throws -> NodeExplanation {
    let text = """
      name: x
      precision: float64
      data:
        law: \(law)
      sampling:
        walk: {kind: annealed-langevin, target: law, noise_levels: \(levels), initial: {kind: normal}, step_size: \(stepSize), steps_per_level: \(steps)}

      """
    return try #require(Explanation(try Reading(text).required())["walk"])
  }

  private func number(_ node: NodeExplanation, _ fact: String) throws -> Double {
    guard case .number(let number)? = node[fact]?.value else {
      Issue.record("no number \(fact)")
      return .nan
    }
    return number
  }

  private func warnings(_ node: NodeExplanation) -> [String] {
    node.verdicts.filter { $0.severity == .warning }.map(\.name)
  }

  private static let points = "{kind: categorical, values: [[5], [-5]], weights: [0.8, 0.2]}"

  /// The published setting for CIFAR-10 takes a third of the time in which the noise relaxes at each level, and that
  /// is enough with a ratio of 1.04.
  @Test func aFineLadderMayBeQuick() throws {
    let node = try annealed("{kind: geometric, from: 50, to: 0.01, count: 232}", 6.2e-6, steps: 5)
    #expect(abs(try number(node, "noise_step") - 0.062) < 1e-12)
    #expect(abs(try number(node, "level_time") - 0.31) < 1e-12)
    #expect(abs(try number(node, "final_spread") - 1.0622) < 1e-4)
    #expect(warnings(node).isEmpty)
  }

  /// More than one relaxation time at each of four levels is not enough with a ratio of 17.
  @Test(arguments: [2, 4])
  func aCoarseLadderMustBeSlow(count: Int) throws {
    let levels = "{kind: geometric, from: 50, to: 0.01, count: \(count)}"
    let node = try annealed(levels, 1e-5, steps: 12)
    #expect(warnings(node) == ["hasty"])
    #expect(try number(node, "final_spread") > (count == 2 ? 1400 : 100))
    #expect(warnings(try annealed(levels, 1e-5, steps: 120)).isEmpty)
  }

  /// A component that is wider than the noise need not follow it.
  @Test func wideComponentsHaveLessToFollow() throws {
    let levels = "{kind: geometric, from: 1, to: 0.01, count: 30}"
    let wide = "{kind: gaussian-mixture, components: [{mean: [0], std: 3}]}"
    #expect(warnings(try annealed(levels, 2e-6, steps: 4)).contains("hasty"))
    #expect(warnings(try annealed(levels, 2e-6, steps: 4, law: wide)).isEmpty)
    // Down from far above its own width it must.
    let high = "{kind: geometric, from: 10, to: 0.01, count: 30}"
    #expect(warnings(try annealed(high, 2e-6, steps: 20, law: wide)) == ["hasty"])
  }

  /// Where steps are large beside the noise, the weights of the modes are not those of the law.
  @Test func largeStepsShiftWeights() throws {
    let law =
      "{kind: gaussian-mixture, components: [{weight: 2, mean: [-5], std: 3}, {mean: [6], std: 0.05}]}"
    let levels = "{kind: geometric, from: 4, to: 0.05, count: 20}"
    let far = try annealed(levels, 6e-3, steps: 100, law: law)
    #expect(abs(try number(far, "noise_step") - 2.4) < 1e-12)
    // The narrow component is lost at once: 38.4 is beyond 2 (0.05² + 4²), and not beyond 2 (3² + 4²).
    #expect(warnings(far).prefix(2) == ["unstable_component", "coarse"])
    let near = try annealed(levels, 1e-3, steps: 100, law: law)
    #expect(abs(try number(near, "noise_step") - 0.4) < 1e-12)
    #expect(warnings(near).contains("coarse"))
    #expect(!warnings(try annealed(levels, 2.5e-4, steps: 1000, law: law)).contains("coarse"))
    let target = try #require(far["target"])
    #expect(target.remark?.contains("exactly") == false)
  }

  /// Every component counts, in its narrowest direction, in any dimension.
  @Test(arguments: [
    ("[{mean: [0, 0], covariance: [[1, 0.99], [0.99, 1]]}]", 2.03, 2.01),
    ("[{mean: [0, 0, 3], std: 1}, {mean: [3, 0, 0], std: 1}, {mean: [0, 3, 0], std: 1}]", 4.0, 1.9),
    (
      "[{mean: [0, 0], covariance: [[1, 0.99], [0.99, 1]]}, {mean: [3, 5], variances: [1.96, 0.01]}]",
      2.03,
      2.01
    ),
  ])
  func componentsOfAnyShape(components: String, unstable: Double, stable: Double) throws {
    let law = "{kind: gaussian-mixture, components: \(components)}"
    let levels = "{kind: explicit, levels: [1.0001, 1]}"
    #expect(warnings(try annealed(levels, unstable, steps: 50, law: law)).contains("unstable"))
    let right = warnings(try annealed(levels, stable, steps: 50, law: law))
    #expect(!right.contains("unstable") && !right.contains("unstable_component"))
  }

  @Test func oneLevelIsALadder() throws {
    let node = try annealed("{kind: geometric, from: 2, to: 1, count: 1}", 0.1, steps: 50)
    #expect(try number(node, "noise_levels") == 2)
    #expect(abs(try number(node, "noise_step") - 0.025) < 1e-15)
  }

  // MARK: - Losses

  /// On N(0, 1) the least mean squared error is σ²/(1 + σ²). With residual `score` it counts 1/σ⁴, and the rarest levels
  /// make most of the mean.
  @Test(arguments: [
    ("denoised", 0), ("noise", 2), ("score", 4),
  ])
  func leastLossesOverLawsOfLevels(residual: String, power: Int) throws {
    func found(_ law: String) throws -> Double {
      let text = """
        name: x
        noise_levels: {all: {kind: geometric, from: 20, to: 0.05, count: 6}}
        data: {law: {kind: gaussian-mixture, components: [{mean: [3], std: 1}]}}
        models: {net: {kind: mlp, output: denoiser, hidden: [4], noise_levels: all}}
        training:
          fit:
            model: net
            data: law
            objective: {kind: denoising-score-matching, noise_levels: all, residual: \(residual), level_law: \(law)}
            optimizer: {kind: adam, learning_rate: 1e-3}
            batch_size: 4
            steps: 3

        """
      return try number(
        try #require(Explanation(try Reading(text).required())["fit"]), "least_loss")
    }
    func loss(_ level: Double) -> Double {
      level * level / (1 + level * level) / Double.pow(level, power)
    }
    /// By 4,000 trapezia between two logarithms.
    func mean(from first: Double, to last: Double, _ density: (Double) -> Double) -> Double {
      let step = (last - first) / 4000
      return (0...4000).reduce(0) { sum, index in
        let x = first + step * Double(index)
        return sum + (index % 4000 == 0 ? 0.5 : 1) * step * density(x) * loss(Double.exp(x))
      }
    }
    let (first, last) = (Double.log(0.05), Double.log(20))
    let even = mean(from: first, to: last) { _ in 1 / (last - first) }
    #expect(abs(try found("{kind: log-uniform}") / even - 1) < 1e-5)
    let (center, spread) = (0.5, 1.2)
    let normal = mean(from: center - 8 * spread, to: center + 8 * spread) { x in
      let z = (x - center) / spread
      return Double.exp(-0.5 * z * z) / (spread * (2 * Double.pi).squareRoot())
    }
    #expect(
      abs(try found("{kind: log-normal, mean: \(center), std: \(spread)}") / normal - 1) < 1e-6)
    let levels = try NoiseLadder.geometric(from: 20, to: 0.05, count: 6).levels
    let steps = levels.map(loss).reduce(0, +) / 6
    #expect(abs(try found("{kind: ladder}") / steps - 1) < 1e-12)
  }

  // MARK: - Velocities

  private func walker(_ law: String, _ step: String) throws -> NodeExplanation {
    let text = """
      name: x
      data:
        law: {kind: gaussian-mixture, components: \(law)}
      sampling:
        walk: {kind: underdamped-langevin, target: law, initial: {kind: normal}, friction: 1, steps: 50, \(step)}

      """
    return try #require(Explanation(try Reading(text).required())["walk"])
  }

  /// The least eigenvalue of a full covariance is 0.01: steps must be below 0.2.
  @Test func fullCovariancesHaveALimit() throws {
    let law = "[{mean: [0, 0], covariance: [[1, 0.99], [0.99, 1]]}]"
    let wild = try walker(law, "step_size: 1")
    #expect(abs(try number(wild, "stability_limit") - 0.2) < 1e-12)
    #expect(warnings(wild) == ["unstable"])
    let right = try walker(law, "step_size: 0.1")
    #expect(warnings(right).isEmpty)
    // The mean over both axes of 1 − h²/(4 s²).
    let expected = 1 - 0.5 * (0.01 / 4) * (1 / 0.01 + 1 / 1.99)
    #expect(abs(try number(right, "stationary_temperature") - expected) < 1e-12)
    guard case .numbers(let variances)? = right["stationary_variance"]?.value else {
      Issue.record("one number")
      return
    }
    #expect(zip(variances.sorted(), [0.01, 1.99]).allSatisfy { abs($0 - $1) < 1e-12 })
    let two = try walker(
      "[{mean: [0, 0], covariance: [[1, 0.99], [0.99, 1]]}, {mean: [5, 0], std: 1}]",
      "step_size: 1")
    #expect(warnings(two) == ["unstable_component"])
  }

  /// Plain Langevin too: 2 λ is 0.02.
  @Test func plainChainsOnFullCovariances() throws {
    let text = """
      name: x
      data:
        law: {kind: gaussian-mixture, components: [{mean: [0, 0], covariance: [[1, 0.99], [0.99, 1]]}]}
      sampling:
        walk: {kind: langevin, target: law, initial: {kind: normal}, step_size: 3, steps: 50}

      """
    let node = try #require(Explanation(try Reading(text).required())["walk"])
    #expect(abs(try number(node, "stability_limit") - 0.02) < 1e-12)
    #expect(warnings(node) == ["unstable"])
  }

  // MARK: - Rounding

  /// Near 1000 the last place of a float32 is 6.1e-5: steps of less than twice that are told of, for every kind of chain.
  @Test(arguments: [
    ("kind: langevin, steps: 9, step_size: ", 8e-9, 7e-9),
    ("kind: langevin, convention: half, steps: 9, step_size: ", 1.6e-8, 1.4e-8),
    ("kind: metropolis-adjusted-langevin, steps: 9, step_size: ", 8e-9, 7e-9),
    (
      "kind: annealed-langevin, steps_per_level: 9999, noise_levels: {kind: explicit, levels: [1e-3]}, step_size: ",
      8e-9, 7e-9
    ),
    ("kind: underdamped-langevin, steps: 9, friction: 1, mass: 4, step_size: ", 2.5e-4, 2.4e-4),
  ])
  func stepsThatPositionsCannotHold(chains: String, enough: Double, less: Double) throws {
    func isRounded(_ step: Double, precision: String, mean: Double) throws -> Bool {
      let text = """
        name: x
        precision: \(precision)
        data:
          law: {kind: gaussian-mixture, components: [{mean: [\(mean)], std: 0.01}]}
        sampling:
          walk: {\(chains)\(step), target: law, initial: {kind: normal}}

        """
      let node = try #require(Explanation(try Reading(text).required())["walk"])
      return warnings(node).contains("rounded")
    }
    #expect(try !isRounded(enough, precision: "float32", mean: -1000))
    #expect(try isRounded(less, precision: "float32", mean: -1000))
    #expect(try !isRounded(less, precision: "float64", mean: -1000))
    #expect(try !isRounded(less, precision: "float32", mean: 1))
  }
}
