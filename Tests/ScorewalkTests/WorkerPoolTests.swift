import Scorewalk
import Synchronization
import Testing

/// The threads over fixed parts.
@Suite struct WorkerPoolTests {
  /// Each part of each job is done once, however many jobs follow one another at once.
  @Test(arguments: [1, 2, 3, 5])
  func everyPartOnce(threads: Int) {
    let pool = WorkerPool(threads: threads)
    let stream = RandomStream(key: UInt64(threads))
    var counts = [Int](repeating: 0, count: 40)
    var expected = counts
    for job in 0..<20_000 {
      let parts = stream.index(below: 41, .shuffle, step: UInt64(job), row: 0, column: 0)
      counts.withUnsafeMutableBufferPointer { buffer in
        nonisolated(unsafe) let counts = buffer
        pool.run(parts: parts) { counts[$0] += $0 + job }
      }
      for part in 0..<parts { expected[part] += part + job }
    }
    #expect(counts == expected)
  }

  /// A thread that is held up holds only the part that it has begun: others do the rest of its parts meanwhile.
  @Test func othersDoWhatAThreadHasNotBegun() {
    let pool = WorkerPool(threads: 2)
    for held in 0..<6 {
      let finished = Atomic<Int>(0)
      let clock = ContinuousClock()
      let end = clock.now + .seconds(20)
      pool.run(parts: 6) { part in
        if part == held {
          while finished.load(ordering: .acquiring) < 5, clock.now < end {}
        }
        finished.wrappingAdd(1, ordering: .acquiringAndReleasing)
      }
      #expect(finished.load(ordering: .acquiring) == 6)
      #expect(clock.now < end, "part \(held) waited for others of the same thread")
    }
  }
}
