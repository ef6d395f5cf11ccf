/// What `run.json` says of a run as a whole: enough to list and to find runs, without their nodes' files and metrics.
package struct RunHead: Sendable {
  package var experiment = ""
  package var run = ""
  package var status = RunStatus.pending
  package var started = ""
  /// The machine that worked on the run last.
  package var host = ""
  package var finished: String?
  package var isSmoke = false
  package var overrides: [String] = []
  package var tags: [String] = []
  /// Which sweep the run is a point of, where it is one.
  package var sweep: String?
  /// Where the run stands in it: `chains=100 seed=2`.
  package var point: String?
  /// How many nodes the run has.
  package var nodes = 0
  /// How many of them are done.
  package var done = 0
  /// The final metrics that were asked for, as `node.metric`; nil where the run has none of that name.
  package var metrics: [Metric?] = []
  /// The axes of the sweep with the run's values, the seed aside.
  package var settings: [RunRecord.Sweep.Axis] = []
  /// What the nodes say of themselves, where that is asked for.
  package var summaries: [NodeSummary] = []

  /// What the axes of the sweep set, the seed aside, with the run's values: `sampling.walk.chains=100`.
  package var axes: [String] {
    settings.map { "\($0.set.joined(separator: "+"))=\($0.value)" }
  }

  /// A final metric.
  package struct Metric: Sendable, Equatable {
    package var value: Double
    /// The key of its node.
    package var key: String
  }

  /// The head of a record that was read in full.
  package init(
    _ record: RunRecord, metrics names: [String] = [], withSummaries: Bool = false
  ) {
    settings = (record.sweep?.axes ?? []).filter { Self.isNoSeed($0.set) }
    if withSummaries { summaries = record.nodes.map { NodeSummary($0) } }
    metrics = names.map { name in
      for node in record.nodes where name.hasPrefix(node.name + ".") {
        let metric = name.dropFirst(node.name.count + 1)
        if let found = node.summary?.first(where: { $0.name == metric }) {
          return Metric(value: found.value.number, key: node.key)
        }
      }
      return nil
    }
    experiment = record.experiment
    run = record.run
    status = record.status
    started = record.started
    host = record.host
    finished = record.finished
    isSmoke = record.isSmoke
    overrides = record.overrides
    tags = record.tags ?? []
    sweep = record.sweep?.id
    point = record.sweep?.label
    nodes = record.nodes.count
    done = record.nodes.count { $0.status == .done }
  }

  private static func isNoSeed(_ set: [String]) -> Bool { set != ["seed"] }

  /// Reads the head of a record.
  ///
  /// - Parameter names: the final metrics that are wanted.
  /// - Returns: nil where the text is not as this program writes it; decoding it says what is wrong.
  /// - Complexity: linear in the bytes; makes no value of what it passes over.
  init?(skimming bytes: [UInt8], metrics names: [String] = []) {
    var memory: SummaryMemory?
    self.init(skimming: bytes, metrics: names, &memory)
  }

  /// Reads the head of a record with what its nodes say of themselves.
  ///
  /// - Parameter memory: of the records before; what is new in this one is added.
  init?(skimming bytes: [UInt8], summaries memory: inout SummaryMemory) {
    // It has one owner at a time, so that nothing of it is copied; of a text that is not read nothing is remembered.
    var own: SummaryMemory? = memory
    memory = SummaryMemory()
    self.init(skimming: bytes, metrics: [], &own)
    if let own { memory = own }
  }

  private init?(
    skimming bytes: [UInt8], metrics names: [String], _ memory: inout SummaryMemory?
  ) {
    metrics = names.map { _ in nil }
    do throws(JSONSkimmer.Problem) {
      var seen = 0
      try JSONSkimmer.members(of: bytes) { (name, value) throws(JSONSkimmer.Problem) in
        switch name {
        case "experiment": experiment = try value.text()
        case "run": run = try value.text()
        case "status": status = try Self.status(&value)
        case "started": started = try value.text()
        case "host": host = try value.text()
        case "isSmoke": isSmoke = try value.flag()
        case "nodes":
          if var own = memory {
            memory = nil
            try readSummaries(&value, &own)
            memory = own
          } else {
            try readNodes(&value, names)
          }
        case "finished": finished = try value.text()
        case "overrides": overrides = try value.texts()
        case "tags": tags = try value.texts()
        case "sweep": try readSweep(&value)
        default:
          try value.skip()
          return
        }
        if !["finished", "overrides", "tags", "sweep"].contains(name) { seen += 1 }
      }
      guard seen == 7 else { return nil }
    } catch {
      return nil
    }
  }

  private mutating func readNodes(
    _ value: inout JSONSkimmer, _ names: [String]
  ) throws(JSONSkimmer.Problem) {
    try value.items { (node) throws(JSONSkimmer.Problem) in
      nodes += 1
      var key: String?
      // Of each metric that is asked for, what the node would call it; nil where it is another node's.
      var wanted: [Substring?]?
      try node.members { (name, value) throws(JSONSkimmer.Problem) in
        switch name {
        case "status":
          if try Self.status(&value) == .done { done += 1 }
        case "key" where !names.isEmpty: key = try value.text()
        case "name" where !names.isEmpty:
          let head = try value.text() + "."
          wanted = names.map { $0.hasPrefix(head) ? $0.dropFirst(head.count) : nil }
        case "summary" where !names.isEmpty:
          // Members are written in the order of their names.
          guard let key, let wanted else { throw JSONSkimmer.Problem() }
          if wanted.allSatisfy({ $0 == nil }) {
            try value.skip()
          } else {
            try readSummary(&value, wanted, key)
          }
        default: try value.skip()
        }
      }
    }
  }

  private mutating func readSummary(
    _ value: inout JSONSkimmer, _ wanted: [Substring?], _ key: String
  ) throws(JSONSkimmer.Problem) {
    try value.items { (metric) throws(JSONSkimmer.Problem) in
      var indices: [Int] = []
      var number: Double?
      try metric.members { (name, value) throws(JSONSkimmer.Problem) in
        switch name {
        case "name":
          let text = try value.text()
          indices = wanted.indices.filter { wanted[$0].map { $0 == text } ?? false }
        case "value" where !indices.isEmpty: number = try value.number()
        default: try value.skip()
        }
      }
      guard let number else { return }
      for index in indices where metrics[index] == nil {
        metrics[index] = Metric(value: number, key: key)
      }
    }
  }

  private mutating func readSweep(_ value: inout JSONSkimmer) throws(JSONSkimmer.Problem) {
    try value.members { (name, value) throws(JSONSkimmer.Problem) in
      switch name {
      case "id": sweep = try value.text()
      case "label": point = try value.text()
      case "axes":
        try value.items { (axis) throws(JSONSkimmer.Problem) in
          var setting = RunRecord.Sweep.Axis(name: "", set: [], value: "", number: nil)
          try axis.members { (member, value) throws(JSONSkimmer.Problem) in
            switch member {
            case "name": setting.name = try value.text()
            case "set": setting.set = try value.texts()
            case "value": setting.value = try value.text()
            case "number": setting.number = try value.number()
            default: try value.skip()
            }
          }
          if Self.isNoSeed(setting.set) { settings.append(setting) }
        }
      default: try value.skip()
      }
    }
  }

  static func status(
    _ value: inout JSONSkimmer
  ) throws(JSONSkimmer.Problem) -> RunStatus {
    guard let status = RunStatus(rawValue: try value.text()) else { throw JSONSkimmer.Problem() }
    return status
  }
}

extension RunDirectory {
  /// What the run's record says of the run as a whole.
  ///
  /// - Parameter metrics: the final metrics that are wanted, as `node.metric`.
  /// - Throws: ``Failure`` as ``record()`` does.
  package func head(metrics: [String] = []) throws(Failure) -> RunHead {
    let bytes = try FileSystem.read(path("run.json"))
    if let head = RunHead(skimming: bytes, metrics: metrics) { return head }
    // The decoder reads what was changed by hand, or says what is wrong.
    return RunHead(try record(), metrics: metrics)
  }

  /// The same with what the nodes say of themselves.
  ///
  /// - Parameter memory: of the records that were read before, which are mostly alike: what they share is made once.
  package func head(summaries memory: inout RunHead.SummaryMemory) throws(Failure) -> RunHead {
    let bytes = try FileSystem.read(path("run.json"))
    if let head = RunHead(skimming: bytes, summaries: &memory) { return head }
    return RunHead(try record(), withSummaries: true)
  }

  /// The status of a run as it is now, by its head.
  package func status(_ head: RunHead) -> RunStatus {
    status(written: head.status) { isRunning || isAlive(on: head.host) }
  }
}
