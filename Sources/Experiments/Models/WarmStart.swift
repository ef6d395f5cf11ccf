import Scorewalk
import YAML

/// `warm_start`: initial parameters that another run has learned, or that a state file holds.
package struct WarmStart: Sendable {
  /// The state's file.
  package let file: InputFile
  /// The parameters as they were written there.
  package let parameters: [NamedTensor]
  /// The run and the node that it was named by, where it was.
  package let origin: Origin?
  /// Where it is written, for messages.
  package let range: SourceRange?

  /// A node of a run whose parameters are taken, and what they were learned for.
  package struct Origin: Sendable {
    package let node: String
    package let run: RunDirectory
  }

  /// A state with what named it.
  private struct Found {
    let content: SpecInputs.Content
    var origin: Origin?
  }

  /// Reads the map's fields; nil where there is a mistake.
  package static func read(_ reader: FieldReader) -> WarmStart? {
    let found = reader.sound { state(from: reader) }
    let parameters = reader.choice(
      "parameters", "Which parameters of the state: as trained, or their moving average.",
      default: Reference.Parameters.raw)
    let content = (found ?? nil)?.content
    reader.digest(of: content)
    guard let content else { return nil }
    do throws(Failure) {
      let state = try StateFile.decoded(content.bytes, path: content.file.path)
      guard let records = parameters == .ema ? state.ema : state.parameters else {
        reader.session.error(
          "'\(reader.fullPath("parameters"))': '\(content.file.path)' has no \(parameters.rawValue) parameters",
          at: reader.range(of: "parameters"),
          help: parameters == .ema
            ? "write raw, or train with `ema: {decay: 0.999}`"
            : "name a state of a model or a training")
        return nil
      }
      return WarmStart(
        file: content.file, parameters: records.tensors, origin: found??.origin,
        range: reader.headRange)
    } catch {
      // What a run keeps was a state once; a path may lead anywhere.
      if found??.origin == nil, !StateFile.looksLikeState(content.bytes) {
        reader.report(
          InputProblem(
            .content, "'\(content.file.path)' is no state of a model or a training",
            help: "name checkpoints/NODE/step-N.json of a run"), "path",
          at: reader.range(of: "path"))
        return nil
      }
      reader.session.report(
        InputProblem(.unreadable, "\(error.what): \(error.reason)", help: error.remedy),
        "'\(reader.path)': ", at: reader.headRange)
      return nil
    }
  }

  // MARK: - Finding the state

  private static func state(from reader: FieldReader) -> Found? {
    let selector = reader.annotation(
      "run", "The run: a path, NAME/7, NAME (its latest), or @latest.")
    let node = reader.annotation("node", "The training or model in that run.")
    let step = reader.warmStartStep()
    let content = reader.inputFile(
      "path", type: "path of a state's .json file",
      "The file of a state, in place of run and node; counts from the directory of the file in which it is written.",
      isRequired: false)
    let written = ["run", "node", "step"].filter(reader.isWritten)
    if reader.isWritten("path") {
      if let other = written.first {
        reader.session.error(
          "'\(reader.path)' has both 'path' and '\(other)'", at: reader.range(of: other),
          help: "write run and node, or path alone")
      }
      return content.map { Found(content: $0) }
    }
    guard !reader.session.isListing else { return nil }
    for name in ["run", "node"] where !reader.isWritten(name) {
      reader.isMissing(name, help: "write run and node, or the path of a state")
    }
    guard let selector, let node else { return nil }
    return state(of: node, in: selector, step: step, reader)
  }

  private static func state(
    of node: String, in selector: String, step: Int?, _ reader: FieldReader
  ) -> Found? {
    let inputs = reader.session.inputs
    var field = "run"
    do throws(InputProblem) {
      let run = try inputs.run(selector)
      field = "node"
      let steps = try steps(of: node, in: run, needsLast: step == nil)
      field = "step"
      guard let chosen = step ?? steps.last, steps.contains(chosen) else {
        let near = step.flatMap { step in steps.min { abs($0 - step) < abs($1 - step) } }
        throw InputProblem(
          .missing, "'\(node)' of \(run.displayName) has no state at step \(step ?? 0)",
          help: near.map { "the nearest is \($0)" })
      }
      let file = RunDirectory.place(of: RunDirectory.stateFile(step: chosen), node: node)
      return Found(
        content: try inputs.content(of: run, file), origin: Origin(node: node, run: run))
    } catch {
      reader.report(error, field, at: reader.range(of: field))
      return nil
    }
  }

  /// The steps whose states a run keeps of a node, ascending.
  ///
  /// - Parameter needsLast: whether the node must be done, so that the last of them is the final one.
  private static func steps(
    of node: String, in run: RunDirectory, needsLast: Bool
  ) throws(InputProblem) -> [Int] {
    let record: RunRecord
    let plan: Plan
    do throws(Failure) {
      record = try run.record()
      plan = try run.plan()
    } catch {
      throw InputProblem(.unreadable, "\(error.what): \(error.reason)", help: error.remedy)
    }
    func steps(of name: String) -> [Int] {
      guard plan[name]?.hasParameters == true else { return [] }
      return FileSystem.names(in: run.path("checkpoints/" + name)).compactMap(
        RunDirectory.step(ofState:)
      )
      .sorted()
    }
    let trained = record.nodes.map(\.name).filter { !steps(of: $0).isEmpty }
    guard let found = record[node: node] else {
      throw InputProblem(
        .missing, "\(run.displayName) has no node '\(node)'",
        help: nearest(to: node, among: trained).map { "did you mean '\($0)'?" }
          ?? "it has states of: " + trained.joined(separator: ", "))
    }
    if needsLast, found.status != .done {
      throw InputProblem(
        .missing, "'\(node)' of \(run.displayName) is not done: it is \(found.status.rawValue)",
        help: "go on with `scorewalk resume \(run.displayName)`, or name a step that is there")
    }
    let all = steps(of: node)
    guard !all.isEmpty else {
      throw InputProblem(
        .missing, "'\(node)' of \(run.displayName) has no parameters",
        help: trained.isEmpty
          ? nil : "name a training or a model: " + trained.joined(separator: ", "))
    }
    return all
  }

  // MARK: - Fitting

  /// Reports parameters that are not those of the model's network.
  func check(_ network: Network, model: String, session: ReadingSession) {
    func shape(_ extents: [Int]) -> String {
      "(" + extents.map(String.init).joined(separator: ", ") + ")"
    }
    func layers(_ shapes: [[Int]]) -> String {
      shapes.isEmpty ? "nothing" : shapes.map(shape).joined(separator: " ")
    }
    let expected = network.mlp.tensors
    let isEqual =
      parameters.count == expected.count
      && zip(parameters, expected).allSatisfy { $0.name == $1.name && $0.shape == $1.shape }
    if isEqual {
      warnOfAnotherMeaning(network, model: model, session: session)
      return
    }
    session.error(
      "'models.\(model).warm_start' does not fit: '\(file.path)' holds \(layers(parameters.map(\.shape))) "
        + "where the model has \(layers(expected.map(\.shape)))", at: range,
      help: "give the model the hidden widths, the output and the dimension of that network")
  }
  /// Warns where parameters fit that were learned for another output or another activation: numbers alone do not tell.
  private func warnOfAnotherMeaning(_ network: Network, model: String, session: ReadingSession) {
    guard let origin, let learned = origin.model else { return }
    for (field, ours) in [
      ("output", network.output.rawValue), ("activation", network.mlp.activation.rawValue),
      ("residual", String(network.mlp.isResidual)),
    ] {
      guard let theirs = learned[field]?.scalar?.text, theirs != ours else { continue }
      session.warning(
        "'models.\(model)' has \(field) \(ours); '\(origin.node)' of \(origin.run.displayName) was learned with "
          + theirs, at: range, help: "the parameters fit, but they mean another function")
    }
  }
}

extension WarmStart.Origin {
  /// The model as the run resolved it; nil where that cannot be read.
  fileprivate var model: Node? {
    let path = run.path("resolved.json")
    guard let bytes = try? FileSystem.read(path), let spec = parse(bytes, name: path).node else {
      return nil
    }
    let training = spec["training"]?[node]?["model"]
    let name = training.flatMap { $0.scalar?.text ?? $0["node"]?.scalar?.text } ?? node
    return spec["models"]?[name]
  }
}

extension FieldReader {
  /// `step`: a number, or `last`, which is nil.
  fileprivate func warmStartStep() -> Int? {
    guard
      let node = field(
        "step", type: "a step, or last", form: .either([.count(CountRange(0)), .choice(["last"])]),
        "Which state: a snapshot, or that at the end.", default: "last", isRequired: false)
    else { return nil }
    if case .scalar(let scalar) = node.content, scalar.text == "last" {
      record("step", .text("last"), isDefault: true, isAnnotation: true)
      return nil
    }
    let step = count(from: node, name: fullPath("step"), in: CountRange(0))
    if let step { record("step", .count(step), isDefault: false, isAnnotation: true) }
    return step
  }
}
