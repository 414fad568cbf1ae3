import ObjectStore
import Testing

/// The promises about bodies, keys and listings; see `ObjectStorePromise`.

private let audio = ObjectAttributes(contentType: "audio/mpeg")

func checkLimit(_ store: some ObjectStore) async throws {
    let key = "limit/l.bin"
    _ = try await store.put(key, [UInt8](repeating: 1, count: 200_000), attributes: audio, condition: .none)
    for limit in [0, 100, 100_000, 199_999] {
        let found = await fault { () async throws(ObjectStoreFault) in
            try await store.get(key, range: nil, ifMatch: nil, limitBytes: limit)
        }
        guard case .tooLarge = found else {
            Issue.record("limit \(limit) gave \(String(describing: found))")
            continue
        }
    }
    #expect(try await store.get(key, range: 0..<100, ifMatch: nil, limitBytes: 100).bytes.count == 100)
    #expect(try await store.get(key, range: nil, ifMatch: nil, limitBytes: 200_000).bytes.count == 200_000)
}

func checkStreams(_ store: some ObjectStore) async throws {
    let key = "streams/s.bin"
    var body: [UInt8] = Array(0..<251)
    for _ in 0..<13 { body += body }
    _ = try await store.put(key, body, attributes: audio, condition: .none)
    for buffer in [1_000, 65_536, 10_000_000] {
        let stream = try await store.read(key, range: nil, ifMatch: nil, bufferBytes: buffer)
        #expect(stream.range == 0..<UInt64(body.count))
        var got: [UInt8] = []
        for try await piece in stream.body {
            #expect(!piece.isEmpty)
            got += piece
        }
        #expect(got == body)
    }
    // Let go of after one piece: the next call must not be disturbed by what was left.
    for _ in 0..<20 {
        var pieces = try await store.read(key, range: nil, ifMatch: nil, bufferBytes: 1_000).body.makeAsyncIterator()
        #expect(try await pieces.next()?.first == 0)
    }
    #expect(try await store.head(key)?.sizeBytes == UInt64(body.count))
}

func checkListings(_ store: some ObjectStore) async throws {
    let names = ["a-.mp3", "a.mp3", "a/1.mp3", "a/10.mp3", "a/2.mp3", "a0.mp3", "B.mp3", "ä.mp3", "日.mp3"]
    for name in names.shuffled() {
        _ = try await store.put("lists/\(name)", Array(name.utf8), attributes: audio, condition: .none)
    }
    let ordered = names.map { "lists/\($0)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let all = try await store.list(prefix: "lists/", limit: 100)
    #expect(all.map(\.key) == ordered)
    #expect(all.map(\.sizeBytes) == ordered.map { UInt64($0.utf8.count - 6) })
    #expect(try await store.list(prefix: "lists/", limit: 3).map(\.key) == Array(ordered.prefix(3)))
    #expect(try await store.list(prefix: "lists/", limit: 0) == [])
    #expect(
        try await store.list(prefix: "lists/a", limit: 100).map(\.key) == ordered.filter { $0.hasPrefix("lists/a") })
    #expect(try await store.list(prefix: "lists/a/", limit: 100).count == 3)
    #expect(try await store.list(prefix: "lists/a/1", limit: 100).map(\.key) == ["lists/a/1.mp3", "lists/a/10.mp3"])
    #expect(try await store.list(prefix: "lists", limit: 100).count == names.count)
    #expect(try await store.list(prefix: "lists/x", limit: 100) == [])
}

func checkOddKeys(_ store: some ObjectStore) async throws {
    let names = [
        "a b", "a+b", "a%20b", "a%2Bb", "what's \"this\"", "100%", "a&b=c;d", "#1?x=y", "<tag>&amp;", "ünï/日本/🎧",
        "~tilde!*()", "semi:colon,comma@at$", "[brackets]{braces}|pipe\\back^hat`tick", "...", ".hidden",
    ]
    for name in names {
        let key = "odd/\(name)"
        _ = try await store.put(key, Array(name.utf8), attributes: audio, condition: .ifAbsent)
        #expect(try await store.get(key, range: nil, ifMatch: nil, limitBytes: 100).bytes == Array(name.utf8))
        #expect(try await store.head(key)?.key == key)
        #expect(try await store.list(prefix: key, limit: 10).first?.key == key)
    }
    #expect(Set(try await store.list(prefix: "odd/", limit: 100).map(\.key)) == Set(names.map { "odd/\($0)" }))
}

func checkImpossibleKeys(_ store: some ObjectStore) async throws {
    for key in [
        "", "/a", "a//b", "a/", "..", "impossible/../b", "./a", "a\u{0}b", "a\nb", String(repeating: "k", count: 1_025),
    ] {
        for found in [
            await fault { () async throws(ObjectStoreFault) in _ = try await store.head(key) },
            await fault { () async throws(ObjectStoreFault) in
                _ = try await store.get(key, range: nil, ifMatch: nil, limitBytes: 1)
            },
            await fault { () async throws(ObjectStoreFault) in
                _ = try await store.read(key, range: nil, ifMatch: nil, bufferBytes: 1)
            },
            await fault { () async throws(ObjectStoreFault) in
                _ = try await store.put(key, [], attributes: audio, condition: .none)
            },
            await fault { () async throws(ObjectStoreFault) in try await store.delete(key) },
        ] {
            guard case .invalidKey = found else {
                Issue.record("\(key.debugDescription) gave \(String(describing: found))")
                continue
            }
        }
    }
}

func checkImpossibleAttributes(_ store: some ObjectStore) async throws {
    for attributes in [
        ObjectAttributes(contentType: "a\r\nx: y"), ObjectAttributes(contentType: "a", metadata: ["Ü": "x"]),
        ObjectAttributes(contentType: "a", metadata: ["x": "ü"]),
    ] {
        let found = await fault { () async throws(ObjectStoreFault) in
            _ = try await store.put("attributes/a", [1], attributes: attributes, condition: .none)
        }
        guard case .invalidAttribute = found else {
            Issue.record("\(attributes) gave \(String(describing: found))")
            continue
        }
    }
    #expect(try await store.head("attributes/a") == nil)
}

func checkDeleted(_ store: some ObjectStore) async throws {
    for key in ["deleted/a/b.bin", "deleted/a/c.bin"] {
        _ = try await store.put(key, [1], attributes: audio, condition: .none)
    }
    try await store.delete("deleted/a/b.bin")
    #expect(try await store.head("deleted/a/b.bin") == nil)
    #expect(try await store.list(prefix: "deleted/", limit: 10).map(\.key) == ["deleted/a/c.bin"])
    try await store.delete("deleted/a/c.bin")
    try await store.delete("deleted/a/c.bin")
    #expect(try await store.list(prefix: "deleted/", limit: 10) == [])
    guard case .stored = try await store.put("deleted/a/b.bin", [2], attributes: audio, condition: .ifAbsent) else {
        Issue.record("what was deleted is still in the way")
        return
    }
}
