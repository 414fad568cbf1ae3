import Testing

@testable import TestStack

@Suite struct HTTPFetchTests {
    /// The chunked coding's grammar: RFC 9112, 7.1.
    @Test("a chunked body is put together")
    func chunked() throws {
        let reply = try parse(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4;x=1\r\nWiki\r\nA\r\npedia in\r\n\r\n0\r\n\r\n")
        #expect(reply.text == "Wikipedia in\r\n")
        #expect(reply.header("Transfer-Encoding") == "chunked")
    }

    @Test(
        "an answer that is not whole is a fault",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWi",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
            "HTTP/1.1\r\n\r\n",
            "",
        ])
    func cutShort(answer: String) {
        #expect(throws: HTTPFetch.Malformed.self) { try parse(answer) }
    }

    @Test("an answer to HEAD has no body, whatever length it tells")
    func head() throws {
        let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n".utf8)
        #expect(try HTTPFetch.parse(bytes, isHead: true).body.isEmpty)
    }

    @Test("a real server's answer is read")
    func realServer() async throws {
        let reply = try await HTTPFetch.get(try TestStack.s3.endpoint + "/unsigned/request")
        #expect(reply.status == 404)
        #expect(reply.text.contains("<Code>NoSuchBucket</Code>"))
    }

    private func parse(_ text: String) throws -> HTTPReply { try HTTPFetch.parse(Array(text.utf8)) }
}
