internal import CKernels

/// The table of kernels for one scalar type and one instruction set.
///
/// What each does, and the order of its sums, stands in `Sources/CKernels/include/CKernels.h`.
/// Counts are elements; a batch is feature-major with a stride that is a multiple of 8.
public final class Kernels<Scalar: Real>: @unchecked Sendable {
  package let table: KernelTable<Scalar>

  init(_ table: KernelTable<Scalar>) { self.table = table }
}

/// The entries of a table, with their parameters; C functions without state.
package struct KernelTable<Scalar: Real> {
  package typealias Input = UnsafePointer<Scalar>
  package typealias Output = UnsafeMutablePointer<Scalar>

  /// (in, out, first, last, rows, kernel, isPacked, bias, x, xFeature, xTile, y, yFeature, yTile)
  package let denseForward:
    (
      Int, Int, Int, Int, Int, Input, Int32, Input?, Input, Int, Int, Output, Int, Int
    ) -> Void
  /// (in, out, first, last, rows, kernel, isPacked, g, gFeature, gTile, factor, dx, dxFeature, dxTile)
  package let denseInputGradient:
    (
      Int, Int, Int, Int, Int, Input, Int32, Input, Int, Int, Input?, Output, Int, Int
    ) -> Void
  /// (in, out, kernel, byInputs, first, last, packed)
  package let densePack: (Int, Int, Input, Int32, Int, Int, Output) -> Void
  /// (in, out, outputsInLanes, rows, x, xFeature, xTile, g, gFeature, gTile, scratch, dw, dwStride, db)
  package let denseWeightGradient:
    (
      Int, Int, Int32, Int, Input, Int, Int, Input, Int, Int, Int32, Output, Output, Int, Output?
    ) -> Void
  /// (in, out, kernel, bias, x, y)
  package let vectorForward: (Int, Int, Input, Input?, Input, Output) -> Void
  /// (in, out, kernel, g, dx)
  package let vectorInputGradient: (Int, Int, Input, Input, Output) -> Void
  /// (in, out, x, g, dw)
  package let vectorWeightGradient: (Int, Int, Input, Input, Output) -> Void
  /// (features, hidden, rows, kernel0, bias0, kernel1, bias1, x, xStride, y, yStride)
  package let shallowForward:
    (Int, Int, Int, Input, Input, Input, Input, Input, Int, Output, Int) -> Void
  /// (features, hidden, rows, kernel0, bias0, kernel1, bias1, x, xStride, v, vStride, y, yStride, dy,
  /// dyStride)
  package let shallowJVP:
    (
      Int, Int, Int, Input, Input, Input, Input, Input, Int, Input, Int, Output, Int, Output, Int
    ) -> Void
  /// (features, hidden, rows, kernel0, bias0, kernel1, x, xStride, v, vStride, δ, δStride, τ, τStride,
  /// dkernel0, dbias0, dkernel1, dbias1)
  package let shallowGradient:
    (
      Int, Int, Int, Input, Input, Input, Input, Int, Input, Int, Input?, Int, Input, Int, Output,
      Output, Output, Output
    ) -> Void
  /// (layers, widths, parameters, packed)
  package let chainPack: (Int, UnsafePointer<Int>, Input, Output) -> Void
  /// (layers, widths, activation, packed, drift, diffusion, steps, noise, noiseStride, x, path, scratch)
  package let chainEnergy:
    (
      Int, UnsafePointer<Int>, Int32, Input, Scalar, Scalar, Int, Input, Int, Output, Output, Output
    ) -> Void
  /// (activation, count, z, value, first, second)
  package let activate: (Int32, Int, Input, Output, Output, Output?) -> Void
  /// (count, a, b, y): y = a b
  package let multiply: (Int, Input, Input, Output) -> Void
  /// (count, a, b, c, d, e, y): y = a b + c d e
  package let multiplyAdd2: (Int, Input, Input, Input, Input, Input, Output) -> Void
  /// (a, b, first, second): two normal numbers of two integers
  package let normalPair: (UInt64, UInt64, Output, Output) -> Void
  /// (key, column, c2, c3, row, count, y)
  package let normals: (UInt64, UInt32, UInt32, UInt32, UInt64, Int, Output) -> Void
  /// (key, column, columns, c2, c3, row, y, stride): the normals of one row
  package let normalsRow: (UInt64, UInt32, Int, UInt32, UInt32, UInt64, Output, Int) -> Void
  /// (key, column, c2, c3, row, count, y)
  package let uniforms: (UInt64, UInt32, UInt32, UInt32, UInt64, Int, Output) -> Void
  /// (mixture, rows, x, xStride, s, sStride, log densities, scratch)
  package let mixtureScore:
    (MixtureConstants<Scalar>, Int, Input, Int, Output, Int, Output?, Output) -> Void
  /// (mixture, drift, diffusion, key, c2, c3, row, rows, steps, x, xStride, scratch)
  package let mixtureLangevin:
    (
      MixtureConstants<Scalar>, Scalar, Scalar, UInt64, UInt32, UInt32, UInt64, Int, Int, Output,
      Int, Output
    ) -> Void
  /// (mixture, rows, x, xStride, noise levels, s, sStride, divergences, scratch)
  package let noisedScore:
    (
      NoisedMixtureConstants, Int, Input, Int, UnsafePointer<Double>, Output, Int,
      UnsafeMutablePointer<Double>?, UnsafeMutablePointer<Double>
    ) -> Void
  /// (count, drift, diffusion, s, z, x): x += drift s + diffusion z, a step of Langevin chains
  package let langevinMove: (Int, Scalar, Scalar, Input, Input, Output) -> Void
  /// (count, g, β₁, 1−β₁, β₂, 1−β₂, 1−β₁ᵗ, 1−β₂ᵗ, ε, ε_root, decay, step, m, v, parameters)
  package let adam:
    (
      Int, Input, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar,
      Output, Output, Output
    ) -> Void
  /// (count, step, g, parameters): parameters += step g
  package let addScaled: (Int, Scalar, Input, Output) -> Void
  /// (count, x): Σ x², eight interleaved partial sums
  package let sumOfSquares: (Int, Input) -> Double
  /// (count, x): 1 where all are finite, else 0
  package let allFinite: (Int, Input) -> Int32
}

