/// The numbers of a tensor, in the precision in which they were computed.
///
/// The bridge between work in either precision and everything that stores or shows it.
public enum TensorValues: Sendable, Hashable {
  /// Single precision.
  case float32([Float])
  /// Double precision.
  case float64([Double])

  /// Takes numbers of either precision; nothing is rounded.
  public init<Scalar: Real>(_ values: some Sequence<Scalar>) {
    switch Scalar.precision {
    case .float32: self = .float32(values.map { Float($0) })
    case .float64: self = .float64(values.map { Double($0) })
    }
  }

  /// No numbers, in a given precision.
  public init(precision: Precision) {
    self = precision == .float32 ? .float32([]) : .float64([])
  }

  /// The precision of the numbers.
  public var precision: Precision {
    switch self {
    case .float32: .float32
    case .float64: .float64
    }
  }

  /// How many numbers there are.
  public var count: Int {
    switch self {
    case .float32(let values): values.count
    case .float64(let values): values.count
    }
  }

  /// The numbers in double precision; exact.
  public var doubles: [Double] {
    switch self {
    case .float32(let values): values.map { Double($0) }
    case .float64(let values): values
    }
  }

  /// Whether every number is finite.
  public var isFinite: Bool {
    switch self {
    case .float32(let values): values.allSatisfy(\.isFinite)
    case .float64(let values): values.allSatisfy(\.isFinite)
    }
  }

  /// Whether both hold the same bits: unlike `==`, NaN equals itself and 0 differs from -0.
  public func hasSameBits(as other: TensorValues) -> Bool {
    switch (self, other) {
    case (.float32(let one), .float32(let two)):
      one.elementsEqual(two) { $0.bitPattern == $1.bitPattern }
    case (.float64(let one), .float64(let two)):
      one.elementsEqual(two) { $0.bitPattern == $1.bitPattern }
    default: false
    }
  }

  /// The numbers as `Scalar`; exact where the precisions agree or `Scalar` is the wider.
  func scalars<Scalar: Real>(_: Scalar.Type = Scalar.self) -> [Scalar] {
    switch self {
    case .float32(let values): values.map { Scalar($0) }
    case .float64(let values): values.map { Scalar($0) }
    }
  }

  /// Appends numbers of the same precision.
  mutating func append<Scalar: Real>(contentsOf more: some Collection<Scalar>) {
    // The payload is moved out while it grows, so that it is not copied.
    switch self {
    case .float32(var values):
      self = .float32([])
      values.append(contentsOf: more.lazy.map { Float($0) })
      self = .float32(values)
    case .float64(var values):
      self = .float64([])
      values.append(contentsOf: more.lazy.map { Double($0) })
      self = .float64(values)
    }
  }
}

/// A tensor with a name: what checkpoints hold.
public struct NamedTensor: Sendable, Hashable {
  /// The name, for instance `dense-0.kernel`; unique within a group.
  public var name: String
  /// The extents, outermost first; empty for a single number.
  public var shape: [Int]
  /// The numbers, row-major.
  public var values: TensorValues

  /// Makes a tensor.
  ///
  /// - Precondition: `values` has as many numbers as the product of `shape`.
  public init(name: String, shape: [Int], values: TensorValues) {
    let count = shape.reduce(1, *)
    precondition(
      values.count == count,
      "tensor \(name) of shape \(shape) needs \(count) numbers, has \(values.count)")
    self.name = name
    self.shape = shape
    self.values = values
  }

  /// Whether name, shape and every bit agree.
  public func hasSameBits(as other: NamedTensor) -> Bool {
    name == other.name && shape == other.shape && values.hasSameBits(as: other.values)
  }
}
