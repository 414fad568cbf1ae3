import HTTPClient
import Synchronization

/// One file on a web server as a store that holds nothing else, read by ranges (RFC 9110, 14).
///
/// A server that names a strong ETag is held to it by `If-Match`; with any other, each answer's total length and ETag
/// are compared with the first one's, so that a file replaced meanwhile is noticed too, if a little later.
public final class WebFileStore: ObjectStore {
    /// Enclosures of podcasts lead through the counters of several hosts: twelve have been met.
    private static let mostRedirects = 20

    public let info: ObjectInfo
    private let url: String
    private let http: HTTPClient
    /// What the server calls the file, to be sent back; nil where it names nothing, or only something weak.
    private let strongETag: String?
    /// Whether the ETag is the server's own.
    private let isNamed: Bool
    private let count = Mutex((requests: 0, bytes: 0))

    /// Requests sent, and bytes that came, since the file was opened.
    public var read: (requests: Int, bytes: Int) { count.withLock { $0 } }

    private init(_ info: ObjectInfo, url: String, http: HTTPClient, strongETag: String?, isNamed: Bool, requests: Int) {
        self.info = info
        self.url = url
        self.http = http
        self.strongETag = strongETag
        self.isNamed = isNamed
        count.withLock { $0.requests = requests }
    }

    /// Asks for the first byte, which tells the length and the ETag, and follows redirections to get there.
    ///
    /// A GET rather than a HEAD, because signed URLs are often good for one method only.
    ///
    /// - Returns: nil if there is no such file.
    /// - Throws: `.malformedAnswer` if the server gives no ranges, among others.
    public static func open(_ url: String, http: HTTPClient) async throws(ObjectStoreFault) -> WebFileStore? {
        var url = sendable(URIReference(URIReference.cleaned(url)))
        for hop in 0...mostRedirects {
            let answer = try await send(url, [("range", "bytes=0-0")], http, limitBytes: 65_536)
            switch answer.status {
            case 301, 302, 303, 307, 308:
                url = try target(answer.headers["location"], from: url)
            case 206, 416:
                let total = answer.headers["content-range"].flatMap { ContentRange($0) }?.sizeBytes
                guard let total, answer.status == 206 || total == 0 else {
                    throw .malformedAnswer(what: "no total length")
                }
                let named = answer.headers["etag"].flatMap { ETag($0) }
                let isStrong = named.map { !$0.text.hasPrefix("W/") } ?? false
                let made = ETag("\"\(total)\"")
                guard let etag = named ?? made else { throw .malformedAnswer(what: "no version") }
                let info = ObjectInfo(key: url, sizeBytes: total, etag: etag, lastModifiedUnixSeconds: 0)
                return WebFileStore(
                    info, url: url, http: http, strongETag: isStrong ? named?.text : nil, isNamed: named != nil,
                    requests: hop + 1)
            case 404, 410: return nil
            case 200 where answer.headers["content-type"]?.lowercased().hasPrefix("text/html") == true:
                throw .malformedAnswer(what: "a web page comes instead of the file")
            default: throw fault(of: answer.head)
            }
        }
        throw .malformedAnswer(what: "more than \(mostRedirects) redirections")
    }

