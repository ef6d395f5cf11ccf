import Scorewalk
import Synchronization
import Testing

@testable import Experiments

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Every kind of figure of one run.
private let drawnExperiment = """
  name: drawn
  precision: float64
  data:
    law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
    atoms: {kind: categorical, values: [[-1], [1]]}
    plane: {kind: gaussian-mixture, components: [{mean: [-2, 0], std: 1}, {mean: [2, 1], std: 0.7}]}
    rows: {kind: draws, from: plane, count: 40}
  models:
    net: {kind: mlp, output: score, hidden: [8]}
    flat: {kind: mlp, output: score, hidden: [8]}
    energy: {kind: mlp, output: energy, hidden: [8]}
  training:
    fit: {model: net, data: law, objective: {kind: denoising-score-matching, noise_level: 0.5}, optimizer: {kind: adam, learning_rate: 1e-2}, batch_size: 8, steps: 40, log_every: 1, snapshots: {from: 0, every: 10}}
    fit-plane: {model: flat, data: rows, objective: {kind: implicit-score-matching}, optimizer: {kind: adam, learning_rate: 1e-2}, batch_size: 8, steps: 20}
    fit-energy: {model: energy, data: law, objective: {kind: contrastive-divergence, negatives: {chains: 8, initial: {kind: normal}, step_size: 0.1, steps: 5}}, optimizer: {kind: adam, learning_rate: 1e-2}, batch_size: 8, steps: 20, snapshots: {from: 0, every: 5}}
  sampling:
    walk: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.1, steps: 60, chains: 3}
    wander: {kind: langevin, target: plane, initial: {kind: zeros}, step_size: 0.1, steps: 60, chains: 2}
    jump: {kind: denoise, from: walk, using: fit, noise_level: 0.5}
  evaluation:
    shape: {kind: density, of: {node: fit-energy, step: all}, against: law, grid: {from: -5, to: 5, points: 101}}
    error: {kind: score, of: {node: fit, step: all}, against: law, noise_level: 0.5, grid: {from: -5, to: 5, points: 51}}
    check: {kind: denoiser, of: fit, against: law, noise_level: 0.5, inputs: {from: atoms, each: 5}}
  figures:
    a: {kind: histogram, of: [walk, jump], labels: ["<b>&", "it's `x`"], against: law, title: "<script>alert(1)</script> \\"$0\\" @x {a_b} \\\\n"}
    a-atoms: {kind: histogram, of: jump, against: atoms}
    b: {kind: ecdf, of: [walk], against: law}
    c: {kind: density, of: [shape, law]}
    d: {kind: score, of: error, snapshots: 3}
    e: {kind: denoiser, of: check}
    f: {kind: loss, of: [fit, fit-energy]}
    g: {kind: scatter, of: [rows, wander], against: plane}
    h: {kind: vector-field, of: fit-plane, against: plane, arrows: 5}
    i: {kind: trajectory, of: wander, behind: rows, against: plane}
    j: {kind: trace, of: walk}
    k: {kind: autocorrelation, of: [walk], format: [svg, png, pdf], width: 320, height: 240}
    l: {kind: animation, of: walk, over: draw, frames: {to: 3}}
    m: {kind: animation, of: shape, over: step}
    n: {kind: animation, of: wander, over: draw, frames: {from: 50}}
    o: {kind: animation, of: error, over: step}

  """

