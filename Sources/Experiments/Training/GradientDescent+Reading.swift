import Scorewalk
import YAML

extension GradientDescent {
  private enum LineSearch: String, CaseIterable {
    case backtracking
    case none
  }

  private enum Acceleration: String, CaseIterable {
    case fista
    case none
  }

  /// Reads the rule; constants and order of operations are jaxopt's.
  package static func read(_ reader: FieldReader) -> GradientDescent {
    let search = reader.choice(
      "line_search",
      "How the step size is found: backtracking, until the loss falls by enough; or none.",
      default: LineSearch.backtracking)
    let acceleration = reader.choice(
      "acceleration",
      "fista: loss and gradient are taken at a point extrapolated from the last two.",
      default: Acceleration.fista)
    let isAccelerated = acceleration == .fista
    let size = reader.optionalNumber(
      "step_size", "s in θ ← y − s g, without a line search.", in: .positive)
    let strays = ["initial_step_size", "decrease", "max_halvings", "epsilon"].filter(
      reader.isWritten)
    if search == .backtracking || reader.session.isListing {
      let constants = readBacktracking(reader)
      if reader.isWritten("step_size") {
        reader.session.error(
          "'\(reader.fullPath("step_size"))' has no meaning with a line search, which finds it",
          at: reader.range(of: "step_size"),
          help: "remove it, or write line_search: none; the search begins at initial_step_size")
      }
      return GradientDescent(stepSize: .backtracking(constants), isAccelerated: isAccelerated)
    }
    if !strays.isEmpty { _ = readBacktracking(reader) }
    for name in strays {
      reader.session.error(
        "'\(reader.fullPath(name))' has no meaning without a line search",
        at: reader.range(of: name), help: "remove it, or write line_search: backtracking")
    }
    if !reader.isWritten("step_size") {
      reader.isMissing(
        "step_size", help: "add `step_size:` (number > 0), or write line_search: backtracking")
    }
    return GradientDescent(stepSize: .fixed(size ?? 1), isAccelerated: isAccelerated)
  }

  private static func readBacktracking(_ reader: FieldReader) -> Backtracking {
    Backtracking(
      initialStepSize: reader.number(
        "initial_step_size",
        "The step size of the first update, and after one at or below 1e-6.", in: .positive,
        default: 1),
      decrease: reader.number(
        "decrease",
        "What a step size that is too large is multiplied by; the next update divides by it.",
        in: NumberRange(lower: 0, lowerIsIncluded: false, upper: 1, upperIsIncluded: false),
        default: 0.5),
      maximumHalvings: reader.count(
        "max_halvings", "How often at most in one update.", atMost: 1000, default: 15),
      epsilon: reader.optionalNumber(
        "epsilon",
        "How much too high a loss may be; the machine epsilon of the training's precision unless said.",
        in: .nonnegative))
  }
}

extension TrainingDefinition {
  /// Reports a line search that has nothing to compare.
  package func checkLineSearch(
    _ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession
  ) {
    guard optimizer.chosen?.definition.comparesLosses == true else { return }
    if let objective, let network = graph.network(model),
      !objective.definition.objective(dimension: network.dimension).hasComparableLosses
    {
      session.error(
        "the line search of 'training.\(node.name)' compares losses; that of '\(objective.kind)' cannot be compared",
        at: ranges.objective, help: "write line_search: none, or another optimizer")
    }
    guard case .rows(let size) = batchSize else { return }
    if case .data(let data)? = graph[self.data.node]?.definition, !data.isLaw {
      // Of a number of rows that is in error, or too small for the batch, nothing follows.
      guard let rows = data.rows(in: graph), rows > size else { return }
    }
    session.warning(
      "the line search of 'training.\(node.name)' sees another batch at every step",
      at: ranges.batchSize,
      help: graph.law(data) == nil
        ? "write batch_size: all"
        : "draw rows once (data: {kind: draws, from: \(data.node), count: …}), and write batch_size: all"
    )
  }
}
