import YAML

/// One axis of a sweep: the keys that it sets, and the values that it gives them.
package struct SweepAxis: Sendable {
  /// One value of an axis.
  package struct Value: Sendable {
    package let node: Node
    /// What stands for the value in conditions: its name, or itself as YAML writes it on one line.
    let text: String
    /// The same in labels: shortened.
    package fileprivate(set) var label: String
    /// The value as a number, where it is one.
    package let number: Double?

    init(_ node: Node, name: String? = nil) {
      self.node = node
      text = name ?? Self.text(node)
      label = Self.shortened(text)
      number = name == nil ? node.scalar.flatMap { try? $0.number() } : nil
    }

    /// At most 40 characters, beginning and end of what is longer, and none that a terminal obeys.
    private static func shortened(_ text: String) -> String {
      let plain = String(
        text.map { $0.unicodeScalars.contains { $0.value < 32 || $0.value == 127 } ? "?" : $0 })
      return plain.count > 40 ? plain.prefix(19) + "…" + plain.suffix(20) : plain
    }

    private static func text(_ node: Node) -> String {
      switch node.content {
      case .scalar(let scalar): scalar.text
      case .sequence(let items): "[" + items.map(text).joined(separator: ", ") + "]"
      case .mapping(let entries):
        "{" + entries.map { $0.name + ": " + text($0.value) }.joined(separator: ", ") + "}"
      }
    }
  }

  /// Axes whose values belong together, coordinate by coordinate.
  package enum Design: String, Sendable {
    case latinHypercube = "latin_hypercube"
    case sobol
  }

  package let name: String
  /// Where the name stands.
  package let range: SourceRange
  package let paths: [KeyPath]
  package let values: [Value]
  package let design: Design?
  /// Whether the values are random.
  package let isDrawn: Bool

  init(
    name: String, range: SourceRange, paths: [KeyPath], values: [Value], design: Design?,
    isDrawn: Bool = false
  ) {
    self.isDrawn = isDrawn
    self.name = name
    self.range = range
    self.paths = paths
    self.values = Self.distinct(values)
    self.design = design
  }

  /// The values with labels that tell them apart: where the ends of long ones are alike, their numbers do.
  private static func distinct(_ values: [Value]) -> [Value] {
    var texts: [String: Set<String>] = [:]
    for value in values { texts[value.label, default: []].insert(value.text) }
    return values.enumerated().map { index, value in
      guard texts[value.label, default: []].count > 1 else { return value }
      var value = value
      value.label += " (\(index + 1))"
      return value
    }
  }

  /// For each value the index of the first one that means the same.
  var firstIndices: [Int] {
    var firsts: [String: Int] = [:]
    return values.enumerated().map { index, value in
      let meaning = value.node.meaning
      if let first = firsts[meaning] { return first }
      firsts[meaning] = index
      return index
    }
  }

  /// Warns that a value is there twice, so that points are one and the same run.
  func warnOfRepetition(at index: Int, of first: Int, _ session: ReadingSession) {
    let (one, other) = (values[first], values[index])
    let same =
      one.text == other.text
      ? "'\(one.label)' twice" : "'\(one.label)' and '\(other.label)', which mean the same"
    let distinct = Set(firstIndices).count
    let rest =
      values.count - distinct > 1 ? ": of its \(values.count) values \(distinct) differ" : ""
    session.warning(
      "the axis '\(name)' has \(same)\(rest)", at: isDrawn ? range : other.node.place,
      help: isDrawn
        ? "these became equal by rounding: draw fewer values, or from a wider range"
        : "some points differ in nothing; for repetitions with other random numbers write seeds:")
  }

  /// Whether every value is a number.
  package var isNumeric: Bool { values.allSatisfy { $0.number != nil } }
}

extension SweepAxis {
  /// How many values an axis may have.
  static let largestCount = 100_000

