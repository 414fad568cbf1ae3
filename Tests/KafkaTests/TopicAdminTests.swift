import Testing

@testable import Kafka

@Suite("Topic admin on the mock broker", .timeLimit(.minutes(1)))
struct TopicAdminTests {
    @Test("topics that are there are found, and none is asked for anew")
    func finds() async throws {
        let mock = try MockCluster()
        try mock.createTopic("a", partitions: 2)
        try mock.createTopic("b", partitions: 4)
        let found = try await TopicAdmin(Bench.settings(mock)).ensure(
            [TopicSpec(name: "b", partitions: 4), TopicSpec(name: "a", partitions: 4)], within: .seconds(20))
        #expect(found.map(\.name) == ["b", "a"])
        #expect(found.map(\.origin) == [.found, .found])
        #expect(found.map(\.isAsWanted) == [true, false])
    }

    @Test("a broker that comes within the time is waited for")
    func waits() async throws {
        let mock = try MockCluster()
        try mock.createTopic("a", partitions: 1)
        try mock.bringDown()
        let refused = Seen<KafkaEvent>()
        var settings = Bench.settings(mock)
        settings.onEvent = { event in refused.add(event) }
        let ensured = Task { [settings] in
            try await TopicAdmin(settings).ensure([TopicSpec(name: "a", partitions: 1)], within: .seconds(30))
        }
        await refused.wait(for: 1)
        try mock.bringUp()
        #expect(try await ensured.value.count == 1)
    }

    @Test("without a broker it ends when the time is up, with a fault that may pass")
    func givesUp() async throws {
        let settings = KafkaSettings(bootstrapServers: "127.0.0.1:1", clientID: "t")
        do {
            _ = try await TopicAdmin(settings).ensure(
                [TopicSpec(name: "a", partitions: 1)], within: .milliseconds(300))
            Issue.record("a topic was found where no broker is")
        } catch {
            #expect(error.isTransient)
        }
    }
}
