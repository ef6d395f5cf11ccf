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
    /// The middle across the layers, in units of a box; that of the first box is 0.
    package var position: Double

    /// How much room it takes there: an edge needs less than a box.
    var size: Double { node == nil ? 0.4 : 1 }
  }

  /// Nodes first, in the order in which they were given.
  package private(set) var places: [Place]
  /// For each edge the places that it goes through, the ends among them.
  package let routes: [[Int]]
  package let layerCount: Int
  /// The room that all layers take.
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
    let positions = Self.positions(rows, neighbours, sizes: places.map(\.size))
    for index in places.indices { places[index].position = positions[index] }
    self.places = places
    self.routes = routes
    width = 0.5 + (places.map { $0.position + $0.size / 2 }.max() ?? -0.5)
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

  /// Moves every place towards the middle of its neighbours, as far as those beside it let it.
  private static func positions(
    _ rows: [[Int]], _ neighbours: [(before: [Int], after: [Int])], sizes: [Double]
  ) -> [Double] {
    var positions = [Double](repeating: 0, count: neighbours.count)
    // Where the middles lie when the places of a row touch.
    let offsets = rows.map { row -> [Double] in
      var edge = 0.0
      return row.map { place in
        edge += sizes[place]
        return edge - sizes[place] / 2
      }
    }
    for (row, offsets) in zip(rows, offsets) {
      for (place, offset) in zip(row, offsets) { positions[place] = offset }
    }
    for turn in 0..<24 {
      let order = turn.isMultiple(of: 2) ? Array(rows.indices) : rows.indices.reversed()
      for index in order {
        let wanted = rows[index].map { place -> Double in
          let others = neighbours[place].before + neighbours[place].after
          guard !others.isEmpty else { return positions[place] }
          return others.reduce(0) { $0 + positions[$1] } / Double(others.count)
        }
        for (place, position) in zip(rows[index], spread(wanted, offsets[index])) {
          positions[place] = position
        }
      }
    }
    let first = zip(positions, sizes).map { $0 - $1 / 2 }.min() ?? 0
    return positions.map { $0 - first - 0.5 }
  }

  /// The positions, at least as far apart as those that touch, with the least sum of squared distances to those that are
  /// wanted: by pooling neighbours that are too near (isotonic regression).
  private static func spread(_ wanted: [Double], _ touching: [Double]) -> [Double] {
    var pools: [(sum: Double, count: Int)] = []
    for (position, offset) in zip(wanted, touching) {
      pools.append((position - offset, 1))
      while pools.count > 1 {
        let (last, before) = (pools[pools.count - 1], pools[pools.count - 2])
        guard last.sum / Double(last.count) < before.sum / Double(before.count) else { break }
        pools.removeLast(2)
        pools.append((before.sum + last.sum, before.count + last.count))
      }
    }
    let shifts = pools.flatMap { Array(repeating: $0.sum / Double($0.count), count: $0.count) }
    return zip(shifts, touching).map { $0 + $1 }
  }
}
