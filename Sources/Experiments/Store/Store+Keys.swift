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
    let file = file(of: parts)
    guard !FileSystem.exists(file) else { return }
    do throws(Failure) {
      try FileSystem.makeDirectory(directory(of: parts.section, parts.kind))
      // Several processes may do so at once: each has a name of its own for the file that is not whole yet.
      let temporary = file + "-\(FileLock.process)" + FileSystem.temporarySuffix
      var output = try OutputFile(creating: temporary)
      try output.append(try JSONFile.encode(parts))
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

  /// The stored result whose key differs in the fewest values from another, of the same kind. Of several the one of the
  /// same name, then the one that was stored last.
  ///
  /// - Parameter time: only results that were stored before, in nanoseconds since 1970; all unless said.
  package func nearest(to parts: KeyParts, before time: Int = .max) -> KeyParts? {
    let directory = directory(of: parts.section, parts.kind)
    var best: (parts: KeyParts, order: (Int, Int, Int))?
    for file in FileSystem.names(in: directory) where file.hasSuffix(".json") {
      let key = String(file.dropLast(".json".count))
      guard key != parts.key, has(key),
        let stored = FileSystem.modificationTime(self.directory(of: key) + "/node.json"),
        stored < time,
        let found = try? JSONFile.read(KeyParts.self, from: directory + "/" + file)
      else { continue }
      let order = (
        parts.differences(from: found).count, found.name == parts.name ? 0 : 1, -stored
      )
      if best.map({ order < $0.order }) ?? true { best = (found, order) }
    }
    return best?.parts
  }

  /// The first value in which a key differs from the nearest stored one, followed through the nodes that it refers to.
  ///
  /// - Parameter known: the parts of the graph that the key is of, by their keys.
  /// - Returns: nil where nothing of its kind is stored.
  package func change(
    of parts: KeyParts, among known: [String: KeyParts], before time: Int = .max
  ) -> KeyChange? {
    nearest(to: parts, before: time).flatMap { change(from: $0, to: parts, known) }
  }

  private func change(
    from old: KeyParts, to new: KeyParts, _ known: [String: KeyParts]
  ) -> KeyChange? {
    let differences = new.differences(from: old)
    guard let first = differences.first else { return nil }
    if let oldKey = old[first]?.key, let newKey = new[first]?.key, oldKey != newKey,
      let older = parts(of: oldKey), let newer = known[newKey] ?? parts(of: newKey),
      let inner = change(from: older, to: newer, known)
    {
      return inner
    }
    let place = new.text(at: first)?.path ?? old.text(at: first)?.path ?? first
    return KeyChange(
      path: "\(new.section).\(new.name).\(place)",
      old: old.text(at: first)?.text, new: new.text(at: first)?.text,
      count: differences.count)
  }
}
