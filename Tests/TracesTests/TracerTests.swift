import Fakes
import Testing

@testable import Traces

@Suite("a tracer")
struct TracerTests {
    private let sampled = TraceContext(parsing: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    private let unsampled = TraceContext(parsing: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")

    private func tracer(_ sampler: Sampler, _ sink: KeptSpans = KeptSpans()) -> Tracer {
        Tracer(sampler, into: sink, scope: "test")
    }

    @Test("that is off hands a trace on as it came, and a span of nobody stands between")
    func off() {
        let received = Tracer.off.receive("work", .server, from: sampled)
        #expect(received.context == sampled)
        #expect(received.span == nil)
        #expect(Tracer.off.part("part", .producer, of: received.context) == nil)
        #expect(!Tracer.off.receive("work", .server, from: nil).context.isSampled)
    }

    /// OpenTelemetry, Sampling, "ParentBased": the table of what is asked in which case.
    @Test("decides by the parent, or without one by the ratio, as it is told")
    func sampling() {
        let on = Sampler(ratio: 1, followsParent: true)
        let off = Sampler(ratio: 0, followsParent: true)
        for sampler in [on, off] {
            #expect(tracer(sampler).receive("a", .server, from: sampled).span != nil)
            #expect(tracer(sampler).receive("a", .server, from: unsampled).span == nil)
        }
        #expect(tracer(on).receive("a", .server, from: nil).span != nil)
        #expect(tracer(off).receive("a", .server, from: nil).span == nil)
        let own = tracer(Sampler(ratio: 1, followsParent: false)).receive("a", .server, from: unsampled)
        #expect(own.span != nil)
        #expect(own.context.isSampled)
        let never = tracer(Sampler(ratio: 0, followsParent: false)).receive("a", .server, from: sampled)
        #expect(never.span == nil)
        #expect(!never.context.isSampled)
        #expect(never.context.traceID == sampled?.traceID)
        #expect(never.context.spanID != sampled?.spanID)
    }

    @Test("takes the part of the traces that it is told, the same ones everywhere", arguments: [0.01, 0.5, 0.9])
    func ratio(part: Double) throws {
        let sampler = Sampler(ratio: part, followsParent: false)
        let ids = (0..<20_000).map { _ in TraceID.new() }
        let taken = ids.filter { sampler.samples($0, parent: nil) }
        // Six standard deviations of a binomial distribution.
        let spread = 6 * (20_000 * part * (1 - part)).squareRoot()
        #expect(abs(Double(taken.count) - 20_000 * part) < spread)
        let more = Sampler(ratio: min(1, part + 0.05), followsParent: false)
        for id in taken { #expect(more.samples(id, parent: nil)) }
    }

    @Test("makes spans that know their parents, their times and what they were told")
    func spans() async throws {
        let sink = KeptSpans()
        let received = tracer(Sampler(ratio: 1, followsParent: true), sink).receive(
            "outer", .consumer, from: sampled, ["a": "1"])
        let outer = try #require(received.span)
        #expect(Span.current == nil)
        await outer.during {
            #expect(Span.current === outer)
            await Span.part("inner", .client, ["n": 7]) {
                Span.current?.event("happened", ["k": .bool(true)])
                await Task { await Span.part("innermost") {} }.value
            }
        }
        #expect(Span.current == nil)
        outer.link(to: try #require(unsampled))
        outer.end()
        outer.set(["late": "1"])
        outer.end()
        #expect(sink.all.map(\.name) == ["innermost", "inner", "outer"])
        let (innermost, inner, whole) = (sink.all[0], sink.all[1], sink.all[2])
        #expect(whole.parent == sampled?.spanID)
        #expect(whole.parentIsRemote)
        #expect(!inner.parentIsRemote)
        #expect(inner.parent == whole.context.spanID)
        #expect(innermost.parent == inner.context.spanID)
        #expect(Set(sink.all.map(\.context.traceID)).count == 1)
        #expect(whole.attributes == ["a": "1"])
        #expect(inner.attributes == ["n": 7])
        #expect(inner.events.map(\.name) == ["happened"])
        #expect(whole.links.map(\.context) == [unsampled])
        #expect(whole.startUnixNanoseconds <= inner.startUnixNanoseconds)
        #expect(inner.startUnixNanoseconds <= innermost.startUnixNanoseconds)
        #expect(innermost.endUnixNanoseconds <= inner.endUnixNanoseconds)
        #expect(inner.endUnixNanoseconds <= whole.endUnixNanoseconds)
        #expect(inner.startUnixNanoseconds <= inner.events[0].unixNanoseconds)
    }

    private struct Broken: Error {}

    @Test("a part that throws has failed by the fault's name")
    func failure() async throws {
        let sink = KeptSpans()
        let span = try #require(
            tracer(Sampler(ratio: 1, followsParent: true), sink).receive("outer", .server, from: nil).span)
        await #expect(throws: Broken.self) {
            try await span.during { () async throws(Broken) in
                try await Span.part("inner", slug: { (_: Broken) in "broken" }, detail: { _ in "It broke" }) {
                    () async throws(Broken) in throw Broken()
                }
            }
        }
        #expect(sink.all.map(\.status) == [.error("It broke")])
        #expect(sink.all[0].attributes["error.type"] == "broken")
    }

    @Test("whatever a span is told, it stays within its bounds, and says what it left out")
    func bounds() throws {
        let sink = KeptSpans()
        let span = try #require(
            tracer(Sampler(ratio: 1, followsParent: true), sink).receive("n", .server, from: nil).span)
        let other = try #require(sampled)
        for number in 0..<100 {
            span.set(["a\(number)": "x"])
            span.event("e")
            span.link(to: other)
        }
        span.set(["a0": .string(String(repeating: "ä", count: 1000))])
        span.end()
        let data = try #require(sink.all.first)
        #expect(data.attributes.all.count == 32)
        #expect(data.events.count == 32)
        #expect(data.links.count == 32)
        #expect([data.droppedAttributes, data.droppedEvents, data.droppedLinks] == [68, 68, 68])
        #expect(data.attributes["a0"] == .string(String(repeating: "ä", count: 256)))
        #expect(("a" + String(repeating: "ä", count: 1000)).cutForSpan == "a" + String(repeating: "ä", count: 255))
    }
}
