import Dispatch
import Glibc
import Testing

/// Runs blocking code away from Swift's cooperative threads.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "client").async { continuation.resume(with: Result(catching: body)) }
    }
}

struct ClientFault: Error, CustomStringConvertible {
    let description: String
}

/// A client that sends exactly the bytes it is told, over a blocking socket that gives up after ten seconds.
final class RawClient {
    struct Answer {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    let socket: Int32
    private var pending: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

    init(_ port: UInt16, address: String = "127.0.0.1", receiveBuffer: Int32? = nil) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if var receiveBuffer { setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4) }
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &target.sin_addr)
        let status = withUnsafePointer(to: &target) { target in
            target.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if status != 0 { throw ClientFault(description: "connect: \(String(cString: strerror(errno)))") }
    }

    deinit { close(socket) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { throw ClientFault(description: "send: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    /// - Parameter headers: whole lines, each with its end.
    func get(_ target: String, headers: String = "", method: String = "GET") throws -> Answer {
        try send("\(method) \(target) HTTP/1.1\r\nHost: test\r\n\(headers)\r\n")
        return try answer(to: method)
    }

    /// Sends nothing until a packet is full or the sending ends.
    func hold() {
        var on: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, &on, 4)
    }

    /// Tells the server that nothing more comes, and still reads.
    func endSending() { shutdown(socket, Int32(SHUT_WR)) }

    func answer(to method: String = "GET") throws -> Answer {
        let lines = try line(until: "\r\n\r\n").split(separator: "\r\n").map(String.init)
        let status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : "")
        }
        var answer = Answer(status: status, headers: headers, body: [])
        if method == "HEAD" || status == 204 || status == 304 || status < 200 { return answer }
        if let length = answer.header("Content-Length").flatMap(Int.init) {
            answer.body = try take(length)
        } else if answer.header("Transfer-Encoding") == "chunked" {
            while let chunk = try chunk() { answer.body += chunk }
        } else {
            answer.body = rest()
        }
        return answer
    }

    /// The next chunk of a chunked body; nil for the last.
    func chunk() throws -> [UInt8]? {
        let size = Int(try line(until: "\r\n").prefix { $0.isHexDigit }, radix: 16) ?? -1
        if size < 0 { throw ClientFault(description: "malformed chunk") }
        let bytes = try take(size)
        _ = try take(2)
        return size == 0 ? nil : bytes
    }

    /// Head of an answer whose body is read by other means.
    func head() throws -> String { try line(until: "\r\n\r\n") }

    /// Up to the first line's end, or what came before the server closed.
    func firstLine() -> [UInt8] {
        while !pending.contains(UInt8(ascii: "\n")), receive() > 0 {}
        return Array(pending.prefix { $0 != UInt8(ascii: "\r") })
    }

    /// Everything until the server closes or resets the connection.
    func rest() -> [UInt8] {
        while receive() > 0 {}
        if errno == EAGAIN { Issue.record("the server kept the connection open") }
        defer { pending = [] }
        return pending
    }

    /// Whether the server closed the connection and nothing more came.
    func isClosed() -> Bool { pending.isEmpty && receive() <= 0 && errno != EAGAIN }

    /// The same, without waiting longer than a moment.
    func isClosed(withinMs limit: Int32) -> Bool {
        var ready = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&ready, 1, limit) > 0 && isClosed()
    }

    func take(_ count: Int) throws -> [UInt8] {
        while pending.count < count {
            if receive() <= 0 { throw ClientFault(description: "closed after \(pending.count) of \(count) bytes") }
        }
        defer { pending.removeFirst(count) }
        return Array(pending.prefix(count))
    }

    private func line(until end: String) throws -> String {
        let end = Array(end.utf8)
        while true {
            let found = pending.withUnsafeBytes { bytes in
                bytes.baseAddress.flatMap { start in
                    memmem(start, bytes.count, end, end.count).map { UnsafeRawPointer($0) - start }
                }
            }
            if let found { return String(decoding: try take(found + end.count), as: UTF8.self) }
            if receive() <= 0 {
                throw ClientFault(description: "closed after '\(String(decoding: pending, as: UTF8.self))'")
            }
        }
    }

    private func receive() -> Int {
        errno = 0
        let count = recv(socket, &buffer, buffer.count, 0)
        if count > 0 { pending.append(contentsOf: buffer[..<count]) }
        return count
    }
}

/// `@unchecked Sendable`: a test hands it from one thread to the next and uses it on one at a time.
final class UncheckedClient: @unchecked Sendable {
    private var client: RawClient?
    init(_ client: RawClient) { self.client = client }
    func close() { client = nil }
    func use<Value>(_ body: (RawClient) throws -> Value) throws -> Value {
        guard let client else { throw ClientFault(description: "closed") }
        return try body(client)
    }
}

/// Whether somebody listens there.
func accepts(_ port: UInt16) -> Bool { (try? RawClient(port)) != nil }
