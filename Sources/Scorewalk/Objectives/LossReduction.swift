/// How the losses of single rows make the loss of a batch.
public enum LossReduction: String, Sendable, Hashable, CaseIterable {
  /// Their mean; coordinates are summed.
  case mean
  /// Their sum; coordinates are summed too.
  case sum
}
