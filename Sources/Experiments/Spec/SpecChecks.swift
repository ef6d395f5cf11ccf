import Scorewalk
import YAML

/// What only the whole graph can show: references, steps, dimensions, and combinations without meaning.
struct SpecChecks {
  let graph: ExperimentGraph
  let session: ReadingSession
  var figures: [FigureNode] = []

  func run() {
    runReferences()
    for node in graph.nodes {
      switch node.definition {
      case .data(let data): data.check(node, in: graph, session: session)
      case .model(let model): model.check(node, in: graph, session: session)
      case .training(let training): check(training, node)
      case .sampling(let sampling): sampling.check(node, in: graph, session: session)
      case .evaluation(let evaluation): evaluation.check(node, in: graph, session: session)
      }
    }
    for figure in figures { figure.definition.check(figure, in: graph, session: session) }
  }

  // MARK: - References

  /// Looks at names, roles and steps alone, which can be done where there is a cycle too.
  func runReferences() {
    for node in graph.nodes {
      for field in node.references {
        check(field, of: node.name, takesAllSteps: node.section == .evaluation)
      }
    }
    for figure in figures {
      for field in figure.references { check(field, of: figure.name, takesAllSteps: false) }
    }
  }

  private func check(_ field: ReferenceField, of name: String, takesAllSteps: Bool) {
    let reference = field.reference
    guard let target = graph[reference.node] else {
      // A node that is there and could not be read was reported where it stands.
      if session.declaredNames.contains(reference.node) { return }
      let fitting = graph.nodes.filter { candidate in
        candidate.name != name
          && graph.roles(of: candidate).contains { field.roles.contains($0) }
      }.map(\.name)
      session.error(
        "'\(field.field)' names no node: '\(reference.node)'", at: reference.range,
        help: session.suggestion(for: reference.node, among: fitting))
      return
    }
    if !graph.roles(of: target).contains(where: { field.roles.contains($0) }) {
      let expected = field.roles.map(\.phrase).joined(separator: " or ")
      session.error(
        "'\(field.field)' must be \(expected); '\(reference.node)' is of \(target.section.rawValue) (\(target.kind))",
        at: reference.range)
      return
    }
    checkNoiseLevel(field, target: target)
    checkStep(reference, field: field.field, takesAllSteps: takesAllSteps, target: target)
  }

  /// A noise level is for networks that take one, where one is wanted.
  private func checkNoiseLevel(_ field: ReferenceField, target: ExperimentNode) {
    guard field.reference.noiseLevel != nil else { return }
    let takesOne = graph.model(field.reference)?.definition.conditioning != nil
    if !takesOne || !field.hasNoiseLevel {
      session.error(
        takesOne
          ? "'\(field.field)' has a noise level where none is wanted"
          : "'\(field.field)' has a noise level; '\(target.name)' takes none",
        at: field.reference.range, help: "name the node alone")
    }
  }

  private func checkStep(
    _ reference: Reference, field: String, takesAllSteps: Bool, target: ExperimentNode
  ) {
    guard case .training(let training) = target.definition else {
      if !reference.isOfLastState {
        session.error(
          "'\(field)': only a training has steps and averaged parameters; '\(target.name)' is of "
            + target.section.rawValue, at: reference.range)
      }
      return
    }
    if reference.parameters == .ema, !training.hasAverage {
      session.error(
        "'\(field)' asks for averaged parameters; '\(target.name)' keeps none", at: reference.range,
        help: "add `ema: {decay: 0.999}` to training.\(target.name)")
    }
    switch reference.step {
    case .last: break
    case .all:
      if !takesAllSteps {
        session.error("'\(field)': only an evaluation can take `step: all`", at: reference.range)
      } else if training.areSnapshotsSound, training.totalSteps(in: graph) != nil,
        training.snapshotSteps(in: graph).isEmpty
      {
        session.error(
          "'\(field)' asks for every snapshot; '\(target.name)' has none", at: reference.range,
          help: "add `snapshots: {every: 500}` to training.\(target.name)")
      }
    case .at(let step):
      let steps = training.snapshotSteps(in: graph)
      guard let total = training.totalSteps(in: graph), training.areSnapshotsSound else { return }
      if step != total, !steps.contains(step), !session.isSmoke {
        let near = steps.min { abs($0 - step) < abs($1 - step) }
        session.error(
          "'\(field)': '\(target.name)' has no snapshot at step \(step)", at: reference.range,
          help: near.map { "the nearest is \($0)" } ?? "add `snapshots:` to training.\(target.name)"
        )
      }
    }
  }

