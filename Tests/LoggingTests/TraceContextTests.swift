import Logging
import Testing

/// Accepted and refused headers after the standard's own test suite (w3c/trace-context, test/test.py, class `TraceParentTest`).
@Suite("W3C trace context")
struct TraceContextTests {
    let sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("the standard's example is taken apart and put together")
    func example() throws {
        let context = try #require(TraceContext(parsing: sent))
        #expect(context.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(context.spanID == "00f067aa0ba902b7")
        #expect(context.isSampled)
        #expect(context.description == sent)
    }

    @Test(
        "later versions are read as far as version 00 goes, and go out as 00 with its flag",
        arguments: [
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-will-be-like",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff",
        ])
    func later(header: String) throws {
        #expect(try #require(TraceContext(parsing: header)).description == sent)
    }

    @Test(
        "what the standard calls invalid is refused",
        arguments: [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-will-be-like",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what-the-future-will-be-like",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            ".0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
            "00-.bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0.",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4bf92f3577b34da6a3ce929d0e0e47366-00f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            "00-äbf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        ])
    func invalid(header: String) {
        #expect(TraceContext(parsing: header) == nil)
    }

    @Test("new traces differ and are valid; a child keeps the trace and has a span of its own")
    func new() throws {
        let contexts = (0..<1000).map { _ in TraceContext.new() }
        #expect(Set(contexts.map(\.traceID)).count == 1000)
        for context in contexts {
            #expect(TraceContext(parsing: context.description) == context)
            #expect(context.child().traceID == context.traceID)
            #expect(context.child().spanID != context.spanID)
        }
    }

    @Test("a child of a trace that nobody records is not recorded either")
    func unsampled() throws {
        let context = try #require(TraceContext(parsing: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"))
        #expect(context.child().description.hasSuffix("-00"))
    }
}
