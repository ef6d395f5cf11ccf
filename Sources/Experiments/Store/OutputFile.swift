import Crypto
import Scorewalk

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is written from front to back through a buffer.
package struct OutputFile: ~Copyable {
  private let descriptor: Int32
  private let path: String
  private var buffer: [UInt8] = []
  /// How many bytes the file has, the buffer's included.
  package private(set) var count: Int
  /// Of the first bytes of the file, as many as `hashedCount`.
  private var hasher = SHA256()
  private var hashedCount = 0

  /// Makes a file, empty.
  package init(creating path: String) throws(Failure) {
    descriptor = try Self.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC)
    self.path = path
    count = 0
  }

  /// Goes on with a file from a length; what lies beyond is cut off.
  package init(continuing path: String, at count: Int) throws(Failure) {
    let descriptor = try Self.open(path, O_WRONLY | O_CREAT | O_CLOEXEC)
    if ftruncate(descriptor, off_t(count)) != 0 || lseek(descriptor, off_t(count), SEEK_SET) < 0 {
      let failure = FileSystem.failure("cannot go on with", path)
      Self.close(descriptor)
      throw failure
    }
    self.descriptor = descriptor
    self.path = path
    self.count = count
  }

  /// SHA-256 of the file so far. What came since it was asked for last is read back, so that a file whose digest nobody
  /// asks for costs nothing more.
  package mutating func digest() throws(Failure) -> String {
    try flush()
    try FileSystem.readPieces(path, from: hashedCount, atMost: count - hashedCount) {
      hasher.update(bufferPointer: $0)
    }
    hashedCount = count
    return Digest.hex(hasher)
  }

  private static func open(_ path: String, _ flags: Int32) throws(Failure) -> Int32 {
    #if canImport(Glibc)
      let descriptor = Glibc.open(path, flags, 0o666)
    #else
      let descriptor = Darwin.open(path, flags, 0o666)
    #endif
    if descriptor < 0 { throw FileSystem.failure("cannot write", path) }
    return descriptor
  }

  deinit { Self.close(descriptor) }

  private static func close(_ descriptor: Int32) {
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #else
      _ = Darwin.close(descriptor)
    #endif
  }

  package mutating func append(_ bytes: some Collection<UInt8>) throws(Failure) {
    if bytes.count >= 1 << 14 {
      // What went wrong is returned: a variable that the closure sets is lost in release builds of Swift 6.3.1 where the
      // bytes are those of a text.
      let outcome = bytes.withContiguousStorageIfAvailable { (piece) -> Failure? in
        do throws(Failure) {
          try append(raw: UnsafeRawBufferPointer(piece))
          return nil
        } catch {
          return error
        }
      }
      if let outcome {
        if let outcome { throw outcome }
        return
      }
    }
    buffer.append(contentsOf: bytes)
    count += bytes.count
    if buffer.count >= 1 << 16 { try flush() }
  }

  /// Numbers, as little-endian bytes.
  package mutating func append(_ values: TensorValues) throws(Failure) {
    var failure: Failure?
    values.withLittleEndianBytes {
      do throws(Failure) { try append(raw: $0) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  package mutating func append(_ text: String) throws(Failure) { try append(text.utf8) }

  /// The memory of numbers, as they lie.
  package mutating func append(raw bytes: UnsafeRawBufferPointer) throws(Failure) {
    if bytes.count < 1 << 14 {
      buffer.append(contentsOf: bytes)
      count += bytes.count
      if buffer.count >= 1 << 16 { try flush() }
    } else {
      try flush()
      try write(bytes)
      count += bytes.count
    }
  }

  /// Hands the buffer to the system.
  package mutating func flush() throws(Failure) {
    guard !buffer.isEmpty else { return }
    let bytes = buffer
    buffer.removeAll(keepingCapacity: true)
    try bytes.span.withUnsafeBufferPointer { (numbers) throws(Failure) in
      try write(UnsafeRawBufferPointer(numbers))
    }
  }

  /// Hands the buffer to the system and waits until it is on the disk.
  package mutating func sync() throws(Failure) {
    try flush()
    guard fsync(descriptor) == 0 else { throw FileSystem.failure("cannot write", path) }
  }

  package consuming func close(syncing: Bool) throws(Failure) {
    if syncing { try sync() } else { try flush() }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var done = 0
    while done < bytes.count {
      #if canImport(Glibc)
        let written = Glibc.write(
          descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      #else
        let written = Darwin.write(
          descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      #endif
      if written < 0 {
        if errno == EINTR { continue }
        throw FileSystem.failure("cannot write", path)
      }
      done += written
    }
  }
}
