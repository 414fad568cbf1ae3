/// The few forms of YAML that `docs/asyncapi.yaml` is written in: mappings by indentation, and plain words.
struct Outline {
    private struct Line {
        let indent: Int
        let text: Substring

        /// What stands before and behind the colon; nil for an entry of a list and for a line of prose.
        var entry: (key: Substring, value: Substring)? {
            guard !text.hasPrefix("- "), let colon = text.firstIndex(of: ":") else { return nil }
            return (text[..<colon], text[text.index(after: colon)...].drop { $0 == " " })
        }
    }

    private let lines: [Line]

    init(_ yaml: String) {
        lines = yaml.split(separator: "\n").compactMap { line in
            let text = line.drop { $0 == " " }
            return text.isEmpty || text.hasPrefix("#")
                ? nil : Line(indent: line.count - text.count, text: text)
        }
    }

    /// The keys of the mapping at a path, in order; none if there is no such mapping.
    func keys(at path: String...) -> [String] { children(path).compactMap { $0.entry.map { String($0.key) } } }

    /// The plain word at a path.
    func word(at path: String...) -> String? { value(path).map { Self.plain($0) } }

    private static func plain(_ text: Substring) -> String {
        String(text.drop { $0 == " " || $0 == "'" }).trimmingEnd(["'", " "])
    }

    private func value(_ path: [String]) -> Substring? {
        guard let name = path.last else { return nil }
        return children(path.dropLast()).first { $0.entry?.key == name[...] }?.entry?.value
    }

    private func children(_ path: [String]) -> [Line] {
        var scope = lines[...]
        for name in path {
            guard let indent = scope.first?.indent,
                let start = scope.firstIndex(where: { $0.indent == indent && $0.entry?.key == name[...] })
            else { return [] }
            let inside = scope[scope.index(after: start)...]
            scope = inside.prefix { $0.indent > indent }
        }
        return scope.filter { $0.indent == scope.first?.indent }
    }
}

extension String {
    fileprivate func trimmingEnd(_ characters: Set<Character>) -> String {
        var text = self
        while let last = text.last, characters.contains(last) { text.removeLast() }
        return text
    }
}
