import Experiments
import Scorewalk
import Testing
import YAML

private let spec = """
  name: measured
  data:
    observed: {kind: file, path: data/rows.csv}
  models:
    net: {kind: mlp, output: score, hidden: [4]}
  training:
    fit:
      model: net
      data: observed
      objective: {kind: denoising-score-matching, noise_level: 0.5}
      optimizer: {kind: adam, learning_rate: 1e-3}
      batch_size: 2
      last_batch: keep
      epochs: 4
  evaluation:
    moments: {kind: samples, of: observed, metrics: [moments]}

  """

private let rows = "x,y\n0.1,1\n0.2,2\n0.3,3\n"

@Suite("Data from files")
struct InputRunTests {
  private func runner(_ text: String = spec, rows: String = rows) throws -> TestRunner {
    let runner = try TestRunner()
    try runner.directory.write(text, to: "spec.yaml")
    try runner.directory.write(rows, to: "data/rows.csv")
    return runner
  }

  private func keys(_ runner: TestRunner, _ overrides: String..., isSmoke: Bool = false) throws
    -> [String: String]
  {
    let plan = Plan(try runner.read("spec.yaml", overrides: overrides, isSmoke: isSmoke).spec)
    return Dictionary(uniqueKeysWithValues: plan.nodes.map { ($0.name, $0.key) })
  }

  @Test func theRowsAreData() throws {
    let runner = try runner()
    let (spec, _) = try runner.read("spec.yaml")
    #expect(spec.graph.dimension(ofModel: "net") == 2)
    #expect(Plan(spec)["fit"]?.steps == 8, "4 epochs of 2 + 1 rows")
    let outcome = try runner.start(file: "spec.yaml")
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    let samples = try NPYFile.read(outcome.run.path("samples/observed.npy"))
    #expect(samples.shape == [1, 3, 2])
    #expect(samples.values == .float32([0.1, 1, 0.2, 2, 0.3, 3]))
    let mean = outcome.record[node: "moments"]?.summary?.first { $0.name == "mean.1" }
    #expect(mean?.value.number == 2)
    // Decimals go to float64 as they are, and the network's precision is the model's own affair.
    let double = try runner.start(
      file: "spec.yaml", overrides: ["data.observed.precision=float64"])
    let exact = try NPYFile.read(double.run.path("samples/observed.npy"))
    #expect(exact.values == .float64([0.1, 1, 0.2, 2, 0.3, 3]))
  }

  @Test func columnsAndRows() throws {
    let runner = try runner()
    let outcome = try runner.start(
      file: "spec.yaml", overrides: ["data.observed.columns=[y]", "data.observed.rows=2"])
    let samples = try NPYFile.read(outcome.run.path("samples/observed.npy"))
    #expect(samples.shape == [1, 2, 1])
    #expect(samples.values == .float32([1, 2]))
    #expect(try runner.resume(outcome.run).executed.isEmpty)
  }

  /// The run keeps what it read, by name and digest, and its resolved spec reads that copy.
  @Test func whatIsReadIsFrozen() throws {
    let runner = try runner()
    let outcome = try runner.start(file: "spec.yaml")
    let copy = outcome.run.path("inputs/observed.csv")
    #expect(String(decoding: try FileSystem.read(copy), as: UTF8.self) == rows)
    let digest = Digest.hex(Array(rows.utf8))
    let inputs = try outcome.run.record().inputs ?? []
    #expect(inputs.map(\.node) == ["observed"])
    #expect(inputs.map(\.file) == ["inputs/observed.csv"])
    #expect(inputs.map(\.origin) == [runner.directory.path + "/data/rows.csv"])
    #expect(inputs.map(\.sha256) == [digest])
    #expect(try outcome.run.results()["inputs/observed.csv"] == digest)
    #expect(try Manifest.verify(outcome.run).differences.isEmpty)
    let resolved = try SpecLoader.load(path: outcome.run.path("resolved.json"))
    let again = try Reading(resolved, inputs: SpecInputs(results: nil)).required()
    #expect(Plan(again).nodes.map(\.key) == outcome.record.nodes.map(\.key))
    #expect(again.inputs.map(\.file.path) == [copy])
    // So it can be run where the original is gone.
    FileSystem.remove(runner.directory.path + "/data")
    let name = "results/" + outcome.run.displayName + "/resolved.json"
    #expect(try runner.start(file: name).executed.isEmpty)
  }

