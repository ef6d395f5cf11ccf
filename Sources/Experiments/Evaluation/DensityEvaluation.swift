import Scorewalk
import YAML

/// `density`: the normalised density of an energy on a grid, beside the truth.
package struct DensityEvaluation: EvaluationDefinition {
  package let of: Reference
  package let against: Reference?
  package let from: Double
  package let to: Double
  package let points: Int
  package let gridRange: SourceRange?

  package static let kind = Kind<any EvaluationDefinition>(
    "density",
    "exp(−E) of an energy, normalised by the trapezoid rule on a grid; against a law: L1, KL, TV, mode masses."
  ) { reader in
    let of = reader.reference(
      "of", to: [.training, .model], "An energy; with `step: all`, at every snapshot.")
    let against = reader.optionalReference("against", to: [.law], "The true density.")
    let grid = reader.map("grid", "Where the density is evaluated.", isRequired: true) { reader in
      (
        reader.number("from", "The lower end.", unit: "of the data"),
        reader.number("to", "The upper end.", unit: "of the data"),
        reader.count("points", "How many points, both ends included.", atLeast: 3), reader.place
      )
    }
    if grid.0 >= grid.1, !reader.session.isListing, !reader.session.hasErrors {
      reader.session.error("'\(reader.fullPath("grid"))': from must lie below to", at: grid.3)
    }
    return DensityEvaluation(
      of: of, against: against, from: grid.0, to: grid.1, points: grid.2, gridRange: grid.3)
  }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
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
