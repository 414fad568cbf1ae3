import TestStack
import Testing

@testable import HTTPClient

@Suite(.timeLimit(.minutes(1))) struct AnswerTests {
    let client = HTTPClient()

    @Test("a request arrives as it was written, and its answer comes back whole")
    func roundTrip() async throws {
        let server = try WireServer.start { request, connection in
            connection.answer("201 Created", headers: ["X-Thing:  two words ", "x-thing: other"], request.body)
        }
        let request = HTTPClientRequest(
            .put, "\(server.url)/a/../b%2Fc//d?x=%20y&z", headers: [("X-Empty", ""), ("X-Full", "a, b")],
            body: Array("hello".utf8))
        let response = try await client.send(request, bodyLimitBytes: 5)
        #expect(response.status == 201)
        #expect(response.headers["x-thing"] == "two words")
        #expect(response.body == Array("hello".utf8))
        let seen = try #require(server.requests.first)
        #expect(seen.method == "PUT")
        #expect(seen.target == "/a/../b%2Fc//d?x=%20y&z")
        #expect(seen.headers["host"] == "127.0.0.1:\(server.port)")
        #expect(seen.headers["content-length"] == "5")
        #expect(seen.headers["x-empty"] == "")
        #expect(seen.headers["x-full"] == "a, b")
        #expect(seen.headers["accept-encoding"] == nil)
        #expect(seen.headers["expect"] == nil)
        #expect(seen.headers["content-type"] == nil)
        #expect(seen.headers["transfer-encoding"] == nil)
    }

    @Test("each method is sent as itself", arguments: [HTTPClientRequest.Method.get, .put, .post, .delete])
    func methods(method: HTTPClientRequest.Method) async throws {
        let server = try WireServer.start { request, connection in connection.answer("200 OK", request.method) }
        let response = try await client.send(HTTPClientRequest(method, server.url), bodyLimitBytes: 10)
        #expect(String(decoding: response.body, as: UTF8.self) == method.rawValue)
        let seen = try #require(server.requests.first)
        #expect(seen.target == "/")
        #expect(seen.headers["content-length"] == (method.hasBody ? "0" : nil))
    }

    @Test("HEAD waits for no body, however long the body would be")
    func head() async throws {
        let server = try WireServer.start { _, connection in
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\nETag: \"x\"\r\n\r\n")
        }
        for _ in 0..<2 {
            let response = try await client.send(HTTPClientRequest(.head, server.url), bodyLimitBytes: 0)
            #expect(response.headers["content-length"] == "9999999999")
            #expect(response.body.isEmpty)
        }
        #expect(server.connections == 1)
    }

    @Test("two megabytes go up and come back, without waiting for a 100 Continue")
    func largeBody() async throws {
        let server = try WireServer.start { request, connection in connection.answer("200 OK", request.body) }
        let body = recognisableBytes
        let response = try await client.send(
            HTTPClientRequest(.put, server.url, body: body), bodyLimitBytes: body.count)
        #expect(response.body == body)
    }

    @Test("an interim answer and trailers are not taken for the answer")
    func interim() async throws {
        let server = try WireServer.start { _, connection in
            connection.send("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Late: 2\r\n\r\n")
            connection.send("3\r\nabc\r\n0\r\nX-Trailer: 3\r\n\r\n")
        }
        let response = try await client.send(HTTPClientRequest(.get, server.url), bodyLimitBytes: 3)
        #expect(response.status == 200)
        #expect(response.body == Array("abc".utf8))
        #expect(response.headers["x-late"] == "2")
        #expect(response.headers["x-early"] == nil)
        #expect(response.headers["x-trailer"] == nil)
    }

    @Test("a redirect is an answer like any other")
    func redirect() async throws {
        let server = try WireServer.start { _, connection in
            connection.answer("302 Found", headers: ["Location: /elsewhere"], "")
        }
        let response = try await client.send(HTTPClientRequest(.get, server.url), bodyLimitBytes: 0)
        #expect(response.status == 302)
        #expect(server.requests.count == 1)
    }

    @Test("a hundred requests one after another use one connection")
    func keptAlive() async throws {
        let server = try WireServer.start { _, connection in connection.answer("200 OK", "x") }
        for _ in 0..<100 { _ = try await client.send(HTTPClientRequest(.get, server.url), bodyLimitBytes: 1) }
        #expect(server.connections == 1)
        #expect(server.requests.count == 100)
    }

    @Test("a kept connection that has died meanwhile is replaced without a fault, body and all")
    func diedMeanwhile() async throws {
        let server = try WireServer.start { request, connection in
            connection.answer("200 OK", request.body)
            connection.close()
        }
        for round in 0..<5 {
            let body = [UInt8](repeating: UInt8(round), count: 100_000)
            let response = try await client.send(
                HTTPClientRequest(.put, server.url, body: body), bodyLimitBytes: 100_000)
            #expect(response.body == body)
        }
    }
}
