import Scorewalk

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How one node is brought into the directories of all runs that need it.
extension Execution {
  /// A run's node that is to be filled.
  private struct Place {
    let state: RunState
    let node: ExperimentNode
  }

  /// A node that is being computed.
  private struct Work {
    let context: NodeContext
    let workplace: Store.Workplace
    let began: Double
  }

  /// Brings an item into the directory of every run that needs it: from the store, or by computing it for the first one.
  func complete(_ index: Int, pool: WorkerPool) throws(Failure) {
    let places = graph.items[index].uses.compactMap { use -> Place? in
      let state = states[use.run]
      guard let node = state.spec.graph[use.node.name], !isComplete(node.name, state) else {
        return nil
      }
      return Place(state: state, node: node)
    }
    guard !places.isEmpty else { return }
    let title = title(of: index)
    var work: Work?
    do {
      while try !complete(index, places, title, pool, &work) {}
    } catch {
      throw stop(places, title, error, work)
    }
  }

  /// - Returns: false where another process was faster with the node, which is in the store now.
  private func complete(
    _ index: Int, _ places: [Place], _ title: String, _ pool: WorkerPool, _ work: inout Work?
  ) throws -> Bool {
    let key = graph.items[index].key
    let owner = places[0]
    // A smoke run only tries the way, and a private store is there so that nothing is taken from elsewhere.
    let usesSeries = owner.state.record.usesSharedStore && !owner.state.record.isSmoke
    let series = usesSeries ? locked { owner.state.keys }.series(of: owner.node.name) : nil
    let asked = clock.seconds()
    store.describe(
      KeyParts(owner.node, in: owner.state.spec.graph, locked { owner.state.keys }))
    if let entry = try store.entry(key, tell: { monitor.note($0) }),
      try adoptStored(entry, into: places)
    {
      if let series { store.enter(key, in: series) }
      monitor.nodeEnded(title, status: .done, executed: false, seconds: clock.seconds() - asked)
      return true
    }
    try owner.state.plan.requireComputed(owner.node.name)
    guard let claim = try claim(key, title: title) else { return false }
    defer { store.release(claim) }
    let began = clock.seconds()
    try mark(owner, status: .running)
    monitor.nodeBegan(title, steps: owner.node.steps(in: owner.state.spec.graph), from: 0)
    let workplace = try store.workplace(for: key, tell: { monitor.note("\(title): \($0)") })
    let context = context(for: owner, title: title, series, workplace, pool)
    work = Work(context: context, workplace: workplace, began: began)
    let entry: Store.Entry
    var isWhole = false
    if let finished = try store.finished(workplace, key: key) {
      entry = finished
    } else {
      try run(owner.node, context)
      entry = Store.Entry(
        key: key, seconds: clock.seconds() - began, files: try context.finish(),
        summary: context.summary)
      isWhole = context.hasBegunAnew
    }
    try store.publish(workplace, entry, tell: { monitor.note($0) })
    if isWhole, owner.state.record.usesSharedStore {
      let work = owner.node.work(in: owner.state.spec.graph)
      CostHistory.append(
        work, seconds: entry.seconds, jobs: jobs, to: store)
    }
    if let series { store.enter(entry.key, in: series) }
    try adopt(entry, into: places, isExecuted: true)
    monitor.nodeEnded(title, status: .done, executed: true, seconds: entry.seconds)
    monitor.nodeWrote(title, log: owner.state.run.path(of: "log.txt", node: owner.node.name))
    return true
  }

  /// The right to compute a node; nil where another process has published it meanwhile.
  ///
  /// - Throws: ``Failure`` `.stopped` where another process computes it and is not waited for.
  private func claim(_ key: String, title: String) throws(Failure) -> Store.Claim? {
    var isTold = false
    let outcome = try store.claim(key) { other in
      if !isTold, options.waits { monitor.nodeWaits(title, for: other) }
      isTold = true
      return options.waits && !control.isStopRequested
    }
    switch outcome {
    case .granted(let claim): return claim
    case .published: return nil
    case .taken(let other):
      throw Failure(
        .stopped, "'\(title)' is being computed by another run", path: store.path, reason: other,
        remedy: options.waits
          ? "resume the run later" : "resume the run later, or leave out --no-wait to wait for it")
    }
  }

  /// Takes a stored node into the runs; false where it went away meanwhile, as `gc` does with what no run refers to.
  private func adoptStored(_ entry: Store.Entry, into places: [Place]) throws(Failure) -> Bool {
    do throws(Failure) {
      try adopt(entry, into: places, isExecuted: false)
      return true
    } catch {
      guard FileSystem.isAbsence(error), !store.has(entry.key) else { throw error }
      return false
    }
  }

