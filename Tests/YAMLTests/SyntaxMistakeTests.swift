import Testing
import YAML

@Suite("Mistakes of syntax")
struct SyntaxMistakeTests {
  private let spaces = "YAML indents with spaces"

  @Test func tabs() {
    expectMistakes(
      "training:\n1️⃣\tsteps: 3\n",
      [Mistake(marker: "1️⃣", message: "a tab in the indentation", help: spaces)])
    expectMistakes(
      "a:\n  b:\n    c: 1\n1️⃣\td: 2\n",
      [Mistake(marker: "1️⃣", message: "a tab in the indentation", help: spaces)])
    expectMistakes(
      "a:\n  b:\n    c: 1\n    1️⃣\td: 2\n",
      [Mistake(marker: "1️⃣", message: "a tab in the indentation", help: spaces)])
  }

  @Test func quoteThatIsNeverClosed() {
    expectMistakes(
      "name: 1️⃣\"walk\nseed: 0\n",
      [
        Mistake(
          marker: "1️⃣", message: "this quote (\") is never closed",
          help: "close it with \"; a double quote within is written \\\"")
      ])
    expectMistakes(
      "a: 1\nname: 1️⃣'walk",
      [
        Mistake(
          marker: "1️⃣", message: "this quote (') is never closed",
          help: "close it with '; an apostrophe within is written ''")
      ])
  }

  @Test func quoteThatRunsToTheNext() {
    expectMistakes(
      "name: 2️⃣\"walk\nseed: 0\nkind: \"1️⃣x\"\n",
      [
        Mistake(
          marker: "1️⃣", message: "text after a closing quote",
          help: "a double quote within double quotes is written \\\"",
          notes: [("2️⃣", "this quoted text goes over several lines; is its quote closed?")])
      ])
    expectMistakes(
      "name: 'don'1️⃣t'\n",
      [
        Mistake(
          marker: "1️⃣", message: "text after a closing quote",
          help: "an apostrophe within single quotes is written ''")
      ])
  }

  @Test func colons() {
    expectMistakes(
      "a: 1\n1️⃣name walk  # comment\nseed: 0\n",
      [Mistake(marker: "1️⃣", message: "expected ':' after the key", help: "write 'key: value'")])
    expectMistakes(
      "a: 1\n1️⃣steps:300\n",
      [Mistake(marker: "1️⃣", message: "expected ':' after the key", help: "put a space after ':'")])
    expectMistakes(
      "a: b1️⃣: c\n",
      [
        Mistake(
          marker: "1️⃣", message: "unexpected ':'",
          help: "put text that holds ': ' in quotes; a map begins on a line of its own, indented")
      ])
    expectMistakes(
      "a: 1\n  b1️⃣: 2\n",
      [
        Mistake(
          marker: "1️⃣", message: "unexpected ':'",
          help:
            "is this line indented as the lines before it? text that holds ': ' stands in quotes")
      ])
    expectMistakes("1️⃣: 1\n", [Mistake(marker: "1️⃣", message: "a key is missing before ':'")])
  }

  @Test func blocks() {
    expectMistakes(
      "a:\n  2️⃣- 1\n  1️⃣b: 2\n",
      [
        Mistake(
          marker: "1️⃣", message: "expected '- ', found 'b'",
          help: "lines of one list begin in the same column", notes: [("2️⃣", "the list begins here")]
        )
      ])
    expectMistakes(
      "2️⃣a:\n    b: 2\n  1️⃣c: 3\n",
      [
        Mistake(
          marker: "1️⃣", message: "expected a key, found 'c'",
          help: "lines of one map begin in the same column", notes: [("2️⃣", "the map begins here")])
      ])
    expectMistakes(
      "a: 1️⃣- b\n",
      [
        Mistake(
          marker: "1️⃣", message: "a list cannot begin here",
          help: "begin the list on the next line, indented, or write it as [a, b]")
      ])
    expectMistakes(
      "  a: 1\n1️⃣b: 2\n",
      [
        Mistake(
          marker: "1️⃣", message: "text after the end of the document",
          help: "a spec is one map; is this line indented as the lines before it?")
      ])
  }

  @Test func brackets() {
    for text in ["a: 1️⃣[", "a: 1️⃣[1, 2\n", "b: [1, 2]\na: [x, 1️⃣[y, {z: 1},\n\n"] {
      expectMistakes(
        text,
        [Mistake(marker: "1️⃣", message: "this bracket is never closed", help: "close it with ']'")])
    }
    expectMistakes(
      "a: 1️⃣{x: 1",
      [Mistake(marker: "1️⃣", message: "this bracket is never closed", help: "close it with '}'")])
    expectMistakes(
      "a: 2️⃣[1, 21️⃣}\n",
      [
        Mistake(
          marker: "1️⃣", message: "expected ',' or ']', found '}'",
          notes: [("2️⃣", "the list begins here")])
      ])
    expectMistakes(
      "a: 2️⃣{x: 1\nb1️⃣: 3\n",
      [
        Mistake(
          marker: "1️⃣", message: "expected ',' or '}', found ':'",
          notes: [("2️⃣", "the map begins here; is its bracket closed?")])
      ])
  }

  @Test(arguments: ["@", "`", "%"])
  func reservedIndicators(indicator: String) {
    expectMistakes(
      "a: 1️⃣\(indicator)foo\n",
      [
        Mistake(
          marker: "1️⃣", message: "a text cannot begin with '\(indicator)'",
          help: "put the text in quotes")
      ])
  }

  @Test func others() {
    expectMistakes(
      "a: \"1️⃣\\q\"\n",
      [
        Mistake(
          marker: "1️⃣", message: "unknown escape in double quotes",
          help: "write a backslash as \\\\, or use single quotes")
      ])
    expectMistakes(
      "é: 1\na: &1️⃣ 1\n",
      [
        Mistake(
          marker: "1️⃣",
          message: "expected alphabetic or numeric character while scanning an anchor")
      ])
    expectMistakes(
      "a: 1️⃣!e!foo 1\n",
      [
        Mistake(
          marker: "1️⃣", message: "unknown tag", help: "remove it; types come from the fields")
      ])
  }

  @Test func aMistakeOfSyntaxKeepsThoseBeforeIt() {
    expectMistakes(
      "2️⃣a: 1\n1️⃣a: 2\nb: 3️⃣[",
      [
        Mistake(
          marker: "1️⃣", message: "duplicate key 'a'", help: "remove one of the two",
          notes: [("2️⃣", "first defined here")]),
        Mistake(marker: "3️⃣", message: "this bracket is never closed", help: "close it with ']'"),
      ])
  }
}
