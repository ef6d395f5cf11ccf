/// An element of an SVG document, as far as gnuplot writes them.
struct SVGElement {
  var name: String
  /// In the order in which they are written; names are unique.
  var attributes: [(name: String, value: String)] = []
  var children: [SVGElement] = []
  /// The text of an element without children, with its references resolved.
  var text = ""

  subscript(name: String) -> String? {
    get { attributes.first { $0.name == name }?.value }
    set {
      let index = attributes.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): attributes[index].value = value
      case (let index?, nil): attributes.remove(at: index)
      case (nil, let value?): attributes.append((name, value))
      case (nil, nil): break
      }
    }
  }

  /// The element as XML on a line of its own, with what stands in it.
  func write(to text: inout String) {
    text += "<" + name
    for attribute in attributes {
      text += " " + attribute.name + "=\"" + Self.escaped(attribute.value) + "\""
    }
    if children.isEmpty, self.text.isEmpty {
      text += "/>\n"
      return
    }
    text += ">"
    if children.isEmpty {
      text += Self.escaped(self.text)
    } else {
      text += "\n"
      for child in children { child.write(to: &text) }
    }
    text += "</" + name + ">\n"
  }

  /// A text as content or as the value of an attribute, without the characters that no XML document can hold.
  ///
  /// Source: XML 1.0, section 2.2, https://www.w3.org/TR/xml/#charsets.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r", "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}",
        "\u{10000}"..."\u{10FFFF}":
        result.unicodeScalars.append(scalar)
      default: break
      }
    }
    return result
  }
}

/// Reads the XML that gnuplot writes: elements, attributes in either quotes, text, and no more.
struct SVGReader {
  /// The text is not such XML.
  struct Problem: Error {}

  private let bytes: [UInt8]
  private var position: Int

  /// The documents that stand one after the other in a text.
  static func documents(_ bytes: [UInt8]) throws(Problem) -> [SVGElement] {
    var reader = SVGReader(bytes: bytes, position: 0)
    var roots: [SVGElement] = []
    while try reader.skipToElement() { roots.append(try reader.element(depth: 0)) }
    return roots
  }

  private init(bytes: [UInt8], position: Int) {
    self.bytes = bytes
    self.position = position
  }

  private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Goes to the next `<` of an element, past prologues, comments and spaces; false at the end.
  private mutating func skipToElement() throws(Problem) -> Bool {
    while let byte {
      if byte == UInt8(ascii: "<") {
        guard position + 1 < bytes.count else { throw Problem() }
        let next = bytes[position + 1]
        if next != UInt8(ascii: "?"), next != UInt8(ascii: "!") { return true }
        try skip(through: UInt8(ascii: ">"))
      } else {
        position += 1
      }
    }
    return false
  }

  private mutating func skip(through end: UInt8) throws(Problem) {
    while let byte {
      position += 1
      if byte == end { return }
    }
    throw Problem()
  }

  /// Reads an element whose `<` is next.
  private mutating func element(depth: Int) throws(Problem) -> SVGElement {
    guard depth < 64 else { throw Problem() }
    position += 1
    var element = SVGElement(name: try name())
    while true {
      skipSpaces()
      guard let byte else { throw Problem() }
      if byte == UInt8(ascii: "/") {
        try skip(through: UInt8(ascii: ">"))
        return element
      }
      if byte == UInt8(ascii: ">") {
        position += 1
        break
      }
      let name = try name()
      skipSpaces()
      guard self.byte == UInt8(ascii: "=") else { throw Problem() }
      position += 1
      skipSpaces()
      element[name] = try value()
    }
    var text: [UInt8] = []
    while let byte {
      guard byte == UInt8(ascii: "<") else {
        text.append(byte)
        position += 1
        continue
      }
      guard position + 1 < bytes.count else { throw Problem() }
      switch bytes[position + 1] {
      case UInt8(ascii: "/"):
        position += 2
        guard try name() == element.name else { throw Problem() }
        try skip(through: UInt8(ascii: ">"))
        if element.children.isEmpty {
          element.text = Self.unescaped(String(decoding: text, as: UTF8.self))
        }
        return element
      case UInt8(ascii: "!"), UInt8(ascii: "?"): try skip(through: UInt8(ascii: ">"))
      default: element.children.append(try self.element(depth: depth + 1))
      }
    }
    throw Problem()
  }

  private mutating func skipSpaces() {
    while let byte, byte <= UInt8(ascii: " ") { position += 1 }
  }

  private mutating func name() throws(Problem) -> String {
    let start = position
    while let byte, !" \t\r\n=/><\"'".utf8.contains(byte) { position += 1 }
    guard position > start else { throw Problem() }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func value() throws(Problem) -> String {
    guard let quote = byte, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw Problem()
    }
    position += 1
    let start = position
    try skip(through: quote)
    return Self.unescaped(String(decoding: bytes[start..<(position - 1)], as: UTF8.self))
  }

  /// Resolves the five references that XML has without a declaration; others stay as they are.
  private static func unescaped(_ text: String) -> String {
    guard text.contains("&") else { return text }
    var result = ""
    var rest = Substring(text)
    while let mark = rest.firstIndex(of: "&") {
      result += rest[..<mark]
      rest = rest[mark...]
      let known = references.first { rest.hasPrefix($0.0) }
      result += known?.1 ?? "&"
      rest = rest.dropFirst(known?.0.count ?? 1)
    }
    return result + rest
  }

  private static let references = [
    ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"),
  ]
}
