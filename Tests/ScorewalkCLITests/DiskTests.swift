import Foundation
import Testing

/// A small disk that is full, in a mount namespace of its own.
@Suite struct DiskTests {
  @Test(.enabled(if: Namespace.isPossible, "this machine lets nobody mount a tmpfs"))
  func aFullDiskKeepsWhatIsDoneAndResumes() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.wide, to: "wide.yaml")
    let result = try Namespace.run(
      """
      mkdir disk && mount -t tmpfs -o size=1792k tmpfs disk || exit 99
      "$0" run wide.yaml --results disk/results --checkpoint-seconds 0 >run.out 2>run.err
      echo $? >run.code
      "$0" show wide --results disk/results --json >show.json
      find disk -name '*.new' >halves
      mount -o remount,size=64m disk || exit 99
      "$0" resume wide --results disk/results --json >resume.json 2>resume.err
      echo $? >resume.code
      cp -a disk/results kept
      """, in: workspace)
    #expect(result.code == 0, "\(result.text)")
    func text(_ file: String) throws -> String {
      String(decoding: try workspace.read(file), as: UTF8.self)
    }
    let errors = try text("run.err")
    #expect(try text("run.code") == "74\n", "\(errors)")
    let run = try workspace.directory("wide", results: "kept")
    #expect(errors.contains("No space left on device"), "\(errors)")
    #expect(errors.contains("'disk/results/.store/partial/"))
    #expect(errors.contains("help: make room on that disk"))
    #expect(errors.contains("`scorewalk resume disk/results/\(run.dropFirst("kept/".count))`"))
    #expect(try text("halves").isEmpty, "halves of files take the room that is missing")
    let shown = try workspace.object("show.json")
    let nodes = shown["nodes"] as? [[String: Any]] ?? []
    #expect(nodes.first { $0["name"] as? String == "first" }?["status"] as? String == "done")
    let complaints = try text("resume.err")
    #expect(try text("resume.code") == "0\n", "\(complaints)")
    let resumed = try workspace.object("resume.json")["runs"] as? [[String: Any]]
    #expect(resumed?.first?["executed"] as? [String] == ["walk", "quality"])
    let record = try workspace.object(run + "/run.json")
    let steps = (record["resumed"] as? [[String: Any]] ?? []).compactMap { $0["step"] as? Int }
    #expect(steps.count == 1 && steps[0] > 0, "it went on from its checkpoint: \(steps)")
    #expect(try workspace.run("run", "wide.yaml").code == 0)
    let reference = try workspace.bytes(of: workspace.directory("wide"))
    #expect(try differences(reference, workspace.bytes(of: run)).isEmpty)
  }

  @Test(.enabled(if: Namespace.isPossible, "this machine lets nobody mount a tmpfs"))
  func aFullDiskStopsASweepWhichGoesOnLater() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.wide, to: "wide.yaml")
    let result = try Namespace.run(
      """
      mkdir disk && mount -t tmpfs -o size=4m tmpfs disk || exit 99
      "$0" run wide.yaml -m sampling.walk.step_size=0.1,0.2,0.3 -j 2 -k --results disk/results \
        --checkpoint-seconds 0 >run.out 2>run.err
      echo $? >run.code
      mount -o remount,size=64m disk || exit 99
      "$0" resume wide/2 --results disk/results --json >resume.json 2>resume.err
      echo $? >resume.code
      cp -a disk/results kept
      """, in: workspace)
    #expect(result.code == 0, "\(result.text)")
    func text(_ file: String) throws -> String {
      String(decoding: try workspace.read(file), as: UTF8.self)
    }
    let errors = try text("run.err")
    #expect(try text("run.code") == "74\n", "\(errors)")
    #expect(errors.contains("No space left on device"), "\(errors)")
    #expect(errors.contains("`scorewalk resume disk/results/wide/000"), "\(errors)")
    let complaints = try text("resume.err")
    #expect(try text("resume.code") == "0\n", "\(complaints)")
    let runs = try workspace.object("resume.json")["runs"] as? [[String: Any]]
    #expect(runs?.compactMap { $0["status"] as? String } == ["done", "done", "done"])
    let again = try workspace.run("run", "wide.yaml", "-m", "sampling.walk.step_size=0.1,0.2,0.3")
    #expect(again.code == 0, "\(again.text)")
    for number in 1...3 {
      let reference = try workspace.bytes(of: workspace.directory("wide", number))
      let kept = try workspace.bytes(of: workspace.directory("wide", number, results: "kept"))
      #expect(differences(reference, kept).isEmpty)
    }
  }

  @Test(.enabled(if: Namespace.isPossible, "this machine lets nobody mount a tmpfs"))
  func aDiskThatIsFullFromTheBeginning() throws {
    let workspace = try Workspace()
    try workspace.write(Specs.wide, to: "wide.yaml")
    let result = try Namespace.run(
      """
      mkdir disk && mount -t tmpfs -o size=64k tmpfs disk || exit 99
      head -c 1m /dev/zero >disk/filler 2>/dev/null
      "$0" run wide.yaml --results disk/results 2>run.err
      echo $? >run.code
      find disk/results -name '*-*' >left
      """, in: workspace)
    #expect(result.code == 0, "\(result.text)")
    #expect(try workspace.read("run.code") == Data("74\n".utf8))
    let errors = String(decoding: try workspace.read("run.err"), as: UTF8.self)
    #expect(errors.contains("No space left on device") && errors.contains("help: make room"))
    #expect(try workspace.read("left").isEmpty, "no half of a run's directory")
  }
}

/// A shell in a mount namespace of its own, where mounts harm nobody and end with it.
enum Namespace {
  private static let tool = "/usr/bin/unshare"

  /// As root, or else in a user namespace too.
  private static let options: [String]? = [["-m"], ["-r", "-m"]].first { options in
    let result = try? RunningProcess(
      options + ["/bin/sh", "-c", "mount -t tmpfs -o size=64k tmpfs /tmp"], executable: tool,
      in: NSTemporaryDirectory()
    ).wait()
    return result?.code == 0
  }

  static var isPossible: Bool { options != nil }

  /// - Parameter script: `$0` is the executable.
  static func run(_ script: String, in workspace: Workspace) throws -> ProcessResult {
    try RunningProcess(
      (options ?? []) + ["/bin/sh", "-c", script, try Executable.path()], executable: tool,
      in: workspace.path
    ).wait()
  }
}
