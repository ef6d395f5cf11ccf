import Experiments
import Testing

/// A walk, with its own fields left open, and the jump from it.
private func jump(from walk: String, _ jump: String) -> String {
  """
  name: x
  data:
    law: {kind: gaussian-mixture, components: [{mean: [0, 0], std: 1}, {mean: [4, 1], std: 1}]}
    noisy: {kind: smoothed, from: law, noise_level: 0.5}
    rows: {kind: draws, from: law, count: 20}
    noised: {kind: noised, from: rows, noise_level: 0.5}
    twice: {kind: noised, from: noised, noise_level: 0.5}
  models:
    net: {kind: mlp, hidden: [4], output: score, dimension: 2, noise_levels: {kind: geometric, from: 2, to: 0.5, count: 3}}
    one: {kind: mlp, hidden: [4], output: score, dimension: 2}
  training:
    fit:
      {model: net, data: law, objective: {kind: denoising-score-matching, noise_levels: {kind: geometric, from: 2, to: 0.5, count: 3}, residual: denoised}, optimizer: {kind: adam, learning_rate: 1e-3}, batch_size: 4, steps: 3}
    single:
      {model: one, data: law, objective: {kind: denoising-score-matching, noise_level: 0.5}, optimizer: {kind: adam, learning_rate: 1e-3}, batch_size: 4, steps: 3}
  sampling:
    walk: {\(walk)}
    jump: {kind: denoise, \(jump)}

  """
}

private let annealed =
  "kind: annealed-langevin, target: law, noise_levels: {kind: explicit, levels: [2, 1, 0.5]}, initial: {kind: zeros}, step_size: 0.1, steps_per_level: 10"
private func diffusion(_ process: String, to level: String) -> String {
  "kind: diffusion, target: law, process: {kind: \(process)}, time_grid: {kind: noise-levels, levels: {kind: edm, from: 20, to: \(level), count: 9}}, scheme: {kind: heun}"
}
private func plain(_ target: String) -> String {
  "kind: langevin, target: \(target), initial: {kind: zeros}, step_size: 0.1, steps: 10"
}
private let last = ", keep: last"
private let half = "using: law, noise_level: 0.5, from: walk"

/// What a jump takes off must be what the points carry.
@Suite("Noise of jumps")
struct JumpNoiseTests {
  @Test(arguments: [
    MarkedSpec("the last level", jump(from: annealed + last, half)),
    MarkedSpec(
      "another level",
      jump(from: annealed + last, "using: law, noise_level: 1️⃣1, from: walk"),
      Expected(
        "1️⃣", "'sampling.jump' takes σ = 1 off 'walk', whose points carry σ = 0.5",
        help: "write noise_level: 0.5", severity: .warning)),
    MarkedSpec("states of the last level", jump(from: annealed + ", keep: {from: 21}", half)),
    MarkedSpec(
      "states of two levels",
      jump(
        from: annealed + ", keep: {from: 20}", "using: law, noise_level: 0.5, from: 1️⃣walk"),
      Expected(
        "1️⃣",
        "'sampling.jump' takes one noise off 'walk', whose kept states carry from σ = 1 to σ = 0.5",
        help: "keep the last state of 'walk' alone: keep: last", severity: .warning)),
    MarkedSpec(
      "what was denoised",
      jump(
        from: annealed + last + ", final_denoising: true",
        "using: law, noise_level: 0.5, from: 1️⃣walk"),
      Expected(
        "1️⃣",
        "'sampling.jump' takes noise off 'walk', whose points are denoised already",
        help: "leave the denoising there out, or use 'walk' as it is", severity: .warning)),
    MarkedSpec("a process without a scale", jump(from: diffusion("ve", to: "0.5") + last, half)),
    MarkedSpec(
      "a process with a scale",
      jump(
        from: diffusion("vp", to: "0.5") + last, "using: law, noise_level: 0.5, from: 1️⃣walk"),
      Expected(
        "1️⃣",
        "'sampling.jump' takes 'walk' for X + σ N; its points are s (X + σ N) with s = 0.8944271909999159",
        help:
          "let 'walk' end nearer to time 0, choose a process without a scale (ve, edm), or `final_denoising: true` there in place of the jump",
        severity: .warning)),
    MarkedSpec("a plain chain on the noisy law", jump(from: plain("noisy"), half)),
    MarkedSpec(
      "a plain chain on another noisy law",
      jump(from: plain("noisy"), "using: law, noise_level: 1️⃣0.7, from: walk"),
      Expected(
        "1️⃣", "'sampling.jump' takes σ = 0.7 off 'walk', whose points carry σ = 0.5",
        help: "write noise_level: 0.5", severity: .warning)),
    MarkedSpec(
      "a plain chain on a law of which it is not known what is to be found in it",
      jump(from: plain("noisy"), "using: noisy, noise_level: 0.7, from: walk")),
    MarkedSpec(
      "a network for one level",
      jump(from: plain("single"), "using: single, noise_level: 1️⃣1, from: walk"),
      Expected(
        "1️⃣", "'sampling.jump' takes σ = 1 off 'walk', whose points carry σ = 0.5",
        help: "write noise_level: 0.5", severity: .warning)),
    MarkedSpec(
      "the level of the reference, which need not be written again",
      jump(
        from: plain("{node: fit, noise_level: 1}"), "using: {node: fit, noise_level: 1}, from: walk"
      )),
    MarkedSpec(
      "another level of the same network",
      jump(
        from: plain("{node: fit, noise_level: 1}"),
        "using: 1️⃣{node: fit, noise_level: 2}, from: walk"),
      Expected(
        "1️⃣", "'sampling.jump' takes σ = 2 off 'walk', whose points carry σ = 1",
        help: "write noise_level: 1", severity: .warning)),
    MarkedSpec(
      "rows with noise",
      jump(from: plain("noisy"), "using: law, noise_level: 1️⃣1, from: noised"),
      Expected(
        "1️⃣", "'sampling.jump' takes σ = 1 off 'noised', whose points carry σ = 0.5",
        help: "write noise_level: 0.5", severity: .warning)),
    MarkedSpec(
      "rows of which nothing is known", jump(from: plain("noisy"), half.replacing("walk", "rows"))),
    MarkedSpec(
      "noise that was added twice",
      jump(from: plain("noisy"), "using: law, noise_level: 0.7071068, from: twice")),
    MarkedSpec(
      "noise that was added twice, and taken off once",
      jump(from: plain("noisy"), "using: law, noise_level: 1️⃣0.5, from: twice"),
      Expected(
        "1️⃣",
        "'sampling.jump' takes σ = 0.5 off 'twice', whose points carry σ = 0.7071067811865476",
        help: "write noise_level: 0.7071067811865476", severity: .warning)),
    MarkedSpec(
      "noise on a law that has some, of which the jump takes all",
      jump(
        from: annealed.replacing("target: law", "target: noisy") + last,
        "using: law, noise_level: 0.7071068, from: walk")),
    MarkedSpec(
      "a level that could not be read",
      jump(from: annealed + last, "using: law, noise_level: 1️⃣-1, from: walk"),
      Expected("1️⃣", "'sampling.jump.noise_level' must be > 0, not -1")),
    MarkedSpec(
      "nothing is said of a ladder that could not be read",
      jump(
        from: annealed.replacing("[2, 1, 0.5]", "1️⃣[1, 2]") + last, half),
      Expected(
        "1️⃣",
        "'sampling.walk.noise_levels': the ladder does not fall: noise level 1, 2.0, comes after 1.0",
        help: "write the levels from the largest to the smallest")),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }
}
