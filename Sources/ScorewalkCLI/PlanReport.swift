import Experiments

/// What `plan` prints.
struct PlanReport {
  let plan: SweepPlan
  /// Why nodes are new, by their keys: what differs from the nearest stored key of the same name.
  private let changes: [String: KeyChange]

  init(_ plan: SweepPlan, changes: [String: KeyChange] = [:]) {
    self.plan = plan
    self.changes = changes
  }

  /// How many points and kinds of work are listed for people; `--json` has all.
  private static let shownCount = 24

  var text: String { plan.points.isEmpty ? nodeTable : pointTable + "\n" + workTable }

  // MARK: - A single run

  private var nodeTable: String {
    var table = [["node", "kind", "steps", "what happens", "cost", "key"]]
    for (node, index) in zip(plan.plans[0].nodes, plan.itemIndices[0]) {
      let item = plan.items[index]
      table.append([
        node.section + "." + node.name, node.kind, node.steps.map(String.init) ?? "",
        changes[node.key].map { "changed: \($0.text)" } ?? item.action.phrase,
        item.action == .stored ? "" : item.cost.map(Self.range) ?? "?",
        String(node.key.prefix(12)),
      ])
    }
    return TextTable.rendered(table + figureRows, alignRight: [2]) + total
  }

  /// The figures, which cost next to nothing.
  private var figureRows: [[String]] {
    (plan.plans[0].figures ?? []).map { figure in
      [
        "figures." + figure.name, figure.kind, "",
        figure.isOfSweep == true
          ? "drawn when all points are done" : "drawn when its inputs are done",
      ]
    }
  }

  /// `cost: 2 to 5 min, one node at a time`; empty where nothing is left to do.
  private var total: String {
    let (known, unknown) = plan.cost
    guard plan.items.contains(where: { $0.action != .stored }) else { return "" }
    if known.high == 0 { return "cost: unknown; --measure tries it\n" }
    let rest =
      unknown == 0
      ? ""
      : ", and \(unknown == 1 ? "a node" : "\(unknown) nodes") of unknown cost; --measure tries it"
    return "cost: \(Self.range(known)), one node at a time\(rest)\n"
  }

  /// `2 to 5 min`, `3 s`.
  private static func range(_ range: CostHistory.Range) -> String {
    let (low, high) = (ProgressMonitor.duration(range.low), ProgressMonitor.duration(range.high))
    if low == high { return low }
    let (first, second) = (low.split(separator: " "), high.split(separator: " "))
    return first.last == second.last ? "\(first[0]) to \(high)" : "\(low) to \(high)"
  }

  // MARK: - A sweep

  private var pointTable: String {
    let axes = plan.points[0].settings.map(\.axis)
    let hasSeeds = plan.points[0].seed != nil
    var rows = [["point"] + axes + (hasSeeds ? ["seed"] : []) + ["nodes", "new", "stored"]]
    for (number, point) in plan.points.enumerated().prefix(Self.shownCount) {
      let items = plan.itemIndices[number].map { plan.items[$0] }
      let stored = items.count { $0.action == .stored }
      rows.append(
        [String(number + 1)] + point.settings.map(\.value)
          + (point.seed.map { [String($0)] } ?? [])
          + [String(items.count), String(items.count - stored), String(stored)])
    }
    let hidden = plan.points.count - Self.shownCount
    return TextTable.rendered(rows, alignRight: Set(rows[0].indices))
      + (hidden > 0 ? "and \(hidden) more points\n" : "")
  }

