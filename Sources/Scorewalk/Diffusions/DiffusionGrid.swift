/// Falling times t₀ > t₁ > … > t_N of a process, between which a sampler steps.
public struct DiffusionGrid: Sendable, Hashable {
  /// The process whose times they are.
  public let process: DiffusionProcess
  /// t₀ … t_N, falling, above 0.
  public let times: [Double]
  /// σ at each time, falling.
  public let noiseLevels: [Double]
  /// s at each time.
  public let scales: [Double]

  /// N.
  public var steps: Int { times.count - 1 }

  /// How far beyond the process's last noise level, in parts of it, rounding may bring one.
  private static let levelTolerance = 1e-9

  /// How many steps a grid may have.
  public static let largestSteps = NoiseLadder.largestCount / 2

  /// Times the same distance apart, from the process's end to a last time.
  ///
  /// - Parameters:
  ///   - steps: N, at least 1.
  ///   - last: t_N, above 0.
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public static func uniform(
    _ process: DiffusionProcess, steps: Int, to last: Double
  ) throws(RunError) -> DiffusionGrid {
    try process.validate()
    guard (1...largestSteps).contains(steps) else {
      throw .invalid("a grid of \(steps) steps; from 1 to \(largestSteps) make one")
    }
    let first = process.end
    guard last > 0, last < first else {
      throw .invalid("the last time must lie above 0 and below \(first), and is \(last)")
    }
    let times = (0...steps).map { index in
      index == steps ? last : first + Double(index) / Double(steps) * (last - first)
    }
    return try DiffusionGrid(
      process, times: times, noiseLevels: times.map(process.noiseLevel(at:)))
  }

  /// The times at which a process has given noise levels.
  ///
  /// - Parameter ladder: at least 2 levels, none beyond those of the process; EDM, whose time is the noise level,
  ///   may begin above the `sigma_max` from which its uniform grids start.
  /// - Throws: ``RunError`` `.invalidConfiguration`.
  public static func at(
    _ ladder: NoiseLadder, of process: DiffusionProcess
  ) throws(RunError) -> DiffusionGrid {
    try process.validate()
    if let least = ladder.levels.last, case .varianceExploding(let first, _) = process,
      least < first
    {
      throw .invalid(
        "a noise level of \(least) lies below sigma_min, \(first), with which the process begins",
        hint: "end the levels there, or lower sigma_min")
    }
    if let (last, name) = process.lastNoiseLevel, ladder.levels[0] > last * (1 + levelTolerance) {
      throw .invalid(
        "a noise level of \(ladder.levels[0]) lies above \(last), with which the process ends",
        hint: "begin the levels there, or raise \(name)")
    }
    guard ladder.levels[0] <= DiffusionProcess.largestNoiseLevel else {
      throw .invalid(
        "a noise level of \(ladder.levels[0]) is beyond 10¹⁵", hint: "begin the levels lower")
    }
    guard (2...(largestSteps + 1)).contains(ladder.levels.count) else {
      throw .invalid(
        "a grid of \(ladder.levels.count) noise levels; from 2 to \(largestSteps + 1) make one",
        hint: "a step leads from one level to the next")
    }
    return try DiffusionGrid(
      process, times: ladder.levels.map(process.time(ofNoiseLevel:)), noiseLevels: ladder.levels)
  }

  private init(
    _ process: DiffusionProcess, times: [Double], noiseLevels: [Double]
  ) throws(RunError) {
    // Both must fall in double precision.
    _ = try NoiseLadder(noiseLevels)
    for (time, next) in zip(times, times.dropFirst()) where !(next < time) {
      throw .invalid("times \(time) and \(next) of the grid are not apart")
    }
    self.process = process
    self.times = times
    self.noiseLevels = noiseLevels
    scales = times.map(process.scale(at:))
  }
}
