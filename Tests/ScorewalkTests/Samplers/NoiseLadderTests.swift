import Scorewalk
import Testing

@Suite struct NoiseLadderTests {
  /// The ratio of NCSN's toy, ten levels from 20 to 1, is 20^(1/9) = 1.395.
  @Test func geometricLevelsHaveOneRatio() throws {
    let levels = try NoiseLadder.geometric(from: 20, to: 1, count: 10).levels
    #expect(levels.count == 10 && levels[0] == 20 && levels[9] == 1)
    for (level, next) in zip(levels, levels.dropFirst()) {
      #expect(abs(level / next - 1.39495079) < 1e-8)
    }
  }

  @Test func linearLevelsHaveOneDistance() throws {
    #expect(try NoiseLadder.linear(from: 5, to: 1, count: 5).levels == [5, 4, 3, 2, 1])
  }

  /// EDM's grid of 18 levels from 80 to 0.002, ρ = 7, by numpy.
  @Test func edmLevelsAreThoseOfThePaper() throws {
    let levels = try NoiseLadder.edm(from: 80, to: 0.002, count: 18).levels
    let expected = [
      80, 57.5859847, 40.7855738, 28.3745846, 19.3524530, 12.9100824, 8.40093531, 5.31519452,
      3.25682152, 1.92333984, 1.08817064, 0.585348123, 0.296442284, 0.139516469, 0.0599473112,
      0.0229345184, 0.00752801996, 0.002,
    ]
    #expect(levels.count == expected.count && levels[0] == 80 && levels[17] == 0.002)
    for (level, value) in zip(levels, expected) { #expect(abs(level / value - 1) < 1e-8) }
    // ρ = 1 is linear, and a large one is geometric.
    let linear = try NoiseLadder.edm(from: 5, to: 1, count: 5, rho: 1).levels
    for (level, value) in zip(linear, [5.0, 4, 3, 2, 1]) { #expect(abs(level - value) < 1e-12) }
    let steep = try NoiseLadder.edm(from: 20, to: 1, count: 10, rho: 1e6).levels
    let geometric = try NoiseLadder.geometric(from: 20, to: 1, count: 10).levels
    for (level, value) in zip(steep, geometric) { #expect(abs(level / value - 1) < 1e-5) }
  }

  /// So that a sweep over the count can begin with plain Langevin at one noise level.
  @Test func oneLevelIsTheFirst() throws {
    #expect(try NoiseLadder([3]).levels == [3])
    #expect(try NoiseLadder.geometric(from: 5, to: 1, count: 1).levels == [5])
    #expect(try NoiseLadder.linear(from: 5, to: 1, count: 1).levels == [5])
    #expect(try NoiseLadder.edm(from: 5, to: 1, count: 1).levels == [5])
    // The end must lie below all the same.
    #expect(throws: RunError.self) { try NoiseLadder.linear(from: 1, to: 5, count: 1) }
  }

  @Test func whatDoesNotFallIsRefused() throws {
    let wrong: [[Double]] = [
      [], [1, 1], [1, 2], [3, 2, 2.5], [2, 0], [2, -1], [.infinity, 1], [.nan, 1], [2, .nan],
      (0...NoiseLadder.largestCount).map { 1 / Double($0 + 1) },
    ]
    for levels in wrong {
      let error = try #require(throws: RunError.self) { try NoiseLadder(levels) }
      #expect(error.code == .invalidConfiguration)
    }
    for count in [-1, 0, NoiseLadder.largestCount + 1] {
      #expect(throws: RunError.self) { try NoiseLadder.linear(from: 2, to: 1, count: count) }
    }
    #expect(throws: RunError.self) { try NoiseLadder.geometric(from: 1, to: 2, count: 3) }
    #expect(throws: RunError.self) { try NoiseLadder.edm(from: 2, to: 1, count: 3, rho: 0) }
    // Between two neighbouring numbers there is no third.
    #expect(throws: RunError.self) {
      try NoiseLadder.linear(from: 1.0.nextUp, to: 1, count: 3)
    }
  }
}
