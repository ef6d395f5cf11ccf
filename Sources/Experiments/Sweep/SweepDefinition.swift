import Scorewalk
import YAML

/// The `sweep:` section of a spec, and what `-m` adds to it.
struct SweepDefinition {
  var axes: [SweepAxis] = []
  /// Nil for the product of all axes.
  var combination: SweepCombination?
  var condition: SweepCondition?
  /// Where the condition stands.
  var conditionRange: SourceRange?
  var seeds: SweepSeeds?
  /// Where the section stands.
  var range: SourceRange?

  /// Reads the section out of the whole spec; nil where there is none.
  ///
  /// - Parameters:
  ///   - root: the reader of the whole spec.
  ///   - others: axes of the command line.
  static func read(
    _ root: FieldReader, tree: Node?, others: [SweepAxis]
  ) -> SweepDefinition? {
    root.optionalMap("sweep", "Makes several specs of one: its points, each of which is a run.") {
      reader in
      var definition = SweepDefinition(range: root.range(of: "sweep"))
      definition.axes = axes(reader, tree: tree)
      let own = definition.axes.count
      definition.axes += SweepArgument.named(
        others, besides: definition.axes,
        seeds: reader.isWritten("seeds") ? reader.range(of: "seeds") : nil,
        session: reader.session)
      if let node = reader.field(
        "combine", type: "an axis, {product: [axis, …]} or {zip: [axis, …]}, nested",
        form: .combination,
        "How the axes are combined: every value with every other, or side by side.",
        default: "the product of all axes", isRequired: false)
      {
        let combination = SweepCombinationReader(
          axes: Array(definition.axes[..<own]), session: reader.session
        ).read(node)
        definition.combination = combination.map { combination in
          .product([combination] + (own..<definition.axes.count).map { .axis($0) })
        }
      }
      if let node = reader.field(
        "when", type: "condition", form: .matching(.word, "==|!=|<|>"),
        "Which points are kept: axes, numbers and texts in quotes, compared; and, or, not, ( ).",
        default: nil, isRequired: false)
      {
        definition.condition = SweepConditionParser.read(
          node, axes: definition.axes, session: reader.session)
        definition.conditionRange = node.place
      }
      definition.seeds = SweepSeeds.read(reader, tree: tree)
      if !reader.session.isListing, !reader.isBroken, definition.axes.isEmpty,
        !reader.isWritten("seeds"), !reader.isWritten("axes")
      {
        reader.session.error(
          "'sweep' has neither axes nor seeds", at: reader.headRange,
          help:
            "write axes: {rate: {set: training.fit.optimizer.learning_rate, values: [1e-3, 1e-4]}}")
      }
      return definition
    }
  }

  private static func axes(_ reader: FieldReader, tree: Node?) -> [SweepAxis] {
    let node = reader.field(
      "axes", type: "map of axes", form: .axes, "What is varied, under names of your own.",
      default: nil,
      isRequired: false)
    let session = reader.session
    func axis(_ name: String, _ node: Node?, _ range: SourceRange, sobol: Int) -> SweepAxis {
      let inner = FieldReader(session: session, node: node, path: "sweep.axes." + name)
      let seed = UInt64(tree.map { SweepSeeds.seed(of: "default", in: $0) } ?? 0)
      let axis = SweepAxis.read(inner, name: name, range: range, seed: seed, sobol: sobol)
      inner.finish()
      return axis
    }
    if session.isListing {
      let nowhere = Source(name: "", text: "").wholeRange
      _ = axis("<axis>", nil, nowhere, sobol: 0)
      return []
    }
    guard let node else { return [] }
    guard case .mapping(let entries) = node.content else {
      session.error(
        "'sweep.axes' must be a map of axes, not \(node.summary)", at: node.place,
        help: "write each below a name of its own: rate: {set: …, values: […]}")
      return []
    }
    if entries.isEmpty { session.error("'sweep.axes' is empty", at: node.place) }
    var axes: [SweepAxis] = []
    var sobol = 0
    for entry in entries {
      if let problem = NodeName.problem(entry.name) ?? Self.problem(entry.name) {
        session.error("an axis cannot be called '\(entry.name)': \(problem)", at: entry.key.range)
      }
      let isSobol = entry.value["sobol"] != nil
      if isSobol, sobol == SobolSequence.largestDimension {
        session.error(
          "a Sobol sequence has at most \(SobolSequence.largestDimension) axes here",
          at: entry.key.range,
          help: "use latin_hypercube, which has no limit")
        continue
      }
      axes.append(axis(entry.name, entry.value, entry.key.range, sobol: sobol))
      if isSobol { sobol += 1 }
    }
    return axes
  }

  /// What is wrong with the name of an axis, since conditions name it.
  private static func problem(_ name: String) -> String? {
    if ["and", "or", "not", "true", "false", "seed"].contains(name) { return "the word is taken" }
    return name.unicodeScalars.first?.properties.isAlphabetic == true
      ? nil : "it does not begin with a letter"
  }
}
