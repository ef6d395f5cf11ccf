/// How figures are drawn while runs go on. A figure that cannot be drawn is told, once, and fails nothing.
extension Execution {
  /// Has the figures of runs drawn whose last input has come, or has failed, with an item.
  func askForFigures(after index: Int) {
    guard options.drawsFigures else { return }
    for use in graph.items[index].uses {
      let state = states[use.run]
      for planned in state.plan.figures ?? [] where planned.isOfSweep != true {
        guard planned.references.contains(use.node.name),
          let figure = state.spec.figures.first(where: { $0.name == planned.name }),
          isDue(planned, showsUnfinished: figure.definition.showsUnfinished, of: state)
        else { continue }
        let data = FigureData(run: state.run, graph: state.spec.graph)
        figures.add { [self] in draw(figure, of: data, to: FigureFiles(run: state.run)) }
      }
    }
  }

  /// Whether a figure's inputs are there, and it is for this caller to draw.
  private func isDue(
    _ figure: Plan.Figure, showsUnfinished: Bool, of state: RunState
  ) -> Bool {
    guard !control.isStopRequested else { return false }
    return locked {
      guard !cannotDraw, !state.figures.contains(figure.name) else { return false }
      // A law that is not in the plan needs no work.
      let isReady = figure.references.allSatisfy { name in
        let status = state[name]?.status
        return status == nil || status == .done || (showsUnfinished && status == .failed)
      }
      if isReady { state.figures.insert(figure.name) }
      return isReady
    }
  }

  /// Draws the figures of a sweep when nothing is left to do for any of its points.
  func drawSweepFigures() {
    let first = states[0]
    guard options.drawsFigures, !control.isStopRequested, !cannotDraw,
      let sweep = first.record.sweep,
      first.spec.figures.contains(where: \.isOfSweep)
    else { return }
    do throws(Failure) {
      var records: [RunRecord] = []
      for member in try results.members(of: sweep.id, experiment: first.record.experiment) {
        records.append(try member.record())
      }
      let isOver = records.allSatisfy { [.done, .failed, .skipped].contains($0.status) }
      guard isOver, records.contains(where: { $0.status == .done }) else { return }
      let data = FigureData(run: first.run, graph: first.spec.graph, points: records)
      let files = FigureFiles(
        directory: results.sweepDirectory(sweep.id, experiment: first.record.experiment))
      for figure in first.spec.figures where figure.isOfSweep && !cannotDraw {
        draw(figure, of: data, to: files)
      }
    } catch {
      monitor.note("the figures of the sweep are not drawn: \(error.what): \(error.reason)")
    }
  }

  private func draw(_ figure: FigureNode, of data: FigureData, to files: FigureFiles) {
    if locked({ cannotDraw }) { return }
    if control.isStopRequested { return tellOfStop() }
    var files = files
    files.gnuplot.control = control
    do throws(FigureFiles.Problem) {
      let drawn = try files.draw(figure, of: data)
      guard let note = drawn.note else { return }
      // The points of a sweep say the same of their figures, once.
      let text = "figures.\(figure.name): \(note)"
      if locked({ figureProblems.insert(text).inserted }) { monitor.note(text) }
    } catch {
      if control.isStopRequested { return tellOfStop() }
      let text = error.text + (error.remedy.map { ": \($0)" } ?? "")
      let isNew = locked {
        if error.isHopeless, cannotDraw { return false }
        if error.isHopeless { cannotDraw = true }
        return figureProblems.insert(text).inserted
      }
      if isNew { monitor.note(error.isHopeless ? text : "figures.\(figure.name): \(text)") }
    }
  }

  private func tellOfStop() {
    let text = "stopped before all figures were drawn: `scorewalk figures` draws them"
    if locked({ figureProblems.insert(text).inserted }) { monitor.note(text) }
  }
}

extension ResultsDirectory {
  /// What belongs to a sweep as a whole, beside its points.
  package func sweepDirectory(_ sweep: String, experiment: String) -> String {
    path + "/" + experiment + "/sweep-" + sweep
  }
}
