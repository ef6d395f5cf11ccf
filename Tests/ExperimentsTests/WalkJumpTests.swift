import Experiments
import Scorewalk
import Testing
import YAML

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What the walk-jump notebook rests on, through the whole of spec, graph and runner.
@Suite struct WalkJumpTests {
  /// P(Y > ½) for Y ~ ½ N(−1, ½²) + ½ N(1, ½²) is .42135: the Bayes denoiser of {0, 1} passes ½ there.
  ///
  /// 100,000 draws: standard error .0016, so ±.015 fails by chance with probability below 1e-20. The walked fraction
  /// differs by the law of the chain at δ = 0.1; its 1,000 chains of 900 draws have an effective size above 8,000, and a
  /// standard error below .006.
  @Test func theExactJumpSplitsAsTheLawSays() throws {
    let metrics = try run(
      """
      name: exact-jump
      precision: float64
      data:
        two-modes:
          kind: gaussian-mixture
          components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]
        bits: {kind: categorical, values: [[0], [1]]}
        signs: {kind: categorical, values: [[-1], [1]]}
        drawn: {kind: draws, from: two-modes, count: 100000}
      sampling:
        to-bits: {kind: denoise, from: drawn, using: bits, noise_level: 0.5}
        to-signs: {kind: denoise, from: drawn, using: signs, noise_level: 0.5}
        to-median: {kind: denoise, from: drawn, using: bits, noise_level: 0.5, estimate: median}
        walk:
          kind: langevin
          target: two-modes
          initial: {kind: zeros}
          step_size: 0.1
          steps: 1000
          chains: 1000
          keep: {from: 101}
        walked: {kind: denoise, from: walk, using: bits, noise_level: 0.5}
      evaluation:
        bits-split: {kind: samples, of: to-bits, against: bits, metrics: [mode-weights], floors: false}
        signs-split: {kind: samples, of: to-signs, against: signs, metrics: [mode-weights], floors: false}
        median-split: {kind: samples, of: to-median, against: bits, metrics: [mode-weights], floors: false}
        walked-split: {kind: samples, of: walked, against: bits, metrics: [mode-weights], floors: false}
      """)
    let upper = "mode_weight.1"
    #expect(abs(try #require(metrics["bits-split"]?[upper]) - 0.421) < 0.015)
    #expect(abs(try #require(metrics["signs-split"]?[upper]) - 0.5) < 0.015)
    #expect(abs(try #require(metrics["median-split"]?[upper]) - 0.421) < 0.015)
    #expect(abs(try #require(metrics["walked-split"]?[upper]) - 0.4005) < 0.015)
  }

  /// The shipped, corrected denoiser against tanh(4y): the training alone, as it stands in the spec.
  @Test func theCorrectedDenoiserIsTheBayesDenoiser() throws {
    let metrics = try run(
      try String(
        contentsOf: Self.experiments.appending(path: "walk-jump-corrected.yaml"), encoding: .utf8),
      overrides: [
        "~figures", "~sampling", "~training.fit-energy", "~models.energy", "~evaluation",
        "~data.two-modes",
        "+evaluation={check: {kind: denoiser, of: fit-score, against: signs, noise_level: half}}",
      ])
    #expect(try #require(metrics["check"]?["rmse_to_bayes"]) < 0.03)
    let minimum = try #require(metrics["check"]?["mse.minimum"])
    #expect(abs(minimum - 0.0685974) < 1e-7)
  }

  private static var experiments: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "experiments")
  }

  /// Runs a text in a temporary results directory and returns its final metrics.
  private func run(_ text: String, overrides: [String] = []) throws -> [String: [String: Double]] {
    let directory = FileManager.default.temporaryDirectory.appending(
      path: "scorewalk-tests-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    let loaded = SpecLoader.load(text: text, name: "test.yaml", overrides: overrides)
    let (spec, diagnostics) = SpecReader.read(try #require(loaded.tree))
    #expect(!loaded.diagnostics.hasErrors, "\(loaded.diagnostics.rendered())")
    #expect(!diagnostics.hasErrors, "\(diagnostics.rendered())")
    let runner = Runner(
      results: ResultsDirectory(path: directory.path), options: RunOptions(), control: RunControl(),
      monitor: SilentMonitor())
    let outcome = try runner.start(try #require(spec), sources: loaded.sources)
    #expect(outcome.record.status == .done, "\(outcome.failure?.description ?? "")")
    var metrics: [String: [String: Double]] = [:]
    for node in outcome.record.nodes {
      for metric in node.summary ?? [] {
        metrics[node.name, default: [:]][metric.name] = metric.value.number
      }
    }
    return metrics
  }
}
