import Experiments
import Foundation
import Glibc
import Testing

/// Longer work from stored shorter work, through the executable.
@Suite(.serialized) struct ContinuationTests {
  /// A training and chains whose lengths are overridden below.
  private static let spec = """
    name: longer
    data:
      law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {weight: 2, mean: [1], std: 0.7}]}
    models:
      energy: {kind: mlp, output: energy, hidden: [16, 16], activation: softplus}
    training:
      fit:
        model: energy
        data: law
        objective:
          kind: contrastive-divergence
          negatives: {chains: 4, initial: {kind: normal}, step_size: 0.1, steps: 5}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 16
        steps: 20000
        ema: {decay: 0.99, debias: true}
        snapshots: {from: 500, every: 4000}
        log_every: 300
    sampling:
      walk:
        kind: metropolis-adjusted-langevin
        target: law
        initial: {kind: normal}
        step_size: 0.4
        steps: 400000
        chains: 3
        keep: {from: 0, every: 20}
    evaluation:
      quality: {kind: samples, of: walk, against: law, metrics: [moments, ess]}

    """

  private static let short = ["training.fit.steps=7000", "sampling.walk.steps=150000"]

  private func workspace() throws -> (Workspace, reference: [String: Data], seconds: Double) {
    let workspace = try Workspace()
    try workspace.write(Self.spec, to: "longer.yaml")
    let began = Date.now
    let result = try workspace.run(["run", "longer.yaml", "--results", "reference"])
    #expect(result.code == 0, "\(result.text)")
    let seconds = Date.now.timeIntervalSince(began)
    let run = try workspace.directory("longer", results: "reference")
    return (workspace, try workspace.bytes(of: run), seconds)
  }

