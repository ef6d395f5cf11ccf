import Scorewalk
import Testing

/// The oracles that `scorewalk selftest` asks on a user's machine.
@Suite struct SelftestTests {
  @Test(arguments: Oracle.all.indices)
  func everyAnswerIsRight(index: Int) throws {
    let oracle = Oracle.all[index]
    let outcome = try oracle.ask(WorkerPool(threads: 2))
    #expect(outcome.agrees, "\(oracle.question): \(outcome)")
  }

  @Test func everyAreaIsAskedAndNoQuestionTwice() {
    let oracles = Oracle.all
    #expect(Set(oracles.map(\.area)) == Set(Oracle.Area.allCases))
    #expect(Set(oracles.map { $0.area.rawValue + $0.question }).count == oracles.count)
  }

  @Test func whatIsWrongDoesNotAgree() {
    #expect(Oracle.Outcome(value: 1, expected: 1.5, tolerance: 0.5).agrees)
    #expect(!Oracle.Outcome(value: 1, expected: 1.6, tolerance: 0.5).agrees)
    #expect(!Oracle.Outcome(value: .nan, expected: 1, tolerance: 0.5).agrees)
    #expect(!Oracle.Outcome(value: 1, expected: 1, tolerance: .nan).agrees)
  }
}
