/// A real S3 server, reached by the `curl` program, whose signatures are not ours.
public struct S3Server: Sendable {
    /// `http://host:port`, without a slash at the end; buckets are addressed by path.
    public let endpoint: String
    public let region = "us-east-1"
    public let accessKey: String
    public let secretKey: String

    /// The file in which the server writes a line per request: what was asked, seen from outside.
    let accessLog: String

    /// The same server, asked with other keys.
    public func with(accessKey: String, secretKey: String) -> S3Server {
        S3Server(endpoint: endpoint, accessKey: accessKey, secretKey: secretKey, accessLog: accessLog)
    }

    /// Makes a bucket with a name of its own.
    public func makeBucket(_ purpose: String) async throws -> String {
        let name = TestStack.uniqueName(purpose)
        try await makeBucket(named: name)
        return name
    }

    /// Makes a bucket of that very name.
    public func makeBucket(named name: String) async throws {
        try await curl(["--request", "PUT"], to: name)
    }

    /// Stores the file at `path` as an object.
    ///
    /// - Parameters:
    ///   - key: without characters that a URL would escape.
    ///   - headers: each as `Name: value`.
    public func put(file path: String, bucket: String, key: String, headers: [String] = []) async throws {
        let named = headers.flatMap { ["--header", $0] }
        try await curl(["--upload-file", path] + named, to: "\(bucket)/\(key)")
    }

    /// Stores `bytes` as an object.
    public func put(_ bytes: [UInt8], bucket: String, key: String, headers: [String] = []) async throws {
        let file = try TemporaryFile(holding: bytes)
        try await put(file: file.path, bucket: bucket, key: key, headers: headers)
    }

    /// An object's bytes.
    public func get(bucket: String, key: String) async throws -> [UInt8] {
        try await curl([], to: "\(bucket)/\(key)")
    }

    public func delete(bucket: String, key: String) async throws {
        try await curl(["--request", "DELETE"], to: "\(bucket)/\(key)")
    }

    /// The keys under `prefix`, in the server's order; at most the first 1,000.
    public func keys(bucket: String, prefix: String = "") async throws -> [String] {
        let answer = try await curl(["--get", "--data-urlencode", "prefix=\(prefix)"], to: "\(bucket)?list-type=2")
        let parts = String(decoding: answer, as: UTF8.self).split(separator: "<Key>", omittingEmptySubsequences: false)
        return parts.dropFirst().map { String($0.prefix { $0 != "<" }) }
    }

    @discardableResult
    func curl(_ arguments: [String], to path: String) async throws -> [UInt8] {
        // The address goes in with the keys on standard input: arguments would show them to every user in `ps`.
        let settings = """
            url = "\(endpoint)/\(path)"
            user = "\(accessKey):\(secretKey)"
            aws-sigv4 = "aws:amz:\(region):s3"
            """
        return try await Tool.run(
            "curl", ["--silent", "--show-error", "--fail-with-body", "--max-time", "30", "--config", "-"] + arguments,
            input: Array(settings.utf8))
    }
}
