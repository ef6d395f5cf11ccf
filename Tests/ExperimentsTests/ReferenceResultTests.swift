import Experiments
import Scorewalk
import Testing

@Suite("Reference results")
struct ReferenceResultTests {
  private let runner: TestRunner
  private let run: RunDirectory
  private var place: String { runner.directory.path + "/reference/small" }

  init() throws {
    runner = try TestRunner()
    run = try runner.start(smallExperiment).run
  }

  private func reference() throws -> ReferenceResult {
    _ = try ReferenceResult.write(run, to: place)
    return try ReferenceResult(RunDirectory(path: place))
  }

  /// The same bits elsewhere and on another day: all agree, and the references are the same byte for byte.
  @Test func theSameResults() throws {
    let reference = try reference()
    let elsewhere = try TestRunner()
    let again = try elsewhere.start(smallExperiment) { $0.reason = "to see" }.run
    let agreement = try reference.compare(again)
    #expect(agreement.isSame && agreement.first == nil)
    let files = try again.record().nodes.flatMap {
      $0.files?.keys.filter { !$0.hasPrefix("logs/") } ?? []
    }
    #expect(agreement.fileCount == files.count && agreement.fileCount > 10)
    #expect(agreement.nodeCount == 8)
    let other = elsewhere.directory.path + "/reference/small"
    let names = try ReferenceResult.write(again, to: other)
    #expect(names == FileSystem.files(below: place))
    for name in names {
      #expect(
        try FileSystem.read(other + "/" + name) == FileSystem.read(place + "/" + name), "\(name)")
    }
    // A whole run will do as a reference, too.
    #expect(try ReferenceResult(run).compare(again).isSame)
  }

  @Test func nothingOfTheMachineAndTheDay() throws {
    _ = try reference()
    let record = try run.record()
    let texts = try FileSystem.files(below: place).filter { $0.hasSuffix(".json") }.map {
      String(decoding: try FileSystem.read(place + "/" + $0), as: UTF8.self)
    }.joined()
    for word in [Provenance.host, record.started, runner.directory.path, "logs/"] {
      #expect(!texts.contains(word), "\(word)")
    }
    #expect(try RunDirectory(path: place).record().nodes.map(\.key) == record.nodes.map(\.key))
    #expect(
      try RunDirectory(path: place).record().nodes.map(\.summary) == record.nodes.map(\.summary))
  }

  /// As on a machine with other bits: the run's file, its record and its manifest agree with each other.
  private func change(_ file: String, _ change: (inout [UInt8]) -> Void) throws {
    var bytes = try FileSystem.read(run.path(file))
    change(&bytes)
    try FileSystem.write(bytes, to: run.path(file))
    var manifest = try JSONFile.read(Manifest.self, from: run.path("manifest.json"))
    manifest.files[file] = Digest.hex(bytes)
    try JSONFile.write(manifest, to: run.path("manifest.json"))
  }

  @Test func otherSamples() throws {
    let reference = try reference()
    // The last bit of the first number: little-endian, behind a header of 128 bytes.
    try change("samples/walk.npy") { $0[128] ^= 1 }
    let array = try NPYFile.read(run.path("samples/walk.npy"))
    guard case .float32(let values) = array.values else {
      Issue.record("no float32")
      return
    }
    let was = Float(bitPattern: values[0].bitPattern ^ 1)
    let agreement = try reference.compare(run)
    #expect(!agreement.isSame && agreement.differing == ["walk"])
    let first = try #require(agreement.first)
    #expect(first.node == "walk" && first.file == "samples/walk.npy")
    #expect(
      first.detail
        == FileComparison(place: "element [0, 0, 0]", one: String(values[0]), other: String(was)))
    #expect(first.largest == (Double(values[0]) - Double(was)).magnitude)
  }

  /// Where the draws that are kept are the same, that a file differs is all there is to say.
  @Test func samplesBetweenTheKeptDraws() throws {
    let reference = try reference()
    // 30 draws, 16 of them kept: 0, 1, 3, …
    try change("samples/walk.npy") { $0[128 + 2 * 4] ^= 1 }
    let agreement = try reference.compare(run)
    #expect(agreement.differing == ["walk"])
    let first = try #require(agreement.first)
    #expect(first.node == "walk" && first.file == "samples/walk.npy")
    #expect(first.detail == nil && first.largest == nil)
  }

  @Test func otherComputations() throws {
    let reference = try reference()
    let other = try runner.start(smallExperiment.replacing("steps: 30,", "steps: 31,")).run
    let agreement = try reference.compare(other)
    #expect(agreement.others == ["walk", "jump", "quality"] && agreement.differing.isEmpty)
    #expect(!agreement.isSame && agreement.nodeCount == 5)
  }

  @Test func whatIsNoReference() throws {
    let empty = RunDirectory(path: runner.directory.path + "/results/small")
    #expect(throws: Failure.self) { _ = try ReferenceResult(empty) }
    // Something of the user's is not written over.
    let taken = runner.directory.path + "/taken"
    try FileSystem.makeDirectory(taken)
    do throws(Failure) {
      _ = try ReferenceResult.write(run, to: taken)
      Issue.record("written")
    } catch {
      #expect(error.code == .usage && error.what.contains("is no reference"), "\(error)")
    }
    // It cannot be verified by itself, and says why.
    _ = try reference()
    do throws(Failure) {
      _ = try Manifest.verify(RunDirectory(path: place))
      Issue.record("verified")
    } catch {
      #expect(error.code == .usage && error.what.contains("is a reference"), "\(error)")
    }
  }

  /// Few points, the first and the last among them, whatever the size.
  @Test(arguments: [(1, 1), (3, 30), (1, 100_000), (500, 1), (100, 100), (2, 16)])
  func fewDraws(chains: Int, draws: Int) throws {
    let path = runner.directory.path + "/samples.npy"
    let values = (0..<(chains * draws * 2)).map { Double($0) }
    try NPYFile(shape: [chains, draws, 2], values: .float64(values)).write(to: path)
    let few = try FewDraws.chosen(from: path)
    #expect(few.shape == [chains, draws, 2])
    #expect(few.chains.first == 0 && few.chains.last == min(chains - 1, few.chains.last ?? 0))
    #expect(few.draws.first == 0 && few.draws.last == draws - 1)
    #expect(few.chains.count * few.draws.count <= 64)
    #expect(few.chains.count == 1 || few.chains.last == chains - 1)
    let expected = few.chains.flatMap { chain in
      few.draws.flatMap { draw in (0..<2).map { Double((chain * draws + draw) * 2 + $0) } }
    }
    #expect(few.points.values.doubles == expected)
    #expect(try few.counterpart(in: path)?.difference(from: few) == nil)
  }
}
