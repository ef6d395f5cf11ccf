import Experiments
import Scorewalk
import Testing

/// One way of training or sampling, with the node that is interrupted.
struct InterruptedWork: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String
  let node: String
  let steps: Int

  private static let head = """
    name: x
    data:
      law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
    models:
      net: {kind: mlp, output: energy, hidden: [3]}

    """

  private static func training(
    _ objective: String, _ optimizer: String, output: String = "energy"
  ) -> String {
    head.replacing("output: energy", "output: \(output)") + """
      training:
        fit:
          model: net
          data: law
          objective: \(objective)
          optimizer: \(optimizer)
          batch_size: 3
          steps: 24
          snapshots: {from: 1, every: 7}
          ema: {decay: 0.9}
          log_every: 5

      """
  }

  /// A spec for every kind that the registries know; a kind without one fails the test below.
  static let objectives = [
    "contrastive-divergence":
      "{kind: contrastive-divergence, negatives: {chains: 2, initial: {kind: normal}, step_size: 0.1, steps: 4}}",
    "denoising-score-matching":
      "{kind: denoising-score-matching, noise_level: 0.5, noise: {draws: 2}, loss: norm}",
    "implicit-score-matching": "{kind: implicit-score-matching}",
    "sliced-score-matching": "{kind: sliced-score-matching, projections: 2, distribution: sphere}",
  ]
  /// Objectives that cannot be of an energy.
  static let ofScores = ["implicit-score-matching", "sliced-score-matching"]
  static let optimizers = [
    "sgd": "{kind: sgd, learning_rate: 1e-3, momentum: 0.9, clip: {norm: 1}}",
    "adam": "{kind: adam, learning_rate: 1e-2, schedule: {kind: cosine, steps: 20}}",
    "adamw": "{kind: adamw, learning_rate: 1e-2, warm_up: {steps: 10}}",
    "gradient-descent": "{kind: gradient-descent}",
  ]
  /// Contrastive divergence has no line search.
  private static let fixedDescent =
    "{kind: gradient-descent, line_search: none, step_size: 1e-3}"
  static let samplers = [
    "langevin":
      "{kind: langevin, target: net, initial: {kind: normal}, step_size: 0.05, steps: 400, chains: 1300, keep: {from: 7, every: 40}}",
    "metropolis-adjusted-langevin":
      "{kind: metropolis-adjusted-langevin, target: net, initial: {kind: normal}, step_size: 0.5, steps: 400, chains: 1300, keep: {from: 7, every: 40}}",
    "underdamped-langevin":
      "{kind: underdamped-langevin, scheme: obabo, target: net, initial: {kind: normal}, step_size: 0.2, friction: 1, steps: 400, chains: 1300, keep: {from: 7, every: 40}}",
    // 400 states, of which the last is denoised.
    "annealed-langevin":
      "{kind: annealed-langevin, target: law, noise_levels: {kind: linear, from: 4, to: 1, count: 3}, initial: {kind: normal}, step_size: 0.05, steps_per_level: 133, final_denoising: true, chains: 1300, keep: {from: 7, every: 40}}",
    "multi-measurement":
      "{kind: multi-measurement, target: law, noise_level: 2, measurements: 3, initial: {kind: normal}, step_size: 0.2, steps: 400, chains: 1300, keep: {from: 7, every: 40}}",
    "sequential-measurement":
      "{kind: sequential-measurement, target: law, noise_level: 2, measurements: 4, initial: {kind: normal}, step_size: 0.2, steps_per_measurement: 100, chains: 1300, keep: {from: 7, every: 40}}",
    "diffusion":
      "{kind: diffusion, target: law, process: {kind: vp}, time_grid: {kind: uniform, steps: 399}, scheme: {kind: reverse-diffusion}, corrector: {steps: 1}, final_denoising: true, chains: 1300, keep: {from: 7, every: 40}}",
  ]
  /// Samplers whose chains have more to save than others of their kind.
  private static let adaptive =
    "{kind: diffusion, target: law, process: {kind: ve}, time_grid: {kind: uniform, steps: 399}, scheme: {kind: dormand-prince}, final_denoising: true, chains: 40, keep: {from: 7, every: 40}}"

  static let all: [InterruptedWork] = {
    var works: [InterruptedWork] = []
    for objective in Objectives.kinds {
      for optimizer in Optimizers.kinds {
        let isFixed = optimizer == GradientDescent.self && objective == ContrastiveDivergence.self
        let rule = isFixed ? fixedDescent : optimizers[optimizer.kind] ?? ""
        works.append(
          InterruptedWork(
            testDescription: "\(objective.kind) with \(optimizer.kind)",
            text: training(
              objectives[objective.kind] ?? "", rule,
              output: ofScores.contains(objective.kind) ? "score" : "energy"),
            node: "fit", steps: 24))
      }
    }
    works.append(
      InterruptedWork(
        testDescription: "persistent chains",
        text: training(
          "{kind: contrastive-divergence, negatives: {chains: 2, initial: {kind: normal}, step_size: 0.1, steps: 4, persistent: {buffer: 5, fresh: 0.3}}, regularization: 1e-2}",
          optimizers["adam"] ?? ""), node: "fit", steps: 24))
    let levels = "noise_levels: {kind: geometric, from: 4, to: 0.5, count: 3}"
    let conditional = "output: denoiser, \(levels), preconditioning: edm, data_std: 1"
    works.append(
      InterruptedWork(
        testDescription: "several noise levels",
        text: training(
          "{kind: denoising-score-matching, \(levels), residual: denoised, weighting: edm, noise: {draws: 2}}",
          optimizers["adam"] ?? "", output: "denoiser"
        ).replacing("output: denoiser", conditional),
        node: "fit", steps: 24))
    works.append(
      InterruptedWork(
        testDescription: "levels without number, residual blocks",
        text: training(
          "{kind: denoising-score-matching, \(levels), level_law: {kind: log-normal}, residual: noise}",
          optimizers["adam"] ?? "", output: "score"
        ).replacing(
          "output: score",
          "output: score, \(levels), embedding: fourier, preconditioning: division, residual: true"
        ).replacing("hidden: [3]", "hidden: [3, 3]"),
        node: "fit", steps: 24))
    works.append(
      InterruptedWork(
        testDescription: "down the levels of a network",
        text: head.replacing("output: energy", "dimension: 1, \(conditional)")
          + "sampling: {walk: \(samplers["annealed-langevin"] ?? "")}\n"
          .replacing("target: law", "target: net"), node: "walk", steps: 400))
    works.append(
      InterruptedWork(
        testDescription: "measurements by a network",
        text: head.replacing("output: energy", "dimension: 1, \(conditional)")
          + "sampling: {walk: \(samplers["sequential-measurement"] ?? "")}\n"
          .replacing("target: law", "target: net"), node: "walk", steps: 400))
    for sampler in Samplers.kinds {
      works.append(
        InterruptedWork(
          testDescription: sampler.kind,
          text: head.replacing("hidden: [3]", "hidden: [3], dimension: 1")
            + "sampling: {walk: \(samplers[sampler.kind] ?? "")}\n",
          node: "walk", steps: 400))
    }
    works.append(
      InterruptedWork(
        testDescription: "adaptive steps",
        text: head.replacing("hidden: [3]", "hidden: [3], dimension: 1")
          + "sampling: {walk: \(adaptive)}\n", node: "walk", steps: 400))
    return works
  }()
}