  // MARK: - Trainings

  private func check(_ training: TrainingDefinition, _ node: ExperimentNode) {
    let isLaw = graph.law(training.data) != nil
    if isLaw, training.epochs != nil {
      session.error(
        "'epochs' has no meaning on a law, which has no end", at: training.ranges.epochs,
        help:
          "write steps, or draw rows once: data: {kind: draws, from: \(training.data.node), count: …}"
      )
    }
    if isLaw, training.batchSize == .all {
      session.error(
        "'batch_size: all' has no meaning on a law, which has no end",
        at: training.ranges.batchSize,
        help:
          "write a number, or draw rows once: data: {kind: draws, from: \(training.data.node), count: …}"
      )
    }
    if case .data(let data)? = graph[training.data.node]?.definition,
      let rows = data.rows(in: graph),
      case .rows(let size) = training.batchSize, size > rows
    {
      session.error(
        "a batch of \(size) rows cannot be taken from \(rows)", at: training.ranges.batchSize,
        help: "write at most \(rows), or all")
    }
    if let data = graph.dimension(training.data),
      let model = graph.dimension(ofModel: training.model.node),
      data != model
    {
      session.error(
        "'\(training.data.node)' has \(data) coordinates where model '\(training.model.node)' has \(model)",
        at: training.ranges.data)
    }
    if let snapshots = training.snapshots, let total = training.totalSteps(in: graph),
      snapshots.from > total,
      !session.isSmoke
    {
      session.error(
        "'training.\(node.name).snapshots' begins at step \(snapshots.from), after the last, \(total)",
        at: training.ranges.snapshots)
    }
    let snapshotCount = training.snapshotCount(in: graph)
    if snapshotCount > TrainingDefinition.largestSnapshotCount {
      session.error(
        "'training.\(node.name).snapshots' asks for \(snapshotCount) snapshots; "
          + "\(TrainingDefinition.largestSnapshotCount) are the most",
        at: training.ranges.snapshots,
        help: "write a larger `every`")
    }
    if training.epochs != nil, case .data(let data)? = graph[training.data.node]?.definition,
      data.rows(in: graph) != nil, training.totalSteps(in: graph) == nil
    {
      session.error(
        "'training.\(node.name).epochs' makes more than \(CountRange.largest) steps",
        at: training.ranges.epochs)
    }
    checkObjective(training, node)
    training.checkLineSearch(node, in: graph, session: session)
  }

  /// An objective must be one that the network can be trained by.
  private func checkObjective(_ training: TrainingDefinition, _ node: ExperimentNode) {
    guard case .model? = graph[training.model.node]?.definition, training.model.isOfLastState,
      let network = graph.network(training.model), let objective = training.objective
    else { return }
    // Of levels that are missing enough was said.
    let matching = objective.definition as? DenoisingScoreMatchingDefinition
    guard matching?.hasLevels != false else { return }
    let made = objective.definition.objective(dimension: network.dimension)
    if network.conditioning != nil, made.ladder == nil {
      session.error(
        "model '\(training.model.node)' takes the noise level, and 'training.\(node.name)' has \(objective.kind == DenoisingScoreMatching.kind ? "one" : "none")",
        at: training.ranges.objective,
        help:
          "train it by denoising-score-matching with `noise_levels:`, or remove those of the model"
      )
      return
    }
    objective.definition.check(
      node, network: network, range: training.ranges.objective, session: session)
    if made.differentiatesByInput(output: network.output) {
      graph.warnOfKinks(training.model, by: "training.\(node.name)", session: session)
    }
  }
}

extension ExperimentGraph {
  /// Warns where a ReLU network is differentiated by its input: its score is a step function.
  func warnOfKinks(_ reference: Reference, by user: String, session: ReadingSession) {
    guard let model = model(reference), model.definition.activation == .relu,
      user.hasPrefix("training") || model.definition.output == .energy
    else { return }
    session.warning(
      "'\(user)' differentiates '\(model.name)' by its input, and its activation is relu: the derivative "
        + "is a step function without curvature", at: model.definition.activationRange,
      help: "use softplus, silu or tanh")
  }
}
