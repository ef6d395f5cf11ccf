import Foundation
import Testing

/// A run whose figures take a moment.
private let drawn = """
  name: drawn
  data:
    law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
  sampling:
    walk: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.1, steps: 50}
    other: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.2, steps: 50}
  figures:
    samples: {kind: histogram, of: [walk, other], against: law}
    trace: {kind: trace, of: walk}
    memory: {kind: autocorrelation, of: other}

  """

/// An SVG document as gnuplot writes it, with one line in it.
private let picture = """
  <?xml version="1.0"?><svg width="640" height="400" viewBox="0 0 640 400"><g><path stroke='rgb(0, 114, 178)' d='M1,2 L3,4'/></g></svg>
  """

/// A directory with a program `gnuplot`, to stand before all others in `PATH`.
private func gnuplot(_ script: String, in workspace: Workspace) throws -> [String: String] {
  let file = "bin/gnuplot"
  try workspace.write("#!/bin/sh\n" + script + "\n", to: file)
  try FileManager.default.setAttributes(
    [.posixPermissions: 0o755], ofItemAtPath: workspace.path + "/" + file)
  return ["PATH": workspace.path + "/bin:/usr/bin:/bin"]
}

@Suite("Figures from the command line")
struct FigureTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(drawn, to: "drawn.yaml")
  }

  /// A `PATH` in which there is a shell and no gnuplot.
  private func withoutGnuplot() throws -> [String: String] {
    try workspace.write("", to: "empty/nothing")
    return ["PATH": workspace.path + "/empty"]
  }

  // MARK: - Whoever draws

  @Test func whatIsDrawnIsInTheRun() throws {
    let path = try gnuplot("cat > script.txt; cat <<'END'\n\(picture)\nEND", in: workspace)
    let result = try workspace.run(["run", "drawn.yaml"], environment: path)
    #expect(result.code == 0, "\(result.text)")
    let run = try workspace.directory("drawn")
    #expect(workspace.names(run + "/figures") == ["memory.svg", "samples.svg", "trace.svg"])
    let text = String(decoding: try workspace.read(run + "/figures/trace.svg"), as: UTF8.self)
    #expect(text.contains("stroke=\"#0072b2\"") && text.contains("<path"), "\(text)")
    // Gnuplot reads from the pipe, and its start-up files are not read.
    let script = String(decoding: try workspace.read("script.txt"), as: UTF8.self)
    #expect(script.hasPrefix("set encoding utf8\nset terminal svg "))
    // The pictures are no results.
    #expect(try workspace.run("verify", "drawn").code == 0)
    let manifest = try workspace.object(run + "/manifest.json")["files"] as? [String: String]
    #expect(manifest?.keys.contains { $0.hasPrefix("figures/") } == false)
  }

  @Test func withoutGnuplotARunSucceedsAndSaysSoOnce() throws {
    let path = try withoutGnuplot()
    let result = try workspace.run(["run", "drawn.yaml"], environment: path)
    #expect(result.code == 0, "\(result.text)")
    #expect(
      result.errors.components(separatedBy: "gnuplot").count - 1 == 2,
      "once, with the package's name: \(result.errors)")
    #expect(result.errors.contains("install it (Debian: gnuplot-nox)"))
    // The command that is there to draw says that it cannot.
    let figures = try workspace.run(["figures", "drawn"], environment: path)
    #expect(figures.code == 1)
    #expect(
      figures.errors
        == "error: gnuplot is not here, so that no figures are drawn\n   help: install it (Debian: gnuplot-nox)\n"
    )
  }

  @Test func aGnuplotThatFailsIsToldOnceAndFailsNothing() throws {
    let path = try gnuplot(
      "cat > /dev/null; head -c 2000000 /dev/zero | tr '\\0' 'x' >&2; echo >&2; echo '  line 3: no such thing' >&2; exit 1",
      in: workspace)
    let result = try workspace.run(["run", "drawn.yaml"], environment: path)
    #expect(result.code == 0, "\(result.text)")
    #expect(result.errors.components(separatedBy: "no such thing").count == 2, "\(result.errors)")
    #expect(result.errors.utf8.count < 10_000)
    let figures = try workspace.run(["figures", "drawn", "trace"], environment: path)
    #expect(figures.code == 1 && figures.output == "")
    #expect(
      figures.errors.contains("error: figures.trace: gnuplot failed: line 3: no such thing"))
  }

  @Test func aGnuplotThatHangsHoldsNothingUpAndIsEndedOnRequest() throws {
    let path = try gnuplot("echo $$ > pid; sleep 600 & wait", in: workspace)
    let process = try workspace.start(["run", "drawn.yaml"], environment: path)
    let manifest = "results/drawn/latest/manifest.json"
    #expect(process.wait { workspace.exists(manifest) && workspace.exists("pid") })
    let record = try workspace.object("results/drawn/latest/run.json")
    #expect(record["status"] as? String == "done")
    process.send(SIGTERM)
    // Far less than the minute that gnuplot has.
    let ended = try process.wait(seconds: 20)
    #expect(ended.code == 0, "\(ended.text)")
    #expect(ended.errors.contains("stopped before all figures were drawn"), "\(ended.errors)")
    let text = String(decoding: try workspace.read("pid"), as: UTF8.self)
    let group = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    // What it had begun goes with it; who reaps that is the system's.
    #expect(kill(group, 0) != 0 && errno == ESRCH)
    // The command that draws is stopped likewise.
    try FileManager.default.removeItem(atPath: workspace.path + "/pid")
    let command = try workspace.start(["figures", "drawn"], environment: path)
    #expect(command.wait { workspace.exists("pid") })
    command.send(SIGINT)
    #expect(try command.wait(seconds: 20).code == 75)
  }

  @Test func aPictureInWhichNothingIsDrawnIsNone() throws {
    let path = try gnuplot("cat > /dev/null; echo '<svg/>'", in: workspace)
    let result = try workspace.run(["run", "drawn.yaml"], environment: path)
    #expect(result.code == 0)
    #expect(
      result.errors.contains(/figures\.\w+: not drawn: gnuplot drew nothing/),
      "\(result.errors)")
    #expect(!workspace.exists(try workspace.directory("drawn") + "/figures"))
    #expect(!result.errors.contains("figures: "))
  }

  @Test func whatIsNotShownIsSaid() throws {
    let path = try gnuplot("cat > /dev/null; cat <<'END'\n\(picture)\nEND", in: workspace)
    let shown = "figures.trace={kind: histogram, of: walk, from: 1000, to: 1001}"
    let result = try workspace.run(["run", "drawn.yaml", shown], environment: path)
    #expect(result.code == 0, "\(result.text)")
    #expect(
      result.errors.contains("figures.trace: 50 of 50 values not shown"), "\(result.errors)")
    let again = try workspace.run(["figures", "drawn", "trace"], environment: path)
    #expect(again.code == 0)
    #expect(again.errors == "figures.trace: 50 of 50 values not shown\n")
  }

  @Test func aGnuplotThatReadsNothingOrSaysNonsenseFailsNothing() throws {
    for script in [
      "echo '<svg/>'", "exit 0", "echo nonsense", "echo '<svg>'", "cat /dev/zero | head -c 1000",
    ] {
      let path = try gnuplot(script, in: workspace)
      let result = try workspace.run(["run", "drawn.yaml"], environment: path)
      #expect(result.code == 0, "\(script): \(result.text)")
      #expect(result.errors.contains("figures."), "\(script): \(result.errors)")
    }
  }

  @Test func noFiguresAreDrawnWhereNoneAreWanted() throws {
    let path = try gnuplot("touch called", in: workspace)
    let result = try workspace.run(["run", "drawn.yaml", "--no-figures"], environment: path)
    #expect(result.code == 0, "\(result.text)")
    #expect(!workspace.exists("called"))
    #expect(!workspace.exists(try workspace.directory("drawn") + "/figures"))
  }

  // MARK: - Drawing anew

  @Test func figuresAreDrawnAnew() throws {
    let path = try gnuplot("cat > /dev/null; cat <<'END'\n\(picture)\nEND", in: workspace)
    try workspace.run("run", "drawn.yaml", "--no-figures")
    let run = try workspace.directory("drawn")
    let all = try workspace.run(["figures", "drawn"], environment: path)
    #expect(all.code == 0, "\(all.text)")
    #expect(
      all.output
        == ["samples", "trace", "memory"].map { run + "/figures/\($0).svg\n" }.joined())
    let one = try workspace.run(
      ["figures", "drawn/1", "trace", "--format", "png,pdf", "--json"], environment: path)
    let figures = try Workspace.object(one.output)["figures"] as? [[String: Any]]
    #expect(
      figures?.first?["files"] as? [String] == [
        run + "/figures/trace.png", run + "/figures/trace.pdf",
      ])
    // A run that was moved away alone is drawn where it is.
    try FileManager.default.moveItem(
      atPath: workspace.path + "/" + run, toPath: workspace.path + "/moved")
    let moved = try workspace.run(["figures", "moved", "trace"], environment: path)
    #expect(moved.output.hasSuffix("moved/figures/trace.svg\n"), "\(moved.text)")
  }

  @Test func mistakesOfTheCommandAreTold() throws {
    try workspace.run("run", "drawn.yaml", "--no-figures")
    let name = try workspace.run("figures", "drawn", "trce")
    #expect(name.code == 64)
    #expect(name.errors.contains("has no figure 'trce'\n   help: did you mean 'trace'?"))
    let format = try workspace.run("figures", "drawn", "--format", "svg,gif")
    #expect(format.code == 64)
    #expect(format.errors.contains("--format gif: there is no such format"))
    try workspace.write(
      drawn.components(separatedBy: "figures:")[0].replacingOccurrences(of: "drawn", with: "plain"),
      to: "plain.yaml")
    try workspace.run("run", "plain.yaml")
    let none = try workspace.run("figures", "plain")
    #expect(none.code == 0 && none.output == "")
    #expect(none.errors.hasSuffix("has no figures in its spec\n"))
  }

  @Test func planListsFigures() throws {
    let result = try workspace.run("plan", "drawn.yaml")
    #expect(result.output.contains("figures.trace"))
    #expect(result.output.contains("drawn when its inputs are done"))
    let plan = try workspace.json("plan", "drawn.yaml", "--json")
    let figures = try #require(plan["figures"] as? [[String: Any]])
    #expect(figures.map { $0["name"] as? String } == ["samples", "trace", "memory"])
    #expect(figures[0]["references"] as? [String] == ["walk", "other", "law"])
  }

  // MARK: - Sweeps

  private let swept = """
    name: swept
    sweep:
      axes:
        delta: {set: sampling.walk.step_size, values: [0.1, 0.2]}
        chains: {set: sampling.walk.chains, values: [2, 4]}
      seeds: {count: 3}
    data:
      law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
    sampling:
      walk: {kind: langevin, target: law, initial: {kind: zeros}, step_size: 0.1, steps: 20}
    evaluation:
      quality: {kind: samples, of: walk, against: law, floors: false}
    figures:
      trace: {kind: trace, of: walk}
      distance: {kind: lines, of: [quality.ks, quality.wasserstein], x: delta, by: chains}
      map: {kind: heat-map, of: quality.ks, x: delta, y: chains}

    """

  @Test func figuresOfASweepLieBesideItsPoints() throws {
    let path = try gnuplot("cat >> script.txt; cat <<'END'\n\(picture)\nEND", in: workspace)
    try workspace.write(swept, to: "swept.yaml")
    let result = try workspace.run(["run", "swept.yaml", "-j", "2"], environment: path)
    #expect(result.code == 0, "\(result.text)")
    #expect(!result.errors.contains("figures."), "\(result.errors)")
    #expect(workspace.names("results/swept/sweep-0001/figures") == ["distance.svg", "map.svg"])
    for number in [1, 12] {
      let run = try workspace.directory("swept", number)
      #expect(workspace.names(run + "/figures") == ["trace.svg"])
    }
    let script = String(decoding: try workspace.read("script.txt"), as: UTF8.self)
    // One line for each metric and each value of `chains`, each with its intervals.
    #expect(script.components(separatedBy: "with points pointtype 7 pointsize 0.6").count - 1 == 4)
    #expect(script.components(separatedBy: "quality.wasserstein, chains 4").count - 1 == 1)
    #expect(script.contains("set xtics ('0.1' 0, '0.2' 1)"))
    // Any point draws them anew, and the last that is removed takes them along.
    let again = try workspace.run(["figures", "swept/7", "map"], environment: path)
    #expect(again.output == "results/swept/sweep-0001/figures/map.svg\n", "\(again.text)")
    try workspace.run("rm", "swept/1", "-y")
    #expect(workspace.exists("results/swept/sweep-0001/figures/map.svg"))
    #expect(try workspace.run("rm", "sweep:0001", "-y").code == 0)
    #expect(!workspace.exists("results/swept/sweep-0001"))
  }

  @Test func aSweepWithoutSuchAMetricSaysWhichThereAre() throws {
    let path = try gnuplot("cat > /dev/null; cat <<'END'\n\(picture)\nEND", in: workspace)
    try workspace.write(
      swept.replacingOccurrences(of: "of: quality.ks,", with: "of: quality.sk,"), to: "swept.yaml")
    let result = try workspace.run(["run", "swept.yaml"], environment: path)
    #expect(result.code == 0)
    #expect(
      result.errors.contains(
        "figures.map: not drawn: no point of the sweep has the metric 'quality.sk': did you mean 'quality.ks'?"
      ),
      "\(result.errors)")
  }

  @Test func axesThatAreNoneAreMistakes() throws {
    try workspace.write(
      swept.replacingOccurrences(of: "y: chains", with: "y: chans"), to: "swept.yaml")
    let result = try workspace.run("check", "swept.yaml")
    #expect(result.code == 65)
    #expect(
      result.errors.contains("'figures.map.y' names no axis of the sweep: 'chans'"),
      "\(result.errors)")
    #expect(result.errors.contains("did you mean 'chains'?"))
    let node = try workspace.run("check", "swept.yaml", "figures.map.of=qualty.ks")
    #expect(node.errors.contains("'figures.map.of' names no node: 'qualty'"), "\(node.errors)")
    // Without a sweep such a figure is not drawn, which is said.
    let alone = try workspace.run("check", "swept.yaml", "~sweep", "figures.map.of=quality.ks")
    #expect(alone.code == 0, "\(alone.text)")
    #expect(alone.errors.contains("warning: 'figures.map' shows a sweep, and the spec has none"))
  }
}
