/// Parts of header values (RFC 9110, 5.6).
extension ArraySlice<UInt8> {
    /// What stands between separators; one inside a quoted string is none. At least one part.
    func parts(at separator: UInt8) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = startIndex
        var isQuoted = false
        var isEscaped = false
        for (index, byte) in zip(indices, self) {
            if byte == separator, !isQuoted {
                parts.append(self[start..<index])
                start = index + 1
            } else if isEscaped {
                isEscaped = false
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            }
        }
        return parts + [self[start...]]
    }

    /// Without the blanks and tabs around it.
    var trimmed: ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        let start = firstIndex { !isSpace($0) } ?? endIndex
        let end = lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        return self[start..<end]
    }
}
