import Scorewalk

/// What a sampling by Langevin chains gives with the exact score: the law of its kept states, burn-in and all.
package struct ChainPrediction: Sendable {
  /// The law that the chains follow.
  package let target: LearnedLaw
  /// The line on which the law and its chains split off; nil in one dimension.
  package let frame: LineFrame?
  /// The target on that line.
  package let line: GaussianMixture
  /// The chains on that line.
  package let evolution: LangevinEvolution
  /// The states that are kept, after burn-in.
  package let states: KeptStates
  /// The law of all of them together, on that line.
  package let pooled: ChainLaw

  /// For what it holds.
  package var condition: String {
    target.isExact ? "the score is exact" : "if the score learned is that of \(target.words)"
  }

  /// The probabilities of the modes of a law among the kept states, as ``ModePartition`` counts them; nil where they do
  /// not follow from the projection on the line.
  package func masses(ofModesOf law: Law) -> [Double]? {
    if law.dimension == 1, frame == nil {
      switch law {
      case .mixture(let mixture): return pooled.masses(cutAt: mixture.valleys)
      case .categorical(let atoms):
        let order = atoms.values.indices.sorted { atoms.values[$0][0] < atoms.values[$1][0] }
        let cuts = zip(order, order.dropFirst()).map {
          0.5 * (atoms.values[$0][0] + atoms.values[$1][0])
        }
        var masses = [Double](repeating: 0, count: order.count)
        for (index, mass) in zip(order, pooled.masses(cutAt: cuts)) { masses[index] = mass }
        return masses
      }
    }
    guard let frame, let mixture = law.mixture, frame.contains(meansOf: mixture) else { return nil }
    if mixture.components.count == 1 { return [1] }
    guard let own = mixture.lineFrame else { return nil }
    // The other law's line is the same, with another origin and perhaps the other way round.
    var sign = 0.0
    for index in own.direction.indices { sign += own.direction[index] * frame.direction[index] }
    let origin = frame.project(own.origin)
    var (components, cuts) = own.partition
    cuts = cuts.map { origin + (sign < 0 ? -$0 : $0) }
    if sign < 0 {
      components.reverse()
      cuts.reverse()
    }
    var masses = [Double](repeating: 0, count: mixture.components.count)
    for (component, mass) in zip(components, pooled.masses(cutAt: cuts)) {
      masses[component] = mass
    }
    return masses
  }
}

/// Unadjusted Langevin chains as a spec has them, or the mean of measurements, which is such a chain.
package struct LangevinChains: Sendable {
  package let sampler: LangevinSampler
  /// The measurements whose mean a state is, and δ of each; nil for plain chains.
  package let measured: MultiMeasurement?
  package let target: Reference
  package let noiseLevel: Double?
  package let initial: InitialDefinition
  package let steps: Int
  package let chains: Int
  package let keep: KeepRule

  /// Nil where a sampling is of another kind.
  package init?(_ sampling: any SamplingDefinition) {
    guard let definition = sampling as? ChainDefinition else { return nil }
    switch definition.sampler {
    case let langevin as LangevinSampler: (sampler, measured) = (langevin, nil)
    case let joint as MultiMeasurement: (sampler, measured) = (joint.ofMean, joint)
    default: return nil
    }
    target = definition.target
    noiseLevel = definition.noiseLevel
    initial = definition.initial
    steps = definition.steps
    chains = definition.chains
    keep = definition.keep
  }
}

extension ExperimentGraph {
  /// The law whose score chains follow.
  package func learnedLaw(of chains: LangevinChains) -> Known<LearnedLaw> {
    guard let measured = chains.measured else {
      return learnedLaw(chains.target, noiseLevel: chains.noiseLevel)
    }
    return learnedLaw(chains.target, at: measured.measurements.meanNoiseLevel)
  }

  /// What a sampling gives with the exact score: of which the mode weights and distances of its samples are estimates.
  ///
  /// - Parameters:
  ///   - reference: a sampling by unadjusted Langevin chains, or of several measurements at once; for every other node
  ///     it is not known.
  ///   - burnIn: how many of the kept states are left out at the beginning.
  ///   - rows: where chains start on a data set, its rows `[rows, dimension]`, if they are there; without them the law is
  ///     the mean over data sets.
  package func prediction(
    of reference: Reference, burnIn: Int = 0, startingFrom rows: [Double]? = nil
  ) -> Known<ChainPrediction> {
    guard case .sampling(let sampling)? = self[reference.node]?.definition,
      let chains = LangevinChains(sampling)
    else { return .unknown("'\(reference.node)' is no sampling by unadjusted Langevin chains") }
    return prediction(of: chains, burnIn: burnIn, startingFrom: rows)
  }

  package func prediction(
    of chains: LangevinChains, burnIn: Int = 0, startingFrom rows: [Double]? = nil
  ) -> Known<ChainPrediction> {
    if rows == nil, let reason = whyStartIsUnknown(chains) { return .unknown(reason) }
    switch learnedLaw(of: chains) {
    case .unknown(let reason): return .unknown(reason)
    case .known(let target):
      return prediction(
        of: chains.initial, target, stepSize: chains.sampler.delta, steps: chains.steps,
        keep: chains.keep, burnIn: burnIn, rows: rows.map { ($0, chains.chains) })
    }
  }

