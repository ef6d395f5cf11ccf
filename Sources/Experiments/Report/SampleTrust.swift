/// How far the metrics of samples can be believed: what their draws are worth, and whether their chains agree.
///
/// The effective size is the least that follows from any metric: `ess` itself; of a mean m, variance / mcse²; of a weight w,
/// w (1 − w) / mcse²; and of a floor at n and one at the effective size their ratio, since floors fall as 1/√n (that of
/// MMD², a square, as 1/n). Floors are means over 20 sets of true samples, so that what follows from them is right to about
/// a fifth.
struct SampleTrust {
  /// The least effective size; nil where it is not known.
  private(set) var size: Double?
  /// Whether it was written as such, and not derived from something else.
  private(set) var isWritten = false
  /// The worst R̂, to three decimals, as it is shown; nil where there is none.
  private(set) var rHat: Double?

  /// Fewer draws than this are few for anything (Vehtari et al. 2021, doi:10.1214/20-BA1221, want 100 a chain).
  static let fewDraws = 100.0

  /// - Parameter isJump: whether the samples are denoised points. Their distances to a law do not fall to zero, so that
  ///   nothing follows from their floors.
  init(_ metrics: [FinalMetric], isJump: Bool) {
    var values: [String: FinalMetric] = [:]
    for metric in metrics where values[metric.name] == nil { values[metric.name] = metric }
    let count = values["count"]?.value
    let written = metrics.filter { $0.isOne(of: "ess") }.map(\.value).filter(\.isFinite).min()
    var derived = metrics.compactMap { Self.size(behind: $0, values) }
    if let count {
      // The weights of modes come nearer to the truth whatever the points are.
      let limit = isJump ? min(count, Self.largestFloor) : count
      derived += metrics.compactMap { metric in
        isJump && metric.name != "mode_weights_tv"
          ? nil : Self.sizeOfFloor(metric, count: values[metric.name + ".count"]?.value ?? limit)
      }
      if count < Self.fewDraws { derived.append(count) }
    }
    let least = derived.min()
    size = [written, least].compactMap(\.self).min()
    isWritten = written.map { one in least.map { one <= $0 * 1.001 } ?? true } ?? false
    let worst = metrics.filter { $0.isOne(of: "rhat") }.map(\.value).filter(\.isFinite).max()
    rHat = worst.map { ($0 * 1000).rounded() / 1000 }
  }

  /// Beyond so many denoised points a floor is measured on these.
  private static let largestFloor = 65_536.0

  /// What is not known of these is taken from another evaluation of the same samples.
  mutating func complete(from others: [SampleTrust]) {
    if size == nil {
      size = others.compactMap(\.size).min()
      isWritten = false
    }
    if rHat == nil { rHat = others.compactMap(\.rHat).max() }
  }

  var isOfFewDraws: Bool { size.map { $0.rounded() < Self.fewDraws } ?? false }
  var chainsDisagree: Bool { rHat.map { $0 > 1.1 } ?? false }

  /// Whether what rests on the effective size may be called good.
  var isSound: Bool { size != nil && !isOfFewDraws && !chainsDisagree }

  /// The effective size where standard errors and chances may be counted by it.
  var countableSize: Double? { isOfFewDraws || chainsDisagree ? nil : size }

  // MARK: - Derived sizes

  private static func size(behind metric: FinalMetric, _ values: [String: FinalMetric]) -> Double? {
    guard let error = metric.standardError, error > 0, error.isFinite else { return nil }
    var variance: Double?
    if metric.isOne(of: "mean") {
      variance = values["variance" + metric.name.dropFirst("mean".count)]?.value
    } else if metric.isOne(of: "mode_weight") {
      variance = metric.value * (1 - metric.value)
    }
    guard let variance, variance > 0, variance.isFinite else { return nil }
    return variance / (error * error)
  }

  private static func sizeOfFloor(_ metric: FinalMetric, count: Double) -> Double? {
    guard let floor = metric.floor, let own = metric.floorAtEffectiveSize, floor > 0, own > 0,
      floor.isFinite, own.isFinite
    else { return nil }
    let ratio = min(1, floor / own)
    return count * (metric.name == "mmd_squared" ? ratio : ratio * ratio)
  }
}

extension FinalMetric {
  /// Whether it is the metric of that name, or the one of a coordinate or a mode: `ess`, `ess.1`.
  func isOne(of name: String) -> Bool {
    self.name == name
      || self.name.hasPrefix(name + ".") && Int(self.name.dropFirst(name.count + 1)) != nil
  }
}
