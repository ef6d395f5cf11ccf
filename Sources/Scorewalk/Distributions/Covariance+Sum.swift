extension Covariance {
  /// C + C', as plain a shape as the two allow.
  package func adding(_ other: Covariance) -> Covariance {
    switch (self, other) {
    case (_, .isotropic(let variance)): return adding(variance: variance)
    case (.isotropic(let variance), _): return other.adding(variance: variance)
    case (.diagonal(let first), .diagonal(let second)):
      return .diagonal(zip(first, second).map { $0 + $1 })
    case (.full(var rows), .diagonal(let values)), (.diagonal(let values), .full(var rows)):
      for index in rows.indices { rows[index][index] += values[index] }
      return .full(rows)
    case (.full(let first), .full(let second)):
      return .full(zip(first, second).map { zip($0, $1).map { $0 + $1 } })
    }
  }
}
