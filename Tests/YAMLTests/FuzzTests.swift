import Testing
import YAML

/// SplitMix64 (Steele, Lea and Flood 2014): small, seedable, good enough to choose inputs.
private struct InputChoice {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

@Suite("Any bytes at all")
struct FuzzTests {
  private static let tokens: [[UInt8]] =
    [
      "a", "key", "1", "-1.5e3", "010", "1_000", "true", "yes", "null", "~", "''", "'", "\"",
      "\"x\"", "\\",
      "\\u12", ":", ": ", "- ", "-", "? ", "?", ", ", ",", "[", "]", "{", "}", "[a, b]", "{a: 1}",
      "&a ",
      "&b ", "*a", "*b ", "*c", "!", "!!str ", "!!int ", "!!map ", "!x ", "!<x> ", "<<", "<<: ",
      "|", "|\n",
      ">-\n", "|2+\n", "#", " # c\n", "\n", "\n\n", "\n  ", "\n    ", "\n\t", "\t", " ", "    ",
      "\r\n",
      "\r", "---", "---\n", "...\n", "%YAML 1.2\n", "%TAG ! x\n", "%", "@", "`", "é", "日本", "🎲",
      "\u{301}",
      "\u{FEFF}", "\u{85}", "\u{2028}", "\u{202E}", "\u{0}", "\u{1B}[31m", "name: x\n",
      "steps: 10\n",
    ].map { Array($0.utf8) } + [
      [0xFF], [0xC3], [0xE2, 0x82], [0xF0, 0x9F], [0xFF, 0xFE], [0x80],
    ]

  private static let specs: [[UInt8]] = [
    """
    name: walk-jump
    seed: 0                          # or {default: 0, data: 7}
    data:
      two-modes:
        kind: gaussian-mixture
        components:
          - {weight: 1, mean: [-1], std: 0.5}
          - {weight: 1, mean: [1], std: 0.5}
      bits:  {kind: categorical, values: [[0], [1]]}
    sampling:
      walk: &walk {kind: langevin, target: fit, step_size: 0.1, steps: 1000}
      again: *walk
    """,
    """
    description: |
      Several lines,
        indented.

    folded: >-
      one
      two
    quoted: "a \\"b\\" \\u00e9"
    single: 'it''s'
    ? complex
    : - a
      - - b
        - {c: d, e: [f, *x]}
      - &x !!str 12
    tags: [!!int 3, ! y, null, ~]
    """,
    "%YAML 1.2\r\n---\r\né: [日本, 🎲]\r\nlist:\r\n- 1\r\n-   a: b\r\n    c: d\r\n...\r\n",
  ].map { Array($0.utf8) }

  private static func input(_ choice: inout InputChoice) -> [UInt8] {
    switch choice.below(10) {
    case 0:
      return (0..<choice.below(64)).map { _ in UInt8(truncatingIfNeeded: choice.next()) }
    case 1, 2, 3:
      return (0..<choice.below(40)).flatMap { _ in choice.pick(tokens) }
    default:
      var bytes = choice.pick(specs)
      for _ in 0...choice.below(4) {
        let place = choice.below(bytes.count + 1)
        let end = min(place + choice.below(choice.below(4) == 0 ? 40 : 3), bytes.count)
        switch choice.below(4) {
        case 0: bytes.insert(contentsOf: choice.pick(tokens), at: place)
        case 1: bytes.removeSubrange(place..<end)
        case 2: bytes.replaceSubrange(place..<end, with: choice.pick(tokens))
        default: bytes.insert(contentsOf: bytes[place..<end], at: choice.below(bytes.count + 1))
        }
      }
      return bytes
    }
  }

  /// What does not hold for the document; nil where all is well.
  private static func defect(_ document: Document) -> String? {
    if document.node == nil, !document.diagnostics.hasErrors { return "neither node nor error" }
    for diagnostic in document.diagnostics.found {
      for range in [diagnostic.range] + diagnostic.notes.map(\.range) {
        if let range, let defect = defect(range, document.source) { return defect }
      }
    }
    let text = document.diagnostics.rendered()
    if text.isEmpty != document.diagnostics.isEmpty { return "not rendered" }
    if text.unicodeScalars.contains(where: { ($0.value < 0x20 && $0 != "\n") || $0 == "\u{202E}" })
    {
      return "a control character is shown raw"
    }
    return document.node.flatMap { defect($0, document.source) }
  }

  private static func defect(_ range: SourceRange, _ source: Source) -> String? {
    let isInside =
      range.source === source && range.startOffset >= 0 && range.startOffset <= range.endOffset
      && range.endOffset <= source.bytes.count
    let start = range.start
    let isPlace = start.line >= 1 && start.line <= source.lineCount && start.column >= 1
    return isInside && isPlace ? nil : "range \(range.startOffset)..<\(range.endOffset) at \(start)"
  }

  private static func defect(_ node: Node, _ source: Source) -> String? {
    if let defect = defect(node.range, source) { return defect }
    if let alias = node.aliasRange, let defect = defect(alias, source) { return defect }
    let children: [Node] =
      switch node.content {
      case .scalar: []
      case .sequence(let items): items
      case .mapping(let entries): entries.flatMap { [$0.key, $0.value] }
      }
    // A plain scalar of one line stands in the text as it is; nothing stands for a refused alias.
    if let scalar = node.scalar, scalar.style == .plain,
      node.range.start.line == node.range.end.line, scalar.text != node.range.text,
      node.aliasRange == nil, !(scalar.text.isEmpty && node.range.text.hasPrefix("*"))
    {
      return "'\(scalar.text)' is not '\(node.range.text)'"
    }
    for child in children {
      if child.aliasRange == nil,
        child.range.startOffset < node.range.startOffset
          || child.range.endOffset > node.range.endOffset
      {
        return "'\(child.range.text)' is not within '\(node.range.text)'"
      }
      if let defect = defect(child, source) { return defect }
    }
    return nil
  }

  /// 100,000 inputs: random bytes, soups of tokens, and specs with a few changes.
  @Test(arguments: 0..<10)
  func fuzz(shard: Int) {
    var choice = InputChoice(state: UInt64(shard) << 32)
    let clock = ContinuousClock()
    var parsed = 0
    for number in 0..<10_000 {
      let input = Self.input(&choice)
      var document: Document?
      let time = clock.measure { document = parse(input, name: "x.yaml") }
      guard let document else { continue }
      if document.node != nil { parsed += 1 }
      let defect = Self.defect(document)
      // The input is shown as numbers: it may hold what a terminal obeys.
      #expect(
        defect == nil,
        "input \(number) of shard \(shard), as UTF-8 bytes: \(input)")
      #expect(time < .seconds(5), "input \(number) of shard \(shard) took \(time)")
    }
    // Both sides are exercised: 10 to 80 % of the inputs give a node.
    #expect((1_000...8_000).contains(parsed), "\(parsed)")
  }
}
