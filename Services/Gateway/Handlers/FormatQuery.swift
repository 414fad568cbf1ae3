import Domain
import Text

/// Reads which format a clip is asked for in, and in which variant of it.
enum FormatQuery {
    /// `format=auto` leaves it to `Accept`.
    static let auto = "auto"

    /// A parameter as a client wrote it.
    enum Value {
        case absent
        /// In a query, where numbers are text.
        case text(String)
        /// In JSON.
        case word(String)
        case number(Int64)
        case other

        init(_ text: String?) { self = text.map { .text($0) } ?? .absent }

        init(_ value: JSONValue?) {
            switch value {
            case nil, .null: self = .absent
            case .string(let word): self = .word(word)
            case .integer(let number): self = .number(number)
            default: self = .other
            }
        }
    }

    /// The format of that name in its standard variant; MP3 where none is named.
    ///
    /// - Parameter others: further words that may stand there, for the answer to a wrong one.
    static func format(_ value: Value, or others: String..., faults: inout [ParameterFault]) -> ClipFormat? {
        switch value {
        case .absent: return .mp3
        case .text(let name), .word(let name): if let format = ClipFormat(named: name) { return format }
        case .number, .other: break
        }
        let known = (ClipFormat.each.map(\.name) + others).joined(separator: ", ")
        faults.append(.init("format", "must be one of \(known)"))
        return nil
    }

    /// The parameters that choose among a format's variants.
    static func parameters(of format: ClipFormat?) -> [String] {
        switch format {
        case .peaks, .dat: ["samples_per_pixel", "bits", "channels"]
        case .svg, .png: ["size", "colors"]
        case .mp3, .opus, .webm, .m4a, .wav, .transcript, nil: []
        }
    }

    /// The variant that the parameters choose; they are read where the format has any.
    static func variant(
        of format: ClipFormat, faults: inout [ParameterFault], _ parameter: (String) -> Value
    ) -> ClipFormat {
        switch format {
        case .mp3, .opus, .webm, .m4a, .wav, .transcript: return format
        case .peaks: return .peaks(peaks(&faults, parameter))
        case .dat: return .dat(peaks(&faults, parameter))
        case .svg: return .svg(picture(&faults, parameter))
        case .png: return .png(picture(&faults, parameter))
        }
    }

    static func peaks(_ faults: inout [ParameterFault], _ parameter: (String) -> Value) -> PeaksVariant {
        let standard = PeaksVariant.standard
        return PeaksVariant(
            samplesPerPixel: choice("samples_per_pixel", parameter, standard.samplesPerPixel, &faults),
            bits: choice("bits", parameter, standard.bits, &faults),
            channels: choice("channels", parameter, standard.channels, &faults))
    }

    private static func picture(_ faults: inout [ParameterFault], _ parameter: (String) -> Value) -> PictureVariant {
        let standard = PictureVariant.standard
        return PictureVariant(
            size: choice("size", parameter, standard.size, &faults),
            colors: choice("colors", parameter, standard.colors, &faults))
    }

    /// One of a closed list of words, or of numbers.
    private static func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ parameter: (String) -> Value, _ standard: Choice, _ faults: inout [ParameterFault]
    ) -> Choice {
        let isNumber = Choice.RawValue.self == Int.self
        let word: String? =
            switch parameter(name) {
            case .absent: "\(standard.rawValue)"
            case .text(let text): text
            case .word(let word): isNumber ? nil : word
            case .number(let number): isNumber ? String(number) : nil
            case .other: nil
            }
        if let choice = Choice.allCases.first(where: { "\($0.rawValue)" == word }) { return choice }
        let known = Choice.allCases.map { "\($0.rawValue)" }.joined(separator: ", ")
        faults.append(.init(name, "must be one of \(known)"))
        return standard
    }
}
