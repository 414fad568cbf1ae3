import Fakes
import TestStack
import Testing

/// One trace from the HTTP request over three topics to the PUT, as a receiver sees it that is told nothing else.
@Suite("traces through the whole stack", .serialized)
struct TraceTests {
    private static let caller = "00f067aa0ba902b7"
    private static let route = "GET /api/v1/audio_clips/{episode}"

    /// The three services, which export to one receiver.
    private struct Stack {
        let pipeline: Pipeline
        let receiver: TraceReceiver
        let gateway: GatewayProcess
        let resolver: ServiceProcess

        static func make(_ settings: [String: String] = [:]) async throws -> Stack {
            let receiver = try TraceReceiver()
            let pipeline = try await Pipeline.make(
                [
                    "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "50",
                    "OTEL_TRACES_SAMPLER": "parentbased_always_off", "CUTTER_AUDIT_EVERY": "0",
                ].merging(settings) { $1 })
            async let resolving = pipeline.resolver()
            async let gateway = pipeline.gateway()
            return Stack(
                pipeline: pipeline, receiver: receiver, gateway: try await gateway, resolver: try await resolving)
        }

        func ask(_ trace: String, start: Int, episode: String = Pipeline.episode) async throws -> HTTPReply {
            try await gateway.clip(
                episode, start: start,
                headers: ["traceparent": "00-\(trace)-\(TraceTests.caller)-01", "tracestate": "rojo=1,congo=2"])
        }

        /// The spans of a trace, once all of these names are among them.
        func trace(_ id: String, with names: [String]) async throws -> Trace {
            let prefix = pipeline.environment["KAFKA_TOPIC_PREFIX"] ?? ""
            return try await eventually("the spans \(names) of \(id)") {
                let trace = Trace(
                    id, of: try receiver.spans().filter { $0.traceID == id }, prefix: prefix)
                return names.allSatisfy { !trace.all($0).isEmpty } ? trace : nil
            }
        }
    }

    /// The spans of one trace, topics without the test's prefix.
    private struct Trace {
        let spans: [TraceReceiver.Span]
        private let prefix: String

        init(_ id: String, of spans: [TraceReceiver.Span], prefix: String) {
            self.spans = spans
            self.prefix = prefix
        }

        func name(_ span: TraceReceiver.Span) -> String {
            span.name.split(separator: " ").map { $0.hasPrefix(prefix) ? $0.dropFirst(prefix.utf8.count) : $0 }
                .joined(separator: " ")
        }

        func all(_ name: String) -> [TraceReceiver.Span] { spans.filter { self.name($0) == name } }

        func one(_ name: String) throws -> TraceReceiver.Span {
            let found = all(name)
            try #require(found.count == 1, "\(found.count) spans are called \(name)")
            return found[0]
        }

        /// Names from the outermost span to this one, with the service that made each.
        func way(to span: TraceReceiver.Span) -> String {
            let parent = spans.first { $0.id == span.parent }
            return (parent.map { way(to: $0) + " > " } ?? "") + "\(span.service):\(name(span))"
        }

        /// Every span's way, once each.
        var ways: Set<String> { Set(spans.map(way)) }

        /// That every span lies within the time of its parent, or begins after it where the parent does not wait for it.
        func checkTimes() {
            for span in spans {
                #expect(span.start > 0 && span.start <= span.end, "\(name(span))")
                #expect(span.state == "rojo=1,congo=2", "\(name(span))")
                guard let parent = spans.first(where: { $0.id == span.parent }) else {
                    #expect(span.parent == TraceTests.caller, "\(name(span)) has no parent")
                    continue
                }
                #expect(parent.start <= span.start, "\(name(span)) begins before \(name(parent))")
                // A record is handled after it was sent, and whoever publishes does not wait for that.
                guard span.service == parent.service, span.kind != 4, span.kind != 5 else { continue }
                #expect(span.end <= parent.end, "\(name(span)) ends after \(name(parent))")
            }
        }
    }

