import FoundationEssentials
import Glibc
import HTTPClient
import Text
import Threads

extension CredentialsOrigin {
    /// Asks once. The faults say which step failed, never what was sent or answered.
    func fetch(over http: HTTPClient) async throws(ObjectStoreFault) -> Credentials {
        switch self {
        case .container(let url, let authorization):
            var headers: [(name: String, value: String)] = []
            if let token = try await authorization.value() { headers.append(("authorization", token)) }
            return try Self.credentials(json: try await Self.ask(.get, url, headers: headers, over: http))
        case .instance(let endpoint):
            let lifetime = [(name: "x-aws-ec2-metadata-token-ttl-seconds", value: "21600")]
            let token = try await Self.word(
                Self.ask(.put, "\(endpoint)/latest/api/token", headers: lifetime, over: http))
            let headers = [(name: "x-aws-ec2-metadata-token", value: token)]
            let folder = "\(endpoint)/latest/meta-data/iam/security-credentials/"
            let role = try await Self.word(Self.ask(.get, folder, headers: headers, over: http))
            let url = folder + Percent.encode(role, keeping: .path)
            return try Self.credentials(json: try await Self.ask(.get, url, headers: headers, over: http))
        case .webIdentity(let roleARN, let tokenFile, let sessionName, let endpoint, let duration):
            var form = [
                ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", roleARN),
                ("RoleSessionName", sessionName), ("WebIdentityToken", try await Self.token(inFile: tokenFile)),
            ]
            if let duration { form.append(("DurationSeconds", String(duration))) }
            let body = form.map { "\($0.0)=\(Percent.encode($0.1))" }.joined(separator: "&")
            let headers = [(name: "content-type", value: "application/x-www-form-urlencoded")]
            return try Self.credentials(
                xml: try await Self.ask(.post, "\(endpoint)/", headers: headers, body: Array(body.utf8), over: http))
        case .files(let files):
            let profile = try await Self.onThread { files.read { Self.contents(of: $0) } }
            guard let keys = profile?.keys else { throw .noCredentials(reason: "there are no keys any more") }
            return keys
        }
    }

    private static func ask(
        _ method: HTTPClientRequest.Method, _ url: String, headers: [(name: String, value: String)], body: [UInt8] = [],
        over http: HTTPClient
    ) async throws(ObjectStoreFault) -> [UInt8] {
        let request = HTTPClientRequest(
            method, url, headers: headers, body: body,
            timeouts: HTTPTimeouts(connect: .seconds(2), stall: .seconds(3), whole: .seconds(5)))
        let answer: HTTPClientResponse
        do throws(HTTPClientFault) {
            answer = try await http.send(request, bodyLimitBytes: 65_536)
        } catch {
            throw .noCredentials(reason: words(for: ObjectStoreFault(error)))
        }
        guard answer.status == 200 else {
            let code = errorCode(of: answer.body).map { "\($0) " } ?? ""
            throw .noCredentials(reason: "\(code)(status \(answer.status))")
        }
        return answer.body
    }

    /// What an operator needs to tell a wrong address from a service that is down.
    private static func words(for fault: ObjectStoreFault) -> String {
        switch fault {
        case .unreachable(let reason), .untrusted(let reason): "\(fault.slug): \(reason)"
        case .timedOut(let phase): "no answer in time (\(phase.rawValue))"
        default: fault.slug
        }
    }

    /// The service's own word for why, such as `InvalidIdentityToken`; never a sentence of its.
    private static func errorCode(of body: [UInt8]) -> String? {
        struct Said: Decodable { let code: String? }
        let root = try? XMLReader.read(body, limits: XMLLimits(bytes: 65_536, elements: 100))
        let code =
            root?.children.first { $0.name == "Error" }?["Code"]
            ?? (try? JSONDecoder().decode(Said.self, from: Data(body)))?.code
        guard let code, (1...64).contains(code.utf8.count), ByteSet.unreserved.holds(code) else { return nil }
        return code
    }

    /// The first line of an answer: a token, or a role's name.
    private static func word(_ body: [UInt8]) throws(ObjectStoreFault) -> String {
        let line = String(decoding: body.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
        guard !line.isEmpty else { throw .noCredentials(reason: "empty answer") }
        return line
    }

    private struct Answer: Decodable {
        let accessKey: String?
        let secretKey: String?
        let token: String?
        let expiration: String?
        /// An instance answers with 200 and says here whether it has them.
        let code: String?

        enum CodingKeys: String, CodingKey {
            case accessKey = "AccessKeyId"
            case secretKey = "SecretAccessKey"
            case token = "Token"
            case expiration = "Expiration"
            case code = "Code"
        }
    }

    private static func credentials(json: [UInt8]) throws(ObjectStoreFault) -> Credentials {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(json)) else {
            throw .noCredentials(reason: "the answer is not what was expected")
        }
        if let code = answer.code, code != "Success" {
            throw .noCredentials(reason: ByteSet.unreserved.holds(code) ? code : "the answer is not what was expected")
        }
        guard let accessKey = answer.accessKey, let secretKey = answer.secretKey else {
            throw .noCredentials(reason: "the answer is not what was expected")
        }
        return try credentials(accessKey, secretKey, answer.token, answer.expiration)
    }

    private static func credentials(xml: [UInt8]) throws(ObjectStoreFault) -> Credentials {
        let root = try? XMLReader.read(xml, limits: XMLLimits(bytes: 65_536, elements: 100))
        let result = root?.children.first { $0.name == "AssumeRoleWithWebIdentityResult" }
        guard let found = result?.children.first(where: { $0.name == "Credentials" }),
            let accessKey = found["AccessKeyId"], let secretKey = found["SecretAccessKey"]
        else { throw .noCredentials(reason: "the answer is not what was expected") }
        return try credentials(accessKey, secretKey, found["SessionToken"], found["Expiration"])
    }

    private static func credentials(
        _ accessKey: String, _ secretKey: String, _ token: String?, _ expiration: String?
    ) throws(ObjectStoreFault) -> Credentials {
        let end = expiration.flatMap(WallTime.init(rfc3339:))?.seconds
        guard !accessKey.isEmpty, !secretKey.isEmpty, expiration == nil || end != nil else {
            throw .noCredentials(reason: "the answer is not what was expected")
        }
        return Credentials(
            accessKey: accessKey, secretKey: secretKey, sessionToken: token, expiresAtUnixSeconds: end)
    }
}

extension CredentialsOrigin.Authorization {
    fileprivate func value() async throws(ObjectStoreFault) -> String? {
        switch self {
        case .none: nil
        case .token(let token): token
        case .file(let path): try await CredentialsOrigin.token(inFile: path)
        }
    }
}

extension CredentialsOrigin {
    /// The file's text, without the line end; files are short and read seldom, each time on a thread of its own.
    fileprivate static func token(inFile path: String) async throws(ObjectStoreFault) -> String {
        let text = try await onThread { contents(of: path) }
        guard let line = text?.prefix(while: { !$0.isNewline }), !line.isEmpty else {
            throw .noCredentials(reason: "the token's file can't be read")
        }
        return String(line)
    }

    fileprivate static func onThread<Value: Sendable>(
        _ body: @escaping @Sendable () -> Value
    ) async throws(ObjectStoreFault) -> Value {
        do throws(ThreadFault) {
            return try await OwnThread.value(named: "credentials", body)
        } catch {
            throw .noCredentials(reason: error.description)
        }
    }

    fileprivate static func contents(of path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
