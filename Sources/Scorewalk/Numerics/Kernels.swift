internal import CKernels

/// The kernels of one instruction set for one scalar type: C functions without state.
///
/// What each does, and the order of its sums, stands in `Sources/CKernels/include/CKernels.h`.
/// Counts are elements; a batch is feature-major with a stride that is a multiple of 8.
///
/// A value is one pointer to a table of functions. A closure for each of them would have a context, whose reference
/// every call would count, and threads that call the same kernels would wait for one another's counting.
public struct Kernels<Scalar: Real>: @unchecked Sendable {
  package typealias Input = UnsafePointer<Scalar>
  package typealias Output = UnsafeMutablePointer<Scalar>

  /// An `sw_kernels_f32` or `sw_kernels_f64`, as the scalar is; never written, never freed.
  private let table: UnsafeRawPointer

  /// The kernels of an instruction set; the best that this machine has where it lacks that one.
  init(_ selection: KernelSelection) {
    guard let table = Self.find(selection) ?? Self.find(.best) else {
      preconditionFailure("no kernels for \(Scalar.self)")
    }
    self.table = table
  }

  private static func find(_ selection: KernelSelection) -> UnsafeRawPointer? {
    if Scalar.self == Float.self {
      UnsafeRawPointer(sw_kernels_f32_for(selection.instructionSet))
    } else if Scalar.self == Double.self {
      UnsafeRawPointer(sw_kernels_f64_for(selection.instructionSet))
    } else {
      nil
    }
  }

  private var f32Table: UnsafePointer<sw_kernels_f32> {
    table.assumingMemoryBound(to: sw_kernels_f32.self)
  }

  private var f64Table: UnsafePointer<sw_kernels_f64> {
    table.assumingMemoryBound(to: sw_kernels_f64.self)
  }
}

