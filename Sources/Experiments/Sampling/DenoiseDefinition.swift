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
      noiseLevelRange: reader.range(of: "noise_level") ?? reader.range(of: "using"))
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
    checkMeasurements(node, in: graph, session: session)
  }

  /// The mean of measurements carries less noise than each.
  private func checkMeasurements(
    _ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession
  ) {
    // The last state that is kept of a run of seconds is another one.
    guard !session.isSmoke, case .sampling(let sampling)? = graph[from.node]?.definition,
      let chains = sampling as? ChainDefinition, chains.isSamplerSound, chains.areStepsSound,
      let measurements = chains.keptMeasurements
    else { return }
    if let first = chains.firstKeptMeasurement, first < measurements.count {
      session.warning(
        "'sampling.\(node.name)' takes one noise off '\(from.node)', whose states are means of \(first) to \(measurements.count) measurements and carry different ones",
        at: from.range, help: "keep the last state of '\(from.node)' alone")
    }
    let level = measurements.meanNoiseLevel
    // Levels are written with some decimals.
    guard abs(noiseLevel - level) > 1e-3 * level else { return }
    session.warning(
      "'sampling.\(node.name)' takes σ = \(JSONText.number(noiseLevel)) off '\(from.node)', whose states are means of measurements and carry \(measurements.words)",
      at: noiseLevelRange,
      help: "write noise_level: \(JSONText.number(level) as String)")
  }
}
