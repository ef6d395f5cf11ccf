import Scorewalk

/// What is asked of a comparison.
package struct ComparisonRequest: Sendable {
  /// Axes and keys to group by; nil for all that tell the runs apart, seeds aside.
  package var by: [String] = []
  /// Globs over `node.metric`; those by which results are judged where there are none.
  package var metrics: [String] = []
  /// What every other group is compared with: runs, or values of the columns.
  package var baseline: [String] = []

  package init() {}
}

/// Runs, grouped over their seeds, with what their metrics say of each group and beside the baseline.
package struct Comparison: Sendable {
  /// A group of runs that differ in nothing but their seeds, or in nothing that was asked for.
  package struct Group: Sendable {
    /// The values of the columns.
    package let labels: [(name: String, text: String, json: JSONText)]
    /// One run for each seed, or each point that is pooled: of those that were repeated, the one to judge by.
    package let runs: [ComparedRun]
    /// Those and the runs that repeat one of them, which count once.
    package let members: [RunDirectory]
    package let isBaseline: Bool
    /// Whether its runs were shrunk to seconds: they are never pooled or tested with others.
    package var isSmoke: Bool { runs[0].head.isSmoke }
    /// In the order of ``Comparison/metrics``.
    package internal(set) var results: [MetricResult] = []

    /// `delta=0.1 chains=10`; the experiment's name where nothing tells groups apart.
    package var label: String {
      labels.isEmpty
        ? runs[0].head.experiment : labels.map { $0.name + "=" + $0.text }.joined(separator: " ")
    }
  }

  /// A final metric of a node.
  package struct Metric: Sendable, Hashable {
    package let node: String
    package let name: MetricName
    /// Whether it is compared by ratios: declared so, and positive in every run.
    package internal(set) var isLogarithmic = false

    package var text: String { node + "." + name.text }
  }

  /// The runs that were read, those of the baseline last where they are not among the others.
  let compared: ComparedRuns
  package let columns: [String]
  package let metrics: [Metric]
  package let groups: [Group]
  package let baseline: Int?
  /// The keys whose values differ between runs, seeds aside.
  package let differing: [String]
  /// Those of them that differ within a group, since `by` does not name them: they are pooled.
  package let pooled: [String]
  package let agreeing: Int
  package let experiments: [String]
  /// How many different seeds there are in all.
  package let seedCount: Int
  /// What is to be known before anything is concluded.
  package let warnings: [String]
  /// What cannot be read.
  package let failures: [Failure]

  /// Compares runs.
  ///
  /// - Parameters:
  ///   - directories: at least one.
  ///   - results: where the baseline is looked for.
  /// - Throws: ``Failure`` `.usage` for what names nothing here; what cannot be read is in ``failures``, unless it is all.
  /// - Complexity: linear in the bytes of the records.
  package init(
    _ directories: [RunDirectory], in results: ResultsDirectory,
    _ request: ComparisonRequest = ComparisonRequest()
  ) throws(Failure) {
    let baseline = try Baseline(request.baseline, among: directories, in: results)
    try self.init(ComparedRuns(directories + baseline.added), beside: baseline, request)
  }

  /// The same runs, as they were read, asked something else; beside no baseline.
  func asked(_ request: ComparisonRequest) throws(Failure) -> Comparison {
    try Comparison(compared, beside: .none, request)
  }

  private init(
    _ runs: ComparedRuns, beside chosen: Baseline, _ request: ComparisonRequest
  ) throws(Failure) {
    compared = runs
    failures = runs.failures
    guard !runs.runs.isEmpty else {
      throw runs.failures.first
        ?? Failure(
          .noInput, "there are no runs to compare", remedy: "`scorewalk ls` lists the runs")
    }
    let (differing, agreeing) = runs.differences
    let columns =
      request.by.isEmpty
      ? GroupColumn.chosen(runs, differing: differing) : try GroupColumn.named(request.by, runs)
    self.columns = columns.map(\.name)
    self.differing = differing
    self.agreeing = agreeing
    experiments = Self.unique(runs.runs.map(\.head.experiment))
    seedCount = runs.seedCount

    var groups = Self.groups(runs, columns, isPooling: !request.by.isEmpty)
    let specs = request.by.isEmpty ? [] : groups.map { Self.unique($0.runs.map(\.spec)) }
    // A key that has one value in each group follows from the columns, as in axes that are zipped.
    let pooled = differing.filter { key in
      specs.contains { specs in
        specs.contains { runs.specs[$0][key] != runs.specs[specs[0]][key] }
      }
    }
    self.pooled = pooled
    let baseline = try chosen.index(in: groups)
    self.baseline = baseline
    if let baseline { groups[baseline] = groups[baseline].asBaseline }
    var metrics = try Self.metrics(groups, request.metrics)
    let points = Self.points(runs.specs, pooled)
    for (index, column) in Self.columns(metrics, groups, points, baseline: baseline).enumerated() {
      metrics[index].isLogarithmic = column.isLogarithmic
      for (number, result) in column.results.enumerated() { groups[number].results.append(result) }
    }
    Self.conclude(&groups)
    self.metrics = metrics
    self.groups = groups
    warnings = Self.warnings(groups, runs)
  }

  /// What the groups say of one metric.
  private struct Column: Sendable {
    let isLogarithmic: Bool
    let results: [MetricResult]
  }

  /// The metrics, shared out among all threads.
  private static func columns(
    _ metrics: [Metric], _ groups: [Group], _ points: [Int], baseline: Int?
  ) -> [Column] {
    var columns = [Column?](repeating: nil, count: metrics.count)
    let pool = groups.count * metrics.count > 256 ? WorkerPool() : .serial
    columns.withUnsafeMutableBufferPointer { columns in
      // Every part writes to places of its own.
      let places = columns
      pool.run(parts: pool.threads) { thread in
        for index in stride(from: thread, to: metrics.count, by: pool.threads) {
          places[index] = column(metrics[index], groups, points, baseline: baseline)
        }
      }
    }
    return columns.compactMap(\.self)
  }

  private static func column(
    _ metric: Metric, _ groups: [Group], _ points: [Int], baseline: Int?
  ) -> Column {
    var series = groups.map { MetricSeries(metric, $0.runs, points) }
    let withValues = series.filter(\.hasValues)
    var metric = metric
    metric.isLogarithmic =
      metric.name.isSkewed && !withValues.isEmpty && withValues.allSatisfy(\.isPositive)
    for number in series.indices { series[number].settle(isLogarithmic: metric.isLogarithmic) }
    let results = series.indices.map { number in
      // Smoke runs and others are no two sides of one question.
      let other: MetricSeries? = baseline.flatMap {
        $0 == number || groups[$0].isSmoke != groups[number].isSmoke ? nil : series[$0]
      }
      return MetricResult(metric, series[number], baseline: other)
    }
    return Column(isLogarithmic: metric.isLogarithmic, results: results)
  }

  static func unique<Element: Hashable>(_ elements: [Element]) -> [Element] {
    var known: Set<Element> = []
    return elements.filter { known.insert($0).inserted }
  }

  /// Which of the points that are pooled each spec is: equal where all pooled keys are.
  private static func points(_ specs: [ResolvedLeaves], _ pooled: [String]) -> [Int] {
    guard !pooled.isEmpty else { return specs.map { _ in 0 } }
    var numbers: [[String?]: Int] = [:]
    return specs.map { spec in
      let texts = pooled.map { spec[$0] }
      let number = numbers[texts] ?? numbers.count
      numbers[texts] = number
      return number
    }
  }

  // MARK: - Groups

  private static func groups(
    _ runs: ComparedRuns, _ columns: [GroupColumn], isPooling: Bool
  ) -> [Group] {
    struct Identity: Hashable {
      let spec: Int?
      let texts: [String?]
      let isSmoke: Bool
    }
    var order: [Identity] = []
    var members: [Identity: [ComparedRun]] = [:]
    for run in runs.runs {
      let identity = Identity(
        spec: isPooling ? nil : run.spec,
        texts: isPooling ? columns.map { $0.text(run, runs.specs) } : [],
        isSmoke: run.head.isSmoke)
      if members[identity] == nil { order.append(identity) }
      members[identity, default: []].append(run)
    }
    return order.compactMap { identity in
      guard let all = members[identity], let first = all.first else { return nil }
      let labels = columns.map {
        (
          name: $0.name, text: $0.text(first, runs.specs) ?? "—",
          json: $0.json(first, runs.specs)
        )
      }
      return Group(
        labels: labels, runs: representatives(all), members: all.map(\.directory),
        isBaseline: false)
    }
  }

  /// One run for each spec and seed: one that is done before one that is not, then the one that began last.
  private static func representatives(_ runs: [ComparedRun]) -> [ComparedRun] {
    struct Place: Hashable {
      let spec: Int
      let seed: Int
    }
    var order: [Place] = []
    var chosen: [Place: ComparedRun] = [:]
    for run in runs {
      let place = Place(spec: run.spec, seed: run.seed)
      guard let known = chosen[place] else {
        order.append(place)
        chosen[place] = run
        continue
      }
      let isBetter =
        (run.status == .done ? 1 : 0, run.head.started)
        > (known.status == .done ? 1 : 0, known.head.started)
      if isBetter { chosen[place] = run }
    }
    return order.compactMap { chosen[$0] }
  }

  // MARK: - Metrics

  /// The metrics that are asked for, in the order in which the runs have them.
  private static func metrics(
    _ groups: [Group], _ globs: [String]
  ) throws(Failure) -> [Metric] {
    var all: [Metric] = []
    var known: Set<String> = []
    var last: [RunHead.NodeSummary] = []
    for run in groups.flatMap(\.runs) {
      let nodes = run.head.summaries
      // Most runs have the metrics of the one before.
      let isKnown =
        nodes.count == last.count && zip(nodes, last).allSatisfy { $0.hasNames(of: $1) }
      last = nodes
      if isKnown { continue }
      for node in nodes {
        for name in node.names.texts where known.insert(node.name + "." + name).inserted {
          all.append(Metric(node: node.name, name: MetricName(name)))
        }
      }
    }
    if globs.isEmpty {
      let names = Set(all.map(\.text))
      let isBeside = { (metric: Metric) in
        metric.name.owner.map { names.contains(metric.node + "." + $0) } ?? false
      }
      return all.filter { $0.name.isHeadline && !isBeside($0) }
    }
    var found: [Metric] = []
    for glob in globs { found += try matches(glob, all) }
    return unique(found)
  }
}
