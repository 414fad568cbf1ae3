import Fakes
import HTTPClient
import Synchronization
import TestStack
import Testing

@testable import ObjectStore

/// A file on a web server, of which the tests write every answer.
@Suite("a file on a web server", .timeLimit(.minutes(1)))
struct WebFileStoreTests {
    private final class Site: Sendable {
        struct File {
            var bytes: [UInt8]
            var etag: String?
        }

        private let file: Mutex<File>
        private let asked = Mutex<[WireRequest]>([])
        var requests: [WireRequest] { asked.withLock { $0 } }

        init(_ bytes: [UInt8], etag: String?) { file = Mutex(File(bytes: bytes, etag: etag)) }

        func replace(_ bytes: [UInt8], etag: String?) { file.withLock { $0 = File(bytes: bytes, etag: etag) } }

        /// As RFC 9110, 13 and 14, say, for the one form of range that is asked for.
        func answer(_ request: WireRequest, _ connection: WireConnection) {
            asked.withLock { $0.append(request) }
            let file = file.withLock { $0 }
            let tag = file.etag.map { ["ETag: \($0)"] } ?? []
            if let wanted = request.headers["if-match"], wanted != file.etag || wanted.hasPrefix("W/") {
                connection.answer("412 Precondition Failed", headers: tag, "")
                return
            }
            let ends = request.headers["range"]?.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
            guard let ends, ends.count == 2, ends[0] < file.bytes.count else {
                connection.answer(
                    "416 Range Not Satisfiable", headers: ["Content-Range: bytes */\(file.bytes.count)"], "")
                return
            }
            let part = file.bytes[ends[0]...min(ends[1], file.bytes.count - 1)]
            connection.answer(
                "206 Partial Content",
                headers: tag + ["Content-Range: bytes \(part.startIndex)-\(part.endIndex - 1)/\(file.bytes.count)"],
                Array(part))
        }
    }

    private let http = HTTPClient()
    private let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }

    private func read(_ store: WebFileStore, _ range: Range<UInt64>) async throws(ObjectStoreFault) -> [UInt8] {
        try await store.get("", range: range, ifMatch: nil, limitBytes: 1_000).bytes
    }

    @Test(
        "keeps what stores promise to readers, whatever tag the server gives", arguments: ReadOnlyStorePromise.allCases,
        ["\"strong\"", "W/\"weak\"", nil] as [String?])
    func promises(promise: ReadOnlyStorePromise, etag: String?) async throws {
        let site = Site(bytes, etag: etag)
        let server = try WireServer.start { site.answer($0, $1) }
        defer { server.stop() }
        let store = try #require(try await WebFileStore.open("\(server.url)/a.mp3", http: http))
        try await promise.check(on: store, key: "\(server.url)/a.mp3", holding: bytes)
        await http.close()
    }

    /// `If-Match` compares strongly (RFC 9110, 13.1.1): with a weak tag it never holds.
    @Test(
        "only a strong tag is sent back as a condition, and each part comes as it was asked for",
        arguments: [("\"strong\"", "\"strong\""), ("W/\"weak\"", nil), (nil, nil)] as [(String?, String?)])
    func tags(etag: String?, condition: String?) async throws {
        let site = Site(bytes, etag: etag)
        let server = try WireServer.start { site.answer($0, $1) }
        defer { server.stop() }
        let store = try #require(try await WebFileStore.open("\(server.url)/a.mp3", http: http))
        #expect(store.info.sizeBytes == 1_000)
        #expect(try await read(store, 10..<20) == Array(bytes[10..<20]))
        #expect(try await read(store, 990..<2_000) == Array(bytes[990...]))
        let sent = site.requests
        #expect(sent.map { $0.headers["range"] } == ["bytes=0-0", "bytes=10-19", "bytes=990-999"])
        #expect(sent.dropFirst().allSatisfy { $0.headers["if-match"] == condition })
        await http.close()
    }

    @Test(
        "a file that is replaced is noticed, by its tag or by its length",
        arguments: [
            ("\"one\"", "\"two\"", 0), ("W/\"one\"", "W/\"two\"", 0), ("W/\"one\"", "W/\"one\"", 1), (nil, nil, 1),
        ] as [(String?, String?, Int)])
    func replaced(before: String?, after: String?, longer: Int) async throws {
        let site = Site(bytes, etag: before)
        let server = try WireServer.start { site.answer($0, $1) }
        defer { server.stop() }
        let store = try #require(try await WebFileStore.open("\(server.url)/a.mp3", http: http))
        site.replace(bytes + [UInt8](repeating: 0, count: longer), etag: after)
        await #expect(throws: ObjectStoreFault.sourceChanged) { try await read(store, 10..<20) }
        await #expect(throws: ObjectStoreFault.sourceChanged) {
            try await store.read("", range: 10..<20, ifMatch: nil, bufferBytes: 100)
        }
        await http.close()
    }

    @Test("redirections are followed from where they were found, and not without an end")
    func redirections() async throws {
        let site = Site(bytes, etag: nil)
        let server = try WireServer.start { request, connection in
            switch request.target {
            case "/a/b": connection.answer("302 Found", headers: ["Location: ../c/d"], "")
            case "/c/d": connection.answer("301 Moved Permanently", headers: ["Location: e?x=1#part"], "")
            case "/c/e?x=1": site.answer(request, connection)
            case "/round": connection.answer("307 Temporary Redirect", headers: ["Location: /round"], "")
            case "/file": connection.answer("302 Found", headers: ["Location: file:///etc/passwd"], "")
            default: connection.answer("404 Not Found", "")
            }
        }
        defer { server.stop() }
        let store = try #require(try await WebFileStore.open("\(server.url)/a/b", http: http))
        #expect(store.info.key == "\(server.url)/c/e?x=1")
        #expect(try await WebFileStore.open("\(server.url)/nowhere", http: http)?.info == nil)
        for (path, what) in [
            ("round", "more than 20 redirections"), ("file", "a redirection to something that is not read over HTTP"),
        ] {
            await #expect(throws: ObjectStoreFault.malformedAnswer(what: what)) {
                _ = try await WebFileStore.open("\(server.url)/\(path)", http: http)
            }
        }
        await http.close()
    }
}
