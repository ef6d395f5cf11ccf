/// A file that a spec reads, as it was when the spec was read.
package struct InputFile: Sendable, Equatable {
  /// Where it was found, from the directory in which the command works.
  package let path: String
  /// The SHA-256 of its bytes: it is in the key of the node, and the path is not.
  package let digest: String

  /// Up to how many bytes a file may have.
  package static let largestByteCount = 2 << 30

  /// `npy`, `csv`, `json`; lower-case.
  package var fileExtension: String { Self.fileExtension(of: path) }

  package static func fileExtension(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// Copies the file, so that a run has what it reads for good.
  ///
  /// - Throws: ``Failure`` `.inputOutput` where it cannot be copied, and where it is not any more what it was.
  package func freeze(at copy: String) throws(Failure) {
    try FileSystem.copy(path, to: copy)
    guard try Digest.hex(file: copy) == digest else {
      throw Failure(
        .inputOutput, "the input '\(path)' changed while it was read", path: path,
        remedy: "wait until nothing writes to it, then run the command again")
    }
  }
}

/// What a node of a spec reads from a file.
package struct NodeInput: Sendable, Equatable {
  package let section: Section
  package let node: String
  package let file: InputFile

  /// Where a run keeps its copy.
  package var place: String { "inputs/\(node).\(file.fileExtension)" }
}
