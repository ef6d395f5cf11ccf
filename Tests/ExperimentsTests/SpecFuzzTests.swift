import Experiments
import Testing
import YAML

/// SplitMix64 (Steele, Lea and Flood 2014): small, seedable, good enough to choose inputs.
struct InputChoice {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

@Suite("Any spec at all")
struct SpecFuzzTests {
  /// What may stand as a value, the absurd included.
  private static let values = [
    "0", "1", "-1", "2.5", "1e15", "1e12", "1e18", "9223372036854775807", "-9223372036854775808",
    "1e-320", "1e308", "-0.0", "5e-324", "1000000000", "1000000000000", ".nan", ".inf", "''", "~",
    "true", "yes", "017", "1_000", "[]", "{}", "[0]", "[[0]]", "[[]]", "[0, 1]", "[[0, 0], [1]]",
    "[1000000000]", "[65536, 65536, 65536]", "all", "last", "{from: 0, to: -2}", "{from: -1}",
    "{from: -9223372036854775808}", "{from: 9223372036854775807, every: 9223372036854775807}",
    "{to: 9223372036854775807}", "{every: 1}", "{from: 0, every: 1}", "{kind: zeros}",
    "{kind: normal}", "{kind: point, at: [1, 2]}", "{kind: uniform, from: [0, 1], to: 3}",
    "{kind: samples, of: walk}", "{kind: samples, of: signs}", "{node: fit, step: all}",
    "{node: fit, step: 9223372036854775807}", "{node: fit, parameters: ema}", "{node: fit-score}",
    "{kind: cosine, steps: 9223372036854775807}", "{norm: 1}", "{decay: 0.9}", "relu", "energy",
    "score", "denoiser", "walk", "jump", "fit-energy", "fit-score", "two-modes", "signs", "bits",
    "half", "*a", "latest", "../x", "a b", "{default: 9223372036854775807}", "float64",
    "[ks, ecdf, ess]", "[{weight: 1e-320, mean: [0], std: 1e-320}]",
    "[{mean: [1e308], std: 1e99}, {mean: [-1e308], std: 1e-99}]",
    "[{mean: [0, 0], covariance: [[1, 2], [2, 1]]}]", "{kind: smoothed, from: x, noise_level: 1}",
  ]

  /// What may stand as a key: everything that a spec knows.
  private static let keys: [String] = {
    let names = SpecReader.documentation().flatMap { field in
      field.path.split(separator: ".").suffix(1).map(String.init)
    }
    return (names + ["walk", "fit-score", "base", "sweep", "é"]).filter { !$0.contains("<") }
  }()

  private static let kinds =
    DataKinds.all.map(\.name) + ["mlp"] + SamplingKinds.all.map(\.name)
    + EvaluationKinds.all.map(\.name) + ObjectiveKinds.all.map(\.name)
    + OptimizerDefinition.kinds.map(\.name)

  private static let specs: [[String]] =
    (shippedSpecs.map { path in
      do {
        return String(decoding: try FileSystem.read(path), as: UTF8.self)
      } catch {
        return ""
      }
    } + smallSpecs).map { text in
      // Without comments, which would take most of the changes.
      text.split(separator: "\n").map { line in
        var line = line.prefix { $0 != "#" }
        while line.hasSuffix(" ") { line.removeLast() }
        return String(line)
      }.filter { !$0.isEmpty }
    }

