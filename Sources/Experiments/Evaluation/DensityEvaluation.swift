import Scorewalk
import YAML

/// `density`: the normalised density of an energy on a grid, beside the truth.
package struct DensityEvaluation: EvaluationDefinition {
  package let of: Reference
  package let against: Reference?
  package let grid: EvaluationGrid

  /// How many numbers a density may have, over all of its steps.
  package static let largestCount = 100_000_000

  package static let kind = Kind<any EvaluationDefinition>(
    "density", version: 2,
    "exp(−E) of an energy, normalised by the trapezoid rule on a grid; against a law: L1, KL, TV, mode masses."
  ) { reader in
    let of = reader.reference(
      "of", to: [.training, .model], "An energy; with `step: all`, at every snapshot.")
    let against = reader.optionalReference("against", to: [.law], "The true density.")
    let grid = reader.map("grid", "Where the density is evaluated.", isRequired: true) {
      $0.grid(isOnTheLine: true, atLeast: 3, atMost: Self.largestCount, smoke: 10_000)
    }
    return DensityEvaluation(of: of, against: against, grid: grid)
  }

  package var isRandom: Bool { false }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    let steps = of.step == .all ? graph.training(of)?.snapshotCount(in: graph) ?? 1 : 1
    if Double(steps) * Double(grid.points) > Double(Self.largestCount) {
      session.error(
        "'evaluation.\(node.name)' has \(grid.points) points at each of \(steps) steps; "
          + "\(Self.largestCount) in all are the most", at: grid.range)
    }
    guard let network = graph.network(of) else { return }
    if network.output != .energy {
      session.error(
        "a density needs an energy; the output of '\(of.node)' is '\(network.output.rawValue)'",
        at: of.range,
        help: "evaluate a score or a denoiser with `kind: denoiser`")
    }
    if network.dimension != 1 {
      session.error(
        "a density on a grid is for one dimension; '\(of.node)' has \(network.dimension)",
        at: of.range)
    }
    if let against {
      if let dimension = graph.dimension(against), dimension != network.dimension {
        session.error(
          "'\(against.node)' has \(dimension) coordinates where '\(of.node)' has \(network.dimension)",
          at: against.range)
      } else if let law = graph.law(against), !law.hasDensity {
        session.error(
          "'\(against.node)' has atoms and no density", at: against.range,
          help:
            "compare with its smoothed law: {kind: smoothed, from: \(against.node), noise_level: …}"
        )
      }
    }
  }
}