  /// Where the nodes of a run went on, by `run.json` and by `show`.
  private func continued(_ workspace: Workspace, _ run: String) throws -> [String: Int] {
    func steps(_ nodes: Any?) -> [String: Int] {
      var steps: [String: Int] = [:]
      for node in nodes as? [[String: Any]] ?? [] {
        if let name = node["name"] as? String { steps[name] = node["continued"] as? Int }
      }
      return steps
    }
    let recorded = steps(try workspace.object(run + "/run.json")["nodes"])
    #expect(steps(try workspace.json("show", run, "--json")["nodes"]) == recorded)
    let shown = try workspace.run("show", run).output
    for (node, step) in recorded {
      #expect(
        shown.contains("\(node) went on from the end of a stored shorter one at step \(step)\n"))
    }
    return recorded
  }

  @Test func plansRunsAndShows() throws {
    let (workspace, reference, _) = try workspace()
    let first = try workspace.run(["run", "longer.yaml"] + Self.short)
    #expect(first.code == 0, "\(first.text)")
    #expect(try continued(workspace, workspace.directory("longer")).isEmpty)

    let plan = try workspace.run("plan", "longer.yaml").output
    #expect(plan.contains(/training\.fit .* continues at step 7000 of a stored shorter one/))
    #expect(plan.contains(/sampling\.walk .* continues at step 150000 of a stored shorter one/))
    let nodes = try workspace.json("plan", "longer.yaml", "--json")["nodes"] as? [[String: Any]]
    let fit = try #require(nodes?.first { $0["name"] as? String == "fit" })
    #expect(fit["action"] as? String == "continues" && fit["step"] as? Int == 7000)
    #expect(try !workspace.run("plan", "longer.yaml", "--smoke").output.contains("continues"))

    let second = try workspace.run("run", "longer.yaml")
    #expect(second.code == 0, "\(second.text)")
    #expect(second.errors.contains(/fit +continues at step 7000 of a stored shorter one/))
    #expect(second.output.contains(/walk +acceptance +0\.[0-9]+/))
    let run = try workspace.directory("longer", 2)
    #expect(try continued(workspace, run) == ["fit": 7000, "walk": 150000])
    let different = try differences(reference, workspace.bytes(of: run))
    #expect(different.isEmpty, "\(different)")
    #expect(try workspace.run("verify", "longer/1", "longer/2").code == 0)
    #expect(try workspace.run("plan", "longer.yaml").output.contains(/walk .* stored/))

    let alone = try workspace.run("run", "longer.yaml", "training.fit.steps=20100", "--no-store")
    #expect(alone.code == 0, "\(alone.text)")
    #expect(try continued(workspace, workspace.directory("longer", 3)).isEmpty)
  }

  /// A process may be killed before its workplace has a lock, or while it removes one: what is left of work whose
  /// result is stored goes with the next run.
  @Test func workplacesWithoutALockGo() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    #expect(try workspace.run("run", "small.yaml").code == 0)
    let nodes = try #require(workspace.json("show", "small", "--json")["nodes"] as? [[String: Any]])
    let key = try #require(nodes.first { $0["name"] as? String == "fit" }?["key"] as? String)
    for place in [Store.workplacePrefix + "1-0", "elsewhere-1-0"] {
      try FileManager.default.createDirectory(
        atPath: workspace.path + "/results/.store/partial/\(key)/" + place,
        withIntermediateDirectories: true)
    }
    #expect(try workspace.run("run", "small.yaml").code == 0)
    // Of another machine it is not known whether it still works there.
    #expect(workspace.names("results/.store/partial/" + key) == ["elsewhere-1-0"])
  }

  /// Killed at any instant while it goes on from a shorter one, and resumed.
  @Test func killedWhileItGoesOn() throws {
    let (workspace, reference, seconds) = try workspace()
    var (killed, went) = (0, 0)
    for index in 0..<6 {
      let results = "killed-\(index)"
      let options = ["--results", results, "--checkpoint-seconds", "0.02"]
      #expect(try workspace.run(["run", "longer.yaml"] + options + Self.short).code == 0)
      let process = try workspace.start(["run", "longer.yaml"] + options)
      usleep(UInt32(seconds * 0.6 * (0.1 + Double(index)) / 6 * 1e6))
      process.send(SIGKILL)
      let wasKilled = try process.wait().signal == SIGKILL
      let isThere = workspace.names(results + "/longer").contains { $0.hasPrefix("0002-") }
      if wasKilled && isThere { killed += 1 }
      let command = isThere ? ["resume", "longer"] : ["run", "longer.yaml"]
      let resumed = try workspace.run(command + options)
      #expect(resumed.code == 0, "\(resumed.text)")
      let number = workspace.names(results + "/longer/.ids").count
      let run = try workspace.directory("longer", number, results: results)
      let different = try differences(reference, workspace.bytes(of: run))
      #expect(different.isEmpty, "killed in round \(index): \(different)")
      // Killed between a node's publication and its record, the node is one that the store had.
      for (node, step) in try continued(workspace, run) {
        #expect(step == (node == "fit" ? 7000 : 150_000))
        went += 1
      }
      #expect(workspace.names(results + "/.store/partial").isEmpty)
      // The shorter run is as it was.
      #expect(
        try workspace.run("verify", workspace.directory("longer", 1, results: results)).code == 0)
    }
    #expect(went >= 10, "only \(went) of 12 nodes went on from shorter ones")
    #expect(killed >= 3, "only \(killed) of 6 were killed before they were done")
  }

  /// Several processes go on from one shorter run at once.
  @Test func sixProcessesAtOnce() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    #expect(try workspace.run("run", "small.yaml").code == 0)
    let reference = try workspace.run(
      "run", "small.yaml", "training.fit.steps=350", "--results", "reference")
    #expect(reference.code == 0, "\(reference.text)")
    let expected = try workspace.bytes(of: workspace.directory("small", results: "reference"))
    let processes = try (0..<6).map { _ in
      try workspace.start(["run", "small.yaml", "training.fit.steps=350"])
    }
    for process in processes {
      let result = try process.wait()
      #expect(result.code == 0, "\(result.text)")
    }
    for number in 2...7 {
      let run = try workspace.directory("small", number)
      #expect(try differences(expected, workspace.bytes(of: run)).isEmpty)
    }
    #expect(workspace.names("results/.store/partial").isEmpty)
  }
}
