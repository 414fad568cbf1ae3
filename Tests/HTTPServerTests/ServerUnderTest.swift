import Glibc
import HTTPServer
import Synchronization
import Testing

/// A server on any port, stopped when `body` returns or throws.
func withServer<Value>(
    _ settings: ServerSettings = ServerSettings(), handler: @escaping HTTPServer.Handler,
    _ body: (HTTPServer) async throws -> Value
) async throws -> Value {
    let server = try HTTPServer(settings, handler: handler)
    do {
        let value = try await body(server)
        await server.stop(within: .zero)
        return value
    } catch {
        await server.stop(within: .zero)
        throw error
    }
}

/// Events that a test waits for.
final class Signal<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let source: AsyncStream<Value>.Continuation

    init() { (stream, source) = AsyncStream.makeStream() }

    func send(_ value: Value) { source.yield(value) }

    func next() async -> Value? {
        var iterator = stream.makeAsyncIterator()
        return await iterator.next()
    }
}

/// Bytes that repeat after a prime number of them, so that a wrong offset shows.
func pattern(_ count: Int) -> [UInt8] {
    let block = (0..<8191).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += block }
    bytes.removeLast(bytes.count - count)
    return bytes
}

/// What the server saw of a request.
func echo(_ request: HTTPRequest, _ exchange: Exchange) -> Reply {
    .now(
        HTTPResponse(
            status: 200, headers: [("Content-Type", "text/plain")],
            text: "\(request.method)|\(request.rawPath)|\(request.rawQuery ?? "-")|"
                + String(decoding: request.body, as: UTF8.self)))
}
