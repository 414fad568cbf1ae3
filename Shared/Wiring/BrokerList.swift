import Settings

/// The brokers that a client begins with, checked before librdkafka would take a mistake for a host that doesn't answer.
enum BrokerList {
    /// `host:port` or `host`, which librdkafka takes for port 9092; with one of its protocols before it if need be.
    private static let protocols: Set<String> = ["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"]

    /// Reads `KAFKA_BOOTSTRAP_SERVERS`; each entry that can't be a broker is a mistake, named with what is wrong.
    static func read(from read: inout SettingsReader) -> String {
        let name = "KAFKA_BOOTSTRAP_SERVERS"
        let list = read.string(name, "the brokers to begin with: host:port, several between commas")
        guard !list.isEmpty else { return list }
        for entry in list.split(separator: ",", omittingEmptySubsequences: false) {
            if let fault = fault(of: entry) {
                read.mistake(
                    "\(name): the entry '\(entry.prefix(80))' \(fault) (expected: host:port, several between commas)")
            }
        }
        return list
    }

    private static func fault(of entry: Substring) -> String? {
        if entry.isEmpty { return "is empty" }
        if entry.contains(where: \.isWhitespace) { return "has blanks in it" }
        var rest = entry
        if let mark = entry.firstRange(of: "://") {
            let scheme = entry[..<mark.lowerBound]
            guard protocols.contains(scheme.lowercased()) else {
                return "begins with \(scheme)://, which is no protocol of Kafka's"
            }
            rest = entry[mark.upperBound...]
        }
        if rest.contains("/") { return "has a path" }
        if rest.contains("@") { return "has a user in it; those go into KAFKA_PROPERTY_SASL_USERNAME" }
        let isIPv6 = rest.hasPrefix("[")
        let host = isIPv6 ? rest.prefix { $0 != "]" } + "]" : rest.prefix { $0 != ":" }
        guard !host.isEmpty, !isIPv6 || rest.hasPrefix(host) else { return "has no host" }
        let behind = rest.dropFirst(host.count)
        if behind.isEmpty { return nil }
        guard behind.hasPrefix(":"), let port = Int(behind.dropFirst()), (1...65_535).contains(port) else {
            return "has no port from 1 to 65535"
        }
        return nil
    }
}
