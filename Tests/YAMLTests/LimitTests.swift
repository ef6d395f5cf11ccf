import Testing
import YAML

@Suite("Limits and hostile texts")
struct LimitTests {
  private func messages(_ text: String) -> [String] {
    parse(Source(name: "x.yaml", text: text)).diagnostics.found.map(\.message)
  }

  private func nested(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }

  @Test func depth() {
    let tooDeep = ["lists and maps are nested more than 64 deep"]
    #expect(messages(nested(64)) == [])
    #expect(messages(nested(65)) == tooDeep)
    #expect(messages(String(repeating: "- ", count: 64) + "x") == [])
    #expect(messages(String(repeating: "- ", count: 65) + "x") == tooDeep)
    let indented = (0..<65).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(messages(indented) == tooDeep)
    #expect(messages("a: &a \(nested(62))\nb: [*a]\n") == [])
    #expect(messages("a: &a \(nested(62))\nb: [[*a]]\n") == tooDeep)
  }

  @Test func aliases() {
    let list = "a: &a [" + String(repeating: "x,", count: 99) + "]\n"
    func aliases(_ count: Int) -> String {
      list + "b: [" + String(repeating: "*a,", count: count) + "]\n"
    }
    #expect(messages(aliases(100)) == [])
    #expect(messages(aliases(101)) == ["aliases stand for more than 10000 nodes"])
    var laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1..<30 {
      let items = String(repeating: "*a\(level - 1),", count: 10)
      laughs += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(messages(laughs) == ["aliases stand for more than 10000 nodes"])
  }

  @Test func sizeOfTheText() throws {
    let limit = 4 << 20
    let largest = parse(Source(name: "x", text: String(repeating: "a", count: limit)))
    #expect(largest.node?.scalar?.text.utf8.count == limit)
    let beyond = parse(Source(name: "x", text: String(repeating: "a", count: limit + 1)))
    #expect(beyond.node == nil)
    #expect(
      beyond.diagnostics.found.map(\.message)
        == ["4194305 bytes are too many for a spec: at most 4194304 are read"])
    #expect(beyond.diagnostics.rendered().utf8.count < 500)
  }

  @Test func numberOfNodes() {
    let items = String(repeating: "0,", count: 199_999)
    #expect(messages("[\(items)]") == [])
    #expect(messages("[\(items)0]") == ["more than 200000 values in a text"])
  }

  @Test func runsOfBlanks() {
    let blanks = String(repeating: " ", count: 1_000)
    #expect(messages("a: x\(blanks)y") == [])
    #expect(messages("a: x\(blanks) y") == ["more than 1000 blanks in a row are not read"])
    let breaks = String(repeating: " \n", count: 2_000)
    #expect(messages("a: x\(breaks)b: 1") == [])
    #expect(messages("a: x\(breaks)\nb: 1") == ["more than 1000 empty lines in a row are not read"])
    let directives = String(repeating: "%TAG !a! b\n", count: 17)
    #expect(messages(directives) == ["more than 16 lines that begin with '%' are not read"])
  }

