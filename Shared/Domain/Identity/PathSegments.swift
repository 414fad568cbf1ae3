/// What untrusted values must be like before they become part of an object key.
public enum PathSegments {
    /// No empty, `.` or `..` segment, no leading `/`, no control character, 1 to 1,024 bytes (S3's limit for a key).
    public static func areSafe(_ text: String) -> Bool {
        guard (1...1024).contains(text.utf8.count), !text.unicodeScalars.contains(where: \.isControl) else {
            return false
        }
        return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0 != "." && $0 != ".."
        }
    }
}
