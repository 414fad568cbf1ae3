import CMicrohttpd

/// Header fields whose presence costs nothing to ask for.
public struct KnownFields: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let requestID = KnownFields(rawValue: CMHD_REQUEST_ID)
    public static let cacheControl = KnownFields(rawValue: CMHD_CACHE_CONTROL)
    public static let origin = KnownFields(rawValue: CMHD_ORIGIN)
    public static let traceparent = KnownFields(rawValue: CMHD_TRACE)
}

/// What says who sent a request.
public protocol RequestFields {
    /// See ``HTTPRequest/peer``.
    var peer: IPAddress? { get }
    /// See ``HTTPRequest/header(_:)``.
    func header(_ name: String) -> String?
}

extension HTTPRequest: RequestFields {}

/// A GET without a body, as it lies in libmicrohttpd's memory: good for the call that brings it, and no longer.
public struct FastRequest: RequestFields {
    private let connection: Connection
    private let framing: Framing
    private let bytes: [CChar]
    /// Of the id, if the client sends none.
    private let number = RequestIDs.nextNumber()

    /// - Parameter target: with a zero at its end.
    init(_ connection: Connection, _ framing: Framing, target: [CChar]) {
        self.connection = connection
        self.framing = framing
        bytes = target
    }

    /// What was asked for, as it came: a path, and what follows a `?`.
    public func withTarget<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0.dropLast())) }
    }

    public func has(_ field: KnownFields) -> Bool { framing.known.contains(field) }

    public var peer: IPAddress? { connection.peer }

    public func header(_ name: String) -> String? { connection.fields(framing).combined(name) }

    /// The same for each call, with a copy of all fields.
    public var head: RequestHead {
        RequestHead(connection.fields(framing), made: RequestIDs.text(number))
    }

    func writeID(into fields: inout AnswerFields) {
        if has(.requestID) { fields.put(head.id) } else { RequestIDs.write(number, into: &fields) }
    }
}

/// What becomes of a request on the fast path.
public enum FastReply: Sendable {
    /// It goes the usual way.
    case pass
    /// 200, with the fields that were written.
    case stored(StoredAnswer)
    /// Its body is bytes.
    case response(HTTPResponse)
}
