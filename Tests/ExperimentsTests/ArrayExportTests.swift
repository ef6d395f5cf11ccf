import Experiments
import Scorewalk
import Testing

@Suite("Exported arrays")
struct ArrayExportTests {
  private let runner: TestRunner
  private let run: RunDirectory
  private var path: String { runner.directory.path + "/a.npz" }

  init() throws {
    runner = try TestRunner()
    let text = smallExperiment.replacing(
      "quality: {kind: samples, of: walk, against: law}",
      "quality: {kind: samples, of: walk, against: law, metrics: [ks, ecdf]}")
    let outcome = try runner.start(text)
    #expect(outcome.record.status == .done)
    run = outcome.run
  }

  private func export(_ node: String?, step: Int? = nil) throws -> (
    items: [ArrayExport.Item], entries: [ZipReader.Entry]
  ) {
    let items = try ArrayExport(run, node: node, step: step).write(to: path)
    return (items, try ZipReader(FileSystem.read(path)).entries)
  }

  /// The array in an entry, by the general reader.
  private func array(_ entry: ZipReader.Entry) throws -> (shape: [Int], values: [Double]) {
    let file = runner.directory.path + "/entry.npy"
    try FileSystem.write(entry.content, to: file)
    let array = try NPYFile.read(file)
    return (array.shape, array.values.doubles)
  }

  @Test func theReaderKnowsItsChecksum() {
    // The check value of CRC-32/ISO-HDLC.
    #expect(ZipReader.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
  }

  @Test func samples() throws {
    let (items, entries) = try export("walk")
    #expect(items == [.init(name: "samples", shape: [3, 30, 1], precision: .float32)])
    #expect(entries.map(\.name) == ["samples.npy"])
    #expect(try entries.first?.content == FileSystem.read(run.path("samples/walk.npy")))
    // 1980-01-01, midnight.
    #expect(entries.first?.date == 0x0021_0000)
  }

  @Test func evaluations() throws {
    let (items, entries) = try export("quality")
    #expect(items == [.init(name: "arrays/ecdf", shape: [2, 90], precision: .float64)])
    #expect(entries.map(\.name) == ["arrays/ecdf.npy"])
    #expect(try entries.first?.content == FileSystem.read(run.path("arrays/quality/ecdf.npy")))
  }

  @Test(arguments: [(Int?.none, 40), (40, 40), (20, 20), (0, 0)])
  func parameters(asked: Int?, step: Int) throws {
    let (items, entries) = try export("fit", step: asked)
    let state = try StateFile.read(run.path(of: RunDirectory.stateFile(step: step), node: "fit"))
    let groups = [("parameters", state.parameters), ("ema", state.ema)]
    let tensors = groups.flatMap { group, records in
      (records ?? []).map { (name: group + "/" + $0.tensor.name, tensor: $0.tensor) }
    }
    #expect(items.map(\.name) == tensors.map(\.name))
    #expect(items.first?.name == "parameters/dense-0.kernel" && items.count == 8)
    #expect(entries.map(\.name) == tensors.map { $0.name + ".npy" })
    for (entry, (name, tensor)) in zip(entries, tensors) {
      let (shape, values) = try array(entry)
      #expect(shape == tensor.shape && values == tensor.values.doubles, "\(name)")
    }
  }

  @Test func theWholeRun() throws {
    let (items, entries) = try export(nil)
    let names = items.map(\.name)
    #expect(names.first == "rows/samples")
    for name in [
      "net/parameters/dense-0.kernel", "fit/parameters/dense-1.bias", "fit/ema/dense-0.bias",
      "walk/samples", "jump/samples", "quality/arrays/ecdf",
    ] {
      #expect(names.contains(name))
    }
    #expect(Set(names).count == names.count)
    #expect(entries.map(\.name) == names.map { $0 + ".npy" })
    // The same results, the same bytes.
    let first = try FileSystem.read(path)
    _ = try ArrayExport(run, node: nil).write(to: path)
    #expect(try FileSystem.read(path) == first)
    #expect(FileSystem.names(in: runner.directory.path).filter { $0.hasSuffix(".new") }.isEmpty)
  }

  @Test(arguments: [
    ("wlak", Int?.none, "has no node 'wlak'"), ("law", nil, "'law' of $R has no arrays"),
    ("fit", 21, "'fit' of $R has no state at step 21"),
    ("walk", 0, "'walk' of $R has no state at step 0"),
  ])
  func whatIsNotThere(node: String, step: Int?, message: String) {
    do {
      _ = try export(node, step: step)
      Issue.record("exported")
    } catch let failure as Failure {
      #expect(failure.code == .noInput)
      #expect(failure.what.contains(message.replacing("$R", run.displayName)), "\(failure)")
      #expect(failure.remedy != nil)
    } catch {
      Issue.record("\(error)")
    }
    #expect(!FileSystem.exists(path))
  }

  /// What has changed since it was written is not handed on, and no half of an archive stays.
  @Test(arguments: [("walk", "samples/walk.npy"), ("fit", "checkpoints/fit/step-00000040.json")])
  func changedResults(node: String, file: String) throws {
    var bytes = try FileSystem.read(run.path(file))
    bytes[bytes.count / 2] ^= 1
    try FileSystem.write(bytes, to: run.path(file))
    do {
      _ = try export(node)
      Issue.record("exported")
    } catch let failure as Failure {
      #expect(failure.code == .inputOutput)
      #expect(failure.what.contains("has changed since it was written"))
    }
    #expect(FileSystem.names(in: runner.directory.path) == ["results"])
  }

  @Test func aPlaceThatCannotBeWritten() throws {
    let export = try ArrayExport(run, node: "walk")
    do throws(Failure) {
      _ = try export.write(to: runner.directory.path + "/nowhere/a.npz")
      Issue.record("written")
    } catch {
      #expect(error.code == .inputOutput)
      #expect(error.reason == "No such file or directory", "\(error)")
    }
  }

  /// A run that was stopped hands on what is done.
  @Test func anUnfinishedRun() throws {
    let control = RunControl()
    let stopped = try runner.start(
      smallExperiment.replacing("seed: 3", "seed: 4"), control: control,
      monitor: StoppingMonitor(control, at: 1, of: "walk"))
    let export = try ArrayExport(stopped.run, node: nil)
    #expect(export.unfinished == ["walk", "jump", "quality", "check"])
    #expect(try export.write(to: path).first?.name == "rows/samples")
    #expect(throws: Failure.self) { _ = try ArrayExport(stopped.run, node: "walk") }
  }
}
