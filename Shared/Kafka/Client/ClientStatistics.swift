import FoundationEssentials
import Glibc

/// What librdkafka has measured of a client's connections, over the last second.
///
/// Source of the fields: librdkafka, STATISTICS.md.
public struct ClientStatistics: Sendable {
    public struct Broker: Sendable {
        /// The broker's number in its cluster.
        public let id: Int
        /// From sending a request to its answer; nil if there was none.
        public let roundTrip: (average: Duration, percentile99: Duration)?
        /// Requests on their way.
        public let waiting: Int
    }

    /// Of records that are not acknowledged.
    public let queuedBytes: Int
    public let brokers: [Broker]

    /// - Parameter json: what librdkafka tells, up to where it comes to topics.
    init?(head json: [UInt8]) {
        // JSON of librdkafka's own making; a version that says it otherwise has no such figures.
        guard let told = try? JSONDecoder().decode(Told.self, from: Data(json)) else { return nil }
        queuedBytes = told.queuedBytes ?? 0
        // Those that are named in the settings come a second time with a number below 0, and a group's coordinator with its own,
        // since it has a connection of its own.
        brokers = Dictionary(grouping: told.brokers.values.filter { $0.id >= 0 }, by: \.id)
            .map { Broker(id: $0, connections: $1) }.sorted { $0.id < $1.id }
    }

    fileprivate struct Told: Decodable {
        let queuedBytes: Int?
        let brokers: [String: Broker]

        enum CodingKeys: String, CodingKey {
            case queuedBytes = "msg_size"
            case brokers
        }

        struct Broker: Decodable {
            let id: Int
            let waiting: Int
            let times: Times?

            enum CodingKeys: String, CodingKey {
                case id = "nodeid"
                case waiting = "waitresp_cnt"
                case times = "rtt"
            }
        }

        /// In microseconds.
        struct Times: Decodable {
            let average: Int
            let percentile99: Int
            let count: Int

            enum CodingKeys: String, CodingKey {
                case average = "avg"
                case percentile99 = "p99"
                case count = "cnt"
            }
        }
    }
}

extension ClientStatistics.Broker {
    /// What all connections to one broker come to: the mean over all of their requests, and the longest of their percentiles.
    fileprivate init(id: Int, connections: [ClientStatistics.Told.Broker]) {
        self.id = id
        let times = connections.compactMap(\.times).filter { $0.count > 0 }
        let requests = times.reduce(0) { $0 + $1.count }
        roundTrip =
            requests == 0
            ? nil
            : (
                .microseconds(times.reduce(0) { $0 + $1.average * $1.count } / requests),
                .microseconds(times.reduce(0) { max($0, $1.percentile99) })
            )
        waiting = connections.reduce(0) { $0 + $1.waiting }
    }
}

extension ClientStatistics {
    /// The part of a client's statistics that is kept until somebody asks: what comes before the topics, whose partitions take
    /// a thousand bytes each.
    ///
    /// - Returns: nil for what is not told in this order, or is larger than a cluster of a thousand brokers.
    static func head(of json: UnsafePointer<CChar>) -> [UInt8]? {
        guard let topics = strstr(json, "\"topics\":") else { return nil }
        var head = UnsafeRawBufferPointer(start: json, count: UnsafePointer(topics) - json)[...]
        while let last = head.last, last == UInt8(ascii: " ") || last == UInt8(ascii: ",") { head.removeLast() }
        return head.count <= 1 << 20 ? Array(head) + [UInt8(ascii: "}")] : nil
    }
}
