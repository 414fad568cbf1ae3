import HTTPClient
import Hashing
import Synchronization

/// A bucket of an S3 store (AWS, versitygw, Ceph, R2, …).
///
/// It tries nothing twice: how often and how long is for the caller, who knows the deadline.
public final class S3Store: ObjectStore {
    private let signer: QuerySigner
    private let http: HTTPClient
    private let now: @Sendable () -> Int64
    /// Whether the store is known to refuse conditional PUTs.
    private let ignoresConditions = Atomic(false)

    /// - Parameter http: shared with others or not; its time-outs hold. It stays open.
    public convenience init(_ location: S3Location, credentials: any CredentialsSource, http: HTTPClient) {
        self.init(location, credentials: credentials, http: http, now: StoreTime.now)
    }

    /// - Parameter now: seconds since 1970, for signatures.
    init(
        _ location: S3Location, credentials: any CredentialsSource, http: HTTPClient,
        now: @escaping @Sendable () -> Int64
    ) {
        signer = QuerySigner(location, credentials: credentials)
        self.http = http
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
        guard answer.status == 200 else { throw S3ErrorAnswer(answer.head, body: []).fault }
        guard let size = answer.headers["content-length"].flatMap({ UInt64($0) }) else {
            throw .malformedAnswer(what: "no Content-Length")
        }
        return try ObjectInfo(key: key, sizeBytes: size, answer.headers)
    }

    public func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        let answer = try await send(
            request(.get, key, sending: conditions(range, ifMatch)), limitBytes: max(limitBytes, errorBytes))
        guard [200, 206].contains(answer.status) else { throw S3ErrorAnswer(answer.head, body: answer.body).fault }
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
            throw S3ErrorAnswer(answer.head, body: await beginning(of: answer.body)).fault
        }
        let sent = try AnsweredRange(answer.head, asked: range)
        let info = try ObjectInfo(key: key, sizeBytes: sent.sizeBytes, answer.head.headers)
        return ObjectStream(info: info, range: sent.range, body: ObjectBody(answer.body))
    }

    public func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        var headers = try attributes.headers()
        headers.append(("x-amz-checksum-sha256", base64(SHA256.digest(bytes))))
        guard condition == .ifAbsent, !ignoresConditions.load(ordering: .relaxed) else {
            return try outcome(of: await send(request(.put, key, signing: headers, body: bytes)))
        }
        let conditional = try request(.put, key, signing: headers, sending: [("if-none-match", "*")], body: bytes)
        let answer = try await send(conditional)
        guard S3ErrorAnswer(answer.head, body: answer.body).isNotImplemented else { return try outcome(of: answer) }
        let stored = try outcome(of: await send(request(.put, key, signing: headers, body: bytes)))
        ignoresConditions.store(true, ordering: .relaxed)
        return stored
    }

    public func delete(_ key: String) async throws(ObjectStoreFault) {
        let answer = try await send(request(.delete, key))
        if [200, 204].contains(answer.status) { return }
        let fault = S3ErrorAnswer(answer.head, body: answer.body).fault
        guard fault == .missingObject else { throw fault }
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
            let fault = S3ErrorAnswer(answer.head, body: answer.body).fault
            throw fault == .missingObject ? .missingBucket : fault
        }
        return try ListPage(xml: answer.body, prefix: prefix)
    }

    /// - Parameters:
    ///   - signed: headers that the signature covers; every `x-amz-*` must be among them.
    ///   - unsigned: headers that it doesn't.
    private func request(
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

    private func send(
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

    private func outcome(of answer: HTTPClientResponse) throws(ObjectStoreFault) -> PutOutcome {
        switch answer.status {
        case 200, 201, 204:
            return .stored(
                etag: answer.headers["etag"].flatMap { ETag($0) },
                atUnixSeconds: answer.headers["date"].flatMap(StoreTime.http) ?? now())
        case 412: return .alreadyThere
        default: throw S3ErrorAnswer(answer.head, body: answer.body).fault
        }
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
