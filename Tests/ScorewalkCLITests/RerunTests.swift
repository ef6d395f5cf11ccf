import Experiments
import Foundation
import Testing

/// Runs that are repeated, varied and verified.
@Suite struct RerunTests {
  private func finished() throws -> (Workspace, run: String) {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let result = try workspace.run("run", "small.yaml", "training.fit.steps=150", "--tag", "old")
    #expect(result.code == 0, "\(result.text)")
    return (workspace, try workspace.directory("small"))
  }

  @Test func aRunIsRepeatedFromItsFrozenSpec() throws {
    let (workspace, first) = try finished()
    let before = try workspace.bytes(of: first)
    // What the spec has become says nothing.
    try workspace.write("name: small\n", to: "small.yaml")
    let again = try workspace.json("rerun", "small", "--json", "--reason", "once more")
    let runs = again["runs"] as? [[String: Any]]
    #expect(runs?.first?["executed"] as? [String] == [], "all of it is stored")
    let second = try workspace.directory("small", 2)
    #expect(try differences(before, workspace.bytes(of: second)).isEmpty)
    let record = try workspace.object(second + "/run.json")
    let parent = try #require(record["parent"] as? [String: Any])
    #expect(parent["run"] as? String == String(first.dropFirst("results/".count)))
    #expect(parent["overrides"] as? [String] == [])
    #expect(record["overrides"] as? [String] == ["training.fit.steps=150"])
    #expect(record["reason"] as? String == "once more")
    #expect(try workspace.read(first + "/spec.yaml") == workspace.read(second + "/spec.yaml"))
  }

