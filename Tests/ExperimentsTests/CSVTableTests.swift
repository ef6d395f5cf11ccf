import Experiments
import Testing

@Suite("Tables: comma-separated values")
struct CSVTableTests {
  private func table(_ text: String, _ columns: [String]? = nil) throws -> InputTable {
    try InputTable.read(Array(text.utf8), path: "a.csv", columns: columns)
  }

  /// The same two rows in every dress.
  @Test(arguments: [
    "1,2\n3,4\n", "1,2\n3,4", "1,2\r\n3,4\r\n", "1,2\r3,4\r", "\u{FEFF}1,2\n3,4\n",
    "x,y\n1,2\n3,4\n", "\u{FEFF}x,y\r\n1,2\r\n3,4\r\n", "# a comment\n\n1,2\n\n  \n3,4\n\n",
    " 1 ,\t2\n3 , 4\n", "x y,\"y, z\"\n1,2\n3,4\n", "\"1\",\"2\"\n\"3\",4\n",
    "1,2 # the first\n3,4# the second\n", "#x,y\n1,2\n3,4\n", "+1.0,2e0\n3E+0,.4e1\n",
    "1.,0.02e2\n30e-1,4.000\n",
  ])
  func dress(text: String) throws {
    #expect(try table(text) == InputTable(rows: 2, dimension: 2, values: [1, 2, 3, 4]))
  }

  @Test func decimalsAreRoundedCorrectly() throws {
    let text =
      "0.1,1e-320,9007199254740993,2.2250738585072011e-308,123456789012345678901234567890\n"
    let expected = [
      0.1, 1e-320, 9_007_199_254_740_992, 2.2250738585072011e-308, 1.2345678901234568e29,
    ]
    #expect(try table(text).values.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(try table("-0\n").values.map(\.sign) == [.minus])
  }

  @Test func columns() throws {
    let text = "name,x,y,\"a \"\"b\"\"\"\none,1,2,3\ntwo,4,5,6\n"
    #expect(try table(text, ["x", "y"]).values == [1, 2, 4, 5])
    #expect(try table(text, ["y", "1"]).values == [2, 1, 5, 4])
    #expect(try table(text, ["a \"b\""]).values == [3, 6])
    // Without a header, and beside a text.
    #expect(try table("one,1,2\ntwo,4,5\n", ["2"]).values == [2, 5])
    // A name goes before a number.
    #expect(try table("a0,b1\n1,2\n", ["0"]).values == [1])
  }

  /// What is wrong, where, and what to do.
  @Test(arguments: [
    ("", "'a.csv' is empty", "write a row of numbers a line, separated by commas"),
    (
      "# nothing\n\n", "'a.csv' is empty but for comments and blank lines",
      "write a row of numbers a line, separated by commas"
    ),
    ("x,y\n", "'a.csv' is empty below its header", "write a row of numbers a line"),
    (
      "x,y\n1,2\n\n3\n", "'a.csv', line 4 has 1 field where line 1 has 2",
      "every line needs as many numbers as the first"
    ),
    (
      "1\r\n3,4,5\r\n", "'a.csv', line 2 has 3 fields where line 1 has 1",
      "every line needs as many numbers as the first"
    ),
    (
      "1,2\n3,four\n", "'a.csv', line 2, column 2: 'four' is not a number",
      "write decimals, 1.5 or 2e-3; a header is the first line and has no numbers"
    ),
    (
      "x,y\n1,2\n3,0x10\n", "'a.csv', line 3, column 2 ('y'): '0x10' is not a number",
      "write decimals, 1.5 or 2e-3, or choose the columns that hold numbers: columns: [x]"
    ),
    (
      "1,2\n3,1_000\n", "'a.csv', line 2, column 2: '1_000' is not a number",
      "write decimals, 1.5 or 2e-3; a header is the first line and has no numbers"
    ),
    (
      "1,2\n,4\n", "'a.csv', line 2, column 1 is empty",
      "every number must be there: leave out the line, or fill it in"
    ),
    (
      "x,y\n1,NaN\n", "'a.csv', line 2, column 2 ('y') is NaN",
      "every number must be finite: leave out the line, or fill it in"
    ),
    (
      "1,-inf\n", "'a.csv', line 1, column 2 is -inf",
      "every number must be finite: leave out the line, or fill it in"
    ),
    (
      "1,1e999\n", "'a.csv', line 1, column 2: '1e999' is too large for float64",
      "every number must be finite: leave out the line, or fill it in"
    ),
    (
      "1\n2;3\n", "'a.csv', line 2, column 1: '2;3' is not a number",
      "separate the columns with commas"
    ),
    ("1 2\n3 4\n", "'a.csv', line 1 has no commas", "separate the columns with commas"),
    ("x;y\n1;2\n", "'a.csv', line 1 has no commas", "separate the columns with commas"),
    (
      "1,2\n\"3,4\n", "'a.csv', line 2 has a quote that is not closed",
      "a quoted field ends on its line"
    ),
  ])
  func problems(text: String, message: String, help: String) throws {
    let problem = try #require(tableProblem(Array(text.utf8), "a.csv"))
    #expect(problem.message == message)
    #expect(problem.help == help)
    #expect(problem.cause == .content)
  }

