/// Numbers of chains that are made when they are looked at, one chain at a time, so that what follows from samples (ranks,
/// squares, whether a condition holds) is never stored beside them.
///
/// A number must come out the same whenever it is asked for.
package struct ChainSeries {
  /// Writes the numbers at some of all places, chain after chain.
  package typealias Writing = (_ places: Range<Int>, _ target: UnsafeMutablePointer<Double>) -> Void

  /// Number of chains, ≥ 1.
  package let chains: Int
  /// Numbers of each chain, ≥ 1.
  package let draws: Int
  /// The place at which a chain begins.
  private let start: (_ chain: Int) -> Int
  private let write: Writing

  private init(
    chains: Int, draws: Int, start: @escaping (Int) -> Int, writing write: @escaping Writing
  ) {
    self.chains = chains
    self.draws = draws
    self.start = start
    self.write = write
  }

  /// Numbers by their place: draw t of chain c is at c · draws + t.
  package init(chains: Int, draws: Int, writing write: @escaping Writing) {
    self.init(chains: chains, draws: draws, start: { $0 * draws }, writing: write)
  }

  /// Numbers that are there, `[chains, draws]`.
  package init(_ values: [Double], chains: Int, draws: Int) {
    precondition(
      values.count == chains * draws, "\(values.count) numbers for \(chains) chains of \(draws)")
    self.init(chains: chains, draws: draws) { places, target in
      values.withUnsafeBufferPointer { values in
        for (index, place) in places.enumerated() { target[index] = values[place] }
      }
    }
  }

  /// 1 where a condition holds for the draw at a place, 0 elsewhere.
  package init(chains: Int, draws: Int, isTrue: @escaping (_ place: Int) -> Bool) {
    self.init(chains: chains, draws: draws) { places, target in
      for (index, place) in places.enumerated() { target[index] = isTrue(place) ? 1 : 0 }
    }
  }

  /// First and last half of every chain, as chains of their own; of an odd number the middle draw is left out.
  package var halves: ChainSeries {
    let half = draws / 2
    return ChainSeries(
      chains: 2 * chains, draws: half,
      start: { [start, draws] in start($0 / 2) + ($0.isMultiple(of: 2) ? 0 : draws - half) },
      writing: write)
  }

  /// All numbers, `[chains, draws]`.
  package var values: [Double] {
    var all: [Double] = []
    all.reserveCapacity(chains * draws)
    forEachChain { all += $0 }
    return all
  }

  /// What each number is made into.
  func map(_ transform: @escaping (Double) -> Double) -> ChainSeries {
    ChainSeries(
      chains: chains, draws: draws, start: start,
      writing: { [write] places, target in
        write(places, target)
        for index in 0..<places.count { target[index] = transform(target[index]) }
      })
  }

  /// Writes the numbers of a chain.
  func read(_ chain: Int, into target: UnsafeMutablePointer<Double>) {
    let first = start(chain)
    write(first..<(first + draws), target)
  }

  /// Gives the numbers of each chain in turn.
  func forEachChain(_ body: (UnsafeBufferPointer<Double>) -> Void) {
    let chain = UnsafeMutableBufferPointer<Double>.allocate(capacity: draws)
    chain.initialize(repeating: 0)
    defer { chain.deallocate() }
    guard let base = chain.baseAddress else { return }
    for index in 0..<chains {
      read(index, into: base)
      body(UnsafeBufferPointer(chain))
    }
  }

  /// Whether all numbers are finite, and whether two of them differ.
  var traits: (areFinite: Bool, differ: Bool) {
    var (areFinite, differ) = (true, false)
    var first: Double?
    forEachChain { chain in
      let reference = first ?? chain[0]
      first = reference
      for value in chain {
        if !value.isFinite { areFinite = false }
        if value != reference { differ = true }
      }
    }
    return (areFinite, differ)
  }
}
