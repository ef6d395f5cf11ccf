/// The kinds of `sampling`.
package enum SamplingKinds {
  package static let all: [Kind<any SamplingDefinition>] = [
    LangevinDefinition.kind,
    MetropolisAdjustedLangevinDefinition.kind,
    UnderdampedLangevinDefinition.kind,
    AnnealedLangevinDefinition.kind,
    MultiMeasurementDefinition.kind,
    SequentialMeasurementDefinition.kind,
    DiffusionDefinition.kind,
    DenoiseDefinition.kind,
  ]
}
