extension RunHead {
  /// The names of a node's final metrics, in their order: one object for all records that are read one after another and
  /// have the same.
  package final class MetricNames: Sendable {
    package let texts: [String]

    static let none = MetricNames([])

    init(_ texts: [String]) { self.texts = texts }

    /// The place of a metric; nil where there is none of that name.
    func place(of name: String) -> Int? { texts.firstIndex(of: name) }
  }

  /// A node with its final metrics.
  package struct NodeSummary: Sendable, Equatable {
    package fileprivate(set) var name = ""
    package fileprivate(set) var key = ""
    package fileprivate(set) var status = RunStatus.pending
    /// What went wrong, where something did.
    package fileprivate(set) var failure: String?
    /// The versions of its kinds by their places; nil where they are not known.
    package fileprivate(set) var versions: [String: Int]?
    package fileprivate(set) var names = MetricNames.none
    /// One for each name.
    package fileprivate(set) var values: [Double] = []

    fileprivate init() {}

    /// The summary in a record that was read in full.
    init(_ node: RunRecord.Node) {
      (name, key, status) = (node.name, node.key, node.status)
      (failure, versions) = (node.failure, node.versions)
      let metrics = node.summary ?? []
      names = MetricNames(metrics.map(\.name))
      values = metrics.map(\.value.number)
    }

    /// Whether it has the metrics of another node.
    func hasNames(of other: NodeSummary) -> Bool {
      name == other.name && (names === other.names || names.texts == other.names.texts)
    }

    /// NaN equals itself here.
    package static func == (left: Self, right: Self) -> Bool {
      left.name == right.name && left.key == right.key && left.status == right.status
        && left.failure == right.failure && left.versions == right.versions
        && left.names.texts == right.names.texts
        && left.values.map { MetricValue($0) } == right.values.map { MetricValue($0) }
    }
  }

  /// What records have in common that are read one after another, by the places of their nodes: as it is written, and what
  /// was made of it.
  package struct SummaryMemory: Sendable {
    fileprivate struct Piece<Value: Sendable>: Sendable {
      var written: [UInt8] = []
      var value: Value
    }

    fileprivate struct Node: Sendable {
      var name = Piece(value: "")
      var versions = Piece(value: [String: Int]())
      /// What stands before, between and behind the numbers of the summary.
      var between: [[UInt8]] = []
      var names = MetricNames.none
    }

    fileprivate var nodes: [Node] = []

    package init() {}
  }

  /// Reads the nodes of a record.
  mutating func readSummaries(
    _ value: inout JSONSkimmer, _ memory: inout SummaryMemory
  ) throws(JSONSkimmer.Problem) {
    try value.items { (item) throws(JSONSkimmer.Problem) in
      if memory.nodes.count == nodes { memory.nodes.append(.init()) }
      let node = try NodeSummary.read(&item, &memory.nodes[nodes])
      nodes += 1
      if node.status == .done { done += 1 }
      summaries.append(node)
    }
  }
}

extension RunHead.NodeSummary {
  fileprivate static func read(
    _ item: inout JSONSkimmer, _ memory: inout RunHead.SummaryMemory.Node
  ) throws(JSONSkimmer.Problem) -> Self {
    var node = Self()
    try item.members { (name, value) throws(JSONSkimmer.Problem) in
      switch name {
      case "name":
        node.name = try memory.name.read(&value) { (text) throws(JSONSkimmer.Problem) in
          try text.text()
        }
      case "key": node.key = try value.text()
      case "status": node.status = try RunHead.status(&value)
      case "failure": node.failure = try value.text()
      case "versions":
        node.versions = try memory.versions.read(&value) { (text) throws(JSONSkimmer.Problem) in
          var versions: [String: Int] = [:]
          try text.members { (place, value) throws(JSONSkimmer.Problem) in
            guard let version = Int(exactly: try value.number()) else {
              throw JSONSkimmer.Problem()
            }
            versions[place] = version
          }
          return versions
        }
      case "summary": try node.readMetrics(&value, &memory)
      default: try value.skip()
      }
    }
    return node
  }

  private mutating func readMetrics(
    _ value: inout JSONSkimmer, _ memory: inout RunHead.SummaryMemory.Node
  ) throws(JSONSkimmer.Problem) {
    if let numbers = value.numbers(between: memory.between) {
      (names, values) = (memory.names, numbers)
      return
    }
    var texts: [String] = []
    var places: [Range<Int>] = []
    let whole = try value.written { (list) throws(JSONSkimmer.Problem) in
      try list.items { (metric) throws(JSONSkimmer.Problem) in
        var text: String?
        var number: Double?
        try metric.members { (name, value) throws(JSONSkimmer.Problem) in
          switch name {
          case "name": text = try value.text()
          case "value":
            places.append(
              try value.written { (value) throws(JSONSkimmer.Problem) in
                number = try value.number()
              })
          default: try value.skip()
          }
        }
        guard let text, let number else { throw JSONSkimmer.Problem() }
        texts.append(text)
        values.append(number)
      }
    }
    names = RunHead.MetricNames(texts)
    guard places.count == texts.count else { return }
    memory.names = names
    memory.between = value.text(whole, without: places)
  }
}

extension RunHead.SummaryMemory.Piece {
  /// The value that is next, which is made anew only where it is not written as it was.
  fileprivate mutating func read(
    _ skimmer: inout JSONSkimmer,
    _ make: (inout JSONSkimmer) throws(JSONSkimmer.Problem) -> Value
  ) throws(JSONSkimmer.Problem) -> Value {
    if !written.isEmpty, skimmer.passes(written) { return value }
    var made: Value?
    let range = try skimmer.written { (skimmer) throws(JSONSkimmer.Problem) in
      made = try make(&skimmer)
    }
    if let made { value = made }
    written = skimmer.text(range, without: [])[0]
    return value
  }
}
