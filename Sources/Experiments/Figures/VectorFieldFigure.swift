import Scorewalk
import YAML

/// `vector-field`: a score in the plane beside the exact one.
struct VectorFieldFigure: FigureDefinition {
  let of: Reference
  let against: Reference?
  let noiseLevel: Double?
  let arrows: Int
  let ends: (from: Double?, to: Double?)

  static let kind = Kind<any FigureDefinition>(
    "vector-field",
    "A score in the plane beside the exact one; an arrow is as long as the root of the score says."
  ) { reader in
    VectorFieldFigure(
      of: reader.reference("of", to: [.training, .model], "The network."),
      against: reader.optionalReference(
        "against", to: [.law], "The law whose exact score is drawn beside it."),
      noiseLevel: reader.noiseLevel(
        "noise_level", "σ: the exact score is that of the law smoothed by it.", isRequired: false),
      arrows: reader.count(
        "arrows", "How many arrows there are along each axis.", atLeast: 2, atMost: 60, default: 15),
      ends: reader.ends(
        "The part of the plane that is shown, on both axes; where the law lies unless said"))
  }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    if let against, let law = graph.law(against), !law.hasDensity, noiseLevel == nil {
      session.error(
        "'\(against.node)' has atoms and no score", at: against.range,
        help: "say at which noise: add `noise_level:`")
    }
    if against == nil, ends.from == nil || ends.to == nil {
      session.error(
        "'figures.\(figure.name)' does not say which part of the plane is shown", at: figure.range,
        help: "add `from:` and `to:`, or the law with `against:`")
    }
    guard let network = graph.network(of) else { return }
    if network.dimension != 2 {
      session.error(
        "a vector field is for the plane; '\(of.node)' has \(network.dimension == 1 ? "1 coordinate" : "\(network.dimension) coordinates")",
        at: of.range,
        help: network.dimension == 1
          ? "choose `kind: score`, which shows an evaluation of kind score" : nil)
    }
    if let against, let dimension = graph.dimension(against), dimension != network.dimension {
      session.error(
        "'\(against.node)' has \(dimension) coordinates where '\(of.node)' has \(network.dimension)",
        at: against.range)
    }
    if network.output.needsNoiseLevel, noiseLevel == nil {
      session.error(
        "missing key 'noise_level' in 'figures.\(figure.name)'", at: figure.range,
        help: network.output == .noise
          ? "the score of a noise network is −n̂/σ: say which σ"
          : "the score of a denoiser is (x̂ − y)/σ²: say which σ")
    }
  }

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    let law = against.flatMap { data.graph.law($0) }
    let truth = noiseLevel.flatMap { level in law?.smoothed(noiseLevel: level) } ?? law?.mixture
    let range = range(of: truth)
    let places = DensityOnGrid.places(from: range.lowerBound, to: range.upperBound, points: arrows)
    let points = places.flatMap { x in places.map { Plot.Point(x, $0) } }
    let network = try data.states.network(of, step: data.states.step(of: of))
    let learned = try network.scores(
      at: points.flatMap { [$0.x, $0.y] }, noiseLevel: noiseLevel)
    let exact = truth.map { truth in points.flatMap { truth.score([$0.x, $0.y]) } }
    // The longest fills the space between two arrows.
    let cell = (range.upperBound - range.lowerBound) / Double(max(places.count - 1, 1))
    let lengths = stride(from: 0, to: learned.count, by: 2).flatMap { index in
      [learned, exact].compactMap(\.self).map { Self.length($0[index], $0[index + 1]) }
    }
    let longest = lengths.filter { $0 < FigureExtent.limit }.max() ?? 1
    func mark(_ field: [Double]) -> Plot.Mark {
      .arrows(
        points.enumerated().map { index, from in
          let (x, y) = (field[2 * index], field[2 * index + 1])
          let length = Self.length(x, y)
          let factor = length > 0 ? 0.95 * cell * (length / longest).squareRoot() / length : 0
          return Plot.Arrow(
            from: from, to: Plot.Point(from.x + factor * x, from.y + factor * y))
        })
    }
    let name = of.displayText
    var plot = Plot(
      title: "Score: \(name)", x: Plot.Axis("coordinate 0", range: range.widened(by: 0.06)),
      y: Plot.Axis("coordinate 1", range: range.widened(by: 0.06)))
    if let exact {
      plot.layers.append(Plot.Layer("exact score", .truth, mark(exact), opacity: 0.5))
    }
    plot.layers.append(Plot.Layer(name, .series(0), mark(learned), isData: true))
    plot.hasEqualUnits = true
    return .still(plot)
  }

  private func range(of truth: GaussianMixture?) -> ClosedRange<Double> {
    var extent = FigureExtent()
    for coordinate in 0..<2 {
      if let truth { extent.add(FigureExtent(of: truth, coordinate: coordinate)) }
    }
    return extent.range(ends)
  }

  private static func length(_ x: Double, _ y: Double) -> Double { (x * x + y * y).squareRoot() }
}
