/// Plain tables for terminals and logs.
package enum TextTable {
  /// Rows in columns; the first row is the head. What is in the cells is data, and shown as ``PrintableText``.
  package static func rendered(_ table: [[String]], alignRight: Set<Int> = []) -> String {
    let rows = table.map { $0.map { PrintableText.line($0) } }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return alignRight.contains(column) ? padding + cell : cell + padding
      }
      var line = cells.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// A number with so many significant digits, in the shorter of the usual forms.
  package static func number(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite, value != 0 else { return JSONText.number(value) }
    let magnitude = value < 0 ? -value : value
    var exponent = 0
    var scaled = magnitude
    while scaled >= 10 {
      scaled /= 10
      exponent += 1
    }
    while scaled < 1 {
      scaled *= 10
      exponent -= 1
    }
    let sign = value < 0 ? "-" : ""
    if exponent < -4 || exponent >= max(digits, 7) {
      let mantissa = fixed(scaled, decimals: digits - 1)
      // 9.9996 rounds to 10.00, which is 1.000 of the next power.
      return mantissa.hasPrefix("10")
        ? sign + fixed(1, decimals: digits - 1) + "e" + String(exponent + 1)
        : sign + mantissa + "e" + String(exponent)
    }
    return sign + fixed(magnitude, decimals: max(0, digits - 1 - exponent))
  }

  /// As ``number(_:digits:)``, without zeros at the end: for text rather than columns.
  package static func short(_ value: Double, digits: Int = 4) -> String {
    var text = number(value, digits: digits)
    guard text.contains("."), !text.contains("e") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private static func fixed(_ value: Double, decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let whole = (value * scale).rounded()
    guard whole < 9e15 else { return String(value) }
    var digits = String(Int(whole))
    if decimals == 0 { return digits }
    if digits.count <= decimals {
      digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits
    }
    let point = digits.index(digits.endIndex, offsetBy: -decimals)
    return digits[..<point] + "." + digits[point...]
  }
}
