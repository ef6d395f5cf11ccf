import Scorewalk
import YAML

/// `density` and `score`: what evaluations drew on a grid of the line, beside the truth.
struct CurvesFigure: FigureDefinition {
  /// Which of the two.
  enum Subject: Sendable {
    case density
    case score

    /// What evaluations of this kind call their arrays.
    var learned: String { self == .density ? "density" : "score" }
    var truth: String { self == .density ? "truth" : "exact_score" }
  }

  let subject: Subject
  let of: FigureSeries
  let snapshots: Int
  let ends: (from: Double?, to: Double?)

  static let density = Kind<any FigureDefinition>(
    "density",
    "Densities that evaluations of kind density have drawn, over snapshots, and the true one."
  ) { read($0, .density) }

  static let score = Kind<any FigureDefinition>(
    "score",
    "Scores on the line that evaluations of kind score have drawn, over snapshots, and the exact one."
  ) { read($0, .score) }

  private static func read(_ reader: FieldReader, _ subject: Subject) -> CurvesFigure {
    CurvesFigure(
      subject: subject,
      of: FigureSeries.read(
        reader, to: subject == .density ? [.evaluation, .law] : [.evaluation],
        subject == .density
          ? "Evaluations of kind density, or laws of the line."
          : "Evaluations of kind score with a `grid` of the line."),
      snapshots: reader.count(
        "snapshots", "How many steps are shown of an evaluation that has more.", atLeast: 1,
        atMost: 100, default: 6),
      ends: reader.ends("The part of the line that is shown"))
  }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    for reference in of.references {
      switch subject {
      case .density:
        graph.require(reference, DensityEvaluation.self, "density", figure, session)
        if let law = graph.law(reference), law.dimension != 1 || !law.hasDensity {
          session.error(
            "a figure of kind density shows laws with a density on the line; '\(reference.node)' has \(law.hasDensity ? "\(law.dimension) coordinates" : "atoms")",
            at: reference.range)
        }
      case .score:
        graph.requireScore(reference, figure, session)
      }
    }
  }

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    var plot = Plot(
      title: (subject == .density ? "Density: " : "Score: ") + of.names, x: Plot.Axis("x"),
      y: Plot.Axis(subject == .density ? "density" : "score"))
    var truth: (line: [Plot.Point], label: String)?
    for (reference, label, ink) in of.all {
      if let law = data.graph.law(reference)?.mixture {
        plot.layers.append(Plot.Layer(label, ink, .lines([Self.line(law, ends)], width: 2.5)))
        continue
      }
      let curves = try GridCurves(reference, subject, data, ends)
      let chosen = ArrayFile.indices(of: curves.steps.count, atMost: snapshots)
      for (number, index) in chosen.enumerated() {
        // The last says what was learned; those before, how.
        let isLast = number == chosen.count - 1
        let name = chosen.count == 1 ? label : "\(label), step \(curves.steps[index])"
        let part = Double(number) / Double(max(chosen.count - 1, 1))
        plot.layers.append(
          Plot.Layer(
            name, isLast ? ink : .shade(0.75 * part),
            .lines([try curves.learned(index)], width: isLast ? 2.5 : 1.5), isData: true))
      }
      if truth == nil, let line = try curves.truth() {
        truth = (line, curves.truthName ?? "exact")
      }
    }
    if let truth {
      plot.layers.append(
        Plot.Layer(truth.label, .truth, .lines([truth.line], isDashed: true)))
    }
    plot.x.range = FigureExtent.x(of: plot.layers).range(ends)
    return .still(plot)
  }
}

extension CurvesFigure {
  /// The density of a law where nearly all of its mass lies, or where is said.
  fileprivate static func line(
    _ law: GaussianMixture, _ ends: (from: Double?, to: Double?)
  ) -> [Plot.Point] {
    let range = FigureExtent(of: law).range(ends)
    return DensityOnGrid.places(from: range.lowerBound, to: range.upperBound, points: 401).map {
      Plot.Point($0, law.density($0))
    }
  }
}

