import Fakes
import ObjectStore
import Telemetry
import Testing
import Text

@Suite("a measured store")
struct MeasuredStoreTests {
    @Test("it keeps every promise of a store", arguments: ObjectStorePromise.allCases)
    func promises(promise: ObjectStorePromise) async throws {
        try await promise.check(
            on: MeasuredStore(MemoryStore(now: WallTime.now().seconds), bucket: "clips", metrics: Metrics()))
    }

    @Test("each call is counted by what it came to, and bytes as they come")
    func counts() async throws {
        let metrics = Metrics()
        let bytes = metrics.counter(Metric("read_total", "Bytes."))
        let memory = MemoryStore(now: 0)
        let store = MeasuredStore(memory, bucket: "source", metrics: metrics, bytesRead: bytes)
        for _ in 0..<2 {
            _ = try await store.put(
                "a", [1, 2, 3], attributes: ObjectAttributes(contentType: "audio/mpeg"), condition: .ifAbsent)
        }
        _ = try await store.head("a")
        _ = try await store.head("b")
        _ = try await store.get("a", range: 0..<2, ifMatch: nil, limitBytes: 10)
        let stream = try await store.read("a", range: nil, ifMatch: nil, bufferBytes: 10)
        for try await _ in stream.body {}
        memory.fail("list", with: [.slowDown(retryAfter: nil)])
        _ = try? await store.list(prefix: "", limit: 10)
        try await store.delete("a")
        #expect(bytes.total == 5)
        let text = String(decoding: MetricsText.prometheus.write(metrics), as: UTF8.self)
        for (operation, result, count) in [
            ("put", "ok", 1), ("put", "conflict", 1), ("head", "ok", 1), ("head", "missing", 1), ("get", "ok", 2),
            ("list", "slow_down", 1), ("delete", "ok", 1),
        ] {
            let labels = #"bucket="source",operation="\#(operation)",result="\#(result)""#
            #expect(text.contains("cutroom_store_requests_total{\(labels)} \(count)\n"), "\(labels)")
        }
        #expect(
            text.contains(#"cutroom_store_request_duration_seconds_count{bucket="source",operation="get"} 2"#))
    }
}
