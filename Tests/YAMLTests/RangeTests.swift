import Testing
import YAML

@Suite("Ranges")
struct RangeTests {
  /// The value under `v` must cover exactly the text between the two markers.
  private func expectRange(
    _ marked: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) throws {
    let text = MarkedText(marked)
    let root = try node(text.text, sourceLocation: sourceLocation)
    let value = try #require(root["v"] ?? root.items?[0], sourceLocation: sourceLocation)
    #expect(
      value.range.startOffset == text.offsets["1️⃣"], "\(value.range.text)",
      sourceLocation: sourceLocation)
    #expect(
      value.range.endOffset == text.offsets["2️⃣"], "\(value.range.text)",
      sourceLocation: sourceLocation)
  }

  @Test func scalars() throws {
    try expectRange("v: 1️⃣plain text2️⃣  # comment\nw: 1\n")
    try expectRange("v: 1️⃣over\n  several\n\n  lines2️⃣\n# comment\nw: 1\n")
    try expectRange("v: 1️⃣'single ''quoted'''2️⃣ # comment\n")
    try expectRange("v: 1️⃣\"double\n  quoted\"2️⃣\n")
    try expectRange("v: 1️⃣|\n  literal\n\n   text2️⃣\n\n\nw: 1\n")
    try expectRange("v: 1️⃣>-\n  folded\n  text2️⃣\n")
    try expectRange("v: 1️⃣|+\n  kept2️⃣\n\n\n")
    try expectRange("v:1️⃣2️⃣\nw: 1\n")
    try expectRange("v:1️⃣2️⃣")
    try expectRange("é: ü\nv: 1️⃣日本 🎲2️⃣\nw: é\n")
    try expectRange("\u{FEFF}v: 1️⃣12️⃣\r\nw: é\r\n")
  }

  @Test func collections() throws {
    try expectRange("v: 1️⃣[1, [2], ]2️⃣ # comment\n")
    try expectRange("v: 1️⃣{a: 1,\n  b: {}}2️⃣\nw: 1\n")
    try expectRange("v: 1️⃣[]2️⃣")
    try expectRange("v:\n  1️⃣- 1\n  - 22️⃣\n\n# comment\nw: 1\n")
    try expectRange("v:\n1️⃣- 1\n- a: 1\n  b: [é]2️⃣\n# comment\nw: 1\n")
    try expectRange("v:\n  # comment\n  1️⃣a: 1\n  b:\n    c: 22️⃣   \n\n\nw: 1\n")
    try expectRange("v:\n  1️⃣a:\n    b:2️⃣\n\nw: 1\n")
    try expectRange("[1️⃣a: 12️⃣ , b]\n")
    try expectRange("v:\n  1️⃣a: |\n    literal2️⃣\n\nw: 1\n")
    try expectRange("x: &x 1\nv:\n  1️⃣- *x2️⃣\nw: *x\n")
  }

  @Test func propertiesAreNotPartOfTheValue() throws {
    try expectRange("v: &a 1️⃣12️⃣\n")
    try expectRange("v: &a !!str 1️⃣12️⃣\n")
    try expectRange("v: !!str &a # comment\n  1️⃣12️⃣\n")
    try expectRange("v: &a 1️⃣[1]2️⃣\n")
    try expectRange("v: &a1️⃣:b2️⃣\n")
    try expectRange("v: &a\n  1️⃣b: 12️⃣\nw: 1\n")
    try expectRange("v: &a\n  1️⃣&b b: 12️⃣\nw: 1\n")
    try expectRange("v: &a !!seq # - comment\n  1️⃣- 12️⃣\nw: 1\n")
    try expectRange("v: &a1️⃣2️⃣\nw: 1\n")
    try expectRange("v: !!str &a1️⃣2️⃣\nw: 1\n")
    let root = try node("&k key: 1\n")
    #expect(root.range.text == "&k key: 1")
    #expect(root.entries?[0].key.range.text == "key")
  }

  @Test func linesAndColumns() throws {
    for lineBreak in ["\n", "\r\n", "\r"] {
      let root = try node(["# é", "a: 1", "日本: [x, 🎲, y]", ""].joined(separator: lineBreak))
      let item = try #require(root["日本"]?.items?[2])
      #expect(item.range.start.line == 3)
      #expect(item.range.start.column == 12)
      #expect(item.range.end.column == 13)
      #expect(item.range.description == "x.yaml:3:12")
    }
    let root = try node("\u{FEFF}a: 1\n")
    #expect(root.entries?[0].key.range.start.column == 1)
    #expect(root["a"]?.range.start.column == 4)
  }

  @Test func sourceLines() {
    let source = Source(name: "x", text: "one\r\ntwo\rthree\n\nfive")
    #expect(source.lineCount == 5)
    #expect((1...5).map(source.text(ofLine:)) == ["one", "two", "three", "", "five"])
    #expect(source.location(at: 5) == SourceLocation(line: 2, column: 1, offset: 5))
    #expect(source.location(at: 99) == SourceLocation(line: 5, column: 5, offset: 20))
    #expect(source.location(at: -1) == SourceLocation(line: 1, column: 1, offset: 0))
    #expect(Source(name: "x", text: "").lineCount == 1)
    #expect(Source(name: "x", text: "a\n").lineCount == 2)
  }

  /// Columns far into a text that is not ASCII, where positions are looked up from checkpoints.
  @Test func columnsInLongLines() throws {
    let root = try node("[" + String(repeating: "é, ", count: 1_000) + "last]")
    let last = try #require(root.items?.last)
    #expect(last.range.text == "last")
    #expect(last.range.start.column == 3_002)
    #expect(last.range.startOffset == 4_001)
  }

  @Test func partsOfATextAreReadWhereTheyStand() throws {
    let source = Source(name: "command line", text: "é.b={x: [1, zwei]}")
    let document = parse(source, in: 5..<source.bytes.count)
    let item = try #require(document.node?["x"]?.items?[1])
    #expect(item.range.text == "zwei")
    #expect(item.range.start.column == 13)
    let broken = parse(Source(name: "command line", text: "a=[1"), in: 2..<4)
    #expect(broken.diagnostics.found[0].range?.startOffset == 2)
    #expect(parse(source, in: 3..<3).node == nil)
  }

  @Test func nodesCanBeBuilt() throws {
    let source = Source(name: "command line", text: "a=2")
    var root = try node("a: 1\nb: [1]\n")
    var entries = try #require(root.entries)
    entries[0].value = Node("2", range: source.wholeRange)
    entries.append(
      .init(
        key: Node("c", range: source.wholeRange),
        value: Node(.sequence([]), range: source.wholeRange)))
    root.content = .mapping(entries)
    #expect(root.outline == "{a: '2', b: ['1'], c: []}")
    #expect(try root["a"]?.integer() == 2)
    #expect(root["missing"] == nil)
  }
}
