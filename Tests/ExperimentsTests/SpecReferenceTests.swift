import Experiments
import Scorewalk
import Testing

@Suite("The documentation of fields")
struct SpecReferenceTests {
  private let fields = SpecReader.documentation()

  @Test func everyFieldIsDocumentedOnce() {
    var paths: Set<String> = []
    for field in fields {
      #expect(paths.insert(field.path).inserted, "\(field.path) is listed twice")
      #expect(!field.type.isEmpty, "\(field.path)")
      #expect(field.summary.hasSuffix(".") || field.summary.hasSuffix("…"), "\(field.path)")
      #expect(!(field.isRequired && field.defaultText != nil), "\(field.path)")
    }
    #expect(fields.count > 100)
  }

  /// Every field that a spec was seen to have is a field that is listed.
  @Test func whatIsReadIsListed() throws {
    var names: Set<String> = []
    for field in fields { names.insert(String(field.path.split(separator: ".").last ?? "")) }
    for text in smallSpecs {
      for (path, _, _) in ResolvedValue.map(try Reading(text).required().resolved).leaves() {
        for name in path.split(separator: ".").dropFirst(2)
        where Int(name) == nil && name != "count" && name != "kind-version" {
          #expect(names.contains(String(name)), "\(path)")
        }
      }
    }
  }

  @Test func thePageIsUpToDate() throws {
    let page = String(decoding: try FileSystem.read(repository + "/docs/spec.md"), as: UTF8.self)
    let isCurrent = page == SpecReference.markdown
    #expect(isCurrent, "renew it with `scorewalk init --reference > docs/spec.md`")
  }

  @Test func everyKindHasItsFields() {
    for kind in DataKinds.all.map(\.name) {
      #expect(fields.contains { $0.path.hasPrefix("data.<name> (\(kind)).") }, "\(kind)")
    }
    for kind in ObjectiveKinds.all.map(\.name) {
      #expect(fields.contains { $0.path.contains("objective (\(kind)).") }, "\(kind)")
    }
    for kind in OptimizerDefinition.kinds.map(\.name) {
      // A line search has a step size in place of a learning rate.
      let size = kind == GradientDescent.kind ? "step_size" : "learning_rate"
      #expect(fields.contains { $0.path.contains("optimizer (\(kind)).\(size)") }, "\(kind)")
    }
    for kind in SamplingKinds.all.map(\.name) {
      #expect(fields.contains { $0.path.hasPrefix("sampling.<name> (\(kind)).") }, "\(kind)")
    }
    for kind in EvaluationKinds.all.map(\.name) {
      #expect(fields.contains { $0.path.hasPrefix("evaluation.<name> (\(kind)).") }, "\(kind)")
    }
  }

  /// What is registered can be written, and what can be written is registered.
  @Test func registriesAgree() {
    #expect(ObjectiveKinds.all.map(\.name) == Objectives.kinds.map { $0.kind })
    #expect(OptimizerDefinition.kinds.map(\.name) == Optimizers.kinds.map { $0.kind })
    // Denoising is a sampling without steps, so that it is no sampler.
    #expect(
      SamplingKinds.all.map(\.name).filter { $0 != "denoise" } == Samplers.kinds.map { $0.kind })
  }

  @Test func theStarterSpecIsGood() throws {
    for isSmoke in [false, true] {
      let reading = Reading(StarterSpec.text(name: "first"), isSmoke: isSmoke)
      #expect(reading.diagnostics.isEmpty, "\(reading.diagnostics.rendered())")
      #expect(try reading.required().name == "first")
    }
    #expect(try Reading(StarterSpec.text(name: "a/b")).required().name == "my-experiment")
  }

  @Test func theShippedSpecsAreGood() throws {
    for path in shippedSpecs {
      for isSmoke in [false, true] {
        let reading = Reading(try SpecLoader.load(path: path), isSmoke: isSmoke)
        // The notebook's ReLU is a quirk, and told as one.
        let doubtful = reading.diagnostics.found.filter {
          $0.severity == .error || !$0.message.contains("its activation is relu")
        }
        #expect(doubtful.isEmpty, "\(reading.diagnostics.rendered())")
      }
    }
  }
}
