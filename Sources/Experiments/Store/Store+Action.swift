extension Store {
  /// What running a node would do now.
  package enum Action: Sendable, Equatable {
    case new
    case stored
    case resumes(step: Int)
  }

  /// Looks and changes nothing; the files of a stored node are not rehashed here.
  package func action(for key: String) -> Action {
    if FileSystem.exists(directory(of: key) + "/node.json") { return .stored }
    let parent = path + "/partial/" + key
    for name in FileSystem.names(in: parent) where !FileLock.isHeld(parent + "/" + name + "/lock") {
      if let step = CheckpointSeries(directory: parent + "/" + name).newestStep {
        return .resumes(step: step)
      }
    }
    return .new
  }
}
