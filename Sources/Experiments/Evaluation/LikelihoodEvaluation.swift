import Scorewalk
import YAML

/// `likelihood`: log densities by the probability flow of a diffusion.
package struct LikelihoodEvaluation: EvaluationDefinition {
  /// Where densities are written out, and their sum compared with 1.
  package struct Grid: Sendable {
    package let from: Double
    package let to: Double
    package let points: Int
    package let range: SourceRange?
  }

  package let of: Reference
  package let points: Reference
  /// How many points are drawn, where they come from a law.
  package let draws: Int
  package let likelihood: FlowLikelihood
  package let grid: Grid?

  package static let kind = Kind<any EvaluationDefinition>(
    "likelihood",
    "log p of points by the probability flow from them to noise, beside the exact one: mean, error, and the mass on a grid (Song et al. 2021)."
  ) { reader in
    let of = reader.reference("of", to: [.law], "The law whose exact scores the flow follows.")
    let points = reader.reference(
      "at", to: [.law, .dataset, .samples],
      "The points: data, kept states of a sampling, or a law, of which x at the first time is drawn."
    )
    let draws = reader.count(
      "draws", "How many points are drawn, where `at` is a law.", atLeast: 2, atMost: 10_000_000,
      smoke: 50, default: 1000)
    let process = reader.map(
      "process", "The diffusion: x_t = s(t) (X + σ(t) N).", isRequired: true
    ) { $0.process() }
    let first = reader.number(
      "from", "The time at which points are taken, near 0.", in: .positive, default: 1e-3)
    let prior = reader.choice(
      "prior",
      "Where the flow ends: noise, N(0, s² σ² I), from which samplers start; law, that of x there.",
      default: FlowLikelihood.Prior.noise)
    let divergence = reader.map("divergence", "How ∇·F is found.") { reader in
      reader.kind("divergence", among: Self.divergences, default: "exact")?.definition ?? 0
    }
    let tolerance = FlowTolerance(
      relative: reader.number(
        "relative_tolerance", "Of positions and log densities.",
        in: NumberRange(lower: 1e-13, upper: 1), default: 1e-5),
      absolute: reader.number(
        "absolute_tolerance", "In all of them alike.", in: .positive, default: 1e-5))
    let grid = reader.optionalMap(
      "grid",
      "Where densities are written out as arrays, and their mass is found; in one or two dimensions."
    ) { reader in
      let ends = reader.sound {
        (
          reader.number("from", "The lower end, of every coordinate.", unit: "of the data"),
          reader.number("to", "The upper end, of every coordinate.", unit: "of the data")
        )
      }
      if let ends, ends.0 >= ends.1, !reader.session.isListing {
        reader.session.error(
          "'\(reader.fullPath("from"))' must lie below '\(reader.fullPath("to"))'",
          at: reader.range(of: "from"))
      }
      let points = reader.count(
        "points", "How many points along each coordinate, both ends included.", atLeast: 2,
        atMost: 1_000_000, smoke: 20)
      return Grid(from: ends?.0 ?? 0, to: ends?.1 ?? 1, points: points, range: reader.place)
    }
    let likelihood = FlowLikelihood(
      process: process ?? .variancePreserving(), from: first, tolerance: tolerance, prior: prior,
      probes: divergence)
    if process != nil, !reader.session.isListing {
      do throws(RunError) {
        try likelihood.validate()
      } catch {
        reader.session.error(
          "'\(reader.path)': \(error.what)",
          at: reader.range(of: "from") ?? reader.range(of: "process"), help: error.hint)
      }
    }
    return LikelihoodEvaluation(
      of: of, points: points, draws: draws, likelihood: likelihood, grid: grid)
  }

  /// How many probes there are; none where the divergence is exact.
  private static let divergences: [Kind<Int>] = [
    Kind("exact", "Σ ∂Fᵢ/∂xᵢ.") { _ in 0 },
    Kind("hutchinson", "Its estimate vᵀ (∂F/∂x) v with random signs v (Hutchinson 1989).") {
      $0.count(
        "probes", "How many v, over which the mean is taken.", atLeast: 1, atMost: 1000, smoke: 1,
        default: 1)
    },
  ]

  package var isRandom: Bool { true }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    guard let dimension = graph.dimension(of) else { return }
    if let other = graph.dimension(points), other != dimension {
      session.error(
        "'\(points.node)' has \(other) coordinates where '\(of.node)' has \(dimension)",
        at: points.range)
    }
    guard let grid else { return }
    if dimension > 2 {
      session.error(
        "densities on a grid are for one or two dimensions; '\(of.node)' has \(dimension)",
        at: grid.range, help: "leave `grid` out")
    } else if dimension == 2, grid.points > 1000 {
      session.error(
        "'evaluation.\(node.name)' has \(grid.points) × \(grid.points) points on its grid; 1000 × 1000 are the most",
        at: grid.range)
    }
  }
}
