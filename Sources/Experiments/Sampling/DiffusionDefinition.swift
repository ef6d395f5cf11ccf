import Scorewalk
import YAML

/// `diffusion`: samples by a diffusion that runs backwards in time.
package enum DiffusionDefinition {
  package static let kind = ChainDefinition.kind(
    DiffusionSampler.kind,
    "A diffusion run backwards in time, from noise to the target: score SDEs, their probability flow, DDIM and EDM (Song et al. 2021; Karras et al. 2022).",
    goesDownALadder: true, hasPrior: true, hasLength: true, stepField: "scheme"
  ) { reader in
    let process = reader.map(
      "process", "How the law turns into noise: x_t = s(t) (X + σ(t) N).", isRequired: true
    ) { $0.process() }
    let grid = reader.map(
      "time_grid", "The times between which steps are made.", isRequired: true
    ) { reader in
      let times: DiffusionTimes? =
        reader.kind("time grid", among: DiffusionKinds.grids)?.definition ?? nil
      return (times: times, place: reader.range(of: "levels"))
    }
    let scheme = reader.map("scheme", "How a step is made.", isRequired: true) { reader in
      reader.kind("scheme", among: DiffusionKinds.schemes)?.definition
    }
    let corrector = reader.optionalMap(
      "corrector", "Langevin steps before each step: predictor–corrector sampling."
    ) { reader in
      DiffusionSampler.Corrector(
        steps: reader.count(
          "steps", "How many at each time.", atLeast: 1, atMost: 1000, smoke: 2),
        signalToNoise: reader.number(
          "signal_to_noise", "r: a step is 2 a² (r s σ)², a as in `reverse-diffusion`.",
          in: .positive, default: 0.16))
    }
    let denoises = reader.flag(
      "final_denoising",
      "Whether a last step without noise, to the posterior mean of X, makes one more state.",
      default: false)
    guard let process, let times = grid.times, let scheme, !reader.session.isListing else {
      return nil
    }
    // What is wrong is told where it can be mended.
    var place = grid.place
    do throws(RunError) {
      let grid = try times.grid(of: process)
      place = reader.range(of: corrector == nil ? "scheme" : "corrector")
      return try DiffusionSampler(
        grid: grid, scheme: scheme, corrector: corrector, denoisesAtEnd: denoises)
    } catch {
      reader.session.error(
        "'\(reader.path)': \(error.what)", at: place, help: error.hint)
      return nil
    }
  }
}

extension FieldReader {
  /// The kind of process that this map is; nil where something is wrong, which was reported.
  package func process() -> DiffusionProcess? {
    guard let process = kind("process", among: DiffusionKinds.processes)?.definition,
      !session.isListing
    else { return nil }
    do throws(RunError) {
      try process.validate()
      return process
    } catch {
      session.error("'\(path)': \(error.what)", at: place, help: error.hint)
      return nil
    }
  }
}
