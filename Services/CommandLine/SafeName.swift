import Text

/// Names and sentences for a terminal, which obeys control characters: what others named their files is not to move the
/// cursor, set the title or turn the direction of writing.
enum SafeName {
    /// One line.
    static func of(_ name: String) -> String { SafeText.line(name, limit: 4_096) }

    /// Lines of ours with names in them: only the line ends stay as they are.
    static func lines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { SafeText.line(String($0), limit: 65_536) }
            .joined(separator: "\n")
    }
}
