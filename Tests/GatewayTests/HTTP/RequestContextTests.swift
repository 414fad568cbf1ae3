import HTTPServer
import Logging
import Testing
import Traces

@testable import GatewayService

@Suite("what is said of one request")
struct RequestContextTests {
    private func context(_ headers: [(name: String, value: String)]) -> RequestContext {
        RequestContext(HTTPRequest(method: "GET", target: "/", headers: headers).head, cors: CORS(origins: ["*"]))
    }

    /// The example of W3C Trace Context, 3.2.
    private let client = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("where nothing is recorded the client's trace goes on as it came")
    func joined() {
        let context = context([("Traceparent", client), ("Tracestate", "a=1"), ("tracestate", "b=2")])
        #expect(context.trace.traceparent == client)
        #expect(context.trace.state?.text == "a=1,b=2")
        #expect(context.span == nil)
    }

    @Test(
        "a trace that can't be read is none, and a new one begins",
        arguments: [
            nil, "", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] as [String?])
    func begun(traceparent: String?) {
        let headers = traceparent.map { [(name: "traceparent", value: $0)] } ?? []
        let traces = (0..<2).map { _ in context(headers).trace.traceID.description }
        #expect(traces.allSatisfy { $0.utf8.count == 32 && $0 != "0af7651916cd43dd8448eb211c80319c" })
        #expect(traces[0] != traces[1])
    }

    @Test("its events name the request, by the id that its answer carries")
    func origin() {
        #expect(context([("X-Request-Id", "abc-1")]).origin().requestID == "abc-1")
        let made = context([("X-Request-Id", "not fit\n")])
        #expect(made.requestID != "not fit\n" && !made.requestID.isEmpty)
        #expect(made.origin().requestID == made.requestID)
    }
}
