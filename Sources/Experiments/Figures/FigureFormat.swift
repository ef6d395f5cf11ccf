/// The files that a figure is written to.
package enum FigureFormat: String, Sendable, CaseIterable {
  case svg
  case png
  case pdf
  /// Animations alone.
  case gif

  /// Those that a spec and a command may ask for.
  package enum Choice: String, Sendable, CaseIterable, Codable {
    case svg
    case png
    case pdf

    package var format: FigureFormat {
      switch self {
      case .svg: .svg
      case .png: .png
      case .pdf: .pdf
      }
    }
  }
}

/// How large a figure is, in CSS pixels: a 96th of an inch.
package struct FigureSize: Sendable, Equatable {
  package var width: Int
  package var height: Int

  package static let usual = FigureSize(width: 640, height: 400)
}
