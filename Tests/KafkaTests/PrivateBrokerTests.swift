import Glibc
import Testing

@testable import Kafka

@Suite("the mock broker that nobody else can reach", .timeLimit(.minutes(1)))
struct PrivateBrokerTests {
    @Test("its own clients produce, consume and come back after an outage, and nothing listens on its port")
    func ownClients() async throws {
        let mock = try MockCluster(privateIn: ["/tmp"])
        #expect(connectionRefused(mock.bootstrapServers))
        try mock.createTopic("letters", partitions: 1)
        let producer = try KafkaProducer(Bench.settings(mock))
        try await producer.prepare(topics: ["letters"], within: .seconds(10))
        let seen = Seen<Record>()
        let reader = try TopicReader(Bench.settings(mock), topics: [("letters", .beginning)]) { record in
            seen.add(record)
        }
        _ = try await producer.send(OutgoingRecord(topic: "letters", key: nil, value: Bench.bytes("one")))
        try mock.bringDown()
        #expect(connectionRefused(mock.bootstrapServers))
        try mock.bringUp()
        #expect(connectionRefused(mock.bootstrapServers))
        _ = try await producer.send(OutgoingRecord(topic: "letters", key: nil, value: Bench.bytes("two")))
        await seen.wait(for: 2)
        #expect(seen.all.map(\.value) == [Bench.bytes("one"), Bench.bytes("two")])
        await reader.close()
        await producer.close(flushingWithin: .seconds(5))
    }

    @Test("a client without its sockets does not reach it, and nothing of them is left in the file system")
    func strangers() async throws {
        let folder = "/tmp/private-\(UInt64.random(in: 0 ... .max))"
        #expect(mkdir(folder, 0o700) == 0)
        let mock = try MockCluster(privateIn: [folder])
        // Fails if anything is left in it.
        #expect(rmdir(folder) == 0)
        let stranger = try KafkaProducer(KafkaSettings(bootstrapServers: mock.bootstrapServers, clientID: "stranger"))
        await #expect(throws: KafkaFault.self) {
            try await stranger.prepare(topics: ["letters"], within: .milliseconds(500))
        }
        await stranger.close(flushingWithin: .zero)
    }

    @Test("where no folder takes a socket, the reason is said")
    func noFolder() {
        #expect(throws: PrivateSocket.Fault.self) { try MockCluster(privateIn: ["/proc/nowhere", "/sys"]) }
    }

    /// A plain TCP connection, as anybody on the machine could make it.
    private func connectionRefused(_ server: String) -> Bool {
        guard let port = server.split(separator: ":").last.flatMap({ UInt16($0) }) else { return false }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return result != 0 && errno == ECONNREFUSED
    }
}
