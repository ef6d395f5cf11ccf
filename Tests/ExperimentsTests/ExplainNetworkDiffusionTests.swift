import Experiments
import Testing

/// What `explain` says of diffusions that follow networks.
@Suite struct ExplainNetworkDiffusionTests {
  /// A diffusion on a law, or on a network that learns its score at the levels of a ladder.
  private func walk(
    on target: String, levels: String = "from: 200, to: 0.001",
    process: String = "{kind: vp}", mean: Double = 0
  ) throws -> NodeExplanation {
    let text = """
      name: x
      noise_levels: {all: {kind: geometric, \(levels), count: 9}}
      data: {law: {kind: gaussian-mixture, components: [{mean: [\(mean)], std: 1}]}}
      models: {net: {kind: mlp, output: denoiser, hidden: [4], noise_levels: all}}
      training:
        fit:
          model: net
          data: law
          objective: {kind: denoising-score-matching, noise_levels: all, residual: denoised}
          optimizer: {kind: adam, learning_rate: 1e-3}
          batch_size: 4
          steps: 3
      sampling:
        walk:
          kind: diffusion
          target: \(target)
          process: \(process)
          time_grid: {kind: uniform, steps: 10}
          scheme: {kind: heun}

      """
    return try #require(Explanation(try Reading(text).required())["walk"])
  }

  /// What does not depend on the score is said of a network as of its law.
  @Test func networks() throws {
    let (law, network) = (try walk(on: "law"), try walk(on: "fit"))
    for name in ["times", "noise_levels", "scales", "score_evaluations", "start_ks"] {
      #expect(law[name] != nil, "\(name)")
      #expect(network[name] == law[name], "\(name)")
    }
    #expect(network["target"]?.value == law["target"]?.value)
    #expect(network["target"]?.remark?.hasPrefix("if it was learned, ") == true)
    #expect(law["target"]?.remark?.contains("learned") == false)
    // The steps on the exact score of a Gaussian are those of no network.
    #expect(law["end_variance"] != nil && network["end_variance"] == nil)
    #expect(network.verdicts.isEmpty)
  }

  /// N(0, 50²) is not N(100, 50² + 1), whatever is followed from there.
  @Test func startsOfNetworks() throws {
    let network = try walk(on: "fit", process: "{kind: ve}", mean: 100)
    let law = try walk(on: "law", process: "{kind: ve}", mean: 100)
    #expect(network.verdicts.map(\.name) == ["start"])
    #expect(network["start_ks"] == law["start_ks"])
  }

  /// From 50 to 0.01 in ten steps the grid of `ve` has eleven levels, 50 (0.01/50)^(i/10) up to the last time.
  @Test(arguments: ["fit", "net"])
  func levelsThatWereNotLearned(target: String) throws {
    let inside = try walk(on: target, process: "{kind: ve}")
    #expect(!inside.verdicts.contains { $0.name == "beyond" })
    let exact = try walk(on: target, levels: "from: 50, to: 0.01", process: "{kind: ve}")
    #expect(!exact.verdicts.contains { $0.name == "beyond" })
    let far = try walk(on: target, levels: "from: 20, to: 0.1", process: "{kind: ve}")
    let verdict = try #require(far.verdicts.first { $0.name == "beyond" })
    #expect(verdict.severity == .warning)
    #expect(
      verdict.text
        == "scores are taken at 11 noise levels, and '\(target)' is not meant for 2 above σ = 20 and 3 below σ = 0.1: begin and end within its levels, or let it learn at more"
    )
  }
}