    public func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        info.key.hasPrefix(prefix) && limit > 0 ? [info] : []
    }

    public func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? { info }

    public func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        let wanted = try part(range, ifMatch)
        guard wanted.count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        let answer = try await Self.send(url, headers(wanted), http, limitBytes: wanted.count + 65_536)
        try check(answer.head, wanted)
        took(answer.body.count)
        return ObjectBytes(info: info, range: wanted, bytes: answer.body)
    }

    public func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let wanted = try part(range, ifMatch)
        let answer: StreamingResponse
        do throws(HTTPClientFault) {
            answer = try await http.stream(
                HTTPClientRequest(.get, url, headers: headers(wanted)), bufferBytes: bufferBytes)
        } catch { throw ObjectStoreFault(error) }
        try check(answer.head, wanted)
        took(0)
        return ObjectStream(
            info: info, range: wanted,
            body: ObjectBody { [self] () async throws(ObjectStoreFault) in
                do throws(HTTPClientFault) {
                    guard let piece = try await answer.body.next() else { return nil }
                    count.withLock { $0.bytes += piece.count }
                    return piece
                } catch { throw ObjectStoreFault(error) }
            })
    }

    public func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome { throw .denied(code: "ReadOnly") }

    public func delete(_ key: String) async throws(ObjectStoreFault) { throw .denied(code: "ReadOnly") }

    // MARK: - One request

    /// - Parameter ifMatch: the version wanted; there is only the one that was found when the file was opened.
    private func part(_ range: Range<UInt64>?, _ ifMatch: ETag?) throws(ObjectStoreFault) -> Range<UInt64> {
        if let ifMatch, ifMatch != info.etag { throw .sourceChanged }
        let part = (range ?? 0..<info.sizeBytes).clamped(to: 0..<info.sizeBytes)
        guard !part.isEmpty else { throw .rangeNotSatisfiable(sizeBytes: info.sizeBytes) }
        return part
    }

    private func headers(_ range: Range<UInt64>) -> [(name: String, value: String)] {
        var headers = [(name: "range", value: "bytes=\(range.lowerBound)-\(range.upperBound - 1)")]
        if let strongETag { headers.append(("if-match", strongETag)) }
        return headers
    }

    private func took(_ bytes: Int) {
        count.withLock { count in
            count.requests += 1
            count.bytes += bytes
        }
    }

    private func check(_ head: HTTPResponseHead, _ wanted: Range<UInt64>) throws(ObjectStoreFault) {
        guard head.status == 206 else { throw Self.fault(of: head) }
        let answered = try AnsweredRange(head, asked: wanted)
        if answered.sizeBytes != info.sizeBytes { throw .sourceChanged }
        if let etag = head.headers["etag"], isNamed, etag != info.etag.text { throw .sourceChanged }
    }

    private static func send(
        _ url: String, _ headers: [(name: String, value: String)], _ http: HTTPClient, limitBytes: Int
    ) async throws(ObjectStoreFault) -> HTTPClientResponse {
        do throws(HTTPClientFault) {
            return try await http.send(HTTPClientRequest(.get, url, headers: headers), bodyLimitBytes: limitBytes)
        } catch {
            if case .tooLarge(_, let status) = error {
                throw fault(of: HTTPResponseHead(status: status, headers: HTTPHeaders()))
            }
            throw ObjectStoreFault(error)
        }
    }

    private static func fault(of head: HTTPResponseHead) -> ObjectStoreFault {
        switch head.status {
        case 200: .malformedAnswer(what: "the range was ignored")
        case 401, 403: .denied(code: "\(head.status)")
        case 404, 410: .missingObject
        case 412: .sourceChanged
        case 416: .rangeNotSatisfiable(sizeBytes: nil)
        case 429, 503: .slowDown(retryAfter: nil)
        case 500...599: .unavailable(status: head.status)
        default: .refused(status: head.status, code: "")
        }
    }

    /// Where a redirection leads: `Location` relative to where it was found (RFC 9110, 10.2.2).
    private static func target(_ location: String?, from url: String) throws(ObjectStoreFault) -> String {
        guard let location, !location.isEmpty else { throw .malformedAnswer(what: "a redirection to nowhere") }
        let target = URIReference(URIReference.cleaned(location)).resolved(against: URIReference(url))
        guard let scheme = target.scheme?.lowercased(), scheme == "http" || scheme == "https",
            target.authority?.isEmpty == false
        else { throw .malformedAnswer(what: "a redirection to something that is not read over HTTP") }
        return sendable(target)
    }

    /// Without dot segments, which libcurl is told to send as they are, and without the fragment, which is not sent.
    private static func sendable(_ address: URIReference) -> String {
        address.resolved(against: address).text
    }
}
