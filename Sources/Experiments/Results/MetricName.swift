/// What is known of a final metric by its name: `ks`, `mode_weight.1`, `relative_error.valley.floor`.
package struct MetricName: Sendable, Hashable {
  /// Where a value is better.
  package enum Goal: String, Sendable {
    case small
    case large
    /// Neither: a mean, a weight; what it should be stands beside it as its truth.
    case none
  }

  package let text: String

  package init(_ text: String) { self.text = text }

  /// One line of the table of metrics.
  private struct Declaration: Sendable {
    let goal: Goal
    /// Positive, and spread by factors rather than by differences: compared by ratios.
    let isSkewed: Bool
    /// Whether 0 means that there is nothing, so that a part of a value says something.
    let isRatio: Bool
    /// One of those by which a training, a density, a denoiser or samples are judged.
    let isHeadline: Bool

    init(
      _ goal: Goal, isSkewed: Bool = false, isRatio: Bool = false, isHeadline: Bool = false
    ) {
      self.goal = goal
      self.isSkewed = isSkewed
      self.isRatio = isSkewed || isRatio
      self.isHeadline = isHeadline
    }
  }

  private static let error = Declaration(.small, isSkewed: true)
  private static let headlineError = Declaration(.small, isSkewed: true, isHeadline: true)
  private static let description = Declaration(.none, isHeadline: true)

  /// Every metric by which results are judged or compared; what has no line here is compared by differences, and neither
  /// small nor large values are better.
  private static let declarations: [String: Declaration] = [
    // Distances.
    "ks": headlineError, "wasserstein": headlineError, "energy_distance": headlineError,
    "sliced_wasserstein": headlineError, "mode_weights_tv": headlineError, "tv": headlineError,
    "kl": headlineError, "wasserstein2": headlineError, "l1": error,
    // Unbiased: about 0, and as often below, where nothing is wrong.
    "mmd_squared": Declaration(.small, isHeadline: true),
    // About one half where nothing is wrong.
    "c2st": Declaration(.small, isHeadline: true),
    // Errors of scores and denoisers.
    "relative_error": headlineError, "rmse_to_bayes": headlineError, "mse": headlineError,
    "log_density_error": error, "nll": Declaration(.small, isHeadline: true),
    // 0 up to rounding where the score is a gradient: of no use as a ratio.
    "curl": Declaration(.small), "relative_curl": Declaration(.small),
    "error": error, "rmse": error, "mae": error, "rmse_to_median": error, "mse.excess": error,
    // Losses.
    "mean_loss": headlineError, "final_loss": error, "loss": error,
    // Chains.
    "rhat": Declaration(.small, isHeadline: true),
    "ess": Declaration(.large, isSkewed: true, isHeadline: true),
    "ess_bulk": Declaration(.large, isSkewed: true),
    "ess_tail": Declaration(.large, isSkewed: true),
    "autocorrelation_time": error, "mcse": error, "mcse_sd": error,
    "mode_switches_per_chain": Declaration(.large, isRatio: true),
    "mode_coverage": Declaration(.large, isRatio: true),
    "modes_hit": Declaration(.large, isRatio: true),
    "acceptance": Declaration(.none, isRatio: true, isHeadline: true),
    // What has a truth beside it.
    "mean": description, "variance": Declaration(.none, isRatio: true, isHeadline: true),
    "mode_weight": description, "negative_log_likelihood": description,
    "mode_mass": description, "interval": description,
  ]

  /// The line of the whole name, else of what stands before its first dot (`error.valley`), else behind its last
  /// (`at.error`).
  private var declaration: Declaration? {
    if let found = Self.declarations[text] { return found }
    guard let first = text.firstIndex(of: "."), let last = text.lastIndex(of: ".") else {
      return nil
    }
    return Self.declarations[String(text[..<first])]
      ?? Self.declarations[String(text[text.index(after: last)...])]
  }

  package var goal: Goal { declaration?.goal ?? .none }
  package var isSkewed: Bool { declaration?.isSkewed ?? false }
  /// Whether a part of a value says something: not of a mean, whose zero is anywhere, nor of what is about 0 or 1.
  package var isRatio: Bool { declaration?.isRatio ?? false }

  /// Whether a short table shows it: of what has several coordinates or modes, the first four.
  package var isHeadline: Bool {
    guard let dot = text.lastIndex(of: ".") else {
      return Self.declarations[text]?.isHeadline ?? false
    }
    let head = String(text[..<dot])
    if head == "interval" { return true }
    guard let index = Int(text[text.index(after: dot)...]) else { return false }
    return index < 4 && Self.declarations[head]?.isHeadline ?? false
  }

  /// What stands beside a metric and is none of its own.
  private static let companions: Set<String> = [
    "truth", "minimum", "floor", "floor_std", "floor_at_ess", "floor_at_ess_std", "truth_se",
    "minimum_se", "expected", "bayes", "mcse", "se",
  ]

  /// The metric beside which this one stands, if there is one of that name; nil for one that is on its own.
  package var owner: String? {
    guard let dot = text.lastIndex(of: "."),
      Self.companions.contains(String(text[text.index(after: dot)...]))
    else { return nil }
    return String(text[..<dot])
  }

  /// Whether it says how something was measured, and nothing of what.
  package var isSetting: Bool {
    text == "count" || text.hasSuffix(".count") || text.hasSuffix(".bandwidth")
  }

  /// The names of what stands beside this metric.
  package var truths: [String] { [text + ".truth", text + ".minimum"] }
  package var floorAtEffectiveSize: String { text + ".floor_at_ess" }
  package var floor: String { text + ".floor" }
}
