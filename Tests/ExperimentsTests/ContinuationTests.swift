import Experiments
import Scorewalk
import Testing

/// Work of two lengths, of which the longer is computed from the shorter.
struct ContinuedWork: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String
  let node: String
  let steps: Int
  /// How long it is written, and how long it is written where it is shorter.
  let lengths: (long: String, shorter: [(text: String, step: Int)])

  func shortened(to text: String) -> String { self.text.replacing(lengths.long, text) }

  /// Every objective with every optimizer, and every sampler; the shorter ends at a snapshot, at a step that is logged,
  /// at both, and at neither.
  static let all: [ContinuedWork] = InterruptedWork.all.filter { work in
    // Chains down a ladder have steps at each level, and no longer chain begins with theirs.
    work.text.contains("steps: \(work.steps)")
  }.map { work in
    let isTraining = work.node == "fit"
    let steps = isTraining ? [8, 10, 15, 13, 23] : [7, 130, 207]
    let long = "steps: \(work.steps)"
    return ContinuedWork(
      testDescription: work.testDescription, text: work.text, node: work.node, steps: work.steps,
      lengths: (long, steps.map { ("steps: \($0)", $0) }))
  }

  /// What a final state must hold of an average, a long tail of losses, epochs, and a sampler on a law.
  static let variants: [ContinuedWork] = {
    var works: [ContinuedWork] = []
    func add(
      _ title: String, _ text: String, _ node: String, _ long: String, _ steps: Int,
      _ shorter: (text: String, step: Int)...
    ) {
      works.append(
        ContinuedWork(
          testDescription: title, text: text, node: node, steps: steps, lengths: (long, shorter)))
    }
    for average in [", debias: true", ", warm_up: true"] {
      add(
        "an average\(average)", smallExperiment.replacing("decay: 0.9}", "decay: 0.9\(average)}"),
        "fit", "steps: 40", 40, ("steps: 20", 20), ("steps: 33", 33))
    }
    add(
      "no average, no snapshots",
      smallExperiment.replacing(
        "    snapshots: {from: 0, every: 20}\n    ema: {decay: 0.9}\n", ""
      )
      .replacing("{node: fit, step: all}", "fit"),
      "fit", "steps: 40", 40, ("steps: 33", 33))
    add(
      "losses beyond those that are averaged",
      smallExperiment.replacing("steps: 40", "steps: 2500").replacing("every: 20", "every: 900"),
      "fit", "steps: 2500", 2500, ("steps: 700", 700), ("steps: 2100", 2100))
    add(
      "epochs, shorter ones written as either",
      smallExperiment.replacing("steps: 40", "epochs: 5"), "fit", "epochs: 5", 40,
      ("epochs: 2", 16), ("steps: 21", 21))
    let exact =
      "walk: {kind: metropolis-adjusted-langevin, target: law, initial: {kind: samples, of: law}, step_size: 0.4, steps: 30, chains: 3, keep: {from: 0}}"
    add(
      "a sampler on a law",
      smallExperiment.replacing(
        "walk: {kind: langevin, target: fit, initial: {kind: normal}, step_size: 0.1, steps: 30, chains: 3}",
        exact), "walk", "steps: 30", 30, ("steps: 12", 12))
    return works
  }()
}

@Suite("Longer work from shorter")
struct ContinuationTests {
  /// What a run says of where a node went on.
  private func continued(_ outcome: RunOutcome, _ node: String) throws -> Int? {
    let record = try outcome.run.record()
    #expect(record.status == .done, "\(String(describing: outcome.failure))")
    return record[node: node]?.continued
  }