  @Test func problemsOfColumns() {
    let text = Array("alpha,beta\n1,2\n".utf8)
    let misspelled = tableProblem(text, "a.csv", columns: ["alpha", "bta"])
    #expect(misspelled?.message == "'a.csv' has no column 'bta'")
    #expect(misspelled?.help == "did you mean 'beta'?")
    #expect(misspelled?.column == 1)
    let far = tableProblem(text, "a.csv", columns: ["zzz"])
    #expect(far?.help == "its header has alpha, beta")
    let namesakes = Array("x,y,x\n1,2,3\n".utf8)
    let double = tableProblem(namesakes, "a.csv", columns: ["y", "x"])
    #expect(double?.message == "'a.csv' has 2 columns named 'x': 0, 2")
    #expect(
      double?.help == "choose by number, columns: [0], or give each its own name")
    #expect(double?.column == 1)
    #expect(tableProblem(namesakes, "a.csv", columns: ["y", "0", "2"]) == nil)
    #expect(tableProblem(namesakes, "a.csv") == nil)
    let twice = tableProblem(text, "a.csv", columns: ["alpha", "0"])
    #expect(twice?.message == "column '0' of 'a.csv' is chosen twice")
    #expect(tableProblem(text, "a.csv", columns: ["2"]) != nil)
    #expect(tableProblem(text, "a.csv", columns: ["-1"]) != nil)
  }

  @Test func otherEncodings() {
    #expect(tableProblem([0xFF, 0xFE, 0x31, 0], "a.csv")?.message == "'a.csv' is UTF-16")
    #expect(
      tableProblem([0x31, 0x2C, 0xFF, 0x0A], "a.csv")?.message.contains("line 1, column 2") == true)
    #expect(tableProblem([0x31], "a.txt")?.message == "'a.txt' ends with neither .npy nor .csv")
    // What it is called says more than that nothing is in it.
    #expect(tableProblem([], "a.txt")?.message == "'a.txt' ends with neither .npy nor .csv")
    #expect(tableProblem([0x31], "A.CSV") == nil)
  }

  /// Any bytes are read or refused, and what is read is finite and rectangular.
  @Test func anyBytes() throws {
    var choice = InputChoice(state: 6)
    let alphabet = Array("0123456789,,,,\n\n\r\"#.-+e x;\t".utf8) + [0xEF, 0xBB, 0xBF, 0xFF, 0]
    var good = 0
    for _ in 0..<20_000 {
      let bytes = (0..<(1 + choice.below(24))).map { _ in choice.pick(alphabet) }
      guard let table = try? InputTable.read(bytes, path: "a.csv", columns: nil) else { continue }
      good += 1
      #expect(table.values.count == table.rows * table.dimension && table.rows > 0)
      let areFinite = table.values.allSatisfy(\.isFinite)
      #expect(areFinite)
    }
    #expect(good > 500, "\(good)")
  }
}
