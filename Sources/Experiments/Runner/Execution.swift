import Scorewalk

/// The execution of runs: their nodes as one graph, some of them at a time.
///
/// Workers take up the first node in the order of the plans whose inputs are there. Nothing of the order reaches a result:
/// a node reads its inputs, its streams and the spec.
///
/// One mutex guards everything that changes; nodes are computed, files linked and hashed outside of it.
final class Execution: @unchecked Sendable {
  let states: [RunState]
  let results: ResultsDirectory
  let store: Store
  let options: RunOptions
  let control: RunControl
  let monitor: any RunMonitor
  let clock: RunClock
  let graph: WorkGraph
  /// That of the runs; nil where they lie outside of results.
  let lock: FileLock?
  private let titles: [String]

  private let condition = Condition()

  private enum Standing {
    case waiting
    case underWay
    case ended
    case givenUp
  }

  private var standings: [Standing]
  /// How many of an item's needs have not ended.
  private var waitingFor: [Int]
  /// What can be taken up, by rank, the first one last.
  private var ready: [Int] = []
  private let ranks: [Int]
  /// How many nodes run at a time.
  let jobs: Int
  private var underWay = 0
  /// Whether nothing new is taken up.
  private var isStopping = false
  /// Draws beside the workers: no node waits for a picture.
  let figures = FigureQueue()
  /// What was told of figures that could not be drawn.
  var figureProblems: Set<String> = []
  /// Whether there is nothing that could draw.
  var cannotDraw = false

  init(
    _ states: [RunState], lock: FileLock?, results: ResultsDirectory, options: RunOptions,
    control: RunControl, monitor: any RunMonitor, clock: RunClock
  ) {
    precondition(!states.isEmpty, "nothing to execute")
    self.states = states
    self.lock = lock
    self.results = results
    self.options = options
    self.control = control
    self.monitor = monitor
    self.clock = clock
    let record = states[0].record
    store =
      record.usesSharedStore
      ? results.store
      : results.privateStore(
        experiment: record.experiment, run: record.run, sweep: record.sweep?.id)
    graph = WorkGraph(states.map(\.plan))
    titles = Self.titles(of: graph, states)
    standings = graph.items.map { _ in .waiting }
    waitingFor = graph.items.map(\.needs.count)
    ranks = Self.ranks(graph.items.count, shuffle: options.shuffle)
    jobs = max(1, min(options.jobs, graph.items.count, OpenFiles.largestJobCount))
  }

  /// Executes everything that is not done.
  ///
  /// - Throws: ``Failure`` where the records of the runs cannot be written.
  func run() throws(Failure) -> [RunOutcome] {
    for state in states {
      state.record.finished = nil
      state.record.status = .pending
    }
    monitor.graphBegan(
      runs: states.map(\.run), titles: titles, nodes: states.map(\.plan.nodes.count))
    if states.count == 1 {
      begin(states[0])
      try save(states[0])
    }
    for index in graph.items.indices where waitingFor[index] == 0 { offer(index) }
    let wanted = max(1, min(options.jobs, graph.items.count))
    if jobs < wanted {
      monitor.note(
        "\(jobs) nodes run at a time, not \(wanted): the process may have \(OpenFiles.limit) files open, "
          + "and `ulimit -n` raises that")
    }
    let threads = max(1, options.threads / jobs)
    // Beside the workers: some nodes say nothing for minutes.
    let heart = RepeatingThread(seconds: options.heartbeatSeconds)
    lock?.renew()
    heart.start { [self] in renew() }
    figures.start()
    WorkerThread.run(jobs) { _ in work(WorkerPool(threads: threads)) }
    heart.stop()
    // What was begun is drawn whatever becomes of the records.
    defer { figures.finish() }
    try finish()
    figures.finish()
    drawSweepFigures()
    return states.map(\.outcome)
  }

  // MARK: - Order

  private static func ranks(_ count: Int, shuffle: UInt64?) -> [Int] {
    guard let shuffle else { return Array(0..<count) }
    let stream = RandomStream(key: shuffle)
    var ranks = Array(0..<count)
    for index in stride(from: count - 1, to: 0, by: -1) {
      ranks.swapAt(index, stream.index(below: index + 1, .shuffle, step: 0, row: index, column: 0))
    }
    return ranks
  }

  /// Lets a worker take an item up; under the mutex, or before there are workers.
  private func offer(_ index: Int) {
    let rank = ranks[index]
    var (low, high) = (0, ready.count)
    while low < high {
      let middle = (low + high) / 2
      if ranks[ready[middle]] > rank { low = middle + 1 } else { high = middle }
    }
    ready.insert(index, at: low)
  }

