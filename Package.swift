// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The continuous integration builds with SCOREWALK_STRICT=1: warnings of our own targets are errors.
let isStrict = ProcessInfo.processInfo.environment["SCOREWALK_STRICT"] != nil
let swiftSettings: [SwiftSetting] = isStrict ? [.treatAllWarnings(as: .error)] : []
let cSettings: [CSetting] = isStrict ? [.treatAllWarnings(as: .error)] : []

let package = Package(
  name: "scorewalk",
  products: [
    .executable(name: "scorewalk", targets: ["ScorewalkCLI"]),
    .executable(name: "scorewalk-bench", targets: ["ScorewalkBench"]),
    .library(name: "YAML", targets: ["YAML"]),
    .library(name: "Scorewalk", targets: ["Scorewalk"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(
      name: "YAML", dependencies: ["CLibYAML"], exclude: ["README.md"], swiftSettings: swiftSettings
    ),
    .systemLibrary(
      name: "CMinizip", pkgConfig: "minizip", providers: [.apt(["libminizip-dev"])]),
    .target(name: "CKernels", exclude: ["README.md"], cSettings: cSettings),
    .target(name: "Scorewalk", dependencies: ["CKernels"], swiftSettings: swiftSettings),
    .target(
      name: "Experiments",
      dependencies: [
        "YAML", "Scorewalk", "CMinizip", .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: swiftSettings),
    .target(name: "CMemory", cSettings: cSettings),
    .executableTarget(
      name: "ScorewalkCLI",
      dependencies: [
        "Experiments", "Scorewalk", "YAML", "CMemory",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: swiftSettings),
    .target(name: "CPeak", path: "Benchmarks/CPeak", cSettings: cSettings),
    .executableTarget(
      name: "ScorewalkBench",
      dependencies: [
        "Scorewalk", "CPeak", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Benchmarks/ScorewalkBench", swiftSettings: swiftSettings),
    .testTarget(name: "YAMLTests", dependencies: ["YAML"]),
    .target(name: "CAllocations", path: "Tests/CAllocations", cSettings: cSettings),
    .testTarget(
      name: "ScorewalkTests", dependencies: ["Scorewalk", "CKernels", "CAllocations"]),
    .testTarget(name: "ExperimentsTests", dependencies: ["Experiments", "YAML", "Scorewalk"]),
    .testTarget(name: "ScorewalkCLITests", dependencies: ["Experiments"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