@Suite("Interrupted runs")
struct ResumeTests {
  /// Stopped after a checkpoint at a random step, resumed, stopped again, resumed: the bytes of a run that was never
  /// stopped.
  @Test(arguments: InterruptedWork.all)
  func everyKind(work: InterruptedWork) throws {
    var choice = InputChoice(state: UInt64(work.text.utf8.count))
    for precision in ["float32", "float64"] {
      let text = "precision: \(precision)\n" + work.text
      let expected = try undisturbedResults(text)
      let runner = try TestRunner()
      let first = 1 + choice.below(work.steps / 2)
      let control = RunControl()
      var outcome = try runner.start(
        text, control: control, monitor: StoppingMonitor(control, at: first, of: work.node))
      #expect(outcome.record.status == .interrupted)
      #expect(outcome.executed == ["law", "net"])
      #expect(outcome.record[node: work.node]?.status == .interrupted)
      let second = RunControl()
      outcome = try runner.resume(
        outcome.run, control: second,
        monitor: StoppingMonitor(second, at: work.steps * 3 / 4, of: work.node))
      #expect(outcome.record.status == .interrupted)
      outcome = try runner.resume(outcome.run)
      #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
      #expect(outcome.executed == [work.node])
      let results = try outcome.run.results()
      #expect(results == expected)
      let resumed = try outcome.run.record().resumed
      #expect(resumed.last?.node == work.node)
      #expect((resumed.last?.step ?? 0) >= work.steps / 2)
    }
  }

