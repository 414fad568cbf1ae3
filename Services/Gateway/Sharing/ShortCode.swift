import Domain
import Hashing
import Text

/// A clip's id, packed: what a short link ends with. Nothing has to be looked up for it.
///
/// The bytes are a kind, the id, and the first four bytes of the SHA-256 of both; they are written in base 64 for URLs. Kind 1 has the
/// 12 bytes of an ObjectId, start and length of the window in milliseconds as LEB128, and the rest of the id as text, unless that is
/// `.mp3`; kind 0 has the id's text.
enum ShortCode {
    private static let text: UInt8 = 0
    private static let packed: UInt8 = 1
    private static let checksumBytes = 4
    /// Of ids with guids of any length.
    private static let longest = 1_024

    static func encode(_ id: ClipID) -> String {
        var bytes: [UInt8]
        if case .objectID(let episode) = id.episode, case .window(let window) = id.span {
            bytes = [packed] + episode.bytes
            append(UInt32(window.startMs), to: &bytes)
            append(UInt32(window.durationMs), to: &bytes)
            let ending = id.description.dropFirst("\(id.episode)/\(id.span)".count)
            if ending != ".mp3" { bytes += ending.utf8 }
        } else {
            bytes = [text] + id.description.utf8
        }
        return Base64.encodeForURL(bytes + SHA256.digest(bytes).prefix(checksumBytes))
    }

    /// - Returns: nil for what no clip's id is packed as: most often a link that was cut off, or mistyped.
    static func decode(_ code: some StringProtocol) -> ClipID? {
        guard code.utf8.count <= longest, let bytes = Base64.decodeForURL(code), bytes.count > checksumBytes + 1 else {
            return nil
        }
        let body = Array(bytes.dropLast(checksumBytes))
        guard SHA256.digest(body).prefix(checksumBytes).elementsEqual(bytes.suffix(checksumBytes)),
            let id = try? ClipID(parsing: Self.description(body) ?? ""), encode(id) == code
        else { return nil }
        return id
    }

    private static func description(_ body: [UInt8]) -> String? {
        switch body[0] {
        case text: return String(validating: body.dropFirst(), as: UTF8.self)
        case packed:
            guard let episode = ObjectID(bytes: body.dropFirst()) else { return nil }
            var rest = body.dropFirst(13)
            guard let start = number(&rest), let duration = number(&rest),
                let ending = String(validating: rest, as: UTF8.self)
            else { return nil }
            return "\(episode)/\(start)-\(UInt64(start) + UInt64(duration))" + (ending.isEmpty ? ".mp3" : ending)
        default: return nil
        }
    }

    /// LEB128 (DWARF 5, 7.6).
    private static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        var rest = number
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func number(_ bytes: inout ArraySlice<UInt8>) -> UInt32? {
        var number: UInt64 = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            number |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte & 0x80 == 0 { return UInt32(exactly: number) }
        }
        return nil
    }
}
