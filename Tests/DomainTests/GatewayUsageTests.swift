import FoundationEssentials
import Testing

@testable import Domain

@Suite("the event of what clients have used")
struct GatewayUsageTests {
    private func decode(_ json: String) throws -> GatewayUsage {
        try JSONDecoder().decode(GatewayUsage.self, from: Data(json.utf8))
    }

    @Test("version 1 is read, with fields it does not know, and writes what it was read from")
    func version1() throws {
        let event = try decode(
            #"{"gateway":"g-1","keys":{"web":[120,3]},"addresses":{"9F86d081884c7d65":[0,1]},"new":{}}"#)
        #expect(event.gateway == "g-1" && event.recordKey == "g-1" && event.episodeID == nil && event.budget == nil)
        #expect(event.keys == ["web": .init(requests: 120, misses: 3)])
        #expect(event.addresses == [0x9f86_d081_884c_7d65: .init(misses: 1)])
        #expect(try JSONDecoder().decode(GatewayUsage.self, from: JSONEncoder().encode(event)) == event)
        #expect(GatewayUsage.takesTombstones == false && GatewayUsage.type == "cutroom.gateway.usage.v1")
    }

    @Test("more than there is room for in one event goes in several, each below the 64 KiB that are read")
    func pieces() throws {
        let keys = (0..<700).map { (String(repeating: "k", count: 60) + "\($0 + 1000)", GatewayUsage.Used.max) }
        let addresses = (0..<701).map { (UInt64.max - UInt64($0), GatewayUsage.Used.max) }
        let pieces = GatewayUsage.pieces(
            gateway: "g", keys: Dictionary(uniqueKeysWithValues: keys),
            addresses: Dictionary(uniqueKeysWithValues: addresses))
        #expect(pieces.count == 3)
        #expect(pieces.reduce(0) { $0 + $1.keys.count } == 700)
        #expect(pieces.reduce(0) { $0 + $1.addresses.count } == 701)
        for piece in pieces {
            let json = try JSONEncoder().encode(piece)
            #expect(json.count <= 65_536, "\(json.count) bytes")
            #expect(try JSONDecoder().decode(GatewayUsage.self, from: json) == piece)
        }
        #expect(GatewayUsage.pieces(gateway: "g", keys: [:], addresses: [:]).isEmpty)
    }

    @Test(
        "what no gateway would write is a bad field",
        arguments: [
            (#"{"gateway":""}"#, "gateway"), (#"{"gateway":"g","keys":{"k":[1,-1]}}"#, "keys"),
            (#"{"gateway":"g","keys":{"k":[1,2,3]}}"#, "keys"),
            (#"{"gateway":"g","addresses":{"k":[1,2]}}"#, "addresses"),
            (#"{"gateway":"g","addresses":{"9f86d081884c7d65":[1,1000000001]}}"#, "addresses"),
        ])
    func refusals(json: String, field: String) {
        do {
            _ = try decode(json)
            Issue.record("it was read")
        } catch EventFault.badField(let name, _) { #expect(name == field) } catch { Issue.record("\(error)") }
    }

    @Test("an event with more entries than there may be is refused")
    func tooMany() {
        let keys = (0...GatewayUsage.mostEntries).map { "\"k\($0)\":[1,0]" }.joined(separator: ",")
        #expect(throws: EventFault.self) { try decode("{\"gateway\":\"g\",\"keys\":{\(keys)}}") }
    }

    @Test("counts add up, and stop at their bound")
    func adds() {
        var used = GatewayUsage.Used(requests: 999_999_999, misses: 1)
        used.add(.init(requests: 5, misses: 1))
        #expect(used == .init(requests: 1_000_000_000, misses: 2))
    }
}

extension GatewayUsage.Used {
    fileprivate static let max = GatewayUsage.Used(requests: .max, misses: .max)
}
