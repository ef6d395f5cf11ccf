/// The candidate that is most like `text`, for `did you mean …?`; nil where none is like it.
///
/// The likeness is the Damerau-Levenshtein distance in its restricted form (optimal string
/// alignment: insertions, deletions, substitutions and swaps of neighbours each count 1, no
/// stretch is edited twice), on text in lower case. A candidate is like `text` at up to one edit
/// per three characters of the longer, at least one. Of equally near candidates the first wins.
///
/// - Complexity: the product of the lengths, per candidate; texts beyond 64 characters are like
///   nothing.
public func nearest(to text: String, among candidates: some Sequence<String>) -> String? {
  let wanted = Array(text.lowercased().unicodeScalars.prefix(65))
  guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let other = Array(candidate.lowercased().unicodeScalars.prefix(65))
    let cutoff = max(1, max(wanted.count, other.count) / 3)
    guard other.count <= 64, abs(other.count - wanted.count) <= cutoff else { continue }
    let distance = editDistance(wanted, other)
    guard distance <= cutoff, distance < max(wanted.count, other.count) else { continue }
    if distance < best?.distance ?? Int.max { best = (candidate, distance) }
  }
  return best?.candidate
}

/// The restricted Damerau-Levenshtein distance.
private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
  var older: [Int] = []
  var previous = Array(0...right.count)
  for row in 1...max(left.count, 1) where row <= left.count {
    var current = [row]
    current.reserveCapacity(right.count + 1)
    for column in 0..<right.count {
      let isSame = left[row - 1] == right[column]
      var distance = min(
        previous[column] + (isSame ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
      if row > 1, column > 0, left[row - 1] == right[column - 1],
        left[row - 2] == right[column]
      {
        distance = min(distance, older[column - 1] + 1)
      }
      current.append(distance)
    }
    older = previous
    previous = current
  }
  return previous[right.count]
}
