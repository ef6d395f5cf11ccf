import Scorewalk

/// A tensor in a checkpoint: `{name, shape, dtype, sha256, data}`.
///
/// `data` holds shortest round-trip decimals up to 4,096 numbers, and base64 of the little-endian bytes beyond. The
/// digest is over the little-endian bytes in both cases, and is checked when the tensor is read.
package struct TensorRecord: Sendable {
  /// Up to how many numbers are written as decimals.
  package static let decimalLimit = 4096

  package let tensor: NamedTensor

  package init(_ tensor: NamedTensor) { self.tensor = tensor }

  func write(to writer: inout JSONWriter) throws(JSONWriter.NotFinite) {
    let values = tensor.values
    try writer.object { (writer) throws(JSONWriter.NotFinite) in
      writer.key("data")
      if values.count > Self.decimalLimit {
        values.withLittleEndianBytes { writer.base64($0) }
      } else {
        switch values {
        case .float32(let values):
          try writer.list(values) { (writer, value) throws(JSONWriter.NotFinite) in
            try writer.number(value)
          }
        case .float64(let values):
          try writer.list(values) { (writer, value) throws(JSONWriter.NotFinite) in
            try writer.number(value)
          }
        }
      }
      writer.key("dtype")
      writer.string(values.precision.rawValue)
      writer.key("name")
      writer.string(tensor.name)
      writer.key("sha256")
      writer.string(values.withLittleEndianBytes { Digest.hex($0) })
      writer.key("shape")
      writer.list(tensor.shape) { $0.integer($1) }
    }
  }

  /// About how long its text is.
  var textSize: Int {
    let count = tensor.values.count
    let size = tensor.values.precision == .float32 ? 4 : 8
    return 256 + (count > Self.decimalLimit ? Base64.length(of: count * size) : 20 * count)
  }

  init(from reader: inout JSONReader) throws(JSONReader.Problem) {
    var (name, dtype, digest): (String?, String?, String?)
    var shape: [Int]?
    var data: Int?
    try reader.object { (reader, key) throws(JSONReader.Problem) in
      switch key {
      case "name": name = try reader.string()
      case "dtype": dtype = try reader.string()
      case "sha256": digest = try reader.string()
      case "shape":
        shape = try reader.list(of: { (reader) throws(JSONReader.Problem) in try reader.integer() })
      default:
        // How the numbers are written is known once shape and dtype are.
        if key == "data" { data = reader.position }
        try reader.skip()
      }
    }
    guard let name, let dtype, let digest, let shape, let data else {
      throw reader.damaged("a tensor without its name, dtype, shape, sha256 or data")
    }
    func damaged(_ what: String) -> JSONReader.Problem {
      JSONReader.Problem(reason: "tensor '\(name)': \(what)")
    }
    guard let precision = Precision(rawValue: dtype) else {
      throw damaged("unknown dtype '\(dtype)'")
    }
    guard shape.allSatisfy({ $0 >= 0 }) else { throw damaged("a negative extent in \(shape)") }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw damaged("shape \(shape) is too large") }
      count = product
    }
    var content = reader
    content.seek(data)
    let values: TensorValues
    if count > Self.decimalLimit {
      guard let bytes = try content.base64(),
        let decoded = TensorValues(littleEndianBytes: bytes, precision: precision)
      else { throw damaged("data is not base64 of \(dtype)") }
      values = decoded
    } else {
      switch precision {
      case .float32:
        values = .float32(
          try content.list(of: { (reader) throws(JSONReader.Problem) in try reader.number() }))
      case .float64:
        values = .float64(
          try content.list(of: { (reader) throws(JSONReader.Problem) in try reader.number() }))
      }
    }
    guard values.count == count else { throw damaged("\(values.count) numbers for shape \(shape)") }
    guard values.withLittleEndianBytes({ Digest.hex($0) }) == digest else {
      throw damaged("its numbers do not have the digest that stands beside them")
    }
    tensor = NamedTensor(name: name, shape: shape, values: values)
  }
}

extension TensorValues {
  /// Hands the numbers over as little-endian bytes, in order; where the machine has that order, as they lie.
  package func withLittleEndianBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    #if _endian(little)
      switch self {
      case .float32(let values): try values.withUnsafeBytes(body)
      case .float64(let values): try values.withUnsafeBytes(body)
      }
    #else
      switch self {
      case .float32(let values): try values.map(\.bitPattern.littleEndian).withUnsafeBytes(body)
      case .float64(let values): try values.map(\.bitPattern.littleEndian).withUnsafeBytes(body)
      }
    #endif
  }

  /// The numbers as little-endian bytes, in order.
  package var littleEndianBytes: [UInt8] { withLittleEndianBytes { Array($0) } }

  /// Numbers out of little-endian bytes; nil where the bytes do not make whole numbers.
  package init?(littleEndianBytes bytes: some Collection<UInt8>, precision: Precision) {
    let size = precision == .float32 ? 4 : 8
    guard bytes.count.isMultiple(of: size) else { return nil }
    let count = bytes.count / size
    switch precision {
    case .float32:
      self = .float32(
        [Float](unsafeUninitializedCapacity: count) { target, initialized in
          UnsafeMutableRawBufferPointer(target).copyBytes(from: bytes)
          for index in 0..<count {
            let word = target[index].bitPattern
            target[index] = Float(bitPattern: UInt32(littleEndian: word))
          }
          initialized = count
        })
    case .float64:
      self = .float64(
        [Double](unsafeUninitializedCapacity: count) { target, initialized in
          UnsafeMutableRawBufferPointer(target).copyBytes(from: bytes)
          for index in 0..<count {
            let word = target[index].bitPattern
            target[index] = Double(bitPattern: UInt64(littleEndian: word))
          }
          initialized = count
        })
    }
  }
}
