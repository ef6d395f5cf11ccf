import Experiments
import Testing

@Suite struct MetricNameTests {
  @Test func declarations() {
    func name(_ text: String) -> MetricName { MetricName(text) }
    for text in ["ks", "error.valley", "at.error", "inputs.rmse_to_bayes", "relative_error.modes"] {
      #expect(name(text).goal == .small && name(text).isSkewed, "\(text)")
    }
    #expect(name("ess.1").goal == .large && name("ess.1").isSkewed)
    #expect(name("rhat").goal == .small && !name("rhat").isSkewed)
    #expect(name("mmd_squared").goal == .small && !name("mmd_squared").isSkewed)
    for text in ["mean", "mode_weight.1", "never.heard.of", ""] {
      #expect(name(text).goal == .none && !name(text).isSkewed, "\(text)")
    }
  }

  @Test func headlines() {
    for text in ["ks", "mean", "mode_weight.3", "interval.centre", "kl", "mean_loss"] {
      #expect(MetricName(text).isHeadline, "\(text)")
    }
    for text in ["mode_weight.4", "error", "ks.floor", "final_loss", "mse.excess", "count"] {
      #expect(!MetricName(text).isHeadline, "\(text)")
    }
  }

  @Test func companions() {
    #expect(MetricName("ks.floor_at_ess").owner == "ks")
    #expect(MetricName("mode_weight.1.truth").owner == "mode_weight.1")
    #expect(MetricName("mode_weight.1").owner == nil && MetricName("ks").owner == nil)
    #expect(MetricName("count").isSetting && MetricName("mmd_squared.bandwidth").isSetting)
  }
}
