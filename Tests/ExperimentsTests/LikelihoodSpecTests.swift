import Experiments
import Testing

/// A likelihood of some points, with further fields left open.
private func likelihood(_ fields: String) -> String {
  """
  name: x
  data:
    law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
    rows: {kind: draws, from: law, count: 30}
  sampling:
    walk: {kind: langevin, target: law, initial: {kind: normal}, step_size: 0.1, steps: 9}
  evaluation:
    density: {kind: likelihood, of: law, process: {kind: vp}, \(fields)}

  """
}

@Suite("Specs of likelihoods")
struct LikelihoodSpecTests {
  @Test(arguments: [
    MarkedSpec("points of a law", likelihood("at: law, draws: 50")),
    MarkedSpec("rows", likelihood("at: rows")),
    MarkedSpec("the default beside rows", likelihood("at: rows, draws: 1000")),
    MarkedSpec(
      "draws beside rows", likelihood("at: rows, draws: 1️⃣50"),
      Expected(
        "1️⃣",
        "'evaluation.density.draws' is not used: 'rows' has its points, and all are taken",
        help: "remove it, or let `at` name a law", severity: .warning)),
    MarkedSpec(
      "draws beside samples", likelihood("at: walk, draws: 1️⃣50"),
      Expected(
        "1️⃣",
        "'evaluation.density.draws' is not used: 'walk' has its points, and all are taken",
        help: "remove it, or let `at` name a law", severity: .warning)),
    MarkedSpec(
      "draws beside nothing", likelihood("at: 1️⃣raws, draws: 50"),
      Expected(
        "1️⃣", "'evaluation.density.at' names no node: 'raws'", help: "did you mean 'rows'?")),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }

  /// Draws, seed and stream are in the key where they change a bit, and there alone.
  @Test(arguments: ["rows", "walk"])
  func keysOfPointsThatAreThere(points: String) throws {
    func key(_ fields: String) throws -> String? {
      NodeKeys(try Reading(likelihood(fields)).required().graph)["density"]
    }
    let plain = try key("at: \(points)")
    #expect(plain != nil)
    #expect(try key("at: \(points), draws: 50") == plain)
    #expect(try key("at: \(points), seed: 5, stream: other") == plain)
    let probed = "at: \(points), divergence: {kind: hutchinson}"
    #expect(try key(probed) != plain)
    #expect(try key(probed + ", draws: 50") == key(probed))
    #expect(try key(probed + ", seed: 5") != key(probed))
    #expect(try key("at: law, draws: 50") != key("at: law"))
    #expect(try key("at: law, seed: 5") != key("at: law"))
  }

  /// What no metric uses is in no key.
  @Test func keysOfSamples() throws {
    func key(_ fields: String) throws -> String? {
      let text =
        likelihood("at: rows") + "  quality: {kind: samples, of: rows, against: law, \(fields)}\n"
      return NodeKeys(try Reading(text).required().graph)["quality"]
    }
    let plain = try key("metrics: [ks]")
    #expect(try key("metrics: [ks], bandwidth: 2, projections: 5") == plain)
    let both = "metrics: [mmd, sliced-wasserstein]"
    #expect(try key(both + ", bandwidth: 2") != key(both))
    #expect(try key(both + ", projections: 5") != key(both))
  }
}