  /// Reads an axis of a spec.
  ///
  /// - Parameters:
  ///   - seed: the spec's base seed.
  ///   - sobol: the coordinate of the axis among those of the Sobol sequence.
  static func read(
    _ reader: FieldReader, name: String, range: SourceRange, seed: UInt64, sobol: Int
  ) -> SweepAxis {
    let paths = reader.keyPaths()
    let written = reader.sweepValues()
    let bounds = Drawing.allCases.map {
      reader.drawnRange($0.rawValue, $0.summary, in: $0 == .logUniform ? .positive : .any)
    }
    let count = reader.optionalCount(
      "count", "How many values are drawn.", atLeast: 1, atMost: largestCount)
    let scale = reader.choice(
      "scale",
      "Of latin_hypercube and sobol: whether the number or its logarithm is spread evenly.",
      default: SweepDraws.Scale.linear)
    let isWhole = reader.flag("whole", "Whether to draw whole numbers.", default: false)
    let axis = { (values: [Value], drawing: Drawing?) in
      SweepAxis(
        name: name, range: range, paths: paths, values: values, design: drawing?.design,
        isDrawn: drawing != nil)
    }
    guard !reader.session.isListing, !reader.isBroken, let source = reader.onlySource() else {
      return axis([], nil)
    }
    guard let drawing = Drawing(rawValue: source) else {
      for field in ["count", "scale", "whole"] where reader.isWritten(field) {
        reader.session.error(
          "'\(reader.fullPath(field))' has no meaning beside values", at: reader.range(of: field))
      }
      return axis(written, nil)
    }
    if reader.isWritten("scale"), drawing.design == nil {
      reader.session.error(
        "'\(reader.fullPath("scale"))' has no meaning beside \(source)",
        at: reader.range(of: "scale"), help: "write uniform or log_uniform")
    }
    if count == nil, !reader.isWritten("count") {
      reader.isMissing("count", help: "add `count:`, the number of values to draw")
    }
    let drawnScale = drawing == .logUniform ? .log : scale
    guard let bounds = bounds.lazy.compactMap({ $0 }).first else { return axis([], nil) }
    if drawnScale == .log, bounds.lowerBound <= 0 {
      reader.session.error(
        "'\(reader.fullPath(source)).0' must be > 0 on a logarithmic scale",
        at: reader.range(of: source, item: 0))
      return axis([], nil)
    }
    if isWhole, bounds.lowerBound.rounded(.up) > bounds.upperBound.rounded(.down) {
      reader.session.error(
        "no whole number lies within '\(reader.fullPath(source))'",
        at: reader.range(of: source) ?? range)
      return axis([], nil)
    }
    guard let count else { return axis([], nil) }
    let draws = SweepDraws(
      bounds: bounds, scale: drawnScale, isWhole: isWhole, kind: drawing.kind(sobol: sobol),
      count: count)
    let place = reader.range(of: source) ?? range
    return axis(
      draws.values(axis: name, seed: seed).map { Value(Node(JSONText.number($0), range: place)) },
      drawing)
  }

  /// Where values may come from: the field, the fields that it needs, and those that have no meaning beside it.
  static var sources: [(name: String, needed: [String], meaningless: [String])] {
    [("values", [], ["count", "scale", "whole"])]
      + Drawing.allCases.map { ($0.rawValue, ["count"], $0.design == nil ? ["scale"] : []) }
  }

  /// How the values of a random axis are drawn.
  fileprivate enum Drawing: String, CaseIterable {
    case uniform
    case logUniform = "log_uniform"
    case latinHypercube = "latin_hypercube"
    case sobol

    /// One sentence.
    var summary: String {
      switch self {
      case .uniform: "Independent uniform draws between two numbers."
      case .logUniform:
        "Independent draws between two positive numbers whose logarithm is uniform."
      case .latinHypercube:
        "One draw in each of `count` equal parts, in random order; the axes of this kind go together."
      case .sobol:
        "Points of a Sobol sequence with a random digital shift; the axes of this kind go together."
      }
    }

    var design: Design? { Design(rawValue: rawValue) }

    func kind(sobol coordinate: Int) -> SweepDraws.Kind {
      switch self {
      case .uniform, .logUniform: .independent
      case .latinHypercube: .latinHypercube
      case .sobol: .sobol(coordinate: coordinate)
      }
    }
  }
}

