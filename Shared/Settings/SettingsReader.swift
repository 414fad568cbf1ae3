/// Reads settings from the environment and collects what is wrong with them, and their table for `--help`.
///
/// Each call reads one variable and returns its value, or its default, or after a mistake some value of its type: then
/// `finish()` throws. An empty variable counts as absent; absent may have a default; malformed never has.
/// `X_FILE` names a file that holds the value of `X`; its last line feed is dropped.
public struct SettingsReader {
    /// Declarations so far, by first use; a name that several parts of a program read stands once.
    private(set) var table: [SettingsTable.Row] = []

    private let environment: [String: String]
    private let prefixes: [String]
    private let readFile: (String) -> Result<String, SettingsFileFault>
    private let isDescribing: Bool
    private var mistakes: [String] = []
    private var known: Set<String> = []
    private var neighbours: Set<String> = []

    /// - Parameters:
    ///   - prefixes: what the program's own variables begin with (`GATEWAY_`): others with these prefixes are warned about,
    ///     and so are others with a word of a setting in them (`UnknownVariables`).
    ///   - readFile: gives the text of the file at a path.
    public init(
        environment: [String: String], prefixes: [String] = [],
        readFile: @escaping (String) -> Result<String, SettingsFileFault> = Environment.readFile
    ) {
        self.environment = environment
        self.prefixes = prefixes
        self.readFile = readFile
        isDescribing = false
    }

    /// A reader that finds nothing, complains about nothing and keeps the table.
    init(describing prefixes: [String]) {
        environment = [:]
        self.prefixes = prefixes
        readFile = { _ in .failure(SettingsFileFault("not read")) }
        isDescribing = true
    }

    /// Adds a mistake that concerns several settings: "A must be below B".
    public mutating func mistake(_ sentence: String) {
        // Two parts of a program may read one setting; its mistake is still one.
        if !isDescribing, !mistakes.contains(sentence) { mistakes.append(sentence) }
    }

    /// - Throws: `SettingsFault` that names every mistake made since the reader was made.
    public func finish() throws(SettingsFault) {
        if !mistakes.isEmpty { throw SettingsFault(mistakes: mistakes) }
    }

    /// Says that these are settings of other services: they are no slips of the pen where several share an environment.
    public mutating func leave(_ names: String...) { neighbours.formUnion(names) }

    /// The text of a file of another program's, as settings are read from files: for the start only.
    public func text(ofFile path: String) -> Result<String, SettingsFileFault> { readFile(path) }

    /// A warning for each variable that looks like ours and that nothing has read: probably a slip of the pen.
    public var warnings: [String] {
        UnknownVariables(known: known, neighbours: neighbours, prefixes: prefixes).warnings(in: environment)
    }

    /// The table of all settings read so far.
    public func help() -> String { SettingsTable(rows: table).text }
}

// What the kinds of settings stand on.
extension SettingsReader {
    /// How a setting is declared.
    struct Declaration<Value> {
        let name: String
        /// nil with `isRequired` false: absent is nil.
        let fallback: Value?
        let isRequired: Bool
        /// What is accepted, for the table and for mistakes: "a whole number from 1 to 65535".
        let accepted: String
        let hidesValue: Bool
        let meaning: String
        let show: (Value) -> String
    }

    /// Why a text is not a value of its kind; continues the variable's name: "is not a whole number".
    struct Malformed: Error {
        let reason: String
    }

    /// - Returns: the value or the default; nil if there is neither, or after a mistake.
    mutating func read<Value>(
        _ setting: Declaration<Value>, _ parse: (String) throws(Malformed) -> Value
    ) -> Value? {
        known.insert(setting.name)
        known.insert(setting.name + "_FILE")
        if !table.contains(where: { $0.name == setting.name }) { table.append(SettingsTable.Row(setting)) }
        guard let text = text(of: setting.name, isRequired: setting.isRequired, accepted: setting.accepted) else {
            return setting.fallback
        }
        do {
            return try parse(text)
        } catch {
            let shown = setting.hidesValue ? "its value" : quoted(text)
            mistake(
                "\(setting.name): \(shown) \(error.reason) (expected: \(setting.accepted); from \(origin(setting.name)))"
            )
            return nil
        }
    }

    /// Every variable that begins with `prefix`, `_FILE` resolved, by what comes behind the prefix.
    mutating func texts(withPrefix prefix: String) -> [String: String] {
        var found: [String: String] = [:]
        var names = Set<String>()
        for name in environment.keys where name.hasPrefix(prefix) {
            known.insert(name)
            names.insert(name.hasSuffix("_FILE") ? String(name.dropLast(5)) : name)
        }
        for name in names.sorted() {
            guard name.count > prefix.count else {
                mistake("\(name): there must be a name behind \(prefix)")
                continue
            }
            if let text = text(of: name, isRequired: false, accepted: "") {
                found[String(name.dropFirst(prefix.count))] = text
            }
        }
        return found
    }

    mutating func declare(_ row: SettingsTable.Row) {
        if !table.contains(where: { $0.name == row.name }) { table.append(row) }
    }

    /// The file that `NAME_FILE` names.
    func file(of name: String) -> String? { present(name + "_FILE") }

    private func present(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func origin(_ name: String) -> String {
        file(of: name).map { "the file \(quoted($0))" } ?? "the environment"
    }

    private mutating func text(of name: String, isRequired: Bool, accepted: String) -> String? {
        switch (present(name), present(name + "_FILE")) {
        case (nil, nil):
            if isRequired {
                mistake("\(name): missing (expected: \(accepted); in \(name), or in a file named by \(name)_FILE)")
            }
            return nil
        case (let text?, nil):
            return text
        case (nil, let path?):
            return contents(of: path, for: name)
        case (_?, _?):
            mistake("\(name): given twice, in \(name) and in \(name)_FILE (expected: one of them)")
            return nil
        }
    }

    private mutating func contents(of path: String, for name: String) -> String? {
        switch readFile(path) {
        case .failure(let fault):
            mistake("\(name)_FILE: the file \(quoted(path)) can't be read: \(fault.reason)")
            return nil
        case .success(var text):
            if text.unicodeScalars.last == "\n" { text.unicodeScalars.removeLast() }
            if text.unicodeScalars.last == "\r" { text.unicodeScalars.removeLast() }
            if text.isEmpty { mistake("\(name)_FILE: the file \(quoted(path)) is empty") }
            return text.isEmpty ? nil : text
        }
    }
}

/// Untrusted text for a message: cut, and without characters that a terminal obeys.
func quoted(_ text: String) -> String {
    let longest = 80
    let clean = text.unicodeScalars.prefix(longest).map { scalar in
        scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            ? "\u{FFFD}" : String(scalar)
    }
    return "\"\(clean.joined())\(text.unicodeScalars.count > longest ? "…" : "")\""
}
