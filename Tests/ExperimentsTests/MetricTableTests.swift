import Experiments
import Testing

@Suite("Tidy tables of metrics")
struct MetricTableTests {
  private func text(_ table: MetricTable) throws -> (text: String, count: Int) {
    var text = ""
    let count = try table.write { text += $0 }
    return (text, count)
  }

  /// A run of one node with the lines of its log, as if it had been computed.
  ///
  /// - Parameter sweep: what `run.json` says of its sweep.
  private func run(
    _ name: String, lines: [String], sweep: String = "null", status: String = "done",
    in directory: TemporaryDirectory
  ) throws -> RunDirectory {
    let run = RunDirectory(path: directory.path + "/made/" + name)
    try FileSystem.makeDirectory(run.path("metrics"))
    func write(_ text: String, to file: String) throws {
      try FileSystem.write(Array(text.utf8), to: run.path(file))
    }
    try write(lines.joined(separator: "\n") + "\n", to: "metrics/walk.jsonl")
    try write("{\"seed\": 7}", to: "resolved.json")
    try write(
      """
      {"format": 1, "experiment": "made", "run": "\(name)", "status": "\(status)", "started": "", "heartbeat": "",
       "host": "", "process": 0, "command": [], "overrides": [], "isSmoke": false, "usesSharedStore": true,
       "tool": "", "resumed": [], "sweep": \(sweep),
       "nodes": [{"name": "walk", "key": "0", "status": "\(status)", "files": {"metrics/walk.jsonl": "0"},
         "summary": [{"name": "ks", "value": "inf"}]}]}
      """, to: "run.json")
    if status == "done" { try write("{\"format\": 1, \"files\": {}}", to: "manifest.json") }
    return run
  }

  /// Known lines, a known table: numbers that are none, axes whose names are taken, values that need quotation marks, and
  /// runs that an axis says nothing of.
  @Test func golden() throws {
    let directory = try TemporaryDirectory()
    let swept = try run(
      "0001-a",
      lines: [
        #"{"step": 0, "name": "loss", "value": 0.1}"#,
        #"{"step": 10, "name": "loss", "value": "nan"}"#,
        #"{"step": 10, "name": "ks", "value": "inf"}"#,
      ],
      sweep: #"""
        {"id": "0001", "point": 0, "points": 1, "label": "", "seedIndex": 1, "seed": 3, "axes": [
          {"name": "step", "set": ["a.b"], "value": "1e-3", "number": 0.001},
          {"name": "width", "set": ["a.c"], "value": "[8, \"x\"]"},
          {"name": "seed", "set": ["seed"], "value": "3", "number": 3}]}
        """#, in: directory)
    let other = try run(
      "0002-b", lines: [#"{"step": 5, "name": "ks", "value": -1e-300}"#], in: directory)
    let failed = try run("0003-c", lines: [], status: "failed", in: directory)
    let (text, count) = try self.text(MetricTable([swept, other, failed]))
    #expect(
      text == """
        experiment,run,axis.step,width,seed,status,node,step,metric,value
        made,0001-a,0.001,"[8, ""x""]",3,done,walk,0,loss,0.1
        made,0001-a,0.001,"[8, ""x""]",3,done,walk,10,loss,nan
        made,0001-a,0.001,"[8, ""x""]",3,done,walk,10,ks,inf
        made,0002-b,,,7,done,walk,5,ks,-1e-300
        made,0003-c,,,7,failed,,,,

        """)
    #expect(count == 5)
    let final = try self.text(MetricTable([swept], isFinal: true)).text
    #expect(final.hasSuffix("walk,10,ks,inf\n") && final.split(separator: "\n").count == 2)
  }

  /// Every value of `metrics.jsonl`, in its order.
  @Test func everyValueOfARun() throws {
    let runner = try TestRunner()
    let outcome = try runner.start(smallExperiment)
    let (text, count) = try self.text(MetricTable([outcome.run]))
    let lines = try FileSystem.read(outcome.run.path("metrics.jsonl")).split(
      separator: UInt8(ascii: "\n"))
    #expect(count == lines.count && count > 50)
    var rows = text.split(separator: "\n").dropFirst().makeIterator()
    for node in outcome.record.nodes where node.files?["metrics/\(node.name).jsonl"] != nil {
      try MetricLog.read(outcome.run.path("metrics/\(node.name).jsonl")) { entry in
        #expect(
          rows.next().map(String.init)
            == "small,\(outcome.run.name),3,done,\(node.name),\(entry.step),\(entry.name),"
            + JSONText.number(entry.value))
      }
    }
    #expect(rows.next() == nil)
    // The final ones are those of the summary.
    let final = try self.text(MetricTable([outcome.run], isFinal: true))
    #expect(final.count == outcome.record.nodes.reduce(0) { $0 + ($1.summary ?? []).count })
  }

  /// A table is handed over in pieces, with no line cut.
  @Test func aLongTableComesInPieces() throws {
    let directory = try TemporaryDirectory()
    let lines = (0..<20_000).map { #"{"step": \#($0), "name": "loss", "value": \#($0)}"# }
    let run = try run("0001-a", lines: lines, in: directory)
    var pieces: [String] = []
    #expect(try MetricTable([run]).write { pieces.append($0) } == 20_000)
    #expect(pieces.count > 5 && pieces.allSatisfy { $0.hasSuffix("\n") })
    #expect(
      pieces.joined().split(separator: "\n").last == "made,0001-a,7,done,walk,19999,loss,19999")
    // Long texts go to files as they are.
    let path = directory.path + "/table.csv"
    try FileSystem.write(to: path) { (file) throws(Failure) in
      for piece in pieces { try file.append(piece) }
    }
    #expect(try FileSystem.read(path) == Array(pieces.joined().utf8))
  }

  @Test(arguments: [
    "{\"step\": 1, \"name\": \"loss\"}", "nonsense", "",
    "{\"step\": 1.5, \"name\": \"a\", \"value\": 1}",
    "{\"step\": 1, \"name\": \"loss\", \"value\": 1",
    "{\"step\": 1, \"name\": \"a\", \"value\": \"big\"}",
  ])
  func damagedLines(line: String) throws {
    let directory = try TemporaryDirectory()
    let run = try run(
      "0001-a", lines: [#"{"step": 0, "name": "loss", "value": 1}"#, line], in: directory)
    do throws(Failure) {
      _ = try MetricTable([run]).write { _ in }
      Issue.record("written")
    } catch {
      #expect(error.code == .inputOutput && error.reason == "line 2 is no metric", "\(error)")
    }
  }
}