  /// Every node of the spec with what all points together make of it.
  private var workTable: String {
    var rows = [["node", "kind", "steps", "different", "new", "resumed", "stored", "cost"]]
    var names: [String] = []
    var groups: [String: [SweepPlan.Item]] = [:]
    for item in plan.items {
      let name = item.node.section + "." + item.node.name
      if groups[name] == nil { names.append(name) }
      groups[name, default: []].append(item)
    }
    for name in names {
      let items = groups[name] ?? []
      let steps = Set(items.compactMap(\.node.steps)).sorted()
      let kinds = Set(items.map(\.node.kind)).sorted()
      let new = items.count { $0.action == .new }
      let stored = items.count { $0.action == .stored }
      rows.append([
        name, kinds.joined(separator: ", "),
        steps.count > 1
          ? "\(steps[0]) to \(steps[steps.count - 1])" : steps.first.map(String.init) ?? "",
        String(items.count), String(new), String(items.count - new - stored), String(stored),
        stored == items.count ? "" : Self.cost(of: items).map(Self.range) ?? "?",
      ])
    }
    for figure in figureRows { rows.append(Array(figure[...1])) }
    let all = plan.itemIndices.map(\.count).reduce(0, +)
    let stored = plan.items.count { $0.action == .stored }
    return TextTable.rendered(rows, alignRight: [2, 3, 4, 5, 6])
      + "\(plan.points.count) points have \(all) nodes: \(plan.items.count) are different, "
      + "\(stored) of these are stored\n" + total
  }

  /// Of what is not stored; nil where that of one is not known.
  private static func cost(of items: [SweepPlan.Item]) -> CostHistory.Range? {
    var sum = CostHistory.Range(low: 0, high: 0)
    for item in items where item.action != .stored {
      guard let cost = item.cost else { return nil }
      sum = sum + cost
    }
    return sum
  }

  // MARK: - JSON

  var json: JSONText {
    var members: [(String, JSONText)] = [("experiment", .text(plan.experiment))]
    if !plan.points.isEmpty {
      members.append(
        (
          "points",
          .list(
            zip(plan.points, plan.plans).map { point, plan in
              .map([
                ("point", .text(point.label)),
                (
                  "axes",
                  .map(
                    point.settings.map { setting in
                      (setting.axis, setting.number.map { .number($0) } ?? .text(setting.value))
                    })
                ), ("seed", point.seed.map { .integer($0) } ?? .null),
                ("nodes", .map(plan.nodes.map { ($0.name, .text($0.key)) })),
              ])
            })
        ))
    }
    let nodes =
      plan.points.isEmpty
      ? zip(plan.plans[0].nodes, plan.itemIndices[0]).map { json($0, plan.items[$1]) }
      : plan.items.map { json($0.node, $0) }
    members.append(("nodes", .list(nodes)))
    members.append(
      (
        "figures",
        .list(
          (plan.plans[0].figures ?? []).map { figure in
            .map([
              ("name", .text(figure.name)), ("kind", .text(figure.kind)),
              ("references", .list(figure.references.map { .text($0) })),
            ])
          })
      ))
    let (known, unknown) = plan.cost
    members.append(("seconds", Self.json(known)))
    members.append(("unknown", .integer(unknown)))
    return .map(members)
  }

  /// `[low, high]`.
  private static func json(_ range: CostHistory.Range) -> JSONText {
    .list([.number(range.low), .number(range.high)])
  }

  private func json(_ node: Plan.Node, _ item: SweepPlan.Item) -> JSONText {
    var members: [(String, JSONText)] = [
      ("name", .text(node.name)), ("section", .text(node.section)), ("kind", .text(node.kind)),
      ("key", .text(node.key)), ("references", .list(node.references.map { .text($0) })),
      ("steps", node.steps.map { .integer($0) } ?? .null), ("action", .text(item.action.word)),
      ("step", item.action.step.map { .integer($0) } ?? .null),
      ("seconds", item.action == .stored ? .null : item.cost.map(Self.json) ?? .null),
    ]
    if let change = changes[node.key] { members.append(("changed", .text(change.text))) }
    if !plan.points.isEmpty { members.append(("points", .integer(item.points.count))) }
    return .map(members)
  }
}

extension Store.Action {
  var word: String {
    switch self {
    case .new: "new"
    case .stored: "stored"
    case .resumes: "resumes"
    case .continues: "continues"
    }
  }

  var step: Int? {
    switch self {
    case .new, .stored: nil
    case .resumes(let step), .continues(let step): step
    }
  }

  var phrase: String {
    switch self {
    case .new, .stored: word
    case .resumes(let step): "resumes at step \(step)"
    case .continues(let step): "continues at step \(step) of a stored shorter one"
    }
  }
}
