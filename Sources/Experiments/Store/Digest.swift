import Crypto

/// SHA-256 of anything, in lower-case hexadecimal.
package enum Digest {
  package static func hex(_ bytes: [UInt8]) -> String {
    hex(SHA256.hash(data: bytes))
  }

  package static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    var hasher = SHA256()
    hasher.update(bufferPointer: bytes)
    return hex(hasher.finalize())
  }

  /// The digest of a file, or of its beginning, read in pieces of 1 MiB.
  package static func hex(file path: String, atMost limit: Int = .max) throws(Failure) -> String {
    var hasher = SHA256()
    try FileSystem.readPieces(path, atMost: limit) { hasher.update(bufferPointer: $0) }
    return hex(hasher.finalize())
  }

  /// The digest of what a hasher was given.
  static func hex(_ hasher: SHA256) -> String { hex(hasher.finalize()) }

  /// The first eight bytes of a digest, as a little-endian number.
  package static func word(_ bytes: [UInt8]) -> UInt64 {
    SHA256.hash(data: bytes).prefix(8).enumerated().reduce(0) {
      $0 | UInt64($1.element) << (8 * UInt64($1.offset))
    }
  }

  private static func hex(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
