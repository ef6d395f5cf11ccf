import Scorewalk

extension NodeExplanation {
  mutating func explain(_ data: any DataDefinition, in graph: ExperimentGraph) {
    if let smoothed = data as? SmoothedDefinition, let law = graph.law(smoothed.from) {
      explainNoise(law, of: smoothed.from.node, at: smoothed.noiseLevel)
    }
    if let law = data.law(in: graph) {
      explain(law)
    } else if let rows = data.rows(in: graph) {
      add("rows", "rows", rows)
      if let dimension = data.dimension(in: graph) { add("dimension", "dimension", dimension) }
      guard let source = graph.sourceLaw(Reference(node: name)) else {
        add("law", "law", "not known: the rows are given, not drawn")
        return
      }
      add("law", "drawn from", source.node)
      let errors = (0..<source.law.dimension).map {
        (source.law.covariance[$0][$0] / Double(rows)).squareRoot()
      }
      add(
        "mean_standard_error", "standard error of the mean", errors,
        remark: "of independent rows; the law is the truth, not the rows")
    }
  }

  /// Moments, modes, information and entropy of a law.
  mutating func explain(_ law: Law) {
    let dimension = law.dimension
    add("dimension", "dimension", dimension)
    add("mean", "mean", law.mean)
    let covariance = law.covariance
    add("variance", "variance", covariance.indices.map { covariance[$0][$0] })
    if 2...3 ~= dimension {
      let isDiagonal = covariance.indices.allSatisfy { row in
        covariance.indices.allSatisfy { $0 == row || abs(covariance[row][$0]) == 0 }
      }
      if !isDiagonal {
        add("covariance", "covariance", covariance.flatMap { $0 }, remark: "row by row")
      }
    }
    if dimension == 1, covariance[0][0] > 0 {
      add("skewness", "skewness", law.moments[0].skewness)
      add("excess_kurtosis", "excess kurtosis", law.moments[0].excessKurtosis)
    }
    switch law {
    case .mixture(let mixture):
      add("components", "components", mixture.components.count)
      explainModes(mixture)
      add("fisher_information", "Fisher information I", mixture.fisherInformation)
      add("entropy", "entropy", mixture.entropy, remark: "nats")
    case .categorical(let atoms):
      add("atoms", "atoms", atoms.values.count)
      var entropy = 0.0
      for weight in atoms.weights where weight > 0 { entropy -= weight * Double.log(weight) }
      add("entropy", "entropy of the weights", entropy, remark: "nats")
      if let level = law.unimodalNoiseLevel, level > 0 {
        add(
          "unimodal_noise_level", "one mode from noise level", level,
          remark: "below it the smoothed law has several")
      }
    }
  }

  private mutating func explainModes(_ mixture: GaussianMixture) {
    var line = mixture
    if mixture.dimension > 1 {
      guard let frame = mixture.lineFrame else {
        add(
          "mode_masses", "masses of the components", ModePartition(law: .mixture(mixture)).truth,
          remark: "where each is the most responsible; over 65,536 draws")
        return
      }
      guard mixture.components.count > 1 else { return }
      line = frame.law
      add("axis_origin", "the means lie on a line: from", frame.origin)
      add("axis_direction", "along", frame.direction)
    }
    let along = mixture.dimension > 1 ? " along it" : ""
    // A mode at the origin is found as 1e-62.
    let scale = line.covariance[0][0].squareRoot()
    func snapped(_ places: [Double]) -> [Double] {
      places.map { abs($0) < 1e-14 * scale ? 0 : $0 }
    }
    add("modes", (line.modes.count == 1 ? "mode" : "modes") + along + " at", snapped(line.modes))
    guard line.modes.count > 1 else { return }
    add("valleys", "valleys" + along + " at", snapped(line.valleys))
    add("mode_masses", "masses of the modes", line.modeMasses)
    add(
      "barriers", "barriers, each from both sides",
      line.barriers.flatMap { [$0.fromLeft, $0.fromRight] }, remark: "nats")
    if let level = Law.mixture(mixture).unimodalNoiseLevel {
      add("unimodal_noise_level", "one mode from noise level", level)
    }
  }

  /// What can be done at a noise level at best.
  mutating func explainNoise(_ law: Law, of node: String, at noiseLevel: Double) {
    let bayes = BayesDenoiser(law: law, noiseLevel: noiseLevel)
    add("noise_level", "noise level σ", noiseLevel, remark: "on \(node)")
    add("smoothed_fisher_information", "Fisher information at σ", bayes.smoothed.fisherInformation)
    add(
      "minimum_mean_squared_error", "least mean squared error of a denoiser",
      bayes.minimumMeanSquaredError, remark: "by the posterior mean")
    if law.dimension == 1 {
      add(
        "minimum_mean_absolute_error", "least mean absolute error", bayes.minimumMeanAbsoluteError,
        remark: "by the posterior median")
    }
  }
}

extension Law {
  /// The noise from which on the smoothed law has one mode, on the line or where the law splits along one; 0 where it
  /// has one without noise, nil where it is not known.
  ///
  /// By bisection, to three digits: nearer to it, two modes are too close to be told apart. Between two noise levels modes only vanish (on the line a Gaussian kernel makes none).
  package var unimodalNoiseLevel: Double? {
    func count(_ level: Double) -> Int? {
      let mixture: GaussianMixture? = level > 0 ? smoothed(noiseLevel: level) : self.mixture
      guard let mixture else { return componentCount }
      return (mixture.dimension == 1 ? mixture : mixture.lineFrame?.law)?.onLine.finelyCountedModes
    }
    // Hundreds of components take too long to be looked at again and again.
    guard componentCount <= 200, let modes = count(0) else { return nil }
    if modes <= 1 { return 0 }
    guard dimension == 1 || smoothed(noiseLevel: 1).lineFrame != nil else { return nil }
    var high = 0.0
    for row in covariance.indices { high += covariance[row][row] }
    high = high.squareRoot()
    while let modes = count(high), modes > 1, high < 1e100 { high *= 2 }
    var low = 0.0
    for _ in 0..<20 {
      let middle = 0.5 * (low + high)
      if let modes = count(middle), modes > 1 { low = middle } else { high = middle }
    }
    return Self.rounded(high)
  }

  /// To three significant digits.
  private static func rounded(_ value: Double) -> Double {
    var unit = 1.0
    while value * unit < 100 { unit *= 10 }
    return (value * unit).rounded() / unit
  }
}

extension LineMixture {
  /// How many modes there are, also where two are about to become one: the score is looked at every 256th of the
  /// smallest deviation. Nil where that would be more than a million places.
  fileprivate var finelyCountedModes: Int? {
    guard let low = means.min(), let high = means.max(), let smallest = deviations.min(), low < high
    else { return 1 }
    let spacing = smallest / 256
    guard (high - low) / spacing < 1e6 else { return nil }
    var modes = 0
    var wasRising = true
    // Off the middle of symmetric laws, where the score is zero.
    var place = low + 0.37 * spacing
    while place < high {
      let isRising = score(place) > 0
      if wasRising, !isRising { modes += 1 }
      wasRising = isRising
      place += spacing
    }
    return wasRising ? modes + 1 : modes
  }
}
