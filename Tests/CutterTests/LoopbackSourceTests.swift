import Domain
import ObjectStore
import Synchronization
import TestStack
import Testing

@testable import CutterService

@Suite("The loopback source", .timeLimit(.minutes(2)))
struct LoopbackSourceTests {
    private let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 131 >> 3) }

    private func source(
        _ script: [ScriptedStore.Act] = [], first: Int = 10_000, longest: Int = 40_000
    ) throws -> (LoopbackSource, ScriptedStore, LoopbackLease) {
        var limits = LoopbackSource.Limits()
        limits.firstPieceBytes = first
        limits.longestPieceBytes = longest
        limits.bufferBytes = 16_000
        limits.pause = .milliseconds(1)
        let source = try LoopbackSource(limits: limits)
        let store = ScriptedStore(bytes, script: script)
        return (source, store, source.lend("key", sizeBytes: store.sizeBytes, etag: store.etag, from: store))
    }

    @Test("serves an object whole, and any range of it")
    func serves() async throws {
        let (source, _, lease) = try source()
        let whole = try await HTTPFetch.get(lease.url)
        #expect(whole.status == 200)
        #expect(whole.body == bytes)
        #expect(whole.header("Accept-Ranges") == "bytes")
        let middle = try await HTTPFetch.get(lease.url, headers: ["Range": "bytes=70001-170000"])
        #expect(middle.status == 206)
        #expect(middle.header("Content-Range") == "bytes 70001-170000/300000")
        #expect(middle.body == Array(bytes[70_001...170_000]))
        let end = try await HTTPFetch.get(lease.url, headers: ["Range": "bytes=299990-"])
        #expect(end.body == bytes.suffix(10))
        let past = try await HTTPFetch.get(lease.url, headers: ["Range": "bytes=300000-"])
        #expect(past.status == 416)
        let head = try await HTTPFetch.request("HEAD", lease.url)
        #expect(head.header("Content-Length") == "300000")
        #expect(head.body.isEmpty)
        #expect(lease.counts.requests == 5)
        #expect(lease.fault == nil)
        await lease.close()
        await source.close()
    }

    @Test("fetches in pieces that grow, so that a short read costs little")
    func pieces() async throws {
        let (source, store, lease) = try source()
        _ = try await HTTPFetch.get(lease.url, headers: ["Range": "bytes=100-"])
        #expect(store.ranges.map(\.count) == [10_000, 20_000] + Array(repeating: 40_000, count: 6) + [29_900])
        #expect(store.ranges.first?.lowerBound == 100)
        #expect(lease.counts == .init(requests: 1, fetches: 9, bytes: 299_900))
        await lease.close()
        await source.close()
    }

    @Test("goes on where a body broke, and asks again after passing refusals")
    func repairs() async throws {
        let (source, store, lease) = try source([
            .breakAfter(3000, .truncated(gotBytes: 3000, expectedBytes: nil)), .refuse(.slowDown(retryAfter: nil)),
            .refuse(.timedOut(.connect)), .breakAfter(1, .unreachable(reason: "reset")),
        ])
        let whole = try await HTTPFetch.get(lease.url)
        #expect(whole.body == bytes)
        #expect(store.ranges.prefix(5).map(\.lowerBound) == [0, 3000, 3000, 3000, 3001])
        #expect(lease.fault == nil)
        #expect(lease.counts.bytes == 300_000)
        await lease.close()
        await source.close()
    }

    @Test("gives up after a few refusals in a row, breaks the connection and says why")
    func givesUp() async throws {
        let (source, store, lease) = try source(Array(repeating: .refuse(.unavailable(status: 503)), count: 10))
        await #expect(throws: HTTPFetch.Malformed.self) { try await HTTPFetch.get(lease.url) }
        #expect(store.ranges.count == 4)
        #expect(lease.fault == .sourceUnreadable(.unavailable(status: 503)))
        await lease.close()
        await source.close()
    }

    @Test("notices a replaced source between two pieces, and never mixes versions")
    func replaced() async throws {
        let (source, _, lease) = try source([
            .breakAfter(5000, .truncated(gotBytes: 5000, expectedBytes: nil)), .replace,
        ])
        await #expect(throws: HTTPFetch.Malformed.self) { try await HTTPFetch.get(lease.url) }
        #expect(lease.fault == .sourceChanged)
        await lease.close()
        await source.close()
    }

    @Test("knows no token but those it lent, and none after its lease")
    func tokens() async throws {
        let (source, store, lease) = try source()
        let other = source.lend("other", sizeBytes: store.sizeBytes, etag: store.etag, from: store)
        #expect(other.url != lease.url)
        let token = lease.url.split(separator: "/").last ?? ""
        #expect(token.count == 32)
        let base = lease.url.dropLast(33)
        for wrong in ["/", "/" + String(repeating: "0", count: 32), "/\(token)0", "/\(token)/", "//\(token)"] {
            #expect(try await HTTPFetch.get(base + wrong).status == 404)
        }
        #expect(try await HTTPFetch.request("POST", lease.url).status == 405)
        await lease.close()
        #expect(try await HTTPFetch.get(lease.url).status == 404)
        #expect(try await HTTPFetch.get(other.url).status == 200)
        #expect(source.leaseCount == 1)
        await other.close()
        #expect(source.leaseCount == 0)
        await source.close()
    }

    @Test("a lease that is closed lets go of a store that hangs")
    func hangs() async throws {
        let (source, store, lease) = try source([.hangAfter(100)])
        let connection = try await asking(for: lease.url)
        _ = try await eventually("the read began") { store.handed == 100 ? true : nil }
        await lease.close()
        _ = try await connection.receiveToEnd()
        #expect(lease.fault == nil)
        await source.close()
    }

    @Test("stops fetching when nobody reads on")
    func abandoned() async throws {
        let (source, store, lease) = try source(first: 10_000, longest: 300_000)
        let connection = try await asking(for: lease.url)
        _ = try await connection.receive(atMost: 10)
        connection.reset()
        await lease.close()
        #expect(lease.fault == nil)
        #expect(store.handed <= 300_000)
        await source.close()
    }

    /// A connection that has sent its request and read nothing yet.
    private func asking(for url: String) async throws -> RawConnection {
        let parts = url.split(separator: "/")
        let port = try #require(Int(parts[1].drop { $0 != ":" }.dropFirst()))
        let connection = try await RawConnection(port: port)
        try await connection.send("GET /\(parts[2]) HTTP/1.1\r\nHost: a\r\n\r\n")
        return connection
    }
}
