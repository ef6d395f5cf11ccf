import Scorewalk

extension NodeExplanation {
  mutating func explain(
    _ training: TrainingDefinition, _ node: ExperimentNode, in graph: ExperimentGraph
  ) {
    explainSteps(training, in: graph)
    guard let objective = training.objective else { return }
    add("objective", "objective", objective.kind)
    let source = graph.sourceLaw(training.data)
    if let matching = (objective.definition as? DenoisingScoreMatchingDefinition)?.matching {
      if let ladder = matching.ladder {
        explain(matching, at: ladder, source, graph.network(training.model)?.conditioning)
      } else {
        explain(matching, source, training)
      }
    } else if let contrastive = objective.definition as? ContrastiveDivergenceDefinition {
      explain(contrastive, training, in: graph)
    } else if ["implicit-score-matching", "sliced-score-matching"].contains(objective.kind) {
      explainSecondOrder(source, training, node, in: graph)
    }
    guard source != nil else {
      add("optimum", "optimum", "not known: the law of '\(training.data.node)' is not")
      return
    }
    if case .known(let learned) = graph.learnedLaw(Reference(node: node.name)) {
      add("learns", "learns the score of", learned.words)
    }
    if graph.sourceLaw(training.data)?.node != training.data.node,
      objective.kind.hasSuffix("matching")
    {
      note(
        "finite_data",
        "the optimum is that of the law; on a data set of finitely many rows the loss can fall below it by fitting the rows"
      )
    }
    explainKinks(training, in: graph)
  }

  private mutating func explainSteps(_ training: TrainingDefinition, in graph: ExperimentGraph) {
    guard let steps = training.totalSteps(in: graph) else { return }
    add("steps", "steps", steps)
    var rows: Int?
    if case .data(let data)? = graph[training.data.node]?.definition { rows = data.rows(in: graph) }
    let batch: Int? = if case .rows(let size) = training.batchSize { size } else { rows }
    guard let batch else { return }
    add("batch_size", "rows a batch", batch)
    guard let rows else {
      add(
        "rows_seen", "rows seen", Double(steps) * Double(batch), remark: "each drawn anew")
      return
    }
    let perEpoch =
      training.lastBatch == .keep ? (rows + batch - 1) / batch : max(rows / batch, 1)
    let epochs = Double(steps) / Double(perEpoch)
    add("epochs", "epochs", epochs, remark: "\(perEpoch) steps each")
    let used = training.lastBatch == .keep ? rows : min(rows, perEpoch * batch)
    add(
      "times_each_row", "each row is seen", epochs * Double(used) / Double(rows), remark: "times")
    let rest = rows % batch
    if rest != 0, training.lastBatch == .keep, training.batchSize != .all {
      note("short_batch", "the last batch of an epoch has \(rest) rows in place of \(batch)")
    }
  }

  // MARK: - Denoising score matching

  private mutating func explain(
    _ matching: DenoisingScoreMatching, _ source: (law: Law, node: String)?,
    _ training: TrainingDefinition
  ) {
    guard let (law, name) = source else {
      add("noise_level", "noise level σ", matching.noiseLevel)
      return
    }
    explainNoise(law, of: name, at: matching.noiseLevel)
    let level = matching.noiseLevel
    // What a residual of `denoised`, squared, is multiplied by.
    let scale =
      switch matching.residual {
      case .denoised: 1.0
      case .score: 1 / (level * level * level * level)
      case .noise: 1 / (level * level)
      }
    let pair =
      matching.reduction == .sum ? "; of one pair, the loss is a sum over rows × draws" : ""
    let isShared = matching.sharedOver.contains(.coordinates) && law.dimension > 1
    switch matching.loss {
    case .squared where isShared: explainSharedNoise(matching, law, scale, pair)
    case .squared:
      add(
        "least_loss", "least loss",
        BayesDenoiser(law: law, noiseLevel: level).minimumMeanSquaredError.scaled(by: scale),
        remark: Self.formula(matching.residual) + pair)
    case .norm where law.dimension == 1:
      let least = BayesDenoiser(law: law, noiseLevel: level).minimumMeanAbsoluteError
      add(
        "least_loss", "least loss", least * scale.squareRoot(),
        remark: "by the posterior median" + pair)
      warn(
        "median",
        "the norm is not squared: the optimum is the posterior median, not the mean, and no score of any law"
      )
    case .norm:
      add("least_loss", "least loss", "not known: that of the posterior's geometric median")
      warn(
        "median",
        "the norm is not squared: the optimum is the posterior's geometric median, not its mean, and no score of any law"
      )
    }
    if case .rows(let size) = training.batchSize, matching.reduction == .sum {
      add(
        "learning_rate_factor", "learning rate, as of a mean", size * matching.draws,
        remark: "times the one written: the loss is a sum")
    }
    if matching.sharedOver.contains(.rows) {
      note(
        "shared_rows",
        "the rows of a batch share \(matching.draws == 1 ? "one noise" : "\(matching.draws) noises"): the optimum is the same, the gradient noisier than with noise of their own"
      )
    }
  }

