import Experiments
import Testing

/// Chains down a ladder, with its levels left open.
private func annealed(_ levels: String, top: String = "") -> String {
  """
  name: x
  \(top)
  data:
    law: {kind: categorical, values: [[0], [1]]}
  sampling:
    walk:
      kind: annealed-langevin
      target: law
      noise_levels: \(levels)
      initial: {kind: zeros}
      step_size: 0.1
      steps_per_level: 10

  """
}

@Suite("Broken specs: ladders")
struct BrokenLadderTests {
  @Test(arguments: [
    MarkedSpec("a good one", annealed("{kind: geometric, from: 20, to: 1, count: 10}")),
    MarkedSpec(
      "by name",
      annealed("down", top: "noise_levels: {down: {kind: edm, from: 80, to: 1, count: 4}}")),
    MarkedSpec("explicit", annealed("{kind: explicit, levels: [3, 2, 1]}")),
    MarkedSpec(
      "a ladder that rises", annealed("{kind: geometric, from: 1️⃣1, to: 20, count: 10}"),
      Expected(
        "1️⃣",
        "'sampling.walk.noise_levels': the ladder does not fall: noise level 1, 20.0, comes after 1.0",
        help: "write the levels from the largest to the smallest")),
    MarkedSpec(
      "a named ladder that rises",
      annealed("down", top: "noise_levels: {down: {kind: linear, from: 1️⃣1, to: 2, count: 3}}"),
      Expected(
        "1️⃣", "'noise_levels.down': the ladder does not fall: noise level 1, 2.0, comes after 1.0",
        help: "write the levels from the largest to the smallest")),
    MarkedSpec(
      "levels that do not fall", annealed("{kind: explicit, levels: 1️⃣[3, 1, 2]}"),
      Expected(
        "1️⃣",
        "'sampling.walk.noise_levels': the ladder does not fall: noise level 2, 2.0, comes after 1.0",
        help: "write the levels from the largest to the smallest")),
    MarkedSpec("one level only", annealed("{kind: explicit, levels: [3]}")),
    MarkedSpec("a count of one", annealed("{kind: linear, from: 3, to: 1, count: 1}")),
    MarkedSpec(
      "a count of one between equal ends", annealed("{kind: geometric, from: 3, to: 3, count: 1}")),
    MarkedSpec(
      "no level", annealed("{kind: explicit, levels: 1️⃣[]}"),
      Expected("1️⃣", "'sampling.walk.noise_levels.levels' is empty")),
    MarkedSpec(
      "a count of none", annealed("{kind: linear, from: 3, to: 1, count: 1️⃣0}"),
      Expected("1️⃣", "'sampling.walk.noise_levels.count' must be ≥ 1, not 0")),
    MarkedSpec(
      "an end that is not positive", annealed("{kind: geometric, from: 20, to: 1️⃣0, count: 10}"),
      Expected("1️⃣", "'sampling.walk.noise_levels.to' must be > 0, not 0")),
    MarkedSpec(
      "several mistakes at once",
      annealed("{kind: edm, from: 1️⃣-1, to: 2️⃣no, count: 3️⃣many, rho: 4️⃣0}"),
      Expected("1️⃣", "'sampling.walk.noise_levels.from' must be > 0, not -1"),
      Expected(
        "2️⃣", "'sampling.walk.noise_levels.to' names no noise level: 'no'",
        help: "add it to noise_levels, or write a number"),
      Expected("3️⃣", "'sampling.walk.noise_levels.count': expected a count, got 'many'"),
      Expected("4️⃣", "'sampling.walk.noise_levels.rho' must be from 0.1 to 1000, not 0")),
    MarkedSpec(
      "an unknown kind", annealed("{kind: 1️⃣geometrical, from: 2, to: 1, count: 3}"),
      Expected("1️⃣", "unknown kind of noise ladder 'geometrical'", help: "did you mean 'geometric'?")
    ),
    MarkedSpec(
      "a name that is none",
      annealed("1️⃣dwon", top: "noise_levels: {down: {kind: linear, from: 2, to: 1, count: 3}}"),
      Expected(
        "1️⃣", "'sampling.walk.noise_levels' names no ladder: 'dwon'", help: "did you mean 'down'?")),
    MarkedSpec(
      "a level where a ladder belongs", annealed("1️⃣half", top: "noise_levels: {half: 0.5}"),
      Expected(
        "1️⃣", "'sampling.walk.noise_levels' needs a ladder; 'half' is one noise level",
        help:
          "name a ladder, such as noise_levels: {ladder: {kind: geometric, from: 20, to: 1, count: 10}}"
      )),
    MarkedSpec(
      "a ladder where a level belongs",
      """
      name: x
      noise_levels: {down: {kind: linear, from: 2, to: 1, count: 3}}
      data:
        law: {kind: categorical, values: [[0], [1]]}
        noisy: {kind: smoothed, from: law, noise_level: 1️⃣down}

      """,
      Expected(
        "1️⃣", "'data.noisy.noise_level' needs one noise level; 'down' is a ladder of them",
        help: "write a number, or the name of one level")),
    MarkedSpec(
      "a list", annealed("1️⃣[3, 2, 1]"),
      Expected(
        "1️⃣", "'sampling.walk.noise_levels' must be a map of fields, not a list",
        help: "write `name: value` lines below it")),
    MarkedSpec(
      "steps of their own", annealed("{kind: linear, from: 2, to: 1, count: 3}\n    1️⃣steps: 30"),
      Expected(
        "1️⃣", "unknown key 'steps' in 'sampling.walk'",
        help:
          "allowed: description, stream, seed, precision, kind, target, initial, noise_levels, steps_per_level, convention, step_size, final_denoising, chains, keep"
      )),
    MarkedSpec(
      "keep beyond the ladder",
      annealed("{kind: linear, from: 2, to: 1, count: 3}\n    keep: 1️⃣{from: 31}"),
      Expected(
        "1️⃣", "'sampling.walk': keep: from 31 lies outside the chain",
        help: "a chain of 30 steps has states 0 to 30, or -31 to -1")),
    MarkedSpec(
      "a first step that is not finite",
      annealed("{kind: linear, from: 1e100, to: 1e-100, count: 3}").replacing(
        "step_size: 0.1", "step_size: 1️⃣0.1"),
      Expected(
        "1️⃣",
        "'sampling.walk': annealed-langevin: the step at the first level, step_size (σ₁/σ_L)², is not finite",
        help: "let the ladder span less")),
    MarkedSpec(
      "a first step beyond float32",
      annealed("{kind: geometric, from: 1e20, to: 1, count: 10}").replacing(
        "step_size: 0.1", "step_size: 1️⃣0.1"),
      Expected(
        "1️⃣",
        "'sampling.walk': annealed-langevin: the step at the first level, 2 δ₁, is beyond the numbers of float32",
        help: "let the ladder span less, or choose `precision: float64`")),
    MarkedSpec(
      "the same in float64",
      annealed(
        "{kind: geometric, from: 1e20, to: 1, count: 10}", top: "precision: float64")),
    MarkedSpec(
      "a last level beyond float32",
      annealed("1️⃣{kind: geometric, from: 1, to: 1e-25, count: 3}")
        .replacing("step_size: 0.1", "step_size: 1e-30"),
      Expected(
        "1️⃣",
        "'sampling.walk': annealed-langevin: the variance at the last level, σ_L², is beyond the numbers of float32",
        help: "let the ladder span less, or choose `precision: float64`")),
    MarkedSpec(
      "a ladder where chains take no noise level",
      """
      name: x
      noise_levels: {down: {kind: linear, from: 2, to: 1, count: 3}}
      data:
        law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
      models: {net: {kind: mlp, output: denoiser, hidden: [4], dimension: 1}}
      sampling:
        walk: {kind: underdamped-langevin, target: law, noise_level: 1️⃣down, initial: {kind: zeros}, step_size: 0.1, friction: 1, steps: 3}
        jump: {kind: langevin, target: net, noise_level: 2️⃣down, initial: {kind: zeros}, step_size: 0.1, steps: 3}

      """,
      Expected(
        "1️⃣", "'sampling.walk.noise_level' needs one noise level; 'down' is a ladder of them",
        help: "write a number, or the name of one level"),
      Expected(
        "2️⃣", "'sampling.jump.noise_level' needs one noise level; 'down' is a ladder of them",
        help: "write a number, or the name of one level")),
    MarkedSpec(
      "a network for one level",
      """
      name: x
      models: {net: {kind: mlp, output: score, hidden: [4], dimension: 1}}
      sampling:
        walk:
          kind: annealed-langevin
          target: 1️⃣net
          noise_levels: {kind: linear, from: 2, to: 1, count: 3}
          initial: {kind: zeros}
          step_size: 0.1
          steps_per_level: 10

      """,
      Expected(
        "1️⃣",
        "annealed-langevin needs a score at every noise level that it goes through; 'net' is a network for one",
        help: "follow a law, whose smoothed scores are exact, or give the model `noise_levels:`")),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }

  /// A ladder by name is the ladder written out, also in the key; another end is another key.
  @Test func namesAreNoPartOfTheKey() throws {
    func key(_ text: String) throws -> String? {
      NodeKeys(try Reading(text).required().graph)["walk"]
    }
    let written = try key(annealed("{kind: linear, from: 2, to: 1, count: 3}"))
    let named = try key(
      annealed("down", top: "noise_levels: {down: {kind: linear, from: 2, to: 1, count: 3}}"))
    let other = try key(annealed("{kind: linear, from: 3, to: 1, count: 3}"))
    #expect(written != nil && written == named && written != other)
  }

  /// Chains down a ladder do not begin as those down another: none goes on from them.
  @Test func annealedChainsAreNoSeries() throws {
    let graph = try Reading(annealed("{kind: linear, from: 2, to: 1, count: 3}")).required().graph
    #expect(NodeKeys(graph).series(of: "walk") == nil)
  }

  @Test func smokeRunsShrinkLaddersAndSteps() throws {
    let text = annealed("{kind: linear, from: 30, to: 1, count: 30}")
      .replacing("steps_per_level: 10", "steps_per_level: 1000")
    let graph = try Reading(text, isSmoke: true).required().graph
    guard case .sampling(let sampling)? = graph["walk"]?.definition else {
      Issue.record("no sampling")
      return
    }
    #expect(sampling.steps(in: graph) == 200)
  }
}
