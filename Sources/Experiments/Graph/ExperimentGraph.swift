import Scorewalk
import YAML

/// The nodes of a resolved spec, by name and in the order in which they run.
///
/// Nodes keep the order in which they are written as far as their references allow.
package struct ExperimentGraph: Sendable {
  /// In an order in which every node comes after what it refers to.
  package let nodes: [ExperimentNode]
  private let index: [String: Int]

  /// Orders the nodes.
  ///
  /// - Throws: ``CycleError`` naming the nodes of a cycle. References to unknown nodes are passed over.
  /// - Complexity: O(nodes² + references), with names compared in reading order.
  package init(_ written: [ExperimentNode]) throws(CycleError) {
    var position: [String: Int] = [:]
    for (index, node) in written.enumerated() where position[node.name] == nil {
      position[node.name] = index
    }
    var marks = [Mark](repeating: .unseen, count: written.count)
    var order: [Int] = []
    var path: [Int] = []
    func visit(_ index: Int) throws(CycleError) {
      switch marks[index] {
      case .done: return
      case .open:
        let start = path.firstIndex(of: index) ?? 0
        throw CycleError(nodes: path[start...].map { written[$0] })
      case .unseen: break
      }
      marks[index] = .open
      path.append(index)
      for field in written[index].references {
        if let next = position[field.reference.node] { try visit(next) }
      }
      path.removeLast()
      marks[index] = .done
      order.append(index)
    }
    for index in written.indices { try visit(index) }
    self.init(unordered: order.map { written[$0] })
  }

  /// Takes the nodes as they are; for looking at names and roles where there is a cycle.
  package init(unordered nodes: [ExperimentNode]) {
    self.nodes = nodes
    var byName: [String: Int] = [:]
    for (index, node) in nodes.enumerated() where byName[node.name] == nil {
      byName[node.name] = index
    }
    index = byName
  }

  private enum Mark {
    case unseen
    case open
    case done
  }

  package subscript(name: String) -> ExperimentNode? {
    index[name].map { nodes[$0] }
  }

  // MARK: - What nodes are

  package func roles(of node: ExperimentNode) -> [Role] {
    switch node.definition {
    case .data(let data): data.isLaw ? [.law] : [.dataset]
    case .model: [.model]
    case .training: [.training]
    case .sampling: [.samples]
    case .evaluation: [.evaluation]
    }
  }

  /// The law of a node of data; nil where it is none.
  package func law(_ reference: Reference) -> Law? {
    guard case .data(let data)? = self[reference.node]?.definition else { return nil }
    return data.law(in: self)
  }

  /// The training that a reference means.
  package func training(_ reference: Reference) -> TrainingDefinition? {
    guard case .training(let training)? = self[reference.node]?.definition else { return nil }
    return training
  }

  /// The model that a reference to a model or a training means.
  package func model(_ reference: Reference) -> (name: String, definition: ModelDefinition)? {
    switch self[reference.node]?.definition {
    case .model(let model)?: (reference.node, model)
    case .training(let training)?: model(training.model)
    case .data?, .sampling?, .evaluation?, nil: nil
    }
  }

  /// The network that a reference to a model or a training means, in the dimension of its data.
  package func network(_ reference: Reference) -> Network? {
    guard let model = model(reference), let dimension = dimension(ofModel: model.name) else {
      return nil
    }
    return model.definition.network(dimension: dimension)
  }

  /// How many coordinates a point of a node has.
  package func dimension(_ reference: Reference) -> Int? {
    switch self[reference.node]?.definition {
    case .data(let data)?: data.dimension(in: self)
    case .model?: dimension(ofModel: reference.node)
    case .training(let training)?: dimension(ofModel: training.model.node)
    case .sampling(let sampling)?: sampling.dimension(in: self)
    case .evaluation?, nil: nil
    }
  }

  /// How many coordinates a point of a node of `data` has; nil for every other node. Data look for theirs here, so that
  /// a reference to a node of another section, which is a mistake, cannot lead in a circle by way of a training.
  package func dimension(ofData reference: Reference) -> Int? {
    guard case .data(let data)? = self[reference.node]?.definition else { return nil }
    return data.dimension(in: self)
  }

  /// A model's dimension: as it says, else that of the first data it is trained on.
  package func dimension(ofModel name: String) -> Int? {
    guard case .model(let model)? = self[name]?.definition, model.isSound else { return nil }
    if let dimension = model.dimension { return dimension }
    for node in nodes {
      if case .training(let training) = node.definition, training.model.node == name,
        let dimension = dimension(ofData: training.data)
      {
        return dimension
      }
    }
    return nil
  }
}

/// Nodes that refer to each other in a circle.
package struct CycleError: Error {
  package let nodes: [ExperimentNode]
}
