import ArgumentParser
import Experiments
import YAML

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the shells' completion offers in place of an argument, by asking this program.
enum Completions {
  /// Experiments, runs and their words; conditions with the keys of a run.
  static let runs = CompletionKind.custom { words, _, prefix in
    unique(runTexts(words, prefix), with: prefix)
  }

  /// Names of shipped specs and files in YAML.
  static let specs = CompletionKind.custom { words, _, prefix in
    follow(words)
    return unique(specNames + yamlFiles(prefix), with: prefix)
  }

  /// The nodes of the run that stands before.
  static let nodesOfRun = CompletionKind.custom { words, _, prefix in
    unique(nodeNames(words), with: prefix)
  }

  /// Runs, and the nodes of the run that stands before.
  static let runsAndNodes = CompletionKind.custom { words, _, prefix in
    unique(runTexts(words, prefix) + nodeNames(words), with: prefix)
  }

  /// The figures of the run that stands before.
  static let figuresOfRun = CompletionKind.custom { words, _, prefix in
    let results = Self.results(words)
    for word in words.dropFirst(2).dropLast() where !word.hasPrefix("-") {
      if let plan = try? results.run(word).plan() {
        return unique((plan.figures ?? []).map(\.name), with: prefix)
      }
    }
    return []
  }

  /// The final metrics of the latest of the runs that stand before, or of all runs, without what stands beside others.
  static let metrics = CompletionKind.custom { words, _, prefix in
    let metrics = runsNamed(before: words).flatMap { run -> [String] in
      var memory = RunHead.SummaryMemory()
      guard let head = try? run.head(summaries: &memory) else { return [] }
      return head.summaries.flatMap { node in
        node.names.texts.filter { MetricName($0).owner == nil }.map { node.name + "." + $0 }
      }
    }
    return unique(metrics, with: prefix)
  }

  /// What runs can be grouped by: axes of their sweeps, and keys of their resolved specs.
  static let groupings = CompletionKind.custom { words, _, prefix in
    let names = runsNamed(before: words).flatMap { run -> [String] in
      let axes = (try? run.head())?.settings.map(\.name) ?? []
      return axes + (run.resolvedTree?.leafPaths() ?? [])
    }
    return unique(names, with: prefix)
  }

  /// The latest of the runs that stand before; of all runs where none does.
  private static func runsNamed(before words: [String]) -> [RunDirectory] {
    let results = Self.results(words)
    let named = words.dropFirst(2).dropLast().compactMap { word in
      word.hasPrefix("-") ? nil : try? RunSelector([word], in: results).listed().last
    }
    return named.isEmpty ? results.runs.suffix(1) : named
  }

  /// Keys of the spec, or the frozen spec of the run, that stands before: every one that it has, defaults included.
  static let overrides = CompletionKind.custom { words, _, prefix in
    let results = Self.results(words)
    for word in words.dropFirst(2).dropLast() where !word.hasPrefix("-") {
      if let keys = keysOfSpec(word) { return unique(keys + specNames, with: prefix) }
      if let run = try? results.run(word), let tree = run.resolvedTree {
        return unique(tree.leafPaths().map { $0 + "=" }, with: prefix)
      }
    }
    return []
  }

  // MARK: - Pieces

  private static func runTexts(_ words: [String], _ prefix: String) -> [String] {
    let results = Self.results(words)
    var texts = ["@latest"] + results.experiments
    for run in results.runs {
      texts += [run.displayName] + (run.nickname.isEmpty ? [] : [run.nickname])
    }
    if prefix.dropFirst().contains("@") {
      for experiment in results.experiments {
        let count = min(results.runs(of: experiment).count, 9)
        texts += [experiment + "@latest"] + (0..<count).map { "\(experiment)@-\($0 + 1)" }
      }
    }
    if prefix.hasPrefix("status:") { texts = RunStatus.ofRuns.map { "status:" + $0.rawValue } }
    if prefix.contains(".") || prefix.hasSuffix("=") {
      texts += (results.runs.last?.resolvedTree?.leafPaths() ?? []).map { $0 + "=" }
    }
    return texts
  }

  private static func nodeNames(_ words: [String]) -> [String] {
    let results = Self.results(words)
    let names = words.dropFirst(2).dropLast().lazy.reversed().compactMap { word in
      word.hasPrefix("-") ? nil : try? results.run(word).plan().nodes.map(\.name)
    }
    return names.first ?? []
  }

  private static func unique(_ texts: [String], with prefix: String) -> [String] {
    Array(Set(texts.filter { $0.hasPrefix(prefix) })).sorted()
  }

  /// Goes where `-C` says.
  private static func follow(_ words: [String]) {
    if let directory = value(of: "-C", in: words) { _ = chdir(directory) }
  }

  private static func results(_ words: [String]) -> ResultsDirectory {
    follow(words)
    return ResultsDirectory(path: value(of: "--results", in: words) ?? "results")
  }

  private static func value(of option: String, in words: [String]) -> String? {
    guard let index = words.firstIndex(of: option), index + 1 < words.count else { return nil }
    return words[index + 1]
  }

  private static var specNames: [String] {
    FileSystem.names(in: "experiments").compactMap { name in
      [".yaml", ".yml"].first(where: name.hasSuffix).map { String(name.dropLast($0.count)) }
    }
  }

  private static func yamlFiles(_ prefix: String) -> [String] {
    let directory = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    return FileSystem.names(in: directory.isEmpty ? "." : directory).compactMap { name in
      if name.hasPrefix(".") { return nil }
      if FileSystem.isDirectory(directory + name) { return directory + name + "/" }
      return name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? directory + name : nil
    }
  }

  private static func keysOfSpec(_ word: String) -> [String]? {
    guard let argument = try? SpecArgument(word),
      let loaded = try? SpecLoader.load(path: argument.path), let tree = loaded.tree
    else { return nil }
    // What is swept is taken out; a spec with mistakes has the keys that are written.
    let entries = tree.entries?.filter { $0.name != "sweep" } ?? []
    let swept = tree["sweep"]?.leafPaths(at: "sweep") ?? []
    let point = Node(.mapping(entries), range: tree.range)
    let keys = SpecReader.read(point, inputs: SpecInputs(results: nil)).0?.keys
    return ((keys ?? point.leafPaths()) + swept).map { $0 + "=" }
  }
}
