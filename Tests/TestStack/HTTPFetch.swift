/// An answer as it came over the wire.
public struct HTTPReply: Sendable {
    public let status: Int
    /// In the order they came, names as they were written.
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The first header of this name, in whatever case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// One HTTP/1.1 request on a connection of its own, written and read by hand: it shares no code with what it tests.
public enum HTTPFetch {
    /// The answer was not HTTP/1.1, or not whole.
    public struct Malformed: Error, CustomStringConvertible {
        public let description: String
    }

    public static func get(
        _ url: String, headers: [String: String] = [:], within limit: Duration = .seconds(90)
    ) async throws -> HTTPReply {
        try await request("GET", url, headers: headers, within: limit)
    }

    public static func post(
        _ url: String, json: String, headers: [String: String] = [:], within limit: Duration = .seconds(90)
    ) async throws -> HTTPReply {
        try await request(
            "POST", url, headers: ["Content-Type": "application/json"].merging(headers) { $1 },
            body: Array(json.utf8), within: limit)
    }

    /// - Parameter url: `http://127.0.0.1:port/…`, its path and query sent as they stand.
    public static func request(
        _ method: String, _ url: String, headers: [String: String] = [:], body: [UInt8]? = nil,
        within limit: Duration = .seconds(90)
    ) async throws -> HTTPReply {
        let (port, target) = try parts(of: url)
        let connection = try await RawConnection(port: port)
        var head = "\(method) \(target) HTTP/1.1\r\nConnection: close\r\n"
        if headers["Host"] == nil { head += "Host: 127.0.0.1:\(port)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        // A server that refuses early may close before it has read all: its answer is what counts.
        try? await connection.send(Array((head + "\r\n").utf8) + (body ?? []))
        return try parse(await connection.receiveToEnd(within: limit), isHead: method == "HEAD")
    }

    /// One whole answer, followed by the end of the connection.
    public static func parse(_ bytes: [UInt8], isHead: Bool = false) throws -> HTTPReply {
        guard let end = position(of: "\r\n\r\n", in: bytes[...]) else {
            throw Malformed(description: "no end of headers in \(bytes.count) bytes")
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let start = lines.first.map { $0.split(separator: " ", maxSplits: 2) } ?? []
        guard start.count >= 2, start[0] == "HTTP/1.1", let status = Int(start[1]) else {
            throw Malformed(description: "status line: \(lines.first ?? "")")
        }
        let headers = try lines.dropFirst().map { line in
            guard let colon = line.firstIndex(of: ":") else { throw Malformed(description: "header: \(line)") }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return (name: String(line[..<colon]), value: String(value))
        }
        let rest = bytes[(end + 4)...]
        if status == 100 { return try parse(Array(rest), isHead: isHead) }
        let head = HTTPReply(status: status, headers: headers, body: [])
        let body: [UInt8]
        if isHead || status == 204 || status == 304 {
            body = []
        } else if head.header("Transfer-Encoding")?.lowercased() == "chunked" {
            body = try unchunk(rest)
        } else {
            body = Array(rest)
        }
        if !isHead, let length = head.header("Content-Length"), Int(length) != body.count {
            throw Malformed(description: "Content-Length \(length), but \(body.count) bytes came")
        }
        return HTTPReply(status: status, headers: headers, body: body)
    }

    private static func unchunk(_ bytes: ArraySlice<UInt8>) throws -> [UInt8] {
        var (rest, body) = (bytes, [UInt8]())
        while let end = position(of: "\r\n", in: rest) {
            let size = String(decoding: rest[rest.startIndex..<end], as: UTF8.self).prefix { $0 != ";" }
            guard let size = Int(size, radix: 16), end + 2 + size + 2 <= rest.endIndex else { break }
            if size == 0 { return body }
            body += rest[(end + 2)..<(end + 2 + size)]
            rest = rest[(end + 2 + size + 2)...]
        }
        throw Malformed(description: "chunks end early")
    }

    private static func parts(of url: String) throws -> (port: Int, target: String) {
        let start = "http://127.0.0.1:"
        let rest = url.dropFirst(start.count)
        guard url.hasPrefix(start), let port = Int(rest.prefix { $0 != "/" }) else {
            throw Malformed(description: "not a loopback address with a port: \(url)")
        }
        let target = rest.drop { $0 != "/" }
        return (port, target.isEmpty ? "/" : String(target))
    }

    private static func position(of text: String, in bytes: ArraySlice<UInt8>) -> Int? {
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return nil }
        return (bytes.startIndex...(bytes.endIndex - wanted.count)).first {
            bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
        }
    }
}
