import Testing

@testable import ObjectStore

@Suite struct ListPageTests {
    private func page(_ inside: String, prefix: String = "") throws(ObjectStoreFault) -> ListPage {
        let xml = "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        return try ListPage(xml: Array("\(xml)\(inside)</ListBucketResult>".utf8), prefix: prefix)
    }

    private func object(
        key: String, etag: String = "&quot;e&quot;", size: String = "5", time: String = "2009-10-12T17:50:30.000Z"
    ) -> String {
        "<Contents><Key>\(key)</Key><LastModified>\(time)</LastModified><ETag>\(etag)</ETag><Size>\(size)</Size></Contents>"
    }

    /// The form is the Amazon S3 API Reference's sample answer of ListObjectsV2; 1,255,369,830 is its time by `date -u +%s`.
    @Test("a page of S3's reference is read")
    func published() throws {
        let page = try page(
            """
            <Name>bucket</Name><Prefix/><KeyCount>205</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>
            <Contents><Key>my-image.jpg</Key><LastModified>2009-10-12T17:50:30.000Z</LastModified>
            <ETag>&quot;fba9dede5f27731c9771645a39863328&quot;</ETag><Size>434234</Size><StorageClass>STANDARD</StorageClass>
            </Contents>
            """)
        let etag = try #require(ETag("\"fba9dede5f27731c9771645a39863328\""))
        #expect(
            page.objects == [
                ObjectInfo(key: "my-image.jpg", sizeBytes: 434_234, etag: etag, lastModifiedUnixSeconds: 1_255_369_830)
            ])
        #expect(page.next == nil)
    }

    @Test("keys are decoded only if the store says that it encoded them")
    func encoded() throws {
        let key = "a%2Bb+c%20d%25/%C3%BC"
        let url = "<EncodingType>url</EncodingType>"
        #expect(try page(url + object(key: key)).objects.first?.key == "a+b c d%/ü")
        #expect(try page(object(key: key)).objects.first?.key == key)
    }

    @Test("a page that goes on says where")
    func truncated() throws {
        let token = "<NextContinuationToken>1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=</NextContinuationToken>"
        #expect(
            try page("<IsTruncated>true</IsTruncated>\(token)").next == "1ueGcxLPRx1Tr/XYExHnhbYLgveDs2J/wm36Hy4vbOwM=")
        #expect(try page("<IsTruncated>false</IsTruncated>\(token)").next == nil)
        #expect(throws: ObjectStoreFault.self) { try page("<IsTruncated>true</IsTruncated>") }
        #expect(throws: ObjectStoreFault.self) { try page("<IsTruncated>maybe</IsTruncated>") }
    }

    @Test("a page that makes no sense is malformed, never half read")
    func malformed() {
        for inside in [
            object(key: ""), object(key: "k", etag: ""), object(key: "k", size: "-1"), object(key: "k", size: "x"),
            object(key: "k", size: "99999999999999999999"), object(key: "k", time: "yesterday"),
            object(key: "k", time: "2009-13-12T17:50:30Z"), object(key: "other/k"),
            "<EncodingType>url</EncodingType>" + object(key: "k%"), "<Contents/>",
            "<EncodingType>url</EncodingType>" + object(key: "k%FF"),
        ] {
            #expect(throws: ObjectStoreFault.self) { try page(object(key: "k1") + inside, prefix: "k") }
        }
        #expect(throws: ObjectStoreFault.malformedAnswer(what: "not a listing")) {
            try ListPage(xml: Array("<Error/>".utf8), prefix: "")
        }
        #expect(throws: ObjectStoreFault.self) { try ListPage(xml: [], prefix: "") }
    }
}
