import Foundation
import Glibc
import Testing

/// Sweeps through the command line: several runs at once, which share what they have in common.
@Suite(.serialized) struct SweepCommandTests {
  private static let often = ["--checkpoint-seconds", "0.02"]

  private func workspace() throws -> Workspace {
    let workspace = try Workspace()
    try workspace.write(Specs.sweep, to: "swept.yaml")
    return workspace
  }

  /// The bytes of every point, by its label.
  private func bytes(
    _ workspace: Workspace, _ experiment: String = "swept", results: String = "results"
  ) throws -> [String: [String: Data]] {
    var points: [String: [String: Data]] = [:]
    for name in workspace.names(results + "/" + experiment)
    where name != "latest" && !name.hasPrefix(".") {
      let run = results + "/" + experiment + "/" + name
      let sweep = try workspace.object(run + "/run.json")["sweep"] as? [String: Any]
      let label = try #require(sweep?["label"] as? String)
      #expect(points[label] == nil, "\(label) is there twice")
      points[label] = try workspace.bytes(of: run)
    }
    return points
  }

  private func expectEqual(
    _ one: [String: [String: Data]], _ other: [String: [String: Data]], _ what: String
  ) {
    #expect(Set(one.keys) == Set(other.keys), "\(what)")
    for (label, files) in one {
      let different = differences(files, other[label] ?? [:])
      #expect(different.isEmpty, "\(what), \(label): \(different)")
    }
  }

  // MARK: - Equal bytes

  @Test func bytesDoNotDependOnJobsOrOrder() throws {
    let workspace = try workspace()
    var reference: [String: [String: Data]]?
    for (number, way) in [
      (["-j", "1"], ""), (["-j", "2"], ""), (["-j", "8"], ""), (["-j", "1"], "7"),
      (["-j", "3"], "8"), (["-j", "2", "--no-store"], ""),
    ].enumerated() {
      let results = "results-\(number)"
      let result = try workspace.run(
        ["run", "swept.yaml", "--results", results] + way.0,
        environment: way.1.isEmpty ? [:] : ["SCOREWALK_SHUFFLE": way.1])
      #expect(result.code == 0, "\(result.text)")
      let found = try bytes(workspace, results: results)
      #expect(found.count == 12)
      #expect(found.values.allSatisfy { $0.keys.contains("samples/walk.npy") })
      expectEqual(reference ?? found, found, "\(way)")
      reference = reference ?? found
      #expect(workspace.names(results + "/.store/partial").isEmpty)
      #expect(workspace.names(results + "/.store/private").isEmpty)
    }
  }

  /// A point is the run that it would be by itself.
  @Test func aPointIsAnOrdinaryRun() throws {
    let workspace = try workspace()
    #expect(try workspace.run("run", "swept.yaml", "-j", "2").code == 0)
    let alone = try workspace.run(
      "run", "swept.yaml", "--results", "alone", "~sweep", "sampling.walk.step_size=0.05",
      "sampling.walk.chains=3", "training.fit.optimizer.learning_rate=1e-2")
    #expect(alone.code == 0, "\(alone.text)")
    let run = try workspace.directory("swept", results: "alone")
    var own = try workspace.bytes(of: run)
    var point = try #require(bytes(workspace)["rate=1e-2 delta=0.05 chains=3"])
    #expect(differences(own, point).isEmpty)
    own["resolved.json"] = try workspace.read(run + "/resolved.json")
    point["resolved.json"] = try workspace.read(
      try workspace.directory("swept", 11) + "/resolved.json")
    #expect(differences(own, point).isEmpty)
    #expect(try workspace.object(run + "/run.json")["sweep"] == nil)
    #expect(try workspace.run("verify", "swept/11").code == 0)
  }

  // MARK: - What is shared

