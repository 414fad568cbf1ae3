import Glibc

/// Asks the service on this machine whether it is ready, for a container's health check where the image has no HTTP client.
public enum SelfCheck {
    /// - Parameters:
    ///   - address: where the service listens; any address of this machine is asked over loopback.
    ///   - port: 0 is answered by false.
    ///   - seconds: for connecting, and again for the answer.
    /// - Returns: whether `GET /readyz` answered 200; blocks meanwhile.
    public static func isReady(address: String, port: UInt16, atMost seconds: Int = 3) -> Bool {
        guard port != 0, let socket = connected(to: host(address), port: port, seconds) else { return false }
        defer { close(socket) }
        let request = Array("GET /readyz HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return false }
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64)
        // The status line begins "HTTP/1.1 200".
        while answer.count < 12 {
            let count = recv(socket, &piece, piece.count, 0)
            guard count > 0 else { return false }
            answer += piece[..<count]
        }
        return answer.starts(with: Array("HTTP/1.".utf8)) && answer[9..<12].elementsEqual(Array("200".utf8))
    }

    private static func host(_ address: String) -> String {
        switch address {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: address
        }
    }

    private static func connected(to host: String, port: UInt16, _ seconds: Int) -> Int32? {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        let socket = socket(found.pointee.ai_family, found.pointee.ai_socktype, 0)
        guard socket >= 0 else { return nil }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        guard connect(socket, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            close(socket)
            return nil
        }
        return socket
    }
}

extension HealthSettings {
    /// Whether the service that runs on this machine with these settings says that it is ready; blocks while it is asked.
    public var saysReady: Bool { SelfCheck.isReady(address: address, port: port) }
}
