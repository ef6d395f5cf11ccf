import Scorewalk
import YAML

/// `trace`: chains over their steps.
struct TraceFigure: FigureDefinition {
  let of: Reference
  let line: FigureLine
  let chains: Int
  let points: Int

  static let kind = Kind<any FigureDefinition>("trace", "Chains over their steps.") { reader in
    TraceFigure(
      of: reader.reference("of", to: [.samples], "The chains."),
      line: FigureLine.read(reader),
      chains: reader.count(
        "chains", "How many of them are shown, the first ones.", atLeast: 1, atMost: 100, default: 4
      ),
      points: reader.count(
        "points", "How many states of each are shown; of more, some at equal distances.",
        atLeast: 2, atMost: 50_000, default: 1000))
  }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    if let dimension = graph.dimension(of) {
      line.check(of, dimension: dimension, session: session)
    }
  }

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    let file = try data.samples(of)
    let draws = ArrayFile.indices(of: file.draws, atMost: points)
    let steps = draws.map { Double(data.graph.state(ofDraw: $0, of)) }
    var plot = Plot(
      title: "Chains of \(of.node)", x: Plot.Axis("step"), y: Plot.Axis(line.label))
    let count = min(chains, file.chains)
    for chain in 0..<count {
      let places = line.places(
        try file.points(chain: chain, draws: draws), dimension: file.dimension)
      let points = zip(steps, places).map { Plot.Point($0, $1) }
      plot.layers.append(
        Plot.Layer(
          count == 1 ? nil : "chain \(chain)", .series(chain), .lines([points], width: 1),
          opacity: 0.85, isData: true))
    }
    plot.x.range = FigureExtent.x(of: plot.layers).range()
    return .still(plot)
  }
}
