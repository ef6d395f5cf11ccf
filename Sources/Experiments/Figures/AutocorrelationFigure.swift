import Scorewalk
import YAML

/// `autocorrelation`: how long chains remember, over the distance between kept draws.
struct AutocorrelationFigure: FigureDefinition {
  let of: FigureSeries
  let line: FigureLine
  let lags: Int?

  static let kind = Kind<any FigureDefinition>(
    "autocorrelation",
    "Autocorrelations of chains around the mean of all of them, so that chains that stay apart do not forget."
  ) { reader in
    AutocorrelationFigure(
      of: FigureSeries.read(reader, to: [.samples], "The chains."),
      line: FigureLine.read(reader),
      lags: reader.optionalCount(
        "lags",
        "The largest distance, in kept draws; a third of the draws, at most 100, unless said.",
        atLeast: 1, atMost: 10_000))
  }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    for reference in of.references {
      guard let dimension = graph.dimension(reference) else { continue }
      line.check(reference, dimension: dimension, session: session)
      if graph.rowsAreIndependent(reference) {
        session.error(
          "'autocorrelation' needs chains; the rows of '\(reference.node)' are independent",
          at: reference.range)
      }
    }
  }

  /// At most so many numbers are taken: of more, the first chains, and of those the last draws.
  private static let limit = 1_000_000

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    var plot = Plot(
      title: "Autocorrelation: \(of.names)", x: Plot.Axis("distance in kept draws"),
      y: Plot.Axis("autocorrelation"))
    for (reference, label, ink) in of.all {
      let file = try data.samples(reference)
      let draws = min(file.draws, Self.limit)
      let chains = min(file.chains, max(1, Self.limit / max(draws, 1)))
      let lags = min(lags ?? min(100, draws / 3), draws - 1)
      var values: [[Double]] = []
      for chain in 0..<chains {
        let points = try file.points(
          chain: chain, draws: Array((file.draws - draws)..<file.draws))
        values.append(line.places(points, dimension: file.dimension))
      }
      let correlations = Self.correlations(values, lags: lags)
      let points = correlations.enumerated().map { Plot.Point(Double($0.offset), $0.element) }
      plot.layers.append(Plot.Layer(label, ink, .lines([points])))
    }
    let extent = FigureExtent.x(of: plot.layers).range()
    plot.layers.insert(
      Plot.Layer(
        nil, .quiet,
        .lines([[Plot.Point(extent.lowerBound, 0), Plot.Point(extent.upperBound, 0)]], width: 1)),
      at: 0)
    let lowest = FigureExtent.y(of: plot.layers).range().lowerBound
    plot.x.range = extent
    plot.y.range = min(lowest, -0.05)...1.05
    return .still(plot)
  }

  /// Σ (x_t − m)(x_{t+k} − m) over all chains, over that with k = 0: m is the mean of all chains.
  static func correlations(_ chains: [[Double]], lags: Int) -> [Double] {
    let count = chains.reduce(0) { $0 + $1.count }
    guard count > 0 else { return [] }
    let mean = chains.reduce(0) { $0 + $1.reduce(0, +) } / Double(count)
    let centered = chains.map { $0.map { $0 - mean } }
    func sum(_ lag: Int) -> Double {
      centered.reduce(0) { total, chain in
        guard chain.count > lag else { return total }
        var sum = 0.0
        for index in 0..<(chain.count - lag) { sum += chain[index] * chain[index + lag] }
        return total + sum
      }
    }
    let variance = sum(0)
    return (0...max(0, lags)).map { variance > 0 ? sum($0) / variance : .nan }
  }
}
