import Scorewalk
import YAML

/// `denoiser`: a learned denoiser on the line beside the Bayes denoiser.
struct DenoiserFigure: FigureDefinition {
  let of: FigureSeries
  let ends: (from: Double?, to: Double?)

  static let kind = Kind<any FigureDefinition>(
    "denoiser",
    "Denoisers on the line beside E[X | Y = y], with the noisy points that their evaluations have shown them."
  ) { reader in
    DenoiserFigure(
      of: FigureSeries.read(reader, to: [.evaluation], "Evaluations of kind denoiser."),
      ends: reader.ends("The part of the line that is shown"))
  }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    for reference in of.references {
      graph.require(reference, DenoiserEvaluation.self, "denoiser", figure, session)
      guard let evaluation = graph.evaluation(reference, as: DenoiserEvaluation.self),
        let dimension = graph.dimension(evaluation.against), dimension != 1
      else { continue }
      session.error(
        "a figure of kind denoiser is for one dimension; '\(reference.node)' has \(dimension)",
        at: reference.range)
    }
  }

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    var plot = Plot(
      title: "Denoiser: \(of.names)", x: Plot.Axis("noisy point y"), y: Plot.Axis("denoised point"))
    var exact: [(law: Law, noiseLevel: Double, name: String)] = []
    var extent = FigureExtent()
    var curves: [(evaluation: DenoiserEvaluation, label: String, ink: Plot.Ink)] = []
    for (reference, label, ink) in of.all {
      guard let evaluation = data.graph.evaluation(reference, as: DenoiserEvaluation.self),
        let law = data.graph.law(evaluation.against)
      else { continue }
      curves.append((evaluation, label, ink))
      extent.add(FigureExtent(of: law.smoothed(noiseLevel: evaluation.noiseLevel)))
      if !exact.contains(where: { $0.law == law && $0.noiseLevel == evaluation.noiseLevel }) {
        exact.append((law, evaluation.noiseLevel, evaluation.against.node))
      }
      guard evaluation.inputs != nil else { continue }
      let table = try data.array("inputs", of: reference)
      guard table.shape.count == 2, table.shape[1] == 4 else {
        throw Failure(
          .inputOutput, "the array '\(table.path)' is damaged", path: table.path,
          reason: "its shape is not [inputs, 4]",
          remedy: "check the run with `scorewalk verify`")
      }
      let rows = try table.groups(
        ArrayFile.indices(of: table.shape[0], atMost: 2000), of: table.shape[1])
      // Rows x, y, x̂(y), E[X | Y = y].
      let points = stride(from: 0, to: rows.count, by: 4).map {
        Plot.Point(rows[$0 + 1], rows[$0 + 2])
      }
      extent.add(points.map(\.x))
      plot.layers.append(Plot.Layer(nil, ink, .points(points, size: 6), opacity: 0.8, isData: true))
    }
    let range = extent.range(ends)
    let places = DensityOnGrid.places(from: range.lowerBound, to: range.upperBound, points: 401)
    for (law, noiseLevel, name) in exact {
      let bayes = BayesDenoiser(law: law, noiseLevel: noiseLevel)
      let points = places.map { Plot.Point($0, bayes.mean(at: $0)) }
      plot.layers.append(
        Plot.Layer("Bayes, \(name)", .truth, .lines([points], isDashed: true)))
    }
    for (evaluation, label, ink) in curves {
      let step = data.states.steps(of: evaluation.of).last ?? 0
      let network = try data.states.network(evaluation.of, step: step)
      let values = try network.denoised(at: places, noiseLevel: evaluation.noiseLevel)
      plot.layers.append(
        Plot.Layer(label, ink, .lines([zip(places, values).map { Plot.Point($0, $1) }])))
    }
    plot.x.range = range
    return .still(plot)
  }
}
