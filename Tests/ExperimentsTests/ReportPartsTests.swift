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

  @Test func whatStandsBeside() throws {
    let metrics = FinalMetric.all(
      try madeRecord([
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
}
