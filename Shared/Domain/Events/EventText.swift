/// What an event carries as text: parsed where the event is decoded, and nowhere after.
protocol EventText: Codable, CustomStringConvertible {
    /// - Throws: what is wrong with it.
    init(eventText: String) throws(EventTextFault)
}

/// Follows the field's name in ``EventFault/badField(name:problem:)``.
struct EventTextFault: Error {
    let problem: String
}

extension EventText {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        do throws(EventTextFault) {
            try self.init(eventText: text)
        } catch {
            throw EventFault.badField(name: decoder.codingPath.last?.stringValue ?? "the value", problem: error.problem)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension ClipID: EventText {
    init(eventText: String) throws(EventTextFault) {
        do throws(ClipFault) { try self.init(parsing: eventText) } catch { throw EventTextFault(problem: error.detail) }
    }
}

extension ObjectKey: EventText {
    init(eventText: String) throws(EventTextFault) {
        guard let key = ObjectKey(parsing: eventText) else { throw EventTextFault(problem: "is not a key of ours") }
        self = key
    }
}

extension ObjectID: EventText {
    init(eventText: String) throws(EventTextFault) {
        guard let id = ObjectID(hex: eventText) else { throw EventTextFault(problem: "is not 24 hex digits") }
        self = id
    }
}
