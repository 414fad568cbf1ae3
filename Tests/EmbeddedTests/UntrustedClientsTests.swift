import Glibc
import TestStack
import Testing

/// What others on the same machine can do to a `cutroom serve`.
@Suite("cutroom serve and untrusted clients", .timeLimit(.minutes(2)))
struct UntrustedClientsTests {
    @Test("what anybody sends to any port of the process ends nothing")
    func garbage() async throws {
        try await TemporaryFolder.use { folder in
            try folder.write("audio/keep", "")
            try await Sample.make("\(folder.path)/audio/one.mp3")
            let cutroom = try await ServedFolder.start("\(folder.path)/audio", data: "\(folder.path)/data")
            let ports = try cutroom.listeningPorts()
            #expect(ports.contains(cutroom.port))
            for port in ports {
                for request in Self.kafkaRequests { try? await RawConnection(port: port).send(request) }
            }
            let answer = try await HTTPFetch.get(cutroom.url + cutroom.clipPath())
            #expect(answer.status == 200, "\(answer.text)")
            #expect(try await cutroom.process.stop() == .code(0))
        }
    }

    /// Requests of Kafka's protocol (its guide, "Protocol Primitive Types" and "The Messages: Produce"): each API key with a
    /// body of nothing but high bytes, so that every length and count in it is absurd; 79 bytes each.
    private static let kafkaRequests: [[UInt8]] = (0...40).flatMap { key in
        (0...12).map { version -> [UInt8] in
            let header: [UInt8] = [0, 0, 0, 75, 0, UInt8(key), 0, UInt8(version), 0, 0, 0, 1, 0, 1, UInt8(ascii: "x")]
            return header + [UInt8](repeating: 0x7F, count: 64)
        }
    }
}