  /// A step whose length a tolerance decides is cut where it is long.
  @Test(arguments: ["float32", "float64"])
  func withinTheOnlyStep(precision: String) throws {
    let text = """
      name: x
      precision: \(precision)
      data:
        law: {kind: gaussian-mixture, components: [{mean: [-1], std: 0.5}, {mean: [1], std: 0.5}]}
      sampling:
        walk: {kind: diffusion, target: law, process: {kind: vp}, time_grid: {kind: uniform, steps: 1}, scheme: {kind: dormand-prince}, chains: 300, keep: {from: 0}}

      """
    let expected = try undisturbedResults(text)
    let runner = try TestRunner()
    let control = RunControl()
    var outcome = try runner.start(
      text, control: control, monitor: StoppingMonitor(control, at: 0, of: "walk"))
    #expect(outcome.record.status == .interrupted)
    let second = RunControl()
    outcome = try runner.resume(
      outcome.run, control: second, monitor: StoppingMonitor(second, at: 0, of: "walk"))
    #expect(outcome.record.status == .interrupted)
    outcome = try runner.resume(outcome.run)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    #expect(try outcome.run.results() == expected)
    let resumed = try outcome.run.record().resumed
    #expect(resumed.map(\.node) == ["walk", "walk"] && resumed.map(\.step) == [0, 0])
  }

  @Test func everyKindHasASpec() {
    #expect(Set(InterruptedWork.objectives.keys) == Set(Objectives.kinds.map { $0.kind }))
    #expect(Set(InterruptedWork.optimizers.keys) == Set(Optimizers.kinds.map { $0.kind }))
    #expect(Set(InterruptedWork.samplers.keys) == Set(Samplers.kinds.map { $0.kind }))
  }

