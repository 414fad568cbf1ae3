import Glibc

/// What a request asks for, as it came: nothing is decoded, so that `%2F` and `/` stay two things.
enum Target: Sendable {
    case path(String, query: String?)
    /// Not UTF-8.
    case malformed

    init(_ raw: UnsafePointer<CChar>) {
        let bytes = UnsafeRawBufferPointer(start: raw, count: strlen(raw)).bindMemory(to: UInt8.self)
        let mark = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        let path = Self.withoutAuthority(UnsafeBufferPointer(rebasing: bytes[..<mark]))
        let query = mark < bytes.endIndex ? UnsafeBufferPointer(rebasing: bytes[(mark + 1)...]) : nil
        guard let path = String(validating: path, as: UTF8.self) else {
            self = .malformed
            return
        }
        guard let query else {
            self = .path(path, query: nil)
            return
        }
        self = String(validating: query, as: UTF8.self).map { .path(path, query: $0) } ?? .malformed
    }

    /// A server takes `http://host/path` for `/path` (RFC 9112, 3.2.2).
    private static func withoutAuthority(_ path: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard path.first != UInt8(ascii: "/"), let colon = path.firstIndex(of: UInt8(ascii: ":")),
            path[colon...].starts(with: "://".utf8)
        else { return path }
        let slash = path[(colon + 3)...].firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
        return UnsafeBufferPointer(rebasing: path[slash...])
    }
}
