import Scorewalk
import YAML

/// `animation`: a density or a score over the steps of a training, or a chain over its draws.
struct AnimationFigure: FigureDefinition {
  enum Time: String, Sendable, CaseIterable {
    case step
    case draw
  }

  let of: Reference
  let over: Time
  let overRange: SourceRange?
  let against: Reference?
  let chain: Int
  let chainRange: SourceRange?
  let frames: (from: Int, to: Int?, every: Int?)
  let framesRange: SourceRange?
  let ends: (from: Double?, to: Double?)

  /// Frames are files; of more, some at equal distances are drawn.
  static let largestFrameCount = 300
  /// So many there are unless more are asked for.
  private static let usualFrameCount = 100

  static let kind = Kind<any FigureDefinition>(
    "animation",
    "Frames and a GIF: a density or a score over the steps of a training, or a chain over its draws."
  ) { reader in
    let of = reader.reference(
      "of", to: [.evaluation, .samples],
      "An evaluation of kind density or score of every snapshot, or a sampling in one or two dimensions."
    )
    let over = reader.choice(
      "over", "What passes from frame to frame: the training's step, or the chain's kept draw.",
      of: Time.self)
    let overRange = reader.range(of: "over")
    let against = reader.optionalReference(
      "against", to: [.law], "The law that is drawn behind a chain; its target where that is one.")
    let chain = reader.count("chain", "Which chain, from 0.", default: 0)
    let chainRange = reader.range(of: "chain")
    let frames = reader.map("frames", "Which steps or draws have a frame, counted from 0.") {
      (
        from: $0.count("from", "The first.", default: 0),
        to: $0.optionalCount("to", "The last; the very last unless said."),
        every: $0.optionalCount(
          "every", "The distance between two; such that there are 100 at most unless said.",
          atLeast: 1)
      )
    }
    return AnimationFigure(
      of: of, over: over, overRange: overRange, against: against, chain: chain,
      chainRange: chainRange, frames: frames, framesRange: reader.range(of: "frames"),
      ends: reader.ends("The part of the line, or of the plane, that is shown"))
  }

  func check(_ figure: FigureNode, in graph: ExperimentGraph, session: ReadingSession) {
    switch graph[of.node]?.definition {
    case .sampling?: checkChain(in: graph, session)
    case .evaluation(let evaluation)?: checkCurves(evaluation, in: graph, session)
    case .data?, .model?, .training?, nil: break
    }
  }

  private func checkChain(in graph: ExperimentGraph, _ session: ReadingSession) {
    if over == .step {
      session.error(
        "'\(of.node)' has draws, not steps of a training", at: overRange,
        help: "write `over: draw`")
    }
    graph.checkChain(chain, of: of, at: chainRange, session: session)
    if case .sampling(let sampling)? = graph[of.node]?.definition,
      let shape = sampling.shape(in: graph)
    {
      checkFrames(among: shape.draws, "kept draws", session)
    }
    guard let dimension = graph.dimension(of) else { return }
    if dimension > 2 {
      session.error(
        "an animation of a chain is for one or two dimensions; '\(of.node)' has \(dimension)",
        at: of.range)
    }
    if let against, let other = graph.dimension(against), other != dimension {
      session.error(
        "'\(against.node)' has \(other) coordinates where '\(of.node)' has \(dimension)",
        at: against.range)
    }
  }

  private func checkCurves(
    _ evaluation: any EvaluationDefinition, in graph: ExperimentGraph, _ session: ReadingSession
  ) {
    if over == .draw {
      session.error(
        "'\(of.node)' is an evaluation, which has no draws", at: overRange,
        help: "write `over: step`")
      return
    }
    let shown: Reference
    switch evaluation {
    case let density as DensityEvaluation: shown = density.of
    case let score as ScoreEvaluation:
      shown = score.of
      if score.grid == nil || graph.dimension(score.against) != 1 {
        session.error(
          "an animation of a score needs one on a grid of the line", at: of.range,
          help: "add `grid: {from: …, to: …, points: …}` to evaluation.\(of.node)")
      }
    default:
      session.error(
        "an animation shows evaluations of kind density or score; '\(of.node)' is another",
        at: of.range)
      return
    }
    if shown.step != .all {
      session.error(
        "'\(of.node)' shows one state of '\(shown.node)'", at: of.range,
        help: graph.training(shown) == nil
          ? nil : "let it show all: of: {node: \(shown.node), step: all}")
    } else if let training = graph.training(shown) {
      checkFrames(among: training.snapshotSteps(in: graph).count, "snapshots", session)
    }
  }

  /// Reports frames of what is not there. A smoke run has less, of which the last stands for it.
  private func checkFrames(among count: Int, _ what: String, _ session: ReadingSession) {
    guard count > 0, !session.isSmoke, !session.isListing else { return }
    for (end, name) in [(frames.from, "from"), (frames.to ?? 0, "to")] where end >= count {
      session.error(
        "'frames' goes \(name) \(end); '\(of.node)' has \(count) \(what), counted from 0",
        at: framesRange)
      return
    }
    if let to = frames.to, frames.from > to {
      session.error("'frames' goes from \(frames.from) to \(to)", at: framesRange)
    }
  }

  func drawing(_ figure: FigureNode, of data: FigureData) throws -> Drawing {
    over == .step ? try curves(data) : try draws(data)
  }

  /// Which of so many steps or draws have a frame.
  private func chosen(of count: Int) -> [Int] {
    guard count > 0 else { return [] }
    let last = min(frames.to ?? count - 1, count - 1)
    let first = min(frames.from, last)
    guard let every = frames.every else {
      return ArrayFile.indices(of: last - first + 1, atMost: Self.usualFrameCount).map {
        first + $0
      }
    }
    let all = Array(stride(from: first, through: last, by: every))
    return ArrayFile.indices(of: all.count, atMost: Self.largestFrameCount).map { all[$0] }
  }

