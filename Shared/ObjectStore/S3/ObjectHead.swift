import HTTPClient
import Text

extension ObjectInfo {
    /// What the head of an answer to HEAD or GET says.
    init(key: String, sizeBytes: UInt64, _ headers: HTTPHeaders) throws(ObjectStoreFault) {
        guard let etag = headers["etag"].flatMap({ ETag($0) }) else { throw .malformedAnswer(what: "no ETag") }
        guard let modified = headers["last-modified"].flatMap(WallTime.init(httpDate:))?.seconds else {
            throw .malformedAnswer(what: "no Last-Modified")
        }
        let prefix = "x-amz-meta-"
        let metadata = headers.fields.filter { $0.name.hasPrefix(prefix) }
            .map { (String($0.name.dropFirst(prefix.count)), $0.value) }
        self.init(
            key: key, sizeBytes: sizeBytes, etag: etag, lastModifiedUnixSeconds: modified,
            metadata: Dictionary(metadata) { first, _ in first }, contentType: headers["content-type"] ?? "")
    }
}

/// Which bytes of an object an answer to GET brings.
struct AnsweredRange: Equatable {
    let range: Range<UInt64>
    let sizeBytes: UInt64

    /// - Throws: `.malformedAnswer` if they are not those that were asked for, or their number is not said.
    init(_ head: HTTPResponseHead, asked: Range<UInt64>?) throws(ObjectStoreFault) {
        guard let length = head.headers["content-length"].flatMap({ StoreNumber.bytes($0) }) else {
            throw .malformedAnswer(what: "no Content-Length")
        }
        if head.status == 200 {
            // Allowed even where a range was asked for; then it is what was asked only if that was everything.
            if let asked, asked.lowerBound != 0 || asked.upperBound < length {
                throw .malformedAnswer(what: "the range was ignored")
            }
            range = 0..<length
            sizeBytes = length
            return
        }
        guard let asked, let sent = head.headers["content-range"].flatMap({ ContentRange($0) }),
            let range = sent.range, let sizeBytes = sent.sizeBytes
        else { throw .malformedAnswer(what: "Content-Range") }
        guard range.lowerBound == asked.lowerBound, range.upperBound == min(asked.upperBound, sizeBytes),
            range.upperBound - range.lowerBound == length
        else { throw .malformedAnswer(what: "Content-Range is not the range asked for") }
        self.range = range
        self.sizeBytes = sizeBytes
    }
}
