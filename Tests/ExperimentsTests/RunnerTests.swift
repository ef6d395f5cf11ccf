import Experiments
import Testing

@Suite("Runs")
struct RunnerTests {
  private static let names = ["law", "rows", "net", "fit", "walk", "jump", "quality", "check"]

  @Test func theDirectoryOfARun() throws {
    let runner = try TestRunner()
    let outcome = try runner.start(smallExperiment)
    #expect(outcome.record.status == .done)
    #expect(outcome.failure == nil)
    #expect(outcome.executed == Self.names)
    // There is a patch where the tests run in a tree that was changed.
    #expect(
      FileSystem.files(below: outcome.run.path).sorted().filter { $0 != "git.patch" } == [
        "checkpoints/fit/step-00000000.json", "checkpoints/fit/step-00000020.json",
        "checkpoints/fit/step-00000040.json", "checkpoints/net/step-00000000.json",
        "checkpoints/walk/step-00000030.json",
        "logs/fit.txt", "logs/net.txt", "logs/walk.txt", "manifest.json", "metrics.jsonl",
        "metrics/check.jsonl", "metrics/fit.jsonl", "metrics/quality.jsonl", "plan.json",
        "provenance.json", "resolved.json", "run.json", "samples/jump.npy", "samples/rows.npy",
        "samples/walk.npy", "spec.yaml", "summary.json",
      ])
    #expect(outcome.run.name.hasPrefix("0001-"))
    #expect(
      FileSystem.link(at: runner.results.path + "/small/latest") == outcome.run.name)
    #expect(
      FileSystem.names(in: runner.results.path + "/small") == [".ids", outcome.run.name, "latest"])
    // Nothing is left of the work.
    #expect(FileSystem.names(in: runner.results.path + "/.store/partial").isEmpty)
    #expect(try outcome.run.record().status == .done)
    let files = try outcome.run.results()
    #expect(!files.keys.contains { $0.hasPrefix("logs/") } && files.count == 16)
    #expect(try Manifest.verify(outcome.run).differences.isEmpty)
    let spec = try FileSystem.read(outcome.run.path("spec.yaml"))
    #expect(String(decoding: spec, as: UTF8.self) == smallExperiment)
    #expect(try NPYFile.read(outcome.run.path("samples/walk.npy")).shape == [3, 30, 1])
  }

  @Test func theSecondRunTakesEverythingFromTheStore() throws {
    let runner = try TestRunner()
    let first = try runner.start(smallExperiment)
    let second = try runner.start(smallExperiment)
    #expect(second.executed.isEmpty)
    #expect(second.run.name.hasPrefix("0002-"))
    #expect(try second.run.results() == first.run.results())
    #expect(second.record.nodes.map(\.summary) == first.record.nodes.map(\.summary))
    #expect(second.record.nodes.allSatisfy { $0.executed == false })
    // A change computes what depends on it.
    let third = try runner.start(smallExperiment.replacing("chains: 3", "chains: 2"))
    #expect(third.executed == ["walk", "jump", "quality"])
    // A finished run is left alone.
    #expect(try runner.resume(first.run).executed.isEmpty)
  }

  @Test func damagedResultsAreComputedAnew() throws {
    let runner = try TestRunner()
    let first = try runner.start(smallExperiment) { $0.command = [] }
    let before = try first.run.results()
    let key = try #require(first.record[node: "walk"]?.key)
    let stored = runner.results.store.directory(of: key) + "/samples.npy"
    var bytes = try FileSystem.read(stored)
    bytes[200] ^= 1
    try FileSystem.write(bytes, to: stored)
    let monitor = StoppingMonitor(RunControl(), at: .max, of: "")
    let second = try runner.start(smallExperiment, monitor: monitor)
    #expect(second.executed == ["walk"])
    #expect(try second.run.results() == before)
    #expect(monitor.notes.count == 1)
    #expect(monitor.notes.first?.contains("samples.npy has changed") == true, "\(monitor.notes)")
    #expect(FileSystem.exists(runner.results.store.path + "/damaged/" + key))
    // A stored description that cannot be read is no reason to fail either.
    try FileSystem.write([], to: runner.results.store.directory(of: key) + "/node.json")
    #expect(try runner.start(smallExperiment).executed == ["walk"])
    #expect(try Manifest.verify(first.run).differences.isEmpty)
  }

  @Test func divergence() throws {
    let runner = try TestRunner()
    let text = smallExperiment.replacing("target: fit", "target: law").replacing(
      "step_size: 0.1, steps: 30", "step_size: 1e6, steps: 2000")
    let outcome = try runner.start(text)
    #expect(outcome.record.status == .failed)
    let failure = try #require(outcome.failure)
    #expect(failure.code == .failed)
    #expect(failure.what.hasPrefix("sampling.walk: "), "\(failure)")
    #expect(failure.what.contains("at step ") && failure.what.contains("chain "), "\(failure)")
    #expect(failure.remedy?.contains("step_size") == true, "\(failure)")
    let record = try outcome.run.record()
    #expect(record.status == .failed)
    #expect(record[node: "walk"]?.status == .failed)
    #expect(record[node: "walk"]?.failure == failure.description)
    #expect(record[node: "jump"]?.status == .skipped)
    #expect(record[node: "fit"]?.status == .done)
    // The draws before it are kept, all of them finite.
    let samples = try NPYFile.read(outcome.run.path("samples/walk.npy"))
    #expect(samples.shape[0] == 3 && samples.shape[1] > 2 && samples.shape[1] < 2000)
    let areFinite = samples.values.doubles.allSatisfy(\.isFinite)
    #expect(areFinite)
    #expect(!FileSystem.exists(outcome.run.path("manifest.json")))
    #expect(throws: Failure.self) { _ = try Manifest.verify(outcome.run) }
    #expect(FileSystem.names(in: runner.results.path + "/.store/partial").isEmpty)
    // It fails again where it is resumed, and the store has nothing of it.
    #expect(try runner.resume(outcome.run).failure?.what == failure.what)
  }

  @Test func threadsAndPrivateStores() throws {
    let runner = try TestRunner()
    let one = try runner.start(smallExperiment) {
      $0.usesSharedStore = false
      $0.threads = 1
    }
    let two = try runner.start(smallExperiment) {
      $0.usesSharedStore = false
      $0.threads = 2
    }
    #expect(one.executed == Self.names && two.executed == Self.names)
    #expect(try one.run.results() == two.run.results())
    #expect(FileSystem.names(in: runner.results.path + "/.store/nodes").isEmpty)
    #expect(FileSystem.names(in: runner.results.path + "/.store/private").isEmpty)
  }

  @Test func aMovedDirectoryStillVerifies() throws {
    let runner = try TestRunner()
    let outcome = try runner.start(smallExperiment)
    let moved = runner.directory.path + "/elsewhere"
    try FileSystem.rename(runner.results.path, to: moved)
    let results = ResultsDirectory(path: moved)
    let run = try results.run("small/1")
    #expect(run.name == outcome.run.name)
    #expect(try results.run("small").name == run.name)
    #expect(try results.run("@latest").name == run.name)
    #expect(try results.run(moved + "/small/latest").name == run.name)
    let (count, differences) = try Manifest.verify(run)
    #expect(count == 16 && differences.isEmpty)
    #expect(throws: Failure.self) { _ = try results.run("small/2") }
    #expect(throws: Failure.self) { _ = try results.run("smalk") }
    #expect(try results.run("smal").name == run.name, "the beginning of a name")
    var bytes = try FileSystem.read(run.path("samples/walk.npy"))
    bytes[150] ^= 1
    try FileSystem.write(bytes, to: run.path("samples/walk.npy"))
    FileSystem.remove(run.path("metrics/fit.jsonl"))
    let found = try Manifest.verify(run).differences.map { "\($0.file) \($0.kind)" }
    #expect(found == ["metrics/fit.jsonl missing", "samples/walk.npy changed"])
  }

  @Test func theStarterSpecRuns() throws {
    let results = try undisturbedResults(StarterSpec.text(name: "first"), isSmoke: true)
    #expect(results["samples/walk.npy"] != nil)
  }

  @Test func placesThatCannotBeWritten() throws {
    let runner = try TestRunner()
    try runner.directory.write("", to: "results")
    do {
      _ = try runner.start(smallExperiment)
      Issue.record("a run was made beneath a file")
    } catch let failure as Failure {
      #expect(failure.code == .inputOutput)
      #expect(failure.description.contains(runner.results.path))
      #expect(failure.remedy?.contains("--results") == true)
    }
  }
}