// Scalar is one of two types, and which is known where a caller is specialised: of each branch nothing but the call is left.
extension Kernels {
  /// `dense_forward`.
  @inline(__always)
  package func denseForward(
    _ inputs: Int, _ outputs: Int, _ first: Int, _ last: Int, _ rows: Int, _ kernel: Input,
    _ packed: Input?, _ bias: Input?, _ x: Input, _ xFeature: Int, _ xTile: Int, _ y: Output,
    _ yFeature: Int, _ yTile: Int
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.dense_forward(
        inputs, outputs, first, last, rows, f32(kernel), f32(packed), f32(bias), f32(x), xFeature,
        xTile, f32(y), yFeature, yTile)
    } else {
      f64Table.pointee.dense_forward(
        inputs, outputs, first, last, rows, f64(kernel), f64(packed), f64(bias), f64(x), xFeature,
        xTile, f64(y), yFeature, yTile)
    }
  }

  /// `dense_input_gradient`.
  @inline(__always)
  package func denseInputGradient(
    _ inputs: Int, _ outputs: Int, _ first: Int, _ last: Int, _ rows: Int, _ kernel: Input,
    _ packed: Input?, _ g: Input, _ gFeature: Int, _ gTile: Int, _ factor: Input?, _ dx: Output,
    _ dxFeature: Int, _ dxTile: Int
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.dense_input_gradient(
        inputs, outputs, first, last, rows, f32(kernel), f32(packed), f32(g), gFeature, gTile,
        f32(factor), f32(dx), dxFeature, dxTile)
    } else {
      f64Table.pointee.dense_input_gradient(
        inputs, outputs, first, last, rows, f64(kernel), f64(packed), f64(g), gFeature, gTile,
        f64(factor), f64(dx), dxFeature, dxTile)
    }
  }

  /// `dense_pack`.
  @inline(__always)
  package func densePack(
    _ inputs: Int, _ outputs: Int, _ kernel: Input, _ byInputs: Int32, _ first: Int, _ last: Int,
    _ packed: Output
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.dense_pack(inputs, outputs, f32(kernel), byInputs, first, last, f32(packed))
    } else {
      f64Table.pointee.dense_pack(inputs, outputs, f64(kernel), byInputs, first, last, f64(packed))
    }
  }

  /// `dense_weight_gradient`.
  @inline(__always)
  package func denseWeightGradient(
    _ inputs: Int, _ outputs: Int, _ outputsInLanes: Int32, _ rows: Int, _ x: Input,
    _ xFeature: Int, _ xTile: Int, _ g: Input, _ gFeature: Int, _ gTile: Int, _ isAdded: Int32,
    _ scratch: Output, _ dw: Output, _ dwStride: Int, _ db: Output?
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.dense_weight_gradient(
        inputs, outputs, outputsInLanes, rows, f32(x), xFeature, xTile, f32(g), gFeature, gTile,
        isAdded, f32(scratch), f32(dw), dwStride, f32(db))
    } else {
      f64Table.pointee.dense_weight_gradient(
        inputs, outputs, outputsInLanes, rows, f64(x), xFeature, xTile, f64(g), gFeature, gTile,
        isAdded, f64(scratch), f64(dw), dwStride, f64(db))
    }
  }

  /// `vector_forward`.
  @inline(__always)
  package func vectorForward(
    _ inputs: Int, _ outputs: Int, _ kernel: Input, _ bias: Input?, _ x: Input, _ y: Output
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.vector_forward(inputs, outputs, f32(kernel), f32(bias), f32(x), f32(y))
    } else {
      f64Table.pointee.vector_forward(inputs, outputs, f64(kernel), f64(bias), f64(x), f64(y))
    }
  }

  /// `vector_input_gradient`.
  @inline(__always)
  package func vectorInputGradient(
    _ inputs: Int, _ outputs: Int, _ kernel: Input, _ g: Input, _ dx: Output
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.vector_input_gradient(inputs, outputs, f32(kernel), f32(g), f32(dx))
    } else {
      f64Table.pointee.vector_input_gradient(inputs, outputs, f64(kernel), f64(g), f64(dx))
    }
  }

  /// `vector_weight_gradient`.
  @inline(__always)
  package func vectorWeightGradient(
    _ inputs: Int, _ outputs: Int, _ x: Input, _ g: Input, _ dw: Output
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.vector_weight_gradient(inputs, outputs, f32(x), f32(g), f32(dw))
    } else {
      f64Table.pointee.vector_weight_gradient(inputs, outputs, f64(x), f64(g), f64(dw))
    }
  }

  /// `shallow_forward`.
  @inline(__always)
  package func shallowForward(
    _ features: Int, _ hidden: Int, _ rows: Int, _ kernel0: Input, _ bias0: Input, _ kernel1: Input,
    _ bias1: Input, _ x: Input, _ xStride: Int, _ y: Output, _ yStride: Int
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.shallow_forward(
        features, hidden, rows, f32(kernel0), f32(bias0), f32(kernel1), f32(bias1), f32(x), xStride,
        f32(y), yStride)
    } else {
      f64Table.pointee.shallow_forward(
        features, hidden, rows, f64(kernel0), f64(bias0), f64(kernel1), f64(bias1), f64(x), xStride,
        f64(y), yStride)
    }
  }

  /// `shallow_jvp`.
  @inline(__always)
  package func shallowJVP(
    _ features: Int, _ hidden: Int, _ rows: Int, _ kernel0: Input, _ bias0: Input, _ kernel1: Input,
    _ bias1: Input, _ x: Input, _ xStride: Int, _ v: Input, _ vStride: Int, _ y: Output,
    _ yStride: Int, _ dy: Output, _ dyStride: Int
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.shallow_jvp(
        features, hidden, rows, f32(kernel0), f32(bias0), f32(kernel1), f32(bias1), f32(x), xStride,
        f32(v), vStride, f32(y), yStride, f32(dy), dyStride)
    } else {
      f64Table.pointee.shallow_jvp(
        features, hidden, rows, f64(kernel0), f64(bias0), f64(kernel1), f64(bias1), f64(x), xStride,
        f64(v), vStride, f64(y), yStride, f64(dy), dyStride)
    }
  }

  /// `shallow_gradient`.
  @inline(__always)
  package func shallowGradient(
    _ features: Int, _ hidden: Int, _ rows: Int, _ kernel0: Input, _ bias0: Input, _ kernel1: Input,
    _ x: Input, _ xStride: Int, _ v: Input, _ vStride: Int, _ delta: Input?, _ deltaStride: Int,
    _ tau: Input, _ tauStride: Int, _ dkernel0: Output, _ dbias0: Output, _ dkernel1: Output,
    _ dbias1: Output
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.shallow_gradient(
        features, hidden, rows, f32(kernel0), f32(bias0), f32(kernel1), f32(x), xStride, f32(v),
        vStride, f32(delta), deltaStride, f32(tau), tauStride, f32(dkernel0), f32(dbias0),
        f32(dkernel1), f32(dbias1))
    } else {
      f64Table.pointee.shallow_gradient(
        features, hidden, rows, f64(kernel0), f64(bias0), f64(kernel1), f64(x), xStride, f64(v),
        vStride, f64(delta), deltaStride, f64(tau), tauStride, f64(dkernel0), f64(dbias0),
        f64(dkernel1), f64(dbias1))
    }
  }

  /// `chain_pack`.
  @inline(__always)
  package func chainPack(
    _ layers: Int, _ widths: UnsafePointer<Int>, _ parameters: Input, _ packed: Output
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.chain_pack(layers, widths, f32(parameters), f32(packed))
    } else {
      f64Table.pointee.chain_pack(layers, widths, f64(parameters), f64(packed))
    }
  }

  /// `chain_energy`.
  @inline(__always)
  package func chainEnergy(
    _ layers: Int, _ widths: UnsafePointer<Int>, _ activation: Int32, _ packed: Input,
    _ drift: Scalar, _ diffusion: Scalar, _ steps: Int, _ noise: Input, _ noiseStride: Int,
    _ x: Output, _ path: Output, _ scratch: Output
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.chain_energy(
        layers, widths, activation, f32(packed), f32(drift), f32(diffusion), steps, f32(noise),
        noiseStride, f32(x), f32(path), f32(scratch))
    } else {
      f64Table.pointee.chain_energy(
        layers, widths, activation, f64(packed), f64(drift), f64(diffusion), steps, f64(noise),
        noiseStride, f64(x), f64(path), f64(scratch))
    }
  }

  /// `activate`: Value, first and second derivative.
  @inline(__always)
  package func activate(
    _ activation: Int32, _ count: Int, _ z: Input, _ value: Output, _ first: Output,
    _ second: Output?
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.activate(activation, count, f32(z), f32(value), f32(first), f32(second))
    } else {
      f64Table.pointee.activate(activation, count, f64(z), f64(value), f64(first), f64(second))
    }
  }

  /// `value`: the value alone.
  @inline(__always)
  package func value(_ activation: Int32, _ count: Int, _ z: Input, _ value: Output) {
    if Scalar.self == Float.self {
      f32Table.pointee.value(activation, count, f32(z), f32(value))
    } else {
      f64Table.pointee.value(activation, count, f64(z), f64(value))
    }
  }

  /// `slope`: the first derivative alone.
  @inline(__always)
  package func slope(_ activation: Int32, _ count: Int, _ z: Output, _ first: Output) {
    if Scalar.self == Float.self {
      f32Table.pointee.slope(activation, count, f32(z), f32(first))
    } else {
      f64Table.pointee.slope(activation, count, f64(z), f64(first))
    }
  }

  /// `multiply`: y = a b.
  @inline(__always)
  package func multiply(_ count: Int, _ a: Input, _ b: Input, _ y: Output) {
    if Scalar.self == Float.self {
      f32Table.pointee.multiply(count, f32(a), f32(b), f32(y))
    } else {
      f64Table.pointee.multiply(count, f64(a), f64(b), f64(y))
    }
  }

  /// `multiply_add2`: y = a b + c d e.
  @inline(__always)
  package func multiplyAdd2(
    _ count: Int, _ a: Input, _ b: Input, _ c: Input, _ d: Input, _ e: Input, _ y: Output
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.multiply_add2(count, f32(a), f32(b), f32(c), f32(d), f32(e), f32(y))
    } else {
      f64Table.pointee.multiply_add2(count, f64(a), f64(b), f64(c), f64(d), f64(e), f64(y))
    }
  }

  /// `normal_pair`: Two normal numbers of two integers.
  @inline(__always)
  package func normalPair(_ a: UInt64, _ b: UInt64, _ first: Output, _ second: Output) {
    if Scalar.self == Float.self {
      f32Table.pointee.normal_pair(a, b, f32(first), f32(second))
    } else {
      f64Table.pointee.normal_pair(a, b, f64(first), f64(second))
    }
  }

  /// `normals`.
  @inline(__always)
  package func normals(
    _ key: UInt64, _ column: UInt32, _ c2: UInt32, _ c3: UInt32, _ row: UInt64, _ count: Int,
    _ y: Output
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.normals(key, column, c2, c3, row, count, f32(y))
    } else {
      f64Table.pointee.normals(key, column, c2, c3, row, count, f64(y))
    }
  }

  /// `normals_row`: The normals of one row.
  @inline(__always)
  package func normalsRow(
    _ key: UInt64, _ column: UInt32, _ columns: Int, _ c2: UInt32, _ c3: UInt32, _ row: UInt64,
    _ y: Output, _ stride: Int
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.normals_row(key, column, columns, c2, c3, row, f32(y), stride)
    } else {
      f64Table.pointee.normals_row(key, column, columns, c2, c3, row, f64(y), stride)
    }
  }

  /// `uniforms`.
  @inline(__always)
  package func uniforms(
    _ key: UInt64, _ column: UInt32, _ c2: UInt32, _ c3: UInt32, _ row: UInt64, _ count: Int,
    _ y: Output
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.uniforms(key, column, c2, c3, row, count, f32(y))
    } else {
      f64Table.pointee.uniforms(key, column, c2, c3, row, count, f64(y))
    }
  }

  /// `langevin_move`: x += drift s + diffusion z, a step of Langevin chains.
  @inline(__always)
  package func langevinMove(
    _ count: Int, _ drift: Scalar, _ diffusion: Scalar, _ s: Input, _ z: Input, _ x: Output
  ) {
    if Scalar.self == Float.self {
      f32Table.pointee.langevin_move(count, f32(drift), f32(diffusion), f32(s), f32(z), f32(x))
    } else {
      f64Table.pointee.langevin_move(count, f64(drift), f64(diffusion), f64(s), f64(z), f64(x))
    }
  }

  /// `adam`: 1 where all that it wrote is finite, else 0.
  @inline(__always)
  package func adam(
    _ count: Int, _ g: Input, _ beta1: Scalar, _ oneMinusBeta1: Scalar, _ beta2: Scalar,
    _ oneMinusBeta2: Scalar, _ bias1: Scalar, _ bias2: Scalar, _ epsilon: Scalar,
    _ rootEpsilon: Scalar, _ decay: Scalar, _ step: Scalar, _ m: Output, _ v: Output,
    _ parameters: Output
  ) -> Int32 {
    if Scalar.self == Float.self {
      return f32Table.pointee.adam(
        count, f32(g), f32(beta1), f32(oneMinusBeta1), f32(beta2), f32(oneMinusBeta2), f32(bias1),
        f32(bias2), f32(epsilon), f32(rootEpsilon), f32(decay), f32(step), f32(m), f32(v),
        f32(parameters))
    } else {
      return f64Table.pointee.adam(
        count, f64(g), f64(beta1), f64(oneMinusBeta1), f64(beta2), f64(oneMinusBeta2), f64(bias1),
        f64(bias2), f64(epsilon), f64(rootEpsilon), f64(decay), f64(step), f64(m), f64(v),
        f64(parameters))
    }
  }

  /// `add_scaled`: parameters += step g; 1 where all are finite, else 0.
  @inline(__always)
  package func addScaled(_ count: Int, _ step: Scalar, _ g: Input, _ parameters: Output) -> Int32 {
    if Scalar.self == Float.self {
      return f32Table.pointee.add_scaled(count, f32(step), f32(g), f32(parameters))
    } else {
      return f64Table.pointee.add_scaled(count, f64(step), f64(g), f64(parameters))
    }
  }

  /// `sum_of_squares`: Σ x², eight interleaved partial sums.
  @inline(__always)
  package func sumOfSquares(_ count: Int, _ x: Input) -> Double {
    if Scalar.self == Float.self {
      return f32Table.pointee.sum_of_squares(count, f32(x))
    } else {
      return f64Table.pointee.sum_of_squares(count, f64(x))
    }
  }

  /// `all_finite`: 1 where all are finite, else 0.
  @inline(__always)
  package func allFinite(_ count: Int, _ x: Input) -> Int32 {
    if Scalar.self == Float.self {
      return f32Table.pointee.all_finite(count, f32(x))
    } else {
      return f64Table.pointee.all_finite(count, f64(x))
    }
  }

  /// `mixture_score`.
  @inline(__always)
  package func mixtureScore(
    _ mixture: MixtureConstants<Scalar>, _ rows: Int, _ x: Input, _ xStride: Int, _ s: Output,
    _ sStride: Int, _ densities: Output?, _ scratch: Output
  ) {
    if Scalar.self == Float.self {
      var constants = sw_mixture_f32(mixture)
      f32Table.pointee.mixture_score(
        &constants, rows, f32(x), xStride, f32(s), sStride, f32(densities), f32(scratch))
    } else {
      var constants = sw_mixture_f64(mixture)
      f64Table.pointee.mixture_score(
        &constants, rows, f64(x), xStride, f64(s), sStride, f64(densities), f64(scratch))
    }
  }

  /// `mixture_langevin`.
  @inline(__always)
  package func mixtureLangevin(
    _ mixture: MixtureConstants<Scalar>, _ drift: Scalar, _ diffusion: Scalar, _ key: UInt64,
    _ c2: UInt32, _ c3: UInt32, _ row: UInt64, _ rows: Int, _ steps: Int, _ x: Output,
    _ xStride: Int, _ scratch: Output
  ) {
    if Scalar.self == Float.self {
      var constants = sw_mixture_f32(mixture)
      f32Table.pointee.mixture_langevin(
        &constants, f32(drift), f32(diffusion), key, c2, c3, row, rows, steps, f32(x), xStride,
        f32(scratch))
    } else {
      var constants = sw_mixture_f64(mixture)
      f64Table.pointee.mixture_langevin(
        &constants, f64(drift), f64(diffusion), key, c2, c3, row, rows, steps, f64(x), xStride,
        f64(scratch))
    }
  }

  /// `noised_score`.
  @inline(__always)
  package func noisedScore(
    _ mixture: NoisedMixtureConstants, _ rows: Int, _ x: Input, _ xStride: Int,
    _ levels: UnsafePointer<Double>, _ s: Output, _ sStride: Int,
    _ divergences: UnsafeMutablePointer<Double>?, _ scratch: UnsafeMutablePointer<Double>
  ) {
    var constants = sw_noised_mixture(mixture)
    if Scalar.self == Float.self {
      f32Table.pointee.noised_score(
        &constants, rows, f32(x), xStride, levels, f32(s), sStride, divergences, scratch)
    } else {
      f64Table.pointee.noised_score(
        &constants, rows, f64(x), xStride, levels, f64(s), sStride, divergences, scratch)
    }
  }
}