  @Test func overridesMakeAVariation() throws {
    let (workspace, first) = try finished()
    let plan = try workspace.run("rerun", "small", "training.fit.steps=180", "--dry-run")
    #expect(
      plan.code == 0 && plan.output.contains(/training.fit +training +180 +continues at step 150/))
    #expect(workspace.names("results/small").filter { $0.hasPrefix("0") }.count == 1)
    #expect(try workspace.run("rerun", "small/1", "training.fit.steps=180").code == 0)
    let record = try workspace.object(workspace.directory("small", 2) + "/run.json")
    #expect(
      record["overrides"] as? [String] == ["training.fit.steps=150", "training.fit.steps=180"])
    let parent = record["parent"] as? [String: Any]
    #expect(parent?["overrides"] as? [String] == ["training.fit.steps=180"])
    let shown = try workspace.run("show", "small").output
    let name = first.dropFirst("results/".count)
    #expect(shown.contains(" \(name) training.fit.steps=180\n"), "\(shown)")
    let wrong = try workspace.run("rerun", "small", "training.fit.stpes=1")
    #expect(wrong.code == 65 && wrong.errors.contains("did you mean 'steps'?"), "\(wrong.text)")
    #expect(try workspace.run("rerun", "small", "seed=1", "--verify").code == 64)
  }

  @Test func whatIsReproducedIsTheSame() throws {
    let (workspace, _) = try finished()
    // The shared store lies: nothing of it may be used.
    for key in workspace.names("results/.store/nodes") {
      try workspace.write("{", to: "results/.store/nodes/\(key)/node.json")
    }
    let result = try workspace.run("rerun", "small", "--verify")
    #expect(result.code == 0, "\(result.text)")
    #expect(result.output.contains("of 12 nodes, the same in every bit\n"))
    let record = try workspace.object(workspace.directory("small", 2) + "/run.json")
    #expect(record["usesSharedStore"] as? Bool == false)
    let nodes = record["nodes"] as? [[String: Any]] ?? []
    #expect(nodes.allSatisfy { $0["executed"] as? Bool == true })
    #expect(workspace.names("results/.store/private").isEmpty)
    let json = try workspace.json("rerun", "small/1", "--verify", "--json")
    #expect(json["agrees"] as? Bool == true && (json["files"] as? Int ?? 0) > 15)
  }

  /// Changes one bit of a file in place, whoever shares it.
  private func flip(_ path: String, at offset: UInt64, bit: UInt8 = 1) throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try handle.seek(toOffset: offset)
    let byte = try #require(try handle.read(upToCount: 1)?.first)
    try handle.seek(toOffset: offset)
    try handle.write(contentsOf: Data([byte ^ bit]))
    try handle.close()
  }

  @Test func aFlippedBitIsFound() throws {
    let (workspace, run) = try finished()
    let file = workspace.path + "/" + run + "/samples/walk.npy"
    // Float32 [5, 200, 1] behind a header of 128 bytes: draw 3 of chain 2.
    try flip(file, at: 128 + 4 * (2 * 200 + 3))
    let result = try workspace.run("rerun", "small", "--verify")
    #expect(result.code == 1, "\(result.text)")
    #expect(result.errors.contains("\(run)/samples/walk.npy: changed\n"))
    #expect(
      result.output.contains("the first difference: walk: samples/walk.npy: element [2, 3, 0]: "),
      "\(result.output)")
    let json = try workspace.json("rerun", "small/1", "--verify", "--json", code: 1)
    #expect(json["agrees"] as? Bool == false)
    let found = (json["differences"] as? [[String: Any]])?.first
    #expect(found?["node"] as? String == "walk")
    #expect(found?["place"] as? String == "element [2, 3, 0]")
    let values = [found?["original"], found?["repetition"]].compactMap { $0 as? String }.compactMap(
      Float.init)
    #expect(values.count == 2 && values[0].bitPattern == values[1].bitPattern ^ 1)
  }

  /// As if the original had been computed by another kernel: its files and all that is said of them agree.
  private func forge(
    _ workspace: Workspace, _ run: String, _ file: String, _ change: (String) throws -> Void
  ) throws {
    let path = workspace.path + "/" + run + "/" + file
    // A copy of its own: the store keeps what was computed.
    let bytes = try workspace.read(run + "/" + file)
    try FileManager.default.removeItem(atPath: path)
    try workspace.write("", to: run + "/" + file)
    try bytes.write(to: URL(fileURLWithPath: path))
    let old = Digest.hex([UInt8](bytes))
    try change(path)
    let new = Digest.hex([UInt8](try workspace.read(run + "/" + file)))
    for record in ["manifest.json", "run.json"] {
      let text = String(decoding: try workspace.read(run + "/" + record), as: UTF8.self)
      try workspace.write(text.replacingOccurrences(of: old, with: new), to: run + "/" + record)
    }
    #expect(try workspace.run("verify", run).code == 0, "its files agree with its manifest")
  }

  @Test func aChangedKernelIsFound() throws {
    let (workspace, run) = try finished()
    try forge(workspace, run, "samples/jump.npy") { try flip($0, at: 128) }
    try forge(workspace, run, "arrays/density/density.npy") { try flip($0, at: 128 + 8 * 50) }
    let result = try workspace.run("rerun", "small", "--verify")
    #expect(result.code == 1, "\(result.text)")
    // The first in the order of the plan.
    #expect(
      result.output.contains("the first difference: jump: samples/jump.npy: element [0, 0, 0]: "),
      "\(result.output)")
    #expect(result.output.hasSuffix("of 12 nodes, 2 differ\n"))
  }

  @Test func theFirstDifferenceOfMetricsAndStatesIsNamed() throws {
    let (workspace, run) = try finished()
    func rewrite(_ file: String, _ old: String, _ new: String) throws {
      try forge(workspace, run, file) { path in
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let place = try #require(text.range(of: old, options: .regularExpression))
        try text.replacingCharacters(in: place, with: new).write(
          toFile: path, atomically: false, encoding: .utf8)
      }
    }
    try rewrite(
      "metrics/fit.jsonl", #""step": 40, "name": "loss", "value": [-0-9.e]+"#,
      #""step": 40, "name": "loss", "value": 7"#)
    let metrics = try workspace.run("rerun", "small/1", "--verify")
    #expect(metrics.code == 1)
    #expect(
      metrics.output.contains(/fit: metrics\/fit.jsonl: line \d+ \(40 loss\), value: 7 in small/),
      "\(metrics.output)")
    try rewrite("checkpoints/score/step-00000000.json", #""data":\[[-0-9.e]+"#, #""data":[7"#)
    let state = try workspace.run("rerun", "small/1", "--verify")
    #expect(
      state.output.contains("score: checkpoints/score/step-00000000.json: "), "\(state.output)")
    #expect(state.output.contains(": 7 in small/0001-"), "\(state.output)")
  }

  /// Stopped in the middle, and resumed: what was asked is answered all the same, as often as it is asked.
  @Test(arguments: [false, true])
  func aVerificationThatWasStoppedCompares(isForged: Bool) throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    #expect(try workspace.run("run", "long.yaml").code == 0)
    let run = try workspace.directory("long")
    if isForged { try forge(workspace, run, "samples/jump.npy") { try flip($0, at: 128) } }
    let process = try workspace.start([
      "rerun", "long", "--verify", "--checkpoint-seconds", "0.05",
    ])
    #expect(
      process.wait {
        workspace.files("results/.store/private").contains {
          $0.contains("/checkpoint-") && $0.hasSuffix(".json")
        }
      })
    process.send(SIGTERM)
    #expect(try process.wait().code == 75)
    let repetition = try workspace.directory("long", 2)
    let record = try workspace.object(repetition + "/run.json")
    #expect(record["verifies"] as? String == String(run.dropFirst("results/".count)))
    for _ in 1...2 {
      let resumed = try workspace.run("resume", "long/2")
      #expect(resumed.code == (isForged ? 1 : 0), "\(resumed.text)")
      #expect(
        resumed.output.hasSuffix(
          isForged ? " nodes, 1 differ\n" : " nodes, the same in every bit\n"), "\(resumed.text)")
      #expect(
        resumed.output.contains("the first difference: jump: samples/jump.npy: element [0, 0, 0]")
          == isForged, "\(resumed.text)")
    }
    let json = try workspace.json("resume", "long/2", "--json", code: isForged ? 1 : 0)
    #expect(json["agrees"] as? Bool == !isForged)
    try FileManager.default.removeItem(atPath: workspace.path + "/" + run)
    let alone = try workspace.run("resume", "long/2")
    #expect(alone.code == 66 && alone.errors.contains("which long/0002-"), "\(alone.text)")
  }

  /// Only the damaged node was computed again; what is asked when it is resumed is no more than that, also where the
  /// original's file was put back meanwhile.
  @Test func aVerificationOfOneNodeThatWasStopped() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    #expect(try workspace.run("run", "long.yaml").code == 0)
    let file = workspace.path + "/" + (try workspace.directory("long")) + "/samples/walk.npy"
    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    try FileManager.default.removeItem(atPath: file)
    try bytes.write(to: URL(fileURLWithPath: file))
    try flip(file, at: 128)
    let process = try workspace.start([
      "rerun", "long", "--verify", "--checkpoint-seconds", "0.05",
    ])
    #expect(
      process.wait {
        workspace.files("results/.store/private").contains {
          $0.contains("/checkpoint-") && $0.hasSuffix(".json")
        }
      })
    process.send(SIGTERM)
    #expect(try process.wait().code == 75)
    let changed = try workspace.run("resume", "long/2")
    #expect(changed.code == 1 && changed.output.contains("of 1 nodes, 1 differ"), "\(changed.text)")
    try bytes.write(to: URL(fileURLWithPath: file))
    let mended = try workspace.run("resume", "long/2")
    #expect(mended.code == 0, "\(mended.text)")
    #expect(mended.output.hasSuffix("of 1 nodes, the same in every bit\n"), "\(mended.text)")
  }

  @Test func aLostFileIsNamed() throws {
    let (workspace, run) = try finished()
    try FileManager.default.removeItem(atPath: workspace.path + "/" + run + "/samples/walk.npy")
    let result = try workspace.run("rerun", "small", "--verify")
    #expect(result.code == 1, "\(result.text)")
    #expect(result.errors.contains("samples/walk.npy: missing\n"))
    #expect(workspace.names("results/small").filter { $0.hasPrefix("0") }.count == 1)
  }

  /// Of some nodes only: the others are computed as well, since nothing comes from the store.
  @Test func aRunOfSomeNodesIsVerified() throws {
    let (workspace, _) = try finished()
    #expect(
      try workspace.run("run", "small.yaml", "training.fit.steps=150", "--only", "walk").code == 0)
    let result = try workspace.run("rerun", "small/2", "--verify")
    #expect(result.code == 0, "\(result.text)")
    #expect(result.output.contains("the same in every bit"))
  }
}
