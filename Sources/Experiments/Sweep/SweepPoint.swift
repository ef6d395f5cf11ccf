/// One point of a sweep: which value each axis has there.
package struct SweepPoint: Sendable {
  /// What one axis sets.
  package struct Setting: Sendable {
    package let axis: String
    package let paths: [String]
    /// The value as labels show it.
    package let value: String
    package let number: Double?
  }

  /// From 0.
  package let index: Int
  package let settings: [Setting]
  /// How much the seeds are raised; nil where there is no axis of seeds.
  package let seedIndex: Int?
  /// The spec's seed at this point, where there is an axis of seeds.
  package let seed: Int?

  /// `chains=100 delta=0.05 seed=2`.
  package var label: String { Self.label(settings, seed: seed) }

  /// What some settings are called together.
  package static func label(_ settings: [Setting], seed: Int?) -> String {
    (settings.map { "\($0.axis)=\($0.value)" } + (seed.map { ["seed=\($0)"] } ?? []))
      .joined(separator: " ")
  }
}

/// A spec as it is at one point; the only one of a spec without a sweep has no place in any.
package struct SpecPoint: Sendable {
  package let spec: Spec
  package let point: SweepPoint?

  package init(_ spec: Spec, at point: SweepPoint? = nil) {
    self.spec = spec
    self.point = point
  }
}

/// What a spec expands to: the points of its sweep, or itself alone.
package struct SpecPoints: Sendable {
  package let points: [SpecPoint]

  package init(_ points: [SpecPoint]) {
    precondition(!points.isEmpty, "a spec without points")
    self.points = points
  }

  /// The experiment's name, which all points share.
  package var name: String { points[0].spec.name }
  /// The spec at the first point.
  package var first: Spec { points[0].spec }
  package var isSweep: Bool { points[0].point != nil }
}