// What a call passes, where the scalar is known to be Float, or Double.

@inline(__always)
private func f32<S: Real>(_ pointer: UnsafePointer<S>) -> UnsafePointer<Float> {
  UnsafeRawPointer(pointer).assumingMemoryBound(to: Float.self)
}

@inline(__always)
private func f32<S: Real>(_ pointer: UnsafePointer<S>?) -> UnsafePointer<Float>? {
  UnsafeRawPointer(pointer)?.assumingMemoryBound(to: Float.self)
}

@inline(__always)
private func f32<S: Real>(_ pointer: UnsafeMutablePointer<S>) -> UnsafeMutablePointer<Float> {
  UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Float.self)
}

@inline(__always)
private func f32<S: Real>(_ pointer: UnsafeMutablePointer<S>?) -> UnsafeMutablePointer<Float>? {
  UnsafeMutableRawPointer(pointer)?.assumingMemoryBound(to: Float.self)
}

@inline(__always)
private func f32<S: Real>(_ number: S) -> Float { unsafeBitCast(number, to: Float.self) }

@inline(__always)
private func f64<S: Real>(_ pointer: UnsafePointer<S>) -> UnsafePointer<Double> {
  UnsafeRawPointer(pointer).assumingMemoryBound(to: Double.self)
}

@inline(__always)
private func f64<S: Real>(_ pointer: UnsafePointer<S>?) -> UnsafePointer<Double>? {
  UnsafeRawPointer(pointer)?.assumingMemoryBound(to: Double.self)
}