  /// Stopped, then resumed where the file is gone and the results lie elsewhere.
  @Test func resumingNeedsNoOriginal() throws {
    let other = try runner()
    let undisturbed = try withExtendedLifetime(other) {
      try other.start(file: "spec.yaml").run.results()
    }
    let runner = try runner()
    let control = RunControl()
    let first = try runner.start(
      file: "spec.yaml", control: control, monitor: StoppingMonitor(control, at: 3, of: "fit"))
    #expect(first.record.status == .interrupted)
    FileSystem.remove(runner.directory.path + "/data")
    FileSystem.remove(runner.directory.path + "/spec.yaml")
    let moved = runner.directory.path + "/elsewhere"
    try FileSystem.rename(runner.results.path, to: moved)
    let second = try runner.resume(try ResultsDirectory(path: moved).run("measured/1"))
    #expect(second.record.status == .done, "\(String(describing: second.failure))")
    #expect(second.executed == ["fit", "moments"])
    #expect(try second.run.results() == undisturbed)
  }

  /// A run whose copy was changed or is gone says what belongs there and what began it, and goes on when it is back.
  @Test(arguments: [true, false])
  func aDamagedCopyIsNotedWhenResuming(isChanged: Bool) throws {
    let runner = try runner()
    let control = RunControl()
    let command = ["/usr/bin/scorewalk", "run", "spec.yaml", "data.observed.columns=[x, y]"]
    let first = try runner.start(
      file: "spec.yaml", overrides: ["data.observed.columns=[x, y]"], control: control,
      monitor: StoppingMonitor(control, at: 3, of: "fit")
    ) { $0.command = command }
    let copy = first.run.path("inputs/observed.csv")
    FileSystem.remove(copy)
    let others = Array(rows.replacing("0.3", "0.4").utf8)
    if isChanged { try FileSystem.write(others, to: copy) }
    let failure = try #require(throws: Failure.self) { try runner.resume(first.run) }
    #expect(failure.code == .inputOutput)
    #expect(
      failure.what == "'\(copy)' is not what the run \(first.run.displayName) began with")
    #expect(
      failure.reason == (isChanged ? "its SHA-256 is \(Digest.hex(others))" : "it is missing"))
    #expect(
      failure.remedy
        == "put the file with SHA-256 \(Digest.hex(Array(rows.utf8))) back at '\(copy)' (it came from "
        + "'\(runner.directory.path)/data/rows.csv'), or run anew: "
        + "`scorewalk run spec.yaml 'data.observed.columns=[x, y]'`")
    try FileSystem.write(Array(rows.utf8), to: copy)
    #expect(try runner.resume(first.run).record.status == .done)
    #expect(try first.run.record().command == command, "what began it, not what resumed it")
  }

  @Test func aDamagedResolvedSpecIsNotedWhenResuming() throws {
    let runner = try runner()
    let control = RunControl()
    let first = try runner.start(
      file: "spec.yaml", control: control, monitor: StoppingMonitor(control, at: 3, of: "fit")
    ) { $0.command = ["scorewalk", "run", "spec.yaml"] }
    let path = first.run.path("resolved.json")
    for isThere in [true, false] {
      FileSystem.remove(path)
      if isThere { try FileSystem.write(Array("{}".utf8), to: path) }
      let failure = try #require(throws: Failure.self) { try runner.resume(first.run) }
      #expect(failure.path == path && failure.remedy == "run anew: `scorewalk run spec.yaml`")
    }
  }

  /// A file that changes between the check and the start makes no run.
  @Test func aFileThatChangesMeanwhile() throws {
    let runner = try runner()
    let (spec, sources) = try runner.read("spec.yaml")
    try runner.directory.write(rows + "1,1\n", to: "data/rows.csv")
    let executor = Runner(
      results: runner.results, options: RunOptions(), control: RunControl(),
      monitor: SilentMonitor())
    #expect(throws: Failure.self) { _ = try executor.start(spec, sources: sources) }
    #expect(FileSystem.names(in: runner.results.path + "/measured") == [".ids"])
  }

  // MARK: - Keys

  /// The content is in the keys; where it lies is not.
  @Test func keys() throws {
    let runner = try runner()
    let before = try keys(runner)
    try runner.directory.write(rows, to: "other/name.csv")
    #expect(
      try keys(runner, "data.observed.path=\(runner.directory.path)/other/name.csv") == before)
    #expect(try keys(runner, "data.observed.rows=3") == before)
    #expect(try keys(runner, "data.observed.sha256=\(Digest.hex(Array(rows.utf8)))") == before)
    #expect(try keys(runner, "data.observed.seed=7", "data.observed.stream=other") == before)
    func changed(_ after: [String: String]) -> [String] {
      before.keys.filter { before[$0] != after[$0] }.sorted()
    }
    #expect(try changed(keys(runner, "data.observed.rows=2")) == ["fit", "moments", "observed"])
    #expect(
      try changed(keys(runner, "data.observed.columns=[y, x]")) == ["fit", "moments", "observed"])
    #expect(
      try changed(keys(runner, "data.observed.precision=float64")) == [
        "fit", "moments", "observed",
      ])
    // One byte.
    try runner.directory.write(rows.replacing("0.3", "0.4"), to: "data/rows.csv")
    #expect(try changed(keys(runner)) == ["fit", "moments", "observed"])
  }

  // MARK: - Places

  /// A path counts from the file in which it is written, also where another spec inherits it.
  @Test func pathsOfABase() throws {
    let runner = try runner(
      "base: shared/base.yaml\nname: own\ndata: {mine: {kind: file, path: data/rows.csv}}\n")
    try runner.directory.write("5\n", to: "shared/data/five.csv")
    try runner.directory.write(
      "name: base\ndata: {theirs: {kind: file, path: data/five.csv}}\n", to: "shared/base.yaml")
    let outcome = try runner.start(file: "spec.yaml")
    #expect(outcome.record.status == .done)
    #expect(try NPYFile.read(outcome.run.path("samples/theirs.npy")).values == .float32([5]))
    #expect(try NPYFile.read(outcome.run.path("samples/mine.npy")).shape == [1, 3, 2])
    #expect(FileSystem.names(in: outcome.run.path("inputs")) == ["mine.csv", "theirs.csv"])
  }

  /// A smoke run is short whatever the size of the file.
  @Test func smoke() throws {
    let many = "x\n" + String(repeating: "1\n2\n", count: 600)
    let runner = try runner(rows: many)
    let outcome = try runner.start(file: "spec.yaml", isSmoke: true)
    #expect(try NPYFile.read(outcome.run.path("samples/observed.npy")).shape == [1, 1000, 1])
    #expect(try keys(runner, isSmoke: true)["observed"] != keys(runner)["observed"])
    #expect(try runner.resume(outcome.run).executed.isEmpty)
    let small = try self.runner()
    #expect(try keys(small, isSmoke: true)["observed"] == keys(small)["observed"])
  }

  /// A binary file, from its bytes to the samples.
  @Test func arrays() throws {
    let runner = try runner(spec.replacing("rows.csv", "rows.npy"))
    let values = TensorValues.float64([1, 2, 3, 4, 5, 6])
    try NPYFile(shape: [3, 2], values: values).write(
      to: runner.directory.path + "/data/rows.npy")
    let outcome = try runner.start(
      file: "spec.yaml", overrides: ["data.observed.precision=float64"])
    let samples = try NPYFile.read(outcome.run.path("samples/observed.npy"))
    #expect(samples.shape == [1, 3, 2] && samples.values == values)
    #expect(FileSystem.names(in: outcome.run.path("inputs")) == ["observed.npy"])
  }
}
