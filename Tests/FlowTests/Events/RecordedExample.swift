import FoundationEssentials
import Kafka

@testable import Flow

/// A record in `docs/events/examples` or `docs/events/refused`; its README says what a file holds.
struct RecordedExample: Decodable {
    let topic: String
    let key: String?
    let headers: [String: String]
    let value: JSONTree
    /// Why no reader takes it.
    let refused: String?

    private enum CodingKeys: String, CodingKey { case topic, key, headers, value, refused }

    /// By the names of their files.
    static func all(in folder: String) throws -> [(file: String, example: RecordedExample)] {
        let folder = EventSchema.folder.appendingPathComponent(folder)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }
            .sorted().map {
                (
                    $0,
                    try JSONDecoder().decode(
                        RecordedExample.self, from: Data(contentsOf: folder.appendingPathComponent($0)))
                )
            }
    }

    /// As Kafka hands it over: a text is the value's bytes, null is none, all else is JSON.
    func record() throws -> Record {
        let bytes: [UInt8]? =
            switch value {
            case .null: nil
            case .string(let text): Array(text.utf8)
            default: Array(try JSONEncoder().encode(value))
            }
        return Record(
            topic: topic, partition: 0, offset: 0, key: key.map { Array($0.utf8) }, value: bytes,
            headers: headers.map { RecordHeader($0.key, $0.value) })
    }
}
