/// The id of one HTTP request, as clients send it in `X-Request-Id` and services hand it on.
public enum RequestID {
    /// - Returns: nil unless the text is 1–128 letters, digits and `-._~`: it comes back in headers, log lines and problems.
    public static func fit(_ text: String) -> String? {
        guard (1...128).contains(text.utf8.count) else { return nil }
        let isFit = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
        }
        return isFit ? text : nil
    }
}