  /// The directory in which an interrupted node lies.
  private func workplace(_ runner: TestRunner, _ outcome: RunOutcome, _ node: String) throws
    -> String
  {
    let key = try #require(outcome.record[node: node]?.key)
    let parent = runner.results.store.path + "/partial/" + key
    return parent + "/" + (try #require(FileSystem.names(in: parent).first))
  }

  private static let longer = smallExperiment.replacing(
    "steps: 30, chains: 3", "steps: 610, chains: 1300, keep: {every: 100}")

  /// A run that was stopped in one of its nodes, with checkpoints after every step, so that two are there.
  private func interrupted(_ runner: TestRunner, in node: String) throws -> RunOutcome {
    let control = RunControl()
    let stop = StoppingMonitor(control, at: node == "fit" ? 25 : 400, of: node)
    return try runner.start(Self.longer, control: control, monitor: stop, checkpointSeconds: 0)
  }

  /// Flips a bit of a file.
  private func damage(_ file: String) throws {
    var bytes = try FileSystem.read(file)
    bytes[10] ^= 1
    try FileSystem.write(bytes, to: file)
  }

  /// Two checkpoints are there; then the newest is damaged, or both.
  @Test(arguments: ["fit", "walk"], ["cut", "emptied", "both"])
  func damagedCheckpoints(node: String, damage: String) throws {
    let runner = try TestRunner()
    var outcome = try interrupted(runner, in: node)
    let expected = try undisturbedResults(Self.longer)
    #expect(outcome.record.status == .interrupted)
    let place = try workplace(runner, outcome, node)
    let names = FileSystem.names(in: place).filter { $0.hasPrefix("checkpoint-") }
    #expect(names.count == 2)
    for name in damage == "both" ? names : [names[names.count - 1]] {
      let bytes = try FileSystem.read(place + "/" + name)
      try FileSystem.write(
        damage == "emptied" ? [] : Array(bytes.dropLast(9)), to: place + "/" + name)
    }
    let monitor = StoppingMonitor(RunControl(), at: .max, of: "")
    outcome = try runner.resume(outcome.run, monitor: monitor)
    #expect(outcome.record.status == .done)
    #expect(try outcome.run.results() == expected)
    #expect(monitor.notes.count == (damage == "both" ? 2 : 1), "\(monitor.notes)")
    #expect(monitor.notes.allSatisfy { $0.contains("is damaged") })
    #expect(outcome.record.resumed.map(\.node) == (damage == "both" ? [] : [node]))
  }

  /// A bit that flips beside a checkpoint, in what was written before it, is found as one in the checkpoint is.
  @Test(arguments: ["fit": "metrics.jsonl", "walk": "work-draws"].sorted { $0.key < $1.key })
  func damagedFilesBesideCheckpoints(node: String, file: String) throws {
    let runner = try TestRunner()
    var outcome = try interrupted(runner, in: node)
    let expected = try undisturbedResults(Self.longer)
    try damage(try workplace(runner, outcome, node) + "/" + file)
    let monitor = StoppingMonitor(RunControl(), at: .max, of: "")
    outcome = try runner.resume(outcome.run, monitor: monitor)
    #expect(outcome.record.status == .done)
    #expect(try outcome.run.results() == expected)
    #expect(monitor.notes.contains { $0.contains("\(file) has changed") }, "\(monitor.notes)")
    #expect(outcome.record.resumed.isEmpty)
  }

  /// Of another machine it is not known whether its process is alive: its checkpoint is copied, and nothing taken away.
  @Test(arguments: ["fit", "walk"], [false, true])
  func workOfAnotherMachineIsCopied(node: String, isDamaged: Bool) throws {
    let runner = try TestRunner()
    var outcome = try interrupted(runner, in: node)
    let expected = try undisturbedResults(Self.longer)
    let key = try #require(outcome.record[node: node]?.key)
    let place = try workplace(runner, outcome, node)
    let other = runner.results.store.path + "/partial/\(key)/elsewhere-7-0"
    try FileSystem.rename(place, to: other)
    if isDamaged { try damage(other + (node == "fit" ? "/metrics.jsonl" : "/work-draws")) }
    let before = try FileSystem.files(below: other).map { try Digest.hex(file: other + "/" + $0) }
    outcome = try runner.resume(outcome.run)
    #expect(outcome.record.status == .done)
    #expect(outcome.record.resumed.map(\.node) == (isDamaged ? [] : [node]))
    #expect(try outcome.run.results() == expected)
    let after = try FileSystem.files(below: other).map { try Digest.hex(file: other + "/" + $0) }
    #expect(before == after)
    #expect(FileSystem.names(in: runner.results.store.path + "/partial/" + key).count == 1)
  }

  /// Of several that were left, the furthest that is whole is gone on from, also where this host has a nearer one.
  @Test(arguments: [0, 1, 2])
  func theFurthestThatIsWhole(damaged: Int) throws {
    let expected = try undisturbedResults(smallExperiment)
    let runner = try TestRunner()
    var control = RunControl()
    var outcome = try runner.start(
      smallExperiment, control: control, monitor: StoppingMonitor(control, at: 30, of: "fit"),
      checkpointSeconds: 0)
    let place = try workplace(runner, outcome, "fit")
    let parent = place.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 }
    let other = parent + "/elsewhere-7-0"
    try FileSystem.rename(place, to: other)
    let names = FileSystem.names(in: other).filter { $0.hasPrefix("checkpoint-") }
    try #require(names.count == 2)
    for name in names.suffix(damaged) { try FileSystem.write([1], to: other + "/" + name) }
    // This host's own work, in another run's results, ends earlier.
    let second = try TestRunner()
    control = RunControl()
    let nearer = try second.start(
      smallExperiment, control: control, monitor: StoppingMonitor(control, at: 12, of: "fit"))
    try FileSystem.rename(try workplace(second, nearer, "fit"), to: place)
    let monitor = StoppingMonitor(RunControl(), at: .max, of: "")
    outcome = try runner.resume(outcome.run, monitor: monitor)
    #expect(outcome.record.status == .done)
    #expect(try outcome.run.results() == expected)
    #expect(outcome.record.resumed.map(\.step) == [[30, 29, 12][damaged]])
    #expect(monitor.notes.count == damaged, "\(monitor.notes)")
    #expect(FileSystem.names(in: parent) == ["elsewhere-7-0"])
  }

