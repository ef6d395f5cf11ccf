import Scorewalk

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A tensor in a checkpoint: `{name, shape, dtype, sha256, data}`.
///
/// `data` holds shortest round-trip decimals up to 4,096 numbers, and base64 of the little-endian bytes beyond. The
/// digest is over the little-endian bytes in both cases, and is checked when the tensor is read.
package struct TensorRecord: Codable, Sendable {
  /// Up to how many numbers are written as decimals.
  package static let decimalLimit = 4096

  package let tensor: NamedTensor

  package init(_ tensor: NamedTensor) { self.tensor = tensor }

  private enum CodingKeys: String, CodingKey {
    case name, shape, dtype, sha256, data
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(tensor.name, forKey: .name)
    try container.encode(tensor.shape, forKey: .shape)
    try container.encode(tensor.values.precision.rawValue, forKey: .dtype)
    try container.encode(tensor.values.withLittleEndianBytes { Digest.hex($0) }, forKey: .sha256)
    if tensor.values.count > Self.decimalLimit {
      let text = tensor.values.withLittleEndianBytes { Data($0).base64EncodedString() }
      try container.encode(text, forKey: .data)
    } else {
      switch tensor.values {
      case .float32(let values): try container.encode(values, forKey: .data)
      case .float64(let values): try container.encode(values, forKey: .data)
      }
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .name)
    let shape = try container.decode([Int].self, forKey: .shape)
    let dtype = try container.decode(String.self, forKey: .dtype)
    func damaged(_ what: String) -> DecodingError {
      .dataCorruptedError(
        forKey: .data, in: container, debugDescription: "tensor '\(name)': \(what)")
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
    let values: TensorValues
    if count > Self.decimalLimit {
      guard let data = Data(base64Encoded: try container.decode(String.self, forKey: .data)),
        let decoded = TensorValues(littleEndianBytes: data, precision: precision)
      else { throw damaged("data is not base64 of \(dtype)") }
      values = decoded
    } else {
      switch precision {
      case .float32: values = .float32(try container.decode([Float].self, forKey: .data))
      case .float64: values = .float64(try container.decode([Double].self, forKey: .data))
      }
    }
    guard values.count == count else { throw damaged("\(values.count) numbers for shape \(shape)") }
    guard
      values.withLittleEndianBytes({ Digest.hex($0) })
        == (try container.decode(String.self, forKey: .sha256))
    else { throw damaged("its numbers do not have the digest that stands beside them") }
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
