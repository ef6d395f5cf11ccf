extension Store {
  /// What running a node would do now.
  package enum Action: Sendable, Equatable {
    case new
    case stored
    case resumes(step: Int)
    /// From the final state of a stored shorter one.
    case continues(step: Int)
  }

  /// Looks and changes nothing; the files of a stored node are not rehashed here.
  ///
  /// - Parameter series: the node's, where shorter ones may be used.
  package func action(for key: String, in series: Series? = nil) -> Action {
    if FileSystem.exists(directory(of: key) + "/node.json") { return .stored }
    let parent = path + "/partial/" + key
    for name in FileSystem.names(in: parent) where !FileLock.isHeld(parent + "/" + name + "/lock") {
      if let step = CheckpointSeries(directory: parent + "/" + name).newestStep {
        return .resumes(step: step)
      }
    }
    if let step = series.flatMap(continuation) { return .continues(step: step) }
    return .new
  }
}
