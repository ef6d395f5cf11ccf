/// Which stored results longer work can go on from.
///
/// `series/<series>/<steps>-<key>` is an empty file for each stored node of a series. It only says where to look: the node
/// may be gone or damaged, or have kept too little, and a node that has no such file is merely not found.
extension Store {
  /// A stored shorter training, or stored shorter chains, verified.
  package struct Predecessor: Sendable {
    /// Its final state.
    package let state: StateFile
    let directory: String
    let entry: Entry

    /// Where a file of it lies.
    ///
    /// - Throws: ``Failure`` where the file is none of those that were verified.
    package func path(of file: String) throws(Failure) -> String {
      guard entry.files[file] != nil else {
        throw Failure(
          .inputOutput, "the stored result '\(directory)' has no \(file)", path: directory)
      }
      return directory + "/" + file
    }
  }

  private func directory(of series: Series) -> String { path + "/series/" + series.key }

  /// Writes down that a key is stored, where it is not written yet.
  ///
  /// Where that cannot be written, longer work is merely computed from its beginning.
  package func enter(_ key: String, in series: Series) {
    let file = directory(of: series) + "/\(series.steps)-" + key
    guard !FileSystem.exists(file) else { return }
    do throws(Failure) {
      try FileSystem.makeDirectory(directory(of: series))
      // Empty, so that it is whole at once, whoever else writes it.
      try OutputFile(creating: file).close(syncing: false)
    } catch {}
  }

  /// The longest stored node that a node of a series can go on from, its files rehashed. A damaged one is set aside and
  /// told, and the next one tried.
  package func predecessor(in series: Series, tell: (String) -> Void) -> Predecessor? {
    for (key, state) in candidates(in: series) {
      do throws(Failure) {
        guard let entry = try entry(key, tell: tell),
          entry.files[RunDirectory.stateFile(step: state.step)] != nil
        else { continue }
        return Predecessor(state: state, directory: directory(of: key), entry: entry)
      } catch {
        tell("\(error.what): \(error.reason); the stored result is not used")
      }
    }
    return nil
  }

  /// The step from which a node of a series would go on; its files are not rehashed here.
  package func continuation(of series: Series) -> Int? {
    candidates(in: series).first { _ in true }?.state.step
  }

  /// What a node of a series can go on from as it seems, the longest first.
  private func candidates(
    in series: Series
  ) -> some Sequence<(key: String, state: StateFile)> {
    let written = FileSystem.names(in: directory(of: series)).compactMap {
      name -> (steps: Int, key: String)? in
      let parts = name.split(separator: "-", maxSplits: 1)
      guard parts.count == 2, let steps = Int(parts[0]), steps < series.steps else { return nil }
      return (steps, String(parts[1]))
    }
    let longestFirst = written.sorted { ($1.steps, $0.key) < ($0.steps, $1.key) }
    return longestFirst.lazy.compactMap { steps, key -> (key: String, state: StateFile)? in
      // One that cannot be read is passed over: if it is damaged, who needs it itself will say so.
      let file = directory(of: key) + "/" + RunDirectory.stateFile(step: steps)
      guard let state = try? StateFile.read(file), state.step == steps,
        series.canGoOn(from: state)
      else { return nil }
      return (key, state)
    }
  }
}
