/// The discrete Fourier transform of a power of two, in place, by radix-2 butterflies.
///
/// X_f = Σ_t x_t exp(-2πi f t / n). Twiddle factors are tabled from ``Real``'s sine and cosine, so
/// the bits are the same on every machine.
///
/// Source: Cooley and Tukey (1965), doi:10.1090/S0025-5718-1965-0178586-1.
package struct FourierTransform {
  let count: Int
  private let cosines: [Double]
  private let sines: [Double]

  init(count: Int) {
    precondition(count > 0 && count & (count - 1) == 0, "\(count) is not a power of two")
    self.count = count
    let half = count / 2
    cosines = (0..<half).map { Double.cos(2 * .pi * Double($0) / Double(count)) }
    sines = (0..<half).map { -Double.sin(2 * .pi * Double($0) / Double(count)) }
  }

  /// Transforms `count` complex numbers given as real and imaginary parts; the lanes of vectors are transforms of
  /// their own.
  @inline(__always)
  func transform<Vector: SIMD>(
    _ real: UnsafeMutablePointer<Vector>, _ imaginary: UnsafeMutablePointer<Vector>
  ) where Vector.Scalar == Double {
    var mirror = 0
    for index in 1..<max(count, 1) {
      var bit = count >> 1
      while mirror & bit != 0 {
        mirror ^= bit
        bit >>= 1
      }
      mirror |= bit
      if index < mirror {
        (real[index], real[mirror]) = (real[mirror], real[index])
        (imaginary[index], imaginary[mirror]) = (imaginary[mirror], imaginary[index])
      }
    }
    cosines.withUnsafeBufferPointer { cosines in
      sines.withUnsafeBufferPointer { sines in
        var half = 1
        while half < count {
          let step = count / (2 * half)
          var start = 0
          while start < count {
            for offset in 0..<half {
              let cosine = cosines[offset * step]
              let sine = sines[offset * step]
              let upper = start + offset
              let lower = upper + half
              let (a, b) = (real[lower], imaginary[lower])
              let x = a * cosine - b * sine
              let y = a * sine + b * cosine
              real[lower] = real[upper] - x
              imaginary[lower] = imaginary[upper] - y
              real[upper] += x
              imaginary[upper] += y
            }
            start += 2 * half
          }
          half *= 2
        }
      }
    }
  }

  /// The autocovariance of each series at lags 0..<draws, with divisor `draws`, averaged over the
  /// series: (1/chains) Σ_c (1/draws) Σ_t (x_ct - x̄_c)(x_c,t+lag - x̄_c).
  ///
  /// Two series share a transform as real and imaginary part, some pairs go side by side; their power spectra are
  /// added up, and one inverse transform gives the mean of all.
  ///
  /// - Complexity: O(chains · draws · log draws).
  package static func meanAutocovariance(_ series: ChainSeries) -> [Double] {
    // Lanes that stand empty cost memory.
    series.chains > 4
      ? meanAutocovariance(SIMD8.self, series) : meanAutocovariance(SIMD2.self, series)
  }

  @inline(__always)
  private static func meanAutocovariance<Vector: SIMD>(
    _: Vector.Type, _ series: ChainSeries
  ) -> [Double] where Vector.Scalar == Double {
    let (chains, draws) = (series.chains, series.draws)
    let lanes = Vector.scalarCount
    var size = 1
    while size < 2 * draws { size *= 2 }
    let transform = FourierTransform(count: size)
    let real = UnsafeMutablePointer<Vector>.allocate(capacity: size)
    let imaginary = UnsafeMutablePointer<Vector>.allocate(capacity: size)
    let chainValues = UnsafeMutableBufferPointer<Double>.allocate(capacity: draws)
    chainValues.initialize(repeating: 0)
    defer {
      real.deallocate()
      imaginary.deallocate()
      chainValues.deallocate()
    }
    var power = [Double](repeating: 0, count: size)
    for first in stride(from: 0, to: chains, by: 2 * lanes) {
      real.initialize(repeating: .zero, count: size)
      imaginary.initialize(repeating: .zero, count: size)
      for chain in first..<min(first + 2 * lanes, chains) {
        let target = UnsafeMutableRawPointer(chain.isMultiple(of: 2) ? real : imaginary)
        if let base = chainValues.baseAddress { series.read(chain, into: base) }
        load(
          UnsafeBufferPointer(chainValues),
          into: target.assumingMemoryBound(to: Double.self) + (chain - first) / 2, every: lanes)
      }
      transform.transform(real, imaginary)
      for index in 0..<size {
        let squares = real[index] * real[index] + imaginary[index] * imaginary[index]
        // One after the other, as the pairs stand.
        for lane in 0..<lanes { power[index] += squares[lane] }
      }
    }
    for index in 0..<size {
      real[index] = Vector(repeating: power[index])
      imaginary[index] = .zero
    }
    transform.transform(real, imaginary)
    let scale = 1 / (Double(size) * Double(draws) * Double(chains))
    return (0..<draws).map { real[$0][0] * scale }
  }

  /// One series, less its mean, into a lane.
  private static func load(
    _ values: UnsafeBufferPointer<Double>, into target: UnsafeMutablePointer<Double>,
    every lanes: Int
  ) {
    // A constant chain has an autocovariance of exactly zero, not of rounding errors.
    guard let first = values.first, values.contains(where: { $0 != first }) else { return }
    var mean = 0.0
    for value in values { mean += value }
    mean /= Double(values.count)
    for (index, value) in values.enumerated() { target[index * lanes] = value - mean }
  }
}
