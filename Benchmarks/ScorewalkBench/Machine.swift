import CPeak
import Scorewalk

/// What the machine can do.
enum Machine {
  /// The time that something takes, in seconds.
  static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let duration = try ContinuousClock().measure { try body() }
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  /// 10⁹ operations a second in float32, multiplications and additions fused, on all threads of a pool; the best of five
  /// runs of some milliseconds. 0 where the CPU has no such instruction.
  static func peak(_ pool: WorkerPool) -> Double {
    guard cpeak_fma(1) != 0 else { return 0 }
    let rounds = 2_000_000
    let times = (0..<5).map { _ in
      seconds { pool.run(parts: pool.threads) { _ in _ = cpeak_fma(rounds) } }
    }
    let operations = Double(rounds * pool.threads) * Double(CPEAK_OPERATIONS_PER_ROUND)
    return operations / (times.min() ?? .infinity) / 1e9
  }
}