  /// A process may be killed between making its files read-only and storing them.
  @Test func filesThatWereAboutToBePublished() throws {
    let runner = try TestRunner()
    let control = RunControl()
    let outcome = try runner.start(
      smallExperiment, control: control, monitor: StoppingMonitor(control, at: 30, of: "fit"))
    let place = try workplace(runner, outcome, "fit")
    for file in FileSystem.files(below: place) { FileSystem.makeReadOnly(place + "/" + file) }
    let found = try runner.results.store.workplace(
      for: try #require(outcome.record[node: "fit"]?.key), tell: { _ in })
    #expect(found.directory == place)
    for file in FileSystem.files(below: place) {
      #expect(FileSystem.isWritable(place + "/" + file), "\(file)")
    }
  }

  /// A second run of the same spec takes up what the first left behind.
  @Test func anotherRunGoesOn() throws {
    let runner = try TestRunner()
    let control = RunControl()
    let first = try runner.start(
      smallExperiment, control: control, monitor: StoppingMonitor(control, at: 17, of: "fit"))
    let key = try #require(first.record[node: "fit"]?.key)
    #expect(runner.results.store.action(for: key) == .resumes(step: 17))
    let second = try runner.start(smallExperiment)
    #expect(second.record.status == .done)
    #expect(second.record.resumed.map { "\($0.node) \($0.step)" } == ["fit 17"])
    #expect(runner.results.store.action(for: key) == .stored)
    // And the first is finished from the store.
    let third = try runner.resume(first.run)
    #expect(third.executed.isEmpty && third.record.status == .done)
    #expect(try third.run.results() == second.run.results())
  }

  @Test func smokeRunsAreResumed() throws {
    let text = StarterSpec.text(name: "first").replacing(
      "against: noisy}", "against: noisy, burn_in: 300}")
    let runner = try TestRunner()
    let control = RunControl()
    let first = try runner.start(
      text, isSmoke: true, control: control, monitor: StoppingMonitor(control, at: 30, of: "fit"))
    #expect(first.record.status == .interrupted)
    let second = try runner.resume(first.run)
    #expect(second.record.status == .done, "\(String(describing: second.failure))")
    #expect(try second.run.results() == undisturbedResults(text, isSmoke: true))
  }

  @Test func aFileThatWasChangedInTheRun() throws {
    let runner = try TestRunner()
    let control = RunControl()
    var outcome = try runner.start(
      smallExperiment, control: control, monitor: StoppingMonitor(control, at: 1, of: "jump"))
    #expect(outcome.record.status == .interrupted)
    try FileSystem.write([1], to: outcome.run.path("samples/walk.npy"))
    let monitor = StoppingMonitor(RunControl(), at: .max, of: "")
    outcome = try runner.resume(outcome.run, monitor: monitor)
    #expect(outcome.record.status == .done)
    #expect(monitor.notes.first?.contains("samples/walk.npy") == true, "\(monitor.notes)")
    #expect(try outcome.run.results() == undisturbedResults(smallExperiment))
  }
}