  /// n steps from k stored ones are n steps from the beginning, in every file.
  @Test(arguments: ContinuedWork.all + ContinuedWork.variants)
  func everyKind(work: ContinuedWork) throws {
    for precision in ["float32", "float64"] {
      let head = "precision: \(precision)\n"
      let expected = try undisturbedResults(head + work.text)
      for (text, step) in work.lengths.shorter {
        let runner = try TestRunner()
        let first = try runner.start(head + work.shortened(to: text))
        #expect(try continued(first, work.node) == nil)
        let key = try #require(
          NodeKeys(Reading(head + work.text).required().graph)[work.node])
        let series = try #require(
          NodeKeys(Reading(head + work.text).required().graph).series(of: work.node))
        #expect(runner.results.store.action(for: key, in: series) == .continues(step: step))
        #expect(runner.results.store.action(for: key) == .new)
        let second = try runner.start(head + work.text)
        #expect(try continued(second, work.node) == step)
        #expect(second.executed.contains(work.node))
        #expect(second.record.resumed.isEmpty)
        let results = try second.run.results()
        #expect(results == expected, "from \(step)")
        #expect(
          second.record[node: work.node]?.summary != first.record[node: work.node]?.summary
            || second.record[node: work.node]?.summary?.isEmpty == true)
        // Who takes it from the store does not go on from anything.
        let third = try runner.start(head + work.text)
        #expect(try continued(third, work.node) == nil && third.executed.isEmpty)
      }
    }
  }

  private static let walk =
    "walk: {kind: langevin, target: law, initial: {kind: normal}, step_size: 0.1, "

  /// Chains on a law, of some steps, with a rule of what is kept.
  private func chains(_ steps: Int, _ keep: String) -> String {
    """
    name: x
    data:
      law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
    sampling:
      \(Self.walk)steps: \(steps), chains: 3, keep: \(keep)}

    """
  }

  /// Whatever the longer chains keep of the shorter ones' steps, the shorter ones must have kept.
  @Test(arguments: [
    ("{}", "{}", true), ("last", "{}", false), ("last", "last", true), ("{}", "last", true),
    ("{every: 5}", "{every: 10}", true), ("{every: 10}", "{every: 5}", false),
    ("{every: 5}", "{from: 6, every: 15}", true), ("{every: 5}", "{from: 7, every: 5}", false),
    ("{from: 0, every: 7}", "{from: 101}", true), ("{from: 50}", "{from: 60}", true),
    ("{from: 50}", "{from: 40}", false), ("{to: -2}", "{}", false),
    ("{to: -2}", "{to: 99}", true), ("{from: 0}", "{from: 0, to: 80}", true),
    ("{from: 1}", "{from: 0}", false), ("{to: 60}", "{every: 120}", true),
    ("{to: 60}", "{every: 30}", false), ("{from: 100}", "{from: 100, every: 50}", true),
    ("{every: 2}", "{from: 99, every: 1}", false),
    ("{from: 1, every: 3}", "{from: 4, every: 60}", true),
  ])
  func whatMustHaveBeenKept(short: String, long: String, isUsed: Bool) throws {
    let runner = try TestRunner()
    _ = try runner.start(chains(100, short))
    let outcome = try runner.start(chains(250, long))
    #expect(try continued(outcome, "walk") == (isUsed ? 100 : nil))
    #expect(try outcome.run.results() == undisturbedResults(chains(250, long)))
  }

  /// What velocities sum up from the first kept state on begins there, and with no other.
  @Test(arguments: [
    ("{}", "{}", true), ("{from: 5}", "{from: 5, every: 2}", true), ("{}", "{from: 60}", false),
    ("last", "last", true), ("{from: 0}", "{from: 0, every: 9}", true), ("{}", "last", true),
    ("{from: 101, to: -1}", "{from: 200}", true),
  ])
  func sumsBeginWhereKeepingDoes(short: String, long: String, isUsed: Bool) throws {
    func walkers(_ steps: Int, _ keep: String) -> String {
      chains(steps, keep).replacing("kind: langevin", "kind: underdamped-langevin, friction: 1")
    }
    let runner = try TestRunner()
    _ = try runner.start(walkers(120, short))
    let outcome = try runner.start(walkers(250, long))
    #expect(try continued(outcome, "walk") == (isUsed ? 120 : nil))
    let other = try TestRunner()
    let expected = try other.start(walkers(250, long))
    #expect(try outcome.run.results() == expected.run.results())
    #expect(outcome.record[node: "walk"]?.summary == expected.record[node: "walk"]?.summary)
  }

  @Test func theLongestIsUsed() throws {
    let runner = try TestRunner()
    for (steps, keep) in [(50, "{}"), (120, "{}"), (240, "last"), (300, "{}")] {
      _ = try runner.start(chains(steps, keep))
    }
    let outcome = try runner.start(chains(250, "{}"))
    #expect(try continued(outcome, "walk") == 120)
    let other = try runner.start(chains(250, "last"))
    #expect(try continued(other, "walk") == 240)
    #expect(try outcome.run.results() == undisturbedResults(chains(250, "{}")))
    #expect(try other.run.results() == undisturbedResults(chains(250, "last")))
    let longer = try runner.start(chains(301, "{}"))
    #expect(try continued(longer, "walk") == 300)
  }

  /// Whatever else differs, nothing is taken over.
  @Test(arguments: [
    ("chains: 3", "chains: 4"), ("step_size: 0.1", "step_size: 0.2"),
    ("{kind: normal}", "{kind: zeros}"), ("kind: langevin", "kind: metropolis-adjusted-langevin"),
    ("target: law", "seed: 3, target: law"), ("target: law", "stream: y, target: law"),
    ("target: law", "precision: float64, target: law"), ("std: 0.5}]", "std: 0.6}]"),
    ("target: law", "convention: half, target: law"),
  ])
  func otherWork(old: String, new: String) throws {
    let runner = try TestRunner()
    _ = try runner.start(chains(100, "{}"))
    let text = chains(250, "{}").replacing(old, new)
    #expect(text != chains(250, "{}"))
    #expect(try continued(try runner.start(text), "walk") == nil)
  }

  @Test func otherTrainings() throws {
    let runner = try TestRunner()
    _ = try runner.start(smallExperiment)
    for (old, new) in [
      ("every: 20}", "every: 10}"), ("log_every: 10", "log_every: 5"), ("decay: 0.9", "decay: 0.8"),
      ("learning_rate: 1e-2", "learning_rate: 1e-3"), ("batch_size: 8", "batch_size: 4"),
      ("learning_rate: 1e-2", "learning_rate: 1e-2, schedule: {kind: cosine, steps: 60}"),
    ] {
      let text = smallExperiment.replacing("steps: 40", "steps: 60").replacing(old, new)
      #expect(try continued(try runner.start(text), "fit") == nil, "\(new)")
    }
    let outcome = try runner.start(smallExperiment.replacing("steps: 40", "steps: 60"))
    #expect(try continued(outcome, "fit") == 40)
  }

  @Test func privateStoresAndSmokeRunsKeepToThemselves() throws {
    let runner = try TestRunner()
    _ = try runner.start(chains(100, "{}"))
    let alone = try runner.start(chains(250, "{}")) { $0.usesSharedStore = false }
    #expect(try continued(alone, "walk") == nil)
    // Two nodes of one run in a private store, of which one is the beginning of the other.
    let two =
      chains(90, "{}").replacing("law, ", "law, stream: s, ")
      + "  again: {kind: langevin, target: law, stream: s, initial: {kind: normal}, step_size: 0.1, steps: 200, chains: 3}\n"
    let privately = try runner.start(two) { $0.usesSharedStore = false }
    #expect(try continued(privately, "again") == nil)
    // In the shared one, they do meet.
    #expect(try continued(try runner.start(two), "again") == 90)

    let text = chains(500, "last")
    let smoke = try runner.start(text, isSmoke: true)
    #expect(smoke.record.isSmoke)
    // Its chains have 200 steps, and would do.
    #expect(try continued(smoke, "walk") == nil)
    let full = try runner.start(text)
    #expect(try continued(full, "walk") == 100)
    let other = try TestRunner()
    _ = try other.start(text, isSmoke: true)
    #expect(try continued(try other.start(text), "walk") == nil)
  }

  /// Stopped after a checkpoint in the middle of what it goes on with, and resumed.
  @Test(
    arguments: ContinuedWork.all.filter {
      $0.node == "walk" || $0.testDescription.hasSuffix("adam")
    })
  func stoppedInTheMiddle(work: ContinuedWork) throws {
    let expected = try undisturbedResults(work.text)
    let runner = try TestRunner()
    let shorter = work.lengths.shorter[1]
    _ = try runner.start(work.shortened(to: shorter.text))
    let control = RunControl()
    let stop = (shorter.step + work.steps) / 2
    var outcome = try runner.start(
      work.text, control: control, monitor: StoppingMonitor(control, at: stop, of: work.node))
    #expect(outcome.record.status == .interrupted)
    #expect(outcome.record[node: work.node]?.continued == shorter.step)
    outcome = try runner.resume(outcome.run)
    #expect(try continued(outcome, work.node) == shorter.step)
    #expect((outcome.record.resumed.first?.step ?? 0) >= stop)
    #expect(try outcome.run.results() == expected)
  }

  /// Where a process was killed before its first checkpoint, the next one goes on from the shorter one again, over
  /// whatever was left behind.
  @Test func leftoversOfWorkThatWasKilled() throws {
    let text = smallExperiment.replacing("steps: 40", "steps: 60")
    let runner = try TestRunner()
    let first = try runner.start(smallExperiment)
    let before = try first.run.results()
    let key = try #require(NodeKeys(Reading(text).required().graph)["fit"])
    let place = runner.results.store.path + "/partial/" + key + "/1-0"
    try FileSystem.makeDirectory(place + "/checkpoints")
    for file in ["lock", "metrics.jsonl", "checkpoints/step-00000020.json"] {
      try FileSystem.write(Array("left behind".utf8), to: place + "/" + file)
    }
    let second = try runner.start(text)
    #expect(try continued(second, "fit") == 40)
    #expect(try second.run.results() == undisturbedResults(text))
    // What was stored is as it was.
    #expect(try first.run.results() == before)
    #expect(try Manifest.verify(first.run).differences.isEmpty)
  }

  // MARK: - Damage

  /// Changes a file of the store, or removes it.
  private func damage(_ path: String, _ kind: String) throws {
    switch kind {
    case "removed": FileSystem.remove(path)
    case "emptied": try FileSystem.write([], to: path)
    default:
      var bytes = try FileSystem.read(path)
      bytes[bytes.count / 2] ^= 1
      try FileSystem.write(bytes, to: path)
    }
  }

  @Test(
    arguments: [
      "checkpoints/step-00000040.json", "checkpoints/step-00000020.json", "metrics.jsonl",
      "node.json", "log.txt",
    ], ["removed", "emptied", "changed"])
  func aDamagedShorterTrainingIsNotUsed(file: String, kind: String) throws {
    let text = smallExperiment.replacing("steps: 40", "steps: 60")
    let runner = try TestRunner()
    let first = try runner.start(smallExperiment)
    let key = try #require(first.record[node: "fit"]?.key)
    try damage(runner.results.store.directory(of: key) + "/" + file, kind)
    let outcome = try runner.start(text)
    // One bit in the middle of node.json may fall on what is no digest.
    if file != "node.json" || kind != "changed" { #expect(try continued(outcome, "fit") == nil) }
    #expect(try outcome.run.results() == undisturbedResults(text))
  }

  @Test(arguments: ["samples.npy", "checkpoints/step-00000100.json"], ["removed", "changed"])
  func damagedShorterChainsAreNotUsed(file: String, kind: String) throws {
    let runner = try TestRunner()
    _ = try runner.start(chains(60, "{}"))
    let first = try runner.start(chains(100, "{}"))
    let key = try #require(first.record[node: "walk"]?.key)
    try damage(runner.results.store.directory(of: key) + "/" + file, kind)
    let monitor = StoppingMonitor(RunControl(), at: .max, of: "")
    let outcome = try runner.start(chains(250, "{}"), monitor: monitor)
    // The next shorter one is whole.
    #expect(try continued(outcome, "walk") == 60)
    #expect(try outcome.run.results() == undisturbedResults(chains(250, "{}")))
    if file == "samples.npy" { #expect(monitor.notes.contains { $0.contains("is damaged") }) }
  }

  /// What stands in the index only says where to look.
  @Test func anIndexOfAnything() throws {
    let runner = try TestRunner()
    _ = try runner.start(chains(100, "{}"))
    let parent = runner.results.store.path + "/series"
    let series = try #require(FileSystem.names(in: parent).first)
    let directory = parent + "/" + series
    let names = FileSystem.names(in: directory)
    let key = try #require(names.first?.split(separator: "-").last)
    for name in [
      "x", "-", "120-", "120-abc", "99999999999999999999-" + key, "130-" + key, "-5-" + key,
      "90-" + key, "110-..", "115-../../nodes/" + key,
    ] where !name.contains("/") {
      try FileSystem.write([1], to: directory + "/" + name)
    }
    let outcome = try runner.start(chains(250, "{}"))
    #expect(try continued(outcome, "walk") == 100)
    #expect(try outcome.run.results() == undisturbedResults(chains(250, "{}")))
    // A store without an index, or whose index cannot be written, is a store.
    FileSystem.remove(parent)
    try FileSystem.write([], to: parent)
    let second = try runner.start(chains(300, "{}"))
    #expect(try continued(second, "walk") == nil)
    FileSystem.remove(parent)
    // What is found in the store is written down again.
    _ = try runner.start(chains(300, "{}"))
    #expect(try continued(try runner.start(chains(310, "{}")), "walk") == 300)
  }
}
