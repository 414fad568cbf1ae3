import CMicrohttpd
import Glibc

/// The body of an answer that is sent many times, and those of its header fields that are always the same.
///
/// `@unchecked Sendable`: the pointer never changes, nor what it points to, and `deinit` runs when nobody has it.
public final class StoredAnswer: @unchecked Sendable {
    private let fields: StoredFields
    private let bytes: UnsafeMutableRawBufferPointer

    public init(_ body: [UInt8], _ fields: StoredFields) {
        self.fields = fields
        bytes = .allocate(byteCount: max(1, body.count), alignment: 1)
        bytes.copyBytes(from: body)
        count = body.count
    }

    deinit { bytes.deallocate() }

    /// Bytes of the body.
    public let count: Int

    /// An answer of libmicrohttpd's that keeps this one until it is sent; nil if it can't be made.
    func lent(with more: borrowing AnswerFields) -> OpaquePointer? {
        more.withFields { text, count in
            text.withMemoryRebound(to: CChar.self) { text in
                cmhd_lent(
                    bytes.baseAddress, self.count,
                    { owner in if let owner { Unmanaged<StoredAnswer>.fromOpaque(owner).release() } },
                    Unmanaged.passRetained(self).toOpaque(), fields.pairs, fields.pairs.count, text.baseAddress, count)
            }
        }
    }
}

/// Header fields that many answers have in common.
///
/// `@unchecked Sendable`: the pointers never change, nor what they point to, and `deinit` runs when nobody has them.
public final class StoredFields: @unchecked Sendable {
    let pairs: [cmhd_field]

    /// Adds `X-Content-Type-Options: nosniff` where it is missing.
    ///
    /// - Returns: nil if one of them is the server's own, or may not be sent.
    public init?(_ headers: [(name: String, value: String)]) {
        let whole = HTTPResponse(status: 200, headers: headers)
        let headers = whole.has("X-Content-Type-Options") ? headers : headers + [("X-Content-Type-Options", "nosniff")]
        guard headers.allSatisfy({ Connection.isSendable($0.name, $0.value) }) else {
            pairs = []
            return nil
        }
        pairs = headers.map { cmhd_field(name: UnsafePointer(strdup($0.name)), value: UnsafePointer(strdup($0.value))) }
    }

    deinit {
        for pair in pairs {
            free(UnsafeMutablePointer(mutating: pair.name))
            free(UnsafeMutablePointer(mutating: pair.value))
        }
    }
}
