/// A key of JAX's default generator, and the bits that it gives: what JAX draws, bit for bit.
///
/// For data and initial parameters that must be those of a program in JAX; everything else draws from
/// ``RandomStream``. The generator is Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw
/// 2011, doi:10.1145/2063384.2063405). A key gives either numbers or further keys:
///
/// ```swift
/// let key = JAXRandom(seed: 45)                   // jax.random.PRNGKey(45)
/// let third = key.split(into: 3, taking: 2)       // jax.random.split(key, 3)[2]
/// let noise = third.normals(count: 10_000)        // jax.random.normal(third, (10_000,))
/// ```
///
/// Compared with JAX 0.10.2, in both modes. Keys, bits and uniform numbers agree exactly, normal ones
/// within 5 · 10⁻⁷ (most of them exactly).
public struct JAXRandom: Sendable, Hashable {
  /// How counters are laid out over a key's numbers: JAX's switch `jax_threefry_partitionable`.
  public enum Mode: String, Sendable, CaseIterable {
    /// False, the default before JAX 0.5: number i depends on how many are drawn.
    case original
    /// True, the default since JAX 0.5: number i depends on the key and i alone.
    case partitionable
  }

  /// One step from a key to one of the keys that it is split into.
  public struct Split: Sendable, Hashable {
    /// Into how many keys the key is split; at least 1.
    public var count: Int
    /// Which of them is meant, from 0.
    public var index: Int

    /// The key `index` of `jax.random.split(key, count)`.
    public init(count: Int, index: Int) {
      self.count = count
      self.index = index
    }
  }

  /// The two words of the key, as `jax.random.key_data` shows them.
  public let words: SIMD2<UInt32>
  /// How counters are laid out.
  public let mode: Mode

  /// A key with given words.
  public init(words: SIMD2<UInt32>, mode: Mode = .original) {
    self.words = words
    self.mode = mode
  }

  /// `jax.random.PRNGKey(seed)`; JAX without 64-bit types sees the low 32 bits alone.
  public init(seed: UInt64, mode: Mode = .original) {
    self.init(
      words: SIMD2(UInt32(truncatingIfNeeded: seed >> 32), UInt32(truncatingIfNeeded: seed)),
      mode: mode)
  }

  /// `jax.random.split(key, count)[index]`.
  ///
  /// - Precondition: `0 ≤ index < count < 2³¹`.
  /// - Complexity: O(1).
  public func split(into count: Int, taking index: Int) -> JAXRandom {
    precondition(
      index >= 0 && index < count && count < 1 << 31, "key \(index) of a split into \(count)")
    switch mode {
    case .original:
      // The words of all keys in a row are the numbers 0 ..< 2 · count.
      return JAXRandom(
        words: SIMD2(
          originalWord(2 * index, of: 2 * count), originalWord(2 * index + 1, of: 2 * count)),
        mode: mode)
    case .partitionable:
      return JAXRandom(words: Self.threefry(words, SIMD2(0, UInt32(index))), mode: mode)
    }
  }

  /// The key at the end of a path of splits.
  public func descending(_ path: [Split]) -> JAXRandom {
    path.reduce(self) { $0.split(into: $1.count, taking: $1.index) }
  }

  /// `jax.random.bits(key, (count,))`: random words.
  ///
  /// - Precondition: `0 ≤ count < 2³²`.
  /// - Complexity: O(count).
  public func bits(count: Int) -> [UInt32] {
    precondition(count >= 0 && count < 1 << 32, "\(count) words of one key")
    var result = [UInt32](repeating: 0, count: count)
    switch mode {
    case .original:
      let half = (count + 1) / 2
      for first in 0..<half {
        let second = half + first
        // An odd count is filled up with a counter 0.
        let pair = Self.threefry(
          words, SIMD2(UInt32(first), second < count ? UInt32(second) : 0))
        result[first] = pair[0]
        if second < count { result[second] = pair[1] }
      }
    case .partitionable:
      for index in 0..<count {
        let pair = Self.threefry(words, SIMD2(0, UInt32(index)))
        result[index] = pair[0] ^ pair[1]
      }
    }
    return result
  }

  /// One of an even number of words in the original mode: words 0 ..< n/2 are the first words of the
  /// pairs (i, n/2 + i), the others their second words.
  private func originalWord(_ index: Int, of count: Int) -> UInt32 {
    let half = count / 2
    let first = index % half
    let pair = Self.threefry(words, SIMD2(UInt32(first), UInt32(half + first)))
    return index < half ? pair[0] : pair[1]
  }

  /// Threefry-2x32 with 20 rounds: the counter, enciphered with the key.
  package static func threefry(_ key: SIMD2<UInt32>, _ counter: SIMD2<UInt32>) -> SIMD2<UInt32> {
    let (k0, k1) = (key[0], key[1])
    let k2 = k0 ^ k1 ^ 0x1BD1_1BDA
    var (x0, x1) = (counter[0] &+ k0, counter[1] &+ k1)
    func mix(_ rotation: UInt32) {
      x0 = x0 &+ x1
      x1 = (x1 << rotation | x1 >> (32 - rotation)) ^ x0
    }
    func even() {
      mix(13)
      mix(15)
      mix(26)
      mix(6)
    }
    func odd() {
      mix(17)
      mix(29)
      mix(16)
      mix(24)
    }
    even()
    (x0, x1) = (x0 &+ k1, x1 &+ k2 &+ 1)
    odd()
    (x0, x1) = (x0 &+ k2, x1 &+ k0 &+ 2)
    even()
    (x0, x1) = (x0 &+ k0, x1 &+ k1 &+ 3)
    odd()
    (x0, x1) = (x0 &+ k1, x1 &+ k2 &+ 4)
    even()
    (x0, x1) = (x0 &+ k2, x1 &+ k0 &+ 5)
    return SIMD2(x0, x1)
  }
}
