/// The rule for names that become files and directories.
package enum NodeName {
  /// What is wrong with a name; nil where it is good.
  package static func problem(_ name: String) -> String? {
    if name.isEmpty { return "it is empty" }
    if name.utf8.count > 100 { return "it has more than 100 characters" }
    if name.hasPrefix(".") || name.hasPrefix("-") { return "it begins with '\(name.prefix(1))'" }
    if name == "latest" || name == "reference" { return "the word is taken" }
    for scalar in name.unicodeScalars {
      let isGood =
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-"
        || scalar == "_"
        || scalar == "."
      if !isGood { return "use letters, digits, '-', '_' and '.'" }
    }
    return nil
  }
}
