/// The kinds of `evaluation`.
package enum EvaluationKinds {
  package static let all: [Kind<any EvaluationDefinition>] = [
    DensityEvaluation.kind,
    DenoiserEvaluation.kind,
    ScoreEvaluation.kind,
    SamplesEvaluation.kind,
    LikelihoodEvaluation.kind,
  ]
}
