/// What the keys of stored results are made of: `keys/<section>-<kind>/<key>.json`.
///
/// It only explains: a result whose file is missing is used as any other, and is passed over where a key is explained.
extension Store {
  private func directory(of section: String, _ kind: String) -> String {
    path + "/keys/\(section)-\(kind)"
  }

  private func file(of parts: KeyParts) -> String {
    directory(of: parts.section, parts.kind) + "/" + parts.key + ".json"
  }

  /// Writes down what a key is made of, where that is not written yet. Where it cannot be, keys are merely not explained.
  package func describe(_ parts: KeyParts) {
    do throws(Failure) {
      let bytes = try JSONFile.encode(parts)
      let file = file(of: parts)
      guard FileSystem.size(file) != bytes.count else { return }
      try FileSystem.makeDirectory(directory(of: parts.section, parts.kind))
      // Several processes may do so at once, with one name for what is not whole yet, so that who is killed leaves none
      // that nobody clears: all write the same bytes, and one that is moved too early is made whole by whoever has it
      // open, or by the next.
      let temporary = file + FileSystem.temporarySuffix
      var output = try OutputFile(creating: temporary)
      try output.append(bytes)
      try output.close(syncing: false)
      try FileSystem.replace(temporary, to: file)
    } catch {}
  }

  /// What a key is made of; nil where that was not written down.
  package func parts(of key: String, section: String, kind: String) -> KeyParts? {
    try? JSONFile.read(KeyParts.self, from: directory(of: section, kind) + "/" + key + ".json")
  }

  /// What a key is made of, of whatever kind it is.
  package func parts(of key: String) -> KeyParts? {
    for kind in FileSystem.names(in: path + "/keys") {
      let file = path + "/keys/" + kind + "/" + key + ".json"
      if FileSystem.exists(file) { return try? JSONFile.read(KeyParts.self, from: file) }
    }
    return nil
  }

  /// Whether a result is stored; its files are not rehashed here.
  package func has(_ key: String) -> Bool {
    FileSystem.exists(directory(of: key) + "/node.json")
  }

  /// How many stored results there are of which it is not written what their keys are made of.
  package var unexplainedCount: Int {
    var known: Set<String> = []
    for kind in FileSystem.names(in: path + "/keys") {
      for file in FileSystem.names(in: path + "/keys/" + kind) where file.hasSuffix(".json") {
        known.insert(String(file.dropLast(".json".count)))
      }
    }
    return FileSystem.names(in: path + "/nodes").count { !known.contains($0) }
  }

  /// The keys of a kind of which it is written what they are made of.
  func explainedKeys(of section: String, _ kind: String) -> [String] {
    FileSystem.names(in: directory(of: section, kind)).compactMap {
      $0.hasSuffix(".json") ? String($0.dropLast(".json".count)) : nil
    }
  }

  /// When a result was stored, in nanoseconds since 1970; nil where it is not.
  package func publicationTime(of key: String) -> Int? {
    FileSystem.modificationTime(directory(of: key) + "/node.json")
  }
}
