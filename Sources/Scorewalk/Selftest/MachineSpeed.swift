/// How fast this build computes on this machine, in half a second each.
public enum MachineSpeed {
  /// Standard normal numbers a second, float32, on one thread.
  public static func normals() -> Double {
    let stream = RandomStream(key: 0x5c0_7e3a_1b)
    let matrix = Matrix<Float>(features: 1, rows: 65_536)
    var step: UInt64 = 0
    return rate(of: Double(matrix.rows)) {
      stream.normals(
        .chainNoise, step: step, rows: 0..<matrix.rows, columns: 0..<1, into: matrix)
      step += 1
    }
  }

  /// 10⁹ operations a second of chains on a network 2-256-256-2, float32, on all threads of a pool: nearly all of them are
  /// the 256 × 256 layer's.
  ///
  /// - Throws: ``RunError`` as ``ChainProcess`` does.
  public static func layer(_ pool: WorkerPool) throws -> Double {
    let stream = RandomStream(key: 0x5c0_7e3a_1b)
    let network = Network(dimension: 2, hidden: [256, 256], activation: .relu, output: .score)
    let chains = 256 * pool.threads
    let configuration = ChainConfiguration(
      sampler: LangevinSampler(stepSize: 0.01),
      target: .network(
        network, parameters: network.initialParameters(precision: .float32, stream: stream)),
      chains: chains, initial: .normal(), stream: stream, precision: .float32)
    let process = try ChainProcess(
      configuration, keeping: try KeepRule.last.states(steps: 1_000_000), pool: pool)
    var draws = Draws(for: configuration)
    let weights = 2 * 256 + 256 * 256 + 256 * 2
    let operations = try rate(of: Double(2 * weights * chains)) {
      try process.advance(to: process.step + 1, recording: &draws)
    }
    return operations / 1e9
  }

  /// How much work is done in a second, by half a second of it; the first piece only warms up.
  private static func rate(of work: Double, _ body: () throws -> Void) rethrows -> Double {
    try body()
    let clock = ContinuousClock()
    let start = clock.now
    var count = 0.0
    while clock.now - start < .milliseconds(500) {
      try body()
      count += 1
    }
    let duration = clock.now - start
    let seconds =
      Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    return count * work / seconds
  }
}
