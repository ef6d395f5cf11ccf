/// A metric over the steps of a node, read line by line: of many lines, the means of equal numbers of them are kept.
struct MetricCurve {
  /// At most so many points are kept; at least half as many where there are more lines.
  static let limit = 2000

  private var sums: [(step: Double, value: Double)] = []
  /// How many lines make a point.
  private var width = 1
  private var open: (step: Double, value: Double, count: Int) = (0, 0, 0)

  /// Points (step, value): means over as many lines as make a point.
  var points: [Plot.Point] {
    var points = sums.map { Plot.Point($0.step / Double(width), $0.value / Double(width)) }
    if open.count > 0 {
      points.append(
        Plot.Point(open.step / Double(open.count), open.value / Double(open.count)))
    }
    return points
  }

  mutating func add(step: Double, value: Double) {
    open = (open.step + step, open.value + value, open.count + 1)
    guard open.count == width else { return }
    sums.append((open.step, open.value))
    open = (0, 0, 0)
    guard sums.count == Self.limit else { return }
    sums = stride(from: 0, to: sums.count, by: 2).map {
      (sums[$0].step + sums[$0 + 1].step, sums[$0].value + sums[$0 + 1].value)
    }
    width *= 2
  }
}

extension FigureData {
  /// A metric of a node over its steps.
  ///
  /// - Throws: ``Failure`` `.noInput` where the node has no metric of that name, or none at all.
  func metric(_ name: String, of reference: Reference) throws(Failure) -> MetricCurve {
    let path = run.path(of: "metrics.jsonl", node: reference.node)
    guard FileSystem.isFile(path) else {
      throw Failure(
        .noInput, "'\(reference.node)' has written no metrics", path: path,
        remedy: "go on with `scorewalk resume \(run.displayName)`")
    }
    var curve = MetricCurve()
    var others: [String] = []
    try MetricLog.read(path) { (entry) throws(Failure) in
      if entry.name == name {
        curve.add(step: Double(entry.step), value: entry.value)
      } else if !others.contains(entry.name), others.count < 100 {
        others.append(entry.name)
      }
    }
    guard curve.points.isEmpty else { return curve }
    throw Failure(
      .noInput, "'\(reference.node)' has no metric '\(name)'",
      remedy: others.isEmpty ? nil : "there are: " + others.joined(separator: ", "))
  }
}
