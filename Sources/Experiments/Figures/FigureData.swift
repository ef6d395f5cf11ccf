import Scorewalk

/// What a figure is drawn from: the files of a run, and what its spec says in closed form.
package struct FigureData: Sendable {
  package let run: RunDirectory
  package let graph: ExperimentGraph
  /// The points of the run's sweep, for figures of sweeps; empty otherwise.
  package let points: [RunRecord]

  package init(run: RunDirectory, graph: ExperimentGraph, points: [RunRecord] = []) {
    self.run = run
    self.graph = graph
    self.points = points
  }

  /// The samples of a sampling or the rows of data, to be read by pieces.
  func samples(_ reference: Reference) throws(Failure) -> SampleFile {
    try SampleFile(run.path(of: "samples.npy", node: reference.node))
  }

  /// An array that an evaluation wrote.
  func array(_ name: String, of reference: Reference) throws(Failure) -> ArrayFile {
    try ArrayFile(run.path(of: "arrays/\(name).npy", node: reference.node))
  }

  /// The states of networks.
  var states: RunInputs { RunInputs(run: run, graph: graph) }

}

extension ExperimentGraph {
  /// The evaluation that a reference names, if it is one of this kind.
  func evaluation<Definition: EvaluationDefinition>(
    _ reference: Reference, as _: Definition.Type = Definition.self
  ) -> Definition? {
    guard case .evaluation(let evaluation)? = self[reference.node]?.definition else { return nil }
    return evaluation as? Definition
  }

  /// Which state of its chain a kept draw is: the step after which it was reached; the draw's own number where the node
  /// has no chains.
  func state(ofDraw draw: Int, _ reference: Reference) -> Int {
    guard case .sampling(let sampling)? = self[reference.node]?.definition else { return draw }
    if let jump = sampling as? DenoiseDefinition { return state(ofDraw: draw, jump.from) }
    guard let chains = sampling as? ChainDefinition,
      let kept = try? chains.keep.states(steps: chains.steps)
    else { return draw }
    return kept.first + draw * kept.every
  }
}
