import HTTPClient

/// Where temporary credentials come from on AWS.
///
/// Sources: AWS SDKs and Tools Reference Guide, "Container credential provider", "IMDS credential provider", "Assume role
/// with web identity".
public enum CredentialsOrigin: Equatable, Sendable {
    /// The agent beside a container (ECS, EKS Pod Identity).
    case container(url: String, authorization: Authorization)
    /// A token that Kubernetes writes into a file, exchanged for credentials (EKS IRSA).
    case webIdentity(roleARN: String, tokenFile: String, sessionName: String, endpoint: String)
    /// The metadata service of an EC2 instance, version 2 of its protocol only.
    case instance(endpoint: String)

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

    /// What the variables say, in the order in which AWS's own SDKs ask: web identity, container, instance.
    ///
    /// - Returns: nil where `AWS_EC2_METADATA_DISABLED` is `true` and nothing else is named.
    public static func named(
        by environment: [String: String], region: String
    ) throws(Malformed) -> CredentialsOrigin? {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

        if let tokenFile = value("AWS_WEB_IDENTITY_TOKEN_FILE") {
            guard let roleARN = value("AWS_ROLE_ARN") else {
                throw Malformed(description: "AWS_WEB_IDENTITY_TOKEN_FILE is set, and AWS_ROLE_ARN is not")
            }
            return .webIdentity(
                roleARN: roleARN, tokenFile: tokenFile, sessionName: value("AWS_ROLE_SESSION_NAME") ?? "cutroom",
                endpoint: value("AWS_ENDPOINT_URL_STS") ?? "https://sts.\(region).amazonaws.com")
        }
        let authorization =
            value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").map { Authorization.file($0) }
            ?? value("AWS_CONTAINER_AUTHORIZATION_TOKEN").map { .token($0) } ?? .none
        if let path = value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            guard path.hasPrefix("/") else {
                throw Malformed(description: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must start with '/'")
            }
            return .container(url: "http://169.254.170.2\(path)", authorization: authorization)
        }
        if let url = value("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            guard mayHearSecrets(url) else {
                throw Malformed(
                    description:
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or http on this machine or its agent's address"
                )
            }
            return .container(url: url, authorization: authorization)
        }
        if value("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true" { return nil }
        return .instance(endpoint: value("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254")
    }

    /// Whether a token sent to `url` stays where AWS says that it may go.
    private static func mayHearSecrets(_ url: String) -> Bool {
        if url.hasPrefix("https://") { return true }
        guard url.hasPrefix("http://") else { return false }
        let authority = url.dropFirst("http://".count).prefix { !"/?#".contains($0) }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        let isLoopback =
            host.hasPrefix("127.") && host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
        return isLoopback
            || ["localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].contains(String(host))
    }
}
