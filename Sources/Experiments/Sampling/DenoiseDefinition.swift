import Scorewalk
import YAML

/// `denoise`: the jump from noisy to clean points.
package struct DenoiseDefinition: SamplingDefinition {
  package let from: Reference
  package let using: Reference
  package let noiseLevel: Double
  package let estimate: Estimate
  package let noiseLevelRange: SourceRange?

  /// Which point of the posterior of X given Y = y is given, where a law is the denoiser.
  package enum Estimate: String, Sendable, CaseIterable {
    case mean
    case median
  }

  package static let kind = Kind<any SamplingDefinition>(
    "denoise", version: 2,
    "The jump: x̂ = y + σ² s(y) for every state of another sampling (Robbins 1956; Miyasawa 1961)."
  ) { reader in
    let from = reader.reference("from", to: [.samples, .dataset], "The noisy points y.")
    let using = reader.reference(
      "using", to: [.training, .model, .law],
      "The denoiser: a network, or a law of clean points, whose exact posterior is used.",
      hasNoiseLevel: true)
    let noiseLevel =
      reader.noiseLevel(
        "noise_level", or: using, "σ, the noise that the points carry.", isRequired: true) ?? 1
    let estimate = reader.choice(
      "estimate", "With a law: the posterior mean (Bayes), or in one dimension its median.",
      default: Estimate.mean)
    return DenoiseDefinition(
      from: from, using: using, noiseLevel: noiseLevel, estimate: estimate,
      noiseLevelRange: reader.range(of: reader.isWritten("noise_level") ? "noise_level" : "using"))
  }

  package var isRandom: Bool { false }

  package func dimension(in graph: ExperimentGraph) -> Int? { graph.dimension(from) }

  package func shape(in graph: ExperimentGraph) -> (chains: Int, draws: Int)? {
    switch graph[from.node]?.definition {
    case .sampling(let sampling)?: sampling.shape(in: graph)
    case .data(let data)?: data.rows(in: graph).map { (1, $0) }
    case .model?, .training?, .evaluation?, nil: nil
    }
  }

  package func steps(in graph: ExperimentGraph) -> Int {
    guard let shape = shape(in: graph) else { return 0 }
    let (count, overflow) = shape.chains.multipliedReportingOverflow(by: shape.draws)
    return overflow ? Int.max : count
  }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    if let points = graph.dimension(from), let denoiser = graph.dimension(using), points != denoiser
    {
      session.error(
        "'\(from.node)' has \(points) coordinates where '\(using.node)' has \(denoiser)",
        at: from.range)
    }
    if estimate == .median {
      if graph.network(using) != nil {
        session.error(
          "'estimate: median' needs a law in 'using'; '\(using.node)' is a network", at: using.range
        )
      } else if let dimension = graph.dimension(using), dimension != 1 {
        session.error("'estimate: median' is for one dimension", at: using.range)
      }
    }
    if graph.network(using)?.output == .energy {
      graph.warnOfKinks(using, by: "sampling.\(node.name)", session: session)
    }
    checkNoise(node, in: graph, session: session)
  }

  /// What is taken off must be the noise that the points carry.
  private func checkNoise(
    _ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession
  ) {
    // The last state that is kept of a run of seconds is another one; of numbers that could not be read nothing is known.
    guard !session.isSmoke, session.errorCount == 0,
      let noise = graph.noise(of: from, denoisedBy: using)
    else { return }
    let (first, last) = (noise.first, noise.last)
    let (taker, points) = ("'sampling.\(node.name)'", "'\(from.node)'")
    let isOne = first.level.isNear(last.level) && first.scale.isNear(last.scale)
    let states = isOne ? "points" : "last states"
    if last.level == 0 {
      session.warning(
        "\(taker) takes noise off \(points), whose \(states) are denoised already",
        at: from.range, help: "leave the denoising there out, or use \(points) as it is")
      return
    }
    if !isOne {
      session.warning(
        "\(taker) takes one noise off \(points), whose kept states carry from \(first.words) to \(last.words)",
        at: from.range, help: "keep the last state of \(points) alone: keep: last")
    }
    if !last.scale.isNear(1) {
      session.warning(
        "\(taker) takes \(points) for X + σ N; its \(states) are s (X + σ N) with s = \(JSONText.number(last.scale) as String)",
        at: from.range,
        help:
          "let \(points) end nearer to time 0, choose a process without a scale (ve, edm), or `final_denoising: true` there in place of the jump"
      )
    } else if !noiseLevel.isNear(last.level) {
      session.warning(
        "\(taker) takes σ = \(JSONText.number(noiseLevel) as String) off \(points), whose \(states) carry \(graph.words(for: last, of: from))",
        at: noiseLevelRange, help: "write noise_level: \(JSONText.number(last.level) as String)")
    }
  }
}

extension Double {
  /// Whether it is another number but for the decimals with which levels are written.
  fileprivate func isNear(_ other: Double) -> Bool { abs(self - other) <= 1e-3 * other }
}

extension StateNoise {
  /// `σ = 0.5`, `no noise`.
  fileprivate var words: String {
    level == 0
      ? "no noise"
      : "σ = \(JSONText.number(level) as String)"
        + (scale.isNear(1) ? "" : " at the scale \(JSONText.number(scale) as String)")
  }
}

extension ExperimentGraph {
  /// The noise of states, and where it comes from where that is a mean of measurements.
  fileprivate func words(for noise: StateNoise, of reference: Reference) -> String {
    guard case .sampling(let chains as ChainDefinition)? = self[reference.node]?.definition,
      let measurements = chains.measurements, measurements.meanNoiseLevel == noise.level
    else { return noise.words }
    return measurements.words
  }
}
