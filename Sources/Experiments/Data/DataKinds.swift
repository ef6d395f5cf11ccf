/// The kinds of `data`.
package enum DataKinds {
  package static let all: [Kind<any DataDefinition>] = [
    GaussianMixtureDefinition.kind,
    CategoricalDefinition.kind,
    SmoothedDefinition.kind,
    DrawsDefinition.kind,
    NoisedDefinition.kind,
    FileDefinition.kind,
  ]
}