  /// What short-run chains give with the exact score of a law.
  package func prediction(
    of initial: InitialDefinition, _ target: LearnedLaw, stepSize: Double, steps: Int,
    keep: KeepRule, burnIn: Int = 0, rows: (values: [Double], chains: Int)? = nil
  ) -> Known<ChainPrediction> {
    let frame = target.law.dimension > 1 ? target.law.lineFrame : nil
    guard target.law.dimension == 1 || frame != nil else {
      return .unknown("\(target.words) does not reduce to a line")
    }
    let line = frame?.law ?? target.law
    let fixed = rows.map { Self.start($0.values, chains: $0.chains, on: frame) }
    guard let start = fixed ?? start(initial, on: frame) else {
      return .unknown("the law of the initial states on the line is not known")
    }
    do {
      let kept = try keep.states(steps: steps)
      let from = kept.first + burnIn * kept.every
      let states = try KeepRule(from: min(from, kept.last), to: kept.last, every: kept.every)
        .states(steps: steps)
      if let rows, min(rows.chains, rows.values.count) > Self.largestStart, states.contains(0) {
        return .unknown("the chains start from too many rows to look at each")
      }
      let evolution = try LangevinEvolution(
        target: line, stepSize: stepSize, start: start, steps: steps)
      return .known(
        ChainPrediction(
          target: target, frame: frame, line: line, evolution: evolution, states: states,
          pooled: try evolution.law(over: states)))
    } catch let error as DistributionError {
      return .unknown(error.message)
    } catch {
      return .unknown("its states are not known")
    }
  }

  /// The data set whose rows chains start from; nil where they start elsewhere.
  package func startingRows(of reference: Reference) -> Reference? {
    guard case .sampling(let sampling)? = self[reference.node]?.definition else { return nil }
    return LangevinChains(sampling).flatMap { startingRows(of: $0) }
  }

  /// The data set whose rows chains start from; nil where they start elsewhere.
  package func startingRows(of chains: LangevinChains) -> Reference? {
    guard let reference = chains.initial.samples,
      case .data(let data)? = self[reference.node]?.definition, !data.isLaw
    else { return nil }
    return reference
  }

  /// Rows of each component in turn that are not used alike often are not of the law that all of them are of.
  private func whyStartIsUnknown(_ chains: LangevinChains) -> String? {
    guard var reference = startingRows(of: chains) else { return nil }
    while case .data(let data)? = self[reference.node]?.definition,
      let noised = data as? NoisedDefinition
    {
      reference = noised.from
    }
    guard case .data(let data)? = self[reference.node]?.definition,
      case .counts(let counts)? = (data as? DrawsDefinition)?.size,
      !chains.chains.isMultiple(of: max(1, counts.reduce(0, +)))
    else { return nil }
    return
      "the chains start from some rows of '\(reference.node)' more often than from others, which has so many of each component; a run computes it for its rows"
  }

  /// How many rows may be looked at each for itself, where initial states are kept.
  private static let largestStart = 20_000

  /// Chain c starts from row c mod count.
  private static func start(
    _ rows: [Double], chains: Int, on frame: LineFrame?
  ) -> LineStart {
    let dimension = frame?.origin.count ?? 1
    let count = rows.count / dimension
    let used = min(count, chains)
    let values = (0..<used).map { row in
      frame?.project(Array(rows[(row * dimension)..<((row + 1) * dimension)])) ?? rows[row]
    }
    let weights = (0..<used).map { row in
      Double((chains - row + count - 1) / count) / Double(chains)
    }
    return .atoms(values: values, weights: weights)
  }

  /// Where chains start, on the line.
  private func start(_ initial: InitialDefinition, on frame: LineFrame?) -> LineStart? {
    if let samples = initial.samples {
      guard let law = sourceLaw(samples)?.law else { return nil }
      return .law(frame?.project(law) ?? law)
    }
    let dimension = frame?.origin.count ?? 1
    func place(_ point: [Double]) -> Double { frame?.project(point) ?? point[0] }
    let zero = [Double](repeating: 0, count: dimension)
    switch initial.positions {
    case .zeros: return .point(place(zero))
    case .point(let point): return .point(place(point))
    case .normal(let deviation):
      do {
        return .mixture(
          try GaussianMixture(components: [
            .init(mean: [place(zero)], standardDeviation: deviation)
          ]))
      } catch {
        return nil
      }
    case .uniform(let from, let to):
      guard let frame else { return .uniform(from: from[0], to: to[0]) }
      // Along one axis a box is an interval; along any other line it is no law that is known here.
      guard let axis = frame.direction.firstIndex(where: { abs($0) == 1 }) else { return nil }
      let ends = [from, to].map { bounds in
        (bounds[min(axis, bounds.count - 1)] - frame.origin[axis]) * frame.direction[axis]
      }
      return .uniform(from: min(ends[0], ends[1]), to: max(ends[0], ends[1]))
    case .samples: return nil
    }
  }
}
