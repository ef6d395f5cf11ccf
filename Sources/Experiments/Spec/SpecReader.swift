import Scorewalk
import YAML

/// A spec that was read without a mistake: what to do, in full.
package struct Spec: Sendable {
  package let name: String
  package let description: String?
  package let graph: ExperimentGraph
  /// In the order in which they are written.
  package let figures: [FigureNode]
  /// Every value of the spec, defaults filled in; written as `resolved.json`, which reads back to the same spec.
  package let resolved: ResolvedMap
  /// What is doubtful and not wrong.
  package let warnings: [Diagnostic]
  /// The numbers that were left to the data.
  package let automatic: [AutomaticNumber]
}

/// Reads a whole spec from its tree of nodes.
///
/// The sections are read first, node by node; then the references, and then what only the whole graph can show.
package struct SpecReader {
  private let session: ReadingSession
  private let root: FieldReader
  private var nodes: [ExperimentNode] = []
  private var figures: [FigureNode] = []
  private var firstNames: [String: SourceRange?] = [:]

  private init(_ tree: Node?, session: ReadingSession) {
    self.session = session
    root = FieldReader(session: session, node: tree, path: "")
  }

  /// Reads a spec.
  ///
  /// - Parameter inputs: the files and runs that it may name; none unless said.
  /// - Returns: the spec, or nil where there is a mistake; and everything that is wrong or doubtful.
  package static func read(
    _ tree: Node, isSmoke: Bool = false, inputs: SpecInputs = SpecInputs()
  ) -> (Spec?, Diagnostics) {
    let session = ReadingSession(isSmoke: isSmoke, inputs: inputs)
    var reader = SpecReader(tree, session: session)
    let spec = reader.read()
    return (session.hasErrors ? nil : spec, session.diagnostics)
  }

  /// The documentation of every field of every section.
  package static func documentation() -> [FieldDocumentation] {
    let session = ReadingSession(isListing: true)
    var reader = SpecReader(nil, session: session)
    _ = reader.read()
    return session.documentation
  }

  private mutating func read() -> Spec? {
    let name = readName()
    let description = root.annotation("description", "What the experiment is for.")
    readTags()
    let seeds = readSeeds()
    let precision = root.choice(
      "precision", "Of networks and chains; metrics are always float64.", default: Precision.float32
    )
    let levels = readNoiseLevels()
    for section in Section.allCases {
      readSection(section, seeds: seeds, precision: precision)
      // Ladders may ask the data, which may ask for single levels.
      if section == .data, !session.isListing {
        session.dataGraph = try? ExperimentGraph(nodes)
        readLadders(levels)
      }
    }
    let firstNames = firstNames
    figures = FigureReader(root: root) { firstNames[$0] }.read()
    // A sweep is taken out of a spec before its points are read.
    if SweepDefinition.read(root, tree: nil, others: []) != nil, !session.isListing {
      session.error("there is a sweep where one point is wanted", at: root.range(of: "sweep"))
    }
    root.finish()
    declareUnknownSections()
    if nodes.isEmpty, !session.isListing, !session.hasErrors {
      session.error(
        "the spec has no nodes", at: root.place,
        help: "add at least one of data, models, training, sampling, evaluation")
    }
    guard let graph = makeGraph() else { return nil }
    SpecChecks(graph: graph, session: session, figures: figures).run()
    return Spec(
      name: name, description: description, graph: graph, figures: figures, resolved: root.values,
      warnings: session.diagnostics.found.filter { $0.severity == .warning },
      automatic: session.automatic)
  }

  private func makeGraph() -> ExperimentGraph? {
    do throws(CycleError) {
      return try ExperimentGraph(nodes)
    } catch {
      let names = error.nodes.map(\.name)
      let path = (names + names.prefix(1)).joined(separator: " → ")
      session.error(
        names.count == 1
          ? "'\(names[0])' refers to itself"
          : "these nodes refer to each other in a circle: \(path)",
        at: error.nodes.first?.range,
        notes: error.nodes.dropFirst().map {
          Diagnostic.Note("'\($0.name)' stands here", at: $0.range)
        })
      SpecChecks(graph: ExperimentGraph(unordered: nodes), session: session, figures: figures)
        .runReferences()
      return nil
    }
  }

  /// The nodes below a section whose name is misspelled are there all the same.
  private func declareUnknownSections() {
    for entry in root.node?.entries ?? [] where !root.askedNames.contains(entry.name) {
      for node in entry.value.entries ?? [] { session.declaredNames.insert(node.name) }
    }
  }

  // MARK: - The top

  private func readName() -> String {
    guard
      let node = root.field(
        "name", type: "letters, digits, '-', '_' and '.'", form: .text,
        "The experiment's name; its results' directory.",
        default: nil, isRequired: true),
      let scalar = root.scalar(from: node, name: "name", expected: "a name")
    else { return "unnamed" }
    if let problem = NodeName.problem(scalar.text, allowsDots: true) {
      session.error("'name' cannot be '\(scalar.text)': \(problem)", at: node.place)
    }
    root.record("name", .text(scalar.text), isDefault: false, isAnnotation: true)
    return scalar.text
  }

  private func readTags() {
    guard
      let node = root.field(
        "tags", type: "list of texts", form: .list(.text), "Words to find the runs by.",
        default: nil, isRequired: false
      ),
      let items = root.items(of: node, name: "tags", expected: "a list of texts")
    else { return }
    let tags = items.enumerated().compactMap {
      root.scalar(from: $0.element, name: "tags.\($0.offset)", expected: "text")?.text
    }
    root.record("tags", .list(tags.map { .text($0) }), isDefault: false, isAnnotation: true)
  }

  /// `seed: 7`, or `seed: {default: 0, data: 7}`: one for every section.
  private func readSeeds() -> [Section: Int] {
    var seeds: [Section: Int] = [:]
    func fill(_ seed: Int) { for section in Section.allCases { seeds[section] = seed } }
    guard
      let node = root.field(
        "seed", type: "whole number ≥ 0, or a map of sections", form: Self.seedForm,
        "The seed of all random streams, or one a section.",
        default: "0", isRequired: false)
    else {
      root.record("seed", .count(0), isDefault: true, isAnnotation: true)
      fill(0)
      return seeds
    }
    if case .mapping = node.content {
      let reader = FieldReader(session: session, node: node, path: "seed")
      fill(
        reader.count(
          "default", "For the sections that are not named.", atMost: Int.max, default: 0))
      for section in Section.allCases {
        if let seed = reader.optionalCount(
          section.rawValue, "For the nodes of this section.", atMost: Int.max)
        {
          seeds[section] = seed
        }
      }
      reader.finish()
      root.record("seed", .map(reader.values), isDefault: false, isAnnotation: true)
    } else {
      let seed = root.count(from: node, name: "seed", in: .seed) ?? 0
      fill(seed)
      root.record("seed", .count(seed), isDefault: false, isAnnotation: true)
    }
    return seeds
  }

  private static let seedForm = FieldForm.either([
    .count(.seed),
    .object((["default"] + Section.allCases.map(\.rawValue)).map { .init($0, .count(.seed)) }),
  ])

  /// Reads the single levels, and notes the names of the ladders.
  ///
  /// - Returns: all that is written.
  private func readNoiseLevels() -> [Node.Entry] {
    let node = root.field(
      "noise_levels", type: "map of numbers > 0 and of ladders",
      form: .values(.either([.number(.deviation), .map])),
      "Named noise levels, σ, and ladders of them, for the rest of the spec.",
      default: nil, isRequired: false)
    if session.isListing {
      _ = FieldReader(session: session, node: nil, path: "noise_levels.<name>").readLadder()
    }
    guard let node else { return [] }
    guard case .mapping(let entries) = node.content else {
      session.error("'noise_levels' must be a map of names to numbers or ladders", at: node.place)
      return []
    }
    for entry in entries {
      let name = entry.name
      if let problem = NodeName.problem(name) ?? Self.numberProblem(name) {
        session.error("a noise level cannot be called '\(name)': \(problem)", at: entry.key.range)
      }
      if case .mapping = entry.value.content {
        session.ladders[name] = NamedLadder(ladder: nil, values: ResolvedMap())
      } else {
        session.noiseLevels[name] =
          root.number(from: entry.value, name: "noise_levels.\(name)", in: .deviation) ?? 1
      }
    }
    root.record("noise_levels", .map(ResolvedMap()), isDefault: false, isAnnotation: true)
    return entries
  }

  /// Reads the ladders, and records them with the single levels in the order in which they are written.
  private func readLadders(_ entries: [Node.Entry]) {
    guard let place = root.values.entries.firstIndex(where: { $0.name == "noise_levels" }) else {
      return
    }
    var resolved = ResolvedMap()
    for entry in entries {
      let name = entry.name
      guard case .mapping = entry.value.content else {
        resolved.entries.append(
          .init(name: name, value: .number(session.noiseLevels[name] ?? 1), isDefault: false))
        continue
      }
      let reader = FieldReader(
        session: session, node: entry.value, path: "noise_levels.\(name)")
      let ladder = reader.readLadder()
      session.ladders[name] = NamedLadder(ladder: ladder, values: reader.values)
      resolved.entries.append(.init(name: name, value: .map(reader.values), isDefault: false))
    }
    root.values.entries[place].value = .map(resolved)
  }

  /// `noise_level: 10` is a number, whatever names there are.
  private static func numberProblem(_ name: String) -> String? {
    if name == "auto" { return "auto takes numbers from the data" }
    return name.unicodeScalars.first?.properties.isAlphabetic == true
      ? nil : "it does not begin with a letter"
  }

  // MARK: - Sections

  private mutating func readSection(_ section: Section, seeds: [Section: Int], precision: Precision)
  {
    let node = root.field(
      section.rawValue, type: "map of nodes", form: .named, section.summary, default: nil,
      isRequired: false)
    var resolved = ResolvedMap()
    if session.isListing {
      _ = readNode(
        section, FieldReader(session: session, node: nil, path: section.rawValue + ".<name>"),
        name: "<name>",
        range: nil, seed: 0, precision: precision)
      return
    }
    guard let node else { return }
    guard case .mapping(let entries) = node.content else {
      session.error(
        "'\(section.rawValue)' must be a map of nodes, not \(node.summary)", at: node.place)
      return
    }
    for entry in entries {
      let name = entry.name
      session.declaredNames.insert(name)
      let path = section.rawValue + "." + name
      if let problem = NodeName.problem(name) {
        session.error("a node cannot be called '\(name)': \(problem)", at: entry.key.range)
      }
      let isSecond = firstNames[name] != nil
      if let first = firstNames[name] {
        session.error(
          "two nodes are called '\(name)'", at: entry.key.range,
          help: "names are unique over the whole spec",
          notes: [Diagnostic.Note("first defined here", at: first)])
      }
      if !isSecond { firstNames[name] = entry.key.range }
      guard case .mapping = entry.value.content else {
        session.error(
          "'\(path)' must be a map of fields, not \(entry.value.summary)", at: entry.value.place,
          help: "write its fields below it, or in braces: {kind: …}")
        continue
      }
      let reader = FieldReader(session: session, node: entry.value, path: path)
      if let made = readNode(
        section, reader, name: name, range: entry.key.range, seed: seeds[section] ?? 0,
        precision: precision), !isSecond
      {
        nodes.append(made)
        resolved.entries.append(.init(name: name, value: .map(made.values), isDefault: false))
      }
    }
    root.record(section.rawValue, .map(resolved), isDefault: false)
  }

  private func readNode(
    _ section: Section, _ reader: FieldReader, name: String, range: SourceRange?, seed: Int,
    precision: Precision
  ) -> ExperimentNode? {
    _ = reader.annotation("description", "What the node is for.")
    let stream = reader.streamField(name: name)
    let seed = reader.seedField(default: seed)
    let ownPrecision =
      section == .evaluation ? precision : reader.precisionField(default: precision)
    var kind = section.rawValue
    let definition: NodeDefinition?
    switch section {
    case .data:
      let chosen = reader.kind("data", among: DataKinds.all)
      kind = chosen?.kind ?? kind
      definition = chosen.map { .data($0.definition) }
    case .models:
      let chosen = reader.kind("model", among: ModelDefinition.kinds)
      kind = chosen?.kind ?? kind
      definition = chosen.map { .model($0.definition) }
    case .training:
      reader.values.kindVersions.append(TrainingDefinition.version)
      definition = .training(TrainingDefinition.read(reader))
    case .sampling:
      let chosen = reader.kind("sampling", among: SamplingKinds.all)
      kind = chosen?.kind ?? kind
      definition = chosen.map { .sampling($0.definition) }
    case .evaluation:
      let chosen = reader.kind("evaluation", among: EvaluationKinds.all)
      kind = chosen?.kind ?? kind
      definition = chosen.map { .evaluation($0.definition) }
    }
    reader.finish()
    guard let definition else { return nil }
    return ExperimentNode(
      name: name, section: section, kind: kind, definition: definition, values: reader.values,
      references: reader.references, stream: stream, seed: UInt64(seed), precision: ownPrecision,
      range: range)
  }
}