  /// What an item is called: the node's name, and where not all points share it, what tells it from its likes.
  private static func titles(of graph: WorkGraph, _ states: [RunState]) -> [String] {
    let titles = graph.items.map { item in
      let use = item.uses[0]
      guard states.count > 1, let sweep = states[use.run].record.sweep else { return use.node.name }
      var axes = sweep.axes
      var seed = sweep.seed
      if Set(item.uses.map(\.run)).count == states.count { return use.node.name }
      for other in item.uses.dropFirst() {
        let there = states[other.run].record.sweep
        axes.removeAll { axis in !(there?.axes.contains(axis) ?? false) }
        if there?.seed != seed { seed = nil }
      }
      let values = axes.map { "\($0.name)=\($0.value)" } + (seed.map { ["seed=\($0)"] } ?? [])
      return ([use.node.name] + values).joined(separator: " ")
    }
    var counts: [String: Int] = [:]
    for title in titles { counts[title, default: 0] += 1 }
    // Of points that have no value in common, nothing is left to tell theirs from others': the first of them does.
    return zip(titles, graph.items).map { title, item in
      guard counts[title, default: 0] > 1 else { return title }
      return title + " run=" + (states[item.uses[0].run].run.number.map(String.init) ?? "")
    }
  }

  func title(of index: Int) -> String { titles[index] }

  // MARK: - Workers

  func locked<Value>(_ body: () -> Value) -> Value { condition.locked(body) }

  private func work(_ pool: WorkerPool) {
    while let index = next() {
      let result: Result<Void, Failure>
      do throws(Failure) {
        try complete(index, pool: pool)
        result = .success(())
      } catch {
        result = .failure(error)
      }
      end(index, result)
      askForFigures(after: index)
    }
  }

  /// Waits for something to do; nil where there is nothing left, or nothing new is to begin.
  private func next() -> Int? {
    locked {
      while true {
        if control.isStopRequested { isStopping = true }
        if isStopping { return nil }
        if let index = ready.popLast() {
          standings[index] = .underWay
          underWay += 1
          return index
        }
        if underWay == 0 { return nil }
        condition.wait()
      }
    }
  }

  private func end(_ index: Int, _ result: Result<Void, Failure>) {
    let item = graph.items[index]
    var whole: [RunState] = []
    locked {
      underWay -= 1
      switch result {
      case .success:
        standings[index] = .ended
        for dependent in item.dependents {
          waitingFor[dependent] -= 1
          if waitingFor[dependent] == 0, standings[dependent] == .waiting { offer(dependent) }
        }
        for use in item.uses {
          states[use.run].remaining -= 1
          if states[use.run].remaining == 0 { whole.append(states[use.run]) }
        }
      case .failure(let failure):
        standings[index] = .givenUp
        // A node that stopped where it was asked to has told it.
        if failure.isTold {
          isStopping = true
          break
        }
        for use in item.uses where states[use.run].failure.map({ $0.code == .stopped }) ?? true {
          states[use.run].failure = failure
        }
        // What another process computes is not waited for; what does not need it goes on where it is asked to.
        let isTaken = failure.code == .stopped
        if isTaken, !options.keepsGoing {
          isStopping = true
          break
        }
        for dependent in graph.allDependents(of: index) {
          standings[dependent] = .givenUp
          for use in graph.items[dependent].uses where !isTaken {
            states[use.run][use.node.name]?.status = .skipped
          }
        }
        // On a full disk nothing else will go better.
        if !options.keepsGoing || failure.code == .inputOutput { isStopping = true }
      }
    }
    for state in whole { conclude(state) }
    locked { condition.broadcast() }
  }

  // MARK: - Ending

  /// Writes the last words of a run that is done.
  private func conclude(_ state: RunState) {
    do throws(Failure) {
      locked {
        state.record.status = .done
        state.record.finished = clock.timestamp()
        state.isFinished = true
      }
      try RunSummary.write(state.record, in: state.run)
      try save(state)
      try Manifest(state.record).write(in: state.run)
    } catch {
      // Everything is computed, and only the last words are missing: resuming writes them.
      locked {
        state.failure = error
        state.isFinished = false
        isStopping = true
      }
    }
  }

  private func finish() throws(Failure) {
    let isFailed = states.contains { $0.failure.map { $0.code != .stopped } ?? false }
    for state in states where !state.isFinished {
      if let failure = state.failure {
        state.record.status = failure.code == .stopped ? .interrupted : .failed
      } else if control.isStopRequested || !isFailed {
        state.record.status = .interrupted
      } else {
        state.record.status = .skipped
      }
      if state.record.status != .interrupted {
        for index in state.record.nodes.indices where state.record.nodes[index].status == .pending {
          state.record.nodes[index].status = .skipped
        }
      }
      // A point that nothing has begun for stands as it was published.
      if state.record.status == .interrupted, state.lastSaved == nil { continue }
      state.record.finished = clock.timestamp()
      do throws(Failure) {
        try save(state)
      } catch {
        // On a full disk the first failure says more than that its record could not be written either.
        guard isFailed else { throw error }
      }
    }
    if states.allSatisfy(\.isFinished), !states[0].record.usesSharedStore {
      FileSystem.remove(store.path)
    }
  }
}
