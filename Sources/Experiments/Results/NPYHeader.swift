/// The header of a file in NumPy's `.npy` format, versions 1.0, 2.0 and 3.0.
///
/// The format is that of NumPy's `numpy/lib/format.py`: a magic text, the version, the length of what follows in 2
/// bytes (4 from version 2.0 on), and a Python dictionary with `descr`, `fortran_order` and `shape`.
package struct NPYHeader: Sendable, Equatable {
  /// What an element is, as `descr` says: `<f8`.
  package struct ElementType: Sendable, Equatable {
    package enum Kind: Character, Sendable {
      case flag = "b"
      case signed = "i"
      case unsigned = "u"
      case float = "f"
    }
    package let kind: Kind
    /// In bytes.
    package let size: Int
    package let isBigEndian: Bool
  }

  package let type: ElementType
  /// Whether the first index runs fastest.
  package let isFortranOrder: Bool
  package let shape: [Int]
  /// Where the numbers begin.
  package let length: Int

  /// Why bytes are no array of real numbers: a phrase that follows the file's name.
  package struct Problem: Error, Equatable {
    package let reason: String
    package var help: String?
  }

  /// How many elements the shape has.
  package var count: Int { shape.reduce(1, *) }

  /// Reads the header at the beginning of a file.
  ///
  /// - Throws: ``Problem`` where there is none, where it is cut short, where the elements are no real numbers, or where
  ///   the shape has more elements than a machine word counts.
  package init(_ bytes: [UInt8]) throws(Problem) {
    guard bytes.count >= 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) {
        throw Problem(
          reason: "is a zip archive, such as numpy.savez writes",
          help: "save the one array with numpy.save")
      }
      throw Problem(
        reason: "does not begin as an .npy file", help: "write it with numpy.save")
    }
    let isLong = bytes[6] > 1
    guard (1...3).contains(bytes[6]), bytes[7] == 0 else {
      throw Problem(
        reason: "is of version \(bytes[6]).\(bytes[7]); 1.0, 2.0 and 3.0 are read",
        help: "write it with numpy.save")
    }
    let start = isLong ? 12 : 10
    let isCut = Problem(reason: "has a header that is cut short", help: Self.damageHelp)
    guard bytes.count >= start else { throw isCut }
    let size = (8..<start).reduce(0) { $0 | Int(bytes[$1]) << (8 * ($1 - 8)) }
    guard size <= bytes.count - start else { throw isCut }
    length = start + size
    var reader = LiteralReader(bytes[start..<(start + size)])
    guard let fields = reader.dictionary() else {
      throw Problem(
        reason: "has a header that is no dictionary of descr, fortran_order and shape",
        help: "write it with numpy.save")
    }
    type = try Self.type(fields.descr)
    isFortranOrder = fields.isFortranOrder
    shape = fields.shape
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else {
        throw Self.tooLarge(shape)
      }
      count = product
    }
    guard !count.multipliedReportingOverflow(by: type.size).overflow else {
      throw Self.tooLarge(shape)
    }
  }

  private static func tooLarge(_ shape: [Int]) -> Problem {
    Problem(reason: "has shape \(text(shape)), which is too large", help: damageHelp)
  }

  /// What to do about a file whose bytes are not all there, or not those that were written.
  package static let damageHelp = "it was cut short or damaged: save it again"

  /// A shape as Python writes it: `(3,)`.
  package static func text(_ shape: [Int]) -> String {
    shape.count == 1
      ? "(\(shape[0]),)" : "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }

  private static func type(_ descr: String) throws(Problem) -> ElementType {
    let characters = Array(descr)
    let sizes: [ElementType.Kind: Set<Int>] = [
      .flag: [1], .signed: [1, 2, 4, 8], .unsigned: [1, 2, 4, 8], .float: [2, 4, 8],
    ]
    guard characters.count >= 3, "<>|=".contains(characters[0]),
      let kind = ElementType.Kind(rawValue: characters[1]),
      let size = Int(String(characters[2...])), sizes[kind]?.contains(size) == true
    else {
      throw Problem(
        reason: "holds elements of type '\(descr)'",
        help: "real numbers are read: save array.astype(float)")
    }
    return ElementType(kind: kind, size: size, isBigEndian: characters[0] == ">")
  }
}

/// Reads the one kind of Python dictionary that a header is.
private struct LiteralReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

  /// `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }`; nil where anything else stands there.
  mutating func dictionary() -> (descr: String, isFortranOrder: Bool, shape: [Int])? {
    var descr: String?
    var order: Bool?
    var shape: [Int]?
    guard skip("{") else { return nil }
    while !skip("}") {
      guard let key = text(), skip(":") else { return nil }
      switch key {
      case "descr": descr = text() ?? list()
      case "fortran_order": order = skip("True") ? true : skip("False") ? false : nil
      case "shape": shape = tuple()
      default: return nil
      }
      guard skip(",") || next == UInt8(ascii: "}") else { return nil }
    }
    guard next == nil, let descr, let order, let shape else { return nil }
    return (descr, order, shape)
  }

  private var next: UInt8? {
    mutating get {
      while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
        position += 1
      }
      return position < bytes.count ? bytes[position] : nil
    }
  }

  private mutating func skip(_ word: String) -> Bool {
    guard next != nil, bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func text() -> String? {
    guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      return nil
    }
    let start = position + 1
    guard let end = bytes[start...].firstIndex(of: quote) else { return nil }
    position = end + 1
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The text of a list, which describes a record: no numbers, but worth naming.
  private mutating func list() -> String? {
    guard next == UInt8(ascii: "[") else { return nil }
    let start = position
    var depth = 0
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "[") { depth += 1 }
      if bytes[position] == UInt8(ascii: "]") { depth -= 1 }
      position += 1
      if depth == 0 { return String(decoding: bytes[start..<position], as: UTF8.self) }
    }
    return nil
  }

  /// `()`, `(3,)`, `(3, 2)`; Python 2 wrote `3L`.
  private mutating func tuple() -> [Int]? {
    guard skip("(") else { return nil }
    var extents: [Int] = []
    while !skip(")") {
      guard next != nil else { return nil }
      let digits = bytes[position...].prefix {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      }
      guard let extent = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
      extents.append(extent)
      position += digits.count
      _ = skip("L")
      guard skip(",") || next == UInt8(ascii: ")") else { return nil }
    }
    return extents
  }
}
