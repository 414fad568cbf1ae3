import Domain
import Testing

@testable import Episodes

struct EpisodeMetadataTests {
    static let id = ObjectID(hex: "507f1f77bcf86cd799439011")!

    @Test(
        "a guid that can't be part of a key, or isn't text, is bad data",
        arguments: [
            .string(""), .string("/a"), .string("a//b"), .string("a/../b"), .string("."), .string("a\nb"),
            .string("https://"), .string("https://example.org/1\n"), .string(String(repeating: "g", count: 1025)),
            .int32(7), .null, nil,
        ] as [BSONValue?])
    func guids(guid: BSONValue?) throws {
        var document: BSONDocument = ["_id": .objectID(Self.id)]
        if let guid { document.fields.append(.init(name: "guid", value: guid)) }
        do throws(CatalogFault) {
            _ = try EpisodeMetadata(document)
            Issue.record("accepted")
        } catch {
            #expect(error.reason == .badEpisodeData)
        }
    }

    @Test("a guid that is a URL is taken as it is")
    func urlGUID() throws {
        let guid = "https://blog.example/?p=123"
        #expect(try EpisodeMetadata(["_id": .objectID(Self.id), "guid": .string(guid)]).guid == guid)
    }

    @Test("an id is an ObjectId, or one written as text in either case; others are bad data")
    func oddID() throws {
        for text in [Self.id.description, Self.id.description.uppercased()] {
            #expect(try EpisodeMetadata(["_id": .string(text), "guid": .string("g")]).id == Self.id)
        }
        let faults = [
            BSONValue.string("abc"): "the episode's _id is text, and not the 24 hex digits of an ObjectId",
            .int64(.max): "the episode's _id is a number, not an ObjectId",
        ]
        for (id, sentence) in faults {
            #expect(throws: CatalogFault.badEpisodeData(sentence)) {
                _ = try EpisodeMetadata(["_id": id, "guid": .string("g")])
            }
        }
    }

    @Test(
        "a duration is taken from any kind of number, and one that can't be true is left out",
        arguments: [
            (.int32(3600), .seconds(3600)), (.int64(3600), .seconds(3600)), (.double(1.2345), .milliseconds(1235)),
            (.decimal(BSONDecimal(high: 0x303c_0000_0000_0000, low: 372_325)), .milliseconds(3_723_250)),
            (.int32(0), nil), (.int32(-5), nil), (.double(.nan), nil), (.double(.infinity), nil), (.double(1e12), nil),
            (.int64(.max), nil), (.int64(.min), nil), (.string("3600"), nil), (.null, nil), (.document([:]), nil),
        ] as [(BSONValue, Duration?)])
    func durations(value: BSONValue, expected: Duration?) throws {
        let metadata = try EpisodeMetadata(["_id": .objectID(Self.id), "guid": .string("g"), "duration": value])
        #expect(metadata.duration == expected)
    }

    @Test(
        "a chunk starts at its seconds, rounded to a millisecond",
        arguments: [
            (.double(0), 0), (.double(12.3456), 12346), (.double(12.3454), 12345), (.int32(7), 7000),
            (.double(0.0005), 1), (.double(-0.0), 0), (.double(2_147_483.646), 2_147_483_646),
        ] as [(BSONValue, Int64)])
    func chunkStarts(value: BSONValue, expectedMs: Int64) throws {
        #expect(try EpisodeMetadata.chunkStart(["start_time": value]) == .milliseconds(expectedMs))
    }

    @Test(
        "a chunk's start that is no time is bad data",
        arguments: [
            .double(.nan), .double(-0.001), .double(.infinity), .double(2_147_483.647), .int64(.max), .int64(.min),
            .string("1"), .null, nil,
        ] as [BSONValue?])
    func badChunkStarts(value: BSONValue?) throws {
        let document = BSONDocument(value.map { [.init(name: "start_time", value: $0)] } ?? [])
        do throws(CatalogFault) {
            _ = try EpisodeMetadata.chunkStart(document)
            Issue.record("accepted")
        } catch {
            #expect(error.reason == .badEpisodeData)
        }
    }

    @Test(
        "a title is one clean line of bounded length, cut between characters",
        arguments: [
            ("  How\tto \r\n listen ", "How to listen"), ("a\u{0}b\u{7}c", "a b c"), ("\u{202E}evil\u{2066}", "evil"),
            ("Ünïcödé 👩‍👩‍👧", "Ünïcödé 👩‍👩‍👧"), ("", nil), (" \n\u{200B}", nil), ("a\u{2028}b", "a b"),
            (String(repeating: "x", count: 300), String(repeating: "x", count: 256)),
            (String(repeating: "é", count: 200), String(repeating: "é", count: 128)),
            (String(repeating: "ab ", count: 200), String(repeating: "ab ", count: 85) + "a"),
            (String(repeating: "x", count: 255) + "é", String(repeating: "x", count: 255)),
        ] as [(String, String?)])
    func titles(title: String, expected: String?) {
        #expect(EpisodeTitle.cleaned(title) == expected)
    }
}