  // MARK: - Over the steps of a training

  private func curves(_ data: FigureData) throws -> Drawing {
    let isDensity = data.graph.evaluation(of, as: DensityEvaluation.self) != nil
    let curves = try GridCurves(of, isDensity ? .density : .score, data, ends, atMost: 250)
    var truth: [Plot.Layer] = []
    if let line = try curves.truth() {
      truth = [Plot.Layer(curves.truthName, .truth, .lines([line], isDashed: true))]
    }
    var plots: [Plot] = []
    for index in chosen(of: curves.steps.count) {
      var plot = Plot(
        title: isDensity ? "Density of \(of.node)" : "Score of \(of.node)", x: Plot.Axis("x"),
        y: Plot.Axis(isDensity ? "density" : "score"))
      plot.frame = "step \(curves.steps[index])"
      plot.layers =
        truth + [
          Plot.Layer(
            "learned", .series(0), .lines([try curves.learned(index)], width: 2.5), isData: true)
        ]
      plots.append(plot)
    }
    // All frames have the same axes: what moves is what is learned.
    let layers = plots.flatMap(\.layers)
    let x = FigureExtent.x(of: layers).range(ends)
    let y = FigureExtent.y(of: layers).range().widened(by: 0.05)
    return .frames(
      plots.map { plot in
        var plot = plot
        (plot.x.range, plot.y.range) = (x, isDensity && y.upperBound > 0 ? 0...y.upperBound : y)
        return plot
      })
  }

  // MARK: - Over the draws of a chain

  /// The law behind the chain.
  private func law(in graph: ExperimentGraph) -> (law: Law, name: String)? {
    var reference = against
    if reference == nil, case .sampling(let sampling)? = graph[of.node]?.definition {
      reference = (sampling as? ChainDefinition)?.target
    }
    return reference.flatMap { reference in graph.law(reference).map { ($0, reference.node) } }
  }

  private func draws(_ data: FigureData) throws -> Drawing {
    let file = try data.samples(of)
    let chosen = chosen(of: file.draws)
    let points = try file.points(chain: min(chain, file.chains - 1), draws: chosen)
    let places = stride(from: 0, to: points.count, by: file.dimension).map {
      Array(points[$0..<($0 + file.dimension)])
    }
    let law = law(in: data.graph)
    var base =
      file.dimension == 1 ? linePlot(places, law) : planePlot(places, law)
    base.title = "Chain \(chain) of \(of.node)"
    let marks = places.map { place in
      file.dimension == 1
        ? Plot.Point(place[0], law?.law.mixture?.density(place[0]) ?? 0)
        : Plot.Point(place[0], place[1])
    }
    return .frames(
      chosen.indices.map { index in
        var plot = base
        plot.frame = "step \(data.graph.state(ofDraw: chosen[index], of))"
        plot.layers += Self.trail(Array(marks[...index]), isJoined: file.dimension == 2)
        return plot
      })
  }

  /// The states up to one, which fade with their age.
  private static func trail(_ points: [Plot.Point], isJoined: Bool) -> [Plot.Layer] {
    let last = points.count - 1
    let parts: [(ClosedRange<Int>, Double)] = [
      (21...Int.max, 0.15), (6...20, 0.35), (1...5, 0.65),
    ]
    var layers: [Plot.Layer] = []
    if isJoined {
      layers.append(Plot.Layer(nil, .series(0), .lines([points], width: 1), opacity: 0.3))
    }
    for (ages, opacity) in parts {
      let old = points.indices.filter { ages.contains(last - $0) }.map { points[$0] }
      layers.append(Plot.Layer(nil, .series(0), .points(old, size: 6), opacity: opacity))
    }
    layers.append(Plot.Layer(nil, .series(1), .points([points[last]], size: 9), isData: true))
    return layers
  }

  private func linePlot(_ places: [[Double]], _ law: (law: Law, name: String)?) -> Plot {
    var extent = FigureExtent()
    extent.add(places.map { $0[0] })
    let mixture = law?.law.mixture
    if let mixture { extent.add(FigureExtent(of: mixture)) }
    let range = extent.range(ends)
    var plot = Plot(title: "", x: Plot.Axis("x", range: range), y: Plot.Axis("density"))
    guard let mixture, let law else { return plot }
    let grid = DensityOnGrid.places(from: range.lowerBound, to: range.upperBound, points: 201)
    let line = grid.map { Plot.Point($0, mixture.density($0)) }
    plot.layers = [Plot.Layer(law.name, .truth, .lines([line], isDashed: true))]
    let height = FigureExtent.y(of: plot.layers).range().upperBound
    if height > 0 { plot.y.range = 0...(height * 1.1) }
    return plot
  }

  private func planePlot(_ places: [[Double]], _ law: (law: Law, name: String)?) -> Plot {
    var x = FigureExtent()
    var y = FigureExtent()
    x.add(places.map { $0[0] })
    y.add(places.map { $0[1] })
    if let mixture = law?.law.mixture {
      x.add(FigureExtent(of: mixture, coordinate: 0, deviations: 2.5))
      y.add(FigureExtent(of: mixture, coordinate: 1, deviations: 2.5))
    }
    let (xRange, yRange) = (x.range(ends), y.range(ends))
    var plot = Plot(
      title: "", x: Plot.Axis("coordinate 0", range: xRange),
      y: Plot.Axis("coordinate 1", range: yRange))
    plot.hasEqualUnits = true
    if let law { plot.add(law.law, law.name, x: xRange, y: yRange) }
    return plot
  }
}