  /// A shipped spec with a few changes to values, keys and lines.
  private static func mutation(_ choice: inout InputChoice) -> String {
    // The shipped specs are long: the small ones, which say more in fewer lines, have the greater share.
    var lines = specs[
      choice.below(4) == 0
        ? choice.below(specs.count) : specs.count - 1 - choice.below(smallSpecs.count)]
    let changes = choice.below(2) == 0 ? 1 : 1 + choice.below(4)
    for _ in 0..<changes {
      let index = choice.below(lines.count)
      let line = lines[index]
      switch choice.below(8) {
      case 0: lines.remove(at: index)
      case 1: lines.insert(choice.pick(lines), at: index)
      case 2, 3, 4, 5:
        // Another value for one of the line's keys.
        let parts = line.split(separator: ": ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1 else { continue }
        let place = 1 + choice.below(parts.count - 1)
        let end = parts[place].firstIndex { ",}]".contains($0) } ?? parts[place].endIndex
        var changed = parts
        changed[place] = choice.pick(values + kinds) + parts[place][end...]
        lines[index] = changed.joined(separator: ": ")
      case 6:
        let indentation = line.prefix { $0 == " " }
        lines.insert(indentation + choice.pick(keys) + ": " + choice.pick(values), at: index)
      default:
        guard !line.isEmpty else { continue }
        var characters = Array(line)
        characters[choice.below(characters.count)] = choice.pick(Array("{}[]:,-&*!|>'\"#%@ 0e.\t"))
        lines[index] = String(characters)
      }
      if lines.isEmpty { return "" }
    }
    return lines.joined(separator: "\n")
  }

  /// A spec out of nothing but the vocabulary: sections of nodes with random fields.
  private static func soup(_ choice: inout InputChoice) -> String {
    var text = "name: soup\nnoise_levels: {half: 0.5}\n"
    let names = ["x", "walk", "fit", "signs", "net", "y"]
    for section in Section.allCases where choice.below(4) > 0 {
      text += section.rawValue + ":\n"
      for _ in 0...choice.below(3) {
        text += "  \(choice.pick(names)):\n    kind: \(choice.pick(kinds))\n"
        for _ in 0..<choice.below(9) {
          let value = choice.below(3) == 0 ? choice.pick(names) : choice.pick(values)
          text += "    \(choice.pick(keys)): \(value)\n"
        }
      }
    }
    return text
  }

  /// What does not hold for a text, nil where all is well; and whether it is a spec.
  private static func judge(_ text: String, isSmoke: Bool) -> (defect: String?, isSpec: Bool) {
    let reading = Reading(text, isSmoke: isSmoke)
    if reading.diagnostics.rendered().isEmpty != reading.diagnostics.isEmpty {
      return ("not rendered", false)
    }
    guard let spec = reading.spec else {
      return (reading.diagnostics.hasErrors ? nil : "neither spec nor error", false)
    }
    let plan = Plan(spec)
    for node in plan.nodes where node.key.utf8.count != 64 {
      return ("\(node.name) has no key", true)
    }
    let json = ResolvedValue.map(spec.resolved).json.rendered()
    let again = Reading(json, isSmoke: isSmoke)
    guard let second = again.spec else {
      return (
        "the resolved spec does not read:\n" + json + "\n" + again.diagnostics.rendered(), true
      )
    }
    let isEqual = Plan(second).nodes.map(\.key) == plan.nodes.map(\.key)
    return (isEqual ? nil : "other keys:\n" + json, true)
  }

  /// 20,000 inputs: mutations of the shipped specs, and soups of a spec's words.
  @Test(arguments: 0..<8)
  func fuzz(shard: Int) {
    var choice = InputChoice(state: UInt64(shard) << 32)
    var good = 0
    for number in 0..<2_500 {
      let text = choice.below(2) == 0 ? Self.soup(&choice) : Self.mutation(&choice)
      let isSmoke = choice.below(3) == 0
      let (defect, isSpec) = Self.judge(text, isSmoke: isSmoke)
      #expect(defect == nil, "input \(number) of shard \(shard), smoke \(isSmoke):\n\(text)")
      if isSpec { good += 1 }
    }
    // Otherwise the inputs would say nothing about what is beyond the first mistake.
    #expect(good > 50, "\(good) of 2,500 inputs are specs")
  }

  /// The sizes that once overflowed, each alone in a spec that is otherwise good.
  @Test(arguments: [
    "sampling.walk.steps", "sampling.walk.chains", "sampling.walk.keep.from",
    "sampling.walk.keep.to", "sampling.walk.keep.every", "training.fit-score.steps",
    "training.fit-score.batch_size", "training.fit-score.snapshots.from",
    "training.fit-score.snapshots.every", "training.fit-score.log_every",
    "training.fit-score.objective.noise.draws", "models.score.hidden.0", "models.score.dimension",
    "evaluation.initial-density.grid.points", "evaluation.denoiser-check.inputs.each",
    "evaluation.walk-quality.burn_in", "seed",
    "training.fit-energy.objective.negatives.steps",
    "training.fit-energy.objective.negatives.chains",
  ])
  func hugeCounts(key: String) throws {
    for value in ["9223372036854775807", "-9223372036854775808", "1e12", "1e15", "1e300"] {
      for isSmoke in [false, true] {
        let loaded = try SpecLoader.load(path: shippedSpecs[0], overrides: ["\(key)=\(value)"])
        let reading = Reading(loaded, isSmoke: isSmoke)
        #expect((reading.spec == nil) == reading.diagnostics.hasErrors)
        if let spec = reading.spec { #expect(!Plan(spec).nodes.isEmpty) }
      }
    }
  }
}
