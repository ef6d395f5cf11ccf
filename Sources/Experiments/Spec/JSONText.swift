/// JSON whose objects keep the order in which their members were given, for files that people read.
///
/// Files that only programs read are written by `JSONEncoder`. Numbers are shortest round-trip decimals. JSON has no NaN
/// and no infinity: a number that is not finite becomes the string `"nan"`, `"inf"` or `"-inf"`.
package indirect enum JSONText: Sendable {
  case null
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSONText])
  case map([(String, JSONText)])
}

extension JSONText {
  /// The text of a number as JSON and YAML read it back: `0.1`, `1e-05`, `3`.
  package static func number(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let text = String(value)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The JSON text, over several lines with two spaces a level; short lists and maps stay on one line.
  package func rendered(indentation: Int = 0) -> String {
    let compact = compactText
    if compact.utf8.count + indentation <= 96 { return compact }
    let inner = String(repeating: " ", count: indentation + 2)
    let outer = String(repeating: " ", count: indentation)
    switch self {
    case .null, .flag, .integer, .number, .text:
      return compact
    case .list(let items):
      let lines = items.map { inner + $0.rendered(indentation: indentation + 2) }
      return "[\n" + lines.joined(separator: ",\n") + "\n" + outer + "]"
    case .map(let members):
      let lines = members.map {
        inner + Self.quoted($0.0) + ": " + $0.1.rendered(indentation: indentation + 2)
      }
      return "{\n" + lines.joined(separator: ",\n") + "\n" + outer + "}"
    }
  }

  /// The JSON text on one line.
  package var compactText: String {
    switch self {
    case .null: return "null"
    case .flag(let flag): return flag ? "true" : "false"
    case .integer(let integer): return String(integer)
    case .number(let number):
      return number.isFinite ? Self.number(number) : Self.quoted(Self.number(number))
    case .text(let text): return Self.quoted(text)
    case .list(let items): return "[" + items.map(\.compactText).joined(separator: ", ") + "]"
    case .map(let members):
      let texts = members.map { Self.quoted($0.0) + ": " + $0.1.compactText }
      return "{" + texts.joined(separator: ", ") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value <= 0xffff && Self.isInvisible(scalar):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// What YAML, to which JSON belongs here, does not take as it is, and what nobody can see.
  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
    default: false
    }
  }
}
