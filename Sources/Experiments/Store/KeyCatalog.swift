/// The stored keys with what they are made of, read as they are asked for and kept: one of these explains many nodes.
package final class KeyCatalog {
  private let store: Store
  private var parts: [String: KeyParts?] = [:]
  private var stored: [String: [(key: String, time: Int)]] = [:]

  /// So many results of a kind are compared, those that were stored last: beyond, the nearest is merely near.
  private static let most = 256

  package init(_ store: Store) { self.store = store }

  /// The first value in which a key differs from the nearest stored one, followed through the nodes that it refers to.
  ///
  /// - Parameters:
  ///   - known: the parts of the graph that the key is of, by their keys.
  ///   - time: only results that were stored before, in nanoseconds since 1970; all unless said.
  /// - Returns: nil where nothing else of its kind is stored.
  package func change(
    of new: KeyParts, among known: [String: KeyParts], before time: Int = .max
  ) -> (change: KeyChange, nearest: KeyParts)? {
    for (key, value) in known { parts[key] = value }
    guard let old = nearest(to: new, before: time) else { return nil }
    return change(from: old, to: new).map { ($0, old) }
  }

  /// The stored result of the same kind whose key differs in the fewest values, those of the nodes that it refers to
  /// included. Of several the one of the same name, then the one that was stored last.
  private func nearest(to new: KeyParts, before time: Int) -> KeyParts? {
    var best: (parts: KeyParts, order: (Int, Int, Int))?
    let candidates = results(of: new.section, new.kind).lazy.filter {
      $0.key != new.key && $0.time < time
    }
    for (rank, candidate) in candidates.prefix(Self.most).enumerated() {
      guard let old = part(candidate.key, new) else { continue }
      let order = (distance(from: old, to: new), old.name == new.name ? 0 : 1, rank)
      if best.map({ order < $0.order }) ?? true { best = (old, order) }
    }
    return best?.parts
  }

  /// In how many values two keys differ, those of the nodes that they refer to in place of the references.
  private func distance(from old: KeyParts, to new: KeyParts) -> Int {
    new.differences(from: old).reduce(0) { count, path in
      guard let (older, newer) = references(old, new, path) else { return count + 1 }
      return count + max(distance(from: older, to: newer), 1)
    }
  }

  private func change(from old: KeyParts, to new: KeyParts) -> KeyChange? {
    let differences = new.differences(from: old)
    guard let first = differences.first else { return nil }
    if let (older, newer) = references(old, new, first), let inner = change(from: older, to: newer)
    {
      return inner
    }
    let place = new.text(at: first)?.path ?? old.text(at: first)?.path ?? first
    return KeyChange(
      path: "\(new.section).\(new.name).\(place)",
      old: old.text(at: first)?.text, new: new.text(at: first)?.text,
      count: differences.count)
  }

  /// The nodes that two keys name at a path, where they are others and it is known what their keys are made of.
  private func references(
    _ old: KeyParts, _ new: KeyParts, _ path: String
  ) -> (KeyParts, KeyParts)? {
    guard let oldKey = old[path]?.key, let newKey = new[path]?.key, oldKey != newKey,
      let older = part(oldKey, nil), let newer = part(newKey, nil)
    else { return nil }
    return (older, newer)
  }

  // MARK: - What was read

  private func part(_ key: String, _ like: KeyParts?) -> KeyParts? {
    if let known = parts[key] { return known }
    let found =
      if let like {
        store.parts(of: key, section: like.section, kind: like.kind)
      } else { store.parts(of: key) }
    parts[key] = .some(found)
    return found
  }

  /// The stored results of a kind, those that were stored last in front.
  private func results(of section: String, _ kind: String) -> [(key: String, time: Int)] {
    let name = section + "-" + kind
    if let known = stored[name] { return known }
    let found = store.explainedKeys(of: section, kind).compactMap { key in
      store.publicationTime(of: key).map { (key: key, time: $0) }
    }
    let sorted = found.sorted { ($1.time, $0.key) < ($0.time, $1.key) }
    stored[name] = sorted
    return sorted
  }
}
