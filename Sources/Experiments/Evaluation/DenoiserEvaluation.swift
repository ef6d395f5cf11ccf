import Scorewalk
import YAML

/// `denoiser`: a denoiser beside the exact Bayes denoiser of a law.
package struct DenoiserEvaluation: EvaluationDefinition {
  /// Noisy points at which the denoiser is shown.
  package struct Inputs: Sendable {
    package let from: Reference
    package let each: Int
    package let sharedOver: [DenoisingScoreMatching.Sharing]
  }

  package let of: Reference
  package let against: Reference
  package let noiseLevel: Double
  package let inputs: Inputs?

  package static let kind = Kind<any EvaluationDefinition>(
    "denoiser", version: 2,
    "A denoiser, or a score by way of y + σ² s(y), beside E[X | Y = y]: errors weighted by p(y), and their minimum."
  ) { reader in
    let of = reader.reference(
      "of", to: [.training, .model], "The network; with `step: all`, at every snapshot.",
      hasNoiseLevel: true)
    let against = reader.reference("against", to: [.law], "The law of the clean points X.")
    let noiseLevel =
      reader.noiseLevel(
        "noise_level", or: of, "σ in Y = X + σ N(0, I).", isRequired: true) ?? 1
    let inputs = reader.optionalMap("inputs", "Noisy points whose denoised values are written out.")
    {
      Inputs(
        from: $0.reference("from", to: [.law], "Atoms: each gets the same number of noises."),
        each: $0.count("each", "How many noises each atom gets.", atLeast: 1, atMost: 1_000_000),
        sharedOver: $0.choices(
          "shared_over", "What shares one noise; nothing unless said.",
          of: DenoisingScoreMatching.Sharing.self, default: []))
    }
    return DenoiserEvaluation(of: of, against: against, noiseLevel: noiseLevel, inputs: inputs)
  }

  package var isRandom: Bool { inputs != nil }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    guard let network = graph.network(of) else { return }
    for reference in [against] + (inputs.map { [$0.from] } ?? []) {
      if let dimension = graph.dimension(reference), dimension != network.dimension {
        session.error(
          "'\(reference.node)' has \(dimension) coordinates where '\(of.node)' has \(network.dimension)",
          at: reference.range)
      }
    }
    if let inputs, case .mixture? = graph.law(inputs.from) {
      session.error(
        "'inputs.from' must have atoms; '\(inputs.from.node)' has a density", at: inputs.from.range,
        help: "name a node of kind categorical")
    }
    if network.output == .energy {
      graph.warnOfKinks(of, by: "evaluation.\(node.name)", session: session)
    }
  }
}
