import Scorewalk
import Testing

@Suite struct DiffusionProcessTests {
  static let all: [DiffusionProcess] = [
    .varianceExploding(), .varianceExploding(from: 0.1, to: 3), .variancePreserving(),
    .variancePreserving(from: 0.5, to: 8), .subVariancePreserving(),
    .subVariancePreserving(from: 1, to: 1.5), .edm(), .edm(to: 5),
  ]

  private static func times(_ process: DiffusionProcess) -> [Double] {
    [0.01, 0.1, 0.37, 0.5, 0.83, 0.99].map { $0 * process.end }
  }

  /// f = d log s/dt and g² = 2 s² σ dσ/dt, by central differences.
  @Test(arguments: all)
  func coefficientsAreThoseOfTheMarginals(process: DiffusionProcess) {
    for time in Self.times(process) {
      let h = 1e-5 * time
      let drift =
        (Double.log(process.scale(at: time + h)) - Double.log(process.scale(at: time - h)))
        / (2 * h)
      #expect(abs(process.drift(at: time) - drift) < 1e-7 * (1 + abs(drift)))
      let slope =
        (process.noiseLevel(at: time + h) - process.noiseLevel(at: time - h)) / (2 * h)
      let deviation = process.noiseDeviation(at: time)
      let squared = 2 * process.scale(at: time) * deviation * slope
      #expect(abs(process.squaredDiffusion(at: time) - squared) < 1e-7 * squared)
    }
  }

