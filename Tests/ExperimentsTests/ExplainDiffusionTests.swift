import Experiments
import Foundation
import Scorewalk
import Testing

/// What `explain` says of diffusions and of likelihoods, against closed forms.
@Suite struct ExplainDiffusionTests {
  private static let gaussian = "{kind: gaussian-mixture, components: [{mean: [0.7], std: 0.5}]}"

  private func diffusion(
    _ fields: String, law: String = Self.gaussian
  ) throws -> NodeExplanation {
    let text = """
      name: x
      data:
        law: \(law)
      sampling:
        walk: {kind: diffusion, target: law, \(fields)}

      """
    return try #require(Explanation(try Reading(text).required())["walk"])
  }

  private func likelihood(_ fields: String, law: String = Self.gaussian) throws -> NodeExplanation {
    let text = """
      name: x
      data:
        law: \(law)
        other: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
        rows: {kind: draws, from: law, count: 10}
      evaluation:
        found: {kind: likelihood, of: law, \(fields)}

      """
    return try #require(Explanation(try Reading(text).required())["found"])
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

  /// N(m, σ²) is 2 Φ(m/2σ) − 1 from N(0, σ²).
  @Test func theStart() throws {
    for (mean, isFar) in [(1.0, false), (3, true)] {
      for process in ["{kind: ve}", "{kind: vp}"] {
        let node = try diffusion(
          "process: \(process), time_grid: {kind: uniform, steps: 5}, scheme: {kind: ddim}",
          law: "{kind: categorical, values: [[\(mean)]]}")
        let level =
          process.contains("vp")
          ? DiffusionProcess.variancePreserving().noiseLevel(at: 1) : 50
        let expected = Foundation.erf(mean / (2 * 2.0.squareRoot() * level))
        #expect(abs(try number(node, "start_ks") - expected) < 1e-6)
        #expect(warnings(node) == (isFar && level == 50 ? ["start"] : []))
      }
    }
    // Of the coordinate that is farther.
    let plane = try diffusion(
      "process: {kind: ve}, time_grid: {kind: uniform, steps: 5}, scheme: {kind: ddim}",
      law: "{kind: categorical, values: [[1, -3]]}")
    #expect(
      abs(try number(plane, "start_ks") - Foundation.erf(3 / (2 * 2.0.squareRoot() * 50))) < 1e-6)
  }

  /// One step of DDIM on N(m, v): y' − m = (1 − σ (σ − σ')/(v + σ²)) (y − m).
  @Test func theEnd() throws {
    func grid(_ levels: String, _ scheme: String) -> String {
      "process: {kind: edm}, time_grid: {kind: noise-levels, levels: \(levels)}, scheme: \(scheme)"
    }
    let one = try diffusion(grid("{kind: explicit, levels: [2, 0.5]}", "{kind: ddim}"))
    let factor = 1 - 2 * 1.5 / 4.25
    #expect(abs(try number(one, "end_variance") - factor * factor * 4) < 1e-12)
    #expect(abs(try number(one, "end_mean") - 0.7 * (1 - factor)) < 1e-12)
    #expect(warnings(one) == ["start", "end"])
    let many = try diffusion(
      grid("{kind: edm, from: 80, to: 0.002, count: 80}", "{kind: edm}"))
    #expect(abs(try number(many, "end_variance") - 0.25) < 0.02 * 0.25)
    #expect(warnings(many).isEmpty)
  }

  @Test(arguments: [(0.16, false), (0.9, false), (1, true), (3, true)])
  func correctors(ratio: Double, isUnstable: Bool) throws {
    let node = try diffusion(
      "process: {kind: vp}, time_grid: {kind: uniform, steps: 50}, scheme: {kind: reverse-diffusion}, corrector: {steps: 1, signal_to_noise: \(ratio)}, final_denoising: true"
    )
    #expect(warnings(node) == (isUnstable ? ["unstable"] : []))
  }

  // MARK: - Likelihoods

  /// ½ log 2πe (v + σ²), and of N(0, 1) with the same noise under it.
  @Test func likelihoods() throws {
    let variance = 0.25 + 0.01
    let node = try likelihood("at: law, process: {kind: edm}, from: 0.1")
    let entropy = 0.5 * Foundation.log(2 * .pi * variance) + 0.5
    #expect(abs(try number(node, "entropy") - entropy) < 1e-12)
    #expect(abs(try number(node, "expected_nll") - entropy) < 1e-12)
    #expect(try number(node, "score_evaluations") > 20)
    #expect(warnings(node).isEmpty)
    guard case .numbers(let times)? = node["times"]?.value else {
      Issue.record("no times")
      return
    }
    #expect(times == [0.1, 80])
    let other = try likelihood("at: other, process: {kind: edm}, from: 0.1")
    let cross = 0.5 * Foundation.log(2 * .pi * variance) + 0.5 * (1.01 + 0.49) / variance
    #expect(abs(try number(other, "entropy") - entropy) < 1e-12)
    #expect(abs(try number(other, "expected_nll") - cross) < 1e-9)
    // Rows are X themselves.
    let rows = try likelihood("at: rows, process: {kind: edm}, from: 0.1")
    let plain = 0.5 * Foundation.log(2 * .pi * variance) + 0.5 * 0.25 / variance
    #expect(abs(try number(rows, "expected_nll") - plain) < 1e-9)
  }

  @Test func whereTheFlowEnds() throws {
    let early = "at: law, process: {kind: edm, sigma_max: 2}, from: 0.1"
    let node = try likelihood(early)
    #expect(try number(node, "prior_ks") > 0.05)
    #expect(warnings(node) == ["prior"])
    let known = try likelihood(early + ", prior: law")
    #expect(known["prior_ks"] == nil && warnings(known).isEmpty)
  }

  /// Each probe is a score.
  @Test func probes() throws {
    let fields = "at: law, process: {kind: vp}, from: 0.01"
    let one = try number(likelihood(fields), "score_evaluations")
    let three = try number(
      likelihood(fields + ", divergence: {kind: hutchinson, probes: 3}"), "score_evaluations")
    #expect(three == 3 * one)
  }
}
