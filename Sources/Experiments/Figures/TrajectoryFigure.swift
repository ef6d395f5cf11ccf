import Scorewalk
import YAML

/// `trajectory`: the way of one chain through the plane, coloured by time.
struct TrajectoryFigure: FigureDefinition {
  let of: Reference
  let chain: Int
  let chainRange: SourceRange?
  let behind: Reference?
  let plane: FigurePlane
  let points: Int
  let isJoined: Bool

  static let kind = Kind<any FigureDefinition>(
    "trajectory", "The way of one chain through the plane, in the colour of its steps."
  ) { reader in
    TrajectoryFigure(
      of: reader.reference("of", to: [.samples], "The chains."),
      chain: reader.count("chain", "Which of them, from 0.", default: 0),
      chainRange: reader.range(of: "chain"),
      behind: reader.optionalReference(
        "behind", to: [.samples, .dataset], "Points that are drawn behind the way."),
      plane: FigurePlane.read(reader),
      points: reader.count(
        "points", "How many states are shown; of more, some at equal distances.", atLeast: 2,
        atMost: 50_000, default: 1000),
      isJoined: reader.flag("joined", "Whether a line joins the states.", default: true))
  }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    plane.check([of] + [behind].compactMap(\.self), in: graph, session: session)
    graph.checkChain(chain, of: of, at: chainRange, session: session)
  }

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    let file = try data.samples(of)
    let chain = min(chain, file.chains - 1)
    let draws = ArrayFile.indices(of: file.draws, atMost: points)
    let places = plane.places(
      try file.points(chain: chain, draws: draws), dimension: file.dimension)
    let steps = draws.map { Double(data.graph.state(ofDraw: $0, of)) }
    var layers = [
      Plot.Layer(
        nil, .series(0), .coloredPoints(places, values: steps, isJoined: isJoined, size: 4),
        isData: true)
    ]
    if let behind {
      let points = try data.samples(behind)
      let places = plane.places(try points.thinned(atMost: 2000), dimension: points.dimension)
      layers.insert(Plot.Layer(behind.node, .quiet, .points(places, size: 4), opacity: 0.8), at: 0)
    }
    var plot = plane.plot("The way of chain \(chain) of \(of.node)", layers, of: data.graph)
    plot.colorScale = Plot.ColorScale(
      label: "step", range: FigureExtent.range(of: steps), isLogarithmic: false)
    return .still(plot)
  }
}

extension ExperimentGraph {
  /// Reports a chain that a sampling does not have. A smoke run has fewer, of which the last stands for it.
  func checkChain(
    _ chain: Int, of reference: Reference, at range: SourceRange?, session: ReadingSession
  ) {
    guard case .sampling(let sampling)? = self[reference.node]?.definition,
      let shape = sampling.shape(in: self), chain >= shape.chains, !session.isSmoke
    else { return }
    session.error(
      "there is no chain \(chain): '\(reference.node)' has \(shape.chains), counted from 0",
      at: range)
  }
}