@Suite("Figures drawn by gnuplot", .enabled(if: TimedProgram.place(of: "gnuplot") != nil))
struct FigureDrawingTests {
  @Test func everyKindIsDrawn() throws {
    let runner = try TestRunner()
    let monitor = StepMonitor(at: .max, of: "") {}
    let outcome = try runner.start(drawnExperiment, monitor: monitor) { $0.drawsFigures = true }
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    #expect(monitor.notes.filter { $0.contains("figures") } == [])
    let files = FileSystem.files(below: outcome.run.path("figures"))
    let stills = ["a", "a-atoms", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"].map {
      $0 + ".svg"
    }
    let counts = [("l", 4), ("m", 5), ("n", 10), ("o", 5)]
    let frames = counts.flatMap { name, count in
      (1...count).map { "\(name)/" + ResultsDirectory.digits($0) + ".svg" }
    }
    let others = ["k.png", "k.pdf", "l.gif", "m.gif", "n.gif", "o.gif"]
    #expect(Set(files) == Set(stills + frames + others))
    var prefixes: Set<String> = []
    for file in stills + frames {
      let bytes = try FileSystem.read(outcome.run.path("figures/" + file))
      let text = String(decoding: bytes, as: UTF8.self)
      let root = try #require(try SVGReader.documents(bytes).first, "\(file)")
      #expect(root.name == "svg" && root["viewBox"] != nil)
      #expect(root.children.map(\.name) == ["title", "style", "g"], "\(file)")
      // Something of colour is drawn, and nothing of what is not ours.
      #expect(
        Palette.series.contains { text.contains("=\"\($0.light)\"") } || text.contains("<circle"),
        "\(file)")
      #expect(
        !text.contains("<script") && !text.contains("href") && !text.contains("url("), "\(file)")
      #expect(!text.contains("GNUPLOT") && !text.contains("NaN"), "\(file)")
      prefixes.insert(try #require(root["aria-labelledby"]))
    }
    #expect(prefixes.count == stills.count + frames.count)
    for (file, magic) in [("k.png", "\u{89}PNG"), ("k.pdf", "%PDF"), ("l.gif", "GIF89a")] {
      let bytes = try FileSystem.read(outcome.run.path("figures/" + file))
      #expect(bytes.starts(with: magic.unicodeScalars.map { UInt8($0.value) }), "\(file)")
    }
    // What a spec says stands in the picture as it is written.
    let hostile = String(
      decoding: try FileSystem.read(outcome.run.path("figures/a.svg")), as: UTF8.self)
    #expect(
      hostile.contains("&lt;script&gt;alert(1)&lt;/script&gt; &quot;$0&quot; @x {a_b} \\n</text>"))
    #expect(hostile.contains(">&lt;b&gt;&amp;</text>") && hostile.contains(">it's `x`</text>"))
    // No figure is a result.
    #expect(try outcome.run.results().keys.allSatisfy { !$0.hasPrefix("figures/") })
    #expect(try Manifest.verify(outcome.run).differences.isEmpty)
    try drawnAnew(outcome.run)
  }

  /// The same files come of the run's files alone, also where the run was moved.
  private func drawnAnew(_ run: RunDirectory) throws {
    let before = try contents(run)
    FileSystem.remove(run.path("figures"))
    let moved = RunDirectory(path: run.path + "-moved")
    try FileSystem.rename(run.path, to: moved.path)
    try FileSystem.rename(moved.path, to: run.path)
    let gallery = try FigureGallery(of: run)
    let outcome = try gallery.draw()
    #expect(outcome.notes == [])
    #expect(outcome.files.count == 16)
    let after = try contents(run)
    #expect(before.keys.sorted() == after.keys.sorted())
    for (file, bytes) in before where file.hasSuffix(".svg") {
      #expect(after[file] == bytes, "\(file)")
    }
    #expect(throws: Failure.self) { try gallery.draw(["no-such"]) }
    let film = FigureFiles(run: run).found("l")
    #expect(film.movie == "figures/l.gif" && film.picture == nil)
    #expect(film.frames == (1...4).map { "figures/l/000\($0).svg" })
    let one = try gallery.draw(["b"], formats: [.png])
    #expect(one.files.map(\.paths) == [[run.path("figures/b.png")]])
  }

  private func contents(_ run: RunDirectory) throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for file in FileSystem.files(below: run.path("figures")) {
      contents[file] = try FileSystem.read(run.path("figures/" + file))
    }
    return contents
  }

  @Test func aGnuplotThatHangsIsLeftAlone() throws {
    let runner = try TestRunner()
    let run = try runner.start(
      smallExperiment + "figures:\n  losses: {kind: loss, of: fit}\n"
    ).run
    let spec = try Runner.frozenSpec(of: run)
    var files = FigureFiles(run: run)
    #expect(files.found("losses") == FigureFiles.Found())
    files.gnuplot.seconds = 0
    #expect {
      try files.draw(spec.figures[0], of: FigureData(run: run, graph: spec.graph))
    } throws: { error in
      (error as? FigureFiles.Problem)?.isHopeless == true
    }
    files.gnuplot.seconds = 60
    _ = try files.draw(spec.figures[0], of: FigureData(run: run, graph: spec.graph))
    #expect(files.found("losses") == FigureFiles.Found(picture: "figures/losses.svg"))
  }

  @Test func framesAreReplacedAndNothingElse() throws {
    let runner = try TestRunner()
    let text =
      smallExperiment
      + "figures:\n  film: {kind: animation, of: walk, over: draw, chain: 0, frames: {to: 3}}\n"
    let run = try runner.start(text).run
    let spec = try Runner.frozenSpec(of: run)
    let place = run.path("figures/film/")
    try FileSystem.makeDirectory(run.path("figures/film"))
    for name in ["notes.txt", "0002.svg", "0009.svg", "a.svg", "1.svg"] {
      try FileSystem.write(Array(name.utf8), to: place + name)
    }
    // Three at once.
    let results = Mutex<[[String]]>([])
    WorkerThread.run(3) { _ in
      let data = FigureData(run: run, graph: spec.graph)
      guard let drawn = try? FigureFiles(run: run).draw(spec.figures[0], of: data) else { return }
      results.withLock { $0.append(drawn.files) }
    }
    let names = (1...4).map { "figures/film/000\($0).svg" }
    #expect(
      results.withLock { $0 }
        == [[String]](repeating: names + ["figures/film.gif"], count: 3))
    #expect(
      Set(FileSystem.names(in: run.path("figures/film")))
        == ["notes.txt", "a.svg", "1.svg", "0001.svg", "0002.svg", "0003.svg", "0004.svg"])
    #expect(FileSystem.names(in: run.path("figures")).sorted() == ["film", "film.gif"])
    #expect(try FileSystem.read(place + "notes.txt") == Array("notes.txt".utf8))
    #expect(FigureFiles(run: run).found("film").frames == names)
  }

  @Test func theLossOfATrainingThatFailedIsDrawn() throws {
    let runner = try TestRunner()
    let text =
      smallExperiment.replacing("learning_rate: 1e-2", with: "learning_rate: 1e30")
      .replacing("log_every: 10", with: "log_every: 1")
      + "figures:\n  losses: {kind: loss, of: fit}\n  samples: {kind: histogram, of: walk}\n"
    let outcome = try runner.start(text) { $0.drawsFigures = true }
    #expect(outcome.record.status == .failed)
    #expect(FileSystem.names(in: outcome.run.path("figures")) == ["losses.svg"])
    FileSystem.remove(outcome.run.path("figures"))
    let gallery = try FigureGallery(of: outcome.run)
    #expect(try gallery.draw(["losses"]).files.count == 1)
    #expect(try gallery.draw(["samples"]).notes.count == 1)
  }

  @Test func figuresOfAResumedRunAreDrawn() throws {
    let runner = try TestRunner()
    let control = RunControl()
    let monitor = StoppingMonitor(control, at: 10, of: "fit")
    let text = smallExperiment + "figures:\n  losses: {kind: loss, of: fit}\n"
    let stopped = try runner.start(text, control: control, monitor: monitor) {
      $0.drawsFigures = true
    }
    #expect(stopped.record.status == .interrupted)
    #expect(!FileSystem.exists(stopped.run.path("figures/losses.svg")))
    let outcome = try runner.resume(stopped.run, drawsFigures: true)
    #expect(outcome.record.status == .done)
    #expect(FileSystem.exists(outcome.run.path("figures/losses.svg")))
  }

  @Test func aFigureThatCannotBeDrawnFailsNothing() throws {
    let runner = try TestRunner()
    let monitor = StepMonitor(at: .max, of: "") {}
    let text =
      smallExperiment + """
        figures:
          losses: {kind: loss, of: fit, metric: los}
          again: {kind: loss, of: fit, metric: los}
          samples: {kind: histogram, of: walk}

        """
    let outcome = try runner.start(text, monitor: monitor) { $0.drawsFigures = true }
    #expect(outcome.record.status == .done)
    #expect(FileSystem.names(in: outcome.run.path("figures")) == ["samples.svg"])
    #expect(
      monitor.notes == [
        "figures.losses: not drawn: 'fit' has no metric 'los': there are: loss, gradient_norm, mean_loss, final_loss"
      ])
  }
}
