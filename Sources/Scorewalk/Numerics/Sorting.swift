/// Finite numbers in ascending order, by their bits: the order that `sorted()` gives, in a fraction of the time.
///
/// Least significant digits first, eleven bits at a time; a digit that all numbers share is passed over. Equal
/// numbers, 0 and -0 among them, stay in the order in which they came.
package enum Sorting {
  /// Below so many numbers a comparison sort is as fast.
  private static let smallest = 512
  private static let digitBits = 11

  /// The numbers, ascending.
  ///
  /// - Parameter values: all finite.
  /// - Complexity: O(n); the array itself where all numbers have a float32's precision, else one more.
  package static func sorted(_ values: [Double]) -> [Double] {
    guard values.count >= smallest else { return values.sorted() }
    if values.allSatisfy({ Double(Float($0)) == $0 }) { return sortedAsFloats(values) }
    return radix(values.count, digits: 6, key: key) { values[$0] }
  }

  /// Halves of the array's own memory hold the numbers in half their size, and are made whole again in place.
  private static func sortedAsFloats(_ values: [Double]) -> [Double] {
    let count = values.count
    return [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      let memory = UnsafeMutableRawBufferPointer(buffer)
      let floats = memory.bindMemory(to: Float.self)
      guard let low = floats.baseAddress, let bytes = memory.baseAddress else { return }
      for (index, value) in values.enumerated() { low[index] = Float(value) }
      let isHigh = radix(low, low + count, count: count, digits: 3) { value in
        // 0 and -0 are equal.
        let bits = (value + 0).bitPattern
        return UInt64(bits >> 31 == 0 ? bits ^ (1 << 31) : ~bits)
      }
      func widen(_ index: Int) {
        let place = (isHigh ? count : 0) + index
        let value = bytes.load(fromByteOffset: 4 * place, as: Float.self)
        bytes.storeBytes(of: Double(value), toByteOffset: 8 * index, as: Double.self)
      }
      // From the side from which nothing is overwritten that is still to be read.
      if isHigh {
        for index in 0..<count { widen(index) }
      } else {
        for index in (0..<count).reversed() { widen(index) }
      }
      _ = memory.bindMemory(to: Double.self)
      initialized = count
    }
  }

  /// The places of numbers in ascending order.
  ///
  /// - Parameters:
  ///   - count: how many numbers, fewer than 2³².
  ///   - value: the number at a place; finite.
  /// - Complexity: O(n); two arrays of n places.
  @inline(__always)
  package static func order(_ count: Int, _ value: (Int) -> Double) -> [UInt32] {
    precondition(count <= Int(UInt32.max), "\(count) numbers are too many")
    return radix(count, digits: 6, key: { key(value(Int($0))) }) { UInt32($0) }
  }

  /// A number whose order as an integer is that of the finite number.
  @inline(__always)
  private static func key(_ value: Double) -> UInt64 {
    // 0 and -0 are equal.
    let bits = (value + 0).bitPattern
    return bits >> 63 == 0 ? bits ^ (1 << 63) : ~bits
  }

  @inline(__always)
  private static func digit(_ key: UInt64, _ number: Int) -> Int {
    Int((key >> UInt64(number * digitBits)) & (1 << UInt64(digitBits) - 1))
  }

  /// Some elements in the order of their keys.
  @inline(__always)
  private static func radix<Element: BitwiseCopyable>(
    _ count: Int, digits: Int, key: (Element) -> UInt64, _ element: (Int) -> Element
  ) -> [Element] {
    guard count > 0 else { return [] }
    let other = UnsafeMutablePointer<Element>.allocate(capacity: count)
    defer { other.deallocate() }
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let source = buffer.baseAddress else { return }
      for index in 0..<count { source[index] = element(index) }
      if radix(source, other, count: count, digits: digits, key: key) {
        source.update(from: other, count: count)
      }
      initialized = count
    }
  }

  /// Sorts elements, with room for as many at another place; returns whether they end there.
  @inline(__always)
  private static func radix<Element: BitwiseCopyable>(
    _ elements: UnsafeMutablePointer<Element>, _ other: UnsafeMutablePointer<Element>, count: Int,
    digits: Int, key: (Element) -> UInt64
  ) -> Bool {
    let width = 1 << digitBits
    var counts = [Int](repeating: 0, count: digits * width)
    for index in 0..<count {
      let key = key(elements[index])
      for number in 0..<digits { counts[number * width + digit(key, number)] += 1 }
    }
    var (source, target) = (elements, other)
    for number in 0..<digits {
      let range = (number * width)..<((number + 1) * width)
      if counts[range].contains(count) { continue }
      var place = 0
      for slot in range { (counts[slot], place) = (place, place + counts[slot]) }
      counts.withUnsafeMutableBufferPointer { counts in
        for index in 0..<count {
          let element = source[index]
          let slot = number * width + digit(key(element), number)
          target[counts[slot]] = element
          counts[slot] += 1
        }
      }
      swap(&source, &target)
    }
    return source != elements
  }
}
