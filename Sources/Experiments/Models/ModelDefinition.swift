import Scorewalk
import YAML

/// `mlp`: a multilayer perceptron with its initial parameters.
package struct ModelDefinition: Sendable {
  package let output: NetworkOutput
  package let hidden: [Int]
  package let activation: Activation
  package let initializer: Initializer
  /// How many coordinates a point has; nil: as the data it is trained on.
  package let dimension: Int?
  /// Where the activation is written, for warnings.
  package let activationRange: SourceRange?

  package static let kinds = [
    Kind<ModelDefinition>(
      "mlp", "A multilayer perceptron; the activation follows every hidden layer."
    ) {
      reader in
      let output = reader.choice(
        "output",
        "What the output means: an energy E (score −∇E), the score, or the denoised point (score (x̂ − y)/σ²).",
        of: NetworkOutput.self)
      let hidden = reader.counts("hidden", "The widths of the hidden layers.", atLeast: 1)
      let activation = reader.choice(
        "activation", "What follows each hidden layer.", default: Activation.softplus)
      let initializer = reader.choice(
        "initializer", "How initial parameters are drawn: as Flax's Dense or as PyTorch's Linear.",
        default: Initializer.flax)
      let dimension = reader.optionalCount(
        "dimension", "Coordinates of a point; as the data that it is trained on, unless said.",
        atLeast: 1)
      return ModelDefinition(
        output: output, hidden: hidden, activation: activation, initializer: initializer,
        dimension: dimension, activationRange: reader.range(of: "activation"))
    }
  ]

  /// The network in a given dimension.
  package func network(dimension: Int) -> Network {
    Network(dimension: dimension, hidden: hidden, activation: activation, output: output)
  }

  package func check(_ node: ExperimentNode, in graph: ExperimentGraph, session: ReadingSession) {
    if graph.dimension(ofModel: node.name) == nil {
      session.error(
        "the dimension of model '\(node.name)' is not known: no training names it", at: node.range,
        help: "add `dimension:` to the model")
    }
  }

  package func run(_ node: ExperimentNode, _ context: NodeContext) throws {
    guard let network = context.graph.network(Reference(node: node.name)) else { return }
    let parameters = network.initialParameters(
      initializer, precision: node.precision, stream: context.stream)
    try context.writeSnapshot(step: 0, parameters: parameters, ema: nil)
    context.log(ParameterTable(network: network, parameters: parameters).text)
  }
}
