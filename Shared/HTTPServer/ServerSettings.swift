import Text

/// Where a server listens and what it bounds.
public struct ServerSettings: Sendable {
    /// An IPv4 or IPv6 address in figures; `"::"` means every address of both kinds.
    public var address: String
    /// 0 takes any free port; `HTTPServer.port` tells which.
    public var port: UInt16
    /// Threads that read, call the handler and write; 1 or more.
    public var threads: Int
    /// Further clients wait in the kernel's queue until one of these has gone. While one waits, connections that have
    /// been without a whole request for more than two seconds are ended, the oldest first.
    ///
    /// `HTTPServer.maxConnections` is less where the process may not open so many descriptors.
    public var maxConnections: Int
    /// Descriptors that connections, and files sent to them, leave to the rest of the process; half of all where that is
    /// less.
    public var spareDescriptors: Int
    /// Request line and header fields together; more is refused with 431. Each open connection takes this and 4 KiB.
    public var maxHeaderBytes: Int
    /// More is refused with 413.
    public var maxBodyBytes: Int
    /// A connection on which nothing moves for so long is closed, idle or in the middle of something; rounded up to
    /// whole seconds, at least one. Requests that wait for their answer, and streams that wait for bytes, are exempt.
    public var idleTimeout: Duration
    /// A client gets so long to send the whole of its next request, however busily it drips; rounded up to seconds.
    public var requestTimeout: Duration
    /// How much of an answer the kernel may hold for a client that doesn't read; nil: as it sees fit, on loopback some
    /// megabytes. Small where what is sent is fetched from somewhere at a price.
    public var sendBufferBytes: Int?
    /// What this server answers on its own account, libmicrohttpd's refusals included (400, 413, 414, 431, 500, 501, 503,
    /// 505), so that the service decides the shape. Its body must not be a stream.
    public var refusal: Refusal
    /// Called with each answer, whoever made it, on the connection's thread, as the last thing before it is sent: what
    /// every answer must carry (CORS for instance) is added here. Afterwards the server adds `X-Request-Id` and
    /// `X-Content-Type-Options: nosniff` to answers that have none.
    public var finish: Finish

    /// Asked first about each GET without a body, on the connection's own thread; it must not block. Nil: there is none.
    ///
    /// Its stored answers do not pass `finish`; the server adds the same two fields to them.
    public var fastPath: FastPath?

    public typealias FastPath = @Sendable (_ request: FastRequest, _ fields: inout AnswerFields) -> FastReply
    public typealias Refusal = @Sendable (_ status: Int, _ detail: String, _ request: RequestHead) -> HTTPResponse
    public typealias Finish = @Sendable (_ response: inout HTTPResponse, _ request: RequestHead) -> Void

    public init(
        address: String = "127.0.0.1", port: UInt16 = 0, threads: Int = 2, maxConnections: Int = 10_000,
        spareDescriptors: Int = 256,
        maxHeaderBytes: Int = 16 * 1024, maxBodyBytes: Int = 64 * 1024, idleTimeout: Duration = .seconds(60),
        requestTimeout: Duration = .seconds(60),
        refusal: @escaping Refusal = ServerSettings.problem, finish: @escaping Finish = { _, _ in }
    ) {
        self.address = address
        self.port = port
        self.threads = max(1, threads)
        self.maxConnections = max(1, maxConnections)
        self.spareDescriptors = max(0, spareDescriptors)
        self.maxHeaderBytes = max(256, maxHeaderBytes)
        self.maxBodyBytes = max(0, maxBodyBytes)
        self.idleTimeout = idleTimeout
        self.requestTimeout = requestTimeout
        self.refusal = refusal
        self.finish = finish
    }

    /// What libmicrohttpd has for one connection. Fields are indexed, and the answer's head is written, in the same memory as the
    /// request's head. Not more than that: it clears all of it between two requests, so every connection that is kept really
    /// takes it.
    var connectionBytes: Int { maxHeaderBytes + 4 * 1024 }

    func complete(_ response: HTTPResponse, _ request: RequestHead) -> HTTPResponse {
        var response = response
        finish(&response, request)
        if !response.has("X-Request-Id") { response.headers.append(("X-Request-Id", request.id)) }
        if !response.has("X-Content-Type-Options") { response.headers.append(("X-Content-Type-Options", "nosniff")) }
        return response
    }

    /// RFC 9457 in its smallest form.
    @Sendable public static func problem(status: Int, detail: String, request: RequestHead) -> HTTPResponse {
        var json = JSONWriter(reserving: 256)
        json.object {
            $0.field("status", status)
            $0.field("detail", detail)
            $0.field("instance", request.id)
        }
        return HTTPResponse(
            status: status, headers: [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")],
            body: .bytes(json.bytes))
    }
}
