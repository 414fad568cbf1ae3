import Testing
import Text

@testable import ObjectStore

@Suite struct ObjectAttributesTests {
    @Test("attributes become headers, sorted by kind")
    func headers() throws {
        let attributes = ObjectAttributes(
            contentType: "audio/mpeg", cacheControl: "no-store", contentDisposition: "inline",
            metadata: ["b": "2", "a": "1"])
        let headers = try attributes.headers().map { "\($0.name): \($0.value)" }
        #expect(
            headers == [
                "cache-control: no-store", "content-disposition: inline", "content-type: audio/mpeg",
                "x-amz-meta-a: 1", "x-amz-meta-b: 2",
            ])
    }

    @Test("what no header can carry is refused by name")
    func refused() {
        let long = String(repeating: "x", count: 2_049)
        for (attributes, name) in [
            (ObjectAttributes(contentType: "a\r\nX: y"), "content-type"),
            (ObjectAttributes(contentType: "a", cacheControl: "ü"), "cache-control"),
            (ObjectAttributes(contentType: "a", contentDisposition: long), "content-disposition"),
            (ObjectAttributes(contentType: "a", metadata: ["Upper": "x"]), "metadata"),
            (ObjectAttributes(contentType: "a", metadata: ["a b": "x"]), "metadata"),
            (ObjectAttributes(contentType: "a", metadata: ["": "x"]), "metadata"),
            (ObjectAttributes(contentType: "a", metadata: ["a": " x"]), "metadata"),
            (ObjectAttributes(contentType: "a", metadata: ["a": "x\0"]), "metadata"),
            (ObjectAttributes(contentType: "a", metadata: ["a": String(long.dropLast())]), "metadata"),
        ] {
            #expect(throws: ObjectStoreFault.invalidAttribute(name: name)) { try attributes.headers() }
        }
    }

    /// The non-ASCII form: RFC 8187, 3.2.3, whose example is `UTF-8''%c2%a3%20and%20%e2%82%ac%20rates`.
    @Test(
        "a file name is given plainly, and exactly where ASCII is not enough",
        arguments: [
            ("a show - 12.mp3", "inline; filename=\"a show - 12.mp3\""),
            ("£ and € rates", "inline; filename=\"_ and _ rates\"; filename*=UTF-8''%C2%A3%20and%20%E2%82%AC%20rates"),
            ("a/b\\c\"d\r\ne.mp3", "inline; filename=\"a_b_c_d__e.mp3\""),
            ("100%", "inline; filename=\"100_\""), ("..", "inline; filename=\"clip\""),
            ("", "inline; filename=\"clip\""),
            ("a\u{202E}3pm.exe", "inline; filename=\"a_3pm.exe\""),
        ])
    func fileNames(name: String, header: String) {
        #expect(ObjectAttributes.contentDisposition(fileName: name) == header)
    }

    @Test("a long file name is cut off at a character's end")
    func longName() {
        let header = ObjectAttributes.contentDisposition(fileName: String(repeating: "é", count: 500))
        #expect(header.hasSuffix(String(repeating: "%C3%A9", count: 75)))
        #expect(header.utf8.count < 1_000)
    }

    @Test("any text can be metadata, and comes back")
    func metadataText() throws {
        for text in ["plain, with spaces", "ünïcode", "100%", "tab\tand\nline", "%41"] {
            let value = ObjectAttributes.metadataValue(text)
            _ = try ObjectAttributes(contentType: "a", metadata: ["t": value]).headers()
            #expect(Percent.decode(value) == text)
        }
        #expect(ObjectAttributes.metadataValue("plain, with spaces") == "plain, with spaces")
    }
}
