import YAML

/// The figures of a run that is there, to be drawn from its files.
package struct FigureGallery: Sendable {
  private let run: RunDirectory
  private let record: RunRecord
  private let results: ResultsDirectory?
  private let spec: Spec
  private let planned: [Plan.Figure]

  /// - Throws: ``Failure`` where the run's spec cannot be read.
  package init(of run: RunDirectory) throws(Failure) {
    self.run = run
    self.results = run.results
    record = try run.record()
    spec = try Runner.frozenSpec(of: run)
    planned = try run.plan().figures ?? []
  }

  package var isEmpty: Bool { planned.isEmpty }

  /// What came of drawing.
  package struct Outcome: Sendable {
    /// The files of each figure that was drawn.
    package var files: [(figure: String, paths: [String])] = []
    /// What is not seen in figures that were drawn.
    package var remarks: [String] = []
    /// Why others were not.
    package var notes: [String] = []
  }

  /// Draws figures.
  ///
  /// - Parameters:
  ///   - names: which; all unless said.
  ///   - control: who may ask to stop.
  /// - Throws: ``Failure`` `.usage` where there is no figure of a name, `.stopped` where it was asked to stop.
  package func draw(
    _ names: [String] = [], formats: [FigureFormat.Choice]? = nil, control: RunControl? = nil
  ) throws(Failure) -> Outcome {
    for name in names where !planned.contains(where: { $0.name == name }) {
      let all = planned.map(\.name)
      throw Failure(
        .usage, "the run \(run.displayName) has no figure '\(name)'",
        remedy: nearest(to: name, among: all).map { "did you mean '\($0)'?" }
          ?? (all.isEmpty
            ? "add `figures:` to its spec and run it again: what is computed is stored"
            : "there are: " + all.joined(separator: ", ")))
    }
    var outcome = Outcome()
    for figure in spec.figures {
      guard let plan = planned.first(where: { $0.name == figure.name }),
        names.isEmpty || names.contains(figure.name)
      else { continue }
      // A point that stands alone has no figures of its sweep.
      if figure.isOfSweep, names.isEmpty, record.sweep == nil || results == nil { continue }
      do throws(FigureFiles.Problem) {
        var (files, data) = try source(figure, plan)
        files.gnuplot.control = control
        let drawn = try files.draw(figure, of: data, formats: formats)
        outcome.files.append((figure.name, drawn.files.map { files.directory + "/" + $0 }))
        if let note = drawn.note { outcome.remarks.append("figures.\(figure.name): \(note)") }
      } catch {
        let remedy = error.remedy.map { "\n   help: " + $0 } ?? ""
        if error.isHopeless {
          let isStopped = control?.isStopRequested ?? false
          throw Failure(isStopped ? .stopped : .failed, error.text, remedy: error.remedy)
        }
        outcome.notes.append("error: figures.\(figure.name): " + error.text + remedy)
      }
    }
    return outcome
  }

  /// What a figure is drawn from, and where its files lie.
  private func source(
    _ figure: FigureNode, _ plan: Plan.Figure
  ) throws(FigureFiles.Problem) -> (FigureFiles, FigureData) {
    func problem(_ text: String, _ remedy: String?) -> FigureFiles.Problem {
      FigureFiles.Problem(text: "not drawn: " + text, remedy: remedy, isHopeless: false)
    }
    guard figure.isOfSweep else {
      for name in plan.references where !figure.definition.showsUnfinished {
        guard let node = record[node: name], node.status != .done else { continue }
        throw problem(
          "'\(name)' is not done", "go on with `scorewalk resume \(run.displayName)`")
      }
      return (FigureFiles(run: run), FigureData(run: run, graph: spec.graph))
    }
    guard let sweep = record.sweep else {
      throw problem("it shows a sweep, and the run belongs to none", nil)
    }
    guard let results else {
      throw problem("the points of its sweep are not beside the run", nil)
    }
    do throws(Failure) {
      var records: [RunRecord] = []
      for member in try results.members(of: sweep.id, experiment: record.experiment) {
        records.append(try member.record())
      }
      return (
        FigureFiles(directory: results.sweepDirectory(sweep.id, experiment: record.experiment)),
        FigureData(run: run, graph: spec.graph, points: records)
      )
    } catch {
      throw problem(error.what + ": " + error.reason, error.remedy)
    }
  }
}
