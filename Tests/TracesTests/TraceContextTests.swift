import Testing

@testable import Traces

/// Accepted and refused headers after the standard's own test suite (w3c/trace-context, test/test.py, class `TraceParentTest`).
@Suite("W3C trace context")
struct TraceContextTests {
    let sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("the standard's example is taken apart and put together")
    func example() throws {
        let context = try #require(TraceContext(parsing: sent))
        #expect(context.traceID.description == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(context.spanID.description == "00f067aa0ba902b7")
        #expect(context.isSampled)
        #expect(context.traceparent == sent)
    }

    @Test(
        "later versions are read as far as version 00 goes, and go out as 00",
        arguments: [
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-will-be-like",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fd",
        ])
    func later(header: String) throws {
        #expect(try #require(TraceContext(parsing: header)).traceparent == sent)
    }

    /// Level 2, 3.2.2.5: `random` is handed on as it came, the six reserved flags are not.
    @Test(
        "of the flags sampled and random are kept",
        arguments: [("00", "00"), ("01", "01"), ("02", "02"), ("03", "03"), ("ff", "03"), ("fc", "00")])
    func flags(came: String, goes: String) throws {
        let ids = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-"
        let context = try #require(TraceContext(parsing: ids + came))
        #expect(context.traceparent == ids + goes)
        #expect(context.isSampled == ["01", "03", "ff"].contains(came))
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
            #expect(TraceContext(parsing: context.traceparent) == context)
            #expect(!context.isSampled)
            let child = context.child(isSampled: true)
            #expect(child.traceID == context.traceID)
            #expect(child.spanID != context.spanID)
            #expect(child.isSampled)
        }
    }
}

/// Accepted and refused headers after the standard's own test suite (w3c/trace-context, test/test.py, class `TraceStateTest`).
@Suite("W3C trace state")
struct TraceStateTests {
    @Test(
        "a state is handed on as it came, but for blanks, empty members and second members of one key",
        arguments: [
            ("foo=1", "foo=1"), ("foo=1,bar=2", "foo=1,bar=2"), ("foo=1 \t , \t bar=2, \t baz=3", "foo=1,bar=2,baz=3"),
            ("foo=1,,bar=2,", "foo=1,bar=2"), ("foo=1,foo=2", "foo=1"), ("foo=a b", "foo=a b"),
            ("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"),
            ("0foo=1", "0foo=1"), ("foo@=1", "foo@=1"), ("a-_*/b=1", "a-_*/b=1"),
            ("tenant@system=1", "tenant@system=1"),
        ])
    func taken(header: String, text: String) throws {
        #expect(try #require(TraceState(parsing: header)).text == text)
    }

    @Test(
        "what the grammar does not take is dropped as a whole",
        arguments: [
            "", " ", ",", "foo", "foo=", "=1", "foo=1=2", "foo =1", "FOO=1", "foo.bar=1", "@foo=1", "-foo=1", "fo o=1",
            "foo=1;bar=2", "foo=ä", "foo=\u{1}", "foo=1,bar", "föö=1",
        ])
    func refused(header: String) {
        #expect(TraceState(parsing: header) == nil)
    }

    @Test("32 members are taken and 33 are not; keys have 256 bytes at most, and values too")
    func bounds() {
        func members(_ count: Int) -> String { (1...count).map { "bar\($0)=\($0)" }.joined(separator: ",") }
        #expect(TraceState(parsing: members(32))?.text == members(32))
        #expect(TraceState(parsing: members(33)) == nil)
        let (key, value) = (String(repeating: "z", count: 256), String(repeating: "v", count: 255))
        #expect(TraceState(parsing: "\(key)=\(value)")?.text == "\(key)=\(value)")
        #expect(TraceState(parsing: "\(key)z=1") == nil)
        #expect(TraceState(parsing: "a=\(value)vv") == nil)
    }

    /// 3.3.1.5: "Entries larger than 128 characters long SHOULD be removed first. Then entries SHOULD be removed starting from the end."
    @Test("of more than 512 bytes the long members go first, and then the last ones")
    func tooLong() {
        let long = "long=" + String(repeating: "v", count: 200)
        let short = (1...30).map { "m\($0)=" + String(repeating: "v", count: 20) }
        #expect(TraceState(parsing: "\(long),\(short[..<10].joined(separator: ","))")?.text.hasPrefix("long=") == true)
        let cut = TraceState(parsing: "\(long),\(short.joined(separator: ","))")?.text ?? ""
        #expect(cut.utf8.count <= 512)
        #expect(cut == short[..<(cut.split(separator: ",").count)].joined(separator: ","))
        #expect(cut.utf8.count + 1 + short[20].utf8.count > 512)
    }

    @Test("a state that can't be read leaves its traceparent in force")
    func withParent() throws {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        #expect(try #require(TraceContext(parsing: parent, tracestate: "BAD")).state == nil)
        let context = try #require(TraceContext(parsing: parent, tracestate: "a=1"))
        #expect(context.child(isSampled: true).state?.text == "a=1")
    }
}
