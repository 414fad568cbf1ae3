import Text

/// The id of one HTTP request, as clients send it in `X-Request-Id` and services hand it on.
public enum RequestID {
    /// - Returns: nil unless the text is 1–128 letters, digits and `-._~`: it comes back in headers, log lines and problems.
    public static func fit(_ text: String) -> String? {
        guard (1...128).contains(text.utf8.count) else { return nil }
        return ByteSet.unreserved.holds(text) ? text : nil
    }
}
