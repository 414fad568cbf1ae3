extension S3Server {
    /// One request as the server saw it.
    public struct Request: Sendable, Hashable {
        /// The server's name for the call: `s3_PutObject`, `s3_GetObject`, `s3_HeadObject`, `s3_ListObjectsV2`, …
        public let operation: String
        /// Empty where the call has none.
        public let key: String
        public let status: Int
    }

    /// All requests to a bucket so far, in the order in which the server answered them.
    public func requests(bucket: String) throws -> [Request] {
        let log = try String(decoding: contents(of: accessLog), as: UTF8.self)
        return log.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 11)
            guard words.count == 12, words[1] == bucket, let status = Int(words[10]) else { return nil }
            return Request(operation: String(words[7]), key: words[8] == "-" ? "" : String(words[8]), status: status)
        }
    }
}
