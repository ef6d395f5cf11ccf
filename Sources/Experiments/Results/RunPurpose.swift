/// Why and with what a run was made, as `show` and the report say it.
package struct RunPurpose {
  private let record: RunRecord
  private let provenance: Provenance?

  package init(_ run: RunDirectory, _ record: RunRecord) {
    self.record = record
    provenance = run.provenance
  }

  /// What is known, with its name.
  package var lines: [(name: String, value: String)] {
    var lines: [(name: String, value: String)] = []
    func add(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { lines.append((name, value)) }
    }
    add("reason", record.reason)
    add("tags", record.tags?.joined(separator: " "))
    add("parent", record.parent.map { ([$0.run] + $0.overrides).joined(separator: " ") })
    add("command", ShellText.line(record.command))
    add("host", record.host)
    guard let provenance else { return lines }
    add("tool", tool(provenance))
    add("git", provenance.git.map(Self.git))
    add("machine", machine(provenance))
    add("variables", variables(provenance))
    return lines
  }

  /// A line for each thing that is known.
  package var text: String {
    let lines = lines
    return lines.isEmpty ? "" : TextTable.rendered(lines.map { [$0.name, $0.value] })
  }

  private func tool(_ provenance: Provenance) -> String {
    provenance.tool + (provenance.binary.map { ", binary \($0.prefix(12))" } ?? "")
  }

  private func machine(_ provenance: Provenance) -> String {
    var parts = [provenance.processor, provenance.distribution, provenance.system].compactMap(
      \.self)
    parts.append("kernels \(provenance.kernels)")
    if let threads = provenance.threads { parts.append("\(threads) threads") }
    return parts.joined(separator: "; ")
  }

  private func variables(_ provenance: Provenance) -> String {
    provenance.environment.sorted { $0.key < $1.key }.map {
      $0.key + "=" + ShellText.quoted($0.value)
    }.joined(separator: " ")
  }

  private static func git(_ git: GitState) -> String {
    if git.commit == nil, !git.isDirty, let omitted = git.omitted { return omitted }
    var text = git.commit.map { String($0.prefix(12)) } ?? "no commit yet"
    if let branch = git.branch { text += " (\(branch))" }
    guard git.isDirty else { return text + ", " + (git.omitted ?? "clean") }
    text += ", \(git.changed == 1 ? "1 file" : "\(git.changed) files") changed"
    if let patch = git.patch { text += ": \(patch)" }
    if let omitted = git.omitted { text += "; no patch: \(omitted)" }
    return text
  }

  /// The same as members of a JSON object.
  package var members: [(String, JSONText)] {
    [
      ("reason", record.reason.map { .text($0) } ?? .null),
      ("tags", .list((record.tags ?? []).map { .text($0) })),
      (
        "parent",
        record.parent.map {
          .map([
            ("run", .text($0.run)), ("overrides", .list($0.overrides.map { .text($0) })),
          ])
        } ?? .null
      ),
      ("command", .list(record.command.map { .text($0) })),
      ("provenance", provenance.map(Self.json) ?? .null),
    ]
  }

  private static func json(_ provenance: Provenance) -> JSONText {
    func text(_ value: String?) -> JSONText { value.map { .text($0) } ?? .null }
    let git: JSONText =
      provenance.git.map {
        .map([
          ("commit", text($0.commit)), ("branch", text($0.branch)),
          ("changed", .integer($0.changed)), ("patch", text($0.patch)),
          ("omitted", text($0.omitted)),
        ])
      } ?? .null
    return .map([
      ("tool", .text(provenance.tool)), ("binary", text(provenance.binary)), ("git", git),
      ("host", text(provenance.host)), ("system", .text(provenance.system)),
      ("distribution", text(provenance.distribution)), ("processor", text(provenance.processor)),
      ("kernels", .text(provenance.kernels)),
      ("threads", provenance.threads.map { .integer($0) } ?? .null),
      ("directory", text(provenance.directory)),
      (
        "environment",
        .map(provenance.environment.sorted { $0.key < $1.key }.map { ($0.key, .text($0.value)) })
      ),
    ])
  }
}
