/// An `.npy` file of anyone's as rows: any real type, either byte order, C or Fortran order.
struct NPYTable {
  private let bytes: [UInt8]
  private let path: String
  private let header: NPYHeader
  /// `[rows]` counts as `[rows, 1]`.
  private let rows: Int
  private let width: Int

  init(_ bytes: [UInt8], path: String) throws(InputProblem) {
    self.bytes = bytes
    self.path = path
    do throws(NPYHeader.Problem) {
      header = try NPYHeader(bytes)
    } catch {
      throw InputProblem(.content, "'\(path)' \(error.reason)", help: error.help)
    }
    let shape = header.shape
    guard shape.count == 1 || shape.count == 2 else {
      throw InputProblem(
        .content, "'\(path)' has shape \(NPYHeader.text(shape))",
        help:
          "an array of shape (rows,) or (rows, coordinates) is read: save array.reshape(rows, -1)"
      )
    }
    rows = shape[0]
    width = shape.count == 2 ? shape[1] : 1
    let expected = header.count * header.type.size
    let found = bytes.count - header.length
    if found != expected {
      throw InputProblem(
        .content,
        "'\(path)' has \(found) bytes of numbers where its shape \(NPYHeader.text(shape)) needs \(expected)",
        help: NPYHeader.damageHelp)
    }
  }

  /// The chosen columns.
  func table(_ columns: [String]?) throws(InputProblem) -> InputTable {
    try InputTable.requireSize(rows: rows, dimension: columns?.count ?? width, path: path)
    let indices = try InputTable.indices(of: columns, names: nil, count: width, path: path)
    let type = header.type
    var values: [Double] = []
    values.reserveCapacity(rows * indices.count)
    let (rowStride, columnStride) = header.isFortranOrder ? (1, rows) : (width, 1)
    for row in 0..<rows {
      for column in indices {
        let index = row * rowStride + column * columnStride
        let word = word(at: header.length + index * type.size)
        guard let value = type.value(of: word), value.isFinite else {
          throw problem(word, row: row, column: column)
        }
        values.append(value)
      }
    }
    return InputTable(rows: rows, dimension: indices.count, values: values)
  }

  /// The bits of an element, the least significant byte last in the file where it is big-endian.
  private func word(at offset: Int) -> UInt64 {
    var word: UInt64 = 0
    for byte in 0..<header.type.size {
      let place = header.type.isBigEndian ? header.type.size - 1 - byte : byte
      word |= UInt64(bytes[offset + place]) << UInt64(8 * byte)
    }
    return word
  }

  private func problem(_ word: UInt64, row: Int, column: Int) -> InputProblem {
    let place = header.shape.count == 2 ? "[\(row), \(column)]" : "[\(row)]"
    guard let value = header.type.value(of: word) else {
      return InputProblem(
        .content,
        "'\(path)', element \(place): \(header.type.integerText(word)) has no exact float64",
        help: "whole numbers up to 2^53 are exact: save array.astype(float) to round them")
    }
    return InputProblem(
      .content, "'\(path)', element \(place) is \(JSONText.number(value))",
      help: "every number must be finite: leave out the row, or fill it in")
  }
}

extension NPYHeader.ElementType {
  /// The number that the bits stand for; nil where float64 has none that is equal.
  fileprivate func value(of word: UInt64) -> Double? {
    switch kind {
    case .flag: word == 0 ? 0 : 1
    case .unsigned: Double(exactly: word)
    case .signed: Double(exactly: signed(word))
    case .float:
      switch size {
      case 2: Self.half(word)
      case 4: Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
      default: Double(bitPattern: word)
      }
    }
  }

  fileprivate func integerText(_ word: UInt64) -> String {
    kind == .signed ? String(signed(word)) : String(word)
  }

  private func signed(_ word: UInt64) -> Int64 {
    let unused = UInt64(64 - 8 * size)
    return Int64(bitPattern: word << unused) >> Int64(unused)
  }

  /// IEEE 754 binary16: 1 bit sign, 5 bits exponent, 10 bits fraction.
  private static func half(_ word: UInt64) -> Double {
    let fraction = Double(word & 0x3FF)
    let sign: FloatingPointSign = word & 0x8000 == 0 ? .plus : .minus
    let magnitude: Double =
      switch (word >> 10) & 0x1F {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? .infinity : .nan
      case let exponent:
        (1024 + fraction) * Double(sign: .plus, exponent: Int(exponent) - 25, significand: 1)
      }
    return sign == .plus ? magnitude : -magnitude
  }
}
