import Testing
import YAML

@Suite("Diagnostics as shown")
struct DiagnosticTests {
  /// The range between the first two markers of the text.
  private func range(_ marked: String, name: String = "experiments/x.yaml") throws -> SourceRange {
    let marked = MarkedText(marked)
    return SourceRange(
      source: Source(name: name, text: marked.text),
      startOffset: try #require(marked.offsets["1️⃣"]),
      endOffset: try #require(marked.offsets["2️⃣"]))
  }

  private func rendered(_ marked: String) throws -> String {
    let range = try range(marked, name: "x")
    return Diagnostic(.error, "m", at: range).rendered()
  }

  @Test func wholeDiagnostic() throws {
    let text = "a:\n  b:\n    3️⃣steps4️⃣: 200\n\n    1️⃣stpes2️⃣: 300\n"
    let marked = MarkedText(text)
    let range = try range(text)
    let first = SourceRange(
      source: range.source, startOffset: try #require(marked.offsets["3️⃣"]),
      endOffset: try #require(marked.offsets["4️⃣"]))
    let diagnostic = Diagnostic(
      .error, "unknown key 'stpes' in 'a.b'", at: range, help: "did you mean 'steps'?",
      notes: [.init("first defined here", at: first), .init("a note without a place")])
    #expect(
      diagnostic.rendered() == """
        experiments/x.yaml:5:5: error: unknown key 'stpes' in 'a.b'
            5 |     stpes: 300
              |     ^~~~~
           help: did you mean 'steps'?
        experiments/x.yaml:3:5: note: first defined here
            3 |     steps: 200
              |     ^~~~~
        note: a note without a place

        """)
    #expect(Diagnostic(.warning, "w").rendered() == "warning: w\n")
  }

  @Test func lineNumbersAreAligned() throws {
    let lines = String(repeating: "\n", count: 123_455)
    #expect(
      try rendered(lines + "a: 1️⃣1232️⃣") == """
        x:123456:4: error: m
        123456 | a: 123
               |    ^~~

        """)
  }

  @Test func caretsOfOtherShapes() throws {
    #expect(try rendered("a:1️⃣2️⃣\n") == "x:1:3: error: m\n    1 | a:\n      |   ^\n")
    #expect(try rendered("a: 1️⃣|\n  b\n2️⃣\n") == "x:1:4: error: m\n    1 | a: |\n      |    ^\n")
    #expect(try rendered("1️⃣2️⃣") == "x:1:1: error: m\n    1 |\n      | ^\n")
    #expect(try rendered("a\n1️⃣2️⃣") == "x:2:1: error: m\n    2 |\n      | ^\n")
  }

