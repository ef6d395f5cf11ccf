import Experiments
import Foundation
import Testing

/// The heads of records, which are read without the rest.
@Suite struct RunHeadTests {
  private func run(_ record: RunRecord, in directory: TemporaryDirectory) throws -> RunDirectory {
    let run = RunDirectory(path: directory.path)
    try run.write(record)
    return run
  }

  private func record() throws -> RunRecord {
    let runner = try TestRunner()
    return try runner.start(smallExperiment) {
      $0.tags = ["a", "\"quoted\" \\ text", "ünï"]
      $0.overrides = ["training.fit.steps=[1, 2]", "a={b: \"}\"}"]
    }.record
  }

  @Test func theHeadIsThatOfTheWholeRecord() throws {
    let directory = try TemporaryDirectory()
    var record = try record()
    record.nodes[0].failure = "it said: \"}]\" \\"
    record.nodes[1].status = .failed
    let head = try run(record, in: directory).head()
    #expect(head.experiment == "small" && head.run == record.run)
    #expect(head.status == .done && head.started == record.started)
    #expect(head.finished == record.finished && !head.isSmoke)
    #expect(head.overrides == record.overrides)
    #expect(head.tags == ["a", "\"quoted\" \\ text", "ünï"])
    #expect(head.nodes == record.nodes.count)
    #expect(head.done == record.nodes.count - 1)
    #expect(head.sweep == nil)
  }

  @Test func aSweepIsFound() throws {
    let directory = try TemporaryDirectory()
    let run = try run(try record(), in: directory)
    let text = String(decoding: try FileSystem.read(run.path("run.json")), as: UTF8.self)
    let sweep = "{\"point\": 3, \"id\": \"0012\", \"axes\": [{}], \"label\": \"a=1\"}"
    let changed = "{ \"sweep\" : \(sweep)," + text.dropFirst()
    try FileSystem.write(Array(changed.utf8), to: run.path("run.json"))
    let head = try run.head()
    #expect(head.sweep == "0012" && head.point == "a=1")
  }

  /// The metrics that are asked for are those of the whole record, and of no other node.
  @Test func metricsAreFoundWithTheirKeys() throws {
    let directory = try TemporaryDirectory()
    let run = try run(try record(), in: directory)
    let bytes = Data(try FileSystem.read(run.path("run.json")))
    var object = try #require(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    var nodes = try #require(object["nodes"] as? [[String: Any]])
    let walk = try #require(nodes.firstIndex { $0["name"] as? String == "walk" })
    nodes[walk]["summary"] =
      [
        ["name": "ks.floor", "value": 0.25], ["name": "ks", "value": -1.5e-7],
        ["name": "bad", "value": "-inf"],
      ] as [[String: Any]]
    object["nodes"] = nodes
    object["sweep"] =
      [
        "id": "0001", "point": 0, "points": 2, "label": "a=1 seed=2",
        "axes": [
          ["name": "a", "set": ["x.y", "z"], "value": "1", "number": 1],
          ["name": "seed", "set": ["seed"], "value": "2", "number": 2],
        ] as [[String: Any]],
      ] as [String: Any]
    try FileSystem.write(
      [UInt8](JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])),
      to: run.path("run.json"))
    let record = try run.record()
    let names = ["walk.ks", "walk.bad", "walk.none", "wal.ks", "walk.ks.floor", "walk.ks"]
    let head = try run.head(metrics: names)
    let key = record.nodes[walk].key
    #expect(head.metrics.map { $0?.value } == [-1.5e-7, -.infinity, nil, nil, 0.25, -1.5e-7])
    #expect(head.metrics.map { $0?.key } == [key, key, nil, nil, key, key])
    #expect(head.axes == ["x.y+z=1"])
    let whole = RunHead(record, metrics: names)
    #expect(whole.metrics == head.metrics && whole.axes == head.axes)
    #expect(head.nodes == record.nodes.count && head.done == whole.done)
    #expect(head.settings == [.init(name: "a", set: ["x.y", "z"], value: "1", number: 1)])
  }

  /// What is skimmed of all nodes is what the decoder reads of them, the versions of their kinds too.
  @Test func summariesAreThoseOfTheWholeRecord() throws {
    let directory = try TemporaryDirectory()
    var record = try record()
    record.nodes[1].status = .failed
    record.nodes[1].failure = "it said: \"}]\" \\"
    record.nodes[2].versions = nil
    let last = try #require(record.nodes.lastIndex { $0.summary?.isEmpty == false })
    record.nodes[last].summary?[0].value = MetricValue(-.infinity)
    var memory = RunHead.SummaryMemory()
    let run = try run(record, in: directory)
    let head = try run.head(summaries: &memory)
    #expect(head.summaries == RunHead(record, withSummaries: true).summaries)
    #expect(head.summaries.map(\.name) == record.nodes.map(\.name))
    #expect(head.nodes == record.nodes.count && head.done == record.nodes.count - 1)
    let fit = try #require(head.summaries.first { $0.name == "fit" })
    #expect(
      fit.versions?["objective.kind"] == 1 && fit.versions?["kind"] == TrainingDefinition.version,
      "\(fit)")
    #expect(fit.names.texts.contains("mean_loss") && fit.values.count == fit.names.texts.count)
    #expect(try run.head().summaries.isEmpty)
    // What is remembered is not read again, and says the same.
    let again = try run.head(summaries: &memory)
    #expect(again.summaries == head.summaries)
    #expect(zip(again.summaries, head.summaries).allSatisfy { $0.names === $1.names })
  }

  /// A record is read as it is, whatever stood at the same places of the one before.
  @Test func theRecordBeforeChangesNothing() throws {
    let directory = try TemporaryDirectory()
    let first = try record()
    let node = try #require(first.nodes.firstIndex { ($0.summary?.count ?? 0) > 2 })
    let number = try #require(first.nodes[node].summary?[1])
    func changed(_ change: (inout RunRecord.Node) -> Void) -> RunRecord {
      var record = first
      change(&record.nodes[node])
      return record
    }
    let records = [
      first,
      changed { $0.summary?[1].value = MetricValue(.nan) },
      changed { $0.summary?[1].value = MetricValue(-1.25e-300) },
      changed { $0.summary?[1].name = number.name + "x" },
      changed { $0.summary?[1].name = "\"" },
      changed { $0.summary?.removeLast() },
      changed { $0.summary?.append(number) },
      changed { $0.summary = [] },
      changed { $0.summary = nil },
      changed { $0.name = "other" },
      changed { $0.name = "othe" },
      changed { $0.versions = ["kind": 77] },
      changed { $0.versions = [:] },
      changed { $0.versions = nil },
    ]
    var memory = RunHead.SummaryMemory()
    for (index, record) in (records + records.reversed()).enumerated() {
      let head = try run(record, in: directory).head(summaries: &memory)
      #expect(head.summaries == RunHead(record, withSummaries: true).summaries, "\(index)")
    }
    var shorter = first
    shorter.nodes.removeFirst()
    let head = try run(shorter, in: directory).head(summaries: &memory)
    #expect(head.summaries == RunHead(shorter, withSummaries: true).summaries)
  }

  /// At whatever byte a record is cut, it is said and nothing crashes.
  @Test func aCutRecordIsDamaged() throws {
    let directory = try TemporaryDirectory()
    let run = try run(try record(), in: directory)
    let bytes = try FileSystem.read(run.path("run.json"))
    for count in stride(from: 0, to: bytes.count - 2, by: 7) {
      try FileSystem.write(bytes.prefix(count), to: run.path("run.json"))
      #expect(throws: Failure.self) { try run.head() }
    }
  }
}

