import Testing
import YAML

@Suite("Scalars")
struct ScalarTests {
  @Test(arguments: [
    ("0", 0), ("-0", 0), ("17", 17), ("+5", 5), ("-12", -12), ("0x1F", 31), ("0xff", 255),
    ("0o17", 15), ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
  ])
  func integers(text: String, value: Int) throws {
    #expect(try Scalar(text).integer() == value)
    #expect(try Scalar(text).number() == Double(value))
  }

  @Test(arguments: [
    ("1e-3", 1e-3), ("5e-4", 5e-4), ("1e5", 1e5), ("1E5", 1e5), (".5", 0.5), ("5.", 5),
    ("-.5", -0.5),
    ("+1.5e+2", 150), ("0.1", 0.1), ("-0.0", -0.0),
    ("1.7976931348623157e308", Double.greatestFiniteMagnitude),
    ("5e-324", Double.leastNonzeroMagnitude), ("0e999", 0),
    ("123456789012345678901234567890", 1.2345678901234568e29),
    ("2.2250738585072011e-308", Double.leastNormalMagnitude.nextDown), ("0.000", 0), ("10.0", 10),
    ("9007199254740993", 9007199254740992),
  ])
  func numbers(text: String, value: Double) throws {
    #expect(try Scalar(text).number().bitPattern == value.bitPattern)
  }

  @Test(arguments: [("3", 3), ("1e5", 100_000), ("2.0", 2), ("0", 0), ("0x10", 16), ("1.5e1", 15)])
  func counts(text: String, value: Int) throws {
    #expect(try Scalar(text).count() == value)
  }

  @Test func flags() throws {
    for text in ["true", "True", "TRUE"] { #expect(try Scalar(text).flag()) }
    for text in ["false", "False", "FALSE"] { #expect(try !Scalar(text).flag()) }
  }

  @Test func nonFinite() throws {
    for text in [".inf", ".Inf", ".INF", "+.inf"] {
      #expect(try Scalar(text).number(allowsNonFinite: true) == .infinity)
    }
    #expect(try Scalar("-.inf").number(allowsNonFinite: true) == -.infinity)
    for text in [".nan", ".NaN", ".NAN"] {
      #expect(try Scalar(text).number(allowsNonFinite: true).isNaN)
      #expect(
        problem { () throws(ScalarProblem) in try Scalar(text).number() }
          == ScalarProblem(message: "expected a finite number, got '\(text)'"))
    }
  }

  @Test func nulls() {
    for text in ["", "~", "null", "Null", "NULL"] {
      #expect(Scalar(text).isNull)
      #expect(!Scalar(text, style: .double).isNull)
      #expect(problem { () throws(ScalarProblem) in try Scalar(text).string() } != nil)
    }
    for text in ["nul", "nULL", "0", "none"] { #expect(!Scalar(text).isNull) }
  }

  @Test func textsAreWhatTheyAre() throws {
    for text in ["007", "yes", "1e5", "true", "a b"] { #expect(try Scalar(text).string() == text) }
  }

  @Test(arguments: [
    ("010", "expected an integer, but '010' has a leading zero", "write 10, or 0o10 for octal"),
    ("017", "expected an integer, but '017' has a leading zero", "write 17, or 0o17 for octal"),
    ("089", "expected an integer, but '089' has a leading zero", "write 89"),
    ("-017", "expected an integer, but '-017' has a leading zero", "write -17"),
    ("00", "expected an integer, but '00' has a leading zero", "write 0, or 0o0 for octal"),
    ("1_000", "expected an integer, got '1_000'", "write 1000"),
    ("1,000", "expected an integer, got '1,000'", "write 1000"),
    ("10 000", "expected an integer, got '10 000'", "write 10000"),
    ("\u{2212}5", "expected an integer, got '\u{2212}5'", "write -5"),
    ("1.5", "expected an integer, got '1.5'", nil),
    ("1e5", "expected an integer, got '1e5'", "write 100000"),
    ("2.0", "expected an integer, got '2.0'", "write 2"),
    ("abc", "expected an integer, got 'abc'", nil),
    ("0x", "expected an integer, got '0x'", nil),
    ("0o8", "expected an integer, got '0o8'", nil),
    ("-0x1F", "expected an integer, got '-0x1F'", nil),
    ("1e", "expected an integer, got '1e'", nil),
    (".", "expected an integer, got '.'", nil),
    ("-", "expected an integer, got '-'", nil),
    ("١", "expected an integer, got '١'", nil),
    (
      "9223372036854775808", "'9223372036854775808' is out of range for an integer",
      "at most 9223372036854775807 is possible"
    ),
    (
      "0xFFFFFFFFFFFFFFFF", "'0xFFFFFFFFFFFFFFFF' is out of range for an integer",
      "at most 9223372036854775807 is possible"
    ),
    (".inf", "expected an integer, got '.inf'", nil),
    ("", "expected an integer, got nothing", "write a value, or remove the key"),
    ("~", "expected an integer, got ~", nil),
    ("null", "expected an integer, got null", nil),
    ("yes", "expected an integer, got 'yes'", nil),
    ("\u{1B}[31m", "expected an integer, got '\\u{1B}[31m'", nil),
  ])
  func refusedIntegers(text: String, message: String, help: String?) {
    #expect(
      problem { () throws(ScalarProblem) in try Scalar(text).integer() }
        == ScalarProblem(message: message, help: help))
  }

  @Test(arguments: [
    ("1_0.5", "expected a number, got '1_0.5'", "write 10.5"),
    ("00.5", "expected a number, but '00.5' has a leading zero", "write 0.5"),
    ("-01e2", "expected a number, but '-01e2' has a leading zero", "write -1e2"),
    (
      "1e999", "'1e999' is out of range for a number", "magnitudes up to about 1.8e308 are possible"
    ),
    (
      "-1e999", "'-1e999' is out of range for a number",
      "magnitudes up to about 1.8e308 are possible"
    ),
    (
      "1e-999", "'1e-999' is too near to 0 for a number in double precision",
      "the smallest is about 5e-324; write 0 if that is meant"
    ),
    ("nan", "expected a number, got 'nan'", "not a number is written .nan"),
    ("Infinity", "expected a number, got 'Infinity'", "infinity is written .inf"),
    ("-inf", "expected a number, got '-inf'", "minus infinity is written -.inf"),
    ("0x1p3", "expected a number, got '0x1p3'", nil),
    ("1.2.3", "expected a number, got '1.2.3'", nil),
    ("1e5 ", "expected a number, got '1e5 '", "write 1e5"),
  ])
  func refusedNumbers(text: String, message: String, help: String?) {
    #expect(
      problem { () throws(ScalarProblem) in try Scalar(text).number() }
        == ScalarProblem(message: message, help: help))
  }

  @Test(arguments: [
    ("1.5", "expected a count, got '1.5'", nil as String?),
    ("-1", "expected a count, got the negative number -1", nil),
    ("-2.0", "expected a count, got the negative number -2.0", nil),
    ("1e30", "'1e30' is out of range for a count", "at most 9223372036854775807 is possible"),
    ("1e-3", "expected a count, got '1e-3'", nil),
    (".inf", "expected a count, got '.inf'", nil),
    ("1_000", "expected a count, got '1_000'", "write 1000"),
  ])
  func refusedCounts(text: String, message: String, help: String?) {
    #expect(
      problem { () throws(ScalarProblem) in try Scalar(text).count() }
        == ScalarProblem(message: message, help: help))
  }

