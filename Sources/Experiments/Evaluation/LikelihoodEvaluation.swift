import Scorewalk
import YAML

/// `likelihood`: log densities by the probability flow of a diffusion.
package struct LikelihoodEvaluation: EvaluationDefinition {
  /// A law, or a network that takes the noise level.
  package let of: Reference
  /// The law whose densities stand beside, where it is not `of` itself.
  package let against: Reference?
  package let points: Reference
  /// How many points are drawn, where they come from a law.
  package let draws: Int
  /// Whether they do, as far as it is known.
  private let isDrawn: Bool
  /// Of the points; on the grid the divergence is exact whatever it is here.
  package let likelihood: FlowLikelihood
  /// Where densities are written out, and their sum compared with 1.
  package let grid: EvaluationGrid?
  package let priorRange: SourceRange?

  package static let kind = Kind<any EvaluationDefinition>(
    "likelihood", version: 2,
    "log p of points by the probability flow from them to noise, beside the exact one: mean, error, and the mass on a grid (Song et al. 2021)."
  ) { reader in
    let of = reader.reference(
      "of", to: [.law, .training, .model],
      "What the flow follows: a law, exactly, or a network that takes the noise level.")
    let against = reader.optionalReference(
      "against", to: [.law],
      "The law whose exact densities stand beside; a law that is followed, unless said.")
    let points = reader.reference(
      "at", to: [.law, .dataset, .samples],
      "The points: data, kept states of a sampling, or a law, of which x at the first time is drawn."
    )
    let isDrawn = mayDraw(points, reader.session)
    let draws = readDraws(reader, at: points, isDrawn: isDrawn)
    let process = reader.map(
      "process", "The diffusion: x_t = s(t) (X + σ(t) N).", isRequired: true
    ) { $0.process() }
    let first = reader.number(
      "from", "The time at which points are taken, near 0.", in: .positive, default: 1e-3)
    let prior = reader.choice(
      "prior",
      "Where the flow ends: noise, N(0, s² σ² I), from which samplers start; law, that of x there, for laws alone.",
      default: FlowLikelihood.Prior.noise)
    let divergence = reader.map(
      "divergence", "How ∇·F is found at the points; on the grid it is exact."
    ) { reader in
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
    ) { $0.grid(smoke: 20) }
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
      of: of, against: against, points: points, draws: draws, isDrawn: isDrawn,
      likelihood: likelihood, grid: grid, priorRange: reader.range(of: "prior"))
  }

  private static let usualDraws = 1000

  /// `draws`, which do nothing where the points are there.
  private static func readDraws(
    _ reader: FieldReader, at points: Reference, isDrawn: Bool
  ) -> Int {
    let draws = reader.count(
      "draws", "How many points are drawn, where `at` is a law.", atLeast: 2, atMost: 10_000_000,
      smoke: 50, default: usualDraws)
    guard !isDrawn else { return draws }
    reader.addsNothing("draws")
    // A resolved spec has the default, or that of a smoke run.
    if draws != usualDraws, !reader.session.isSmoke {
      reader.session.warning(
        "'\(reader.fullPath("draws"))' is not used: '\(points.node)' has its points, and all are taken",
        at: reader.range(of: "draws"), help: "remove it, or let `at` name a law")
    }
    return draws
  }

  /// Whether points are drawn from a law, as far as what was read tells.
  private static func mayDraw(_ points: Reference, _ session: ReadingSession) -> Bool {
    // Of what is missing or wrong enough is said elsewhere.
    guard !session.isListing, !session.hasErrors, let graph = session.dataGraph else { return true }
    guard case .data(let data)? = graph[points.node]?.definition else {
      return !session.declaredNames.contains(points.node)
    }
    return data.isLaw
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

  /// The exact divergence of points that are there draws nothing.
  package var isRandom: Bool { isDrawn || likelihood.probes > 0 }

  /// The law whose exact densities are known.
  package func truth(in graph: ExperimentGraph) -> Law? { graph.law(against ?? of) }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    checkNetwork(node, in: graph, session: session)
    guard let dimension = graph.dimension(of) else { return }
    for reference in [points, against].compactMap({ $0 }) {
      guard let other = graph.dimension(reference), other != dimension else { continue }
      session.error(
        "'\(reference.node)' has \(other) coordinates where '\(of.node)' has \(dimension)",
        at: reference.range)
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

  /// A network must take the noise level, and be used where it learned.
  private func checkNetwork(
    _ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession
  ) {
    guard let network = graph.network(of) else { return }
    guard let conditioning = network.conditioning else {
      session.error(
        "a likelihood needs scores at every noise level; '\(of.node)' is a network for one",
        at: of.range, help: "follow a law, or give the model `noise_levels:`")
      return
    }
    if of.step == .all {
      session.error("a likelihood is of one state, not of `step: all`", at: of.range)
    }
    if likelihood.prior == .law {
      session.error(
        "the law in which the flow of '\(of.node)' ends is not known", at: priorRange,
        help: "leave `prior` out: the flow of a network ends in noise")
    }
    let ends = [likelihood.last, likelihood.first].map { likelihood.process.noiseLevel(at: $0) }
    if let beyond = conditioning.ladder.firstBeyond(ends) {
      session.warning(
        "'evaluation.\(node.name)' uses '\(of.node)' at σ = \(JSONText.number(beyond)), beyond the levels that it is meant for",
        at: of.range)
    }
  }
}