extension FieldReader {
  /// Where the values of an axis come from: `values`, or the name of a ``SweepAxis/Drawing``; nil where that is not one.
  fileprivate func onlySource() -> String? {
    let sources = (["values"] + SweepAxis.Drawing.allCases.map(\.rawValue)).filter(isWritten)
    if let source = sources.first, sources.count == 1 { return source }
    let help =
      "write values: […], or one of uniform, log_uniform, latin_hypercube, sobol with count"
    if sources.isEmpty {
      isMissing("values", help: help)
    } else {
      session.error(
        "'\(path)' has \(sources.joined(separator: " and ")); one of them is wanted",
        at: range(of: sources[1]), help: help)
    }
    return nil
  }

  /// `set`: one key or a list of keys.
  fileprivate func keyPaths() -> [KeyPath] {
    guard
      let node = field(
        "set", type: "key with dots, or a list of keys",
        form: .either([.sweptKey, .list(.sweptKey, atLeast: 1)]),
        "What the axis sets, as an override names it: sampling.walk.step_size; list items by number.",
        default: nil, isRequired: true)
    else { return [] }
    let items = node.items ?? [node]
    if items.isEmpty { session.error("'\(fullPath("set"))' is empty", at: node.place) }
    return items.compactMap { item in
      guard let path = KeyPath(item) else {
        session.error(
          "'\(fullPath("set"))' must be a key with dots, not \(item.summary)", at: item.place,
          help: "write it as sampling.walk.step_size")
        return nil
      }
      let first = path.names[0].text
      guard !["name", "base", "sweep"].contains(first) else {
        session.error("'\(first)' cannot be swept", at: path.names[0].range)
        return nil
      }
      return path
    }
  }

  /// `values`: a list of anything, or a map of names to anything.
  fileprivate func sweepValues() -> [SweepAxis.Value] {
    guard
      let node = field(
        "values", type: "list of values, or a map of names to values",
        form: .either([.list(.any, atLeast: 1), .values(.any)]),
        "The values in their order; names stand for them in labels and conditions.", default: nil,
        isRequired: false)
    else { return [] }
    var values: [SweepAxis.Value] = []
    switch node.content {
    case .sequence(let items): values = items.map { SweepAxis.Value($0) }
    case .mapping(let entries):
      values = entries.map { SweepAxis.Value($0.value, name: $0.name) }
    case .scalar:
      session.error(
        "'\(fullPath("values"))' must be a list of values, not \(node.summary)", at: node.place,
        help: "write it in brackets: [\(node.scalar?.text ?? "")]")
      return []
    }
    if values.isEmpty { session.error("'\(fullPath("values"))' is empty", at: node.place) }
    return values
  }

  /// Two numbers between which values are drawn.
  ///
  /// - Parameter range: which numbers make sense; what does not is told where the scale is known.
  fileprivate func drawnRange(
    _ name: String, _ summary: String, in range: NumberRange
  ) -> ClosedRange<Double>? {
    guard
      let node = field(
        name, type: "[lower, upper]", form: .pair(range), summary, default: nil,
        isRequired: false)
    else { return nil }
    let count = session.errorCount
    let numbers = numbers(from: node, name: fullPath(name), in: .any)
    guard session.errorCount == count else { return nil }
    guard numbers.count == 2, numbers[0] < numbers[1] else {
      session.error(
        "'\(fullPath(name))' must be two numbers, the lower one first", at: node.place,
        help: "write \(name): [1e-4, 1e-2]")
      return nil
    }
    return numbers[0]...numbers[1]
  }
}

extension FieldForm {
  /// A key with dots that an axis may set.
  fileprivate static let sweptKey = FieldForm.matching(
    .text, #"^(?!(name|base|sweep)(\.|$))[^.]+(\.[^.]+)*$"#)
}

extension Node {
  /// A text that two nodes share which mean the same: `1` and `1.0`, and lists and maps of such, whatever the order of a
  /// map's keys.
  fileprivate var meaning: String {
    switch content {
    case .scalar(let scalar):
      // A quoted number is a text; where a field wants a number it is one all the same.
      (try? scalar.number()).map { "number \($0)" }
        ?? "text \(scalar.text.utf8.count) \(scalar.text)"
    case .sequence(let items): "list \(items.count) " + items.map(\.meaning).joined(separator: " ")
    case .mapping(let entries):
      "map \(entries.count) "
        + entries.sorted { $0.name < $1.name }.map {
          "\($0.name.utf8.count) \($0.name) \($0.value.meaning)"
        }.joined(separator: " ")
    }
  }
}
