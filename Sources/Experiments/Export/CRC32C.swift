/// The cyclic redundancy check CRC-32C (Castagnoli), by which records of TensorBoard's files are guarded.
///
/// The polynomial is 0x1EDC6F41, bits reflected, from and with all ones, as in RFC 3720, appendix B.4
/// ([doi:10.17487/RFC3720](https://doi.org/10.17487/RFC3720)).
package enum CRC32C {
  /// The remainders of all bytes.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in
      rest & 1 == 0 ? rest >> 1 : rest >> 1 ^ 0x82F6_3B78
    }
  }

  package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }

  /// The checksum as records of TensorFlow have it: turned by 15 bits, with a constant added, so that a checksum over
  /// bytes that hold checksums is worth something.
  package static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
    let sum = checksum(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}