extension Section {
  /// One sentence for the documentation.
  package var summary: String {
    switch self {
    case .data: "Laws and data sets."
    case .models: "Networks with their initial parameters."
    case .training: "Trainings of models on data."
    case .sampling: "Chains and denoised states."
    case .evaluation: "Measurements, beside the exact truth where it is known."
    }
  }
}

extension CountRange {
  /// Any whole number that is not negative.
  fileprivate static let seed = CountRange(0, Int.max)
}

extension FieldReader {
  fileprivate func streamField(name: String) -> String {
    guard
      let node = field(
        "stream", type: "text", form: .text,
        "The name of the random stream; two nodes with one stream share their noise.",
        default: "the node's name", isRequired: false),
      let scalar = scalar(from: node, name: fullPath("stream"), expected: "text")
    else { return name }
    record("stream", .text(scalar.text), isDefault: false, isAnnotation: true)
    return scalar.text
  }

  fileprivate func seedField(default defaultSeed: Int) -> Int {
    guard
      let node = field(
        "seed", type: "whole number ≥ 0", form: .count(.seed), "The seed of this node's stream.",
        default: "the section's",
        isRequired: false)
    else { return defaultSeed }
    let seed = count(from: node, name: fullPath("seed"), in: .seed) ?? defaultSeed
    record("seed", .count(seed), isDefault: false, isAnnotation: true)
    return seed
  }

  fileprivate func precisionField(default defaultPrecision: Precision) -> Precision {
    guard
      let node = field(
        "precision", type: "one of float32, float64",
        form: .choice(Precision.allCases.map(\.rawValue)), "The precision of this node.",
        default: "the spec's",
        isRequired: false)
    else { return defaultPrecision }
    let precision =
      choice(from: node, name: fullPath("precision"), of: Precision.self) ?? defaultPrecision
    record("precision", .text(precision.rawValue), isDefault: false, isAnnotation: true)
    return precision
  }
}
