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
  package var isSmoke = false
  package var threads = WorkerPool.defaultThreads
  package var command: [String] = []
  package var overrides: [String] = []
  /// Why the run is made.
  package var reason: String?
  /// Words to find the run by, beside those of the spec.
  package var tags: [String] = []
  /// The run that this one repeats or varies.
  package var parent: RunRecord.Parent?
  /// Whether a node that another process computes is waited for.
  package var waits = true

  package init() {}
}

/// What came of a run.
package struct RunOutcome: Sendable {
  package let run: RunDirectory
  package let record: RunRecord
  /// The nodes that were computed in this call, in order.
  package let executed: [String]
  /// The first failure of a node, where there was one.
  package let failure: Failure?
}

/// Executes plans: node after node, each from the store, from a checkpoint or anew.
package final class Runner {
  private let results: ResultsDirectory
  private let options: RunOptions
  private let control: RunControl
  private let monitor: any RunMonitor
  private let clock = RunClock()
  private let pool: WorkerPool

  package init(
    results: ResultsDirectory, options: RunOptions, control: RunControl, monitor: any RunMonitor
  ) {
    self.results = results
    self.options = options
    self.control = control
    self.monitor = monitor
    pool = WorkerPool(threads: options.threads)
  }

  // MARK: - Beginning and resuming

  /// Runs a spec, or the nodes of it that a selection means, in a new directory.
  package func start(
    _ spec: Spec, sources: [Source], selection: NodeSelection = NodeSelection()
  ) throws(Failure) -> RunOutcome {
    let plan = try Plan(spec, selection: selection)
    if !selection.only.isEmpty, !options.usesSharedStore {
      throw Failure(
        .usage, "--only takes what a node needs from the store, and --no-store reads none",
        remedy: "write --until, which computes what the node needs")
    }
    try plan.requireFetched(from: results.store)
    let number = try results.reserveNumber(experiment: spec.name)
    let name = ResultsDirectory.digits(number) + "-" + plan.nickname
    let record = newRecord(spec, plan, run: name)
    var files: [(name: String, bytes: [UInt8])] = [
      ("resolved.json", Array((ResolvedValue.map(spec.frozen).json.rendered() + "\n").utf8)),
      ("plan.json", try JSONFile.encode(plan)),
      ("run.json", try JSONFile.encode(record)),
    ]
    files += try Provenance.files(options, besides: sources.first?.directory)
    for (index, source) in sources.enumerated() {
      files.append((index == 0 ? "spec.yaml" : "spec.base-\(index).yaml", source.bytes))
    }
    let lockPath =
      results.path + "/" + spec.name + "/.ids/" + ResultsDirectory.digits(number) + "/lock"
    let lock = try FileLock(path: lockPath)
    let run = try results.publish(
      experiment: spec.name, run: name, files: files, inputs: spec.inputs)
    results.setLatest(of: spec.name)
    return try withExtendedLifetime(lock) { () throws(Failure) in
      try execute(run, spec: spec, plan: plan, record: record)
    }
  }

  /// Goes on with a run that was killed, stopped, or failed: finished nodes stay as they are.
  package func resume(_ run: RunDirectory) throws(Failure) -> RunOutcome {
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
    var record = try run.record()
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
    if run.status(record, isRunning: false) == .done {
      return RunOutcome(run: run, record: record, executed: [], failure: nil)
    }
    record.host = Provenance.host
    record.process = Int(getpid())
    return try withExtendedLifetime(lock) { () throws(Failure) in
      try execute(run, spec: spec, plan: plan, record: record)
    }
  }

  private func newRecord(_ spec: Spec, _ plan: Plan, run: String) -> RunRecord {
    let now = clock.timestamp()
    return RunRecord(
      experiment: spec.name, run: run, status: .running, started: now, heartbeat: now,
      host: Provenance.host, process: Int(getpid()), command: options.command,
      overrides: options.overrides, isSmoke: options.isSmoke,
      usesSharedStore: options.usesSharedStore,
      tool: Provenance.toolVersion, resumed: [],
      nodes: plan.nodes.map { RunRecord.Node(name: $0.name, key: $0.key, status: .pending) },
      inputs: spec.inputs.isEmpty
        ? nil
        : spec.inputs.map {
          RunRecord.Input(
            node: $0.node, file: $0.place, origin: $0.file.path, sha256: $0.file.digest)
        },
      reason: options.reason, tags: spec.tags(adding: options.tags), parent: options.parent)
  }

  // MARK: - Executing

  private func execute(
    _ run: RunDirectory, spec: Spec, plan: Plan, record: RunRecord
  ) throws(Failure) -> RunOutcome {
    let state = RunState(run: run, plan: plan, record: record)
    state.record.status = .running
    state.record.finished = nil
    try save(state)
    monitor.runBegan(run, plan: plan)
    // A run that is named by its path may lie in other results than those of the command line.
    let results = run.results ?? self.results
    let store =
      record.usesSharedStore
      ? results.store : results.privateStore(experiment: record.experiment, run: record.run)
    let keys = NodeKeys(spec.graph)
    var executed: [String] = []
    for planned in plan.nodes {
      guard let node = spec.graph[planned.name] else { continue }
      if isComplete(planned.name, state) { continue }
      if control.isStopRequested {
        state.record.status = .interrupted
        break
      }
      do throws(Failure) {
        // A smoke run only tries the way, and a private store is there so that nothing is taken from elsewhere.
        let usesSeries = record.usesSharedStore && !record.isSmoke
        let series = usesSeries ? keys.series(of: node.name) : nil
        store.describe(KeyParts(node, in: spec.graph, keys))
        if try complete(node, key: planned.key, series, spec.graph, store, state) {
          executed.append(node.name)
        }
      } catch {
        state.record.status = error.code == .stopped ? .interrupted : .failed
        state.failure = error
        break
      }
      if state.record.status == .interrupted { break }
    }
    if state.record.status == .running { state.record.status = .done }
    do throws(Failure) {
      try finish(state, plan)
    } catch {
      // On a full disk the first failure says more than that its record could not be written either.
      guard state.failure != nil else { throw error }
    }
    if state.record.status == .done, !record.usesSharedStore { FileSystem.remove(store.path) }
    return RunOutcome(run: run, record: state.record, executed: executed, failure: state.failure)
  }

  /// A run under way.
  private final class RunState {
    let run: RunDirectory
    let plan: Plan
    var record: RunRecord
    var failure: Failure?
    var lastSaved = 0.0

    init(run: RunDirectory, plan: Plan, record: RunRecord) {
      self.run = run
      self.plan = plan
      self.record = record
    }
  }

  private func save(_ state: RunState) throws(Failure) {
    state.record.heartbeat = clock.timestamp()
    state.lastSaved = clock.seconds()
    try state.run.write(state.record)
  }

  /// Whether a node of a resumed run is there in full, by the digests that the run recorded.
  private func isComplete(_ name: String, _ state: RunState) -> Bool {
    guard let node = state.record[node: name], node.status == .done, let files = node.files else {
      return false
    }
    for (file, digest) in files.sorted(by: { $0.key < $1.key }) {
      do throws(Failure) {
        if try Digest.hex(file: state.run.path(file)) == digest { continue }
      } catch {}
      monitor.note("\(name): '\(file)' is missing or has changed; the node is computed again")
      return false
    }
    return true
  }

  /// Brings a node into the run's directory, from the store or by computing it.
  ///
  /// - Returns: whether it was computed.
  private func complete(
    _ node: ExperimentNode, key: String, _ series: Series?, _ graph: ExperimentGraph,
    _ store: Store, _ state: RunState
  ) throws(Failure) -> Bool {
    let began = clock.seconds()
    if let entry = try store.entry(key, tell: { monitor.note($0) }),
      try adoptStored(entry, of: node, store, state)
    {
      if let series { store.enter(key, in: series) }
      monitor.nodeEnded(
        node.name, status: .done, executed: false, seconds: clock.seconds() - began)
      return false
    }
    try state.plan.requireComputed(node.name)
    guard let claim = try claim(node, key, store) else {
      return try complete(node, key: key, series, graph, store, state)
    }
    defer { store.release(claim) }
    state.record[node: node.name]?.status = .running
    try save(state)
    monitor.nodeBegan(node.name, steps: node.steps(in: graph), from: 0)
    let workplace = try store.workplace(for: key, process: Int(getpid()))
    let context = NodeContext(
      node: node, graph: graph, directory: workplace.directory, inputs: state.run, pool: pool,
      control: control, monitor: monitor, clock: clock,
      checkpointSeconds: options.checkpointSeconds,
      onTick: { [self] in
        guard clock.seconds() - state.lastSaved >= 10 else { return }
        // A heartbeat that cannot be written is no reason to lose the work under way.
        try? save(state)
      },
      onBegin: { [self] origin in
        switch origin {
        case .anew: state.record[node: node.name]?.continued = nil
        case .checkpoint(let step): state.record.resumed.append(.init(node: node.name, step: step))
        case .shorter(let step): state.record[node: node.name]?.continued = step
        }
        try? save(state)
      },
      predecessor: { [self] in
        series.flatMap { store.predecessor(in: $0, tell: { monitor.note($0) }) }
      })
    if let entry = try store.finished(workplace, key: key) {
      try publish(entry, of: node, series, workplace, store, state)
      return true
    }
    do {
      try run(node, context)
    } catch {
      try stop(node, context, error, store, workplace, began, state)
      return false
    }
    let files = try context.finish()
    var digests: [String: String] = [:]
    for file in files { digests[file] = try Digest.hex(file: context.path(file)) }
    let entry = Store.Entry(
      key: key, seconds: clock.seconds() - began, files: digests, summary: context.summary)
    try publish(entry, of: node, series, workplace, store, state)
    return true
  }

  /// The right to compute a node; nil where another process has published it meanwhile.
  ///
  /// - Throws: ``Failure`` `.stopped` where another process computes it and is not waited for.
  private func claim(
    _ node: ExperimentNode, _ key: String, _ store: Store
  ) throws(Failure) -> Store.Claim? {
    var isTold = false
    let outcome = try store.claim(key) { other in
      if !isTold, options.waits { monitor.nodeWaits(node.name, for: other) }
      isTold = true
      return options.waits && !control.isStopRequested
    }
    switch outcome {
    case .granted(let claim): return claim
    case .published: return nil
    case .taken(let other):
      throw Failure(
        .stopped, "'\(node.name)' is being computed by another run", path: store.path,
        reason: other,
        remedy: options.waits
          ? "resume the run later" : "resume the run later, or leave out --no-wait to wait for it")
    }
  }

  /// Takes a stored node into the run; false where it went away meanwhile, as `gc` does with what no run refers to.
  private func adoptStored(
    _ entry: Store.Entry, of node: ExperimentNode, _ store: Store, _ state: RunState
  ) throws(Failure) -> Bool {
    do throws(Failure) {
      try adopt(entry, of: node, from: store.directory(of: entry.key), executed: false, state)
      return true
    } catch {
      guard FileSystem.isAbsence(error), !store.has(entry.key) else { throw error }
      return false
    }
  }

  private func publish(
    _ entry: Store.Entry, of node: ExperimentNode, _ series: Series?, _ workplace: Store.Workplace,
    _ store: Store, _ state: RunState
  ) throws(Failure) {
    try store.publish(workplace, entry)
    if let series { store.enter(entry.key, in: series) }
    try adopt(entry, of: node, from: store.directory(of: entry.key), executed: true, state)
    monitor.nodeEnded(node.name, status: .done, executed: true, seconds: entry.seconds)
  }

  private func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    switch node.definition {
    case .data(let data): try data.run(node, context)
    case .model(let model): try model.run(node, context)
    case .training(let training): try training.run(node, context)
    case .sampling(let sampling): try sampling.run(node, context)
    case .evaluation(let evaluation): try evaluation.run(node, context)
    }
  }

  /// Links a finished node's files into the run's directory.
  private func adopt(
    _ entry: Store.Entry, of node: ExperimentNode, from directory: String, executed: Bool,
    _ state: RunState
  ) throws(Failure) {
    var files: [String: String] = [:]
    for (file, digest) in entry.files.sorted(by: { $0.key < $1.key }) {
      let place = RunDirectory.place(of: file, node: node.name)
      try link(directory + "/" + file, to: state.run.path(place))
      files[place] = digest
    }
    state.record[node: node.name] = RunRecord.Node(
      name: node.name, key: entry.key, status: .done, executed: executed,
      continued: executed ? state.record[node: node.name]?.continued : nil,
      seconds: entry.seconds, files: files, summary: entry.summary)
    try save(state)
  }

  private func link(_ file: String, to path: String) throws(Failure) {
    if let slash = path.lastIndex(of: "/") { try FileSystem.makeDirectory(String(path[..<slash])) }
    try FileSystem.clone(file, to: path)
  }

  /// Records why a node ended early. What it computed before stays: in the run's directory where it failed, in its
  /// workplace where it will go on.
  private func stop(
    _ node: ExperimentNode, _ context: NodeContext, _ error: any Error, _ store: Store,
    _ workplace: Store.Workplace, _ began: Double, _ state: RunState
  ) throws(Failure) {
    let seconds = clock.seconds() - began
    if error is NodeContext.Stopped {
      state.record[node: node.name]?.status = .interrupted
      state.record.status = .interrupted
      monitor.nodeEnded(node.name, status: .interrupted, executed: false, seconds: seconds)
      return
    }
    let failure: Failure
    switch error {
    case let error as RunError:
      failure = Failure(
        .failed, "\(node.section.rawValue).\(node.name): \(error.message)", remedy: error.hint)
    case let error as Failure:
      failure = Failure(
        error.code, "\(node.section.rawValue).\(node.name): \(error.what)", path: error.path,
        reason: error.reason, remedy: error.remedy)
    default:
      failure = Failure(.failed, "\(node.section.rawValue).\(node.name) failed", reason: "\(error)")
    }
    state.record[node: node.name]?.status = .failed
    state.record[node: node.name]?.failure = failure.description
    state.record[node: node.name]?.seconds = seconds
    monitor.nodeEnded(node.name, status: .failed, executed: false, seconds: seconds)
    if failure.code == .failed {
      context.log("failed: " + failure.description)
      for file in try context.finish() {
        try link(context.path(file), to: state.run.path(of: file, node: node.name))
      }
      store.remove(workplace)
    }
    throw failure
  }

  // MARK: - Ending

  private func finish(_ state: RunState, _ plan: Plan) throws(Failure) {
    for planned in plan.nodes
    where state.record[node: planned.name]?.status == .pending
      && state.record.status == .failed
    {
      state.record[node: planned.name]?.status = .skipped
    }
    state.record.finished = clock.timestamp()
    if state.record.status == .done {
      try RunSummary.write(state.record, in: state.run)
    }
    try save(state)
    if state.record.status == .done { try Manifest(state.record).write(in: state.run) }
  }
}
