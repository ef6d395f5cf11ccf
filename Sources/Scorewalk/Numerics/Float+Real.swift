internal import CKernels

extension Float: Real {
  nonisolated(unsafe) private static let table = selectedTable()

  /// The name of this format.
  public static var precision: Precision { .float32 }
  /// See ``Real/exp(_:)``.
  public static func exp(_ x: Float) -> Float { table.pointee.exp(x) }
  /// See ``Real/expm1(_:)``.
  public static func expm1(_ x: Float) -> Float { table.pointee.expm1(x) }
  /// See ``Real/log(_:)``.
  public static func log(_ x: Float) -> Float { table.pointee.log(x) }
  /// See ``Real/log1p(_:)``.
  public static func log1p(_ x: Float) -> Float { table.pointee.log1p(x) }
  /// See ``Real/sin(_:)``.
  public static func sin(_ x: Float) -> Float { table.pointee.sin(x) }
  /// See ``Real/cos(_:)``.
  public static func cos(_ x: Float) -> Float { table.pointee.cos(x) }
  /// See ``Real/tanh(_:)``.
  public static func tanh(_ x: Float) -> Float { table.pointee.tanh(x) }
  /// See ``Real/softplus(_:)``.
  public static func softplus(_ x: Float) -> Float { table.pointee.softplus(x) }
  /// See ``Real/sigmoid(_:)``.
  public static func sigmoid(_ x: Float) -> Float { table.pointee.sigmoid(x) }
  /// See ``Real/erf(_:)``.
  public static func erf(_ x: Float) -> Float { table.pointee.erf(x) }
  /// See ``Real/erfc(_:)``.
  public static func erfc(_ x: Float) -> Float { table.pointee.erfc(x) }
  /// See ``Real/erfinv(_:)``.
  public static func erfinv(_ x: Float) -> Float { table.pointee.erfinv(x) }
  /// See ``Real/normalCDF(_:)``.
  public static func normalCDF(_ x: Float) -> Float { table.pointee.normal_cdf(x) }
  /// See ``Real/normalQuantile(_:)``.
  public static func normalQuantile(_ x: Float) -> Float { table.pointee.normal_quantile(x) }
}

extension Float {
  private static let plainKernels = makeKernels(.plain)
  private static let avx2Kernels = makeKernels(.avx2)
  private static let avx512Kernels = makeKernels(.avx512)

  /// See ``Real/kernels(_:)``.
  public static func kernels(_ selection: KernelSelection) -> Kernels<Float> {
    switch selection.isAvailable ? selection : .best {
    case .plain: plainKernels
    case .avx2: avx2Kernels
    case .avx512: avx512Kernels
    }
  }

  private static func makeKernels(_ selection: KernelSelection) -> Kernels<Float> {
    guard
      let pointer = sw_kernels_f32_for(selection.instructionSet)
        ?? sw_kernels_f32_for(Int32(SW_ISA_PLAIN))
    else { preconditionFailure("the plain kernels exist in every build") }
    let table = pointer.pointee
    return Kernels(
      KernelTable(
        denseForward: table.dense_forward,
        denseInputGradient: table.dense_input_gradient,
        densePack: table.dense_pack,
        denseWeightGradient: table.dense_weight_gradient,
        vectorForward: table.vector_forward,
        vectorInputGradient: table.vector_input_gradient,
        vectorWeightGradient: table.vector_weight_gradient,
        shallowForward: table.shallow_forward,
        shallowJVP: table.shallow_jvp,
        shallowGradient: table.shallow_gradient,
        chainPack: table.chain_pack,
        chainEnergy: table.chain_energy,
        activate: table.activate,
        multiply: table.multiply,
        multiplyAdd2: table.multiply_add2,
        normalPair: table.normal_pair,
        normals: table.normals,
        normalsRow: table.normals_row,
        uniforms: table.uniforms,
        mixtureScore: { mixture, rows, x, xStride, s, sStride, densities, scratch in
          var constants = sw_mixture_f32(mixture)
          table.mixture_score(
            &constants, rows, x, xStride, s, sStride, densities, scratch)
        },
        mixtureLangevin: {
          mixture, drift, diffusion, key, c2, c3, row, rows, steps, x, xStride, scratch in
          var constants = sw_mixture_f32(mixture)
          table.mixture_langevin(
            &constants, drift, diffusion, key, c2, c3, row, rows, steps, x, xStride, scratch)
        },
        noisedScore: { mixture, rows, x, xStride, levels, s, sStride, divergences, scratch in
          var constants = sw_noised_mixture(mixture)
          table.noised_score(
            &constants, rows, x, xStride, levels, s, sStride, divergences, scratch)
        },
        langevinMove: table.langevin_move,
        adam: table.adam,
        addScaled: table.add_scaled,
        sumOfSquares: table.sum_of_squares,
        allFinite: table.all_finite))
  }
}

extension sw_mixture_f32 {
  fileprivate init(_ mixture: MixtureConstants<Float>) {
    self.init(
      dimension: mixture.dimension, components: mixture.components, offsets: mixture.offsets,
      means: mixture.means, halves: mixture.halves, component_step: mixture.componentStep,
      feature_step: mixture.featureStep)
  }
}

private func selectedTable() -> UnsafePointer<sw_kernels_f32> {
  guard let table = sw_kernels_f32_for(KernelSelection.selected.instructionSet) else {
    preconditionFailure("the selected kernels are available")
  }
  return table
}
