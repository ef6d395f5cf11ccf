/// The values of a resolved spec as they are written in `resolved.json`, by their dotted paths: those that make up what is
/// computed, and apart from them the seeds.
///
/// What says something to people alone is left out: descriptions, tags, figures.
package struct ResolvedLeaves: Sendable, Hashable {
  /// A value: a scalar, or a list of scalars.
  package struct Leaf: Sendable, Hashable {
    /// As an override names it: `data.mixture.components.0.weight`.
    package let path: String
    /// JSON, on one line.
    package let text: String
  }

  package private(set) var values: [Leaf] = []
  /// The seed of each section, however it is written, and those of nodes that have their own.
  package private(set) var seeds: [Leaf] = []

  /// Reads a resolved spec.
  ///
  /// - Returns: nil where the text is not as this program writes it.
  /// - Complexity: linear in the bytes.
  package init?(_ bytes: [UInt8]) {
    do throws(JSONSkimmer.Problem) {
      try JSONSkimmer.members(of: bytes) { (name, value) throws(JSONSkimmer.Problem) in
        switch name {
        case "seed": try Self.read(&value, at: name, into: &seeds)
        case _ where Self.isForPeople(name): try value.skip()
        case _ where Section(rawValue: name) != nil:
          try value.members { (node, value) throws(JSONSkimmer.Problem) in
            try readNode(&value, at: name + "." + node)
          }
        default: try Self.read(&value, at: name, into: &values)
        }
      }
    } catch {
      return nil
    }
    seeds = Self.bySection(seeds)
  }

  /// `seed: 3` and `seed: {default: 3, sampling: 4}` as one seed for each section, so that they can be compared.
  private static func bySection(_ leaves: [Leaf]) -> [Leaf] {
    func text(_ path: String) -> String? { leaves.first { $0.path == path }?.text }
    let other = text("seed") ?? text("seed.default") ?? "0"
    return Section.allCases.map { section in
      let path = "seed." + section.rawValue
      return Leaf(path: path, text: text(path) ?? other)
    } + leaves.filter { $0.path != "seed" && !$0.path.hasPrefix("seed.") }
  }

  /// One `seed` in place of those of the sections, where they are all the same.
  package static func collapsed(_ seeds: [Leaf]) -> [Leaf] {
    let sections = seeds.prefix { $0.path.hasPrefix("seed.") }
    guard let first = sections.first, sections.allSatisfy({ $0.text == first.text }) else {
      return seeds
    }
    return [Leaf(path: "seed", text: first.text)] + seeds.dropFirst(sections.count)
  }

  package static func isForPeople(_ name: String) -> Bool {
    name == "description" || name == "tags" || name == "figures"
  }

  private mutating func readNode(
    _ value: inout JSONSkimmer, at path: String
  ) throws(JSONSkimmer.Problem) {
    guard try value.form() == .map else {
      return try Self.read(&value, at: path, into: &values)
    }
    try value.members { (field, value) throws(JSONSkimmer.Problem) in
      switch field {
      case "seed": try Self.read(&value, at: path + ".seed", into: &seeds)
      case "description": try value.skip()
      default: try Self.read(&value, at: path + "." + field, into: &values)
      }
    }
  }

  private static func read(
    _ value: inout JSONSkimmer, at path: String, into leaves: inout [Leaf]
  ) throws(JSONSkimmer.Problem) {
    switch try value.form() {
    case .scalar: leaves.append(Leaf(path: path, text: try value.writtenText()))
    case .map:
      let count = leaves.count
      try value.members { (name, value) throws(JSONSkimmer.Problem) in
        try read(&value, at: path + "." + name, into: &leaves)
      }
      if leaves.count == count { leaves.append(Leaf(path: path, text: "{}")) }
    case .list:
      var items: [Leaf] = []
      var isFlat = true
      var index = 0
      try value.items { (item) throws(JSONSkimmer.Problem) in
        if try item.form() != .scalar { isFlat = false }
        try read(&item, at: path + "." + String(index), into: &items)
        index += 1
      }
      if isFlat {
        let text = "[" + items.map(\.text).joined(separator: ", ") + "]"
        leaves.append(Leaf(path: path, text: text))
      } else {
        leaves += items
      }
    }
  }

  static func damaged(_ file: String) -> Failure {
    Failure(
      .inputOutput, "'\(file)' is damaged", path: file,
      remedy: "it was written by another version, or changed by hand")
  }

  /// The value at a path, seeds included.
  package subscript(path: String) -> String? {
    values.first { $0.path == path }?.text ?? seeds.first { $0.path == path }?.text
  }

  // MARK: - Many specs

  /// What distinguishes a spec from its like beside the seeds, found in one pass: the bytes without those of the seeds.
  ///
  /// - Returns: nil where the text is not as this program writes it.
  static func bytesWithoutSeeds(
    _ bytes: [UInt8]
  ) -> (rest: [UInt8], seeds: [Leaf])? {
    var cuts: [Range<Int>] = []
    var seeds: [Leaf] = []
    func cut(
      _ value: inout JSONSkimmer, _ path: String
    ) throws(JSONSkimmer.Problem) {
      var copy = value
      try read(&copy, at: path, into: &seeds)
      cuts.append(try value.written())
    }
    do throws(JSONSkimmer.Problem) {
      try JSONSkimmer.members(of: bytes) { (name, value) throws(JSONSkimmer.Problem) in
        if name == "seed" { return try cut(&value, name) }
        guard Section(rawValue: name) != nil else { return try value.skip() }
        try value.members { (node, value) throws(JSONSkimmer.Problem) in
          guard try value.form() == .map else { return try value.skip() }
          try value.members { (field, value) throws(JSONSkimmer.Problem) in
            if field == "seed" {
              try cut(&value, name + "." + node + ".seed")
            } else {
              try value.skip()
            }
          }
        }
      }
    } catch {
      return nil
    }
    var rest: [UInt8] = []
    rest.reserveCapacity(bytes.count)
    var start = 0
    for range in cuts {
      rest += bytes[start..<range.lowerBound]
      start = range.upperBound
    }
    rest += bytes[start...]
    return (rest, bySection(seeds))
  }
}

extension ResolvedLeaves.Leaf {
  /// The value as JSON; a list is the text that it is.
  package var json: JSONText { Self.json(text) }

  static func json(_ text: String) -> JSONText {
    switch text {
    case "true": return .flag(true)
    case "false": return .flag(false)
    case "null": return .null
    default: break
    }
    if let integer = Int(text) { return .integer(integer) }
    if let number = Double(text), number.isFinite { return .number(number) }
    return .text(JSONSkimmer.text(of: text) ?? text)
  }

  /// The value as people read it: a text without its quotation marks where nothing in it needs them.
  package var displayText: String { Self.display(text) }

  static func display(_ text: String) -> String {
    guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
    let inner = text.dropFirst().dropLast()
    return inner.contains("\\") || inner.isEmpty ? text : String(inner)
  }
}
