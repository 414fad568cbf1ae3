import Testing

@testable import ObjectStore

@Suite struct XMLReaderTests {
    private func read(_ text: String, limits: XMLLimits = XMLLimits()) throws(XMLFault) -> XMLElement {
        try XMLReader.read(Array(text.utf8), limits: limits)
    }

    @Test("elements, texts, references and sections come out as they are meant")
    func meaning() throws {
        let root = try read(
            """
            <?xml version="1.0" encoding="UTF-8"?><!-- a comment --><s3:Root xmlns:s3="urn:x" a="b"><?pi x?>
            <Key>a&amp;b&lt;c&gt;&quot;&apos;&#x41;&#66;<![CDATA[<raw>&amp;]]>ü</Key><Empty/><Key>second</Key></s3:Root>
            """)
        #expect(root.name == "Root")
        #expect(root["Key"] == "a&b<c>\"'AB<raw>&amp;ü")
        #expect(root["Empty"] == "")
        #expect(root["None"] == nil)
        #expect(root.children.map(\.name) == ["Key", "Empty", "Key"])
    }

    @Test(
        "a document type is refused before anything in it counts",
        arguments: [
            "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><r>&b;&b;</r>",
            "<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>",
            "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><r>&x;</r>",
            "<!DOCTYPE r><r/>",
        ])
    func documentTypes(text: String) { #expect(throws: XMLFault.documentType) { try read(text) } }

    @Test(
        "what is not XML is malformed",
        arguments: [
            "", " ", "hello", "<a>", "<a></b>", "<a/><b/>", "<a>&nope;</a>", "<a>\u{1}</a>", "{\"a\": 1}", "<a b=c/>",
        ])
    func malformed(text: String) { #expect(throws: XMLFault.malformed) { try read(text) } }

    @Test("bytes that are not UTF-8 are malformed, whatever the document says of itself")
    func encodings() {
        #expect(throws: XMLFault.malformed) {
            try XMLReader.read(Array("<a>".utf8) + [0xFF, 0xFE] + Array("</a>".utf8))
        }
        #expect(throws: XMLFault.malformed) {
            try XMLReader.read(
                Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>".utf8) + [0xE4] + Array("</a>".utf8))
        }
    }

    @Test("depth, number and length have limits, and what just fits is read")
    func limits() throws {
        let limits = XMLLimits(bytes: 1_000, depth: 3, elements: 5)
        #expect(throws: XMLFault.tooDeep) { try read("<a><a><a><a/></a></a></a>", limits: limits) }
        #expect(throws: XMLFault.tooManyElements) { try read("<a><b/><b/><b/><b/><b/></a>", limits: limits) }
        #expect(throws: XMLFault.tooLong) { try read("<a>\(String(repeating: "x", count: 1_000))</a>", limits: limits) }
        #expect(try read("<a><b><c/></b><b/><b/></a>", limits: limits).children.count == 3)
    }

    @Test("a megabyte of unclosed elements ends in a fault, not in a deep stack")
    func unclosed() { #expect(throws: XMLFault.tooDeep) { try read(String(repeating: "<a>", count: 300_000)) } }
}
