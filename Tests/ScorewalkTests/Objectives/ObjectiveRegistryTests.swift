import Scorewalk
import Testing

@Suite struct ObjectiveRegistryTests {
  @Test func kindsHaveNamesOfTheirOwnAndValidExamples() throws {
    #expect(Set(Objectives.kinds.map { $0.kind }).count == Objectives.kinds.count)
    for kind in Objectives.kinds {
      #expect(!kind.examples.isEmpty)
      for (objective, outputs) in kind.examples {
        #expect(type(of: objective) == kind)
        for output in outputs {
          let network = Network(dimension: 2, hidden: [2], activation: .tanh, output: output)
          #expect(throws: Never.self) { try objective.validate(for: network) }
        }
      }
    }
  }

  /// What a ReLU network must be warned of: a derivative by its input within the loss.
  @Test func derivativesByTheInputAreSaid() {
    let matching = DenoisingScoreMatching(noiseLevel: 1)
    #expect(matching.differentiatesByInput(output: .energy))
    #expect(!matching.differentiatesByInput(output: .score))
    #expect(!matching.differentiatesByInput(output: .denoiser))
    let divergence = ContrastiveDivergence(negatives: .init(stepSize: 0.1, steps: 1))
    #expect(divergence.differentiatesByInput(output: .energy))
    #expect(ImplicitScoreMatching().differentiatesByInput(output: .score))
    #expect(SlicedScoreMatching().differentiatesByInput(output: .score))
    for output in NetworkOutput.allCases {
      let network = Network(dimension: 1, hidden: [2], activation: .relu, output: output)
      let target = ChainTarget.network(network, parameters: [], noiseLevel: 1)
      #expect(target.differentiatesByInput == (output == .energy))
    }
  }

  /// What a line search asks for: the loss alone, the same to the bit, before and after the gradient.
  @Test func theLossAloneIsTheLoss() throws {
    let data = ImplicitScoreMatchingTests.points(140, dimension: 2)
    for kind in Objectives.kinds {
      for (objective, outputs) in kind.examples {
        for output in outputs {
          let network = Network(dimension: 2, hidden: [3], activation: .tanh, output: output)
          let parameters = try network.testParameters(key: 6)
          let harness = try EvaluatorHarness(
            objective, network: network, data: data, stream: RandomStream(key: 7))
          let before = try harness.loss(parameters, step: 4)
          let (loss, gradient) = try harness.evaluate(parameters, step: 4)
          #expect(before == loss, "\(objective)")
          #expect(try harness.loss(parameters, step: 4) == loss, "\(objective)")
          #expect(try harness.evaluate(parameters, step: 4).gradient == gradient)
          #expect(loss.isFinite && gradient.allSatisfy { $0.isFinite })
        }
      }
    }
  }

  @Test func whatHasNoMeaningIsRefused() {
    let energy = Network(dimension: 2, hidden: [2], activation: .tanh, output: .energy)
    let right = ContrastiveDivergence.Negatives(stepSize: 0.1, steps: 3)
    let changes: [(inout ContrastiveDivergence.Negatives) -> Void] = [
      { $0.chains = 0 }, { $0.stepSize = 0 }, { $0.stepSize = .nan }, { $0.steps = -1 },
      { $0.keep = KeepRule(from: 4) }, { $0.initial = .point([0]) },
      { $0.initial = .samples([0, 0]) },
    ]
    #expect(throws: Never.self) {
      try ContrastiveDivergence(negatives: right).validate(for: energy)
    }
    for change in changes {
      var negatives = right
      change(&negatives)
      #expect(throws: RunError.self, "\(negatives)") {
        try ContrastiveDivergence(negatives: negatives).validate(for: energy)
      }
    }
    for (level, draws) in [(0.0, 1), (-1, 1), (.infinity, 1), (.nan, 1), (1, 0)] {
      #expect(throws: RunError.self) {
        try DenoisingScoreMatching(noiseLevel: level, draws: draws).validate(for: energy)
      }
    }
  }
}
