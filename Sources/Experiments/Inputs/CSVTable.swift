import YAML

/// Comma-separated values as rows.
///
/// UTF-8 with or without a byte order mark; lines end with LF, CR or CRLF; blank lines and what follows `#` say nothing. The
/// first line is a header where none of its fields is a number. Fields may stand in double quotes (RFC 4180, without
/// line breaks inside).
struct CSVTable {
  private let bytes: [UInt8]
  private let path: String

  init(_ bytes: [UInt8], path: String) throws(InputProblem) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw InputProblem(.content, "'\(path)' is UTF-16", help: "save it as UTF-8")
    }
  }

  /// The numbers of the chosen columns; what stands in the others need not be numbers.
  func table(_ columns: [String]?) throws(InputProblem) -> InputTable {
    var lines = CSVLines(bytes)
    guard let first = try next(&lines) else {
      throw InputProblem(
        .content, "'\(path)' is empty but for comments and blank lines",
        help: "write a row of numbers a line, separated by commas")
    }
    let width = first.fields.count
    let hasHeader = first.fields.allSatisfy { !Self.looksLikeNumber(bytes[$0]) }
    let names = hasHeader ? first.fields.map { Self.text(bytes[$0]) } : nil
    if hasHeader, width == 1, Self.isSeparatedOtherwise(bytes[first.fields[0]]) {
      throw InputProblem(
        .content, "'\(path)', line \(first.number) has no commas", help: Self.commaHelp)
    }
    let indices = try InputTable.indices(of: columns, names: names, count: width, path: path)
    var values: [Double] = []
    var rows = 0
    var line: CSVLines.Line? = hasHeader ? try next(&lines) : first
    while let current = line {
      if current.fields.count != width {
        throw InputProblem(
          .content,
          "'\(path)', line \(current.number) has \(Self.fields(current.fields.count)) where line \(first.number) has \(width)",
          help: "every line needs as many numbers as the first")
      }
      for index in indices {
        values.append(
          try number(current.fields[index], line: current.number, column: index, names: names))
      }
      rows += 1
      if values.count > InputTable.largestCount { break }
      line = try next(&lines)
    }
    if rows == 0 {
      throw InputProblem(
        .content, "'\(path)' is empty below its header", help: "write a row of numbers a line")
    }
    try InputTable.requireSize(rows: rows, dimension: indices.count, path: path)
    return InputTable(rows: rows, dimension: indices.count, values: values)
  }

  private func next(_ lines: inout CSVLines) throws(InputProblem) -> CSVLines.Line? {
    do throws(CSVLines.OpenQuote) {
      return try lines.next()
    } catch {
      throw InputProblem(
        .content, "'\(path)', line \(error.line) has a quote that is not closed",
        help: "a quoted field ends on its line")
    }
  }

  // MARK: - Numbers

  private func number(
    _ field: Range<Int>, line: Int, column: Int, names: [String]?
  ) throws(InputProblem) -> Double {
    let isDecimal = Self.isDecimal(bytes[field])
    if isDecimal, let value = Double(String(decoding: bytes[field], as: UTF8.self)), value.isFinite
    {
      return value
    }
    let text = Self.text(bytes[field])
    let name = names.map { " ('\($0[column])')" } ?? ""
    let place = "'\(path)', line \(line), column \(column + 1)\(name)"
    if text.isEmpty {
      throw InputProblem(
        .content, "\(place) is empty",
        help: "every number must be there: leave out the line, or fill it in")
    }
    if Self.looksLikeNumber(bytes[field]) {
      throw InputProblem(
        .content,
        isDecimal
          ? "\(place): \(quoted(text)) is too large for float64" : "\(place) is \(text)",
        help: "every number must be finite: leave out the line, or fill it in")
    }
    throw InputProblem(
      .content, "\(place): \(quoted(text)) is not a number",
      help: Self.isSeparatedOtherwise(bytes[field])
        ? Self.commaHelp
        : names == nil
          ? "write decimals, 1.5 or 2e-3; a header is the first line and has no numbers"
          : "write decimals, 1.5 or 2e-3, or choose the columns that hold numbers: columns: [\(names?[0] ?? "0")]"
    )
  }

  /// Whether a field is several, with something else than commas between them.
  private static func isSeparatedOtherwise(_ field: ArraySlice<UInt8>) -> Bool {
    let parts = field.split { $0 == UInt8(ascii: ";") || $0 == 0x09 || $0 == 0x20 }
    return field.contains(UInt8(ascii: ";")) || field.contains(0x09)
      || (parts.count > 1 && parts.allSatisfy(looksLikeNumber))
  }

  private static let commaHelp = "separate the columns with commas"

  private static func fields(_ count: Int) -> String { count == 1 ? "1 field" : "\(count) fields" }

  /// A field as it was meant: a quote inside quotes is written twice.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    guard bytes.contains(UInt8(ascii: "\"")) else { return text }
    return text.split(separator: "\"\"", omittingEmptySubsequences: false).joined(separator: "\"")
  }

  /// A decimal, or one of the words for what is no finite number.
  private static func looksLikeNumber(_ field: ArraySlice<UInt8>) -> Bool {
    if isDecimal(field) { return true }
    let sign = field.first == UInt8(ascii: "-") || field.first == UInt8(ascii: "+")
    let word = String(decoding: sign ? field.dropFirst() : field, as: UTF8.self).lowercased()
    return ["nan", "inf", "infinity"].contains(word)
  }

  /// `[+-] digits [. digits] [e [+-] digits]`, with a digit before or after the point.
  private static func isDecimal(_ field: ArraySlice<UInt8>) -> Bool {
    var place = field.startIndex
    func digits() -> Int {
      let start = place
      while place < field.endIndex, field[place] &- UInt8(ascii: "0") < 10 { place += 1 }
      return place - start
    }
    func skip(_ one: Unicode.Scalar, _ other: Unicode.Scalar) -> Bool {
      guard place < field.endIndex,
        field[place] == UInt8(ascii: one) || field[place] == UInt8(ascii: other)
      else { return false }
      place += 1
      return true
    }
    _ = skip("+", "-")
    var count = digits()
    if skip(".", ".") { count += digits() }
    guard count > 0 else { return false }
    if skip("e", "E") {
      _ = skip("+", "-")
      guard digits() > 0 else { return false }
    }
    return place == field.endIndex
  }
}

