import Experiments
import Foundation
import Testing

/// What becomes of a node's files between their writing and the store.
@Suite struct PublishingTests {
  /// Does something to the directory of a node while the node is at work.
  private func meddler(
    _ runner: TestRunner, _ meddle: @escaping (String) throws -> Void
  ) -> StepMonitor {
    let partial = runner.results.store.path + "/partial"
    return StepMonitor(at: 30, of: "fit") {
      for key in FileSystem.names(in: partial) {
        for place in FileSystem.names(in: partial + "/" + key) {
          do {
            try meddle(partial + "/\(key)/" + place)
          } catch {
            Issue.record(error)
          }
        }
      }
    }
  }

  enum Damage: String, CaseIterable, Sendable {
    case removed
    case changed
  }

  /// A file that something else takes away or changes is not published: the run fails, says so, and goes on when it is
  /// resumed.
  @Test(arguments: Damage.allCases)
  func filesThatAreNotAsWritten(damage: Damage) throws {
    let runner = try TestRunner()
    let file = RunDirectory.stateFile(step: 20)
    let monitor = meddler(runner) { place in
      FileSystem.remove(place + "/" + file)
      if damage == .changed { try FileSystem.write([1], to: place + "/" + file) }
    }
    var outcome = try runner.start(smallExperiment, monitor: monitor)
    let key = try #require(outcome.record[node: "fit"]?.key)
    #expect(!runner.results.store.has(key))
    #expect(outcome.failure?.code == .inputOutput)
    #expect(outcome.record.status == .failed && outcome.record[node: "fit"]?.status == .failed)
    #expect(monitor.ended["fit"] == .failed)
    #expect(monitor.failures.count == 1 && monitor.failures[0].contains(file))
    outcome = try runner.resume(outcome.run)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    #expect(try outcome.run.results() == undisturbedResults(smallExperiment))
  }

  /// What is no file of the node is no part of its result.
  @Test func strangeFilesAreLeftOut() throws {
    let runner = try TestRunner()
    let monitor = meddler(runner) { place in
      try FileSystem.write([1], to: place + "/stranger")
      try FileSystem.write([1], to: place + "/checkpoints/stranger.json")
    }
    let outcome = try runner.start(smallExperiment, monitor: monitor)
    #expect(outcome.record.status == .done)
    #expect(
      FileSystem.files(below: runner.results.store.path).allSatisfy { !$0.contains("stranger") })
    #expect(try outcome.run.results() == undisturbedResults(smallExperiment))
  }

  /// A node that is computed and cannot be stored has failed: at once, by name, and to be resumed.
  @Test func whatCannotBeStored() throws {
    let runner = try TestRunner()
    let store = runner.results.store.path
    let monitor = meddler(runner) { _ in
      try FileSystem.rename(store + "/nodes", to: store + "/kept")
      try FileSystem.write([], to: store + "/nodes")
    }
    var outcome = try runner.start(smallExperiment, monitor: monitor)
    #expect(outcome.record[node: "fit"]?.status == .failed)
    #expect(outcome.record[node: "fit"]?.failure?.hasPrefix("training.fit: ") == true)
    #expect(monitor.failures.count == 1, "\(monitor.failures)")
    FileSystem.remove(store + "/nodes")
    try FileSystem.rename(store + "/kept", to: store + "/nodes")
    outcome = try runner.resume(outcome.run)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    #expect(outcome.executed.first == "fit")
    #expect(try outcome.run.results() == undisturbedResults(smallExperiment))
  }

  /// Where another process was faster, what it published is looked at before it is taken.
  @Test func whatAnotherPublishedAndIsDamaged() throws {
    let other = try TestRunner()
    _ = try other.start(smallExperiment)
    let runner = try TestRunner()
    let monitor = StepMonitor(at: 30, of: "fit") {
      do {
        let key = try #require(FileSystem.names(in: runner.results.store.path + "/partial").first)
        let directory = runner.results.store.directory(of: key)
        try FileSystem.makeDirectory(runner.results.store.path + "/nodes")
        try FileSystem.rename(other.results.store.directory(of: key), to: directory)
        FileSystem.remove(directory + "/metrics.jsonl")
        try FileSystem.write([1], to: directory + "/metrics.jsonl")
      } catch {
        Issue.record(error)
      }
    }
    let outcome = try runner.start(smallExperiment, monitor: monitor)
    #expect(outcome.record.status == .done, "\(String(describing: outcome.failure))")
    #expect(monitor.notes.contains { $0.contains("metrics.jsonl has changed") }, "\(monitor.notes)")
    #expect(try outcome.run.results() == undisturbedResults(smallExperiment))
  }

  /// A node that says nothing for minutes is no reason to take its process for dead.
  @Test func theProcessShowsThatItLives() throws {
    let runner = try TestRunner()
    let lock = runner.results.path + "/small/.ids/0001/lock"
    var isRenewed = false
    let monitor = StepMonitor(at: 30, of: "fit") {
      guard let before = FileSystem.modificationTime(lock) else { return }
      for _ in 0..<1000 where !isRenewed {
        FileLock.pause(seconds: 0.01)
        isRenewed = FileSystem.modificationTime(lock).map { $0 > before } ?? false
      }
    }
    let outcome = try runner.start(smallExperiment, monitor: monitor) {
      $0.heartbeatSeconds = 0.02
    }
    #expect(isRenewed)
    #expect(try outcome.run.results() == undisturbedResults(smallExperiment))
  }

  /// The numbers that a run's own record tells are under the manifest's digests as the files are.
  @Test func aRecordThatTellsOtherNumbers() throws {
    let runner = try TestRunner()
    let run = try runner.start(smallExperiment).run
    #expect(try Manifest.verify(run).differences.isEmpty)
    let record = try run.record()
    var other = record
    other.nodes[other.nodes.count - 1].summary?[0].value = MetricValue(1)
    try run.write(other)
    #expect(try Manifest.verify(run).differences.map(\.file) == ["run.json"])
    other = record
    let index = try #require(record.nodes.firstIndex { $0.files?.isEmpty == false })
    other.nodes[index].files = other.nodes[index].files?.mapValues { _ in "0" }
    try run.write(other)
    #expect(try Manifest.verify(run).differences.map(\.file) == ["run.json"])
  }

  /// A link that a killed process was about to set goes with the next.
  @Test func latestAfterAKill() throws {
    let runner = try TestRunner()
    let control = RunControl()
    let stop = StoppingMonitor(control, at: 10, of: "fit")
    let run = try runner.start(smallExperiment, control: control, monitor: stop).run
    let parent = runner.results.path + "/small"
    FileSystem.remove(parent + "/latest")
    try FileSystem.setLink(parent + "/latest.new", to: "0000-nowhere")
    _ = try runner.resume(run)
    #expect(FileSystem.link(at: parent + "/latest") == run.name)
    #expect(!FileSystem.exists(parent + "/latest.new"))
    try FileSystem.setLink(parent + "/latest", to: "0000-nowhere")
    try FileSystem.setLink(parent + "/latest", to: run.name)
    #expect(FileSystem.link(at: parent + "/latest") == run.name)
    #expect(FileSystem.names(in: parent).allSatisfy { !$0.hasSuffix(".new") })
  }
}
