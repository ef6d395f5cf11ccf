import Experiments
import Testing

@Suite("The layout of graphs")
struct GraphLayoutTests {
  /// Nodes lie behind all that they refer to, apart from those beside them, and routes go from layer to layer.
  private func check(_ layout: GraphLayout, _ references: [[Int]]) {
    for (node, inputs) in references.enumerated() {
      #expect(layout.places[node].node == node)
      for input in inputs { #expect(layout.places[input].layer < layout.places[node].layer) }
    }
    for layer in 0..<layout.layerCount {
      let row = layout.places.filter { $0.layer == layer }.sorted { $0.position < $1.position }
      #expect(!row.isEmpty)
      for (one, other) in zip(row, row.dropFirst()) {
        let sizes = [one, other].map { $0.node == nil ? 0.4 : 1 }
        #expect(other.position - one.position > (sizes[0] + sizes[1]) / 2 - 1e-9)
      }
    }
    for place in layout.places where place.node != nil {
      #expect(place.position > -1e-9 && place.position < layout.width - 1 + 1e-9)
    }
    let ends = layout.routes.map { [$0[0], $0[$0.count - 1]] }
    #expect(ends == references.enumerated().flatMap { node, inputs in inputs.map { [$0, node] } })
    for route in layout.routes {
      for (one, other) in zip(route, route.dropFirst()) {
        #expect(layout.places[other].layer == layout.places[one].layer + 1)
      }
      #expect(route.dropFirst().dropLast().allSatisfy { layout.places[$0].node == nil })
    }
  }

  @Test func nothingAndOne() {
    check(GraphLayout(references: []), [])
    check(GraphLayout(references: [[]]), [[]])
    #expect(GraphLayout(references: []).layerCount == 0)
  }

  @Test func aChainIsALine() {
    let references = [[], [0], [1], [2]]
    let layout = GraphLayout(references: references)
    check(layout, references)
    #expect(layout.layerCount == 4 && (layout.width - 1).magnitude < 1e-9)
    #expect(layout.places.allSatisfy { $0.position.magnitude < 1e-9 })
  }

  /// Two chains, given in turns, do not cross; a long edge passes through a place in each layer.
  @Test func crossingsAreTakenAway() {
    let references = [[], [], [1], [0], [3], [2], [4, 0]]
    let layout = GraphLayout(references: references)
    check(layout, references)
    #expect(layout.places.count == 9)
    func isBelow(_ one: Int, _ other: Int) -> Bool {
      layout.places[one].position < layout.places[other].position
    }
    let order = isBelow(3, 2)
    #expect(isBelow(4, 5) == order && isBelow(0, 1) == order)
  }

  /// A source lies near those that use it, not at the beginning.
  @Test func sourcesAreDrawnToTheirUse() {
    let references = [[], [0], [1], [], [2, 3]]
    let layout = GraphLayout(references: references)
    check(layout, references)
    #expect(layout.places[3].layer == 2)
  }

  @Test func manyNodes() {
    var references: [[Int]] = []
    var state: UInt64 = 1
    for node in 0..<60 {
      var inputs: Set<Int> = []
      for _ in 0..<min(node, 3) {
        state = state &* 6_364_136_223_846_793_005 &+ 1
        inputs.insert(Int(state >> 33) % node)
      }
      references.append(inputs.sorted())
    }
    check(GraphLayout(references: references), references)
  }
}
