internal import CKernels

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The instruction set that the kernels use. All give the same bits; they differ in speed.
///
/// `SCOREWALK_KERNELS` in the environment forces one; a program validates it with
/// ``requested`` and says what is wrong. The library itself falls back to ``best``.
public enum KernelSelection: String, Sendable, CaseIterable {
  /// The platform's baseline: SSE2 or NEON.
  case plain
  /// AVX2 and FMA, on x86-64.
  case avx2
  /// AVX-512 (F, VL, DQ and BW), on x86-64.
  case avx512

  /// Whether this build and this CPU can run these kernels.
  public var isAvailable: Bool {
    sw_kernels_f64_for(instructionSet) != nil && sw_kernels_f32_for(instructionSet) != nil
  }

  /// The fastest kernels that this machine can run.
  public static var best: KernelSelection { allCases.last(where: \.isAvailable) ?? .plain }

  /// The text of `SCOREWALK_KERNELS`, nil when it is not set or empty.
  public static var requested: String? {
    guard let text = getenv("SCOREWALK_KERNELS") else { return nil }
    let name = String(cString: text)
    return name.isEmpty ? nil : name
  }

  /// The kernels in use: the requested ones where they exist here, else the best.
  ///
  /// Read once; a later change of the environment has no effect.
  public static let selected: KernelSelection = {
    if let name = requested, let wanted = KernelSelection(rawValue: name), wanted.isAvailable {
      return wanted
    }
    return best
  }()

  var instructionSet: Int32 {
    switch self {
    case .plain: Int32(SW_ISA_PLAIN)
    case .avx2: Int32(SW_ISA_AVX2)
    case .avx512: Int32(SW_ISA_AVX512)
    }
  }
}
