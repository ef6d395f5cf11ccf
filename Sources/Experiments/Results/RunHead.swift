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

  /// The head of a record that was read in full.
  package init(_ record: RunRecord) {
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

  /// Reads the head of a record.
  ///
  /// - Returns: nil where the text is not as this program writes it; decoding it says what is wrong.
  /// - Complexity: linear in the bytes; makes no value of what it passes over.
  init?(skimming bytes: [UInt8]) {
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
        case "nodes": try readNodes(&value)
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

  private mutating func readNodes(_ value: inout JSONSkimmer) throws(JSONSkimmer.Problem) {
    try value.items { (node) throws(JSONSkimmer.Problem) in
      nodes += 1
      try node.members { (name, value) throws(JSONSkimmer.Problem) in
        if name == "status" {
          if try Self.status(&value) == .done { done += 1 }
        } else {
          try value.skip()
        }
      }
    }
  }

  private mutating func readSweep(_ value: inout JSONSkimmer) throws(JSONSkimmer.Problem) {
    try value.members { (name, value) throws(JSONSkimmer.Problem) in
      switch name {
      case "id": sweep = try value.text()
      case "label": point = try value.text()
      default: try value.skip()
      }
    }
  }

  private static func status(
    _ value: inout JSONSkimmer
  ) throws(JSONSkimmer.Problem) -> RunStatus {
    guard let status = RunStatus(rawValue: try value.text()) else { throw JSONSkimmer.Problem() }
    return status
  }
}

extension RunDirectory {
  /// What the run's record says of the run as a whole.
  ///
  /// - Throws: ``Failure`` as ``record()`` does.
  package func head() throws(Failure) -> RunHead {
    let bytes = try FileSystem.read(path("run.json"))
    if let head = RunHead(skimming: bytes) { return head }
    // The decoder reads what was changed by hand, or says what is wrong.
    return RunHead(try record())
  }

  /// The status of a run as it is now, by its head.
  package func status(_ head: RunHead) -> RunStatus {
    status(written: head.status) { isRunning || isAlive(on: head.host) }
  }
}
