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

  /// Transforms `count` complex numbers given as real and imaginary parts.
  func transform(
    _ real: UnsafeMutablePointer<Double>, _ imaginary: UnsafeMutablePointer<Double>
  ) {
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
              let x = real[lower] * cosine - imaginary[lower] * sine
              let y = real[lower] * sine + imaginary[lower] * cosine
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
  /// Two series share a transform as real and imaginary part; their power spectra are added up, and
  /// one inverse transform gives the mean of all.
  ///
  /// - Parameter series: `[chains, draws]`, chain after chain.
  /// - Complexity: O(chains · draws · log draws).
  package static func meanAutocovariance(_ series: [Double], chains: Int, draws: Int) -> [Double] {
    var size = 1
    while size < 2 * draws { size *= 2 }
    let transform = FourierTransform(count: size)
    var real = [Double](repeating: 0, count: size)
    var imaginary = real
    var power = real
    func load(_ chain: Int, _ target: inout [Double]) {
      for index in 0..<size { target[index] = 0 }
      guard chain < chains else { return }
      let values = series[chain * draws..<(chain + 1) * draws]
      // A constant chain has an autocovariance of exactly zero, not of rounding errors.
      guard let first = values.first, values.contains(where: { $0 != first }) else { return }
      var mean = 0.0
      for value in values { mean += value }
      mean /= Double(draws)
      for (index, value) in values.enumerated() { target[index] = value - mean }
    }
    func apply() {
      real.withUnsafeMutableBufferPointer { real in
        imaginary.withUnsafeMutableBufferPointer { imaginary in
          guard let first = real.baseAddress, let second = imaginary.baseAddress else { return }
          transform.transform(first, second)
        }
      }
    }
    for chain in stride(from: 0, to: chains, by: 2) {
      load(chain, &real)
      load(chain + 1, &imaginary)
      apply()
      for index in 0..<size {
        power[index] += real[index] * real[index] + imaginary[index] * imaginary[index]
      }
    }
    real = power
    for index in 0..<size { imaginary[index] = 0 }
    apply()
    let scale = 1 / (Double(size) * Double(draws) * Double(chains))
    return (0..<draws).map { real[$0] * scale }
  }
}
