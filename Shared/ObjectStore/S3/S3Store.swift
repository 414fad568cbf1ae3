import HTTPClient
import Synchronization
import Text

/// A bucket of an S3 store (AWS, versitygw, Ceph, R2, …).
///
/// It tries nothing twice: how often and how long is for the caller, who knows the deadline.
public final class S3Store: ObjectStore {
    private let signer: QuerySigner
    private let http: HTTPClient
    let now: @Sendable () -> Int64
    let notice: @Sendable (S3Notice) -> Void
    /// The parts of a PUT that the store is known to refuse.
    let goesWithout = Mutex<Set<S3Notice.PutPart>>([])

    /// - Parameters:
    ///   - http: shared with others or not; its time-outs hold. It stays open.
    ///   - notice: is told what the store refuses, at once and each time; it must not block.
    public convenience init(
        _ location: S3Location, credentials: any CredentialsSource, http: HTTPClient,
        notice: @escaping @Sendable (S3Notice) -> Void = { _ in }
    ) {
        self.init(location, credentials: credentials, http: http, notice: notice, now: { WallTime.now().seconds })
    }

    /// - Parameter now: seconds since 1970, for signatures.
    init(
        _ location: S3Location, credentials: any CredentialsSource, http: HTTPClient,
        notice: @escaping @Sendable (S3Notice) -> Void = { _ in }, now: @escaping @Sendable () -> Int64
    ) {
        signer = QuerySigner(location, credentials: credentials)
        self.http = http
        self.notice = notice
        self.now = now
    }

    public func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        var objects: [ObjectInfo] = []
        var token: String?
        // A page may be empty and yet not the last; a store that never ends is stopped.
        var emptyPages = 0
        while objects.count < limit {
            let page = try await page(prefix: prefix, token: token, count: min(1_000, limit - objects.count))
            objects += page.objects.prefix(limit - objects.count)
            emptyPages = page.objects.isEmpty ? emptyPages + 1 : 0
            guard let next = page.next else { break }
            guard next != token, emptyPages < 100 else { throw .malformedAnswer(what: "listing without end") }
            token = next
        }
        return objects
    }

    public func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? {
        let answer = try await send(request(.head, key))
        if answer.status == 404 { return nil }
        guard answer.status == 200 else {
            throw refusal(HTTPClientRequest.Method.head.action, on: key, answer.head, [])
        }
        guard let size = answer.headers["content-length"].flatMap({ StoreNumber.bytes($0) }) else {
            throw .malformedAnswer(what: "no Content-Length")
        }
        return try ObjectInfo(key: key, sizeBytes: size, answer.headers)
    }

    public func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        let answer = try await send(
            request(.get, key, sending: conditions(range, ifMatch)), limitBytes: max(limitBytes, errorBytes))
        guard [200, 206].contains(answer.status) else {
            throw refusal(HTTPClientRequest.Method.get.action, on: key, answer.head, answer.body)
        }
        guard answer.body.count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        let sent = try AnsweredRange(answer.head, asked: range)
        return ObjectBytes(
            info: try ObjectInfo(key: key, sizeBytes: sent.sizeBytes, answer.headers), range: sent.range,
            bytes: answer.body)
    }

    public func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let request = try request(.get, key, sending: conditions(range, ifMatch))
        let answer: StreamingResponse
        do throws(HTTPClientFault) {
            answer = try await http.stream(request, bufferBytes: bufferBytes)
        } catch {
            throw ObjectStoreFault(error)
        }
        guard [200, 206].contains(answer.head.status) else {
            throw refusal(HTTPClientRequest.Method.get.action, on: key, answer.head, await beginning(of: answer.body))
        }
        let sent = try AnsweredRange(answer.head, asked: range)
        let info = try ObjectInfo(key: key, sizeBytes: sent.sizeBytes, answer.head.headers)
        return ObjectStream(info: info, range: sent.range, body: ObjectBody(answer.body))
    }

    public func delete(_ key: String) async throws(ObjectStoreFault) {
        let answer = try await send(request(.delete, key))
        if [200, 204].contains(answer.status) { return }
        let fault = refusal(HTTPClientRequest.Method.delete.action, on: key, answer.head, answer.body)
        guard fault == .missingObject else { throw fault }
    }

    /// The bucket's own rules for taking objects away. It needs the right `s3:GetLifecycleConfiguration`; what is refused is no
    /// notice, since whoever asks can do without.
    public func lifecycle() async throws(ObjectStoreFault) -> BucketLifecycle {
        let url = signer.url("GET", key: nil, parameters: [("lifecycle", "")], at: try moment())
        let answer = try await send(HTTPClientRequest(.get, url), limitBytes: errorBytes)
        if answer.status == 200 { return try BucketLifecycle(xml: answer.body) }
        let refusal = S3ErrorAnswer(answer.head, body: answer.body)
        if refusal.code == "NoSuchLifecycleConfiguration" { return .none }
        throw refusal.fault
    }
}