  /// All at once they are what they are one by one.
  @Test(arguments: all)
  func everythingAboutATime(process: DiffusionProcess) {
    let times = Self.times(process) + [1e-7 * process.end, process.end]
    let present = DiffusionProcess.Present(rows: times.count)
    process.find(present, at: times, count: times.count)
    for (row, time) in times.enumerated() {
      for (one, other) in [
        (present.scales[row], process.scale(at: time)),
        (present.noiseLevels[row], process.noiseLevel(at: time)),
        (present.drifts[row], process.drift(at: time)),
        (present.squaredDiffusions[row], process.squaredDiffusion(at: time)),
      ] { #expect(abs(one - other) <= 1e-12 * abs(other), "\(process) \(time)") }
    }
  }

  /// The time of a noise level, also where that is tiny.
  @Test(arguments: all)
  func timesAndNoiseLevelsAreInverse(process: DiffusionProcess) {
    for time in Self.times(process) + [1e-9 * process.end, process.end] {
      let back = process.time(ofNoiseLevel: process.noiseLevel(at: time))
      #expect(abs(back - time) < 1e-11 * process.end, "\(process) \(time)")
    }
  }

  /// Song et al. 2021: e^(−½∫β) is 0.006571 at the end (oracle 36); the variance of VP is what is missing
  /// from 1, and sub-VP has the square of that.
  @Test func theProcessesOfSong() {
    let vp = DiffusionProcess.variancePreserving()
    let sub = DiffusionProcess.subVariancePreserving()
    #expect(abs(vp.scale(at: 1) - 0.006571) < 1e-6)
    for time in [0.003, 0.2, 1] {
      let scale = vp.scale(at: time)
      #expect(sub.scale(at: time) == scale)
      let deviation = vp.noiseDeviation(at: time)
      #expect(abs(deviation * deviation - (1 - scale * scale)) < 1e-13)
      #expect(abs(sub.noiseDeviation(at: time) - (1 - scale * scale)) < 1e-13)
    }
    let ve = DiffusionProcess.varianceExploding()
    #expect(ve.noiseLevel(at: 0) == 0.01 && abs(ve.noiseLevel(at: 1) - 50) < 1e-11)
    #expect(abs(ve.noiseLevel(at: 0.5) - 0.5.squareRoot()) < 1e-14)
  }

  @Test(arguments: all)
  func theLawOfThePresent(process: DiffusionProcess) throws {
    let law = Law.mixture(
      try GaussianMixture(components: [
        .init(mean: [1, -2], covariance: .full([[2, 0.5], [0.5, 1]])),
        .init(weight: 2, mean: [0, 3], covariance: .diagonal([1, 4])),
      ]))
    let time = 0.4 * process.end
    let (scale, deviation) = (process.scale(at: time), process.noiseDeviation(at: time))
    let present = process.law(of: law, at: time)
    for i in 0..<2 {
      #expect(abs(present.mean[i] - scale * law.mean[i]) < 1e-13)
      for j in 0..<2 {
        let expected =
          scale * scale * law.covariance[i][j] + (i == j ? deviation * deviation : 0)
        #expect(abs(present.covariance[i][j] - expected) < 1e-12 * (1 + expected))
      }
    }
    // ∇ log p_t(x) = S(x/s, σ)/s.
    let point = [0.3, 0.7]
    let noised = law.smoothed(noiseLevel: process.noiseLevel(at: time))
    let score = noised.score(point.map { $0 / scale })
    for (one, other) in zip(present.score(point), score) {
      #expect(abs(one - other / scale) < 1e-11 * (1 + abs(one)))
    }
  }

  @Test(arguments: [
    DiffusionProcess.varianceExploding(from: 0, to: 1), .varianceExploding(from: 2, to: 1),
    .varianceExploding(from: 1, to: .infinity), .variancePreserving(from: -1, to: 2),
    .variancePreserving(from: 1, to: 1), .variancePreserving(from: 1, to: 1e6),
    .subVariancePreserving(from: .nan, to: 2), .edm(to: 0), .edm(to: 1e200),
  ])
  func whatHasNoMeaningIsRefused(process: DiffusionProcess) {
    #expect(throws: RunError.self) { try process.validate() }
  }

  @Test func grids() throws {
    let vp = DiffusionProcess.variancePreserving()
    let grid = try DiffusionGrid.uniform(vp, steps: 4, to: 0.2)
    #expect(grid.steps == 4 && grid.times[0] == 1 && grid.times[4] == 0.2)
    #expect(abs(grid.times[1] - 0.8) < 1e-15)
    #expect(grid.noiseLevels == grid.times.map(vp.noiseLevel(at:)))
    let ladder = try NoiseLadder.edm(from: 80, to: 0.002, count: 18)
    // EDM's time is the noise level, wherever its uniform grids begin.
    for process in [
      vp, .edm(to: 10), .varianceExploding(from: 0.001, to: 80), .subVariancePreserving(),
    ] {
      let levels = try DiffusionGrid.at(ladder, of: process)
      #expect(levels.noiseLevels == ladder.levels)
      for (time, level) in zip(levels.times, ladder.levels) {
        #expect(abs(process.noiseLevel(at: time) - level) < 1e-10 * level)
      }
    }
    #expect(throws: RunError.self) { try DiffusionGrid.uniform(vp, steps: 0, to: 0.2) }
    #expect(throws: RunError.self) { try DiffusionGrid.uniform(vp, steps: 10, to: 1) }
    #expect(throws: RunError.self) { try DiffusionGrid.uniform(vp, steps: 10, to: .nan) }
    #expect(throws: RunError.self) { try DiffusionGrid.uniform(vp, steps: 10_000, to: 0.1) }
    #expect(throws: RunError.self) { try DiffusionGrid.at(ladder, of: .varianceExploding()) }
    // Above the last level: of VE 79, of VP 152.
    #expect(throws: RunError.self) {
      try DiffusionGrid.at(ladder, of: .varianceExploding(from: 0.001, to: 79))
    }
    for process in [vp, .subVariancePreserving()] {
      let last = process.noiseLevel(at: 1)
      #expect(try DiffusionGrid.at(NoiseLadder([last, 1]), of: process).steps == 1)
      #expect(throws: RunError.self) {
        try DiffusionGrid.at(NoiseLadder([1.001 * last, 1]), of: process)
      }
    }
    #expect(throws: RunError.self) { try DiffusionGrid.at(NoiseLadder([1e16, 1]), of: .edm()) }
    #expect(throws: RunError.self) { try DiffusionGrid.at(NoiseLadder([1]), of: .edm()) }
    #expect(throws: RunError.self) { try DiffusionGrid.uniform(.edm(to: -1), steps: 3, to: 1) }
  }
}
