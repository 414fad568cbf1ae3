extension S3Server {
    /// Makes a user of the server's own, who may do nothing until a bucket's policy says so.
    ///
    /// Source: versitygw, `PATCH /create-user` of its admin API.
    public func makeUser(accessKey: String, secretKey: String) async throws {
        let account =
            "<Account><Access>\(accessKey)</Access><Secret>\(secretKey)</Secret><Role>user</Role></Account>"
        try await send("PATCH", account, to: "create-user")
    }

    /// Replaces the bucket's policy.
    public func setPolicy(_ json: String, bucket: String) async throws {
        try await send("PUT", json, to: "\(bucket)?policy")
    }

    private func send(_ method: String, _ body: String, to path: String) async throws {
        let file = try TemporaryFile(holding: Array(body.utf8))
        try await curl(["--request", method, "--data-binary", "@\(file.path)"], to: path)
    }
}
