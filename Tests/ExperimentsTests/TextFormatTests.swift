import Experiments
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite("Text formats")
struct TextFormatTests {
  @Test(arguments: [
    (0.1, "0.1"), (3, "3"), (-0.0, "-0"), (1e-5, "1e-05"), (1e22, "1e+22"), (5e-324, "5e-324"),
    (1.7976931348623157e308, "1.7976931348623157e+308"), (.nan, "nan"), (.infinity, "inf"),
    (-.infinity, "-inf"), (100_000, "100000"),
  ])
  func numbers(value: Double, text: String) throws {
    #expect(JSONText.number(value) == text)
    guard value.isFinite else { return }
    let read = try JSONDecoder().decode([Double].self, from: Data("[\(text)]".utf8))
    #expect(read[0].bitPattern == value.bitPattern || value == 0)
  }

  @Test func quotes() throws {
    let nasty = "a\"b\\c\n\t\r\u{0}\u{1F}\u{7F}\u{85}\u{2028}é🎲"
    let json = JSONText.map([(nasty, .text(nasty)), ("n", .number(.nan)), ("z", .null)]).compactText
    #expect(!json.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{2028}" })
    struct Read: Decodable {
      var n: String
      var z: Int?
    }
    let data = Data(json.utf8)
    #expect(try JSONDecoder().decode(Read.self, from: data).n == "nan")
    let single = Data(JSONText.map([(nasty, .text(nasty))]).rendered().utf8)
    #expect(try JSONDecoder().decode([String: String].self, from: single) == [nasty: nasty])
  }

  @Test func layout() {
    let short = JSONText.map([("a", .list([.integer(1), .flag(true)])), ("b", .map([]))])
    #expect(short.rendered() == #"{"a": [1, true], "b": {}}"#)
    let long = JSONText.map([
      (
        "words",
        .list([.text(String(repeating: "x", count: 60)), .text(String(repeating: "y", count: 60))])
      )
    ])
    #expect(
      long.rendered() == """
        {
          "words": [
            "\(String(repeating: "x", count: 60))",
            "\(String(repeating: "y", count: 60))"
          ]
        }
        """)
  }

  @Test func tables() {
    #expect(
      TextTable.rendered([["name", "n"], ["a", "10"], ["long one", "7"]], alignRight: [1]) == """
        name       n
        a         10
        long one   7

        """)
    #expect(TextTable.rendered([]) == "")
    // What steers a terminal or turns the order of letters is shown; other letters stay.
    #expect(
      TextTable.rendered([["a", "b"], ["x\u{1B}]0;t\u{7}", "\u{202E}ü\n"]])
        == "a" + String(repeating: " ", count: 22) + "b\nx⟨U+001B⟩]0;t⟨U+0007⟩  ⟨U+202E⟩ü⟨U+000A⟩\n"
    )
    #expect(PrintableText.lines("a\nb\u{1B}[31m\n") == "a\nb⟨U+001B⟩[31m\n")
  }

  @Test(arguments: [
    (0, "0"), (1, "1.000"), (0.1234567, "0.1235"), (12345.6, "12346"), (1e7, "1.000e7"),
    (-2.5, "-2.500"), (1e-4, "0.0001000"), (1e-5, "1.000e-5"), (9.9996, "10.000"), (.nan, "nan"),
    (-.infinity, "-inf"), (5e-324, "4.941e-324"), (1e300, "1.000e300"), (1e-12, "1.000e-12"),
    (9.9999e-13, "1.000e-12"),
  ])
  func shortNumbers(value: Double, text: String) {
    #expect(TextTable.number(value) == text)
  }

  @Test(arguments: [0, -0.0, 1.5, .nan, .infinity, -.infinity, 5e-324])
  func metricValues(value: Double) throws {
    let data = try JSONEncoder().encode([MetricValue(value)])
    #expect(try JSONDecoder().decode([MetricValue].self, from: data) == [MetricValue(value)])
    if !value.isFinite { #expect(String(decoding: data, as: UTF8.self).hasPrefix("[\"")) }
  }

  @Test func metricValuesThatAreNone() {
    for text in ["[\"x\"]", "[\"NaN\"]", "[null]", "[true]"] {
      #expect(throws: DecodingError.self) {
        _ = try JSONDecoder().decode([MetricValue].self, from: Data(text.utf8))
      }
    }
  }

  /// FIPS 180-2, appendix B.
  @Test func digests() throws {
    #expect(
      Digest.hex(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      Digest.hex([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(Digest.hex(million) == expected)
    let directory = try TemporaryDirectory()
    try FileSystem.write(million, to: directory.path + "/a")
    #expect(try Digest.hex(file: directory.path + "/a") == expected)
    #expect(Digest.word(Array("abc".utf8)) == 0xeacf_018f_bf16_78ba)
    #expect(throws: Failure.self) { _ = try Digest.hex(file: directory.path + "/none") }
  }
}
