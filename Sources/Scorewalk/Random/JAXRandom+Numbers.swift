extension JAXRandom {
  /// `jax.random.uniform(key, (count,), float32, low, high)`: numbers in [low, high).
  ///
  /// u = b 2⁻²³ for the upper 23 bits b of a word; then max(low, u (high − low) + low), the product and
  /// the sum rounded together, as XLA has it.
  ///
  /// - Complexity: O(count).
  public func uniforms(count: Int, from low: Float = 0, to high: Float = 1) -> [Float] {
    let width = high - low
    return bits(count: count).map { word in
      let unit = Float(bitPattern: word >> 9 | 0x3f80_0000) - 1
      return max(low, Self.fused(unit, width, low))
    }
  }

  /// `jax.random.normal(key, (count,))`: standard normal numbers, √2 erf⁻¹(u) for u uniform on (−1, 1).
  ///
  /// - Complexity: O(count).
  public func normals(count: Int) -> [Float] {
    uniforms(count: count, from: (-1 as Float).nextUp, to: 1).map {
      Self.squareRootOfTwo * Self.inverseErrorFunction($0)
    }
  }

  /// `jax.random.truncated_normal(key, low, high, (count,))`: standard normal numbers, given that they
  /// lie between the bounds: √2 erf⁻¹(u) for u uniform on (erf(low/√2), erf(high/√2)), held inside the
  /// open interval.
  ///
  /// - Precondition: `low < high`.
  /// - Complexity: O(count).
  public func truncatedNormals(count: Int, from low: Float, to high: Float) -> [Float] {
    precondition(low < high, "no number between \(low) and \(high)")
    let root = Self.squareRootOfTwo
    return uniforms(count: count, from: Float.erf(low / root), to: Float.erf(high / root)).map {
      min(max(root * Self.inverseErrorFunction($0), low.nextUp), high.nextDown)
    }
  }

  private static let squareRootOfTwo = (2 as Float).squareRoot()

  /// XLA's erf⁻¹ in float32: the two polynomials of Giles, "Approximating the erfinv function", in GPU
  /// Computing Gems Jade Edition (2012), doi:10.1016/B978-0-12-385963-1.00010-1.
  ///
  /// ``Real/erfinv(_:)`` is the more accurate by up to 2 · 10⁻⁵ in the tails; this is what JAX's numbers are.
  package static func inverseErrorFunction(_ x: Float) -> Float {
    let w = -Float.log1p(-x * x)
    let isCentral = w < 5
    let z = isCentral ? w - 2.5 : w.squareRoot() - 3
    var value: Float = 0
    for coefficient in isCentral ? central : tail { value = fused(value, z, coefficient) }
    return value * x
  }

  /// For w < 5, in powers of w − 2.5, highest first.
  private static let central: [Float] = [
    2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
    -0.00125372503, -0.00417768164, 0.246640727, 1.50140941,
  ]
  /// For w ≥ 5, in powers of √w − 3, highest first.
  private static let tail: [Float] = [
    -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
    -0.0076224613, 0.00943887047, 1.00167406, 2.83297682,
  ]

  /// a b + c with the product exact: two float32 factors fit a float64.
  private static func fused(_ a: Float, _ b: Float, _ c: Float) -> Float {
    Float(Double(a) * Double(b) + Double(c))
  }
}