/// Longer error documents are not S3's.
private let errorBytes = 65_536
private let listingBytes = XMLLimits().bytes

extension S3Store {
    private func page(prefix: String, token: String?, count: Int) async throws(ObjectStoreFault) -> ListPage {
        var parameters = [
            ("list-type", "2"), ("encoding-type", "url"), ("max-keys", "\(count)"), ("prefix", prefix),
        ]
        if let token { parameters.append(("continuation-token", token)) }
        let url = signer.url("GET", key: nil, parameters: parameters, at: try moment())
        let answer = try await send(HTTPClientRequest(.get, url), limitBytes: listingBytes)
        guard answer.status == 200 else {
            let fault = refusal("s3:ListBucket", on: nil, answer.head, answer.body)
            throw fault == .missingObject ? .missingBucket : fault
        }
        return try ListPage(xml: answer.body, prefix: prefix)
    }

    /// - Parameters:
    ///   - signed: headers that the signature covers; every `x-amz-*` must be among them.
    ///   - unsigned: headers that it doesn't.
    func request(
        _ method: HTTPClientRequest.Method, _ key: String, signing signed: [(name: String, value: String)] = [],
        sending unsigned: [(name: String, value: String)] = [], body: [UInt8] = []
    ) throws(ObjectStoreFault) -> HTTPClientRequest {
        try ObjectKeyRules.check(key)
        let url = signer.url(method.rawValue, key: key, headers: signed, at: try moment())
        return HTTPClientRequest(method, url, headers: signed + unsigned, body: body)
    }

    /// Our own requests are used at once; a quarter of an hour covers waiting for a connection and a slow upload's start.
    private func moment() throws(ObjectStoreFault) -> SigningMoment {
        try signer.moment(unixSeconds: now(), expirySeconds: 900)
    }

    private func conditions(
        _ range: Range<UInt64>?, _ ifMatch: ETag?
    ) throws(ObjectStoreFault) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        if let range {
            if range.isEmpty { throw .rangeNotSatisfiable(sizeBytes: nil) }
            headers.append(("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
        }
        if let ifMatch { headers.append(("if-match", ifMatch.text)) }
        return headers
    }

    func send(
        _ request: HTTPClientRequest, limitBytes: Int = errorBytes
    ) async throws(ObjectStoreFault) -> HTTPClientResponse {
        do throws(HTTPClientFault) {
            return try await http.send(request, bodyLimitBytes: limitBytes)
        } catch {
            // A proxy's long page of regret is still known by its status.
            if case .tooLarge(_, let status) = error, status >= 300 {
                throw S3ErrorAnswer(HTTPResponseHead(status: status, headers: HTTPHeaders()), body: []).fault
            }
            throw ObjectStoreFault(error)
        }
    }

    /// The fault of an answer that is none of those hoped for; what an operator should know of it is told on.
    func refusal(
        _ action: String, on key: String?, _ head: HTTPResponseHead, _ body: [UInt8]
    ) -> ObjectStoreFault {
        let answer = S3ErrorAnswer(head, body: body)
        switch answer.fault {
        // What is asked about, or changes under a reader.
        case .missingObject, .sourceChanged, .rangeNotSatisfiable: break
        default:
            notice(
                .refused(
                    S3Refusal(
                        action: action, status: answer.status, code: answer.code, message: answer.message, key: key)))
        }
        return answer.fault
    }

    /// Enough of an error's body to know it by; what can't be read is left out.
    private func beginning(of body: ResponseBody) async -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < errorBytes, let more = try? await body.next() { bytes += more }
        return bytes
    }
}

extension ObjectBody {
    fileprivate init(_ body: ResponseBody) {
        self.init { () async throws(ObjectStoreFault) -> [UInt8]? in
            do throws(HTTPClientFault) {
                return try await body.next()
            } catch {
                throw ObjectStoreFault(error)
            }
        }
    }
}
