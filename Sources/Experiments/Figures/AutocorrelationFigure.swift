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
      let values = try self.chains(of: file, count: chains, last: draws)
      let correlations = Self.correlations(values, chains: chains, lags: lags)
      let points = correlations.enumerated().map { Plot.Point(Double($0.offset), $0.element) }
      plot.layers.append(Plot.Layer(label, ink, .lines([points]), isData: true))
    }
    let extent = FigureExtent.x(of: plot.layers).range()
    plot.layers.insert(
      Plot.Layer(
        nil, .quiet,
        .lines([[Plot.Point(extent.lowerBound, 0), Plot.Point(extent.upperBound, 0)]], width: 1)),
      at: 0)
    let shown = FigureExtent.y(of: plot.layers).range()
    plot.x.range = extent
    plot.y.range = min(shown.lowerBound, -0.05)...max(shown.upperBound, 1.05)
    return .still(plot)
  }

  /// The last draws of the first chains on the line, `[chains, draws]`. Points of many coordinates are read in pieces.
  private func chains(of file: SampleFile, count: Int, last draws: Int) throws(Failure) -> [Double]
  {
    var values: [Double] = []
    values.reserveCapacity(count * draws)
    for chain in 0..<count {
      for first in stride(from: file.draws - draws, to: file.draws, by: file.pieceLength) {
        let indices = Array(first..<min(first + file.pieceLength, file.draws))
        values += line.places(
          try file.points(chain: chain, draws: indices), dimension: file.dimension)
      }
    }
    return values
  }

  /// The autocorrelation around the mean m of all chains:
  ///
  /// ρ_k = c_k / c_0,  c_k = Σ (x_t − m)(x_{t+k} − m) / (chains (draws − k))
  ///
  /// Each lag is divided by the pairs that it has: divided by all draws, slow chains would seem to forget by themselves.
  ///
  /// - Parameter values: `[chains, draws]`.
  /// - Complexity: O(chains · draws · log draws).
  static func correlations(_ values: [Double], chains: Int, lags: Int) -> [Double] {
    let draws = values.count / max(chains, 1)
    guard draws > 0 else { return [] }
    let last = max(0, min(lags, draws - 1))
    guard values.contains(where: { $0 != values[0] }) else {
      return [Double](repeating: .nan, count: last + 1)
    }
    // Scorewalk's are around the mean of each chain: what is between the means is added.
    let inside = FourierTransform.meanAutocovariance(
      ChainSeries(values, chains: chains, draws: draws))
    let mean = values.reduce(0, +) / Double(values.count)
    var sums = inside.prefix(last + 1).map {
      $0 * Double(draws) * Double(chains)
    }
    for chain in 0..<chains {
      let own = values[(chain * draws)..<((chain + 1) * draws)]
      let ownMean = own.reduce(0, +) / Double(draws)
      let shift = ownMean - mean
      guard shift != 0 else { continue }
      // Σ over t < n − k and over t ≥ k of x_t less the chain's mean: both from what is missing of a sum of 0.
      var missing = 0.0
      for lag in sums.indices {
        if lag > 0 {
          missing +=
            own[own.endIndex - lag] - ownMean + own[own.startIndex + lag - 1] - ownMean
        }
        sums[lag] += shift * (Double(draws - lag) * shift - missing)
      }
    }
    let variance = sums[0] / Double(draws)
    return sums.enumerated().map { lag, sum in
      variance > 0 ? sum / Double(draws - lag) / variance : .nan
    }
  }
}
