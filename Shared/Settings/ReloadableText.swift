/// A text of any number of lines which, where it comes from a file, may become another one while the program runs.
public struct ReloadableText: Equatable, Sendable {
    /// As it was when the settings were read.
    public let text: String
    /// The file that `NAME_FILE` names; nil for one from the environment.
    public let path: String?

    public init(text: String, path: String?) {
        self.text = text
        self.path = path
    }
}

extension SettingsReader {
    /// A text that neither the help nor a mistake shows; nil if it is not set.
    public mutating func optionalReloadableText(_ name: String, _ meaning: String) -> ReloadableText? {
        let setting = Declaration<String>(
            name: name, fallback: nil, isRequired: false, accepted: "lines, secret", hidesValue: true, meaning: meaning,
            show: { $0 })
        let text = read(setting) { text throws(Malformed) in text }
        return text.map { ReloadableText(text: $0, path: file(of: name)) }
    }
}
