/// One label of a metric, whose values are a closed set: the cases of an enum that counts from 0.
///
/// A label must never say who asked or for what: each value costs a series for as long as the process runs.
public protocol MetricLabel: CaseIterable, RawRepresentable, Sendable where RawValue == Int {
    /// The label's name.
    static var label: String { get }
    /// The value in words; by default the case's name, in small letters with underscores.
    var word: String { get }
}

extension MetricLabel {
    public var word: String { Self.snakeCase("\(self)") }

    static func snakeCase(_ name: String) -> String {
        var word = ""
        for character in name {
            if character.isUppercase { word += "_" }
            word += character.lowercased()
        }
        return word
    }

    /// All values in words, in the order of their numbers.
    static var words: [String] {
        let cases = Array(allCases)
        precondition(
            cases.enumerated().allSatisfy { $0.offset == $0.element.rawValue },
            "the values of label \(label) must be numbered from 0")
        return cases.map(\.word)
    }
}
