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

private func selectedTable() -> UnsafePointer<sw_kernels_f32> {
  guard let table = sw_kernels_f32_for(KernelSelection.selected.instructionSet) else {
    preconditionFailure("the selected kernels are available")
  }
  return table
}
