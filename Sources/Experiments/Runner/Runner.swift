import Scorewalk
import YAML

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a user may say about how a run is done; nothing of it changes a number.
package struct RunOptions: Sendable {
  package var usesSharedStore = true
  package var checkpointSeconds = 10.0
  /// How often a process shows that it lives, in seconds; one that has not for a minute counts as gone.
  package var heartbeatSeconds = 10.0
  package var isSmoke = false
  /// How many threads there are for all nodes together.
  package var threads = WorkerPool.defaultThreads
  /// How many nodes run at a time.
  package var jobs = 1
  /// Whether to go on with the rest when a node has failed.
  package var keepsGoing = false
  /// Shuffles the order in which nodes are taken up, as far as their references allow; for tests.
  package var shuffle: UInt64?
  package var command: [String] = []
  package var overrides: [String] = []

  /// Why the run is made.
  package var reason: String?
  /// Words to find the run by, beside those of the spec.
  package var tags: [String] = []
  /// The run that this one repeats or varies.
  package var parent: RunRecord.Parent?
  /// The run that this one is made to verify, as its record says it.
  package var verifies: String?
  /// Whether a node that another process computes is waited for.
  package var waits = true
  /// Whether the figures are drawn.
  package var drawsFigures = true

  package init() {}
}

/// What came of a run.
package struct RunOutcome: Sendable {
  package let run: RunDirectory
  package let record: RunRecord
  /// The nodes that were computed in this call for this run, in the order of the plan.
  package let executed: [String]
  /// The first failure of a node, where there was one.
  package let failure: Failure?
}