/// The lines of comma-separated values that say something, cut into fields.
private struct CSVLines {
  struct Line {
    /// From 1, blank lines and comments counted.
    let number: Int
    /// The bytes of each field, without blanks and quotes around it.
    let fields: [Range<Int>]
  }

  struct OpenQuote: Error {
    let line: Int
  }

  private let bytes: [UInt8]
  private var position: Int
  private var number = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next line that says something; nil at the end.
  mutating func next() throws(OpenQuote) -> Line? {
    while position < bytes.count {
      number += 1
      let start = position
      while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D {
        position += 1
      }
      let end = position
      if position < bytes.count {
        let isPair =
          bytes[position] == 0x0D && position + 1 < bytes.count && bytes[position + 1] == 0x0A
        position += isPair ? 2 : 1
      }
      let fields = try fields(start..<end)
      if !fields.isEmpty { return Line(number: number, fields: fields) }
    }
    return nil
  }

  /// The fields of a line; none where it is blank or a comment.
  private func fields(_ line: Range<Int>) throws(OpenQuote) -> [Range<Int>] {
    var fields: [Range<Int>] = []
    var start = line.lowerBound
    var end = line.upperBound
    var isQuoted = false
    var place = start
    while place < end {
      switch bytes[place] {
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ",") where !isQuoted:
        fields.append(bare(start..<place))
        start = place + 1
      case UInt8(ascii: "#") where !isQuoted: end = place
      default: break
      }
      place += 1
    }
    if isQuoted { throw OpenQuote(line: number) }
    let last = bare(start..<end)
    if fields.isEmpty, last.isEmpty, !bytes[line.lowerBound..<end].contains(UInt8(ascii: "\"")) {
      return []
    }
    fields.append(last)
    return fields
  }

  /// A field without blanks around it, and without quotes around what is left.
  private func bare(_ field: Range<Int>) -> Range<Int> {
    func isBlank(_ index: Int) -> Bool { bytes[index] == 0x20 || bytes[index] == 0x09 }
    var (low, high) = (field.lowerBound, field.upperBound)
    while low < high, isBlank(low) { low += 1 }
    while low < high, isBlank(high - 1) { high -= 1 }
    let quote = UInt8(ascii: "\"")
    if high - low >= 2, bytes[low] == quote, bytes[high - 1] == quote {
      (low, high) = (low + 1, high - 1)
    }
    return low..<high
  }
}
