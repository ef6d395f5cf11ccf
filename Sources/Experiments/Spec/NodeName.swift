/// The rule for names that become files and directories.
package enum NodeName {
  /// What is wrong with a name; nil where it is good.
  ///
  /// - Parameter allowsDots: an experiment's name may have them; in a node's they would be mistaken for paths.
  package static func problem(_ name: String, allowsDots: Bool = false) -> String? {
    if name.isEmpty { return "it is empty" }
    if name.utf8.count > 100 { return "it has more than 100 characters" }
    if name.hasPrefix(".") || name.hasPrefix("-") { return "it begins with '\(name.prefix(1))'" }
    if name == "latest" || name == "reference" { return "the word is taken" }
    for scalar in name.unicodeScalars {
      let isGood =
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-"
        || scalar == "_"
        || (allowsDots && scalar == ".")
      if !isGood {
        return allowsDots
          ? "use letters, digits, '-', '_' and '.'" : "use letters, digits, '-' and '_'"
      }
    }
    return nil
  }
}
