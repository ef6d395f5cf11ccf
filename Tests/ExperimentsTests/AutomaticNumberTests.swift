import Experiments
import Scorewalk
import Testing

/// What `auto` asks of data, and what it says of it.
@Suite struct AutomaticNumberTests {
  private static func spec(_ sweep: String) -> String {
    """
    name: x
    data:
      law: {kind: gaussian-mixture, components: [{mean: [0], std: 1}, {mean: [4], std: 1}]}
      rows: {kind: draws, from: law, count: 40}
    noise_levels: {down: {kind: geometric, from: auto, to: auto, count: auto, data: rows}}
    models: {net: {kind: mlp, output: denoiser, hidden: [4], noise_levels: down, preconditioning: edm, data_std: auto, data: rows}}
    training:
      fit:
        model: net
        data: rows
        objective: {kind: denoising-score-matching, noise_levels: down, residual: denoised}
        optimizer: {kind: adam, learning_rate: 1e-3}
        batch_size: 4
        steps: 3
    sweep: {axes: {value: \(sweep)}}

    """
  }

  /// All fields of all points ask the same data once; other data are other numbers.
  @Test(arguments: [
    ("{set: training.fit.optimizer.learning_rate, values: [1e-3, 1e-2, 1e-1]}", 1),
    ("{set: data.rows.count, values: [40, 50, 60]}", 3),
    ("{set: models.net.data, values: [rows, law]}", 2),
  ])
  func scalesAreFoundOnce(sweep: String, count: Int) throws {
    let inputs = SpecInputs()
    let reading = Reading(
      SpecLoader.load(text: Self.spec(sweep), name: "spec.yaml", overrides: []), inputs: inputs)
    let points = try #require(
      reading.points?.points, Comment(rawValue: reading.diagnostics.rendered()))
    #expect(inputs.scaledDataCount == count)
    let levels = points.map { $0.spec.automatic.map(\.value) }
    #expect(levels.allSatisfy { $0.count == 4 })
    #expect(Set(levels).count == count)
    // A point alone has the same numbers.
    let first = try Reading(Self.spec(sweep)).required()
    #expect(first.automatic == points[0].spec.automatic)
  }

  @Test func whatIsNotKnownIsKeptToo() throws {
    let inputs = SpecInputs()
    var asked = 0
    for key in ["a", "a", "b", "a"] {
      let scales = inputs.scales(ofData: key) {
        asked += 1
        return key == "a" ? nil : DataScales(rows: [0, 1], dimension: 1)
      }
      #expect((scales == nil) == (key == "a"))
    }
    #expect(asked == 2)
  }

  /// Where rows are left out, how many of how many were looked at; where none is, nothing.
  @Test func thinnedRowsAreSaid() {
    let rows = (0..<300).map { Double($0) }
    let some = DataScales(rows: rows, dimension: 2, comparing: 60)
    #expect(some.source == .rows(compared: 60, of: 150))
    #expect(
      some.reasonOfLargest("'x'")
        == "the largest distance of two rows of 'x', of which 60 of 150 were looked at, NCSNv2's technique 1"
    )
    #expect(
      some.reasonOfSmallest("'x'")
        == "the median distance of a row of 'x' to the nearest other, of which 60 of 150 were looked at"
    )
    let all = DataScales(rows: rows, dimension: 2, comparing: 150)
    #expect(
      all.reasonOfLargest("'x'")
        == "the largest distance of two rows of 'x', NCSNv2's technique 1")
    #expect(
      all.reasonOfSmallest("'x'") == "the median distance of a row of 'x' to the nearest other")
  }
}