  private static func formula(_ residual: DenoisingScoreMatching.Residual) -> String {
    switch residual {
    case .denoised: "d σ² − σ⁴ I"
    case .score: "d/σ² − I"
    case .noise: "d − σ² I"
    }
  }

  /// Noise n (1, …, 1): y has the law whose covariances are C + σ² 1 1ᵀ, and E[n | y] = −σ 1ᵀ ∇ log q(y).
  private mutating func explainSharedNoise(
    _ matching: DenoisingScoreMatching, _ law: Law, _ scale: Double, _ pair: String
  ) {
    let dimension = Double(law.dimension)
    let variance = matching.noiseLevel * matching.noiseLevel
    warn(
      "shared_coordinates",
      "the coordinates of a point share one noise: the optimum has no force along the directions orthogonal to (1, …, 1), and along it the force of a law \(law.dimension) times as noisy"
    )
    guard let mixture = law.mixture, let noisy = mixture.smoothed(along: variance) else { return }
    // E(1ᵀ ∇ log q)² as -E 1ᵀ ∇² log q 1, which hardly varies where the components are apart.
    let information = noisy.sampledExpectation { x in
      var sum = 0.0
      for row in noisy.scoreJacobian(x) { for value in row { sum -= value } }
      return sum
    }
    // E|n 1 − E[n | y] 1|² = d (1 − σ² E(1ᵀ ∇ log q)²), in units of the noise.
    add(
      "least_loss", "least loss",
      information.scaled(
        by: -dimension * variance * variance * scale, plus: dimension * variance * scale),
      remark: "with this noise" + pair)
  }

  // MARK: - Other objectives

  private mutating func explainSecondOrder(
    _ source: (law: Law, node: String)?, _ training: TrainingDefinition, _ node: ExperimentNode,
    in graph: ExperimentGraph
  ) {
    guard let mixture = source?.law.mixture else { return }
    let information = mixture.fisherInformation
    add("fisher_information", "Fisher information I", information)
    var isSum = false
    if case .map(let objective)? = node.values["objective"],
      case .text("sum")? = objective["reduction"]
    {
      isSum = true
    }
    add(
      "least_loss", "least loss", information.scaled(by: -0.5),
      remark: "−I/2" + (isSum ? "; of one row, the loss is a sum over rows" : ""))
  }

  private mutating func explain(
    _ contrastive: ContrastiveDivergenceDefinition, _ training: TrainingDefinition,
    in graph: ExperimentGraph
  ) {
    add("least_loss", "least loss", "none: it compares two samples, and may fall without end")
    guard let (law, name) = graph.sourceLaw(training.data), let mixture = law.mixture else {
      return
    }
    add(
      "data_entropy", "mean energy of the data", mixture.entropy,
      remark: "of the energy −log p, which is the entropy of \(name)")
    if let persistent = contrastive.persistent {
      note(
        "persistent",
        "the chains go on from a buffer of \(persistent.buffer) states: where the energy changes slowly they come near its own law"
      )
      return
    }
    let target = LearnedLaw(law: mixture, isExact: true, words: name)
    let prediction = graph.prediction(
      of: contrastive.initial, target, stepSize: contrastive.stepSize, steps: contrastive.steps,
      keep: contrastive.keep)
    guard case .known(let chains) = prediction else { return }
    let distances = chains.pooled.distances(to: chains.line)
    add(
      "negatives_total_variation", "negatives of the true energy, TV to the data",
      distances.totalVariation,
      remark: "\(contrastive.steps) steps of δ = \(JSONText.number(contrastive.stepSize))")
    if distances.totalVariation > 0.02 {
      warn(
        "short_run",
        "on the true energy the negatives are not yet data: their law is \(TextTable.short(distances.totalVariation, digits: 2)) away in total variation, and the energy learns to make up for it"
      )
    }
  }

  private mutating func explainKinks(_ training: TrainingDefinition, in graph: ExperimentGraph) {
    guard let model = graph.model(training.model)?.definition, model.activation == .relu,
      let network = graph.network(training.model),
      let objective = training.objective?.definition.objective(dimension: network.dimension),
      objective.differentiatesByInput(output: network.output)
    else { return }
    warn(
      "kinks",
      "the objective differentiates a ReLU network by its input: the places of its kinks get no gradient, and the least loss is out of reach"
    )
  }
}

extension GaussianMixture {
  /// The law of X + n (1, …, 1) with n ~ N(0, variance).
  fileprivate func smoothed(along variance: Double) -> GaussianMixture? {
    do {
      return try GaussianMixture(
        components: components.map { component in
          let rows = component.mean.indices.map { row in
            component.mean.indices.map { component.covariance[row, $0] + variance }
          }
          return Component(weight: component.weight, mean: component.mean, covariance: .full(rows))
        })
    } catch {
      return nil
    }
  }
}