  @Test(arguments: [
    ("yes", "write true"), ("Yes", "write true"), ("on", "write true"), ("ON", "write true"),
    ("y", "write true"),
    ("1", "write true"), ("no", "write false"), ("off", "write false"), ("n", "write false"),
    ("0", "write false"),
    ("tRUE", "write true"), ("fALSE", "write false"), ("maybe", nil), ("2", nil),
  ])
  func refusedFlags(text: String, help: String?) {
    #expect(
      problem { () throws(ScalarProblem) in try Scalar(text).flag() }
        == ScalarProblem(message: "expected true or false, got '\(text)'", help: help))
  }

  @Test func quotesMakeTexts() {
    for style in [Scalar.Style.single, .double] {
      #expect(
        problem { () throws(ScalarProblem) in try Scalar("12", style: style).integer() }
          == ScalarProblem(
            message: "expected an integer, got the text \"12\"", help: "remove the quotes: 12"))
      #expect(
        problem { () throws(ScalarProblem) in try Scalar("1.5", style: style).number() }?.help
          == "remove the quotes: 1.5")
      #expect(
        problem { () throws(ScalarProblem) in try Scalar("true", style: style).flag() }
          == ScalarProblem(
            message: "expected true or false, got the text \"true\"",
            help: "remove the quotes: true"))
    }
    #expect(
      problem { () throws(ScalarProblem) in try Scalar("12", coreTag: .string).integer() }?.help
        == "remove the tag: 12")
    #expect(
      problem { () throws(ScalarProblem) in try Scalar("abc", style: .single).integer() }
        == ScalarProblem(message: "expected an integer, got the text \"abc\""))
  }

  @Test func longTextsAreShortened() {
    let digits = String(repeating: "1", count: 5_000)
    #expect(
      problem { () throws(ScalarProblem) in try Scalar(digits).number() }?.message
        == "expected a number, got a text of 5000 bytes")
    let text = String(repeating: "x", count: 500)
    #expect(
      problem { () throws(ScalarProblem) in try Scalar(text).number() }?.message
        == "expected a number, got '" + String(repeating: "x", count: 60) + "...'")
  }

  @Test func readingANodeNamesThePlace() throws {
    let root = try node("a: [1]\nb: {c: 1.5}\n")
    let list = #expect(throws: Diagnostic.self) { try root["a"]?.integer() }
    #expect(list?.message == "expected an integer, got a list")
    #expect(list?.range?.description == "x.yaml:1:4")
    let fraction = #expect(throws: Diagnostic.self) { try root["b"]?["c"]?.count() }
    #expect(fraction?.message == "expected a count, got '1.5'")
    #expect(fraction?.range?.description == "x.yaml:2:8")
    #expect(throws: Diagnostic.self) { try root["b"]?.flag() }
    #expect(throws: Diagnostic.self) { try root.string() }
  }

  private func problem<Value>(_ read: () throws(ScalarProblem) -> Value) -> ScalarProblem? {
    do throws(ScalarProblem) {
      _ = try read()
      return nil
    } catch {
      return error
    }
  }
}