  private func context(
    for place: Place, title: String, _ series: Series?, _ workplace: Store.Workplace,
    _ pool: WorkerPool
  ) -> NodeContext {
    let state = place.state
    let name = place.node.name
    return NodeContext(
      node: place.node, title: title, graph: state.spec.graph, directory: workplace.directory,
      inputs: state.run, pool: pool, control: control, monitor: monitor, clock: clock,
      checkpointSeconds: options.checkpointSeconds,
      onBegin: { [self] origin in
        locked {
          switch origin {
          case .anew: state[name]?.continued = nil
          case .checkpoint(let step): state.record.resumed.append(.init(node: name, step: step))
          case .shorter(let step): state[name]?.continued = step
          }
        }
        try? save(state)
      },
      predecessor: { [self] in
        series.flatMap { store.predecessor(in: $0, tell: { monitor.note($0) }) }
      })
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

  // MARK: - Records

  /// Says that a run is under way; its record is to be written afterwards.
  ///
  /// - Returns: whether that was not said before in this call.
  @discardableResult
  func begin(_ state: RunState) -> Bool {
    let isFirst = locked {
      state.record.status = .running
      return state.lastSaved == nil
    }
    if isFirst { monitor.runBegan(state.run, plan: state.plan) }
    return isFirst
  }

  private func mark(_ place: Place, status: RunStatus) throws(Failure) {
    begin(place.state)
    locked { place.state[place.node.name]?.status = status }
    try save(place.state)
  }

  /// Shows that the process lives: whoever sees no lock of this machine goes by the lock's age, and people by the records
  /// of what is under way.
  func renew() {
    lock?.renew()
    for state in locked({ states.filter { $0.record.status == .running && !$0.isFinished } }) {
      // A heartbeat that cannot be written is no reason to lose the work under way.
      try? save(state)
    }
  }

  /// Writes a run's record. A mutex is held meanwhile: two workers may work for one run.
  func save(_ state: RunState) throws(Failure) {
    let result = locked { () -> Result<Void, Failure> in
      state.record.heartbeat = clock.timestamp()
      state.lastSaved = clock.seconds()
      do throws(Failure) {
        try state.run.write(state.record)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  /// Whether a node of a resumed run is there in full, by the digests that the run recorded.
  private func isComplete(_ name: String, _ state: RunState) -> Bool {
    guard let node = locked({ state[name] }), node.status == .done, let files = node.files else {
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

  /// Links a finished node's files into the directories of runs; it counts as computed in the first one alone.
  private func adopt(
    _ entry: Store.Entry, into places: [Place], isExecuted: Bool
  ) throws(Failure) {
    let directory = store.directory(of: entry.key)
    for (number, place) in places.enumerated() {
      let name = place.node.name
      let isFirst = number == 0 && begin(place.state)
      var files: [String: String] = [:]
      for (file, digest) in entry.files.sorted(by: { $0.key < $1.key }) {
        let target = RunDirectory.place(of: file, node: name)
        try link(directory + "/" + file, to: place.state.run.path(target))
        files[target] = digest
      }
      let isComputed = isExecuted && number == 0
      locked {
        if isComputed { place.state.executed.insert(name) }
        place.state[name] = RunRecord.Node(
          name: name, key: entry.key, status: .done, executed: isComputed,
          continued: isComputed ? place.state[name]?.continued : nil,
          seconds: entry.seconds, files: files, summary: entry.summary,
          versions: place.state[name]?.versions)
      }
      // What the store has anyway is written down with the next node, or when the run ends.
      if isComputed || isFirst { try save(place.state) }
    }
  }

  private func link(_ file: String, to path: String) throws(Failure) {
    if let slash = path.lastIndex(of: "/") { try FileSystem.makeDirectory(String(path[..<slash])) }
    try FileSystem.clone(file, to: path)
  }

  /// Records why a node ended early, and tells it. What it computed before stays: in the runs' directories where it
  /// failed, in its workplace where it will go on.
  ///
  /// - Parameter work: nil where nothing was computed yet.
  /// - Returns: what to say of it.
  private func stop(
    _ places: [Place], _ title: String, _ error: any Error, _ work: Work?
  ) -> Failure {
    let seconds = work.map { clock.seconds() - $0.began } ?? 0
    let node = places[0].node
    if error is NodeContext.Stopped {
      locked { for place in places { place.state[place.node.name]?.status = .interrupted } }
      monitor.nodeEnded(title, status: .interrupted, executed: false, seconds: seconds)
      return Failure(.stopped, "\(title) stopped", isTold: true)
    }
    let failure: Failure
    switch error {
    case let error as RunError:
      failure = Failure(
        .failed, "\(node.section.rawValue).\(title): \(error.message)", remedy: error.hint)
    case let error as Failure:
      // Nothing is wrong with a node that another process computes.
      if error.code == .stopped { return error }
      failure =
        work == nil
        ? error
        : Failure(
          error.code, "\(node.section.rawValue).\(title): \(error.what)", path: error.path,
          reason: error.reason, remedy: error.remedy)
    default:
      failure = Failure(.failed, "\(node.section.rawValue).\(title) failed", reason: "\(error)")
    }
    locked {
      for place in places {
        place.state[place.node.name]?.status = .failed
        place.state[place.node.name]?.failure = failure.description
        place.state[place.node.name]?.seconds = seconds
      }
    }
    if let work, failure.code == .failed {
      do throws(Failure) {
        try show(work, failure, in: places)
      } catch {
        monitor.note("what \(title) wrote before it failed is not in its run: \(error.what)")
      }
      store.remove(work.workplace)
    }
    monitor.nodeEnded(title, status: .failed, executed: false, seconds: seconds)
    monitor.nodeFailed(
      title, failure, log: places[0].state.run.path(of: "log.txt", node: node.name))
    return failure
  }

  /// Links what a failed node has written into the directories of its runs.
  private func show(_ work: Work, _ failure: Failure, in places: [Place]) throws(Failure) {
    work.context.log("failed: " + failure.description)
    for file in try work.context.abandon() {
      for place in places {
        try link(
          work.context.path(file), to: place.state.run.path(of: file, node: place.node.name))
      }
    }
  }
}
