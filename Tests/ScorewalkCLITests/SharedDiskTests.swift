import Foundation
import Glibc
import Testing

/// Disks that several machines share, or that have no locks.
@Suite(.serialized) struct SharedDiskTests {
  /// Makes every lock fail as on a network's disk whose lock service does not run.
  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <stdarg.h>
    static int locked(const char *name, int descriptor, int command, void *argument) {
      if (command == 36 || command == 37 || command == 38) { errno = ENOLCK; return -1; }
      int (*real)(int, int, void *) = (int (*)(int, int, void *))dlsym(RTLD_NEXT, name);
      return real(descriptor, command, argument);
    }
    int fcntl(int descriptor, int command, ...) {
      va_list list; va_start(list, command); void *argument = va_arg(list, void *); va_end(list);
      return locked("fcntl", descriptor, command, argument);
    }
    int fcntl64(int descriptor, int command, ...) {
      va_list list; va_start(list, command); void *argument = va_arg(list, void *); va_end(list);
      return locked("fcntl64", descriptor, command, argument);
    }
    """

  private static let compiler = ["/usr/bin/clang", "/usr/bin/cc", "/usr/bin/gcc"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Several processes at once, killed and resumed: work is done more than once, and nothing is damaged.
  @Test(.enabled(if: compiler != nil, "there is no C compiler in /usr/bin"))
  func withoutLocks() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    try workspace.write(Self.source, to: "nolocks.c")
    let made = try RunningProcess(
      ["-shared", "-fPIC", "-o", "nolocks.so", "nolocks.c", "-ldl"],
      executable: Self.compiler, in: workspace.path
    ).wait()
    try #require(made.code == 0, "\(made.text)")
    let environment = ["LD_PRELOAD": workspace.path + "/nolocks.so"]
    #expect(
      try workspace.run("doctor", environment: environment).output.contains("this disk has none"))
    let run = ["run", "long.yaml", "--checkpoint-seconds", "0.01"]
    let killed = try workspace.start(run, environment: environment)
    func checkpoints() -> Int {
      workspace.files("results/.store/partial").count {
        $0.contains("/checkpoint-") && $0.hasSuffix(".json")
      }
    }
    #expect(killed.wait { checkpoints() > 0 })
    killed.send(SIGKILL)
    _ = try killed.wait()
    let processes = try (0..<3).map { _ in try workspace.start(run, environment: environment) }
    for process in processes {
      let result = try process.wait()
      #expect(result.code == 0, "\(result.text)")
    }
    // Its end was less than a minute ago, and nothing tells that it is gone.
    let refused = try workspace.run("resume", "long/1", environment: environment)
    #expect(refused.code == 75 && refused.errors.contains("seems to be running"), "\(refused.text)")
    #expect(
      try workspace.json("show", "long/1", "--json")["status"] as? String == "interrupted",
      "with locks it is known")
    try silence(workspace)
    let resumed = try workspace.run("resume", "long/1", environment: environment)
    #expect(resumed.code == 0, "\(resumed.text)")
    #expect(try workspace.run("verify", "long/*").code == 0)
    let bytes = try (1...4).map { try workspace.bytes(of: workspace.directory("long", $0)) }
    for other in bytes.dropFirst() { #expect(differences(bytes[0], other).isEmpty) }
    // The second run went on from a copy of what the first had left.
    let records = try (2...4).map {
      try workspace.object(workspace.directory("long", $0) + "/run.json")["resumed"] as? [Any]
    }
    #expect(records.contains { $0?.isEmpty == false })
  }

  /// Sets back when the first run last showed that its process lives.
  private func silence(_ workspace: Workspace) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date.now.addingTimeInterval(-100)],
      ofItemAtPath: workspace.path + "/results/long/.ids/0001/lock")
  }

  /// A run of another machine that shows that it lives is running; one that has not for a minute is not.
  @Test func runsOfAnotherMachine() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    let process = try workspace.start(["run", "long.yaml", "--checkpoint-seconds", "0.01"])
    #expect(process.wait { !workspace.names("results/.store/partial").isEmpty })
    process.send(SIGKILL)
    _ = try process.wait()
    let file = try workspace.directory("long") + "/run.json"
    let text = String(decoding: try workspace.read(file), as: UTF8.self)
    let host = try #require(workspace.object(file)["host"] as? String)
    try workspace.write(
      text.replacingOccurrences(of: "\"\(host)\"", with: "\"elsewhere\""), to: file)
    func status() throws -> String? {
      let runs = try workspace.json("ls", "--json")["runs"] as? [[String: Any]]
      let shown = try workspace.json("show", "long", "--json")["status"] as? String
      #expect(runs?.first?["status"] as? String == shown)
      return shown
    }
    #expect(try status() == "running")
    let refused = try workspace.run("resume", "long")
    #expect(refused.code == 75, "\(refused.text)")
    #expect(refused.errors.contains("seems to be running on elsewhere"))
    try silence(workspace)
    #expect(try status() == "interrupted")
    #expect(try workspace.run("resume", "long").code == 0)
  }

  /// A point whose turn has not come is pending as long as the process of its sweep lives, wherever that is.
  @Test func pointsOfAnotherMachine() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.long, to: "long.yaml")
    let process = try workspace.start([
      "run", "long.yaml", "-m", "training.fit.steps=40000,40001", "--checkpoint-seconds", "0.01",
    ])
    #expect(process.wait { !workspace.names("results/.store/partial").isEmpty })
    process.send(SIGKILL)
    _ = try process.wait()
    for number in 1...2 {
      let file = try workspace.directory("long", number) + "/run.json"
      let text = String(decoding: try workspace.read(file), as: UTF8.self)
      let host = try #require(workspace.object(file)["host"] as? String)
      try workspace.write(
        text.replacingOccurrences(of: "\"\(host)\"", with: "\"elsewhere\""), to: file)
    }
    func statuses() throws -> [String?] {
      let runs = try workspace.json("ls", "--json")["runs"] as? [[String: Any]] ?? []
      return runs.map { $0["status"] as? String }
    }
    #expect(try statuses() == ["running", "pending"])
    try silence(workspace)
    #expect(try statuses() == ["interrupted", "interrupted"])
  }
}
