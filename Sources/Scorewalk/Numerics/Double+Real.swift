internal import CKernels

extension Double: Real {
  nonisolated(unsafe) private static let table = selectedTable()

  /// The name of this format.
  public static var precision: Precision { .float64 }
  /// See ``Real/exp(_:)``.
  public static func exp(_ x: Double) -> Double { table.pointee.exp(x) }
  /// See ``Real/expm1(_:)``.
  public static func expm1(_ x: Double) -> Double { table.pointee.expm1(x) }
  /// See ``Real/log(_:)``.
  public static func log(_ x: Double) -> Double { table.pointee.log(x) }
  /// See ``Real/log1p(_:)``.
  public static func log1p(_ x: Double) -> Double { table.pointee.log1p(x) }
  /// See ``Real/sin(_:)``.
  public static func sin(_ x: Double) -> Double { table.pointee.sin(x) }
  /// See ``Real/cos(_:)``.
  public static func cos(_ x: Double) -> Double { table.pointee.cos(x) }
  /// See ``Real/tanh(_:)``.
  public static func tanh(_ x: Double) -> Double { table.pointee.tanh(x) }
  /// See ``Real/softplus(_:)``.
  public static func softplus(_ x: Double) -> Double { table.pointee.softplus(x) }
  /// See ``Real/sigmoid(_:)``.
  public static func sigmoid(_ x: Double) -> Double { table.pointee.sigmoid(x) }
  /// See ``Real/erf(_:)``.
  public static func erf(_ x: Double) -> Double { table.pointee.erf(x) }
  /// See ``Real/erfc(_:)``.
  public static func erfc(_ x: Double) -> Double { table.pointee.erfc(x) }
  /// See ``Real/erfinv(_:)``.
  public static func erfinv(_ x: Double) -> Double { table.pointee.erfinv(x) }
  /// See ``Real/normalCDF(_:)``.
  public static func normalCDF(_ x: Double) -> Double { table.pointee.normal_cdf(x) }
  /// See ``Real/normalQuantile(_:)``.
  public static func normalQuantile(_ x: Double) -> Double { table.pointee.normal_quantile(x) }
}

extension Double {
  /// e^x of many numbers, each as ``exp(_:)`` has it; `y` is other memory than `x`.
  static func exp(
    _ x: UnsafePointer<Double>, count: Int, into y: UnsafeMutablePointer<Double>
  ) { table.pointee.exp_array(count, x, y) }

  /// e^x − 1 of many numbers, each as ``expm1(_:)`` has it; `y` is other memory than `x`.
  static func expm1(
    _ x: UnsafePointer<Double>, count: Int, into y: UnsafeMutablePointer<Double>
  ) { table.pointee.expm1_array(count, x, y) }

  /// The normal quantiles of many numbers, each as ``normalQuantile(_:)`` has it; `y` is other memory than `x`.
  static func normalQuantile(
    _ x: UnsafePointer<Double>, count: Int, into y: UnsafeMutablePointer<Double>
  ) { table.pointee.normal_quantile_array(count, x, y) }

  /// The logarithms of many numbers, each as ``log(_:)`` has it; `y` is other memory than `x`.
  static func log(
    _ x: UnsafePointer<Double>, count: Int, into y: UnsafeMutablePointer<Double>
  ) { table.pointee.log_array(count, x, y) }
}

private func selectedTable() -> UnsafePointer<sw_kernels_f64> {
  guard let table = sw_kernels_f64_for(KernelSelection.selected.instructionSet) else {
    preconditionFailure("the selected kernels are available")
  }
  return table
}
