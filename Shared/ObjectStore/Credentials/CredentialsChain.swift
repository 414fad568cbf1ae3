/// Which source of credentials the environment means, in the order in which AWS's own SDKs look for one, and what was passed
/// over before it.
///
/// Source: AWS SDKs and Tools Reference Guide, "AWS SDKs and Tools standardized credential providers" and the chains of the
/// SDKs for Go and Java that it links to: keys, web identity, profile, container, instance.
public struct CredentialsChain: Equatable, Sendable {
    public enum Source: Equatable, Sendable {
        /// Keys of the environment; they never change.
        case keys(Credentials)
        case fetched(CredentialsOrigin)
    }

    /// nil: nothing is named, and the instance must not be asked.
    public let source: Source?
    /// A sentence for each source before it: why it is not the one.
    public let passedOver: [String]
    /// Whether a setting names the source. The instance is asked where nothing is named, and may not be one of AWS's at all.
    public let isNamed: Bool

    /// - Parameters:
    ///   - environment: the `AWS_…` variables; an empty one is none.
    ///   - profile: what `files` say of their profile; nil if nothing.
    ///   - region: whose STS is asked.
    public static func find(
        in environment: [String: String], files: SharedConfigFiles, profile: SharedProfile?, region: String
    ) throws(CredentialsOrigin.Malformed) -> CredentialsChain {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        var passedOver: [String] = []
        func found(_ source: Source?, isNamed: Bool = true) -> CredentialsChain {
            CredentialsChain(source: source, passedOver: passedOver, isNamed: isNamed)
        }

        if let keys = try keys(value) { return found(.keys(keys)) }
        passedOver.append("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
        if let origin = try CredentialsOrigin.webIdentity(value, region: region) { return found(.fetched(origin)) }
        passedOver.append("AWS_WEB_IDENTITY_TOKEN_FILE is not set")
        if let profile {
            if let origin = try CredentialsOrigin.profile(profile, of: files, value, region: region) {
                return found(.fetched(origin))
            }
            passedOver.append("the \(files.place) has no keys")
        } else if files.isNamed {
            throw CredentialsOrigin.Malformed(description: "AWS_PROFILE: there is no \(files.place)")
        } else {
            passedOver.append("there is no \(files.place)")
        }
        if let origin = try CredentialsOrigin.container(value) { return found(.fetched(origin)) }
        passedOver.append(
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and AWS_CONTAINER_CREDENTIALS_FULL_URI are not set")
        if let origin = try CredentialsOrigin.instance(value) {
            return found(.fetched(origin), isNamed: value("AWS_EC2_METADATA_SERVICE_ENDPOINT") != nil)
        }
        passedOver.append("AWS_EC2_METADATA_DISABLED keeps from asking the instance's metadata")
        return found(nil, isNamed: false)
    }

    private static func keys(
        _ value: (String) -> String?
    ) throws(CredentialsOrigin.Malformed) -> Credentials? {
        switch (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY")) {
        case (nil, nil): return nil
        case (nil, _?):
            throw CredentialsOrigin.Malformed(
                description: "AWS_ACCESS_KEY_ID: missing, and AWS_SECRET_ACCESS_KEY is set")
        case (_?, nil):
            throw CredentialsOrigin.Malformed(
                description: "AWS_SECRET_ACCESS_KEY: missing, and AWS_ACCESS_KEY_ID is set")
        case (let accessKey?, let secretKey?):
            return Credentials(
                accessKey: accessKey, secretKey: secretKey, sessionToken: value("AWS_SESSION_TOKEN"))
        }
    }
}