    /// Where each span of a miss belongs, beside those of stores and databases.
    private static let miss: [String] = {
        let server = "gateway:\(route)"
        let requested = "\(server) > gateway:send clip.requested > resolver:process clip.requested"
        let resolved = "\(requested) > resolver:send clip.resolved > cutter:process clip.resolved"
        let ready = "\(resolved) > cutter:send clip.ready > resolver:process clip.ready"
        return [
            server, "\(server) > gateway:wait", "\(server) > gateway:send clip.requested", "\(server) > gateway:answer",
            requested, "\(requested) > resolver:look up episode",
            "\(requested) > resolver:look up episode > resolver:mongodb read",
            "\(requested) > resolver:send clip.resolved",
            resolved, "\(resolved) > cutter:locate", "\(resolved) > cutter:locate > cutter:S3.ListObjectsV2",
            "\(resolved) > cutter:look", "\(resolved) > cutter:look > cutter:S3.HeadObject",
            "\(resolved) > cutter:wait", "\(resolved) > cutter:layout",
            "\(resolved) > cutter:layout > cutter:S3.GetObject", "\(resolved) > cutter:fetch",
            "\(resolved) > cutter:fetch > cutter:S3.GetObject", "\(resolved) > cutter:cut",
            "\(resolved) > cutter:cut > cutter:ffmpeg",
            "\(resolved) > cutter:store", "\(resolved) > cutter:store > cutter:S3.PutObject",
            "\(resolved) > cutter:send clip.ready", ready, "\(ready) > resolver:mongodb write",
        ]
    }()

    /// The spans that others of a miss lie in: each process exports by itself, and a span only when it has ended.
    private static let ends = [
        route, "send clip.requested", "process clip.requested", "send clip.resolved", "process clip.resolved",
        "send clip.ready",
    ]

    @Test("a miss is one tree over three services, each span in its place and time, and a hit after it is one span")
    func missAndHit() async throws {
        let stack = try await Stack.make()
        let cutter = try await stack.pipeline.cutter()
        let id = "4bf92f3577b34da6a3ce929d0e0e4736"
        #expect(try await stack.ask(id, start: 20_000).status == 200)
        let trace = try await stack.trace(id, with: Self.ends + ["process clip.ready", "mongodb write"])
        #expect(trace.ways.subtracting(Self.miss) == [])
        #expect(Set(Self.miss).subtracting(trace.ways) == [])
        trace.checkTimes()
        let inOrder = try [
            "send clip.requested", "process clip.requested", "look up episode", "send clip.resolved",
            "process clip.resolved", "locate", "layout", "fetch", "cut", "store", "send clip.ready", "answer",
        ].map { try trace.one($0) }
        for (one, next) in zip(inOrder, inOrder.dropFirst()) {
            #expect(one.start <= next.start, "\(next.name) begins before \(one.name)")
        }
        // The store is asked for the clip beside the work for it.
        let beside = try ["locate", "look", "store"].map { try trace.one($0) }
        for (one, next) in zip(inOrder[5...9] + beside[0...1], inOrder[6...10] + beside[1...2]) {
            #expect(one.end <= next.start, "\(next.name) begins before \(one.name) ends")
        }
        let server = try trace.one(Self.route)
        #expect(server.kind == 2)
        #expect(server.flags == 0x301)
        #expect(server.attributes["http.route"] == "/api/v1/audio_clips/{episode}")
        #expect(server.attributes["http.response.status_code"] == "200")
        #expect(server.attributes["cutroom.outcome"] == "made")
        #expect(server.attributes["url.path"] == "/api/v1/audio_clips/\(Pipeline.episode)")
        #expect(server.status == 0)
        #expect(try trace.one("send clip.requested").kind == 4)
        #expect(try trace.one("process clip.resolved").kind == 5)
        #expect(try trace.one("S3.PutObject").kind == 3)
        #expect(try trace.one("S3.PutObject").attributes["aws.s3.bucket"] == stack.pipeline.clips)
        try await cutter.line(containing: "\"trace_id\":\"\(id)\"")
        // The next one is a hit.
        let hitID = "a3ce929d0e0e47364bf92f3577b34da6"
        #expect(try await stack.ask(hitID, start: 20_000).status == 200)
        let hit = try await stack.trace(hitID, with: [Self.route])
        #expect(hit.spans.count == 1)
        #expect(hit.spans[0].attributes["cutroom.outcome"] == "hit")
        hit.checkTimes()
        // Nobody asked for a trace, so there is none.
        let before = try stack.receiver.spans().count
        #expect(try await stack.gateway.clip(start: 20_000).status == 200)
        #expect(try await stack.gateway.process.stop() == .code(0))
        #expect(try stack.receiver.spans().count == before)
        // All of it is what the protocol's own definition takes.
        #expect(try await OTLPCheck.run(stack.receiver.requests.map(\.body)).count == before)
        await stack.receiver.stop()
    }

