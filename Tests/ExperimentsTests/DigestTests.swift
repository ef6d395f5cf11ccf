import Experiments
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The committed digests of the shipped specs' smoke runs: the bits that every machine must give.
///
/// Where bytes change on purpose, raise the version of the kind that makes them, and write the digests anew:
/// `SCOREWALK_WRITE_DIGESTS=1 make test`.
@Suite struct DigestTests {
  @Test(arguments: shippedSpecs, ["float32", "float64"])
  func smokeRunsGiveTheCommittedBytes(spec path: String, precision: String) throws {
    let name = path.split(separator: "/").last.map { String($0.dropLast(".yaml".count)) } ?? path
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let directory = FileManager.default.temporaryDirectory.appending(
      path: "scorewalk-digests-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    let loaded = try SpecLoader.load(
      path: path, overrides: ["precision=\(precision)"])
    let tree = try #require(loaded.tree)
    let spec = try #require(SpecReader.read(tree, isSmoke: true).0)
    var options = RunOptions()
    options.drawsFigures = false
    let runner = Runner(
      results: ResultsDirectory(path: directory.path), options: options, control: RunControl(),
      monitor: SilentMonitor())
    let outcome = try runner.start(spec, sources: loaded.sources)
    let files = Manifest(outcome.record).files
    #expect(files.count > 5)
    let fixture = root.appending(path: "Tests/Fixtures/digests-\(name)-\(precision).json").path
    if ProcessInfo.processInfo.environment["SCOREWALK_WRITE_DIGESTS"] != nil {
      try JSONFile.write(files, to: fixture)
    }
    let committed = try JSONFile.read([String: String].self, from: fixture)
    for (file, digest) in committed.sorted(by: { $0.key < $1.key }) {
      #expect(files[file] == digest, "\(file) of \(name), \(precision)")
    }
    #expect(files.count == committed.count)
  }
}
