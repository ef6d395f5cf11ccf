import Testing
import YAML

/// A spec whose one evaluation is given.
private func evaluation(_ fields: String) -> String {
  """
  name: x
  data:
    plane: {kind: gaussian-mixture, components: [{mean: [0, 0], std: 1}]}
    line: {kind: gaussian-mixture, components: [{mean: [0], std: 1}]}
    rows: {kind: draws, from: plane, count: 8}
    places: {kind: draws, from: line, count: 8}
    atoms: {kind: categorical, values: [[-1], [1]]}
  sampling:
    walk: {kind: langevin, target: line, initial: {kind: zeros}, step_size: 0.1, steps: 10}
  evaluation:
    quality: {kind: samples, \(fields)}

  """
}

private let example = "project them, such as with `along: {direction: [1, 0]}`"

@Suite("Broken specs: evaluations of samples")
struct BrokenEvaluationTests {
  @Test(arguments: [
    MarkedSpec(
      "nothing wrong",
      evaluation(
        "of: rows, against: plane, metrics: [ks, energy, mmd], along: {direction: [1, -2]}, intervals: {left: {to: 0}}"
      )),
    MarkedSpec(
      "a metric of the line", evaluation("of: rows, against: plane, metrics: 1️⃣[ks]"),
      Expected(
        "1️⃣", "'ks' is for one dimension; 'rows' has 2",
        help: example + ", or choose among the other metrics")),
    MarkedSpec(
      "intervals in the plane",
      evaluation("of: rows, metrics: [moments], intervals: 1️⃣{left: {to: 0}}"),
      Expected("1️⃣", "'intervals' are for one dimension; 'rows' has 2", help: example)),
    MarkedSpec(
      "a direction that does not fit",
      evaluation(
        "of: rows, metrics: [moments], along: {direction: 1️⃣[1, 0, 0], origin: 2️⃣[0]}"),
      Expected("1️⃣", "a direction of 3 coordinates where 'rows' has 2"),
      Expected("2️⃣", "an origin of 1 coordinates where 'rows' has 2")),
    MarkedSpec(
      "no direction at all",
      evaluation("of: rows, metrics: [moments], along: {direction: 1️⃣[0, -0.0]}"),
      Expected("1️⃣", "'evaluation.quality.along.direction' is zero")),
    MarkedSpec(
      "a missing direction",
      evaluation("of: rows, against: plane, metrics: [ks], along: {1️⃣origin: [0, 0]}"),
      Expected(
        "1️⃣", "missing key 'direction' in 'evaluation.quality.along'",
        help: "add `direction:` (list of numbers): Its direction, of any length but 0.")),
    MarkedSpec(
      "a line that is none", evaluation("of: rows, against: plane, metrics: [ks], along: 1️⃣[1, 0]"),
      Expected(
        "1️⃣", "'evaluation.quality.along' must be a map of fields, not a list",
        help: "write `name: value` lines below it")),
    MarkedSpec(
      "intervals turned round",
      evaluation(
        "of: places, metrics: [moments], intervals: {a: {from: 1️⃣2, to: 1}, b: {2️⃣form: 1}, 🔟../c: {to: 3️⃣x}, d: 4️⃣5}"
      ),
      Expected(
        "1️⃣",
        "'evaluation.quality.intervals.a.from' must not lie above 'evaluation.quality.intervals.a.to'"
      ),
      Expected("2️⃣", "'evaluation.quality.intervals.b' has no end", help: "write from, to, or both"),
      Expected(
        "2️⃣", "unknown key 'form' in 'evaluation.quality.intervals.b'", help: "did you mean 'from'?"
      ),
      Expected(
        "🔟",
        "'evaluation.quality.intervals' cannot have the name '../c': it begins with '.'"),
      Expected("3️⃣", "'evaluation.quality.intervals.../c.to': expected a number, got 'x'"),
      Expected(
        "4️⃣", "'evaluation.quality.intervals.d' must be a map of fields, not '5'",
        help: "write `name: value` lines below it")),
    MarkedSpec(
      "intervals in a list", evaluation("of: places, metrics: [moments], intervals: 1️⃣[0, 1]"),
      Expected(
        "1️⃣", "'evaluation.quality.intervals' must be a map of intervals, not a list",
        help: "write each below a name of its own")),
    MarkedSpec(
      "no intervals", evaluation("of: places, metrics: [moments], intervals: 1️⃣{}"),
      Expected("1️⃣", "'evaluation.quality.intervals' is empty")),
    MarkedSpec(
      "nothing to compare with", evaluation("of: places, metrics: 1️⃣[energy, mode-coverage]"),
      Expected(
        "1️⃣", "'energy' needs 'against' in 'evaluation.quality'",
        help: "say what the samples are compared with, or leave energy out"),
      Expected(
        "1️⃣", "'mode-coverage' needs a law in 'against'",
        help: "name a law, or leave mode-coverage out")),
    MarkedSpec(
      "a density of atoms",
      evaluation("of: places, against: atoms, metrics: 1️⃣[negative-log-likelihood]"),
      Expected(
        "1️⃣", "'negative-log-likelihood' needs a density, and 'atoms' has atoms",
        help: "name a smoothed law in 'against', or leave negative-log-likelihood out")),
    MarkedSpec(
      "chains that are none", evaluation("of: places, metrics: 1️⃣[rhat]"),
      Expected(
        "1️⃣", "'rhat' needs chains; the rows of 'places' are independent", help: "leave rhat out")),
    MarkedSpec(
      "a bandwidth of nothing",
      evaluation("of: places, against: line, metrics: [mmd], bandwidth: 1️⃣0, projections: 2️⃣0"),
      Expected("1️⃣", "'evaluation.quality.bandwidth' must be > 0, not 0"),
      Expected("2️⃣", "'evaluation.quality.projections' must be ≥ 1, not 0")),
    MarkedSpec(
      "fields of metrics that are not measured",
      evaluation("of: walk, metrics: [rhat], bandwidth: 1️⃣1, projections: 2️⃣7"),
      Expected(
        "1️⃣", "'bandwidth' is not used: 'mmd' is not among the metrics", severity: .warning),
      Expected(
        "2️⃣", "'projections' is not used: 'sliced-wasserstein' is not among the metrics",
        severity: .warning)),
  ])
  func diagnostics(spec: MarkedSpec) { spec.check() }
}
