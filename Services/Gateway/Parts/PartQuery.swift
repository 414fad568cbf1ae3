import Domain
import Text

/// Reads which parts are to stand beside a clip in its answer: `with=waveform,transcript`.
enum PartQuery {
    static let name = "with"

    /// The words of a query: one after the other, with commas between.
    static func words(_ text: String?) -> [String] {
        text.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? []
    }

    /// The words of a body: a list of texts.
    ///
    /// - Parameter inherited: where the body does not say.
    static func words(
        _ value: JSONValue?, inherited: [String] = [], faults: inout [ParameterFault]
    ) -> [String] {
        switch value {
        case nil, .null: return inherited
        case .array(let values):
            let words = values.compactMap { if case .string(let word) = $0 { word } else { nil } }
            if words.count == values.count { return words }
        default: break
        }
        faults.append(.init(name, "must be a list of \(choices)"))
        return []
    }

    /// Parameters of the parts.
    static func parameters(of words: [String]) -> [String] {
        words.contains("waveform") ? FormatQuery.parameters(of: .peaks()) : []
    }

    /// Each part once.
    static func parts(
        _ words: [String], faults: inout [ParameterFault], _ parameter: (String) -> FormatQuery.Value
    ) -> [ClipPart] {
        var parts: [ClipPart] = []
        for word in words {
            let part: ClipPart
            switch word {
            case "waveform": part = .waveform(FormatQuery.peaks(&faults, parameter))
            case "transcript": part = .transcript
            default:
                faults.append(.init(name, "must name nothing but \(choices)"))
                return parts
            }
            if !parts.contains(part) { parts.append(part) }
        }
        return parts
    }

    private static var choices: String { ClipPart.words.joined(separator: ", ") }
}
