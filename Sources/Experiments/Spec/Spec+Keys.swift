extension Spec {
  /// The dotted paths of all values, defaults included, as an override names them.
  package var keys: [String] { ResolvedValue.map(resolved).keys(at: "") }
}

extension ResolvedValue {
  fileprivate func keys(at path: String) -> [String] {
    guard case .map(let map) = self else { return path.isEmpty ? [] : [path] }
    return map.entries.flatMap { entry in
      entry.value.keys(at: path.isEmpty ? entry.name : path + "." + entry.name)
    }
  }
}
