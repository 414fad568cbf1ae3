import Text

/// One page of a listing (`ListObjectsV2`).
struct ListPage: Equatable {
    let objects: [ObjectInfo]
    /// Where the next page starts; nil on the last.
    let next: String?

    init(xml: [UInt8], prefix: String) throws(ObjectStoreFault) {
        let root: XMLElement
        do throws(XMLFault) { root = try XMLReader.read(xml) } catch {
            throw .malformedAnswer(what: "listing is not XML: \(error)")
        }
        guard root.name == "ListBucketResult" else { throw .malformedAnswer(what: "not a listing") }
        let isEncoded = root["EncodingType"] == "url"
        var objects: [ObjectInfo] = []
        for child in root.children where child.name == "Contents" {
            objects.append(try Self.object(child, isEncoded: isEncoded, prefix: prefix))
        }
        self.objects = objects
        switch root["IsTruncated"] {
        case "true":
            guard let token = root["NextContinuationToken"], !token.isEmpty else {
                throw .malformedAnswer(what: "listing goes on, but not where")
            }
            next = token
        case "false", nil: next = nil
        default: throw .malformedAnswer(what: "listing's IsTruncated")
        }
    }

    private static func object(
        _ element: XMLElement, isEncoded: Bool, prefix: String
    ) throws(ObjectStoreFault) -> ObjectInfo {
        guard let sent = element["Key"], let key = isEncoded ? decoded(sent) : sent, !key.isEmpty else {
            throw .malformedAnswer(what: "listing's Key")
        }
        guard key.utf8.starts(with: prefix.utf8) else { throw .malformedAnswer(what: "listing beyond its prefix") }
        guard let size = element["Size"].flatMap({ StoreNumber.bytes($0) }) else {
            throw .malformedAnswer(what: "listing's Size")
        }
        guard let etag = element["ETag"].flatMap({ ETag($0) }) else { throw .malformedAnswer(what: "listing's ETag") }
        guard let modified = element["LastModified"].flatMap(WallTime.init(rfc3339:))?.seconds else {
            throw .malformedAnswer(what: "listing's LastModified")
        }
        return ObjectInfo(key: key, sizeBytes: size, etag: etag, lastModifiedUnixSeconds: modified)
    }

    /// `encoding-type=url` is a form's encoding: AWS writes a space as `+`, and `+` itself as `%2B`.
    private static func decoded(_ text: String) -> String? {
        Percent.decode(String(text.map { $0 == "+" ? " " : $0 }))
    }
}
