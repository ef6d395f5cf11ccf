import Scorewalk
import Testing

@Suite struct KeepRuleTests {
  @Test(arguments: [
    (KeepRule.default, 4, [1, 2, 3, 4]),
    (KeepRule.last, 4, [4]),
    (KeepRule(from: 0), 3, [0, 1, 2, 3]),
    (KeepRule(from: 0, to: -2), 3, [0, 1, 2]),
    (KeepRule(from: 2, every: 2), 10, [2, 4, 6, 8, 10]),
    (KeepRule(from: 0, every: 1000), 3500, [0, 1000, 2000, 3000]),
    (KeepRule(from: -3, to: -2), 10, [8, 9]),
    (KeepRule(from: -11, to: 0), 10, [0]),
    (KeepRule(from: 0), 0, [0]),
  ])
  func statesAreThose(rule: KeepRule, steps: Int, expected: [Int]) throws {
    let states = try rule.states(steps: steps)
    #expect(Array(states) == expected)
    #expect(states.count == expected.count)
    #expect(states.last == expected.last)
    #expect((0...steps).filter { states.contains($0) } == expected)
    for low in 0...min(steps, 12) {
      for high in low...min(steps, 12) {
        #expect(
          Array(states.states(in: low...high)) == expected.filter { (low...high).contains($0) })
      }
    }
  }

  @Test(arguments: [
    (KeepRule(from: 11), "from 11"), (KeepRule(from: -12), "from -12"),
    (KeepRule(to: 11), "to 11"), (KeepRule(to: -12), "to -12"),
    (KeepRule(from: 5, to: 4), "no state"), (KeepRule(every: 0), "every"),
    (KeepRule(from: -1, to: -2), "no state"),
  ])
  func whatLiesOutsideIsDescribed(rule: KeepRule, words: String) throws {
    let error = try #require(throws: RunError.self) { try rule.states(steps: 10) }
    #expect(error.code == .invalidConfiguration)
    #expect(error.message.contains(words))
  }

  @Test func defaultNeedsAStep() {
    #expect(throws: RunError.self) { try KeepRule.default.states(steps: 0) }
    #expect(throws: RunError.self) { try KeepRule.last.states(steps: -1) }
  }
}
