import Scorewalk

/// Everything that is known exactly about a spec before anything runs, as data; whoever shows it decides how.
package struct Explanation: Sendable {
  /// The experiment's name.
  package let experiment: String
  /// The numbers that the spec leaves to the data.
  package let automatic: [AutomaticNumber]
  /// In the order in which the nodes run.
  package let nodes: [NodeExplanation]

  /// - Complexity: a fraction of a second for a law on the line or a chain on it; where a law in more dimensions has
  ///   no closed form, means over 65,536 draws.
  package init(_ spec: Spec) {
    experiment = spec.name
    automatic = spec.automatic
    let graph = spec.graph
    nodes = graph.nodes.map { node in
      var explanation = NodeExplanation(node)
      switch node.definition {
      case .data(let data): explanation.explain(data, in: graph)
      case .model(let model): explanation.explain(model, in: graph)
      case .training(let training): explanation.explain(training, node, in: graph)
      case .sampling(let sampling): explanation.explain(sampling, node, in: graph)
      case .evaluation(let evaluation): explanation.explain(evaluation, in: graph)
      }
      return explanation
    }
  }

  /// What is known about a node.
  package subscript(name: String) -> NodeExplanation? { nodes.first { $0.name == name } }

  /// `{"experiment", "nodes": […]}`, and `automatic` where the spec leaves numbers to the data.
  ///
  /// - Parameter members: go between the two.
  package func json(adding members: [(String, JSONText)] = []) -> JSONText {
    let chosen = automatic.map { number in
      JSONText.map([
        ("field", .text(number.field)), ("value", .number(number.value)),
        ("reason", .text(number.reason)),
      ])
    }
    return .map(
      [("experiment", .text(experiment))] + members
        + (chosen.isEmpty ? [] : [("automatic", .list(chosen))])
        + [("nodes", .list(nodes.map(\.json)))])
  }
}

extension NodeExplanation {
  /// A number with its standard error where it has one.
  mutating func add(
    _ name: String, _ label: String, _ expectation: Expectation, remark: String? = nil
  ) {
    facts.append(
      Fact(
        name, label, .number(expectation.value),
        standardError: expectation.isExact ? nil : expectation.standardError, remark: remark))
  }

  mutating func explain(_ model: ModelDefinition, in graph: ExperimentGraph) {
    guard let network = graph.network(Reference(node: name)) else { return }
    let widths = network.mlp.widths.map(String.init).joined(separator: " → ")
    add(
      "layers", "layers", widths,
      remark: model.activation.rawValue + " after each hidden layer"
        + (network.mlp.isResidual ? ", those after the first residual" : ""))
    add("parameters", "parameters", network.mlp.parameterCount)
    let meaning =
      switch network.output {
      case .energy: "an energy E, up to a constant; the score is −∇E"
      case .score: "the score s(y)"
      case .denoiser: "the clean point x̂(y); the score is (x̂ − y)/σ²"
      case .noise: "the unit noise n̂(y); the score is −n̂/σ"
      }
    add("output", "output", network.output.rawValue, remark: meaning)
    guard let conditioning = network.conditioning else { return }
    add(
      "noise_levels", "takes noise levels σ", conditioning.ladder.levels,
      remark: "embedding \(conditioning.embedding.rawValue)")
  }

  mutating func explain(_ evaluation: any EvaluationDefinition, in graph: ExperimentGraph) {
    switch evaluation {
    case let denoiser as DenoiserEvaluation:
      guard let law = graph.law(denoiser.against) else { return }
      explainNoise(law, of: denoiser.against.node, at: denoiser.noiseLevel)
    case let score as ScoreEvaluation:
      guard let law = score.truth(in: graph) else { return }
      if let level = score.noiseLevel { add("noise_level", "noise level σ", level) }
      add(
        "fisher_information", "Fisher information", law.fisherInformation,
        remark: "the error of s = 0, by which errors are divided")
      let zero = [Double](repeating: 0, count: law.dimension)
      let judge = ScoreError(law: law)
      for part in judge.report(scores: (0..<judge.count).flatMap { _ in zero }).parts {
        guard let region = part.region else { continue }
        add("mass_\(region.rawValue)", "mass of the \(region.rawValue)", part.mass)
      }
    case let samples as SamplesEvaluation:
      guard let against = samples.against, let law = graph.law(against) else { return }
      guard case .known(let prediction) = graph.prediction(of: samples.of, burnIn: samples.burnIn)
      else { return }
      if let masses = prediction.masses(ofModesOf: law), masses.count > 1 {
        add(
          "expected_mode_weights", "mode weights to expect", masses,
          remark: prediction.condition)
      }
      if law.dimension == 1, let mixture = law.mixture {
        let distances = prediction.pooled.distances(to: mixture)
        add(
          "expected_ks", "KS distance to expect", distances.kolmogorovSmirnov,
          remark: "with samples without number")
        add("expected_wasserstein", "W1 distance to expect", distances.wasserstein1)
      }
    case let likelihood as LikelihoodEvaluation: explain(likelihood, in: graph)
    default: break
    }
  }
}
