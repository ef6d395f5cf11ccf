/// A piece of HTML, written as a literal into which text is put: `"<td>\(name)</td>"`.
///
/// What stands in the literal is markup. Text that is put in is data, whoever wrote it: it is escaped, so that it is
/// shown as it is and can be nothing else, in an element or between the quotation marks of an attribute. Only another piece
/// of HTML is put in as it is.
package struct HTML: Sendable, ExpressibleByStringInterpolation {
  package private(set) var text: String

  package init(stringLiteral value: String) { text = value }

  package init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  /// Markup that was made elsewhere, by this program.
  package init(markup: String) { text = markup }

  package static func += (left: inout HTML, right: HTML) { left.text += right.text }

  package struct Interpolation: StringInterpolationProtocol, Sendable {
    fileprivate var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }

    package mutating func appendInterpolation(_ text: some StringProtocol) {
      self.text += HTML.escaped(text)
    }

    package mutating func appendInterpolation(_ html: HTML) { text += html.text }

    package mutating func appendInterpolation(_ pieces: [HTML]) {
      for piece in pieces { text += piece.text }
    }

    /// Nothing where there is nothing.
    package mutating func appendInterpolation(_ html: HTML?) { text += html?.text ?? "" }

    package mutating func appendInterpolation(_ number: Int) { text += String(number) }

    /// A coordinate of a drawing, to a hundredth.
    package mutating func appendInterpolation(_ coordinate: Double) {
      text += TextTable.short((coordinate * 100).rounded() / 100, digits: 7)
    }
  }

  /// Text as HTML shows it. What nobody can see, and what would turn the order of the letters around it, is shown as
  /// Unicode's number of it.
  package static func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case _ where PrintableText.isInvisible(scalar): result += PrintableText.mark(scalar)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