/// Where files of nodes differ.
@Suite struct FileComparisonTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func difference(_ name: String, _ one: [UInt8], _ other: [UInt8]) throws
    -> FileComparison?
  {
    let files = ["one-" + name, "other-" + name].map { directory.path + "/" + $0 }
    try FileSystem.write(one, to: files[0])
    try FileSystem.write(other, to: files[1])
    return try FileComparison.firstDifference(files[0], files[1])
  }

  @Test func arrays() throws {
    let values = (0..<24).map { Double($0) / 3 }
    func file(_ values: [Double]) throws -> [UInt8] {
      let path = directory.path + "/array.npy"
      try NPYFile(shape: [2, 4, 3], values: .float64(values)).write(to: path)
      return try FileSystem.read(path)
    }
    var changed = values
    changed[19] = 0.25
    changed[22] = 7
    let found = try difference("a.npy", file(values), file(changed))
    #expect(
      found == FileComparison(place: "element [1, 2, 1]", one: String(19.0 / 3), other: "0.25"))
    #expect(try difference("a.npy", file(values), file(values)) == nil)
    let short = try difference("a.npy", file(values), Array(file(values).dropLast(8)))
    #expect(
      short?.place == "element [1, 3, 2]" && short?.other == "nothing",
      "\(String(describing: short))")
  }

  @Test func shapes() throws {
    func file(_ shape: [Int]) throws -> [UInt8] {
      let path = directory.path + "/array.npy"
      try NPYFile(shape: shape, values: .float64([1, 2, 3, 4])).write(to: path)
      return try FileSystem.read(path)
    }
    let found = try difference("a.npy", file([4, 1]), file([2, 2]))
    #expect(found == FileComparison(place: "shape", one: "(4, 1)", other: "(2, 2)"))
  }

  @Test func lines() throws {
    let one = """
      {"step": 0, "name": "loss", "value": 1.5}
      {"step": 10, "name": "loss", "value": 1.25}

      """
    let other = one.replacingOccurrences(of: "1.25", with: "1.2500001")
    let found = try difference("m.jsonl", Array(one.utf8), Array(other.utf8))
    #expect(
      found == FileComparison(place: "line 2 (10 loss), value", one: "1.25", other: "1.2500001"))
    let longer = try difference("m.jsonl", Array(one.utf8), Array((one + one).utf8))
    #expect(longer?.place == "line 3" && longer?.one == "nothing")
  }

  @Test func states() throws {
    func state(_ values: [Float]) throws -> [UInt8] {
      var state = StateFile(step: 3)
      state.parameters = [
        TensorRecord(.init(name: "dense-0.kernel", shape: [2, 2], values: .float32(values)))
      ]
      return try state.encoded()
    }
    let found = try difference("s.json", state([1, 2, 3, 4]), state([1, 2, 3.5, 4]))
    #expect(
      found == FileComparison(place: "parameters dense-0.kernel [1, 0]", one: "3.0", other: "3.5"))
  }

  @Test func whateverElse() throws {
    let found = try difference("x.bin", [1, 2, 3], [1, 9, 3])
    #expect(found == FileComparison(place: "byte 1", one: "2", other: "9"))
    let longer = try difference("x.bin", [1, 2, 3], [1, 2])
    #expect(longer == FileComparison(place: "length", one: "3 bytes", other: "2 bytes"))
  }
}
