import YAML

/// One node named by another: its name, and which of its results is meant.
package struct Reference: Sendable, Equatable {
  /// Which state of a training.
  package enum Step: Sendable, Equatable {
    case last
    case all
    case at(Int)
  }
  /// Which of a training's two sets of parameters.
  package enum Parameters: String, Sendable, CaseIterable {
    case raw
    case ema
  }

  package var node: String
  package var step: Step = .last
  package var parameters: Parameters = .raw
  /// σ, for a network that takes the noise level.
  package var noiseLevel: Double?
  /// Where the reference is written, for messages.
  package var range: SourceRange?

  package init(
    node: String, step: Step = .last, parameters: Parameters = .raw, range: SourceRange? = nil
  ) {
    self.node = node
    self.step = step
    self.parameters = parameters
    self.range = range
  }

  package static func == (left: Reference, right: Reference) -> Bool {
    left.node == right.node && left.step == right.step && left.parameters == right.parameters
      && left.noiseLevel == right.noiseLevel
  }

  /// Whether only the node is named.
  package var isPlain: Bool { isOfLastState && noiseLevel == nil }

  /// Whether the state that is meant is the one that a node without steps has too.
  package var isOfLastState: Bool { step == .last && parameters == .raw }

  package var stepText: String {
    switch step {
    case .last: "last"
    case .all: "all"
    case .at(let step): String(step)
    }
  }

  package var displayText: String {
    if isPlain { return node }
    var text = "{node: \(node)"
    if step != .last { text += ", step: \(stepText)" }
    if parameters != .raw { text += ", parameters: \(parameters.rawValue)" }
    if let noiseLevel { text += ", noise_level: \(JSONText.number(noiseLevel) as String)" }
    return text + "}"
  }

  package var json: JSONText {
    if isPlain { return .text(node) }
    var members: [(String, JSONText)] = [("node", .text(node))]
    switch step {
    case .last: break
    case .all: members.append(("step", .text("all")))
    case .at(let step): members.append(("step", .integer(step)))
    }
    if parameters != .raw { members.append(("parameters", .text(parameters.rawValue))) }
    if let noiseLevel { members.append(("noise_level", .number(noiseLevel))) }
    return .map(members)
  }
}

/// What a field expects of the node that it names.
package enum Role: String, Sendable, CaseIterable {
  /// A distribution known in closed form: any node of `data` but drawn ones.
  case law
  /// Numbers in rows: drawn or read data.
  case dataset
  /// Untrained parameters: a node of `models`.
  case model
  /// Trained parameters: a node of `training`.
  case training
  /// Chains or denoised states: a node of `sampling`.
  case samples
  /// A measurement: a node of `evaluation`.
  case evaluation

  package var phrase: String {
    switch self {
    case .law: "a law (a node of data with a density or atoms)"
    case .dataset: "a data set (a node of data)"
    case .model: "a model"
    case .training: "a training"
    case .samples: "a sampling"
    case .evaluation: "an evaluation"
    }
  }
}
