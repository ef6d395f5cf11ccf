import Experiments
import Testing

/// A diffusion, with its own fields left open.
private func diffusion(
  process: String = "{kind: vp}", times: String = "{kind: uniform, steps: 10}",
  scheme: String = "{kind: heun}", rest: String = "", target: String = "law"
) -> String {
  """
  name: x
  data:
    law: {kind: categorical, values: [[0], [1]]}
  models: {net: {kind: mlp, output: score, hidden: [4], dimension: 1}}
  sampling:
    walk:
      kind: diffusion
      target: \(target)
      process: \(process)
      time_grid: \(times)
      scheme: \(scheme)
      \(rest)

  """
}

@Suite("Broken specs: diffusions")
struct BrokenDiffusionTests {
  @Test(arguments: [
    MarkedSpec("a good one", diffusion()),
    MarkedSpec(
      "every field",
      diffusion(
        process: "{kind: ve, sigma_min: 0.1, sigma_max: 9}",
        times: "{kind: noise-levels, levels: {kind: edm, from: 9, to: 0.1, count: 5}}",
        scheme: "{kind: edm, churn: {amount: 3, from: 0.2, to: 5, noise: 1.01}}",
        rest:
          "corrector: {steps: 2, signal_to_noise: 0.1}\n    final_denoising: true\n    initial: {kind: zeros}\n    chains: 3\n    keep: {from: 0, to: 5}"
      )),
    MarkedSpec(
      "ends the wrong way round",
      diffusion(process: "1️⃣{kind: ve, sigma_min: 9, sigma_max: 0.1}"),
      Expected(
        "1️⃣",
        "'sampling.walk.process': sigma_min, 9.0, must lie below sigma_max, which is 0.1")),
    MarkedSpec(
      "noise without end", diffusion(process: "1️⃣{kind: vp, beta_max: 1000}"),
      Expected(
        "1️⃣",
        "'sampling.walk.process': the noise grows beyond 10¹⁵ times what it is added to",
        help: "lower beta_max")),
    MarkedSpec(
      "unknown kinds",
      diffusion(
        process: "{kind: 1️⃣edmm}", times: "{kind: 2️⃣uniformly, steps: 10}",
        scheme: "{kind: 3️⃣heunn}"),
      Expected("1️⃣", "unknown kind of process 'edmm'", help: "did you mean 'edm'?"),
      Expected("2️⃣", "unknown kind of time grid 'uniformly'", help: "did you mean 'uniform'?"),
      Expected("3️⃣", "unknown kind of scheme 'heunn'", help: "did you mean 'heun'?")),
    MarkedSpec(
      "a last time beyond the end",
      diffusion(times: "1️⃣{kind: uniform, steps: 10, to: 2}"),
      Expected(
        "1️⃣", "'sampling.walk': the last time must lie above 0 and below 1.0, and is 2.0")),
    MarkedSpec(
      "levels below the first of the process",
      diffusion(
        process: "{kind: ve}",
        times: "{kind: noise-levels, levels: 1️⃣{kind: edm, from: 9, to: 0.001, count: 5}}"),
      Expected(
        "1️⃣",
        "'sampling.walk': a noise level of 0.001 lies below sigma_min, 0.01, with which the process begins",
        help: "end the levels there, or lower sigma_min")),
    MarkedSpec(
      "levels above the last of the process",
      diffusion(
        process: "{kind: ve}",
        times: "{kind: noise-levels, levels: 1️⃣{kind: edm, from: 60, to: 0.1, count: 5}}"),
      Expected(
        "1️⃣", "'sampling.walk': a noise level of 60.0 lies above 50.0, with which the process ends",
        help: "begin the levels there, or raise sigma_max")),
    MarkedSpec(
      "levels above where uniform grids of EDM begin",
      diffusion(
        process: "{kind: edm, sigma_max: 10}",
        times: "{kind: noise-levels, levels: {kind: edm, from: 60, to: 0.1, count: 5}}")),
    MarkedSpec(
      "one level",
      diffusion(times: "{kind: noise-levels, levels: 1️⃣{kind: explicit, levels: [1]}}"),
      Expected(
        "1️⃣", "'sampling.walk': a grid of 1 noise levels; from 2 to 5001 make one",
        help: "a step leads from one level to the next")),
    MarkedSpec(
      "too many levels with churn",
      diffusion(
        process: "{kind: edm}",
        times: "{kind: noise-levels, levels: {kind: edm, from: 80, to: 0.002, count: 5001}}",
        scheme: "1️⃣{kind: edm, churn: {amount: 1}}"),
      Expected(
        "1️⃣",
        "'sampling.walk': churn makes 10002 noise levels of the grid's 5001; 10000 are the most",
        help:
          "take fewer noise levels, or let `from` and `to` of churn leave some as they are")),
    MarkedSpec(
      "a tolerance below what float32 holds",
      diffusion(
        scheme:
          "1️⃣{kind: dormand-prince, relative_tolerance: 1e-9, absolute_tolerance: 1e-9}"),
      Expected(
        "1️⃣",
        "'sampling.walk': steps in float32 cannot be held to a relative_tolerance of 1e-09 and an absolute_tolerance of 1e-09",
        help: "raise relative_tolerance to 1e-06, or set precision: float64")),
    MarkedSpec(
      "a ladder that rises",
      diffusion(
        times: "{kind: noise-levels, levels: {kind: linear, from: 1️⃣1, to: 9, count: 2}}"),
      Expected(
        "1️⃣",
        "'sampling.walk.time_grid.levels': the ladder does not fall: noise level 1, 9.0, comes after 1.0",
        help: "write the levels from the largest to the smallest")),
    MarkedSpec(
      "several mistakes at once",
      diffusion(
        times: "{kind: uniform, steps: 1️⃣0}", scheme: "{kind: ddim, eta: 2️⃣2}",
        rest: "corrector: {steps: 3️⃣0, signal_to_noise: 4️⃣0}"),
      Expected("1️⃣", "'sampling.walk.time_grid.steps' must be ≥ 1, not 0"),
      Expected("2️⃣", "'sampling.walk.scheme.eta' must be from 0 to 1, not 2"),
      Expected("3️⃣", "'sampling.walk.corrector.steps' must be ≥ 1, not 0"),
      Expected(
        "4️⃣", "'sampling.walk.corrector.signal_to_noise' must be > 0, not 0")),
    MarkedSpec(
      "churn from above to below",
      diffusion(scheme: "1️⃣{kind: edm, churn: {amount: 1, from: 5, to: 2}}"),
      Expected("1️⃣", "'sampling.walk': churn from 5.0 to 2.0")),
    MarkedSpec(
      "churn without an amount",
      diffusion(scheme: "{kind: edm, churn: {1️⃣from: 5}}"),
      Expected(
        "1️⃣", "missing key 'amount' in 'sampling.walk.scheme.churn'",
        help:
          "add `amount:` (number > 0): S_churn: σ grows by min(amount/L, √2 − 1), for L noise levels."
      )),
    MarkedSpec(
      "a corrector of an adaptive scheme",
      diffusion(scheme: "{kind: dormand-prince}", rest: "corrector: 1️⃣{steps: 1}"),
      Expected(
        "1️⃣",
        "'sampling.walk': an adaptive scheme follows the probability flow, and has no corrector",
        help: "choose another scheme, or leave the corrector out")),
    MarkedSpec(
      "keep beyond the grid", diffusion(rest: "keep: 1️⃣{from: 11}"),
      Expected(
        "1️⃣", "'sampling.walk': keep: from 11 lies outside the chain",
        help: "a chain of 10 steps has states 0 to 10, or -11 to -1")),
    MarkedSpec(
      "a start that does not fit",
      diffusion(rest: "initial: {kind: point, at: 1️⃣[1, 2]}"),
      Expected("1️⃣", "initial: a point of 2 coordinates in 1 dimensions")),
    MarkedSpec(
      "a network and an adaptive scheme",
      diffusion(scheme: "{kind: dormand-prince}", target: "1️⃣net"),
      Expected(
        "1️⃣",
        "diffusion needs a score at every noise level that it goes through; 'net' is a network for one",
        help: "follow a law, whose smoothed scores are exact, or give the model `noise_levels:`")),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }

  /// What is the same to the bit has one key: defaults written out, a ladder by name; anything else another.
  @Test func keys() throws {
    func key(_ text: String) throws -> String? {
      NodeKeys(try Reading(text).required().graph)["walk"]
    }
    let plain = try key(diffusion())
    #expect(plain != nil)
    #expect(
      try key(diffusion(process: "{kind: vp, beta_min: 0.1, beta_max: 20}")) == plain)
    #expect(try key(diffusion(times: "{kind: uniform, steps: 10, to: 1e-3}")) == plain)
    let others = try [
      diffusion(process: "{kind: sub-vp}"), diffusion(process: "{kind: vp, beta_max: 19}"),
      diffusion(times: "{kind: uniform, steps: 11}"), diffusion(scheme: "{kind: euler}"),
      diffusion(rest: "corrector: {steps: 1}"), diffusion(rest: "corrector: {steps: 2}"),
      diffusion(rest: "final_denoising: true"), diffusion(rest: "initial: {kind: zeros}"),
    ].map { try key($0) }
    #expect(Set(others + [plain]).count == others.count + 1)
  }
}