/// What an evaluation drew on a grid of the line, read step by step.
struct GridCurves {
  let steps: [Int]
  /// The law that is the truth; nil where there is none.
  let truthName: String?
  private let places: [Double]
  private let indices: [Int]
  private let points: Int
  private let file: ArrayFile
  private let truthFile: ArrayFile?

  /// - Parameter limit: at most so many points of the grid are taken.
  init(
    _ reference: Reference, _ subject: CurvesFigure.Subject, _ data: FigureData,
    _ ends: (from: Double?, to: Double?), atMost limit: Int = 600
  ) throws {
    let of: Reference?
    let against: Reference?
    switch subject {
    case .density:
      let evaluation = data.graph.evaluation(reference, as: DensityEvaluation.self)
      (of, against) = (evaluation?.of, evaluation?.against)
    case .score:
      let evaluation = data.graph.evaluation(reference, as: ScoreEvaluation.self)
      (of, against) = (evaluation?.of, evaluation?.against)
    }
    file = try data.array(subject.learned, of: reference)
    let grid = try data.array("grid", of: reference)
    points = grid.shape.reduce(1, *)
    let sampled = ArrayFile.indices(of: points, atMost: 100_000)
    let all = try grid.groups(sampled, of: 1)
    // What is shown is as fine as the limit allows.
    let shown = all.indices.filter {
      all[$0] >= ends.from ?? -.infinity && all[$0] <= ends.to ?? .infinity
    }
    let chosen = ArrayFile.indices(of: shown.count, atMost: limit).map { shown[$0] }
    places = chosen.map { all[$0] }
    indices = chosen.map { sampled[$0] }
    let isStepwise = file.shape.count > 1
    let allSteps = of.map { data.states.steps(of: $0) } ?? [0]
    steps = isStepwise ? Array(allSteps.prefix(file.shape[0])) : [0]
    truthName = against?.node
    truthFile = against == nil ? nil : try data.array(subject.truth, of: reference)
  }

  func learned(_ index: Int) throws(Failure) -> [Plot.Point] {
    try line(file, from: index * points)
  }

  func truth() throws(Failure) -> [Plot.Point]? {
    guard let truthFile else { return nil }
    return try line(truthFile, from: 0)
  }

  private func line(_ file: ArrayFile, from first: Int) throws(Failure) -> [Plot.Point] {
    let values = try file.groups(indices, of: 1, from: first)
    return zip(places, values).map { Plot.Point($0, $1) }
  }
}

extension ExperimentGraph {
  /// Reports an evaluation that is not of a kind.
  func require<Definition: EvaluationDefinition>(
    _ reference: Reference, _: Definition.Type, _ kind: String, _ figure: FigureNode,
    _ session: ReadingSession
  ) {
    guard let node = self[reference.node], case .evaluation(let evaluation) = node.definition,
      !(evaluation is Definition)
    else { return }
    session.error(
      "a figure of kind \(figure.kind) shows evaluations of kind \(kind); '\(node.name)' is of kind \(node.kind)",
      at: reference.range)
  }

  /// Reports an evaluation without scores on a grid of the line.
  func requireScore(_ reference: Reference, _ figure: FigureNode, _ session: ReadingSession) {
    require(reference, ScoreEvaluation.self, "score", figure, session)
    guard let score = evaluation(reference, as: ScoreEvaluation.self) else { return }
    if let dimension = dimension(score.against), dimension != 1 {
      session.error(
        "a figure of kind \(figure.kind) is for one dimension; '\(reference.node)' has \(dimension)",
        at: reference.range, help: dimension == 2 ? "choose `kind: vector-field`" : nil)
    } else if score.grid == nil {
      session.error(
        "'\(reference.node)' writes out no scores on a grid", at: reference.range,
        help: "add `grid: {from: …, to: …, points: …}` to evaluation.\(reference.node)")
    }
  }
}
