import Experiments
import Testing
import YAML

private let text = """
  name: x
  seed: 1
  tags: [a, b]
  noise_levels: {half: 0.5}
  data:
    two-modes:
      kind: gaussian-mixture
      components:
        - {weight: 1, mean: [-1], std: 0.5}
        - {weight: 1, mean: [1], std: 0.5}
  sampling:
    walk: {kind: langevin, target: two-modes, initial: {kind: zeros}, step_size: 0.1, steps: 10}

  """

@Suite("Overrides")
struct OverrideTests {
  /// The value at a path of the resolved spec, as people see it.
  private func value(_ path: String, after overrides: String...) throws -> String? {
    let spec = try Reading(text, overrides: overrides).required()
    let leaves = ResolvedValue.map(spec.resolved).leaves()
    if let leaf = leaves.first(where: { $0.path == path }) { return leaf.value.displayText }
    return spec.resolved[path]?.displayText
  }

  @Test func settingWhatIsWritten() throws {
    #expect(try value("sampling.walk.steps", after: "sampling.walk.steps=20") == "20")
    #expect(try value("sampling.walk.step_size", after: "sampling.walk.step_size=5e-3") == "0.005")
    #expect(try value("seed", after: "seed=3") == "3")
    #expect(
      try value(
        "data.two-modes.components.0.weight", after: "data.two-modes.components.0.weight=2") == "2")
    #expect(
      try value("sampling.walk.initial.std", after: "sampling.walk.initial={kind: normal, std: 3}")
        == "3")
  }

  @Test func settingWhatIsNot() throws {
    #expect(try value("sampling.walk.chains", after: "sampling.walk.chains=7") == "7")
    #expect(try value("sampling.walk.keep.from", after: "sampling.walk.keep.from=-3") == "-3")
    #expect(try value("precision", after: "precision=float64") == "float64")
  }

  @Test func valuesWithCommasAndBrackets() throws {
    #expect(
      try value("data.two-modes.components.1.mean.0", after: "data.two-modes.components.1.mean=[4]")
        == "4")
    #expect(
      try value(
        "data.two-modes.components.count",
        after:
          "data.two-modes.components=[{mean: [0, 1], std: 1}, {mean: [2, 3], variances: [1, 2]}]"
      ) == "2")
    #expect(try value("description", after: "description='a = b, [c]'") == "a = b, [c]")
  }

  @Test func addingAndDeleting() throws {
    #expect(
      try value(
        "data.two-modes.components.2.mean.0",
        after: "+data.two-modes.components={mean: [9], std: 1}") == "9")
    #expect(try value("tags", after: "+tags=c") == "[a, b, c]")
    #expect(try value("tags", after: "tags.0=c", "~tags.1") == "[c]")
    #expect(
      try value("data.signs.kind", after: "+data.signs={kind: categorical, values: [[0]]}")
        == "categorical")
    #expect(
      try value("sampling.walk.steps", after: "~noise_levels", "sampling.walk.steps=20") == "20")
    #expect(try value("noise_levels", after: "+noise_levels.wide=3") == "{half: 0.5, wide: 3}")
    let spec = try Reading(text, overrides: ["~sampling"]).required()
    #expect(spec.graph["walk"] == nil)
    // An empty value is a null, which counts as left out.
    #expect(try value("seed", after: "seed=") == "0")
  }

  @Test func inOrder() throws {
    #expect(
      try value("sampling.walk.steps", after: "sampling.walk.steps=20", "sampling.walk.steps=30")
        == "30")
  }

  /// Overrides with the message, the text that it points at, and the help.
  private static let mistakes: [(override: String, message: String, place: String, help: String?)] =
    [
      (
        "smapling.walk.steps=3", "the spec has no 'smapling'", "smapling",
        "did you mean 'sampling'?"
      ),
      (
        "sampling.wlak.steps=3", "'sampling' has no 'wlak'", "wlak", "did you mean 'walk'?"
      ),
      (
        "sampling.other={kind: langevin}", "'sampling' has no 'other'", "other",
        "to add it, write +sampling.other=…"
      ),
      (
        "sampling.walk.stpes=3", "unknown key 'stpes' in 'sampling.walk'", "stpes",
        "did you mean 'steps'?"
      ),
      (
        "sampling.walk.steps=ten", "'sampling.walk.steps': expected a count, got 'ten'", "ten", nil
      ),
      (
        "sampling.walk.steps=1_0", "'sampling.walk.steps': expected a count, got '1_0'", "1_0",
        "write 10"
      ),
      ("~sampling.walk.steps=3", "a deletion has no value", "=3", "write ~sampling.walk.steps"),
      ("~sampling.walk.chains", "'sampling.walk' has no 'chains'", "chains", nil),
      (
        "sampling.walk.steps", "an override is written key=value, 'sampling.walk.steps' has no '='",
        "sampling.walk.steps", "write a.b.c=value to set, +a.b=value to add, ~a.b to delete"
      ),
      ("sampling..steps=3", "a name is missing in the path", "", "write a.b.c=value"),
      ("=3", "a name is missing in the path", "", "write a.b.c=value"),
      (
        "data.two-modes.components.2.weight=2",
        "'data.two-modes.components' is a list of 2; '2' is none of its items", "2",
        "write a number from 0 to 1"
      ),
      (
        "sampling.walk.steps.x=2", "'sampling.walk.steps' is '10'; it has no 'x'", "x", nil
      ),
      (
        "+sampling.walk.steps=2", "'sampling.walk.steps' is there already", "steps",
        "write it without '+' to change it"
      ),
      (
        "sampling.walk.initial={kind: normal", "this bracket is never closed", "{",
        "close it with '}'"
      ),
      (
        "sampling.walk.target=two-mods", "'sampling.walk.target' names no node: 'two-mods'",
        "two-mods", "did you mean 'two-modes'?"
      ),
    ]

  @Test(arguments: 0..<mistakes.count)
  func mistakesPointIntoTheCommandLine(index: Int) throws {
    let (override, message, place, help) = Self.mistakes[index]
    let diagnostics = Reading(text, overrides: [override]).diagnostics
    let first = try #require(diagnostics.found.first)
    #expect(diagnostics.count == 1, "\(diagnostics.rendered())")
    #expect(first.message == message)
    #expect(first.range?.source.name == "command line")
    #expect(first.range?.text.hasPrefix(place) == true, "\(diagnostics.rendered())")
    #expect(first.help == help)
  }

  @Test func allMistakesAtOnce() {
    let overrides = ["sampling.walk.steps=ten", "sampling.walk", "~nothing", "seed=-1"]
    let found = Reading(text, overrides: overrides).diagnostics.found.map(\.message)
    #expect(found.count == 4, "\(found)")
  }
}