  @Test func tabsAreExpandedInBothLines() throws {
    #expect(
      try rendered("a\t: \t1️⃣bc2️⃣\n") == """
        x:1:6: error: m
            1 | a   :   bc
              |         ^~

        """)
  }

  @Test func wideAndCombiningCharactersDoNotShiftTheCaret() throws {
    #expect(
      try rendered("日本: 1️⃣値2️⃣ x\n") == """
        x:1:5: error: m
            1 | 日本: 値 x
              |       ^~

        """)
    #expect(
      try rendered("e\u{301}: 1️⃣ab2️⃣\n") == """
        x:1:5: error: m
            1 | e\u{301}: ab
              |    ^~

        """)
  }

  @Test func nothingRawReachesTheTerminal() throws {
    let bytes: [UInt8] = [0x1B, 0x5B, 0xFF, 0x0A]
    let source = Source(name: "\u{1B}]x", bytes: bytes + Array("\u{202E}\u{85}".utf8))
    let text = Diagnostic(
      .error, "a\u{7}\nb", at: SourceRange(source: source, startOffset: 2, endOffset: 3),
      help: "\u{9B}", notes: [.init("\u{8}", at: source.wholeRange)]
    ).rendered()
    #expect(
      text == """
        \\u{1B}]x:1:3: error: a\\u{7}\\nb
            1 | \\u{1B}[\\xFF
              |        ^~~~
           help: \\u{9B}
        \\u{1B}]x:1:1: note: \\u{8}
            1 | \\u{1B}[\\xFF
              | ^~~~~~~~~~~

        """)
    let second = SourceRange(source: source, startOffset: 4, endOffset: 7)
    #expect(
      Diagnostic(.error, "m", at: second).rendered().contains(
        "| \\u{202E}\\u{85}\n      | ^~~~~~~~\n"))
    #expect(quoted("a\u{1B}b") == "'a\\u{1B}b'")
  }

  @Test func longLinesAreShownAroundThePlace() throws {
    let xs = String(repeating: "x", count: 200)
    let middle = try rendered(xs + "1️⃣abc2️⃣" + xs)
    #expect(
      middle == "x:1:201: error: m\n    1 | ..." + xs.prefix(40) + "abc" + xs.prefix(57) + "...\n"
        + "      | " + String(repeating: " ", count: 43) + "^~~\n")
    let start = try rendered("1️⃣" + xs + "2️⃣")
    #expect(
      start == "x:1:1: error: m\n    1 | " + xs.prefix(100) + "...\n      | ^"
        + String(repeating: "~", count: 99) + "\n")
    let end = try rendered(xs + "1️⃣2️⃣\n")
    #expect(
      end == "x:1:201: error: m\n    1 | ..." + xs.prefix(100) + "\n      | "
        + String(repeating: " ", count: 103) + "^\n")
  }

  @Test func colors() throws {
    let text = Diagnostic(.error, "m", at: try range("1️⃣ab2️⃣"), help: "h").rendered(color: true)
    #expect(
      text == "\u{1B}[1mexperiments/x.yaml:1:1:\u{1B}[0m \u{1B}[1;31merror:\u{1B}[0m m\n"
        + "\u{1B}[34m    1 |\u{1B}[0m ab\n\u{1B}[34m      |\u{1B}[0m \u{1B}[32m^~\u{1B}[0m\n"
        + "   \u{1B}[32mhelp:\u{1B}[0m h\n")
  }

  @Test func sortedByPlaceAndOnlyOnce() {
    let first = Source(name: "1", text: "abc")
    let second = Source(name: "2", text: "abc")
    func place(_ source: Source, _ offset: Int) -> SourceRange {
      SourceRange(source: source, startOffset: offset, endOffset: offset + 1)
    }
    var diagnostics = Diagnostics()
    diagnostics.warning("nowhere")
    diagnostics.error("late", at: place(first, 2))
    diagnostics.error("other", at: place(second, 0))
    diagnostics.error("early", at: place(first, 0))
    diagnostics.error("late", at: place(first, 2))
    diagnostics.error("late too", at: place(first, 2))
    diagnostics.warning("late", at: place(first, 2))
    #expect(
      diagnostics.sorted.map(\.message)
        == ["early", "late", "late too", "late", "other", "nowhere"])
    #expect(diagnostics.rendered(limit: 2).hasSuffix("      |   ^\nand 4 more\n"))
    #expect(!diagnostics.rendered().contains("more"))
    #expect(diagnostics.hasErrors)
  }

  @Test func warningsAreNoErrors() {
    var diagnostics = Diagnostics()
    #expect(diagnostics.isEmpty && !diagnostics.hasErrors)
    diagnostics.warning("w")
    #expect(!diagnostics.isEmpty && !diagnostics.hasErrors)
    var others = Diagnostics()
    for number in 0..<Diagnostics.capacity + 5 { others.error("e\(number)") }
    #expect(others.found.count == Diagnostics.capacity)
    #expect(others.count == Diagnostics.capacity + 5)
    #expect(others.rendered(limit: 1) == "error: e0\nand 1004 more\n")
    diagnostics.append(contentsOf: others)
    #expect(diagnostics.hasErrors)
    #expect(diagnostics.count == Diagnostics.capacity + 6)
  }
}
