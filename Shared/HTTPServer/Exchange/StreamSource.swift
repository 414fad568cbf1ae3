import CMicrohttpd

/// Feeds a stream to libmicrohttpd; lives as long as the response that it is the body of.
final class StreamSource: Sendable {
    /// Bytes libmicrohttpd asks for at once where it knows the length; otherwise it takes what its buffer holds.
    private static let block = 64 * 1024
    private let stream: ByteStream
    private let exchange: Exchange

    private init(_ stream: ByteStream, _ exchange: Exchange) {
        self.stream = stream
        self.exchange = exchange
    }

    /// A response with this body. Whatever becomes of it, the stream is closed for its writer in the end.
    static func response(of stream: ByteStream, length: UInt64?, for exchange: Exchange) -> OpaquePointer? {
        let source = Unmanaged.passRetained(StreamSource(stream, exchange))
        let response = cmhd_stream(
            length ?? .max, Int(min(length ?? .max, UInt64(block))), read, source.toOpaque(), release)
        if response == nil { source.release() }
        return response
    }

    private static let read:
        @convention(c) (UnsafeMutableRawPointer?, UInt64, UnsafeMutablePointer<CChar>?, Int) -> Int = {
            source, _, bytes, count in
            guard let source, let bytes else { return cmhd_end_with_error() }
            let buffer = UnsafeMutableRawBufferPointer(start: bytes, count: count)
            return Unmanaged<StreamSource>.fromOpaque(source)._withUnsafeGuaranteedRef { $0.read(into: buffer) }
        }

    private static let release: @convention(c) (UnsafeMutableRawPointer?) -> Void = { source in
        guard let source else { return }
        Unmanaged<StreamSource>.fromOpaque(source).takeRetainedValue().stream.closeByReader()
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        switch stream.read(into: buffer, for: exchange) {
        case .bytes(let count): count
        case .later: 0
        case .finished: cmhd_end_of_stream()
        case .broken: cmhd_end_with_error()
        }
    }
}

extension HTTPResponse {
    /// Tells the writer of a body that will never be sent.
    func abandon() {
        if case .stream(let stream, _) = body { stream.closeByReader() }
    }
}
