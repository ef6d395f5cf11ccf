import Experiments
import Testing
import YAML

/// A diagnostic that a spec is to have, at a marker.
struct Expected: Sendable {
  let marker: String
  let message: String
  var help: String?
  var notes: [(marker: String, message: String)] = []
  var severity = Diagnostic.Severity.error

  init(
    _ marker: String, _ message: String, help: String? = nil,
    notes: [(marker: String, message: String)] = [], severity: Diagnostic.Severity = .error
  ) {
    self.marker = marker
    self.message = message
    self.help = help
    self.notes = notes
    self.severity = severity
  }
}

/// A spec with markers `1️⃣` … and all of its diagnostics, by place.
struct MarkedSpec: Sendable, CustomTestStringConvertible {
  let title: String
  let marked: String
  let expected: [Expected]

  var testDescription: String { title }

  init(_ title: String, _ marked: String, _ expected: Expected...) {
    self.title = title
    self.marked = marked
    self.expected = expected
  }

  /// Reads the spec and compares everything that is said about it.
  func check() { check(named: "") { Reading($0) } }

  /// Reads the spec in some way and compares everything that is said about it.
  ///
  /// - Parameter directory: what stands for `$D` in the messages.
  func check(named directory: String, read: (String) throws -> Reading) rethrows {
    let (text, offsets) = Self.unmarked(marked)
    let reading = try read(text)
    let found = reading.diagnostics.sorted
    let all = Comment(rawValue: "\n" + reading.diagnostics.rendered())
    #expect(found.map(\.message) == expected.map { $0.message.replacing("$D", directory) }, all)
    for (diagnostic, expected) in zip(found, expected) {
      #expect(diagnostic.severity == expected.severity, all)
      #expect(diagnostic.range?.startOffset == offsets[expected.marker], all)
      #expect(diagnostic.help == expected.help, all)
      #expect(diagnostic.notes.map(\.message) == expected.notes.map(\.message), all)
      #expect(
        diagnostic.notes.map { $0.range?.startOffset }
          == expected.notes.map { offsets[$0.marker] }, all)
    }
    #expect((reading.spec == nil) == expected.contains { $0.severity == .error })
  }

  private static func unmarked(_ marked: String) -> (text: String, offsets: [String: Int]) {
    var text = ""
    var offsets: [String: Int] = [:]
    for character in marked {
      let name = String(character)
      if name.unicodeScalars.last == "\u{20E3}" || name == "🔟" {
        offsets[name] = text.utf8.count
      } else {
        text.append(character)
      }
    }
    return (text, offsets)
  }
}

/// What comes of the text of a spec, as the commands read it.
struct Reading {
  let loaded: LoadedSpec
  /// The points of the sweep, or the spec itself.
  let points: SpecPoints?
  let diagnostics: Diagnostics

  /// The spec, at the first point where it sweeps.
  var spec: Spec? { points?.first }

  init(
    _ text: String, overrides: [String] = [], sweeps: [String] = [], isSmoke: Bool = false
  ) {
    self.init(
      SpecLoader.load(text: text, name: "spec.yaml", overrides: overrides), sweeps: sweeps,
      isSmoke: isSmoke)
  }

  init(
    _ loaded: LoadedSpec, sweeps: [String] = [], isSmoke: Bool = false,
    inputs: SpecInputs = SpecInputs()
  ) {
    self.loaded = loaded
    var diagnostics = loaded.diagnostics
    let (axes, mistakes) = SweepArgument.axes(sweeps)
    diagnostics.append(contentsOf: mistakes)
    var points: SpecPoints?
    if let tree = loaded.tree {
      let (read, found) = SweepReader.read(
        tree, overrides: loaded.overrides, axes: axes, isSmoke: isSmoke, inputs: inputs)
      diagnostics.append(contentsOf: found)
      points = diagnostics.hasErrors ? nil : read
    }
    self.points = points
    self.diagnostics = diagnostics
  }

  /// The spec; a failure of the test where the text has mistakes.
  func required(sourceLocation: Testing.SourceLocation = #_sourceLocation) throws -> Spec {
    try #require(
      spec, Comment(rawValue: "\n" + diagnostics.rendered()), sourceLocation: sourceLocation)
  }
}

/// The directory of the repository, found from this file.
let repository = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

/// The specs that are shipped.
let shippedSpecs = [
  "walk-jump", "walk-jump-corrected", "langevin-1d", "langevin-1d-corrected", "langevin-1d-jax",
  "denoising-2d", "denoising-2d-same-sgd", "denoising-2d-corrected", "sliced-score-matching",
  "persistent-energy", "metropolis", "annealed-langevin", "diffusion", "underdamped-langevin",
  "denoising-2d-annealed", "multi-measurement",
].map {
  repository + "/experiments/\($0).yaml"
}
