import Glibc
import Synchronization

/// A server's end of one connection.
public final class WireConnection: Sendable {
    private let descriptor: Int32
    private let isClosed = Mutex(false)

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Sends bytes as they are.
    ///
    /// - Returns: false if the client is gone.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let sent = bytes[done...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if sent < 0 && errno == EINTR { continue }
            guard sent > 0 else { return false }
            done += sent
        }
        return true
    }

    @discardableResult
    public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// A proper answer with its length.
    public func answer(_ status: String, headers: [String] = [], _ body: [UInt8] = []) {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
        send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
    }

    public func answer(_ status: String, headers: [String] = [], _ body: String) {
        answer(status, headers: headers, Array(body.utf8))
    }

    /// Ends the connection in order.
    public func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        isClosed.withLock { $0 = true }
    }

    /// Ends the connection with a reset, as a machine that fell over.
    public func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        isClosed.withLock { $0 = true }
    }

    /// Blocks until the client hangs up or the server stops.
    public func waitForHangUp() {
        while !receive(atMost: 4_096).isEmpty {}
        close()
    }

    /// nil at the end, or if what comes is no request.
    func nextRequest() -> WireRequest? {
        var bytes: [UInt8] = []
        let blank = Array("\r\n\r\n".utf8)
        while true {
            if isClosed.withLock({ $0 }) { return nil }
            if let end = (0..<max(0, bytes.count - 3)).first(where: { Array(bytes[$0..<$0 + 4]) == blank }) {
                return request(head: bytes[..<end], early: bytes[(end + 4)...])
            }
            let more = receive(atMost: 65_536)
            if let first = more.first, first < 0x20 { return nil }
            if more.isEmpty || bytes.count > 1_000_000 { return nil }
            bytes += more
        }
    }

    private func request(head: ArraySlice<UInt8>, early: ArraySlice<UInt8>) -> WireRequest? {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        var body = Array(early)
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while body.count < length {
            let more = receive(atMost: length - body.count)
            if more.isEmpty { return nil }
            body += more
        }
        return WireRequest(method: String(words[0]), target: String(words[1]), headers: headers, body: body)
    }

    private func receive(atMost limit: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            var got = -1
            repeat { got = recv(descriptor, buffer.baseAddress, limit, 0) } while got < 0 && errno == EINTR
            count = max(0, got)
        }
    }
}
