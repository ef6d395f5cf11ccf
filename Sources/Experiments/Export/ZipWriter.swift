import CMinizip

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A zip archive that is written from front to back; its files are stored as they are, not compressed.
///
/// It appears whole under its name when it is closed, or not at all.
///
/// The bytes depend on the names and contents alone: every file is dated 1980-01-01, the earliest that the format knows.
/// Files and archives beyond 4 GB are written with the zip64 extension. The format is PKWARE's APPNOTE.TXT 6.3.
final class ZipWriter {
  private let path: String
  /// Nil when it was closed.
  private var handle: zipFile?

  /// 1980-01-01 as the format packs it: years since 1980, month, day in 7, 4 and 5 bits.
  private static let date: UInt = 0 << 9 | 1 << 5 | 1
  /// The flag that a name is UTF-8.
  private static let nameIsUTF8: UInt = 1 << 11
  /// The size from which a file needs zip64's fields.
  private static let smallSizes = 0xFFFF_FFFF

  /// Begins an archive.
  init(creating path: String) throws(Failure) {
    self.path = path
    handle = zipOpen64(path + FileSystem.temporarySuffix, APPEND_STATUS_CREATE)
    if handle == nil { throw failure(String(cString: strerror(errno))) }
  }

  deinit {
    guard let handle else { return }
    zipClose(handle, nil)
    FileSystem.remove(path + FileSystem.temporarySuffix)
  }

  /// Begins a file; its bytes follow by ``append(_:)``.
  ///
  /// - Parameter count: how many bytes it will have.
  func begin(_ name: String, count: Int) throws(Failure) {
    var information = zip_fileinfo()
    information.dosDate = Self.date << 16
    let isASCII = name.utf8.allSatisfy { $0 < 0x80 }
    let code = zipOpenNewFileInZip4_64(
      handle, name, &information, nil, 0, nil, 0, nil, 0, 0, 0, -MAX_WBITS, DEF_MEM_LEVEL,
      Z_DEFAULT_STRATEGY, nil, 0, 0, isASCII ? 0 : Self.nameIsUTF8,
      count >= Self.smallSizes ? 1 : 0)
    try require(code)
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    // The library counts in 32 bits.
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      try require(zipWriteInFileInZip(handle, piece.baseAddress, UInt32(piece.count)))
      rest = rest.dropFirst(piece.count)
    }
  }

  func append(_ bytes: [UInt8]) throws(Failure) {
    try bytes.span.withUnsafeBytes { (raw) throws(Failure) in try append(raw) }
  }

  /// Ends the file that was begun.
  func end() throws(Failure) { try require(zipCloseFileInZip(handle)) }

  /// Writes the table of contents, waits until the archive is on the disk, and gives it its name.
  func close() throws(Failure) {
    let code = zipClose(handle, nil)
    handle = nil
    do throws(Failure) {
      try require(code)
      try FileSystem.sync(file: path + FileSystem.temporarySuffix)
      try FileSystem.rename(path + FileSystem.temporarySuffix, to: path)
    } catch {
      FileSystem.remove(path + FileSystem.temporarySuffix)
      throw error
    }
  }

  private func require(_ code: Int32) throws(Failure) {
    guard code != ZIP_OK else { return }
    throw failure(code == Z_ERRNO ? String(cString: strerror(errno)) : "minizip says \(code)")
  }

  private func failure(_ reason: String) -> Failure {
    Failure(
      .inputOutput, "cannot write '\(path)'", path: path, reason: reason,
      remedy: "look at its directory and at the room on that disk, or write it elsewhere")
  }
}
