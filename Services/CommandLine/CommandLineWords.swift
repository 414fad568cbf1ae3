/// The words behind a command: options with and without a value, and the rest.
///
/// `--name value` and `--name=value` mean the same; `--` ends the options. Source: POSIX, Utility Syntax Guidelines,
/// with the long names that GNU added.
struct CommandLineWords {
    /// What was wrong, in words for the person who typed it.
    struct Fault: Error, Equatable {
        let sentence: String
    }

    private var values: [String: String] = [:]
    private var flags: Set<String> = []
    private(set) var rest: [String] = []

    /// - Parameters:
    ///   - valued: options that take a value, by their names with dashes; short forms map to long ones.
    ///   - flags: options that stand alone.
    init(
        _ words: some Sequence<String>, valued: [String], flags known: [String], short: [String: String] = [:]
    ) throws(Fault) {
        var words = Array(words)[...]
        while let word = words.popFirst() {
            if word == "--" {
                rest += words
                return
            }
            guard word.hasPrefix("-"), word.count > 1 else {
                rest.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = short[parts[0]] ?? parts[0]
            if known.contains(name), parts.count == 1 {
                flags.insert(name)
            } else if valued.contains(name) {
                guard let value = parts.count == 2 ? parts[1] : words.popFirst() else {
                    throw Fault(sentence: "\(name) needs a value")
                }
                guard values.updateValue(value, forKey: name) == nil else {
                    throw Fault(sentence: "\(name) is given twice")
                }
            } else {
                throw Fault(sentence: "unknown option '\(word)'; expected \((valued + known).joined(separator: ", "))")
            }
        }
    }

    func has(_ flag: String) -> Bool { flags.contains(flag) }
    subscript(_ name: String) -> String? { values[name] }
}
