import YAML

/// What all readers of one spec share: the diagnostics, the noise levels and ladders, the smoke switch, and, when the fields are
/// listed rather than read, the documentation.
package final class ReadingSession {
  package private(set) var diagnostics = Diagnostics()
  /// How many errors were found so far; see ``FieldReader/sound(_:)``.
  package private(set) var errorCount = 0
  /// Every field that was asked for; filled only by ``listing(_:)``.
  package private(set) var documentation: [FieldDocumentation] = []
  /// Whether fields are listed: nothing is read and nothing can be wrong.
  package let isListing: Bool
  /// Whether counts that are declared shrinkable are cut to what runs in seconds.
  package let isSmoke: Bool
  /// Whether what is read was reported already: kinds and references are left open.
  package let isSilent: Bool
  /// The named noise levels of the spec.
  package var noiseLevels: [String: Double] = [:]
  /// The named ladders of noise levels.
  package var ladders: [String: NamedLadder] = [:]
  /// The nodes of data, once they are read: what `auto` asks for its numbers; nil where they go in a circle.
  package var dataGraph: ExperimentGraph?
  /// The keys of these nodes, asked for once all of them are read.
  package private(set) lazy var dataKeys = dataGraph.map { NodeKeys($0) }
  /// The numbers that `auto` found.
  package var automatic: [AutomaticNumber] = []
  /// The names of all nodes that are written, those included that could not be read: a reference to such a one is no
  /// mistake of its own.
  package var declaredNames: Set<String> = []
  /// The files and runs that the spec may name.
  package let inputs: SpecInputs

  package init(
    isSmoke: Bool = false, isListing: Bool = false, isSilent: Bool = false,
    inputs: SpecInputs = SpecInputs()
  ) {
    self.inputs = inputs
    self.isSmoke = isSmoke
    self.isListing = isListing || isSilent
    self.isSilent = isSilent
  }

  /// The documentation of every field that `read` asks for.
  package static func listing(path: String, _ read: (FieldReader) -> Void) -> [FieldDocumentation] {
    let session = ReadingSession(isListing: true)
    read(FieldReader(session: session, node: nil, path: path))
    return session.documentation
  }

  package var hasErrors: Bool { diagnostics.hasErrors }

  package func error(
    _ message: String, at range: SourceRange?, help: String? = nil, notes: [Diagnostic.Note] = []
  ) {
    add(Diagnostic(.error, message, at: range, help: help, notes: notes))
  }

  package func warning(_ message: String, at range: SourceRange?, help: String? = nil) {
    add(Diagnostic(.warning, message, at: range, help: help))
  }

  package func add(_ diagnostic: Diagnostic) {
    guard !isListing else { return }
    if diagnostic.severity == .error { errorCount += 1 }
    diagnostics.append(diagnostic)
  }

  /// Counts an error that is told later, when it is known that no other says it better.
  package func countError() { errorCount += isListing ? 0 : 1 }

  package func document(_ field: FieldDocumentation) {
    guard isListing, !documentation.contains(field) else { return }
    documentation.append(field)
  }

  /// " 'nearest'?" as a question where a name lies near, else the whole list of what is allowed.
  package func suggestion(for text: String, among names: [String]) -> String? {
    if let near = nearest(to: text, among: names) { return "did you mean '\(near)'?" }
    return names.isEmpty ? nil : "allowed: " + names.joined(separator: ", ")
  }
}
