import Foundation
import Glibc

/// A pseudo terminal: what a process writes to `slave` is read here.
final class Terminal {
  let master: Int32
  let slave: Int32

  init() throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN, from asm-generic/ioctls.h.
    var locked: Int32 = 0
    var number: UInt32 = 0
    guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0,
      ioctl(master, 0x8004_5430, &number) == 0
    else { throw TestProblem("this machine has no pseudo terminals") }
    slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard slave >= 0 else { throw TestProblem("cannot open the pseudo terminal") }
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(master)
    close(slave)
  }

  /// Everything that is written until a process ends.
  func text(until process: RunningProcess) throws -> (text: String, result: ProcessResult) {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    func drain() {
      while true {
        let count = read(master, &piece, piece.count)
        if count <= 0 { return }
        bytes += piece[..<count]
      }
    }
    let end = Date.now.addingTimeInterval(60)
    while process.isRunning, Date.now < end {
      drain()
      usleep(2000)
    }
    let result = try process.wait(seconds: 1)
    drain()
    return (String(decoding: bytes, as: UTF8.self), result)
  }
}
