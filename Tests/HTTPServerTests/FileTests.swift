import Glibc
import HTTPServer
import Testing

@Suite("Files", .timeLimit(.minutes(1)))
struct FileTests {
    private static let contents = pattern(2_000_000)

    private func withFile(_ contents: [UInt8], _ body: (OpenFile) async throws -> Void) async throws {
        var name = Array("/tmp/httpserver-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var written = 0
        while written < contents.count {
            written += contents.withUnsafeBytes {
                write(descriptor, $0.baseAddress! + written, contents.count - written)
            }
        }
        close(descriptor)
        let file = try OpenFile(path: path)
        unlink(path)
        try await body(file)
    }

    @Test(
        "a range is served as RFC 9110 says",
        arguments: [
            ("", 200, 0..<2_000_000, nil), ("Range: bytes=0-0\r\n", 206, 0..<1, "bytes 0-0/2000000"),
            ("Range: bytes=1999999-\r\n", 206, 1_999_999..<2_000_000, "bytes 1999999-1999999/2000000"),
            ("Range: bytes=-1000000\r\n", 206, 1_000_000..<2_000_000, "bytes 1000000-1999999/2000000"),
            ("Range: bytes=2000000-\r\n", 416, 0..<0, "bytes */2000000"),
            ("Range: lines=1-2\r\n", 200, 0..<2_000_000, nil),
            ("Range: bytes=0-9\r\nIf-Range: \"other\"\r\n", 200, 0..<2_000_000, nil),
            ("Range: bytes=0-9\r\nIf-Range: \"tag\"\r\n", 206, 0..<10, "bytes 0-9/2000000"),
        ] as [(String, Int, Range<Int>, String?)])
    func ranges(header: String, status: Int, part: Range<Int>, contentRange: String?) async throws {
        try await withFile(Self.contents) { file in
            try await withServer(handler: { request, _ in .now(.file(file, for: request, etag: "\"tag\"")) }) {
                server in
                let port = server.port
                let (answer, head) = try await blocking {
                    let client = try RawClient(port, receiveBuffer: 4096)
                    return (try client.get("/", headers: header), try client.get("/", headers: header, method: "HEAD"))
                }
                #expect(answer.status == status)
                let isSame = answer.body == Array(Self.contents[part])
                #expect(isSame)
                #expect(answer.header("Content-Range") == contentRange)
                #expect(answer.header("Accept-Ranges") == "bytes")
                #expect(head.status == 200, "Range is GET's alone")
                #expect(head.header("Content-Length") == "2000000")
            }
        }
    }

    /// Statuses: RFC 9110, 13.1.1, 13.1.2 and 13.2.2.
    @Test(
        "a file that the client has is not sent again, and one that it does not mean not at all",
        arguments: [
            ("If-None-Match: \"tag\"\r\n", 304), ("If-None-Match: W/\"tag\"\r\n", 304), ("If-None-Match: *\r\n", 304),
            ("If-None-Match: \"a,b\", \"tag\"\r\n", 304), ("If-None-Match: \"a\"\r\nIf-None-Match: \"tag\"\r\n", 304),
            ("If-None-Match: \"other\"\r\n", 200), ("If-None-Match: tag\r\n", 200), ("If-None-Match:\r\n", 200),
            ("If-None-Match: \"tag\"\r\nRange: bytes=0-0\r\n", 304),
            ("If-None-Match: \"other\"\r\nRange: bytes=0-0\r\n", 206),
            ("If-Match: \"tag\"\r\n", 200), ("If-Match: *\r\n", 200), ("If-Match: \"other\"\r\n", 412),
            ("If-Match: W/\"tag\"\r\n", 412), ("If-Match: \"other\"\r\nIf-None-Match: \"tag\"\r\n", 412),
            ("If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n", 200),
        ])
    func conditions(header: String, status: Int) async throws {
        try await withFile(Array("contents".utf8)) { file in
            try await withServer { request, _ in
                .now(
                    .file(file, for: request, etag: "\"tag\"", headers: [("Content-Type", "audio/mpeg"), ("X-A", "b")]))
            } _: { server in
                let port = server.port
                try await blocking {
                    let client = try RawClient(port)
                    for method in ["GET", "HEAD"] {
                        let answer = try client.get("/", headers: header, method: method)
                        #expect(answer.status == (method == "HEAD" && status == 206 ? 200 : status))
                        #expect(answer.header("ETag") == "\"tag\"")
                        #expect(answer.header("X-A") == "b")
                        #expect((answer.header("Content-Type") == nil) == (status == 304 || status == 412))
                        if method == "GET" {
                            #expect(answer.text == [200: "contents", 206: "c", 304: "", 412: ""][status])
                        }
                    }
                }
            }
        }
    }

    @Test("curl resumes a download with it")
    func curl() async throws {
        try await withFile(Self.contents) { file in
            try await withServer(handler: { request, _ in .now(.file(file, for: request)) }) { server in
                let url = "http://127.0.0.1:\(server.port)/"
                let got = try await blocking { () throws -> [UInt8] in
                    let command =
                        "f=`mktemp` && curl -sf -r 0-799999 \(url) -o $f && curl -sf -C - \(url) -o $f && cat $f"
                    guard let pipe = popen("\(command); rm -f $f", "r") else { return [] }
                    defer { pclose(pipe) }
                    var bytes = [UInt8](repeating: 0, count: 3_000_000)
                    let count = fread(&bytes, 1, bytes.count, pipe)
                    return Array(bytes.prefix(count))
                }
                // Not in the macro itself, which would print both.
                let isSame = got == Self.contents
                #expect(isSame)
            }
        }
    }

    @Test("a file without the bytes that it should have is a 500, and not a body that never ends")
    func truncated() async throws {
        try await withFile([1, 2, 3]) { file in
            try await withServer(handler: { request, _ in
                .now(HTTPResponse(status: 200, body: .file(file, offset: 0, length: request.rawPath == "/3" ? 3 : 4)))
            }) { server in
                let port = server.port
                try await blocking {
                    let client = try RawClient(port)
                    #expect(try client.get("/3").body == [1, 2, 3])
                    #expect(try client.get("/4").status == 500)
                }
            }
        }
    }

    @Test("what cannot be served is told apart")
    func faults() {
        #expect(throws: OpenFile.Fault.missing) { try OpenFile(path: "/nowhere/at/all") }
        #expect(throws: OpenFile.Fault.notARegularFile) { try OpenFile(path: "/tmp") }
        #expect(throws: OpenFile.Fault.notARegularFile) { try OpenFile(path: "/dev/null") }
    }
}
