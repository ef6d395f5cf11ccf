import YAML

extension Spec {
  /// The spec's own tags and others, each once; nil where there are none.
  package func tags(adding others: [String]) -> [String]? {
    var tags: [String] = []
    if case .list(let items)? = resolved["tags"] {
      for case .text(let tag) in items where !tags.contains(tag) { tags.append(tag) }
    }
    for tag in others where !tags.contains(tag) { tags.append(tag) }
    return tags.isEmpty ? nil : tags
  }
}

extension Source {
  /// The directory of the file that the source was read from.
  package var directory: String {
    guard let slash = name.lastIndex(of: "/") else { return "." }
    return slash == name.startIndex ? "/" : String(name[..<slash])
  }
}
