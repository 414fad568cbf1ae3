/// Which keys Cutroom uses. S3 allows more; what is refused here means something else to some proxy, client or file system
/// on the way.
public enum ObjectKeyRules {
    /// - Throws: `.invalidKey` unless the key has 1–1,024 bytes, no control characters, no `/` at its start, and no
    ///   segment that is empty, `.` or `..`.
    public static func check(_ key: String) throws(ObjectStoreFault) {
        guard !key.isEmpty else { throw .invalidKey(reason: "empty") }
        guard key.utf8.count <= 1_024 else { throw .invalidKey(reason: "longer than 1,024 bytes") }
        var segmentBytes = 0
        var dotsOnly = true
        for byte in key.utf8 {
            if byte < 0x20 || byte == 0x7F { throw .invalidKey(reason: "a control character") }
            if byte == UInt8(ascii: "/") {
                try checkSegment(bytes: segmentBytes, dotsOnly: dotsOnly)
                segmentBytes = 0
                dotsOnly = true
            } else {
                segmentBytes += 1
                if byte != UInt8(ascii: ".") { dotsOnly = false }
            }
        }
        try checkSegment(bytes: segmentBytes, dotsOnly: dotsOnly)
    }

    private static func checkSegment(bytes: Int, dotsOnly: Bool) throws(ObjectStoreFault) {
        if bytes == 0 { throw .invalidKey(reason: "an empty segment") }
        if dotsOnly, bytes <= 2 { throw .invalidKey(reason: "a segment of dots") }
    }
}