/// Executes plans: the nodes of all points of a sweep, each from the store, from a checkpoint or anew. A run without a
/// sweep is one of a single point.
package final class Runner {
  private let results: ResultsDirectory
  private let options: RunOptions
  private let control: RunControl
  private let monitor: any RunMonitor
  private let clock = RunClock()

  package init(
    results: ResultsDirectory, options: RunOptions, control: RunControl, monitor: any RunMonitor
  ) {
    self.results = results
    self.options = options
    self.control = control
    self.monitor = monitor
  }

  // MARK: - Beginning

  /// Runs a spec, or the nodes of it that a selection means, in a new directory.
  package func start(
    _ spec: Spec, sources: [Source], selection: NodeSelection = NodeSelection()
  ) throws(Failure) -> RunOutcome {
    try start(SpecPoints([SpecPoint(spec)]), sources: sources, selection: selection)[0]
  }

  /// Runs all points of a spec, each in a new directory.
  ///
  /// - Returns: what came of each, in their order.
  package func start(
    _ points: SpecPoints, sources: [Source], selection: NodeSelection = NodeSelection()
  ) throws(Failure) -> [RunOutcome] {
    var plans: [Plan] = []
    for point in points.points { plans.append(try Plan(point.spec, selection: selection)) }
    if !selection.only.isEmpty, !options.usesSharedStore {
      throw Failure(
        .usage, "--only takes what a node needs from the store, and --no-store reads none",
        remedy: "write --until, which computes what the node needs")
    }
    for plan in plans { try plan.requireFetched(from: results.store) }
    let numbers = try results.reserveNumbers(plans.count, experiment: points.name)
    let id = ResultsDirectory.digits(numbers[0])
    var shared = try Provenance.files(options, besides: sources.first?.directory)
    for (index, source) in sources.enumerated() {
      shared.append((index == 0 ? "spec.yaml" : "spec.base-\(index).yaml", source.bytes))
    }
    var states: [RunState] = []
    var new: [ResultsDirectory.NewRun] = []
    for (index, point) in points.points.enumerated() {
      let name = ResultsDirectory.digits(numbers[index]) + "-" + plans[index].nickname
      var record = newRecord(point.spec, plans[index], run: name)
      record.sweep = point.point.map { $0.record(id: id, points: points.points.count) }
      record.status = record.sweep == nil ? .running : .pending
      let resolved = ResolvedValue.map(point.spec.frozen).json.rendered() + "\n"
      let files = [
        ("resolved.json", Array(resolved.utf8)),
        ("plan.json", try JSONFile.encode(plans[index])),
        ("run.json", try JSONFile.encode(record)),
      ]
      new.append(
        ResultsDirectory.NewRun(
          number: numbers[index], name: name, files: files + shared, inputs: point.spec.inputs))
      states.append(
        RunState(
          run: RunDirectory(path: results.path + "/" + points.name + "/" + name),
          spec: point.spec, plan: plans[index], record: record))
    }
    let lock = try FileLock(path: results.path + "/" + points.name + "/.ids/" + id + "/lock")
    let published = try results.publish(new, experiment: points.name)
    precondition(published == states.map(\.run), "runs at other places than planned")
    results.setLatest(of: points.name)
    return try withExtendedLifetime(lock) { () throws(Failure) in try execute(states, lock) }
  }

  private func newRecord(_ spec: Spec, _ plan: Plan, run: String) -> RunRecord {
    let now = clock.timestamp()
    return RunRecord(
      experiment: spec.name, run: run, status: .running, started: now, heartbeat: now,
      host: Provenance.host, process: Int(getpid()), command: options.command,
      overrides: options.overrides, isSmoke: options.isSmoke,
      usesSharedStore: options.usesSharedStore,
      tool: Provenance.toolVersion, resumed: [],
      nodes: plan.nodes.map {
        RunRecord.Node(
          name: $0.name, key: $0.key, status: .pending,
          versions: spec.graph[$0.name]?.kindVersions)
      },
      inputs: spec.inputs.isEmpty
        ? nil
        : spec.inputs.map {
          RunRecord.Input(
            node: $0.node, file: $0.place, origin: $0.file.path, sha256: $0.file.digest)
        },
      reason: options.reason, tags: spec.tags(adding: options.tags), parent: options.parent,
      verifies: options.verifies)
  }

  // MARK: - Resuming

  /// Goes on with a run that was killed, stopped, or failed, and with all unfinished points of its sweep: finished nodes
  /// stay as they are.
  ///
  /// - Returns: what came of the run itself.
  package func resume(_ run: RunDirectory) throws(Failure) -> RunOutcome {
    let outcomes = try resumeAll(run)
    return outcomes.first { $0.run == run } ?? outcomes[0]
  }

  /// Goes on with a run and all unfinished points of its sweep.
  ///
  /// - Returns: what came of each point, in their order.
  package func resumeAll(_ run: RunDirectory) throws(Failure) -> [RunOutcome] {
    let lock: FileLock?
    if let path = run.lockPath {
      lock = try FileLock(path: path)
      guard lock != nil else {
        throw Failure(
          .stopped, "the run \(run.displayName) is running in another process", path: run.path,
          remedy: "wait for it, or look at it with `scorewalk show \(run.displayName)`")
      }
    } else {
      lock = nil
    }
    // Read under the lock: until then another process may have gone on with the run.
    let record = try run.record()
    if record.status == .running, run.isAlive(on: record.host) {
      throw Failure(
        .stopped, "the run \(run.displayName) seems to be running on \(record.host)",
        path: run.path,
        reason:
          "it showed a sign of life within the last minute, and no lock of this disk tells more",
        remedy: "stop it there, or wait for a minute after its end")
    }
    run.results?.setLatest(of: record.experiment)
    var members: [RunDirectory] = []
    if let sweep = record.sweep, let results = run.results {
      members = try results.members(of: sweep.id, experiment: record.experiment)
    }
    if !members.contains(where: { $0.name == run.name }) { members = [run] }
    var states: [RunState] = []
    var outcomes: [RunOutcome] = []
    for member in members {
      // The paths of a sweep's points are as long as that of the run that was named.
      let member = member.name == run.name ? run : member
      let record = try member.record()
      if member.status(record, isRunning: false) == .done {
        outcomes.append(RunOutcome(run: member, record: record, executed: [], failure: nil))
      } else {
        states.append(try unfinished(member, record))
      }
    }
    guard !states.isEmpty else {
      // A process may have been killed between its last word and its last deed.
      if !record.usesSharedStore, let results = run.results {
        withExtendedLifetime(lock) {
          FileSystem.remove(
            results.privateStore(
              experiment: record.experiment, run: record.run, sweep: record.sweep?.id
            ).path)
        }
      }
      return outcomes
    }
    outcomes += try withExtendedLifetime(lock) { () throws(Failure) in try execute(states, lock) }
    return members.compactMap { member in outcomes.first { $0.run.name == member.name } }
  }

  private func unfinished(_ run: RunDirectory, _ old: RunRecord) throws(Failure) -> RunState {
    var record = old
    let plan = try run.plan()
    let spec = try Self.frozenSpec(of: run)
    let selection = plan.selection ?? NodeSelection()
    guard try Plan(spec, selection: selection).nodes.map(\.key) == plan.nodes.map(\.key) else {
      throw Failure(
        .failed, "the run \(run.displayName) cannot be resumed by this version", path: run.path,
        reason: "its plan has other keys than this version gives to its resolved spec",
        // The sources' paths count from where they lay, and overrides are not in them.
        remedy:
          "run its resolved.json anew: `scorewalk run \(ShellText.quoted(run.path("resolved.json")))`"
      )
    }
    record.host = Provenance.host
    record.process = Int(getpid())
    for index in record.nodes.indices where record.nodes[index].status != .done {
      record.nodes[index].status = .pending
      record.nodes[index].failure = nil
    }
    return RunState(run: run, spec: spec, plan: plan, record: record)
  }

  private func execute(_ states: [RunState], _ lock: FileLock?) throws(Failure) -> [RunOutcome] {
    // A run that is named by its path may lie in other results than those of the command line.
    let results = states[0].run.results ?? self.results
    let execution = Execution(
      states, lock: lock, results: results, options: options, control: control, monitor: monitor,
      clock: clock)
    return try execution.run()
  }
}

extension SweepPoint {
  /// How a run's record tells the point.
  fileprivate func record(id: String, points: Int) -> RunRecord.Sweep {
    RunRecord.Sweep(
      id: id, point: index, points: points, label: label,
      axes: settings.map {
        RunRecord.Sweep.Axis(name: $0.axis, set: $0.paths, value: $0.value, number: $0.number)
      }, seedIndex: seedIndex, seed: seed)
  }
}
