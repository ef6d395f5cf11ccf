internal import CKernels

/// One Langevin chain at a time on an energy network whose parameters change between chains: one call for all of a
/// chain's steps, with the bits of ``MLP`` on one row.
package final class EnergyChain<Scalar: Real> {
  private let network: MLP
  private let kernels = Scalar.kernels(.selected)
  private let widths: [Int]
  private let packed: UnsafeMutablePointer<Scalar>
  private let scratch: UnsafeMutablePointer<Scalar>
  private let maximumSteps: Int
  private let position: UnsafeMutablePointer<Scalar>
  /// Where the chain was after each step, `[steps, dimension]`.
  private let path: UnsafeMutablePointer<Scalar>

  /// - Parameter steps: how many steps a chain has at most.
  package init(_ network: MLP, steps: Int) {
    precondition(network.outputCount == 1, "an energy with \(network.outputCount) outputs")
    precondition(!network.isResidual, "the kernel for one chain knows no residual network")
    self.network = network
    maximumSteps = steps
    widths = network.widths
    let size = MemoryLayout<Scalar>.size
    let layers = network.layers.count
    packed = allocateAligned(count: sw_chain_size(layers, widths, size, 0))
    scratch = allocateAligned(count: sw_chain_size(layers, widths, size, 1))
    position = allocateAligned(count: network.inputCount)
    path = allocateAligned(count: max(1, steps * network.inputCount))
  }

  deinit {
    for pointer in [packed, scratch, position, path] {
      deallocateAligned(pointer)
    }
  }

  /// Takes over parameters, `[parameterCount]`.
  package func load(_ parameters: UnsafePointer<Scalar>) {
    kernels.chainPack(network.layers.count, widths, parameters, packed)
  }

  /// Makes some steps; ``read(step:into:)`` tells where they led.
  ///
  /// - Parameters:
  ///   - positions: where the chain is, in row 0.
  ///   - noise: ξ; of step t and coordinate c in feature t · dimension + c, row 0.
  package func walk(
    from positions: Matrix<Scalar>, steps: Int, update: LangevinUpdate<Scalar>,
    noise: Matrix<Scalar>
  ) {
    precondition(
      steps <= maximumSteps && noise.features >= steps * network.inputCount,
      "\(steps) steps in a path of \(maximumSteps), with noise of \(noise.features) features")
    for coordinate in 0..<network.inputCount { position[coordinate] = positions[coordinate, 0] }
    kernels.chainEnergy(
      network.layers.count, widths, network.activation.kernelIndex, packed, update.drift,
      update.diffusion, steps, noise.pointer, noise.stride, position, path, scratch)
  }

  /// Writes where a step of the latest walk led, counted from 0, into row 0.
  package func read(step: Int, into positions: Matrix<Scalar>) {
    precondition(step < maximumSteps, "step \(step) of a path of \(maximumSteps)")
    for coordinate in 0..<network.inputCount {
      positions[coordinate, 0] = path[step * network.inputCount + coordinate]
    }
  }
}
