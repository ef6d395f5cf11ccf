import Experiments
import Testing

@Suite("Events for TensorBoard")
struct TensorBoardExportTests {
  /// The vectors of RFC 3720, B.4, and the check value of the catalogue of CRCs.
  @Test func checksums() {
    let vectors: [([UInt8], UInt32)] = [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
      ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      (Array(0..<32), 0x46DD_794E), ((0..<32).reversed(), 0x113F_DB5C),
      (Array("123456789".utf8), 0xE306_9283), ([], 0),
      (
        [
          0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0,
          0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
        ], 0xD996_3A56
      ),
    ]
    for (bytes, sum) in vectors {
      #expect(CRC32C.checksum(bytes) == sum)
      #expect(EventReader.checksum(bytes) == sum)
      #expect(CRC32C.masked(bytes) == EventReader.masked(bytes))
    }
  }

  @Test func fields() {
    let message = ProtobufMessage {
      // The examples of the format's description: 150, "testing", and a message in a message.
      $0.add(1, 150 as UInt64)
      $0.add(2, "testing")
      $0.add(3) { $0.add(1, 150 as UInt64) }
      $0.add(4, signed: -1)
      $0.add(5, 1.0)
      $0.add(6, packed: [1, -2])
      $0.add(16, 0 as UInt64)
    }
    let doubles: [[UInt8]] = [[0, 0, 0, 0, 0, 0, 0xF0, 0x3F], [0, 0, 0, 0, 0, 0, 0, 0xC0]]
    var expected: [UInt8] = [0x08, 0x96, 0x01, 0x12, 0x07]
    expected += Array("testing".utf8) + [0x1A, 0x03, 0x08, 0x96, 0x01, 0x20]
    expected += [UInt8](repeating: 0xFF, count: 9) + [0x01, 0x29] + doubles[0] + [0x32, 16]
    expected += doubles[0] + doubles[1] + [0x80, 0x01, 0]
    #expect(message.bytes == expected)
  }

  private func events(_ runs: [RunDirectory], in directory: String) throws -> [[[UInt8]]] {
    try TensorBoardExport(runs).write(to: directory).map {
      try EventReader.records(FileSystem.read($0.file))
    }
  }

  @Test func everyValueOfARun() throws {
    let runner = try TestRunner()
    let run = try runner.start(smallExperiment).run
    let place = runner.directory.path + "/events"
    let found = try events([run], in: place)[0]
    // The version comes first, without a step and without a time.
    #expect(try EventReader.fields(found[0]).map(\.number) == [3])
    #expect(try EventReader.text(found[0], at: 3) == "brain.Event:2")
    var expected: [EventReader.Value] = []
    for node in try run.record().nodes {
      let file = run.path("metrics/\(node.name).jsonl")
      guard FileSystem.exists(file) else { continue }
      try MetricLog.read(file) { entry in
        let tag = "\(node.name)/\(entry.name)"
        let isFirst = !expected.contains { $0.tag == tag }
        expected.append(
          .init(
            tag: tag, step: entry.step, value: entry.value, plugin: isFirst ? "scalars" : nil))
      }
    }
    #expect(expected.count > 50)
    #expect(try found.dropFirst().map(EventReader.value) == expected)
    for event in found { #expect(try !EventReader.fields(event).contains { $0.number == 1 }) }
    // The same results, the same bytes, whenever they were computed.
    let again = try TestRunner()
    let other = try again.start(smallExperiment).run
    #expect(try events([other], in: again.directory.path + "/events")[0] == found)
    #expect(
      FileSystem.files(below: place) == ["\(run.displayName)/\(TensorBoardExport.fileName)"])
  }

  @Test func numbersThatAreNone() throws {
    let directory = try TemporaryDirectory()
    var file = try EventFile(creating: directory.path + "/e")
    for (step, value) in [Double.nan, .infinity, -.infinity, -0.0, 5e-324].enumerated() {
      try file.append("a", step: step, value)
    }
    try file.append("a", step: -1, 1)
    #expect(file.count == 6)
    try file.close()
    let values = try EventReader.records(FileSystem.read(directory.path + "/e")).dropFirst().map(
      EventReader.value)
    #expect(values[0].value.isNaN)
    #expect(
      values[1...].map(\.value.bitPattern)
        == [.infinity, -.infinity, -0.0, 5e-324, 1].map(\.bitPattern))
    #expect(values.map(\.step) == [0, 1, 2, 3, 4, -1])
  }

  /// Runs of one name in two results directories would be one file, of which the last one written remains.
  @Test func runsOfOneName() throws {
    let (one, other) = (try TestRunner(), try TestRunner())
    let runs = [try one.start(smallExperiment).run, try other.start(smallExperiment).run]
    #expect(runs[0].displayName == runs[1].displayName)
    do throws(Failure) {
      _ = try TensorBoardExport(runs)
      Issue.record("taken")
    } catch {
      #expect(error.code == .usage && error.what.contains("2 runs are called small/0001-"))
      #expect(error.reason.contains(runs[0].path) && error.reason.contains(runs[1].path))
    }
  }

  @Test func hyperparameters() throws {
    let start = Hyperparameters.start(
      [("delta", .number(0.5)), ("width", .text("[8, 8]"))], group: "g")
    let session = try #require(try EventReader.message(start.bytes, at: 3))
    let fields = try EventReader.fields(session)
    #expect(fields.map(\.number) == [1, 1, 4])
    guard case .bytes(let first) = fields[0].value, case .bytes(let second) = fields[1].value else {
      Issue.record("no messages")
      return
    }
    #expect(try EventReader.text(first, at: 1) == "delta")
    #expect(
      try EventReader.fields(EventReader.message(first, at: 2) ?? []).map(\.value)
        == [.fixed64((0.5).bitPattern)])
    #expect(try EventReader.text(second, at: 1) == "width")
    #expect(try EventReader.text(second, at: 2, 3) == "[8, 8]")
    #expect(try EventReader.text(session, at: 4) == "g")
    let end = Hyperparameters.end(isDone: true)
    #expect(try EventReader.message(end.bytes, at: 4) == [0x08, 1])
  }

  /// Axes, overrides and the seed; the last of what is said twice.
  @Test func parametersOfARun() throws {
    let runner = try TestRunner()
    let run = try runner.start(smallExperiment) {
      $0.overrides = ["sampling.walk.steps=30", "+a.b=1", "~c", "sampling.walk.steps=30", "seed=3"]
    }.run
    let found = try events([run], in: runner.directory.path + "/events")[0]
    let start = try EventReader.value(found[1])
    #expect(start.tag == "_hparams_/session_start_info" && start.plugin == "hparams")
    let content = try #require(try EventReader.message(found[1], at: 5, 1, 9, 1, 2, 3))
    let names = try EventReader.fields(content).map { field -> String? in
      guard case .bytes(let entry) = field.value else { return nil }
      return try EventReader.text(entry, at: 1)
    }
    #expect(names == ["sampling.walk.steps", "seed"])
    #expect(try EventReader.value(found[found.count - 1]).tag == "_hparams_/session_end_info")
  }
}
