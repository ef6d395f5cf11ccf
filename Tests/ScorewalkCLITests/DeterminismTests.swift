import Foundation
import Testing

/// One spec gives one set of bytes, whatever it runs on.
@Suite struct DeterminismTests {
  @Test(arguments: ["float32", "float64"], [Specs.small, Specs.threaded, Specs.objectives])
  func bytesDoNotDependOnThreadsOrInstructions(precision: String, spec: String) throws {
    let workspace = try Workspace()
    try workspace.write(spec, to: "spec.yaml")
    var reference: [String: Data]?
    for kernels in ["plain"] + Executable.vectorKernels {
      for threads in ["1", "2", "64"] {
        let result = try workspace.run(
          ["run", "spec.yaml", "--no-store", "--json", "precision=\(precision)"],
          environment: ["SCOREWALK_KERNELS": kernels, "SCOREWALK_THREADS": threads])
        #expect(result.code == 0, "\(result.text)")
        let run = try directory(of: result)
        let bytes = try workspace.bytes(of: run)
        #expect(bytes.keys.contains { $0.hasPrefix("samples/") })
        #expect(bytes.keys.contains { $0.hasPrefix("checkpoints/") })
        #expect(bytes.keys.contains { $0.hasPrefix("metrics/") })
        let different = differences(reference ?? bytes, bytes)
        #expect(different.isEmpty, "\(kernels), \(threads) threads: \(different)")
        reference = reference ?? bytes
        let provenance = try workspace.object(run + "/provenance.json")
        #expect(provenance["kernels"] as? String == kernels)
      }
    }
  }

  @Test(
    .enabled(if: !Executable.vectorKernels.isEmpty, "plain C has no one to agree with here"),
    arguments: Executable.vectorKernels)
  func vectorsAreThere(_ kernels: String) throws {
    let workspace = try Workspace()
    #expect(try workspace.run(["ls"], environment: ["SCOREWALK_KERNELS": kernels]).code == 0)
  }

  @Test func aSeedChangesTheBytes() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.small, to: "small.yaml")
    let one = try directory(of: workspace.run("run", "small.yaml", "--json"))
    let other = try directory(of: workspace.run("run", "small.yaml", "--json", "seed=1"))
    let different = try differences(workspace.bytes(of: one), workspace.bytes(of: other))
    #expect(different.contains("samples/walk.npy"))
    #expect(different.contains("checkpoints/fit/step-00000200.json"))
    #expect(different.contains("metrics/fit.jsonl"))
  }

  private func directory(of result: ProcessResult) throws -> String {
    let runs = try Workspace.object(result.output)["runs"] as? [[String: Any]]
    return try #require(runs?.first?["directory"] as? String, "\(result.text)")
  }
}
