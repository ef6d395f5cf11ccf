import Scorewalk
import YAML

/// The best point of a sweep, to be run again on seeds that had no part in choosing it.
///
/// The best of many groups is also the luckiest of them: its mean over the seeds that chose it is too good. Fresh seeds say
/// what it is worth.
package struct SweepConfirmation: Sendable {
  /// The sweep's points in groups, with one metric.
  package let comparison: Comparison
  package let isMaximized: Bool
  /// The best group, and the one after it.
  package let best: Int
  package let second: Int?
  /// The seeds of the new runs.
  package let fresh: [FreshSeeds]
  /// Groups that lost results, or have none: they are not considered.
  package let passedOver: Int

  /// The run whose frozen spec is run again.
  package var run: ComparedRun { comparison.groups[best].runs[0] }
  package var metric: Comparison.Metric { comparison.metrics[0] }

  /// The seeds of one new run.
  package struct FreshSeeds: Sendable {
    let seeds: [ResolvedLeaves.Leaf]
    /// Those that the sweep did not have.
    let changed: [ResolvedLeaves.Leaf]

    /// `seed=3`, or of some sections: `seed.sampling=3`.
    package var label: String {
      // Where all sections change they have one name.
      (changed.count == seeds.count ? ResolvedLeaves.collapsed(changed) : changed)
        .map { $0.path + "=" + $0.text }.joined(separator: " ")
    }

    /// The changes to the frozen spec: the seeds of all sections in one.
    fileprivate var overrides: [String] {
      let sections = seeds.prefix(Section.allCases.count)
      let map = sections.map { "\($0.path.dropFirst("seed.".count)): \($0.text)" }
      return ["seed={" + map.joined(separator: ", ") + "}"]
        + seeds.dropFirst(sections.count).map { $0.path + "=" + $0.text }
    }
  }

  /// - Parameters:
  ///   - run: any point of the sweep.
  ///   - metric: `node.metric`; the first declared error of an evaluation where nil.
  ///   - seeds: how many fresh seeds; as many as the best group has, and no fewer than five, where nil.
  /// - Throws: ``Failure`` `.usage` where the run is no point of a sweep or the metric says nothing of good and bad.
  package init(
    of run: RunDirectory, in results: ResultsDirectory, metric: String?, seeds: Int?,
    isMaximized: Bool?
  ) throws(Failure) {
    let head = try run.head()
    let home = run.results ?? results
    let members =
      try head.sweep.map { (id) throws(Failure) in
        try home.members(of: id, experiment: head.experiment)
      } ?? []
    guard members.count > 1 else {
      throw Failure(
        .usage, "\(run.displayName) is no point of a sweep", path: run.path,
        reason: "there is nothing that it was chosen from",
        remedy: "name a point of a sweep: `scorewalk ls` shows them with their sweep's axes")
    }
    var request = ComparisonRequest()
    request.metrics = metric.map { [$0] } ?? []
    var comparison = try Comparison(members, in: home, request)
    guard comparison.groups.count > 1 else {
      throw Failure(
        .usage, "the sweep of \(run.displayName) has one group: nothing was chosen", path: run.path,
        remedy: "name a point of a sweep over more than seeds")
    }
    if metric == nil {
      let declared = comparison.metrics.filter { $0.name.goal != .none }
      // A distance or an error; losses say how a training went, not what came of it.
      let chosen =
        declared.first {
          $0.name.goal == .small && $0.name.isSkewed && !$0.name.text.hasSuffix("loss")
        } ?? declared.first { $0.name.goal == .small } ?? declared.first
      guard let chosen else {
        throw Failure(
          .usage,
          "no metric of \(run.displayName) is declared to be good where it is small or large",
          remedy: "name one: --metric NODE.METRIC, with --maximize or --minimize")
      }
      request.metrics = [chosen.text]
      comparison = try comparison.asked(request)
    }
    guard comparison.metrics.count == 1 else {
      throw Failure(
        .usage, "'\(metric ?? "")' means \(comparison.metrics.count) metrics",
        remedy: "name one of " + comparison.metrics.prefix(8).map(\.text).joined(separator: ", "))
    }
    let goal = comparison.metrics[0].name.goal
    guard isMaximized != nil || goal != .none else {
      throw Failure(
        .usage,
        "neither small nor large values of '\(comparison.metrics[0].text)' are declared good",
        remedy: "say which: --minimize or --maximize")
    }
    let isMaximized = isMaximized ?? (goal == .large)
    let means = comparison.groups.enumerated().compactMap {
      (index, group) -> (index: Int, mean: Double)? in
      let result = group.results[0]
      guard result.losses.isEmpty, let mean = result.mean else { return nil }
      return (index, isMaximized ? -mean : mean)
    }.sorted { ($0.mean, $0.index) < ($1.mean, $1.index) }
    guard let first = means.first else {
      throw Failure(
        .usage, "no group of the sweep has all of its values of '\(comparison.metrics[0].text)'",
        remedy: "go on with its points: `scorewalk resume \(ShellText.quoted(run.displayName))`")
    }
    self.comparison = comparison
    self.isMaximized = isMaximized
    best = first.index
    second = means.dropFirst().first?.index
    passedOver = comparison.groups.count - means.count
    let group = comparison.groups[first.index]
    fresh = try Self.freshSeeds(
      of: group.runs, beyond: comparison.groups.flatMap(\.runs),
      count: seeds ?? max(5, group.runs.count))
  }

  /// Seeds beyond all that the sweep had: of those that its axis of seeds raises, or of all where it has none.
  private static func freshSeeds(
    of runs: [ComparedRun], beyond all: [ComparedRun], count: Int
  ) throws(Failure) -> [FreshSeeds] {
    let seeds = runs[0].seeds
    var varying = seeds.filter { leaf in runs.contains { !$0.seeds.contains(leaf) } }
    if varying.isEmpty { varying = seeds }
    var starts: [String: Int] = [:]
    for leaf in varying {
      let used = all.flatMap { run in run.seeds.filter { $0.path == leaf.path } }
        .compactMap { Int($0.text) }
      let (next, overflows) = (used.max() ?? 0).addingReportingOverflow(1)
      guard !overflows, next <= Int.max - count else {
        throw Failure(
          .usage, "there are no seeds beyond those of '\(leaf.path)'",
          remedy: "run the sweep with smaller seeds")
      }
      starts[leaf.path] = next
    }
    return (0..<count).map { index in
      let fresh = seeds.map { leaf in
        ResolvedLeaves.Leaf(
          path: leaf.path, text: starts[leaf.path].map { String($0 + index) } ?? leaf.text)
      }
      return FreshSeeds(seeds: fresh, changed: fresh.filter { starts[$0.path] != nil })
    }
  }

  // MARK: - Running

  /// The specs on fresh seeds, as points of a sweep of their own at the best point's place.
  ///
  /// - Throws: ``Failure`` where the frozen spec cannot be read.
  package func points(in results: ResultsDirectory) throws(Failure) -> SpecPoints {
    let settings = run.head.settings.map {
      SweepPoint.Setting(axis: $0.name, paths: $0.set, value: $0.value, number: $0.number)
    }
    var points: [SpecPoint] = []
    for (index, seeds) in fresh.enumerated() {
      let path = run.directory.path("resolved.json")
      let loaded = try SpecLoader.load(path: path, overrides: seeds.overrides)
      var diagnostics = loaded.diagnostics
      var spec: Spec?
      if let tree = loaded.tree, !diagnostics.hasErrors {
        let (read, found) = SpecReader.read(
          tree, isSmoke: run.head.isSmoke, inputs: SpecInputs(results: results))
        spec = read
        diagnostics.append(contentsOf: found)
      }
      guard let spec, !diagnostics.hasErrors else {
        let first = diagnostics.found.first { $0.severity == .error }?.message
        throw Failure(
          .inputOutput, "'\(path)' cannot be run again", path: path,
          reason: first ?? "it does not read as a spec",
          remedy: "it was written by another version, or changed by hand")
      }
      points.append(
        SpecPoint(
          spec,
          at: SweepPoint(
            index: index, settings: settings, seedIndex: index, seed: Int(seeds.changed[0].text))))
    }
    return SpecPoints(points)
  }

  // MARK: - What came of it

  /// The metric over the fresh seeds, beside the sweep's own.
  package func result(_ fresh: [RunDirectory]) throws(Failure) -> MetricResult {
    let sweep = comparison.groups[best].runs.map(\.directory)
    let runs = ComparedRuns(sweep + fresh)
    if let failure = runs.failures.first { throw failure }
    var metric = metric
    let points = runs.specs.map { _ in 0 }
    var chosen = MetricSeries(metric, Array(runs.runs.prefix(sweep.count)), points)
    var series = MetricSeries(metric, Array(runs.runs.dropFirst(sweep.count)), points)
    if series.hasValues, !series.isPositive { metric.isLogarithmic = false }
    chosen.settle(isLogarithmic: metric.isLogarithmic)
    series.settle(isLogarithmic: metric.isLogarithmic)
    var result = MetricResult(metric, series, baseline: chosen)
    let probability = result.contrast?.test?.probability
    result.contrast?.conclude(adjusted: probability, rows: 1)
    return result
  }
}
