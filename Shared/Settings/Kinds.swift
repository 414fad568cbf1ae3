// The kinds of settings. Each has three forms: with a default, required (no default), and optional (absent is nil).

extension SettingsReader {
    // MARK: Text

    /// A text without control characters.
    public mutating func string(_ name: String, default fallback: String, _ meaning: String) -> String {
        text(name, fallback, required: false, meaning) ?? fallback
    }

    public mutating func string(_ name: String, _ meaning: String) -> String {
        text(name, nil, required: true, meaning) ?? ""
    }

    public mutating func optionalString(_ name: String, _ meaning: String) -> String? {
        text(name, nil, required: false, meaning)
    }

    /// Texts between commas; blanks around them are dropped, and so are empty ones.
    public mutating func list(_ name: String, default fallback: [String] = [], _ meaning: String) -> [String] {
        let setting = Declaration(
            name: name, fallback: fallback, isRequired: false, accepted: "texts between commas", hidesValue: false,
            meaning: meaning, show: { $0.joined(separator: ",") })
        return read(setting) { text throws(Malformed) in
            try plain(text).split(separator: ",").map { String($0).trimmingSpaces() }.filter { !$0.isEmpty }
        } ?? fallback
    }

    /// `true`, `yes`, `on`, `1` or `false`, `no`, `off`, `0`, in any case.
    public mutating func bool(_ name: String, default fallback: Bool, _ meaning: String) -> Bool {
        let setting = Declaration(
            name: name, fallback: fallback, isRequired: false, accepted: "true or false", hidesValue: false,
            meaning: meaning, show: { $0 ? "true" : "false" })
        return read(setting) { text throws(Malformed) in
            switch text.lowercased() {
            case "true", "yes", "on", "1": return true
            case "false", "no", "off", "0": return false
            default: throw Malformed(reason: "is neither true nor false")
            }
        } ?? fallback
    }

    /// One of an enum's raw values, in any case.
    public mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ name: String, default fallback: Choice, _ meaning: String
    ) -> Choice {
        let words = Choice.allCases.map(\.rawValue).joined(separator: "|")
        let setting = Declaration(
            name: name, fallback: fallback, isRequired: false, accepted: words, hidesValue: false, meaning: meaning,
            show: \.rawValue)
        return read(setting, chosen) ?? fallback
    }

    /// One of an enum's raw values, in any case; nil if it is not set.
    public mutating func optionalChoice<Choice: CaseIterable & RawRepresentable<String>>(
        _ name: String, of type: Choice.Type = Choice.self, _ meaning: String
    ) -> Choice? {
        let words = Choice.allCases.map(\.rawValue).joined(separator: "|")
        let setting = Declaration<Choice>(
            name: name, fallback: nil, isRequired: false, accepted: words, hidesValue: false, meaning: meaning,
            show: \.rawValue)
        return read(setting, chosen)
    }

    /// An address of a server: `http://127.0.0.1:9000`; nil if it is not set.
    public mutating func optionalEndpoint(_ name: String, _ meaning: String) -> Endpoint? {
        let setting = Declaration<Endpoint>(
            name: name, fallback: nil, isRequired: false, accepted: "http(s)://host[:port][/path]",
            hidesValue: true, meaning: meaning, show: \.description)
        return read(setting) { text throws(Malformed) in
            do throws(Endpoint.Malformed) {
                return try Endpoint(parsing: text)
            } catch {
                throw Malformed(reason: error.reason)
            }
        }
    }

    private mutating func text(
        _ name: String, _ fallback: String?, required: Bool, _ meaning: String
    ) -> String? {
        let setting = Declaration(
            name: name, fallback: fallback, isRequired: required, accepted: "text", hidesValue: false,
            meaning: meaning, show: { $0 })
        return read(setting) { text throws(Malformed) in try plain(text) }
    }
}

private func chosen<Choice: CaseIterable & RawRepresentable<String>>(
    _ text: String
) throws(SettingsReader.Malformed) -> Choice {
    guard let found = Choice.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
        throw SettingsReader.Malformed(reason: "is none of the choices")
    }
    return found
}

private func plain(_ text: String) throws(SettingsReader.Malformed) -> String {
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
        throw SettingsReader.Malformed(reason: "contains control characters")
    }
    return text
}

extension String {
    fileprivate func trimmingSpaces() -> String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
