/// How runs appear: whole, by a rename, before the work begins.
extension ResultsDirectory {
  /// A run that is about to appear.
  package struct NewRun {
    package let number: Int
    /// `0007-brisk-otter`.
    package let name: String
    package let files: [(name: String, bytes: [UInt8])]
    package let inputs: [NodeInput]
  }

  /// `.ids/<first number>/sweep.json`: written when all points of a sweep are there in full, if not yet at their places.
  private struct SweepMembers: Codable {
    var format = 1
    var runs: [String]
  }

  /// Makes runs' directories appear, with the files that they begin with and copies of those that they read.
  ///
  /// Of several, all appear or none: they are made beside the first one's number, and moved once that is done. Who is
  /// killed between two moves leaves the rest to whoever resumes one of them.
  package func publish(_ runs: [NewRun], experiment: String) throws(Failure) -> [RunDirectory] {
    let parent = path + "/" + experiment
    if runs.count == 1, let run = runs.first {
      let temporary = parent + "/.new-" + run.name
      do throws(Failure) {
        try write(run, to: temporary)
        try FileSystem.rename(temporary, to: parent + "/" + run.name)
      } catch {
        FileSystem.remove(temporary)
        throw error
      }
      return [RunDirectory(path: parent + "/" + run.name)]
    }
    guard let first = runs.first else { return [] }
    clearAbandoned(experiment)
    let id = Self.digits(first.number)
    let staging = staging(experiment, id)
    do throws(Failure) {
      for run in runs {
        try write(run, to: staging + "/" + run.name)
        guard run.number != first.number else { continue }
        // One lock for all of them.
        try FileSystem.setLink(
          parent + "/.ids/" + Self.digits(run.number) + "/lock", to: "../\(id)/lock")
      }
      try JSONFile.write(
        SweepMembers(runs: runs.map(\.name)), to: membersPath(experiment, id))
    } catch {
      FileSystem.remove(staging)
      throw error
    }
    return try members(of: id, experiment: experiment)
  }

  /// Removes what a process left that was killed before its sweep was there in full.
  private func clearAbandoned(_ experiment: String) {
    for id in FileSystem.names(in: path + "/" + experiment + "/.ids") {
      let staging = staging(experiment, id)
      guard FileSystem.exists(staging), !FileSystem.exists(membersPath(experiment, id)) else {
        continue
      }
      // Whoever is at work on it has the lock.
      guard let lock = try? FileLock(path: path + "/" + experiment + "/.ids/" + id + "/lock") else {
        continue
      }
      withExtendedLifetime(lock) {
        FileSystem.remove(staging)
        FileSystem.remove(membersPath(experiment, id) + FileSystem.temporarySuffix)
      }
    }
  }

  /// The runs of a sweep in the order of its points, without those that were deleted; all of them are at their places
  /// afterwards.
  ///
  /// - Returns: none where it is not known any more which they are.
  package func members(of sweep: String, experiment: String) throws(Failure) -> [RunDirectory] {
    let file = membersPath(experiment, sweep)
    guard FileSystem.exists(file) else { return [] }
    let parent = path + "/" + experiment
    let staging = staging(experiment, sweep)
    for name in FileSystem.names(in: staging) {
      try FileSystem.rename(staging + "/" + name, to: parent + "/" + name)
    }
    FileSystem.removeIfEmpty(staging)
    return try JSONFile.read(SweepMembers.self, from: file).runs.map {
      RunDirectory(path: parent + "/" + $0)
    }.filter { FileSystem.exists($0.path("run.json")) }
  }

  private func membersPath(_ experiment: String, _ id: String) -> String {
    path + "/" + experiment + "/.ids/" + id + "/sweep.json"
  }

  private func staging(_ experiment: String, _ id: String) -> String {
    path + "/" + experiment + "/.ids/" + id + "/points"
  }

  private func write(_ run: NewRun, to directory: String) throws(Failure) {
    try FileSystem.makeDirectory(directory)
    // Nobody sees the directory before all of it is on the disk.
    for file in run.files {
      var output = try OutputFile(creating: directory + "/" + file.name)
      try output.append(file.bytes)
      try output.close(syncing: true)
    }
    if !run.inputs.isEmpty { try FileSystem.makeDirectory(directory + "/inputs") }
    for input in run.inputs { try input.file.freeze(at: directory + "/" + input.place) }
    FileSystem.sync(directory: directory)
  }
}
