/// The places of a graph's nodes in layers, each node in a later layer than all that it refers to.
///
/// Layers come of longest paths, sources pulled to those that use them. Edges that cross layers pass through a place in
/// each; within a layer, places are ordered by the mean of their neighbours, forwards and backwards in turns, and of all
/// orders the one with the fewest crossings is kept (Sugiyama, Tagawa and Toda 1981,
/// [doi:10.1109/TSMC.1981.4308636](https://doi.org/10.1109/TSMC.1981.4308636)).
///
/// - Complexity: for the graphs of specs, of some tens of nodes, milliseconds.
package struct GraphLayout: Sendable {
  /// A node, or a place that an edge passes through.
  package struct Place: Sendable {
    /// Nil where an edge passes through.
    package let node: Int?
    package let layer: Int
    /// Across the layers, in units of one place; 0 is the first.
    package var position: Double
  }

  /// Nodes first, in the order in which they were given.
  package private(set) var places: [Place]
  /// For each edge the places that it goes through, the ends among them.
  package let routes: [[Int]]
  package let layerCount: Int
  /// The largest position, plus 1.
  package let width: Double

  /// - Parameter references: for each node the nodes that it refers to, all of them before it.
  package init(references: [[Int]]) {
    var layers = [Int](repeating: 0, count: references.count)
    for (node, inputs) in references.enumerated() {
      layers[node] = inputs.map { layers[$0] + 1 }.max() ?? 0
    }
    for node in references.indices.reversed() where references[node].isEmpty {
      let users = references.indices.filter { references[$0].contains(node) }
      if let first = users.map({ layers[$0] }).min() { layers[node] = max(0, first - 1) }
    }
    var places = layers.enumerated().map { Place(node: $0, layer: $1, position: 0) }
    var routes: [[Int]] = []
    for (node, inputs) in references.enumerated() {
      for input in inputs {
        var route = [input]
        for layer in stride(from: layers[input] + 1, to: layers[node], by: 1) {
          route.append(places.count)
          places.append(Place(node: nil, layer: layer, position: 0))
        }
        routes.append(route + [node])
      }
    }
    layerCount = (layers.max() ?? -1) + 1
    let neighbours = Self.neighbours(routes, count: places.count)
    let rows = Self.ordered(places, neighbours, layerCount)
    let positions = Self.positions(rows, neighbours)
    for index in places.indices { places[index].position = positions[index] }
    self.places = places
    self.routes = routes
    width = (positions.max() ?? 0) + 1
  }

  /// For each place those in the layer before and those in the layer after that it has an edge with.
  private static func neighbours(_ routes: [[Int]], count: Int) -> [(before: [Int], after: [Int])] {
    var found = [(before: [Int], after: [Int])](repeating: ([], []), count: count)
    for route in routes {
      for (one, other) in zip(route, route.dropFirst()) {
        found[one].after.append(other)
        found[other].before.append(one)
      }
    }
    return found
  }

  // MARK: - Order

  private static func ordered(
    _ places: [Place], _ neighbours: [(before: [Int], after: [Int])], _ layerCount: Int
  ) -> [[Int]] {
    var rows = (0..<layerCount).map { layer in places.indices.filter { places[$0].layer == layer } }
    var (best, least) = (rows, crossings(rows, neighbours))
    for turn in 0..<12 where least > 0 {
      let isForward = turn.isMultiple(of: 2)
      let order = isForward ? Array(rows.indices) : rows.indices.reversed()
      var index = indices(rows, places.count)
      for layer in order {
        let means = rows[layer].map { place -> Double in
          let others = isForward ? neighbours[place].before : neighbours[place].after
          guard !others.isEmpty else { return Double(index[place]) }
          return others.reduce(0) { $0 + Double(index[$1]) } / Double(others.count)
        }
        let sorted = zip(rows[layer], means).enumerated().sorted {
          ($0.element.1, $0.offset) < ($1.element.1, $1.offset)
        }
        rows[layer] = sorted.map(\.element.0)
        for (position, place) in rows[layer].enumerated() { index[place] = position }
      }
      let count = crossings(rows, neighbours)
      if count < least { (best, least) = (rows, count) }
    }
    return best
  }

  private static func indices(_ rows: [[Int]], _ count: Int) -> [Int] {
    var index = [Int](repeating: 0, count: count)
    for row in rows { for (position, place) in row.enumerated() { index[place] = position } }
    return index
  }

  private static func crossings(
    _ rows: [[Int]], _ neighbours: [(before: [Int], after: [Int])]
  ) -> Int {
    let index = indices(rows, neighbours.count)
    var count = 0
    for row in rows {
      let edges = row.flatMap { place in neighbours[place].after.map { (index[place], index[$0]) } }
      for (number, edge) in edges.enumerated() {
        for other in edges[(number + 1)...]
        where (edge.0 - other.0) * (edge.1 - other.1) < 0 { count += 1 }
      }
    }
    return count
  }

  // MARK: - Positions

  /// Moves every place towards the middle of its neighbours, as far as those beside it let it; a distance of 1 remains
  /// between them.
  private static func positions(
    _ rows: [[Int]], _ neighbours: [(before: [Int], after: [Int])]
  ) -> [Double] {
    var positions = [Double](repeating: 0, count: neighbours.count)
    let widest = Double(rows.map(\.count).max() ?? 0)
    for row in rows {
      for (index, place) in row.enumerated() {
        positions[place] = Double(index) + (widest - Double(row.count)) / 2
      }
    }
    for turn in 0..<24 {
      for row in turn.isMultiple(of: 2) ? rows : rows.reversed() {
        let wanted = row.map { place -> Double in
          let others = neighbours[place].before + neighbours[place].after
          guard !others.isEmpty else { return positions[place] }
          return others.reduce(0) { $0 + positions[$1] } / Double(others.count)
        }
        for (place, position) in zip(row, spread(wanted)) { positions[place] = position }
      }
    }
    let first = positions.min() ?? 0
    return positions.map { $0 - first }
  }

  /// The ascending positions, at least 1 apart, with the least sum of squared distances to those that are wanted: by
  /// pooling neighbours that are too near (isotonic regression).
  private static func spread(_ wanted: [Double]) -> [Double] {
    var pools: [(sum: Double, count: Int)] = []
    for (index, position) in wanted.enumerated() {
      pools.append((position - Double(index), 1))
      while pools.count > 1 {
        let (last, before) = (pools[pools.count - 1], pools[pools.count - 2])
        guard last.sum / Double(last.count) < before.sum / Double(before.count) else { break }
        pools.removeLast(2)
        pools.append((before.sum + last.sum, before.count + last.count))
      }
    }
    let offsets = pools.flatMap { Array(repeating: $0.sum / Double($0.count), count: $0.count) }
    return offsets.enumerated().map { $1 + Double($0) }
  }
}
