import HTTPClient

/// Where credentials are fetched from, again and again.
///
/// Sources: AWS SDKs and Tools Reference Guide, "Container credential provider", "IMDS credential provider", "Assume role
/// with web identity".
public enum CredentialsOrigin: Equatable, Sendable {
    /// The agent beside a container (ECS, EKS Pod Identity).
    case container(url: String, authorization: Authorization)
    /// A token that Kubernetes writes into a file, exchanged for credentials (EKS IRSA); without `durationSeconds` they last
    /// as long as the role says.
    case webIdentity(
        roleARN: String, tokenFile: String, sessionName: String, endpoint: String, durationSeconds: Int? = nil)
    /// The metadata service of an EC2 instance, version 2 of its protocol only.
    case instance(endpoint: String)
    /// A profile's own keys.
    case files(SharedConfigFiles)

    public enum Authorization: Equatable, Sendable {
        case none
        case token(String)
        /// Read anew each time: the agent changes it.
        case file(String)
    }

    /// Variables that contradict each other or make no sense; the text names them.
    public struct Malformed: Error, Equatable, CustomStringConvertible, Sendable {
        public let description: String
    }

    /// For people. The path of a container's address is left out: who knows it can ask for the credentials.
    public var name: String {
        switch self {
        case .container(let url, _): "the container's credentials endpoint \(Self.origin(of: url))"
        case .webIdentity(_, let tokenFile, _, let endpoint, _):
            "the web identity in \(tokenFile), exchanged at \(endpoint)"
        case .instance(let endpoint): "the instance's metadata at \(endpoint)"
        case .files(let files): "the \(files.place)"
        }
    }

    /// How long credentials without an end are used before they are asked for again: a file costs nothing to read.
    var unendingRefreshSeconds: Int64 {
        if case .files = self { 60 } else { 3_600 }
    }

    static func webIdentity(
        _ value: (String) -> String?, region: String
    ) throws(Malformed) -> CredentialsOrigin? {
        guard let tokenFile = value("AWS_WEB_IDENTITY_TOKEN_FILE") else { return nil }
        guard let roleARN = value("AWS_ROLE_ARN") else {
            throw Malformed(description: "AWS_WEB_IDENTITY_TOKEN_FILE is set, and AWS_ROLE_ARN is not")
        }
        return .webIdentity(
            roleARN: roleARN, tokenFile: tokenFile, sessionName: value("AWS_ROLE_SESSION_NAME") ?? "cutroom",
            endpoint: value("AWS_ENDPOINT_URL_STS") ?? stsEndpoint(region))
    }

    /// - Throws: where the profile goes ways to its credentials that are not gone here.
    static func profile(
        _ profile: SharedProfile, of files: SharedConfigFiles, _ value: (String) -> String?, region: String
    ) throws(Malformed) -> CredentialsOrigin? {
        if let roleARN = profile["role_arn"], let tokenFile = profile["web_identity_token_file"] {
            let duration = profile["duration_seconds"]
            if let duration, Int(duration).map({ (900...43_200).contains($0) }) != true {
                throw Malformed(description: "the \(files.place): duration_seconds must be 900 to 43200")
            }
            return .webIdentity(
                roleARN: roleARN, tokenFile: tokenFile, sessionName: profile["role_session_name"] ?? "cutroom",
                endpoint: value("AWS_ENDPOINT_URL_STS") ?? stsEndpoint(region),
                durationSeconds: duration.flatMap { Int($0) })
        }
        if profile.keys != nil, profile["role_arn"] == nil { return .files(files) }
        guard let way = profile.otherWays.first ?? (profile["role_arn"] == nil ? nil : "role_arn") else { return nil }
        throw Malformed(
            description: "the \(files.place): credentials by \(way) are not supported; give it keys, or role_arn and "
                + "web_identity_token_file")
    }

    static func container(_ value: (String) -> String?) throws(Malformed) -> CredentialsOrigin? {
        let authorization =
            value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").map { Authorization.file($0) }
            ?? value("AWS_CONTAINER_AUTHORIZATION_TOKEN").map { .token($0) } ?? .none
        if let path = value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            guard path.hasPrefix("/") else {
                throw Malformed(description: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must start with '/'")
            }
            return .container(url: "http://169.254.170.2\(path)", authorization: authorization)
        }
        guard let url = value("AWS_CONTAINER_CREDENTIALS_FULL_URI") else { return nil }
        guard mayHearSecrets(url) else {
            throw Malformed(
                description:
                    "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or http on this machine or its agent's address")
        }
        return .container(url: url, authorization: authorization)
    }

    /// - Returns: nil where `AWS_EC2_METADATA_DISABLED` is `true`.
    static func instance(_ value: (String) -> String?) throws(Malformed) -> CredentialsOrigin? {
        if value("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true" { return nil }
        if let endpoint = value("AWS_EC2_METADATA_SERVICE_ENDPOINT") { return .instance(endpoint: endpoint) }
        switch value("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?.lowercased() {
        case nil, "ipv4": return .instance(endpoint: "http://169.254.169.254")
        case "ipv6": return .instance(endpoint: "http://[fd00:ec2::254]")
        default: throw Malformed(description: "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE must be IPv4 or IPv6")
        }
    }

    private static func stsEndpoint(_ region: String) -> String {
        "https://sts.\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
    }

    private static func origin(of url: String) -> String {
        let scheme = url.hasPrefix("https://") ? "https://" : "http://"
        return scheme + url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
    }

    /// Whether a token sent to `url` stays where AWS says that it may go.
    private static func mayHearSecrets(_ url: String) -> Bool {
        let authority = origin(of: url).drop { $0 != ":" }.dropFirst(3)
        // What stands before an @ is no host, whatever it looks like.
        if authority.contains("@") { return false }
        if url.hasPrefix("https://") { return true }
        guard url.hasPrefix("http://") else { return false }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        let isLoopback =
            host.hasPrefix("127.") && host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        return isLoopback
            || ["localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].contains(String(host))
    }
}
