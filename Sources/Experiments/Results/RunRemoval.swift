/// The removal of a run's directory. Its number stays taken, and what it shares with others stays with them.
package struct RunRemoval: Sendable {
  package let run: RunDirectory
  package let status: RunStatus?
  /// The bytes of all of its files.
  package let size: Int
  /// Those that become free at once: the others are shared with the store, which `gc` clears.
  package let exclusiveSize: Int
  /// The sweep that the run is a point of.
  private let sweep: String?

  package init(_ run: RunDirectory) {
    self.run = run
    let head = try? run.head()
    status = head.map { run.status($0) }
    sweep = head?.sweep
    size = FileSystem.totalSize(run.path)
    exclusiveSize = FileSystem.exclusiveSize(run.path)
  }

  /// Removes the directory: at once for everyone who looks, since it is renamed first.
  ///
  /// - Throws: ``Failure`` `.stopped` where a process works on the run.
  package func remove() throws(Failure) {
    let lock: FileLock?
    if let path = run.lockPath {
      lock = try FileLock(path: path)
      guard lock != nil else {
        throw Failure(
          .stopped, "the run \(run.displayName) is running in another process", path: run.path,
          remedy: "stop it first, with Ctrl-C or SIGTERM")
      }
    } else {
      lock = nil
    }
    try withExtendedLifetime(lock) { () throws(Failure) in
      let parent = run.path.dropLast(run.name.count)
      let aside = parent + ".new-" + run.name
      try FileSystem.rename(run.path, to: aside)
      FileSystem.remove(aside)
      if let results = run.results {
        // What the points of a sweep have together goes with `gc`, once all of them are done or gone.
        FileSystem.remove(
          results.privateStore(experiment: run.experiment, run: run.name, sweep: nil).path)
        results.setLatest(of: run.experiment)
        removeSweepFigures(results)
      }
    }
  }

  /// The figures of a sweep go with its last point: nothing is left that they show, or could be drawn from.
  private func removeSweepFigures(_ results: ResultsDirectory) {
    guard let sweep, let members = try? results.members(of: sweep, experiment: run.experiment),
      members.isEmpty
    else { return }
    let directory = results.sweepDirectory(sweep, experiment: run.experiment)
    FileSystem.remove(directory + "/figures")
    FileSystem.removeIfEmpty(directory)
  }
}
