/// What random numbers are for: one field of the generator's counter.
///
/// Two purposes never share a number. One purpose serves one kind of draw (normals, uniforms or
/// indices) at a given step, row and column.
public enum RandomPurpose: UInt32, Sendable, CaseIterable {
  /// Initial parameters of a network.
  case parameters = 1
  /// Which component, atom or stored row a datum comes from.
  case dataChoice = 2
  /// The noise around it.
  case dataNoise = 3
  /// Which rows make a batch.
  case batch = 4
  /// Noise that an objective adds to data.
  case objectiveNoise = 5
  /// Where the negative chains of contrastive divergence start.
  case negativesInitial = 6
  /// The noise of those chains.
  case negativesNoise = 7
  /// Where the chains of a sampler start; where they start from draws of a law, it is the law's own purposes at step 0.
  case initialState = 8
  /// The noise of those chains.
  case chainNoise = 9
  /// Draws of an evaluation.
  case evaluation = 10
  /// Draws that make the noise floor of a metric.
  case floor = 11
  /// The order of rows in an epoch.
  case shuffle = 12
  /// Whether a proposal of a chain is accepted.
  case acceptance = 13
  /// Which places of a replay buffer chains take, and which of them start anew.
  case replay = 14
  /// Values of the random axes of a sweep.
  case sweep = 15
  /// With which velocities the chains of a sampler start.
  case initialVelocity = 16
  /// At which noise level an objective looks at a row.
  case objectiveLevel = 17
}
