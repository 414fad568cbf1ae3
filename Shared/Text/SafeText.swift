/// Untrusted bytes for a terminal, which obeys control characters.
public enum SafeText {
    /// One line: control and formatting characters become `\u{…}`, bytes that are no UTF-8 become U+FFFD.
    ///
    /// - Parameter limit: characters shown; what is cut is marked by `…`.
    public static func line(_ text: String, limit: Int = 2_000) -> String {
        var shown = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return shown + "…" }
            count += 1
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                shown += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// Text where the bytes are UTF-8, else hexadecimal, 32 bytes a line.
    public static func value(_ bytes: [UInt8], limit: Int = 16_384) -> String {
        let cut = bytes.count > limit ? "\n… \(bytes.count - limit) bytes more" : ""
        let shown = Array(bytes.prefix(limit))
        if let text = String(validating: bytes, as: UTF8.self) {
            let lines = text.prefix(limit).split(separator: "\n", omittingEmptySubsequences: false)
            return lines.map { line(String($0), limit: limit) }.joined(separator: "\n") + cut
        }
        return stride(from: 0, to: shown.count, by: 32).map { start in
            shown[start..<min(start + 32, shown.count)].map { Hex.encode([$0]) }.joined(separator: " ")
        }.joined(separator: "\n") + cut
    }
}
