import Experiments
import Testing

@Suite("Parts of reports")
struct ReportPartsTests {
  @Test func textIsData() {
    let hostile = "</td><script>alert('1')</script>\" onload=\"x & y"
    let html: HTML = "<td title=\"\(hostile)\">\(hostile)</td>"
    let shown =
      "&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onload=&quot;x &amp; y"
    #expect(html.text == "<td title=\"\(shown)\">\(shown)</td>")
    let inner: HTML = "<b>\("<")</b>"
    let outer: HTML = "<p>\(inner)\([inner, inner])\(nil as HTML?)\(3)\(1.25)\(2.0)</p>"
    #expect(outer.text == "<p><b>&lt;</b><b>&lt;</b><b>&lt;</b>31.252</p>")
  }

  /// What would turn the order of letters, or is not seen, is shown as its number; other letters stay.
  @Test(arguments: [
    ("a\u{202E}b", "a⟨U+202E⟩b"), ("\u{0}\u{1B}[31m", "⟨U+0000⟩⟨U+001B⟩[31m"),
    ("a\nb\tc", "a\nb\tc"), ("ünï 数 x̂ σ² ✓", "ünï 数 x̂ σ² ✓"), ("\r", "⟨U+000D⟩"),
    ("\u{E0001}", "⟨U+E0001⟩"), ("", ""),
  ])
  func invisibleText(text: String, shown: String) {
    #expect(HTML.escaped(text) == shown)
  }

  // MARK: - Metrics