/// A mixture of normal laws with diagonal covariances, as the kernels take it; borrowed memory.
///
/// The precision of component k in feature f is twice
/// `halves[k * componentStep + f * featureStep]`.
package struct MixtureConstants<Scalar: Real> {
  package let dimension: Int
  package let components: Int
  package let offsets: UnsafePointer<Scalar>
  package let means: UnsafePointer<Scalar>
  package let halves: UnsafePointer<Scalar>
  package let componentStep: Int
  package let featureStep: Int

  package init(
    dimension: Int, components: Int, offsets: UnsafePointer<Scalar>, means: UnsafePointer<Scalar>,
    halves: UnsafePointer<Scalar>, componentStep: Int, featureStep: Int
  ) {
    self.dimension = dimension
    self.components = components
    self.offsets = offsets
    self.means = means
    self.halves = halves
    self.componentStep = componentStep
    self.featureStep = featureStep
  }
}

/// A mixture to which noise is added, as the kernels take it; borrowed memory.
package struct NoisedMixtureConstants {
  package let dimension: Int
  package let components: Int
  package let logWeights: UnsafePointer<Double>
  package let means: UnsafePointer<Double>
  package let variances: UnsafePointer<Double>
  package let hasCommonVariances: Bool

  package init(
    dimension: Int, components: Int, logWeights: UnsafePointer<Double>,
    means: UnsafePointer<Double>, variances: UnsafePointer<Double>, hasCommonVariances: Bool
  ) {
    self.dimension = dimension
    self.components = components
    self.logWeights = logWeights
    self.means = means
    self.variances = variances
    self.hasCommonVariances = hasCommonVariances
  }
}

extension sw_noised_mixture {
  init(_ mixture: NoisedMixtureConstants) {
    self.init(
      dimension: mixture.dimension, components: mixture.components,
      log_weights: mixture.logWeights, means: mixture.means, variances: mixture.variances,
      has_common_variances: mixture.hasCommonVariances ? 1 : 0)
  }
}
