import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The few things that the runner asks of a file system, each with an error that says what, on what, why and what to do.
///
/// What is written here survives a loss of power once the call has returned: files are synced before they are renamed,
/// and directories after.
package enum FileSystem {
  /// Why the last call failed, as the system says it.
  static func failure(_ what: String, _ path: String, code: Int32 = errno) -> Failure {
    let remedy =
      switch code {
      case ENOENT: "look at the path: a directory on the way is missing"
      case ENOTDIR: "a part of the path is a file; choose another results directory with --results"
      case ENOSPC, EDQUOT:
        "make room on that disk and go on; nothing that was finished is lost"
      case EACCES, EROFS, EPERM: "choose a results directory that you may write, with --results"
      default: "look at the path and the disk, then run the command again"
      }
    return Failure(
      .inputOutput, "\(what) '\(path)'", path: path, reason: String(cString: strerror(code)),
      remedy: remedy)
  }

  /// Whether a call failed because a directory or a file was not there.
  static func isAbsence(_ failure: Failure) -> Bool {
    failure.reason == String(cString: strerror(ENOENT))
  }

  // MARK: - Looking

  package static func exists(_ path: String) -> Bool {
    var information = stat()
    return lstat(path, &information) == 0
  }

  package static func isDirectory(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && (information.st_mode & S_IFMT) == S_IFDIR
  }

  /// Whether a path leads to a file that has an end: no directory, pipe or device.
  package static func isFile(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && (information.st_mode & S_IFMT) == S_IFREG
  }

  /// The size of a file in bytes; nil where it is not there.
  package static func size(_ path: String) -> Int? {
    var information = stat()
    return stat(path, &information) == 0 ? Int(information.st_size) : nil
  }

  /// How many names a file has; 0 where it is not there.
  package static func linkCount(_ path: String) -> Int {
    var information = stat()
    return lstat(path, &information) == 0 ? Int(information.st_nlink) : 0
  }

  /// When a file was last changed, in nanoseconds since 1970; nil where it is not there.
  package static func modificationTime(_ path: String) -> Int? {
    var information = stat()
    guard stat(path, &information) == 0 else { return nil }
    #if canImport(Darwin)
      let time = information.st_mtimespec
    #else
      let time = information.st_mtim
    #endif
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// The time in nanoseconds since 1970, as files have it.
  package static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// The path from the root on, without links; nil where nothing is there.
  package static func absolute(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether what is in a directory can be read.
  package static func canList(_ directory: String) -> Bool {
    guard let handle = opendir(directory) else { return false }
    closedir(handle)
    return true
  }

  /// The names in a directory, sorted; none where it is not there.
  package static func names(in directory: String) -> [String] {
    guard let handle = opendir(directory) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Every file below a directory, as paths relative to it, sorted.
  package static func files(below directory: String, prefix: String = "") -> [String] {
    names(in: directory).flatMap { name -> [String] in
      let path = directory + "/" + name
      return isDirectory(path) ? files(below: path, prefix: prefix + name + "/") : [prefix + name]
    }
  }

  // MARK: - Reading

  /// The bytes of a file, or of a part of it; fewer where it ends.
  package static func read(
    _ path: String, from offset: Int = 0, atMost limit: Int = .max
  ) throws(Failure) -> [UInt8] {
    let descriptor = try openForReading(path, from: offset)
    defer { close(descriptor) }
    var information = stat()
    let size = fstat(descriptor, &information) == 0 ? Int(information.st_size) : 0
    // With room for one byte more than there are, the end is seen without a second buffer.
    let capacity = min(max(0, size - offset) + 1, limit)
    var code: Int32 = 0
    var bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      while count < capacity {
        let room = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
        let got = readOnce(descriptor, room)
        if got == 0 { return }
        if got < 0 {
          if errno == EINTR { continue }
          code = errno
          return
        }
        count += got
      }
    }
    if code != 0 { throw failure("cannot read", path, code: code) }
    // What grows, and what does not tell its size.
    if bytes.count == capacity, capacity < limit {
      try readPieces(descriptor, path, atMost: limit - capacity) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// Hands the bytes of a file, or of a part of it, over in pieces of up to 1 MiB.
  package static func readPieces(
    _ path: String, from offset: Int = 0, atMost limit: Int = .max,
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let descriptor = try openForReading(path, from: offset)
    defer { close(descriptor) }
    try readPieces(descriptor, path, atMost: limit, body)
  }

  private static func openForReading(_ path: String, from offset: Int) throws(Failure) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("cannot read", path) }
    if offset > 0, lseek(descriptor, off_t(offset), SEEK_SET) < 0 {
      let code = errno
      close(descriptor)
      throw failure("cannot read", path, code: code)
    }
    return descriptor
  }

  private static func readOnce(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int
  {
    #if canImport(Glibc)
      Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    #else
      Darwin.read(descriptor, buffer.baseAddress, buffer.count)
    #endif
  }

  private static func readPieces(
    _ descriptor: Int32, _ path: String, atMost limit: Int,
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(1, min(1 << 20, limit)), alignment: 64)
    defer { buffer.deallocate() }
    var left = limit
    while left > 0 {
      let got = readOnce(
        descriptor, UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, left)]))
      if got == 0 { return }
      if got < 0 {
        if errno == EINTR { continue }
        throw failure("cannot read", path)
      }
      left -= got
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
    }
  }

  // MARK: - Writing

  /// Makes a directory with all that are missing above it.
  package static func makeDirectory(_ path: String) throws(Failure) {
    if isDirectory(path) || mkdir(path, 0o777) == 0 { return }
    let code = errno
    if code == EEXIST, isDirectory(path) { return }
    guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw failure("cannot make the directory", path, code: code)
    }
    try makeDirectory(String(path[..<slash]))
    if mkdir(path, 0o777) == 0 || (errno == EEXIST && isDirectory(path)) { return }
    throw failure("cannot make the directory", path)
  }

  /// Makes one directory; false where it is there already.
  package static func makeExclusiveDirectory(_ path: String) throws(Failure) -> Bool {
    if mkdir(path, 0o777) == 0 { return true }
    if errno == EEXIST { return false }
    throw failure("cannot make the directory", path)
  }

  /// Replaces a file by new content: whoever reads it sees the old or the new, whole.
  package static func write(_ bytes: some Collection<UInt8>, to path: String) throws(Failure) {
    try write(to: path) { (file) throws(Failure) in try file.append(bytes) }
  }

  /// Replaces a file by what is written piece by piece: whoever reads it sees the old or the new, whole.
  package static func write(
    to path: String, _ body: (inout OutputFile) throws(Failure) -> Void
  ) throws(Failure) {
    let temporary = path + temporarySuffix
    do throws(Failure) {
      var file = try OutputFile(creating: temporary)
      try body(&file)
      try file.close(syncing: true)
      try rename(temporary, to: path)
    } catch {
      // On a full disk the half of a file would take the room that others need.
      unlink(temporary)
      throw error
    }
  }

  /// A path for what is thrown away again: in `TMPDIR`, or else in `/tmp`, with a name that nobody else has.
  package static func temporaryPath(_ name: String) -> String {
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    return (directory.isEmpty ? "/tmp" : directory) + "/\(name)-\(getpid())"
  }

  private static let ownPaths = Atomic<Int>(0)

  /// A path beside another, which nobody else has: no other process, and no other thread.
  static func ownPath(_ path: String) -> String {
    "\(path).\(getpid())-\(ownPaths.add(1, ordering: .relaxed).newValue)"
  }

  /// Adds a line to a file that nothing depends on, in one piece whoever else does; says nothing where it cannot.
  static func append(_ bytes: [UInt8], to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return }
    #if canImport(Glibc)
      _ = Glibc.write(descriptor, bytes, bytes.count)
    #else
      _ = Darwin.write(descriptor, bytes, bytes.count)
    #endif
    close(descriptor)
  }

  /// How the name of a file ends until it is whole.
  static let temporarySuffix = ".new"

  /// Renames, and syncs the directory.
  package static func rename(_ old: String, to new: String) throws(Failure) {
    try replace(old, to: new)
    sync(directoryOf: new)
  }

  /// Renames, and leaves to the system when that is on the disk.
  package static func replace(_ old: String, to new: String) throws(Failure) {
    #if canImport(Glibc)
      let result = Glibc.rename(old, new)
    #else
      let result = Darwin.rename(old, new)
    #endif
    guard result == 0 else { throw failure("cannot write", new) }
  }

  /// Syncs the directory that holds a path.
  package static func sync(directoryOf path: String) {
    let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    sync(directory: directory.isEmpty ? "/" : directory)
  }

  /// Not every file system can sync a directory; where one cannot, nothing is said.
  package static func sync(directory: String) {
    let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Waits until a file that was written before is on the disk.
  package static func sync(file: String) throws(Failure) {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("cannot read", file) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("cannot write", file) }
  }

  /// Makes `new` hold what `old` holds: a reflink, else a hard link, else a copy.
  package static func clone(_ old: String, to new: String) throws(Failure) {
    unlink(new)
    if reflink(old, to: new) || hardLink(old, to: new) { return }
    try write(try read(old), to: new)
  }

  /// Makes `new` hold what `old`, or its beginning, holds now, whatever becomes of `old`: a reflink, else a copy.
  package static func copy(
    _ old: String, to new: String, atMost limit: Int = .max
  ) throws(Failure) {
    if limit == .max, reflink(old, to: new) { return }
    var file = try OutputFile(creating: new)
    try readPieces(old, atMost: limit) { (piece) throws(Failure) in try file.append(raw: piece) }
    try file.close(syncing: true)
  }

  private static func hardLink(_ old: String, to new: String) -> Bool {
    #if canImport(Glibc)
      Glibc.link(old, new) == 0
    #else
      Darwin.link(old, new) == 0
    #endif
  }

  private static func reflink(_ old: String, to new: String) -> Bool {
    #if os(Linux)
      let source = open(old, O_RDONLY | O_CLOEXEC)
      guard source >= 0 else { return false }
      defer { close(source) }
      let target = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard target >= 0 else { return false }
      defer { close(target) }
      // FICLONE, from linux/fs.h: _IOW(0x94, 9, int).
      if ioctl(target, 0x4004_9409, source) == 0 { return true }
      unlink(new)
    #endif
    return false
  }

  /// Points a symbolic link at a name, at once where there was one before.
  package static func setLink(_ path: String, to target: String) throws(Failure) {
    if symlink(target, path) == 0 { return sync(directoryOf: path) }
    guard errno == EEXIST else { throw failure("cannot write the link", path) }
    // Several processes may do so at once, with one name for the link that is not at its place yet, so that who is killed
    // leaves none that nobody clears: who finds another's there takes it away, and who misses his makes it again.
    let temporary = path + temporarySuffix
    for _ in 0..<100 {
      guard symlink(target, temporary) == 0 || errno == EEXIST else {
        throw failure("cannot write the link", path)
      }
      if link(at: temporary) != target {
        unlink(temporary)
        continue
      }
      do throws(Failure) {
        return try rename(temporary, to: path)
      } catch {
        guard isAbsence(error) else { throw error }
      }
    }
    throw Failure(
      .inputOutput, "cannot write the link '\(path)'", path: path,
      reason: "other processes write it all the time", remedy: "run the command again")
  }

  /// Where a symbolic link points; nil where there is none.
  package static func link(at path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { raw in
      raw.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { readlink(path, $0, text.count) } ?? -1
      }
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  package static func makeReadOnly(_ path: String) { chmod(path, 0o444) }

  /// Whether the owner of a file may write it.
  package static func isWritable(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IWUSR != 0
  }

  /// Lets its owner write a file.
  package static func makeWritable(_ path: String) {
    var information = stat()
    guard stat(path, &information) == 0 else { return }
    chmod(path, information.st_mode & 0o777 | S_IWUSR)
  }

  /// Removes a directory where nothing is in it.
  package static func removeIfEmpty(_ directory: String) { rmdir(directory) }

  /// Removes a file or a directory with all that is in it; only called on what this program made to throw away.
  package static func remove(_ path: String) {
    if isDirectory(path), link(at: path) == nil {
      for name in names(in: path) { remove(path + "/" + name) }
      rmdir(path)
    } else {
      unlink(path)
    }
  }
}

extension FileSystem {
  /// How two names can have one content without a copy.
  package enum Sharing: Sendable {
    case reflink
    case hardLink
    case none
  }

  /// Tries how ``clone(_:to:)`` would make a file.
  static func sharing(_ old: String, as new: String) -> Sharing {
    unlink(new)
    if reflink(old, to: new) { return .reflink }
    return hardLink(old, to: new) ? .hardLink : .none
  }

  /// The bytes that this user may still write to the disk of a path.
  package static func freeSpace(_ path: String) -> Int? {
    var information = statvfs()
    guard statvfs(path, &information) == 0 else { return nil }
    return Int(information.f_bavail) * Int(information.f_frsize)
  }
}