  private func record(_ summary: [(String, Double)], node: String = "quality") throws -> RunRecord {
    let metrics = summary.map { name, value in
      "{\"name\": \"\(name)\", \"value\": \(value.isFinite ? "\(value)" : "\"\(JSONText.number(value))\"")}"
    }.joined(separator: ", ")
    let text = """
      {"format": 1, "experiment": "made", "run": "0001-a", "status": "done", "started": "", "heartbeat": "",
       "host": "", "process": 0, "command": [], "overrides": [], "isSmoke": false, "usesSharedStore": true,
       "tool": "", "resumed": [],
       "nodes": [{"name": "\(node)", "key": "0", "status": "done", "summary": [\(metrics)]}]}
      """
    let directory = try TemporaryDirectory()
    try FileSystem.write(Array(text.utf8), to: directory.path + "/run.json")
    return try RunDirectory(path: directory.path).record()
  }

  @Test func whatStandsBeside() throws {
    let metrics = FinalMetric.all(
      try record([
        ("ks", 0.25), ("ks.expected", 0.24), ("ks.floor", 0.01), ("ks.floor_std", 0.001),
        ("ks.floor_at_ess", 0.03), ("ks.floor_at_ess_std", 0.002), ("mean", 1), ("mean.mcse", 0.5),
        ("mean.truth", 2), ("mse", 3), ("mse.minimum", 1), ("lonely.truth", 4),
      ]))
    #expect(metrics.map(\.name) == ["ks", "mean", "mse", "lonely.truth"])
    #expect(metrics[0].expected == 0.24 && metrics[0].floor == 0.01)
    #expect(metrics[0].floorAtEffectiveSize == 0.03)
    #expect(metrics[0].floorAtEffectiveSizeDeviation == 0.002)
    #expect(metrics[1].standardError == 0.5 && metrics[1].truth == 2 && metrics[2].truth == 1)
    #expect(
      FinalMetric.columns(of: metrics).map(\.head)
        == ["value", "se", "expected", "truth", "floor", "floor at ess"])
    #expect(FinalMetric.columns(of: Array(metrics[3...])).map(\.head) == ["value"])
  }

  // MARK: - Verdicts

  private func verdicts(_ summary: [(String, Double)]) throws -> [ResultVerdict] {
    ResultVerdict.all(try record(summary), nil, nil)
  }

  struct Case: Sendable {
    let summary: KeyValuePairs<String, Double>
    let severity: ResultVerdict.Severity
    let text: String

    init(
      _ summary: KeyValuePairs<String, Double>, _ severity: ResultVerdict.Severity, _ text: String
    ) {
      (self.summary, self.severity, self.text) = (summary, severity, text)
    }
  }

  static let cases: [Case] = [
    Case(["rhat": 1.004], .good, "R̂ 1: the chains agree"),
    Case(
      ["rhat.0": 1.002, "rhat.1": 1.05], .note,
      "R̂ 1.05: the chains nearly agree; longer ones would"),
    Case(["rhat": 1.8], .warning, "R̂ 1.8: the chains do not agree"),
    Case(
      ["count": 40_000, "ess": 12.4], .warning,
      "the draws of 40000 are worth 12 independent ones: too few for standard errors that mean something"
    ),
    Case(
      ["count": 40_000, "ess": 12_475], .good,
      "the draws of 40000 are worth 12475 independent ones"),
    Case(
      ["ks": 0.01, "ks.floor_at_ess": 0.0077, "ks.floor_at_ess_std": 0.001], .good,
      "KS distance 0.01: as near to the truth as true samples of the effective size, which have 0.0077"
    ),
    Case(
      ["ks": 0.3162, "ks.expected": 0.2489, "ks.floor_at_ess": 0.02828], .warning,
      "KS distance 0.316 where true samples of the effective size have 0.0283, 11.2 times as far; with the exact score this chain would have 0.249: the rest is the learned score’s"
    ),
    Case(
      ["ks": 0.25, "ks.expected": 0.2489, "ks.floor_at_ess": 0.02828], .warning,
      "KS distance 0.25 where true samples of the effective size have 0.0283, 8.84 times as far; with the exact score this chain would have 0.249: the chain is too short, or its steps too large"
    ),
    Case(
      [
        "mode_weight.0": 0.83, "mode_weight.0.mcse": 0.01, "mode_weight.0.truth": 0.6638,
        "mode_weight.1": 0.1734, "mode_weight.1.mcse": 0.005, "mode_weight.1.truth": 0.3362,
        "mode_weight.1.expected": 0.0906,
      ], .warning,
      "mode 1 holds 17.3 % of the samples where 33.6 % belong, 32.6 standard errors off; with the exact score this chain would have 9.06 % there"
    ),
    Case(
      ["mode_weight.0": 0.5, "mode_weight.0.mcse": 0.01, "mode_weight.0.truth": 0.51], .good,
      "the weights of the modes are right within three standard errors"),
    Case(
      ["mse": 0.0687, "mse.minimum": 0.0686], .good,
      "the denoiser's mean squared error is 0.146 % above the least that is possible"),
    Case(
      ["relative_error": 1.045], .warning,
      "relative score error 1.05: no better than the score zero, which has 1"),
    Case(
      ["relative_error": 0.0037], .good,
      "relative score error 0.0037, where the score zero has 1"),
    Case(
      ["acceptance": 0.05], .warning,
      "5 % of the proposals are accepted: the step size is too large"),
    Case(["ess": .nan], .warning, "ess: no finite number; the log says why"),
  ]

  @Test(arguments: cases)
  func verdict(of one: Case) throws {
    let found = try verdicts(one.summary.map { ($0.key, $0.value) })
    #expect(found == [ResultVerdict(one.severity, "quality", one.text)])
  }

  /// Next to a few true samples every distance looks good: nothing is said then.
  @Test func noPraiseOfFewDraws() throws {
    let found = try verdicts([("ess", 3), ("ks", 0.4), ("ks.floor_at_ess", 0.5)])
    #expect(found.map(\.severity) == [.warning])
  }

  @Test func theGravestComesFirst() throws {
    let found = try verdicts([("rhat", 1), ("relative_error", 2), ("acceptance", 0.99)])
    #expect(found.map(\.severity) == [.warning, .note, .good])
  }
}
