import Experiments
import Scorewalk
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Seed 001 from a spec: data and network out of JAX's stream in float32, and the first twelve updates of its
/// training in float64. The numbers are METHODS 1.4's, as in the library's test of the same name.
@Suite struct Seed001Tests {
  private static let text = """
    name: langevin-1d-start
    data:
      mixture: {kind: gaussian-mixture, components: [{weight: 2, mean: [-5], std: 3}, {weight: 1, mean: [6], std: 1}]}
      observed:
        kind: draws
        from: mixture
        counts: [10000, 5000]
        random: {kind: jax-threefry, mode: original, key: 45, split: [[3, 0]]}
    models:
      score:
        kind: mlp
        output: score
        hidden: [1024]
        activation: relu
        initializer: stax
        random: {kind: jax-threefry, mode: original, key: 45, split: [[3, 2], [2, 0]]}
    training:
      fit:
        model: score
        data: observed
        precision: float64
        objective: {kind: implicit-score-matching}
        optimizer: {kind: gradient-descent, line_search: backtracking, acceleration: fista, epsilon: 1.1920929e-7}
        batch_size: all
        steps: 12
        snapshots: {from: 1, every: 1}
        log_every: 1

    """

  @Test func theFirstTwelveUpdates() throws {
    let runner = try TestRunner()
    let outcome = try runner.start(Self.text)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    let run = outcome.run
    let rows = try NPYFile.read(run.path(of: "samples.npy", node: "observed"))
    #expect(rows.shape == [1, 15_000, 1] && rows.values.precision == .float32)
    let data = rows.values.doubles
    let mean = data.reduce(0, +) / 15_000
    #expect(abs(mean - -1.3148832) < 1e-6)
    let variance = data.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 15_000
    #expect(abs(variance - 33.1204987) < 1e-5)
    func tensors(_ node: String, _ step: Int) throws -> [NamedTensor] {
      let state = try StateFile.read(run.path(of: RunDirectory.stateFile(step: step), node: node))
      return try #require(state.parameters).tensors
    }
    let initial = try tensors("score", 0)
    #expect(initial.allSatisfy { $0.values.precision == .float32 })
    let expected = [
      [-0.02474977, -0.03120192, 0.03116459, -0.04374597],
      [0.00630046, 0.00104185, 0.00114118, 0.00965587],
      [0.00578879, 0.02601897, -0.09716911, 0.03219958], [-0.01892884],
    ]
    for (tensor, numbers) in zip(initial, expected) {
      for (value, number) in zip(tensor.values.doubles, numbers) {
        #expect(abs(value - number) < 1e-8, "\(tensor.name)")
      }
    }
    let losses = [
      0.0012318008, -0.01297640, -0.01475726, -0.01563371, -0.01599800, -0.01630294, -0.01673051,
      -0.01755705, -0.01911552, -0.02063170, -0.02193402, -0.02306414, -0.02414251,
    ]
    for (step, loss) in losses.enumerated() {
      let parameters = try step == 0 ? initial : tensors("fit", step)
      #expect(abs(Self.loss(parameters, data) - loss) < 1e-6, "after \(step) updates")
    }
    let metrics = try Metric.read(run.path("metrics/fit.jsonl"))
    func values(_ name: String) -> [Double] { metrics.filter { $0.name == name }.map(\.value) }
    #expect(
      values("step_size").map { 2 * $0 } == [
        0.03125, 0.03125, 0.0625, 0.0625, 0.03125, 0.0625, 0.125, 0.25, 0.125, 0.03125, 0.0625,
        0.0625,
      ])
    #expect(values("halvings") == [6, 1, 0, 1, 2, 0, 0, 0, 2, 3, 0, 1])
    #expect(values("gradient_norm").count == 12)
    // What a user reads: the loss at the parameters after each update.
    #expect(values("loss_after").count == 12)
    for (step, (loss, expected)) in zip(values("loss_after"), losses.dropFirst()).enumerated() {
      #expect(abs(loss - expected) < 1e-6, "after \(step + 1) updates")
    }
    // The first update is made at the initial parameters themselves.
    #expect(abs(try #require(values("loss").first) - 0.0012318008) < 1e-6)
    // From the third update on the gradient is taken elsewhere, and so is its loss.
    #expect(values("loss").count == 12)
    #expect(abs(values("loss")[2] - -0.01502373) < 1e-6)
  }

  /// mean s' + ½ mean s², written out.
  private static func loss(_ parameters: [NamedTensor], _ data: [Double]) -> Double {
    let values = parameters.map(\.values.doubles)
    let (w, b, v, c) = (values[0], values[1], values[2], values[3][0])
    var total = 0.0
    for x in data {
      var (score, slope) = (c, 0.0)
      for unit in w.indices where w[unit] * x + b[unit] > 0 {
        score += v[unit] * (w[unit] * x + b[unit])
        slope += v[unit] * w[unit]
      }
      total += slope + 0.5 * score * score
    }
    return total / Double(data.count)
  }
}

/// One line of a node's metrics.
private struct Metric: Decodable {
  let step: Int
  let name: String
  let value: Double

  static func read(_ path: String) throws -> [Metric] {
    let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
    return try text.split(separator: "\n").map {
      try JSONDecoder().decode(Metric.self, from: Data($0.utf8))
    }
  }
}
