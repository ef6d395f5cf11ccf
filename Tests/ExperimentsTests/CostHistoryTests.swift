import Experiments
import Testing

/// Estimates out of what was seen.
@Suite struct CostHistoryTests {
  private func work(_ amount: Double, _ sort: String = "sampling/langevin") -> NodeWork {
    NodeWork(sort: sort, amount: amount)
  }

  private func seen(_ amounts: [Double], secondsPerUnit: Double = 0.001) -> CostHistory {
    CostHistory(
      amounts.map {
        CostHistory.Entry(sort: "sampling/langevin", amount: $0, seconds: $0 * secondsPerUnit)
      })
  }

  @Test func nothingIsKnownOfWhatWasNeverSeen() {
    #expect(seen([1000]).estimate(work(1000, "training")) == nil)
    #expect(CostHistory().estimate(work(1)) == nil)
  }

  @Test(arguments: [100.0, 1000, 10_000, 1e6])
  func timeGrowsWithTheWork(amount: Double) throws {
    let range = try #require(seen([900, 1000, 1100, 5000]).estimate(work(amount)))
    #expect(range.low <= amount * 0.001 && amount * 0.001 <= range.high)
    #expect(range.high < amount * 0.001 * 1.2 || amount < 1000, "less work may cost as much")
    #expect(range.low > amount * 0.001 * 0.8)
  }

  /// Of many, those that are most alike decide; of equal ones the latest.
  @Test func theNearestDecide() throws {
    var entries = (0..<20).map { _ in
      CostHistory.Entry(sort: "sampling/langevin", amount: 1e6, seconds: 1)
    }
    entries += (0..<20).map { _ in
      CostHistory.Entry(sort: "sampling/langevin", amount: 100, seconds: 10)
    }
    entries += (0..<9).map { _ in
      CostHistory.Entry(sort: "sampling/langevin", amount: 1e6, seconds: 3)
    }
    let history = CostHistory(entries)
    let large = try #require(history.estimate(work(1e6)))
    #expect(large.low > 2 && large.low <= 3 && large.high >= 3 && large.high < 4)
    let small = try #require(history.estimate(work(100)))
    #expect(small.low <= 10 && small.low > 9)
  }

  @Test func fewMakeAWideRange() throws {
    let few = try #require(seen([1000]).estimate(work(1000)))
    let many = try #require(seen([1000, 1000, 1000]).estimate(work(1000)))
    #expect(few.low < many.low && many.high < few.high)
  }

  /// Nodes that ran alone on this machine say more than those that ran beside others, and these more than those of
  /// another machine.
  @Test func whatWasSeenHereDecides() throws {
    let directory = try TemporaryDirectory()
    let store = ResultsDirectory(path: directory.path).store
    try FileSystem.makeDirectory(store.path)
    let elsewhere = """
      {"sort": "sampling/langevin", "amount": 1000, "seconds": 50, "host": "elsewhere", "jobs": 1}
      {"sort": "sampling/langevin", "amount": 1000, "seconds": 40}

      """
    try FileSystem.write(Array(elsewhere.utf8), to: store.path + "/costs.jsonl")
    #expect(try #require(CostHistory(store: store).estimate(work(1000))).low > 20)
    CostHistory.append(work(1000), seconds: 4, jobs: 8, to: store)
    #expect(try #require(CostHistory(store: store).estimate(work(1000))).high < 10)
    CostHistory.append(work(1000), seconds: 1, jobs: 1, to: store)
    #expect(try #require(CostHistory(store: store).estimate(work(1000))).high < 2)
    #expect(CostHistory(store: store).estimate(work(1000, "training")) == nil)
  }

  @Test func workOfNodes() throws {
    let graph = try Reading(smallExperiment).required().graph
    func work(_ name: String) throws -> NodeWork { try #require(graph[name]).work(in: graph) }
    // 1-8-1 has 25 parameters.
    #expect(
      try work("fit")
        == NodeWork(
          sort: "training/training/denoising-score-matching/adam", amount: 40 * 8 * 25))
    #expect(
      try work("walk") == NodeWork(sort: "sampling/langevin/training", amount: 30 * 3 * 25))
    #expect(try work("jump") == NodeWork(sort: "sampling/denoise/training", amount: 90 * 25))
    #expect(try work("quality").amount == 90)
    #expect(try work("rows").amount == 64)
  }
}
