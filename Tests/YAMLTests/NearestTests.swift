import Testing
import YAML

@Suite("Suggestions")
struct NearestTests {
  private let keys = ["steps", "step_size", "chains", "keep", "initial", "target", "a", "data"]

  @Test(arguments: [
    ("stpes", "steps"), ("step", "steps"), ("stepsize", "step_size"), ("step-size", "step_size"),
    ("Chains", "chains"), ("chian", "chains"), ("inital", "initial"), ("tagret", "target"),
    ("date", "data"), ("kep", "keep"), ("STEPS", "steps"), ("initialise", "initial"),
  ])
  func found(text: String, key: String) {
    #expect(nearest(to: text, among: keys) == key)
  }

  @Test(arguments: ["", "b", "zzzzz", "learning_rate", "st", "optimizer"])
  func notFound(text: String) {
    #expect(nearest(to: text, among: keys) == nil)
  }

  @Test func swapsCountOnce() {
    #expect(nearest(to: "ba", among: ["ab"]) == "ab")
    #expect(nearest(to: "abdc", among: ["abxx", "abcd"]) == "abcd")
  }

  @Test func theFirstOfEquals() {
    #expect(nearest(to: "cat", among: ["bat", "car"]) == "bat")
    #expect(nearest(to: "cat", among: ["car", "bat"]) == "car")
    #expect(nearest(to: "walk", among: ["wall", "walk"]) == "walk")
  }

  @Test func longTexts() {
    let long = String(repeating: "x", count: 100_000)
    #expect(nearest(to: long, among: keys + [long]) == nil)
    #expect(nearest(to: "steps", among: [long, "steps"]) == "steps")
    #expect(nearest(to: "x", among: [String]()) == nil)
  }
}
