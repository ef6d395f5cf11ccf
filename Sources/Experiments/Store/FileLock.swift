#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A lock on a file that the kernel releases when the process ends, however it ends.
///
/// It belongs to the open file description, so that two of one process exclude each other too, and whether it is held
/// can be asked without taking it.
package final class FileLock {
  private let descriptor: Int32
  /// Whether others are kept out: false where the disk has no locks.
  package let isGuarding: Bool

  /// Takes the lock; nil where another process holds it, or has just removed the file.
  ///
  /// On a disk that has no locks everybody takes it.
  ///
  /// - Parameter creating: whether to make the file where it is not there; nil otherwise.
  package init?(path: String, creating: Bool = true) throws(Failure) {
    descriptor = open(path, O_RDWR | O_CLOEXEC | (creating ? O_CREAT : 0), 0o666)
    let opened = errno
    var request = Self.wholeFile
    isGuarding = descriptor >= 0 && fcntl(descriptor, Self.setCommand, &request) == 0
    let locked = errno
    if descriptor < 0 {
      if opened == ENOENT, !creating { return nil }
      throw FileSystem.failure("cannot open the lock", path, code: opened)
    }
    if !isGuarding {
      if locked == EAGAIN || locked == EACCES { return nil }
      guard Self.meaningNoLocks.contains(locked) else {
        throw FileSystem.failure("cannot lock", path, code: locked)
      }
    }
    // Who held it may have thrown the file away between the two calls above: then this lock guards nothing.
    var held = stat()
    var named = stat()
    guard fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino,
      held.st_dev == named.st_dev
    else { return nil }
  }

  /// What a disk answers that has no locks, such as a network's whose lock service does not run.
  private static let meaningNoLocks = [ENOLCK, EINVAL, ENOSYS, ENOTSUP, EOPNOTSUPP]

  deinit {
    guard descriptor >= 0 else { return }
    // A process that another thread is starting has the descriptor too until it runs its program: to close ours would not
    // end the lock.
    var request = Self.wholeFile
    request.l_type = Int16(F_UNLCK)
    if isGuarding { _ = fcntl(descriptor, Self.setCommand, &request) }
    close(descriptor)
  }

  /// Says in the locked file who holds the lock, for whoever waits; where it cannot be written, nobody is named.
  package func write(_ text: String) {
    let bytes = Array(text.utf8)
    guard ftruncate(descriptor, 0) == 0 else { return }
    _ = pwrite(descriptor, bytes, bytes.count, 0)
  }

  /// Shows to whoever cannot see the lock, such as other machines, that its holder lives: the file is as of now.
  package func renew() { futimens(descriptor, nil) }

  package static var process: Int { Int(getpid()) }

  /// Waits for a moment before something is looked at again.
  package static func pause(seconds: Double = 0.02) { usleep(UInt32(seconds * 1e6)) }

  /// Whether some process holds the lock of this path now; asking takes nothing.
  package static func isHeld(_ path: String) -> Bool {
    // To ask needs no right to write.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var request = wholeFile
    return fcntl(descriptor, getCommand, &request) == 0 && request.l_type != Int16(F_UNLCK)
  }

  /// Whether the disk of a path has no locks.
  package static func isMissing(onDiskOf path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var request = wholeFile
    return fcntl(descriptor, getCommand, &request) != 0 && meaningNoLocks.contains(errno)
  }

  // The commands of open file description locks, which the imported headers hide: <fcntl.h>.
  #if os(Linux)
    private static let getCommand: Int32 = 36
    private static let setCommand: Int32 = 37
  #else
    private static let getCommand: Int32 = 92
    private static let setCommand: Int32 = 90
  #endif

  private static var wholeFile: flock {
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    return lock
  }
}
