import Scorewalk

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What this machine has and lacks for running experiments.
package struct Doctor: Sendable {
  package enum Verdict: String, Sendable {
    case good = "ok"
    /// Works, with something that is worth knowing.
    case doubtful = "note"
    /// Does not work.
    case bad = "BAD"
  }

  /// One thing that was looked at.
  package struct Finding: Sendable {
    package let verdict: Verdict
    package let what: String
    package let detail: String
    package let remedy: String?

    init(_ verdict: Verdict, _ what: String, _ detail: String, _ remedy: String? = nil) {
      self.verdict = verdict
      self.what = what
      self.detail = detail
      self.remedy = remedy
    }
  }

  package let findings: [Finding]

  package var isGood: Bool { !findings.contains { $0.verdict == .bad } }

  /// Looks at the machine and at a results directory: makes it where it is missing, tries it with files of its own, and
  /// removes those.
  ///
  /// - Parameter measures: whether to measure the speed, which takes a second.
  package init(_ results: ResultsDirectory, measures: Bool = true) {
    var findings = Self.machine()
    findings += Self.kernels()
    if measures { findings += Self.speed() }
    findings += Self.programs()
    findings += Self.disk(results)
    self.findings = findings
  }

  // MARK: - The machine

  private static func machine() -> [Finding] {
    let provenance = Provenance()
    let cores = provenance.processors ?? 1
    let threads = WorkerPool.defaultThreads
    var found = [
      Finding(.good, "program", provenance.tool),
      Finding(
        .good, "system",
        [provenance.distribution, provenance.system].compactMap(\.self).joined(separator: "; ")),
      Finding(.good, "processor", "\(provenance.processor ?? "unknown"), \(cores) online"),
      Finding(
        threads > cores ? .doubtful : .good, "threads",
        "\(threads)" + (WorkerPool.requestedThreads == nil ? "" : ", by SCOREWALK_THREADS"),
        threads > cores ? "there are \(cores) processors; unset SCOREWALK_THREADS" : nil),
    ]
    for (name, value) in provenance.environment.sorted(by: { $0.key < $1.key })
    where !["SCOREWALK_KERNELS", "SCOREWALK_THREADS"].contains(name) {
      found.append(Finding(.doubtful, "variable", "\(name) is \(value)"))
    }
    return found
  }

  private static func kernels() -> [Finding] {
    let available = KernelSelection.allCases.filter(\.isAvailable).map(\.rawValue)
    let selected = KernelSelection.selected
    let isBest = selected == .best
    return [
      Finding(
        isBest ? .good : .doubtful, "kernels",
        "\(selected.rawValue), of " + available.joined(separator: ", "),
        isBest
          ? nil
          : "\(KernelSelection.best.rawValue) is faster, with the same bits: unset SCOREWALK_KERNELS"
      )
    ]
  }

  private static func speed() -> [Finding] {
    let normals = MachineSpeed.normals()
    var found = [
      Finding(
        .good, "normals",
        "\(TextTable.number(normals / 1e6, digits: 3)) million a second on one thread")
    ]
    let pool = WorkerPool()
    guard let layer = try? MachineSpeed.layer(pool) else { return found }
    var text = "\(TextTable.number(layer, digits: 3)) GFLOP/s on \(pool.threads) threads"
    if let clock = Provenance.clockRate {
      let lanes = KernelSelection.selected == .plain ? 4.0 : 8.0
      let peak = clock * lanes * 2 * Double(pool.threads)
      text +=
        ", \(TextTable.number(layer / peak, digits: 2)) of the \(TextTable.number(peak, digits: 3)) that "
      text +=
        "two units without fused multiply-adds give at \(TextTable.number(clock, digits: 3)) GHz"
    }
    found.append(Finding(.good, "256x256 layer", text))
    return found
  }

  /// Programs that something is better with; nothing needs them.
  private static func programs() -> [Finding] {
    [
      ("git", "provenance has no commit and no patch", "install git"),
      ("gnuplot", "figures are not drawn", "install gnuplot-nox"),
    ].map { program, lack, remedy in
      TimedProgram.place(of: program).map { Finding(.good, program, $0) }
        ?? Finding(.doubtful, program, "not found: \(lack)", remedy)
    }
  }

  // MARK: - The disk

  private static func disk(_ results: ResultsDirectory) -> [Finding] {
    let probe = results.path + "/.doctor-\(FileLock.process)"
    let had = FileSystem.isDirectory(results.path)
    defer {
      FileSystem.remove(probe)
      if !had { FileSystem.removeIfEmpty(results.path) }
    }
    do throws(Failure) {
      try FileSystem.makeDirectory(probe)
      try FileSystem.write(Array("probe\n".utf8), to: probe + "/file")
    } catch {
      return [Finding(.bad, "results", "\(error.what): \(error.reason)", error.remedy)]
    }
    var found = [
      Finding(
        .good, "results", "'\(results.path)' can be written" + (had ? "" : "; it would be made"))
    ]
    found.append(sharing(probe))
    found.append(locks(probe))
    found.append(links(probe))
    found.append(space(probe))
    found.append(clock(probe + "/file"))
    found += store(results)
    return found
  }

  private static func sharing(_ probe: String) -> Finding {
    switch FileSystem.sharing(probe + "/file", as: probe + "/other") {
    case .reflink:
      Finding(
        .good, "shared files", "reflinks: runs share their files with the store, copied on write")
    case .hardLink:
      Finding(.good, "shared files", "hard links: runs share their files with the store, read-only")
    case .none:
      Finding(
        .doubtful, "shared files", "neither reflinks nor hard links: every run copies its files",
        "choose a results directory on a disk that has them, with --results")
    }
  }

  private static func locks(_ probe: String) -> Finding {
    let path = probe + "/lock"
    guard let lock = try? FileLock(path: path), lock.isGuarding else {
      return Finding(
        .doubtful, "locks", "this disk has none: processes that want the same node all compute it",
        "results stay right; choose a local disk with --results")
    }
    return withExtendedLifetime(lock) {
      FileLock.isHeld(path)
        ? Finding(.good, "locks", "released by the kernel when a process ends")
        : Finding(
          .doubtful, "locks", "locks of this disk do not hold: work may be done twice",
          "results stay right; choose a local disk with --results")
    }
  }

  private static func links(_ probe: String) -> Finding {
    do throws(Failure) {
      try FileSystem.setLink(probe + "/link", to: "file")
      return Finding(.good, "symbolic links", "for `latest`")
    } catch {
      return Finding(
        .doubtful, "symbolic links", "none here: there is no `latest`, runs are found without it")
    }
  }

  private static func space(_ probe: String) -> Finding {
    guard let free = FileSystem.freeSpace(probe) else {
      return Finding(.doubtful, "free space", "the disk does not say")
    }
    let text = "\(TextTable.number(Double(free) / 1e9, digits: 3)) GB"
    return free < 1_000_000_000
      ? Finding(
        .doubtful, "free space", text, "make room: a run that finds none stops and can be resumed")
      : Finding(.good, "free space", text)
  }

  /// Locks, heartbeats and what is nearest in time go by the clock; a disk elsewhere has its own.
  private static func clock(_ file: String) -> Finding {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let ahead = FileSystem.modificationTime(file).map {
      Double($0) * 1e-9 - Double(now.tv_sec) - Double(now.tv_nsec) * 1e-9
    }
    let skew = ahead.map { $0 < 0 ? -$0 : $0 } ?? 0
    if now.tv_sec < 1_700_000_000 {
      return Finding(
        .doubtful, "clock", "it stands at a time long past", "set it: runs are dated by it")
    }
    return skew > 5
      ? Finding(
        .doubtful, "clock",
        "the disk's is \(TextTable.number(skew, digits: 3)) s off this machine's",
        "let both follow one time server")
      : Finding(.good, "clock", "\(RunClock().timestamp())")
  }

  private static func store(_ results: ResultsDirectory) -> [Finding] {
    let damaged = FileSystem.names(in: results.store.path + "/damaged").count
    let stored = FileSystem.names(in: results.store.path + "/nodes").count
    let text = "\(stored) stored results"
    return [
      damaged == 0
        ? Finding(.good, "store", text)
        : Finding(
          .doubtful, "store", "\(text), and \(damaged) damaged ones that were set aside",
          "test the memory and the disk; `scorewalk gc` removes them")
    ]
  }
}