  @Test func twentySamplersOverOneTrainingDoOneTraining() throws {
    let workspace = try workspace()
    let result = try workspace.run(
      "run", "swept.yaml", "--json", "-j", "2", "~sweep", "sampling.walk.steps=50",
      "-m", "sampling.walk.chains=" + (1...20).map(String.init).joined(separator: ","))
    #expect(result.code == 0, "\(result.text)")
    let runs = try #require(Workspace.object(result.output)["runs"] as? [[String: Any]])
    #expect(runs.count == 20)
    #expect(runs.map { $0["point"] as? String } == (1...20).map { "chains=\($0)" })
    var keys: Set<String> = []
    var executed = 0
    for run in runs {
      let directory = try #require(run["directory"] as? String)
      let nodes = try #require(
        workspace.object(directory + "/plan.json")["nodes"] as? [[String: Any]])
      keys.insert(
        try #require(nodes.first { $0["name"] as? String == "fit" }?["key"] as? String))
      let record = try #require(
        workspace.object(directory + "/run.json")["nodes"] as? [[String: Any]])
      let fit = try #require(record.first { $0["name"] as? String == "fit" })
      #expect(fit["status"] as? String == "done")
      if fit["executed"] as? Bool == true { executed += 1 }
      #expect((run["executed"] as? [String])?.contains("fit") == (fit["executed"] as? Bool))
      #expect(workspace.exists(directory + "/checkpoints/fit/step-00004000.json"))
    }
    #expect(keys.count == 1)
    #expect(executed == 1)
    // Nothing is left to do for whoever runs it again.
    let again = try workspace.run(
      "run", "swept.yaml", "--json", "~sweep", "sampling.walk.steps=50", "-m",
      "sampling.walk.chains=1,2,3")
    let others = try #require(Workspace.object(again.output)["runs"] as? [[String: Any]])
    #expect(others.allSatisfy { ($0["executed"] as? [String])?.isEmpty == true })
  }

  @Test func thePlanTellsPointsAndSharedWork() throws {
    let workspace = try workspace()
    let plan = try workspace.json("plan", "swept.yaml", "--json")
    let points = try #require(plan["points"] as? [[String: Any]])
    #expect(points.count == 12)
    #expect(points[0]["point"] as? String == "rate=1e-3 delta=0.1 chains=2")
    #expect((points[0]["axes"] as? [String: Double]) == ["rate": 1e-3, "delta": 0.1, "chains": 2])
    let nodes = try #require(plan["nodes"] as? [[String: Any]])
    func count(_ name: String) -> Int { nodes.count { $0["name"] as? String == name } }
    #expect(
      ["signs", "rows", "fit", "walk", "jump", "quality"].map(count) == [1, 1, 2, 12, 12, 12])
    #expect(nodes.first { $0["name"] as? String == "fit" }?["points"] as? Int == 6)
    #expect(!workspace.exists("results"))
    let text = try workspace.run("plan", "swept.yaml").output
    #expect(text.contains("12 points have 108 nodes: 44 are different, 0 of these are stored"))
    #expect(try workspace.run("run", "swept.yaml", "-n").output == text)
  }

  // MARK: - Failures

  private static let diverging = [
    "run", "swept.yaml", "~sweep", "sampling.walk.steps=2000", "-m",
    "sampling.walk.step_size=0.1,1e30,0.2",
  ]

  @Test func aFailureEndsTheSweepUnlessItIsToGoOn() throws {
    let workspace = try workspace()
    let result = try workspace.run(Self.diverging)
    #expect(result.code == 1, "\(result.text)")
    #expect(result.output.contains("3 points: 1 done, 1 failed, 1 skipped"), "\(result.text)")
    let log = try workspace.directory("swept", 2) + "/logs/walk.txt"
    #expect(
      result.errors.components(separatedBy: "    log: \(log)\n").count == 3, "then, and at the end")
    #expect(result.errors.contains("error: sampling.walk step_size=1e30: "), "\(result.text)")
    #expect(String(decoding: try workspace.read(log), as: UTF8.self).contains("failed: "))
    let going = try workspace.run(Self.diverging + ["--results", "other", "-k", "-j", "2"])
    #expect(going.code == 1, "\(going.text)")
    #expect(going.output.contains("3 points: 2 done, 1 failed"))
    let failed = try workspace.json("show", "swept/2", "--json", "--results", "other")
    #expect(failed["status"] as? String == "failed")
    let nodes = try #require(failed["nodes"] as? [[String: Any]])
    let statuses = Dictionary(
      uniqueKeysWithValues: nodes.map { ($0["name"] as? String ?? "", $0["status"] as? String) })
    #expect(statuses["walk"] == "failed")
    // What needs it is not done, and the rest is.
    #expect(statuses["jump"] == "skipped" && statuses["quality"] == "skipped")
    #expect(statuses["denoiser"] == "done")
    #expect(try workspace.run("verify", "swept/1", "swept/3", "--results", "other").code == 0)
  }

  /// With as many files as a small shell allows, fewer nodes run at a time, and none fails.
  @Test func moreJobsThanFilesAllow() throws {
    let workspace = try workspace()
    let executable = try Executable.path()
    let chains = (1...60).map(String.init).joined(separator: ",")
    let arguments =
      "run swept.yaml -j 60 ~sweep sampling.walk.steps=200 training.fit.steps=20 "
      + "training.fit.snapshots.every=10 training.fit.snapshots.from=10 -m sampling.walk.chains="
      + chains
    let result = try RunningProcess(
      ["-c", "ulimit -n 48; exec '\(executable)' \(arguments)"], executable: "/bin/bash",
      in: workspace.path
    ).wait()
    #expect(result.code == 0, "\(result.text)")
    #expect(
      result.errors.contains(
        "warning: 3 nodes run at a time, not 60: the process may have 48 files open"),
      "\(result.text)")
    // The process raises what it may raise.
    let soft = try RunningProcess(
      ["-c", "ulimit -Sn 48; exec '\(executable)' \(arguments) --no-store"],
      executable: "/bin/bash", in: workspace.path
    ).wait()
    #expect(soft.code == 0 && !soft.errors.contains("warning: "), "\(soft.text)")
  }

  /// What another process computes is left to it, and everything else is done.
  @Test func whatIsTakenIsLeftOutWhereTheRestGoesOn() throws {
    let workspace = try workspace()
    let slow = ["~sweep", "sampling.walk.steps=2000000"]
    let other = try workspace.start(["run", "swept.yaml"] + slow)
    #expect(other.wait { other.errors.contains("denoiser") || other.errors.contains("fit  ") })
    #expect(
      other.wait {
        workspace.names("results/.store/claims").count == 1 && other.errors.contains("fit")
      })
    let waits = ["run", "swept.yaml", "--no-wait", "-k", "--results", "results"]
    let result = try workspace.run(
      waits + ["~sweep", "-m", "sampling.walk.steps=2000000,300,400"])
    #expect(result.code == 75, "\(result.text)")
    #expect(result.output.contains("3 points: 2 done, 1 interrupted"), "\(result.text)")
    #expect(result.errors.contains("is being computed by another run"), "\(result.text)")
    let first = try workspace.json("show", "swept/2", "--json")
    let nodes = try #require(first["nodes"] as? [[String: Any]])
    let statuses = Dictionary(
      uniqueKeysWithValues: nodes.map { ($0["name"] as? String ?? "", $0["status"] as? String) })
    #expect(statuses["walk"] == "pending" && statuses["jump"] == "pending", "\(statuses)")
    #expect(statuses["denoiser"] == "done", "\(statuses)")
    other.send(SIGKILL)
    _ = try other.wait()
  }

  /// A node that fails for several points is computed, and told, once.
  @Test func aSharedFailureIsToldOnce() throws {
    let workspace = try workspace()
    let result = try workspace.run(
      "run", "swept.yaml", "-k", "~sweep", "sampling.walk.step_size=1e30", "-m",
      "evaluation.quality.burn_in=0,10")
    #expect(result.code == 1, "\(result.text)")
    #expect(result.output.contains("2 points: 2 failed"))
    #expect(result.errors.components(separatedBy: "error: sampling.walk: ").count == 3)
    for number in 1...2 {
      #expect(
        workspace.exists(try workspace.directory("swept", number) + "/logs/walk.txt"))
    }
  }

  @Test func mistakesAreFoundBeforeAnyWork() throws {
    let workspace = try workspace()
    let result = try workspace.run("run", "swept.yaml", "sampling.walk.chains=4")
    #expect(result.code == 65)
    #expect(result.errors.contains("is swept by the axis 'chains'"))
    #expect(try workspace.run("run", "swept.yaml", "-j", "0").code == 64)
    #expect(!workspace.exists("results"))
    let check = try workspace.json("check", "swept.yaml", "--json")
    #expect((check["specs"] as? [[String: Any]])?.first?["points"] as? Int == 12)
  }

  // MARK: - What is said

  @Test func aTerminalSeesALineForEachNodeAndOneForTheWhole() throws {
    let workspace = try workspace()
    let terminal = try Terminal()
    let process = try workspace.start(
      ["run", "swept.yaml", "-j", "2", "sampling.walk.steps=200000"],
      environment: ["NO_COLOR": "1"], errors: terminal.slave)
    let (written, result) = try terminal.text(until: process)
    #expect(result.code == 0)
    // A terminal makes two of each end of a line, which Swift takes for one character.
    let text = written.replacing("\r\n", with: "\n")
    #expect(text.contains("12 points, results/swept/0001-"))
    #expect(text.contains(": 108 nodes, 44 of them different"))
    let lines =
      /walk [^\r\n]* \d+\/200000 [^\r\n]*\nwalk [^\r\n]*\n\d+\/44 nodes  [0-9.:]+ (s|min)  about [0-9.:]+ (s|min) left/
    #expect(text.contains(lines), "\(text.suffix(3000))")
    #expect(!text.contains("\u{1B}[3"), "no colours")
    // What was drawn over has no line of its own left.
    for line in text.split(whereSeparator: \.isNewline) {
      #expect(line.split(separator: "\u{1B}[2K").allSatisfy { $0.count <= 96 }, "\(line)")
    }
  }

  /// The live view goes on with the time where nothing happens, and ends with the run.
  @Test func theLiveViewGoesOnWithoutEvents() throws {
    let workspace = try Workspace()
    // Samples whose evaluation tells no steps.
    try workspace.write(
      """
      name: silent
      data:
        law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
        rows: {kind: draws, from: law, count: 3000000}
      sampling:
        walk: {kind: langevin, target: law, initial: {kind: normal}, step_size: 0.1, steps: 4000000}

      """, to: "silent.yaml")
    let terminal = try Terminal()
    let process = try workspace.start(
      ["run", "silent.yaml"], environment: ["NO_COLOR": "1", "SCOREWALK_THREADS": "1"],
      errors: terminal.slave)
    let (text, result) = try terminal.text(until: process)
    #expect(result.code == 0)
    let times = text.matches(of: /\/3 nodes  ([0-9.]+) s/).compactMap { Double($0.1) }
    #expect(Set(times).count >= 3, "\(text.suffix(2000))")
    #expect(times == times.sorted())
    // Drawn before the first step is told, and again below every message.
    #expect(text.contains(/walk [^\r\n]*  0\/4000000/), "\(text.prefix(2000))")
    let end = try #require(text.range(of: "walk  done", options: .backwards))
    #expect(!text[end.upperBound...].contains("nodes"), "nothing after the end")
  }

  /// Ten thousand nodes; the limit is generous, since the machine may be busy.
  @Test func largeSweepsArePlannedFast() throws {
    let workspace = try workspace()
    let values = (1...1000).map { "\(Double($0) / 1000)" }.joined(separator: ",")
    let began = Date.now
    let plan = try workspace.json(
      "plan", "swept.yaml", "--json", "~sweep", "-m", "sampling.walk.step_size=" + values)
    #expect((plan["points"] as? [Any])?.count == 1000)
    #expect((plan["nodes"] as? [Any])?.count == 3006)
    #expect(Date.now.timeIntervalSince(began) < 10)
  }

  @Test func costsAreKnownFromWhatWasDone() throws {
    let workspace = try workspace()
    let short = ["~sweep", "sampling.walk.steps=2000"]
    func cost(_ arguments: [String]) throws -> (seconds: [Double], unknown: Int) {
      let result = try workspace.run(["plan", "swept.yaml", "--json"] + arguments)
      let plan = try Workspace.object(result.output)
      return (
        try #require(plan["seconds"] as? [Double]), try #require(plan["unknown"] as? Int)
      )
    }
    let before = try cost(short)
    #expect(before.unknown == 9 && before.seconds == [0, 0])
    let measured = try cost(short + ["--measure", "training.fit.snapshots.from=0"])
    #expect(measured.unknown == 0 && measured.seconds[0] > 0)
    #expect(!workspace.exists("results"), "it was measured elsewhere")
    #expect(try workspace.run(["run", "swept.yaml"] + short).code == 0)
    #expect(try cost(short).seconds == [0, 0], "nothing is left to do")
    let after = try cost(["~sweep", "sampling.walk.steps=4000"])
    #expect(after.unknown == 0)
    #expect(after.seconds[0] > 0 && after.seconds[0] < after.seconds[1])
    let twice = try cost(["~sweep", "sampling.walk.steps=4000", "-m", "seed=1,2"])
    #expect(twice.seconds[0] > after.seconds[0])
    #expect(
      try workspace.run("plan", "swept.yaml").output.contains(
        /cost: \S.* to .*, one node at a time/))
  }

  // MARK: - Listing

  @Test func listingShowsThePoints() throws {
    let workspace = try workspace()
    #expect(
      try workspace.run(
        "run", "swept.yaml", "--smoke", "~sweep", "training.fit.snapshots.from=0", "-m",
        "sampling.walk.chains=2,3"
      ).code
        == 0)
    let runs = try #require(workspace.json("ls", "--json")["runs"] as? [[String: Any]])
    #expect(runs.map { $0["point"] as? String } == ["chains=2", "chains=3"])
    #expect(Set(runs.map { $0["sweep"] as? String }) == ["0001"])
    let text = try workspace.run("ls", "swept", "--metric", "quality.ess").output
    #expect(text.contains(#/swept/0001-\S+ +done \(smoke\) +chains=2 /#), "\(text)")
    #expect(try workspace.run("show", "swept/2").output.contains("point 2 of 2: chains=3"))
  }

  // MARK: - Killing

  /// Seeded, so that a failure comes again.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  /// Kills a sweep again and again until it is done.
  @Test(arguments: [SIGKILL, SIGTERM])
  func killedUntilItIsDone(signal: Int32) throws {
    let workspace = try workspace()
    let began = Date.now
    let result = try workspace.run(
      ["run", "swept.yaml", "--results", "reference", "-j", "2"] + Self.often)
    #expect(result.code == 0, "\(result.text)")
    let seconds = Date.now.timeIntervalSince(began)
    let reference = try bytes(workspace, results: "reference")
    var generator = Generator(state: UInt64(signal))
    for trial in 0..<4 {
      let options = ["--results", "killed-\(trial)", "-j", "\(1 + trial % 3)"] + Self.often
      var arguments = ["run", "swept.yaml"] + options
      var (interruptions, isDone) = (0, false)
      while !isDone {
        let process = try workspace.start(arguments)
        let patience = interruptions < 6 ? Double.random(in: 0..<0.4, using: &generator) : 60
        let end = Date.now.addingTimeInterval(patience * seconds)
        while Date.now < end, process.isRunning { usleep(500) }
        process.send(signal)
        let ended = try process.wait()
        isDone = ended.code == 0
        if !isDone {
          interruptions += 1
          #expect(
            signal == SIGKILL ? ended.signal == SIGKILL : [75, nil].contains(ended.code),
            "\(ended.text)")
        }
        // Killed before its runs appeared, there is nothing to go on with.
        let names = workspace.names("killed-\(trial)/swept").filter { $0.hasPrefix("0") }
        guard let name = names.randomElement(using: &generator) else { continue }
        arguments = ["resume", "swept/" + name] + options
        if !isDone {
          let status =
            try workspace.json(
              "show", "swept/" + name, "--json", "--results", "killed-\(trial)")["status"]
            as? String
          #expect(["interrupted", "done"].contains(status))
        }
      }
      #expect(interruptions > 0)
      expectEqual(
        reference, try bytes(workspace, results: "killed-\(trial)"),
        "signal \(signal), trial \(trial)")
      #expect(workspace.names("killed-\(trial)/.store/partial").isEmpty)
      #expect(!workspace.files("killed-\(trial)").contains { $0.hasSuffix(".new") })
    }
  }

  /// Whichever point is named, all that is unfinished goes on, and what is done stays.
  @Test func resumingOnePointResumesAll() throws {
    let workspace = try workspace()
    let process = try workspace.start(["run", "swept.yaml"] + Self.often)
    #expect(process.wait { process.errors.contains("jump ") })
    // All points are there before work begins.
    #expect(workspace.names("results/swept").count { $0.hasPrefix("0") } == 12)
    // One process has them all.
    let other = try workspace.run("resume", "swept/12")
    #expect(
      other.code == 75 && other.errors.contains("is running in another process"), "\(other.text)")
    process.send(SIGTERM)
    let stopped = try process.wait()
    #expect(stopped.code == 75, "\(stopped.text)")
    #expect(stopped.errors.contains("go on with `scorewalk resume results/swept/"))
    // Results that were copied go on as well.
    try FileManager.default.copyItem(
      atPath: workspace.path + "/results", toPath: workspace.path + "/copied")
    let result = try workspace.run("resume", "swept/12", "--json", "-j", "2")
    #expect(result.code == 0, "\(result.text)")
    let runs = try #require(Workspace.object(result.output)["runs"] as? [[String: Any]])
    #expect(runs.count == 12 && runs.allSatisfy { $0["status"] as? String == "done" })
    #expect(try workspace.run("resume", "swept/5", "--results", "copied").code == 0)
    expectEqual(try bytes(workspace), try bytes(workspace, results: "copied"), "copied")
    let again = try workspace.run("resume", "swept/3")
    #expect(again.code == 0 && again.errors.contains("nothing left to compute"))
    #expect(workspace.names("results/swept").count { $0.hasPrefix("0") } == 12)
  }
}