    @Test("a request that joins the work on a clip is a trace of its own, with a link to that of the work")
    func coalesced() async throws {
        let stack = try await Stack.make()
        let (first, second) = ("11111111111111111111111111111111", "22222222222222222222222222222222")
        async let one = stack.ask(first, start: 21_000)
        try await stack.gateway.process.line(containing: "Asked for a clip")
        async let two = stack.ask(second, start: 21_000)
        try await stack.gateway.process.line(containing: "Joined the work on a clip")
        let cutter = try await stack.pipeline.cutter()
        #expect(try await (one.status, two.status) == (200, 200))
        let work = try await stack.trace(first, with: Self.ends + ["process clip.ready"])
        let joined = try await stack.trace(second, with: [Self.route, "wait", "answer"])
        let server = "gateway:\(Self.route)"
        #expect(joined.ways == [server, "\(server) > gateway:wait", "\(server) > gateway:answer"])
        joined.checkTimes()
        work.checkTimes()
        #expect(try joined.one(Self.route).attributes["cutroom.outcome"] == "coalesced")
        let links = try joined.one("wait").links
        #expect(links.map(\.traceID) == [first])
        #expect(try links.map(\.id) == [work.one(Self.route).id])
        withExtendedLifetime(cutter) {}
        await stack.receiver.stop()
    }

    @Test("a failure is seen where it happened, and where it was told")
    func failure() async throws {
        let stack = try await Stack.make()
        let id = "33333333333333333333333333333333"
        let reply = try await stack.ask(id, start: 0, episode: "507f1f77bcf86cd799439099")
        #expect(reply.status == 404)
        #expect(reply.text.contains("\"trace_id\":\"\(id)\""), "\(reply.text)")
        let trace = try await stack.trace(
            id, with: ["send clip.requested", "send clip.failed", "process clip.requested", Self.route])
        trace.checkTimes()
        let server = try trace.one(Self.route)
        #expect(server.attributes["http.response.status_code"] == "404")
        #expect(server.attributes["cutroom.reason"] == "no-such-episode")
        #expect(server.status == 0, "what the client got wrong is no failure of the server")
        for name in ["look up episode", "process clip.requested"] {
            #expect(try trace.one(name).status == 2)
            #expect(try trace.one(name).attributes["error.type"] == "no-such-episode")
        }
        let told = try trace.one("send clip.failed")
        #expect(
            trace.way(to: told)
                == "gateway:\(Self.route) > gateway:send clip.requested > resolver:process clip.requested > resolver:send clip.failed"
        )
        #expect(try trace.one("look up episode").end <= told.start)
        await stack.receiver.stop()
    }

    @Test("each try to store a clip is a span of the work, with the reason of those that failed")
    func retry() async throws {
        let bucket = TestStack.uniqueName("later")
        let stack = try await Stack.make(["S3_CLIPS_BUCKET": bucket])
        let cutter = try await stack.pipeline.cutter()
        let id = "44444444444444444444444444444444"
        async let reply = stack.ask(id, start: 22_000)
        try await cutter.line(containing: "A clip could not be stored and will be put again")
        try await TestStack.s3.makeBucket(named: bucket)
        #expect(try await reply.status == 200)
        let trace = try await stack.trace(id, with: Self.ends)
        trace.checkTimes()
        #expect(try trace.one("process clip.resolved").status == 0)
        let puts = trace.all("S3.PutObject").sorted { $0.start < $1.start }
        #expect(puts.count > 1)
        #expect(puts.dropLast().allSatisfy { $0.status == 2 && $0.attributes["error.type"] != nil })
        #expect(puts.last?.status == 0)
        for (one, next) in zip(puts, puts.dropFirst()) { #expect(one.end <= next.start) }
        let stored = "cutter:process clip.resolved > cutter:store > cutter:S3.PutObject"
        #expect(puts.allSatisfy { trace.way(to: $0).hasSuffix(stored) })
        await stack.receiver.stop()
    }
}
