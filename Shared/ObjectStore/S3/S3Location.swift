/// A bucket and how it is reached.
public struct S3Location: Equatable, Sendable {
    public enum Style: Sendable {
        /// `https://host/bucket/key`
        case path
        /// `https://bucket.host/key`
        case virtualHost
    }

    /// Why a location makes no sense; the text is fit for an operator.
    public struct Malformed: Error, Equatable, CustomStringConvertible, Sendable {
        public let description: String
    }

    public let bucket: String
    public let region: String
    /// `http` or `https`, `://` and the host, as every URL starts.
    let origin: String
    /// The `Host` field: without the port where it is the scheme's own.
    let host: String
    /// What comes before `/key` in the path; empty or starting with `/`.
    let basePath: String

    /// - Parameters:
    ///   - endpoint: `http` or `https`, host, perhaps port and path; nil: AWS itself.
    ///   - style: nil: by host name at AWS, by path elsewhere and for buckets with a dot, whose names no certificate covers.
    public init(bucket: String, region: String, endpoint: String? = nil, style: Style? = nil) throws(Malformed) {
        guard (1...255).contains(bucket.utf8.count), bucket.utf8.allSatisfy({ isWord($0) || $0 == UInt8(ascii: ".") }),
            !bucket.utf8.allSatisfy({ $0 == UInt8(ascii: ".") })
        else { throw Malformed(description: "the bucket's name may have letters, digits, '-', '_' and '.'") }
        guard !region.isEmpty, region.utf8.allSatisfy(isWord) else {
            throw Malformed(description: "the region's name may have letters, digits and '-'")
        }
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        let address = try EndpointAddress(endpoint ?? "https://s3.\(region).\(suffix)")
        let style = style ?? (endpoint == nil && !bucket.contains(".") ? .virtualHost : .path)
        self.bucket = bucket
        self.region = region
        switch style {
        case .path:
            host = address.host
            basePath = "\(address.path)/\(bucket)"
        case .virtualHost:
            host = "\(bucket).\(address.host)"
            basePath = address.path
        }
        origin = "\(address.scheme)://\(host)"
    }
}

/// The parts of an endpoint's URL.
private struct EndpointAddress {
    let scheme: String
    let host: String
    let path: String

    init(_ endpoint: String) throws(S3Location.Malformed) {
        let isPlain = endpoint.hasPrefix("http://")
        guard isPlain || endpoint.hasPrefix("https://") else {
            throw S3Location.Malformed(description: "the endpoint must start with http:// or https://")
        }
        scheme = isPlain ? "http" : "https"
        let rest = endpoint.dropFirst(scheme.count + 3)
        let authority = rest.prefix { $0 != "/" }
        host = try Self.host(authority.lowercased(), defaultPort: isPlain ? "80" : "443")
        var path = String(rest.dropFirst(authority.count))
        while path.hasSuffix("/") { path.removeLast() }
        guard path.utf8.allSatisfy({ isWord($0) || "./~".utf8.contains($0) }), !path.contains("//") else {
            throw S3Location.Malformed(
                description: "the endpoint's path may have letters, digits, '-', '.', '_' and '~'")
        }
        self.path = path
    }

    private static func host(_ authority: String, defaultPort: String) throws(S3Location.Malformed) -> String {
        let malformed = S3Location.Malformed(description: "the endpoint must name a host, and perhaps a port")
        let nameEnd = authority.hasPrefix("[") ? authority.lastIndex(of: "]").map { authority.index(after: $0) } : nil
        let end = nameEnd ?? authority.firstIndex(of: ":") ?? authority.endIndex
        let name = authority[..<end]
        let isAddress = nameEnd != nil
        guard !name.isEmpty,
            name.utf8.allSatisfy({ isWord($0) || $0 == UInt8(ascii: ".") || isAddress && "[]:".utf8.contains($0) })
        else { throw malformed }
        let rest = authority[end...]
        if rest.isEmpty { return String(name) }
        let port = rest.dropFirst()
        guard rest.first == ":", let number = UInt16(port), number > 0, String(number) == port else { throw malformed }
        return port == defaultPort ? String(name) : "\(name):\(port)"
    }
}

/// Letters, digits, `-` and `_`.
private func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
    default: false
    }
}
