/// What may stand in a field, as far as a schema can say it; made by the very call that reads the field.
package indirect enum FieldForm: Sendable, Equatable {
  /// Whatever the field's reader accepts: it is not said here.
  case any
  /// Any scalar: `name: 12` is the text 12.
  case text
  /// A text that is no number.
  case word
  case number(NumberRange)
  case count(CountRange)
  case flag
  /// One of a closed set of words.
  case choice([String])
  case list(FieldForm, isSet: Bool = false, atLeast: Int = 0)
  /// Two numbers.
  case pair(NumberRange)
  /// A scalar that, where it is a text, matches a regular expression.
  case matching(FieldForm, String)
  /// A map whose fields are documented below it.
  case map
  /// A list of maps, whose fields are documented below `<n>`.
  case maps
  /// Maps under names of the user's, whose fields are documented below `<name>`.
  case named
  /// The axes of a sweep: like ``named``, each with one source of values and what belongs to it.
  case axes
  /// How axes are combined, nested.
  case combination
  /// Values of one form under names of the user's; the fields of a map are documented below `<name>`.
  case values(FieldForm)
  /// A map with these fields, all of which may be left out.
  case object([Member])
  /// Another node.
  case reference
  case either([FieldForm])

  /// A field of an ``object(_:)``.
  package struct Member: Sendable, Equatable {
    package let name: String
    package let form: FieldForm

    package init(_ name: String, _ form: FieldForm) {
      self.name = name
      self.form = form
    }
  }
}