@inline(__always)
private func f64<S: Real>(_ pointer: UnsafeMutablePointer<S>) -> UnsafeMutablePointer<Double> {
  UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: Double.self)
}

@inline(__always)
private func f64<S: Real>(_ pointer: UnsafeMutablePointer<S>?) -> UnsafeMutablePointer<Double>? {
  UnsafeMutableRawPointer(pointer)?.assumingMemoryBound(to: Double.self)
}

@inline(__always)
private func f64<S: Real>(_ number: S) -> Double { unsafeBitCast(number, to: Double.self) }

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

extension sw_mixture_f32 {
  init<S: Real>(_ mixture: MixtureConstants<S>) {
    self.init(
      dimension: mixture.dimension, components: mixture.components, offsets: f32(mixture.offsets),
      means: f32(mixture.means), halves: f32(mixture.halves),
      component_step: mixture.componentStep, feature_step: mixture.featureStep)
  }
}

extension sw_mixture_f64 {
  init<S: Real>(_ mixture: MixtureConstants<S>) {
    self.init(
      dimension: mixture.dimension, components: mixture.components, offsets: f64(mixture.offsets),
      means: f64(mixture.means), halves: f64(mixture.halves),
      component_step: mixture.componentStep, feature_step: mixture.featureStep)
  }
}
