import Testing

@testable import Experiments

/// Figures of results that a test has written, as far as what is to be drawn.
struct FigureBench {
  let directory: TemporaryDirectory
  let run: RunDirectory
  let spec: Spec

  init(_ text: String) throws {
    directory = try TemporaryDirectory()
    run = RunDirectory(path: directory.path + "/run")
    spec = try Reading(text).required()
  }

  /// Chains on the line.
  func write(_ chains: [[Double]], of node: String) throws {
    try write(chains.flatMap(\.self), shape: [chains.count, chains.first?.count ?? 0, 1], of: node)
  }

  func write(_ values: [Double], shape: [Int], of node: String) throws {
    try FileSystem.makeDirectory(run.path("samples"))
    try NPYFile(shape: shape, values: .float64(values))
      .write(to: run.path(of: "samples.npy", node: node))
  }

  /// The losses of a training, from step 1.
  func write(losses: [Double], of node: String) throws {
    try FileSystem.makeDirectory(run.path("metrics"))
    let lines = losses.enumerated().map { index, loss in
      let value = loss.isFinite ? "\(loss)" : "\"nan\""
      return "{\"step\": \(index + 1), \"name\": \"loss\", \"value\": \(value)}\n"
    }
    try FileSystem.write(
      Array(lines.joined().utf8), to: run.path(of: "metrics.jsonl", node: node))
  }

  func figure(_ name: String) throws -> FigureNode {
    try #require(spec.figures.first { $0.name == name })
  }

  /// What a figure shows, as a plot.
  func plot(_ name: String, points: [RunRecord] = []) throws -> Plot {
    let figure = try figure(name)
    let data = FigureData(run: run, graph: spec.graph, points: points)
    return try #require(try figure.definition.drawing(figure, of: data).plots.first)
  }

  /// The files of a figure, drawn by gnuplot.
  func drawn(_ name: String) throws -> FigureFiles.Drawn {
    try FigureFiles(run: run).draw(
      try figure(name), of: FigureData(run: run, graph: spec.graph))
  }
}

extension Plot {
  /// The points of the lines in a colour.
  func lines(_ ink: Ink) -> [[Point]] {
    layers.filter { $0.ink == ink }.flatMap { layer in
      if case .lines(let lines, _, _) = layer.mark { lines } else { [[Point]]() }
    }
  }

  func intervals(_ ink: Ink) -> [Interval] {
    layers.filter { $0.ink == ink }.flatMap { layer in
      if case .intervals(let intervals) = layer.mark { intervals } else { [Interval]() }
    }
  }

  var cells: [Cell] {
    layers.flatMap { layer in
      if case .cells(let cells) = layer.mark { cells } else { [Cell]() }
    }
  }
}
