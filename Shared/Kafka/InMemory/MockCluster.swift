import CRdkafka
import Threads

/// librdkafka's broker in memory: Kafka's own protocol, for `cutroom` on sockets that nobody else can reach, and for tests
/// on loopback ports.
///
/// On a port anybody on the machine may connect, and a malformed request ends the process: so only tests use ports.
///
/// It keeps about 5 MB a partition, drops the oldest even if unread, and knows no compaction. It never answers
/// CreateTopics: make topics with ``createTopic(_:partitions:replication:)`` before any client asks for them.
public final class MockCluster: Sendable {
    /// Kafka's request kinds whose answers can be made to fail (Kafka protocol guide, "API keys").
    public enum Request: Int16, Sendable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case syncGroup = 14
        case initProducerID = 22
    }

    /// A broker's answer when it can't serve; numbers from Kafka's protocol guide, "Error codes".
    public enum Refusal: Int32, Sendable {
        case coordinatorLoadInProgress = 14
        case coordinatorNotAvailable = 15
        case notCoordinator = 16
        case leaderNotAvailable = 5
        case notLeader = 6
        case requestTimedOut = 7
        case messageTooLarge = 10
        case unknownMember = 25
        case notEnoughReplicas = 19
        case topicAuthorizationFailed = 29
        case groupAuthorizationFailed = 30
        case outOfOrderSequence = 45
    }

    public let bootstrapServers: String
    /// For the settings of each client, where the cluster is private.
    public let privateBrokers: PrivateBrokers?
    private let cluster: MockHandle
    private let brokers: Int

    /// - Parameters:
    ///   - brokers: 1 or more, numbered from 1.
    ///   - firstRebalanceDelay: how long a group waits for further members when its first one joins.
    /// - Throws: `.clientNotStarted` where no port or thread is to be had.
    public init(brokers: Int = 1, firstRebalanceDelay: Duration = .zero) throws(KafkaFault) {
        let settings = KafkaSettings(bootstrapServers: "", clientID: "mock-cluster")
        let owner = try Client(.producer, settings, properties: [:], context: ClientContext(onEvent: { _ in }))
        self.brokers = max(1, brokers)
        guard let raw = rd_kafka_mock_cluster_new(owner.raw, Int32(self.brokers)) else { throw .clientNotStarted() }
        cluster = MockHandle(adopting: raw, of: owner)
        rd_kafka_mock_group_initial_rebalance_delay_ms(raw, firstRebalanceDelay.milliseconds)
        bootstrapServers = rd_kafka_mock_cluster_bootstraps(raw).map { String(cString: $0) } ?? ""
        privateBrokers = nil
    }

    /// A cluster of one broker that only clients of this process can reach, those with its `privateBrokers`. Blocks for a
    /// moment.
    ///
    /// - Parameter folders: where a socket may be made, for as long as it takes to remove its name again: tried in this
    ///   order.
    /// - Throws: `KafkaFault`; or a fault that says in words why there is no such socket.
    public init(privateIn folders: [String]) throws {
        let open = try MockCluster()
        cluster = open.cluster
        brokers = open.brokers
        bootstrapServers = open.bootstrapServers
        let own = try PrivateBrokers(standingFor: bootstrapServers, folders: folders)
        privateBrokers = own
        // Down and up again, because whoever came in meanwhile is thrown out by that.
        try bringDown()
        try bringUp()
    }

    /// - Parameters:
    ///   - replication: copies of each partition; not more than there are brokers.
    /// - Throws: `.rejected` where the topic is there already or the numbers don't fit.
    public func createTopic(_ name: String, partitions: Int, replication: Int = 1) throws(KafkaFault) {
        try check(rd_kafka_mock_topic_create(cluster.raw, name, Int32(partitions), Int32(replication)))
    }

    /// The next answers to that kind of request are these, one each; then it works again.
    public func refuse(_ request: Request, with refusals: [Refusal]) {
        let codes = refusals.map { rd_kafka_resp_err_t(rawValue: $0.rawValue) }
        rd_kafka_mock_push_request_errors_array(cluster.raw, request.rawValue, codes.count, codes)
    }

    /// Forgets the refusals that were not used yet.
    public func stopRefusing(_ request: Request) {
        rd_kafka_mock_clear_request_errors(cluster.raw, request.rawValue)
    }

    /// Closes the brokers' connections and takes no new ones until `bringUp`.
    public func bringDown() throws(KafkaFault) {
        for id in 1...Int32(brokers) { try check(rd_kafka_mock_broker_set_down(cluster.raw, id)) }
        // librdkafka has made new listeners on the old ports.
        try withSockets { brokers throws(PrivateSocket.Fault) in try brokers.replaceListeners() }
    }

    public func bringUp() throws(KafkaFault) {
        for id in 1...Int32(brokers) { try check(rd_kafka_mock_broker_set_up(cluster.raw, id)) }
        try withSockets { brokers throws(PrivateSocket.Fault) in try brokers.raiseBacklogs() }
    }

    private func withSockets(_ body: (PrivateBrokers) throws(PrivateSocket.Fault) -> Void) throws(KafkaFault) {
        guard let privateBrokers else { return }
        do throws(PrivateSocket.Fault) { try body(privateBrokers) } catch { throw .rejected(code: error.description) }
    }

    /// Delays every answer by so much, to the millisecond.
    public func setRoundTrip(_ time: Duration) throws(KafkaFault) {
        for id in 1...Int32(brokers) {
            try check(rd_kafka_mock_broker_set_rtt(cluster.raw, id, time.milliseconds))
        }
    }

    /// Another broker leads that partition from now on.
    public func lead(_ topic: String, partition: Int32, by broker: Int32) throws(KafkaFault) {
        try check(rd_kafka_mock_partition_set_leader(cluster.raw, topic, partition, broker))
    }

    /// From now on requests are counted.
    ///
    /// - Returns: false where librdkafka can't (before 2.4).
    public func followRequests() -> Bool { cutroom_mock_follow_requests(cluster.raw) != 0 }

    /// How many requests of a kind that broker took since ``followRequests()``.
    public func requests(_ kind: Request, at broker: Int32) -> Int {
        Int(cutroom_mock_requests(cluster.raw, Int32(kind.rawValue), broker))
    }

    private func check(_ raw: rd_kafka_resp_err_t) throws(KafkaFault) {
        let code = ErrorCode(raw)
        if code.isFailure { throw .rejected(code: code.name) }
    }
}

/// `@unchecked Sendable`: `raw` never changes, and each `rd_kafka_mock_*` call runs on the cluster's own thread.
private final class MockHandle: @unchecked Sendable {
    let raw: OpaquePointer
    /// The cluster lives inside this client, so it must be destroyed first.
    private let owner: Client

    init(adopting raw: OpaquePointer, of owner: Client) {
        self.raw = raw
        self.owner = owner
    }

    deinit {
        // Both take up to a second, and whoever lets go may be a task.
        let end = Handover(Remains(raw: raw, owner: owner))
        do throws(ThreadFault) {
            _ = try OwnThread(named: "kafka-mock-end") {
                guard let remains = end.take() else { return }
                rd_kafka_mock_cluster_destroy(remains.raw)
            }
        } catch {
            // No room for a thread: the cluster stays until the process ends, which frees it.
            _ = Unmanaged.passRetained(owner)
            _ = end.take()
        }
    }

    /// `@unchecked Sendable`: handed to one thread, and nobody else has it any more.
    private struct Remains: @unchecked Sendable {
        let raw: OpaquePointer
        let owner: Client
    }
}
