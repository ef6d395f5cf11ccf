import Testing

@testable import Experiments

@Suite("Heads of figures")
struct FigureHeadTests {
  private func plot(_ title: String, labels: [String] = [], ink: Plot.Ink = .series(0)) -> Plot {
    Plot(
      title: title, x: Plot.Axis("x"), y: Plot.Axis("y"),
      layers: labels.map { Plot.Layer($0, ink, .lines([])) })
  }

  @Test func longTitlesAreWrappedAndShortened() {
    let words = (1...40).map { "word\($0)" }
    let head = FigureHead(plot(words.joined(separator: " ")), .usual)
    #expect(head.title.count == 2)
    #expect(head.title[0].text.hasPrefix("word1 ") && head.title[1].text.hasSuffix("…"))
    #expect(head.title.map(\.y) == [17, 39])
    let one = FigureHead(plot(String(repeating: "x", count: 300)), .usual)
    #expect(one.title.count == 1 && one.title[0].text.count < 80)
    #expect(FigureHead(plot("short"), .usual).title.map(\.text) == ["short"])
    #expect(FigureHead(plot(""), .usual).title.isEmpty)
  }

  @Test func aLongKeyIsLeftOut() {
    let labels = (0..<9).map { "series \($0)" }
    #expect(FigureHead(plot("T", labels: Array(labels.dropLast())), .usual).entries.count == 8)
    var many = plot("T", labels: labels)
    #expect(FigureHead(many, .usual).entries.isEmpty)
    many.layers.append(Plot.Layer("law", .truth, .lines([])))
    #expect(FigureHead(many, .usual).entries.map(\.label) == ["law"])
  }

  @Test func aKeyLeavesRoomForThePlot() {
    let labels = (0..<8).map { "a rather long name of a series \($0)" }
    let small = FigureSize(width: 240, height: 160)
    let head = FigureHead(plot("T", labels: labels), small)
    #expect(head.entries.isEmpty && head.height < 40)
    // No label is wider than the picture.
    let wide = plot("T", labels: [String(repeating: "W", count: 200)])
    #expect(FigureHead(wide, .usual).entries[0].label.count < 60)
  }

  @Test func whatIsNotShownStandsBelowTheKey() {
    var plot = plot("T", labels: ["a"])
    #expect(FigureHead(plot, .usual).note == nil)
    plot.tally = Plot.Tally(shown: 38, total: 50)
    let head = FigureHead(plot, .usual)
    #expect(head.note?.text == "12 of 50 values not shown" && head.note?.y == 63)
    #expect(head.height == 82)
  }
}
