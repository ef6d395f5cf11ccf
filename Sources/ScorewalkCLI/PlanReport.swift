import Experiments

/// What `plan` prints.
struct PlanReport {
  let plan: SweepPlan

  init(_ plan: SweepPlan) { self.plan = plan }

  /// How many points and kinds of work are listed for people; `--json` has all.
  private static let shownCount = 24

  var text: String { plan.points.isEmpty ? nodeTable : pointTable + "\n" + workTable }

  // MARK: - A single run

  private var nodeTable: String {
    var table = [["node", "kind", "steps", "what happens", "key"]]
    for (node, index) in zip(plan.plans[0].nodes, plan.itemIndices[0]) {
      table.append([
        node.section + "." + node.name, node.kind, node.steps.map(String.init) ?? "",
        plan.items[index].action.phrase, String(node.key.prefix(12)),
      ])
    }
    return TextTable.rendered(table, alignRight: [2])
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
    var rows = [["node", "kind", "steps", "different", "new", "resumed", "stored"]]
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
      ])
    }
    let all = plan.itemIndices.map(\.count).reduce(0, +)
    let stored = plan.items.count { $0.action == .stored }
    return TextTable.rendered(rows, alignRight: [2, 3, 4, 5, 6])
      + "\(plan.points.count) points have \(all) nodes: \(plan.items.count) are different, "
      + "\(stored) of these are stored\n"
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
    return .map(members)
  }

  private func json(_ node: Plan.Node, _ item: SweepPlan.Item) -> JSONText {
    var members: [(String, JSONText)] = [
      ("name", .text(node.name)), ("section", .text(node.section)), ("kind", .text(node.kind)),
      ("key", .text(node.key)), ("references", .list(node.references.map { .text($0) })),
      ("steps", node.steps.map { .integer($0) } ?? .null), ("action", .text(item.action.word)),
      ("step", item.action.step.map { .integer($0) } ?? .null),
    ]
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
