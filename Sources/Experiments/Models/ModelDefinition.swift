import Scorewalk
import YAML

/// `mlp`: a multilayer perceptron with its initial parameters.
package struct ModelDefinition: Sendable {
  package let output: NetworkOutput
  package let hidden: [Int]
  package let activation: Activation
  /// Whether hidden layers after the first add their inputs.
  package let isResidual: Bool
  package let initializer: Initializer
  /// The parameters to start from, in place of random ones.
  package let warmStart: WarmStart?
  /// What draws them in place of the node's stream.
  package let random: RandomDefinition?
  /// How many coordinates a point has; nil: as the data it is trained on.
  package let dimension: Int?
  /// How it takes the noise level, if it does.
  package let conditioning: NoiseConditioning?
  /// Whether everything that decides the network's shape could be read.
  package let isSound: Bool
  /// Where the activation is written, for warnings.
  package let activationRange: SourceRange?

  package static let kinds = [
    Kind<ModelDefinition>(
      "mlp", "A multilayer perceptron; the activation follows every hidden layer."
    ) {
      reader in
      let output = reader.sound {
        reader.choice(
          "output",
          "What the output means: an energy E (score −∇E), the score, the denoised point (score (x̂ − y)/σ²), or the noise (score −n̂/σ).",
          of: NetworkOutput.self)
      }
      let hidden = reader.sound {
        reader.counts(
          "hidden", "The widths of the hidden layers, at most 256 of them.",
          in: CountRange(1, 65_536), atMostItems: 256)
      }
      let activation = reader.choice(
        "activation", "What follows each hidden layer.", default: Activation.softplus)
      let isResidual = reader.sound { readResidual(reader, hidden: hidden) }
      let initializer = reader.choice(
        "initializer",
        "How initial parameters are drawn: as Flax's Dense, PyTorch's Linear or stax's Dense.",
        default: Initializer.flax)
      let warmStart = reader.optionalMap(
        "warm_start", "Initial parameters that another run has learned, in place of random ones."
      ) { WarmStart.read($0) }
      let random = RandomDefinition.read(reader)
      for name in ["initializer", "random"]
      where reader.isWritten("warm_start") && reader.isWritten(name) {
        reader.session.error(
          "'\(reader.path)' has both '\(name)' and 'warm_start'", at: reader.range(of: name),
          help: "keep one: random parameters, or those of another run")
      }
      if random != nil, initializer != .stax, !reader.isWritten("warm_start") {
        reader.session.error(
          "'\(reader.fullPath("random"))' draws the parameters of initializer stax only, not of \(initializer.rawValue)",
          at: reader.range(of: reader.isWritten("initializer") ? "initializer" : "random"),
          help: "write initializer: stax, or remove 'random'")
      }
      // Nothing is drawn: a resolved spec that named a way to draw would contradict itself.
      if reader.isWritten("warm_start") {
        reader.values.entries.removeAll { $0.name == "initializer" }
      }
      let dimension = reader.sound {
        reader.optionalCount(
          "dimension", "Coordinates of a point; as the data that it is trained on, unless said.",
          atLeast: 1, atMost: 1_000_000)
      }
      // The dimension in which the model is used is in its key, written here or not.
      reader.addsNothing("dimension")
      let conditioning = reader.sound {
        ConditioningDefinition.read(reader, output: output ?? .score)
      }
      return ModelDefinition(
        output: output ?? .score, hidden: hidden ?? [], activation: activation,
        isResidual: isResidual ?? false, initializer: initializer, warmStart: warmStart ?? nil,
        random: random,
        dimension: dimension ?? nil, conditioning: conditioning ?? nil,
        isSound: output != nil && hidden != nil && isResidual != nil && dimension != nil
          && conditioning != nil,
        activationRange: reader.range(of: "activation"))
    }
  ]

  /// `residual`: nothing is to be added where there is one hidden layer, or their widths differ.
  private static func readResidual(_ reader: FieldReader, hidden: [Int]?) -> Bool {
    let isResidual = reader.flag(
      "residual",
      "Whether every hidden layer after the first is a residual block, a + f(Wᵀa + b); all are then of one width.",
      default: false)
    guard isResidual, let hidden, !reader.session.isListing else { return isResidual }
    if hidden.count < 2 {
      reader.session.error(
        "'\(reader.fullPath("residual"))' has no meaning for \(hidden.count) hidden layer\(hidden.count == 1 ? "" : "s")",
        at: reader.range(of: "residual"),
        help: "write two or more of one width, or remove 'residual'")
    } else if let other = hidden.first(where: { $0 != hidden[0] }) {
      reader.session.error(
        "'\(reader.fullPath("residual"))' adds layers of the widths \(hidden[0]) and \(other)",
        at: reader.range(of: "hidden"), help: "give all hidden layers one width")
    }
    return isResidual
  }

  /// How many parameters a model may have.
  package static let largestCount = 1_000_000_000

  /// The network in a given dimension.
  package func network(dimension: Int) -> Network {
    Network(
      dimension: dimension, hidden: hidden, activation: activation, isResidual: isResidual,
      output: output, conditioning: conditioning)
  }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    guard isSound else { return }
    if let dimension = graph.dimension(ofModel: node.name) {
      let count = network(dimension: dimension).mlp.parameterCount
      if count > Self.largestCount {
        session.error(
          "model '\(node.name)' has \(count) parameters; \(Self.largestCount) are the most",
          at: node.range)
        return
      }
      warmStart?.check(network(dimension: dimension), model: node.name, session: session)
    } else if !graph.nodes.contains(where: { $0.isTraining(of: node.name, in: graph) }) {
      session.error(
        "the dimension of model '\(node.name)' is not known: no training names it", at: node.range,
        help: "add `dimension:` to the model")
    }
  }

  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    guard let network = context.graph.network(Reference(node: node.name)) else { return }
    let parameters =
      if let warmStart {
        warmStart.parameters.converted(to: node.precision)
      } else if let random {
        network.staxParameters(random.key, precision: node.precision)
      } else {
        network.initialParameters(
          initializer, precision: node.precision, stream: context.stream)
      }
    try context.writeSnapshot(step: 0, parameters: parameters, ema: nil)
    if let file = warmStart?.file { context.log("from a state with SHA-256 \(file.digest)") }
    context.log(ParameterTable(network: network, parameters: parameters).text)
  }
}

extension ExperimentNode {
  /// Whether the node trains a model, or may have meant to: a model's name that leads nowhere is reported where it is
  /// written, and once.
  fileprivate func isTraining(of model: String, in graph: ExperimentGraph) -> Bool {
    guard case .training(let training) = definition else { return false }
    return training.model.node == model || graph[training.model.node] == nil
  }
}
