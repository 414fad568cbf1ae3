/// The services that use Kafka all the time.
public enum ServiceName: String, Sendable, CaseIterable {
    case gateway
    case resolver
    case cutter

    var runs: StaticString {
        switch self {
        case .gateway: "The gateway runs"
        case .resolver: "The resolver runs"
        case .cutter: "The cutter runs"
        }
    }

    var stops: StaticString {
        switch self {
        case .gateway: "The gateway stops"
        case .resolver: "The resolver stops"
        case .cutter: "The cutter stops"
        }
    }
}