  @Test func charactersThatMayNotBeThere() {
    let bytes: [UInt8] =
      Array("a: caf".utf8) + [0xE9, 0x0A] + Array("é: ".utf8) + [0x1B, 0x00]
      + Array("\u{2028}\u{FEFF}".utf8) + [0xED, 0xA0, 0x80]
    let found = parse(bytes, name: "x").diagnostics.found
    #expect(
      found.map(\.message) == [
        "byte 0xE9 is not UTF-8", "control character \\u{1B} may not be in a YAML text",
        "control character \\u{0} may not be in a YAML text",
        "character \\u{2028} may not be in a YAML text",
        "a byte order mark may stand at the beginning of a file only",
        "byte 0xED is not UTF-8", "byte 0xA0 is not UTF-8", "byte 0x80 is not UTF-8",
      ])
    #expect(
      found.compactMap { $0.range?.description }
        == ["x:1:7", "x:2:4", "x:2:5", "x:2:6", "x:2:7", "x:2:8", "x:2:9", "x:2:10"])
    #expect(
      messages(String(repeating: "\u{1}", count: 25)).last
        == "5 more characters that may not be in a YAML text")
    for invalid: [UInt8] in [[0xC3], [0xC0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] {
      #expect(parse(Array("a: ".utf8) + invalid, name: "x").node == nil)
    }
  }

  @Test func otherEncodings() {
    func message(_ bytes: [UInt8]) -> String? {
      parse(bytes, name: "x").diagnostics.found.first?.message
    }
    let little = Array("ab: 1".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let big = Array("ab: 1".utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    for bytes in [little, big, [0xFF, 0xFE] + little, [0xFE, 0xFF] + big] {
      #expect(message(bytes) == "the file is in UTF-16, not in UTF-8")
    }
    #expect(message([0x61, 0, 0, 0]) == "the file is in UTF-32, not in UTF-8")
    #expect(message([0xFF, 0xFE, 0, 0]) == "the file is in UTF-32, not in UTF-8")
  }

  /// Texts that take libyaml long or deep where nothing bounds it.
  private static let hostile: [(name: String, text: String)] = {
    func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }
    func lines(_ count: Int, _ line: (Int) -> String) -> String {
      (0..<count).map(line).joined()
    }
    return [
      ("[", times(100_000, "[")), ("{", times(100_000, "{")),
      ("[ and line break", times(100_000, "[\n")),
      ("- ", times(100_000, "- ")), ("? ", times(100_000, "? ")), (": ", times(100_000, ": ")),
      ("[?", times(100_000, "[?")), ("{a: ", times(100_000, "{a: ")),
      ("[{a: ", times(100_000, "[{a: ")),
      ("[1 ", times(100_000, "[1 ")), ("quotes", times(1_000_001, "'")),
      ("&a ", times(1_000_000, "&a ")),
      ("*a ", times(1_000_000, "*a ")), ("!a ", times(1_000_000, "!a ")),
      ("!!", times(1_000_000, "!!")),
      ("one line", "a: " + times(1_000_000, "x")), ("one key", times(1_000_000, "x") + ": 1"),
      ("a key between keys", "a: 1\n" + times(1_000_000, "x") + "\nb: 2\n"),
      ("anchors", lines(65_536) { "- &a\($0) \($0)\n" }),
      ("undefined aliases", lines(60_000) { "- &a\($0) 1\n- *b\($0)\n" }),
      ("indentation", lines(1_000) { times($0, " ") + "a:\n" }),
      ("blanks", "a: x" + times(1_000, " ") + times(2_000_000, "b ")),
      ("blanks in quotes", "a: \"x" + times(1_000, " ") + times(2_000_000, "b ") + "\""),
      ("empty lines", "a: x" + times(1_000, "\n") + times(500_000, "\n\n  f")),
      ("a block of empty lines", "a: |\n  x" + times(1_000, "\n") + times(500_000, "  b\n\n")),
      ("tag directives", lines(100_000) { "%TAG !a\($0)! b\n" } + "--- a"),
      ("equal keys", times(60_000, "a: 1\n")), ("é keys", times(60_000, "é: 1\n")),
      ("different keys", "{" + lines(90_000) { "k\($0): 1, " } + "}"),
      ("combining marks", "a: e" + times(1_000_000, "\u{301}")),
      ("a key of combining marks", "e" + times(400, "\u{301}") + ": 1"),
      ("é", "é: [" + times(90_000, "é,") + "]"), ("documents", times(100_000, "---\n")),
      ("wide within deep", times(63, "- ") + "[" + times(100_000, "a,") + "]"),
      ("comments", times(1_000_000, "# x\n")),
      ("escapes", "a: \"" + times(900_000, "\\x41") + "\""),
      ("deep again and again", "[" + times(10_000, nestedTen) + "]"),
    ]
  }()
  private static let nestedTen = "[[[[[[[[[[a]]]]]]]]]],"

  @Test(arguments: hostile.indices)
  func hostileTexts(index: Int) {
    let (name, text) = Self.hostile[index]
    let clock = ContinuousClock()
    let time = clock.measure {
      let document = parse(Source(name: "x.yaml", text: text))
      #expect(document.node != nil || document.diagnostics.hasErrors, "\(name)")
      #expect(document.diagnostics.rendered().utf8.count < 100_000, "\(name)")
    }
    #expect(time < .seconds(5), "\(name) took \(time)")
  }
}
