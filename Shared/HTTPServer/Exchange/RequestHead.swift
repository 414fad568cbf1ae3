import Synchronization

/// A request's header fields and its id: what every answer to it may depend on, refusals included.
public struct RequestHead: Sendable {
    /// The client's `X-Request-Id` if it is 1 to 128 letters, digits and `-._~`; else one made here. It stands in the
    /// answer's `X-Request-Id`, and is fit for a log line and for JSON without escapes.
    public let id: String
    let fields: HeaderFields

    /// Stands in until the fields have been read.
    static let unread = RequestHead(HeaderFields([]))

    /// - Parameter made: an id for a request that brings none; made here where it is not given.
    init(_ fields: HeaderFields, made: String? = nil) {
        self.fields = fields
        id = fields.combined("x-request-id").flatMap(RequestIDs.fit) ?? made ?? RequestIDs.next()
    }

    /// The value of a header field, whatever the case of its name; nil without one, and for all fields of a request that
    /// is no HTTP.
    ///
    /// A field that came several times is joined by `", "` (RFC 9110, 5.2). Bytes that are not UTF-8 become U+FFFD.
    public func header(_ name: String) -> String? { fields.combined(name) }
}

/// Ids for requests that bring none: random once per process, then counted, since drawing each would cost a system call.
enum RequestIDs {
    private static let prefix = String(UInt64.random(in: .min ... .max), radix: 36) + "-"
    private static let count = Atomic<UInt64>(0)

    static func next() -> String { text(nextNumber()) }

    /// Of a request, from 1 on.
    static func nextNumber() -> UInt64 { count.add(1, ordering: .relaxed).newValue }

    static func text(_ number: UInt64) -> String { prefix + String(number, radix: 36) }

    /// The same as `text`, written at once.
    static func write(_ number: UInt64, into fields: inout AnswerFields) {
        fields.put(prefix)
        fields.put(number, radix: 36)
    }

    /// It comes back in a header, a log line and a problem's `instance`.
    static func fit(_ text: String) -> String? {
        guard (1...128).contains(text.utf8.count) else { return nil }
        let isFit = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                true
            default: false
            }
        }
        return isFit ? text : nil
    }
}
