import Experiments
import Testing

@Suite("Selected nodes")
struct NodeSelectionTests {
  private func choice(_ only: [String], _ until: [String] = []) throws -> NodeSelection.Choice {
    try NodeSelection(only: only, until: until).choice(
      in: Reading(smallExperiment).required().graph)
  }

  @Test func whatIsNeeded() throws {
    let all = ["law", "rows", "net", "fit", "walk", "jump", "quality", "check"]
    #expect(try choice([]) == .init(nodes: all, fetched: []))
    #expect(try choice([], ["fit"]) == .init(nodes: ["law", "rows", "net", "fit"], fetched: []))
    #expect(
      try choice([], ["quality", "rows"])
        == .init(nodes: ["law", "rows", "net", "fit", "walk", "quality"], fetched: []))
    // Of what is only fetched, what it needs in turn is not needed; a law is nothing to fetch.
    #expect(try choice(["walk"]) == .init(nodes: ["fit", "walk"], fetched: ["fit"]))
    #expect(try choice(["fit"]) == .init(nodes: ["rows", "net", "fit"], fetched: ["rows", "net"]))
    #expect(try choice(["quality"]) == .init(nodes: ["law", "walk", "quality"], fetched: ["walk"]))
    #expect(
      try choice(["fit", "walk"])
        == .init(nodes: ["rows", "net", "fit", "walk"], fetched: ["rows", "net"]))
    #expect(
      try choice(["walk"], ["fit"])
        == .init(nodes: ["law", "rows", "net", "fit", "walk"], fetched: []))
    #expect(try choice(["law"]) == .init(nodes: ["law"], fetched: []))
  }

  @Test(arguments: [
    (["fti"], [], "--only"), ([], ["fti"], "--until"), (["walk", "fti"], [], "--only"),
  ])
  func unknownNames(only: [String], until: [String], option: String) {
    do {
      _ = try choice(only, until)
      Issue.record("a node that is not there was chosen")
    } catch let failure as Failure {
      #expect(failure.code == .usage)
      #expect(failure.what == "\(option) names no node: 'fti'")
      #expect(failure.remedy == "did you mean 'fit'?")
    } catch {
      Issue.record("\(error)")
    }
  }

  /// As `plan` prints them.
  @Test func namesWithTheirSection() throws {
    #expect(try choice(["sampling.walk"]) == choice(["walk"]))
    #expect(try choice(["walk"], ["training.fit"]) == choice(["walk"], ["fit"]))
    let spec = try Reading(smallExperiment).required()
    let plan = try Plan(spec, selection: NodeSelection(only: [], until: ["training.fit"]))
    #expect(plan.selection == NodeSelection(only: [], until: ["fit"]))
    for (wrong, near) in [
      ("training.fti", "training.fit"), ("training.walk", "sampling.walk"),
      ("trainings.fit", "training.fit"), ("sampling.quality", "evaluation.quality"),
    ] {
      let failure = try #require(throws: Failure.self) { try choice([], [wrong]) }
      #expect(failure.what == "--until names no node: '\(wrong)'")
      #expect(failure.remedy == "did you mean '\(near)'?")
    }
  }

  private func runner() throws -> TestRunner {
    let runner = try TestRunner()
    try runner.directory.write(smallExperiment, to: "small.yaml")
    return runner
  }

  @Test func until() throws {
    let whole = try undisturbedResults(smallExperiment)
    let runner = try runner()
    let selection = NodeSelection(only: [], until: ["walk"])
    let outcome = try runner.start(file: "small.yaml", selection: selection)
    let names = ["law", "rows", "net", "fit", "walk"]
    #expect(outcome.record.status == .done)
    #expect(outcome.executed == names)
    #expect(outcome.record.nodes.map(\.name) == names)
    let plan = try JSONFile.read(Plan.self, from: outcome.run.path("plan.json"))
    #expect(plan.nodes.map(\.name) == names && plan.selection == selection && plan.fetched == nil)
    for (file, digest) in try outcome.run.results()
    where ["samples/", "checkpoints/", "metrics/"].contains(where: file.hasPrefix) {
      #expect(whole[file] == digest, "\(file)")
    }
    #expect(try outcome.run.results()["samples/walk.npy"] != nil)
    #expect(!FileSystem.exists(outcome.run.path("samples/jump.npy")))
    // A whole run takes it from there.
    #expect(try runner.start(file: "small.yaml").executed == ["jump", "quality", "check"])
  }

  /// A stopped run of some nodes is resumed as a run of the same nodes.
  @Test(arguments: [
    NodeSelection(only: [], until: ["walk"]), NodeSelection(only: ["walk"], until: []),
  ])
  func resuming(selection: NodeSelection) throws {
    let runner = try runner()
    if !selection.only.isEmpty {
      _ = try runner.start(file: "small.yaml", selection: NodeSelection(only: [], until: ["fit"]))
    }
    let control = RunControl()
    let first = try runner.start(
      file: "small.yaml", selection: selection, control: control,
      monitor: StoppingMonitor(control, at: 1, of: "walk"))
    #expect(first.record.status == .interrupted)
    let second = try runner.resume(first.run)
    #expect(second.record.status == .done, "\(String(describing: second.failure))")
    #expect(second.executed == ["walk"])
    #expect(second.record.nodes.map(\.name).last == "walk")
    #expect(try runner.resume(first.run).executed.isEmpty)
    #expect(
      try second.run.results()["samples/walk.npy"]
        == undisturbedResults(smallExperiment)["samples/walk.npy"])
  }

  @Test func only() throws {
    let runner = try runner()
    let selection = NodeSelection(only: ["walk"], until: [])
    do {
      _ = try runner.start(file: "small.yaml", selection: selection)
      Issue.record("computed out of nothing")
    } catch let failure as Failure {
      #expect(failure.code == .noInput)
      #expect(failure.what == "--only walk: the store does not have 'fit'")
      #expect(failure.remedy == "compute 'fit' as well, with --until walk")
    }
    #expect(!FileSystem.exists(runner.results.path + "/small"), "nothing is begun")
    _ = try runner.start(file: "small.yaml", selection: NodeSelection(only: [], until: ["fit"]))
    let outcome = try runner.start(file: "small.yaml", selection: selection)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    #expect(outcome.executed == ["walk"])
    #expect(outcome.record.nodes.map(\.name) == ["fit", "walk"])
    #expect(outcome.record[node: "fit"]?.executed == false)
    #expect(
      try outcome.run.results()["samples/walk.npy"]
        == undisturbedResults(smallExperiment)["samples/walk.npy"])
    #expect(try Manifest.verify(outcome.run).differences.isEmpty)
    // A law stands in no store.
    let alone = try TestRunner()
    try alone.directory.write(
      smallExperiment.replacing("target: fit", "target: law"), to: "small.yaml")
    #expect(
      try alone.start(file: "small.yaml", selection: selection).executed == ["law", "walk"])
  }

  /// What is fetched is rehashed; where it is damaged it is not computed behind the user's back.
  @Test func aDamagedStore() throws {
    let runner = try runner()
    let first = try runner.start(
      file: "small.yaml", selection: NodeSelection(only: [], until: ["fit"]))
    let key = try #require(first.record[node: "fit"]?.key)
    let path =
      runner.results.store.directory(of: key) + "/" + RunDirectory.stateFile(step: 40)
    try FileSystem.write(try FileSystem.read(path) + [1], to: path)
    let outcome = try runner.start(
      file: "small.yaml", selection: NodeSelection(only: ["walk"], until: []))
    #expect(outcome.record.status == .failed)
    #expect(outcome.failure?.code == .noInput)
    #expect(outcome.failure?.what == "--only walk: the store does not have 'fit'")
    #expect(outcome.executed.isEmpty)
  }

  @Test func withoutTheStore() throws {
    let runner = try runner()
    do {
      _ = try runner.start(
        file: "small.yaml", selection: NodeSelection(only: ["law"], until: [])
      ) { $0.usesSharedStore = false }
      Issue.record("--only without a store")
    } catch let failure as Failure {
      #expect(failure.code == .usage)
    }
    let outcome = try runner.start(
      file: "small.yaml", selection: NodeSelection(only: [], until: ["rows"])
    ) { $0.usesSharedStore = false }
    #expect(outcome.executed == ["law", "rows"])
  }
}
