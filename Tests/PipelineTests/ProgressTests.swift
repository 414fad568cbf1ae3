import Glibc
import TestStack
import Testing

/// A request followed by its id, on another gateway than the one that took it, and what a gateway that stops says.
@Suite("progress", .serialized)
struct ProgressTests {
    private func status(_ gateway: GatewayProcess, _ location: String) async throws -> String? {
        struct Told: Decodable { let status: String }
        let reply = try await HTTPFetch.get(gateway.base + location)
        return reply.status == 200 ? try reply.json(Told.self).status : nil
    }

    @Test("any gateway tells how far a request is, by polling and as events, and ends with the clip or the reason")
    func anyGateway() async throws {
        let pipeline = try await Pipeline.make()
        async let starting = [pipeline.gateway(), pipeline.gateway()]
        let gateways = try await starting
        let (asked, other) = (gateways[0], gateways[1])
        let accepted = try await asked.clip(start: 60_000, headers: ["Prefer": "respond-async"])
        #expect(accepted.status == 202)
        let location = try #require(accepted.header("Location"))
        _ = try await eventually("the other gateway to hear of it") {
            try await status(other, location) == "resolving" ? true : nil
        }
        let port = other.port
        let following = Task { try await HTTPFetch.get("http://127.0.0.1:\(port)\(location)/events") }
        let resolver = try await pipeline.resolver()
        for gateway in gateways {
            _ = try await eventually("the clip to be resolved") {
                try await status(gateway, location) == "cutting" ? true : nil
            }
        }
        let cutter = try await pipeline.cutter()
        let events = try await following.value
        #expect(events.status == 200)
        #expect(events.header("Content-Type") == "text/event-stream")
        let lines = events.text.split(separator: "\n").map(String.init)
        #expect(lines.filter { $0.hasPrefix("id: ") } == ["id: resolving", "id: cutting", "id: ready"])
        let last = try #require(lines.last { $0.hasPrefix("data: ") })
        #expect(last.contains(#""clip":{"clip_url":"http"#), "\(last)")
        for gateway in gateways {
            _ = try await eventually("every gateway to hear that it is ready") {
                try await status(gateway, location) == "ready" ? true : nil
            }
        }
        // A browser that connects again by itself is told to stop.
        let again = try await HTTPFetch.get("\(other.base)\(location)/events", headers: ["Last-Event-ID": "ready"])
        #expect(again.status == 204)

        let failed = try await asked.clip("507f1f77bcf86cd799439014", start: 0, headers: ["Prefer": "respond-async"])
        let failedAt = try #require(failed.header("Location"))
        let told = try await eventually("the other gateway to hear of the failure") {
            let reply = try await HTTPFetch.get(other.base + failedAt)
            return reply.text.contains(#""status":"failed""#) ? reply.text : nil
        }
        #expect(told.contains(#""reason":"no-audio""#))
        let stream = try await HTTPFetch.get("\(other.base)\(failedAt)/events")
        #expect(stream.text.contains(#""reason":"no-audio""#))
        let unknown = try await other.get("requests/\(Pipeline.episode)%2F1-2.mp3/events")
        #expect(unknown.status == 404)
        #expect(try unknown.json(Problem.self).reason == "not-found")
        withExtendedLifetime((resolver, cutter)) {}
    }

    @Test("who hangs up frees its place, and a gateway that stops ends the streams and tells the rest to ask again")
    func stopping() async throws {
        let pipeline = try await Pipeline.make(["SHUTDOWN_LIMIT": "5s"])
        let gateway = try await pipeline.gateway()
        let accepted = try await gateway.clip(start: 61_000, headers: ["Prefer": "respond-async"])
        let path = try #require(accepted.header("Location")) + "/events"
        let (one, two) = (try await RawConnection(port: gateway.port), try await RawConnection(port: gateway.port))
        for connection in [one, two] {
            try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await String(decoding: connection.receive(), as: UTF8.self).hasPrefix("HTTP/1.1 200"))
        }
        func following(_ count: Int) async throws {
            _ = try await eventually("\(count) to follow") {
                try await gateway.get("health").text.contains(#""following":\#(count),"#) ? true : nil
            }
        }
        try await following(2)
        one.reset()
        try await following(1)

        // Nobody resolves, so this one waits until the drain is nearly over.
        async let held = gateway.clip(start: 62_000)
        let kept = try await RawConnection(port: gateway.port)
        try await kept.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try await !String(decoding: kept.receive(), as: UTF8.self).contains("Connection: close"))
        _ = try await eventually("the request to wait") {
            try await gateway.get("health").text.contains(#""waiting":1,"#) ? true : nil
        }
        gateway.process.kill(SIGTERM)
        var rest = ""
        while !rest.hasSuffix("0\r\n\r\n") {
            let more = try await two.receive()
            try #require(!more.isEmpty, "broken off after \(rest)")
            rest += String(decoding: more, as: UTF8.self)
        }
        try await kept.send("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
        let last = try await String(decoding: kept.receiveToEnd(), as: UTF8.self)
        #expect(last.hasPrefix("HTTP/1.1 503"))
        #expect(last.contains("Connection: close"))
        let reply = try await held
        #expect(reply.status == 503)
        #expect(try reply.json(Problem.self).reason == "stopping")
        #expect(reply.header("Retry-After") != nil)
        let exit = try await gateway.process.exit()
        #expect(exit == .code(0), "\(gateway.process.lines.suffix(4))")
    }
}
