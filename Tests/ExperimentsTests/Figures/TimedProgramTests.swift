import Testing

@testable import Experiments

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite("Programs with input, output and a deadline")
struct TimedProgramTests {
  private let program = TimedProgram(environment: [:], seconds: 30)

  @Test func whatIsReadAndWrittenAtOnceIsWhole() throws {
    // More than pipes hold, in both directions: who served one stream at a time would wait for ever.
    let input = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    guard
      case .output(let bytes, isWhole: true) = program.run(["cat"], input: input, atMost: 8 << 20)
    else {
      Issue.record("no output")
      return
    }
    #expect(bytes == input)
  }

  @Test func aProgramNeedNotReadItsInput() {
    let input = [UInt8](repeating: 0, count: 3 << 20)
    guard case .output(let bytes, isWhole: true) = program.run(["echo", "done"], input: input)
    else {
      Issue.record("no output")
      return
    }
    #expect(bytes == Array("done\n".utf8))
  }

  @Test func onlyTheBeginningOfLongOutputIsKept() {
    let answer = program.run(["sh", "-c", "head -c 200000 /dev/zero"], atMost: 1000)
    guard case .output(let bytes, isWhole: false) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(bytes.count == 1000)
  }

  @Test func theEndOfWhatAProgramComplainsOfIsTold() {
    let script = "head -c 3000000 /dev/zero | tr '\\0' 'x' >&2; echo 'the last word' >&2; exit 3"
    guard case .failed(let complaint) = program.run(["sh", "-c", script]) else {
      Issue.record("it did not fail")
      return
    }
    #expect(complaint.hasSuffix("xthe last word\n"))
    #expect(complaint.utf8.count == 4096)
  }

  @Test func aSignalIsAFailure() {
    guard case .failed = program.run(["sh", "-c", "kill -9 $$"]) else {
      Issue.record("it did not fail")
      return
    }
  }

  @Test func whatIsNotThereIsNothing() {
    guard case .nothing = program.run(["no-such-program-of-scorewalk"], input: [1]) else {
      Issue.record("it is there")
      return
    }
  }

  @Test func whatTheSystemDoesNotStartIsNotCalledMissing() {
    let long = String(repeating: "x", count: 4 << 20)
    guard case .failed(let complaint) = program.run(["echo", long]) else {
      Issue.record("it started")
      return
    }
    #expect(complaint == "it cannot be started: \(String(cString: strerror(E2BIG)))")
  }

  @Test func aProgramThatIsBeingWrittenIsWaitedFor() throws {
    var template = Array("/tmp/scorewalk-program-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    try #require(file >= 0 && fchmod(file, 0o755) == 0 && fcntl(file, F_SETFD, FD_CLOEXEC) == 0)
    let place = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(place) }
    let script = Array("#!/bin/sh\necho done\n".utf8)
    try #require(write(file, script, script.count) == script.count)
    let writer = WorkerThread {
      usleep(100_000)
      close(file)
    }
    let answer = program.run([place])
    writer?.join()
    #expect(answer.line == "done", "\(answer)")
  }

  @Test func aProgramThatNeverFallsSilentIsEnded() {
    guard case .late = TimedProgram(environment: [:], seconds: 0.2).run(["yes"]) else {
      Issue.record("it ended")
      return
    }
  }

  @Test func aRequestToStopEndsAProgramThatHangs() {
    let control = RunControl()
    let program = TimedProgram(environment: [:], seconds: 600, control: control)
    let waiting = WorkerThread {
      usleep(100_000)
      control.requestStop()
    }
    // It neither ends nor reads.
    let answer = program.run(
      ["sh", "-c", "sleep 600"], input: [UInt8](repeating: 0, count: 3 << 20))
    waiting?.join()
    guard case .stopped = answer else {
      Issue.record("\(answer)")
      return
    }
    guard case .stopped = program.run(["true"]) else {
      Issue.record("it began")
      return
    }
  }

  @Test func groupsAreEnteredAndLeft() throws {
    // No process has such a group.
    let group = Int32.max
    let place = try #require(ProgramGroups.add(group))
    #expect(ProgramGroups.add(group) != place)
    ProgramGroups.remove(1, from: place)
    #expect(ProgramGroups.add(group) != place)
    for slot in 0..<16 { ProgramGroups.remove(group, from: slot) }
    ProgramGroups.remove(group, from: nil)
  }

  @Test func aProgramThatHangsIsEndedWithItsChildren() {
    let short = TimedProgram(environment: [:], seconds: 0.2)
    guard case .late = short.run(["sh", "-c", "sleep 600 & sleep 600"], input: [1, 2, 3]) else {
      Issue.record("it ended")
      return
    }
  }
}
