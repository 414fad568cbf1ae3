import CMicrohttpd
import Glibc
import Text

extension Connection {
    /// Hands an answer to libmicrohttpd, on the connection's thread.
    ///
    /// - Returns: false if the connection must be closed instead.
    func send(_ response: HTTPResponse, of exchange: Exchange, _ head: RequestHead, closing: Bool) -> Bool {
        send(response, of: exchange, exchange.core.settings, head, closing: closing)
    }

    /// - Parameter exchange: nil for a request that never became one: its answer can be bytes only.
    func send(
        _ response: HTTPResponse, of exchange: Exchange?, _ settings: ServerSettings, _ head: RequestHead, closing: Bool
    ) -> Bool {
        if let raw = Self.prepare(settings.complete(response, head), of: exchange, closing: closing) {
            return cmhd_answer(self.raw, UInt32(response.status), raw) != 0
        }
        let refusal = settings.refusal(500, "The answer could not be sent as it was made.", head)
        guard let raw = Self.prepare(settings.complete(refusal, head), of: exchange, closing: closing) else {
            return false
        }
        return cmhd_answer(self.raw, UInt32(refusal.status), raw) != 0
    }

    /// Our answer where libmicrohttpd refuses a request by itself, on the connection's thread.
    ///
    /// - Parameter status: libmicrohttpd's; becomes ours.
    /// - Returns: nil if it can't be made.
    func refusal(_ status: inout UInt32, _ settings: ServerSettings) -> OpaquePointer? {
        let framing = framing
        let head = RequestHead(fields(framing))
        let refusal = LibraryRefusal(
            status: Int(status), framing: framing, headIsWhole: headSize > 0, settings: settings)
        let response = settings.complete(settings.refusal(refusal.status, refusal.detail, head), head)
        // libmicrohttpd closes the connection after it and says so.
        guard let raw = Self.prepare(response, of: nil, closing: false) else { return nil }
        status = UInt32(response.status)
        return raw
    }

    /// Nil if something in it cannot be sent, or there is no memory or no descriptor left.
    ///
    /// - Parameter exchange: nil for a request that never became one: its answer can't be a stream.
    private static func prepare(_ response: HTTPResponse, of exchange: Exchange?, closing: Bool) -> OpaquePointer? {
        guard 200...599 ~= response.status, let raw = make(response.body, for: exchange) else {
            response.abandon()
            return nil
        }
        for (name, value) in response.headers where !isOurs(name) {
            guard isValid(name, value), add(name, value, to: raw) else {
                MHD_destroy_response(raw)
                return nil
            }
        }
        if closing {
            _ = add("Connection", "close", to: raw)
        }
        return raw
    }

    /// Written out, because a string that is passed to C as it is becomes an array first.
    private static func add(_ name: String, _ value: String, to raw: OpaquePointer) -> Bool {
        name.withCString { name in value.withCString { value in cmhd_add_header(raw, name, value) != 0 } }
    }

    private static func make(_ body: HTTPBody, for exchange: Exchange?) -> OpaquePointer? {
        switch body {
        case .bytes(let bytes):
            return bytes.withUnsafeBytes { cmhd_bytes($0.baseAddress, $0.count) }
        case .file(_, _, length: 0):
            return cmhd_bytes(nil, 0)
        case .file(let file, let offset, let length):
            guard file.holds(length, from: offset), let exchange, exchange.core.beginFile() else { return nil }
            let descriptor = file.duplicate()
            let raw = descriptor >= 0 ? cmhd_file(descriptor, offset, length) : nil
            guard raw != nil else {
                if descriptor >= 0 { close(descriptor) }
                exchange.core.endFile()
                return nil
            }
            exchange.state.withLock { $0.sendsFile = true }
            return raw
        case .stream(let stream, let length):
            guard let exchange else { return nil }
            return StreamSource.response(of: stream, length: length, for: exchange)
        }
    }

    /// Whether it may stand in an answer, and is not the server's own.
    static func isSendable(_ name: String, _ value: String) -> Bool { !isOurs(name) && isValid(name, value) }

    private static func isValid(_ name: String, _ value: String) -> Bool {
        !name.isEmpty && ByteSet.token.holds(name) && isFieldValue(value)
    }

    private static func isOurs(_ name: String) -> Bool {
        switch name.utf8.count {
        case 4: equal(name, "date")
        case 10: equal(name, "connection")
        case 14: equal(name, "content-length")
        case 17: equal(name, "transfer-encoding")
        default: false
        }
    }

    private static func equal(_ name: String, _ lowered: StaticString) -> Bool {
        zip(name.utf8, UnsafeBufferPointer(start: lowered.utf8Start, count: lowered.utf8CodeUnitCount))
            .allSatisfy { $0 | 0x20 == $1 }
    }

    /// RFC 9110, 5.5, without the tab: a line end here would let a value add headers of its own.
    private static func isFieldValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    }
}
