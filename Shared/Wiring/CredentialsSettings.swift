import HTTPClient
import Logging
import ObjectStore
import Settings
import Text

/// Where the credentials for the object store come from, by the names and in the order of AWS's own SDKs.
public struct CredentialsSettings: Sendable {
    /// Nil only after a mistake.
    private let chain: CredentialsChain?

    /// Credentials that no source had, though nothing that was set is wrong in itself.
    public struct Missing: SettingsProblem, CustomStringConvertible {
        /// A sentence for each source that was tried.
        let tried: [String]

        public var description: String {
            "there are no credentials for the object store; in the order in which they were looked for:\n"
                + tried.map { "  \($0)\n" }.joined()
        }
    }

    /// What the variables and the profile say, besides the credentials themselves.
    struct Names {
        var values: [String: String] = [:]
        let files: SharedConfigFiles
        let profile: SharedProfile?

        init(from read: inout SettingsReader) {
            var values: [String: String] = [:]
            for (name, meaning) in Self.plain { values[name] = read.optionalString(name, meaning) }
            for (name, meaning) in Self.addresses { values[name] = read.optionalEndpoint(name, meaning)?.description }
            values["AWS_ACCESS_KEY_ID"] = read.optionalString(
                "AWS_ACCESS_KEY_ID", "names the credentials; without it they come from another of AWS's usual sources")
            values["AWS_SECRET_ACCESS_KEY"] =
                read.optionalSecret("AWS_SECRET_ACCESS_KEY", "signs requests and clip URLs")?.reveal()
            values["AWS_SESSION_TOKEN"] =
                read.optionalSecret("AWS_SESSION_TOKEN", "for temporary credentials")?.reveal()
            // Its file is read anew at each fetch, and goes before it.
            if values["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] == nil {
                values["AWS_CONTAINER_AUTHORIZATION_TOKEN"] =
                    read.optionalSecret("AWS_CONTAINER_AUTHORIZATION_TOKEN", "sent to the container's endpoint")?
                    .reveal()
            } else {
                read.leave("AWS_CONTAINER_AUTHORIZATION_TOKEN")
            }
            self.values = values
            files = SharedConfigFiles(environment: values)
            profile = files.read { path in try? read.text(ofFile: path).get() }
        }

        private static let plain = [
            (
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "holds a token that is exchanged for credentials (IRSA); with AWS_ROLE_ARN"
            ),
            ("AWS_ROLE_ARN", "the role that it is exchanged for"),
            ("AWS_ROLE_SESSION_NAME", "how AWS's logs call the session; cutroom without it"),
            ("AWS_PROFILE", "the profile of the two files that is meant; default without it"),
            ("AWS_SHARED_CREDENTIALS_FILE", "where profiles have their keys; ~/.aws/credentials without it"),
            ("AWS_CONFIG_FILE", "where profiles have the rest; ~/.aws/config without it"),
            ("HOME", "whose .aws folder is looked into"),
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "the path of the container's endpoint (ECS)"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "its address (EKS Pod Identity)"),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "holds what is sent to it"),
            ("AWS_EC2_METADATA_DISABLED", "true: the instance's metadata are not asked"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv4 or IPv6"),
        ]
        private static let addresses = [
            ("AWS_ENDPOINT_URL_STS", "where tokens are exchanged; AWS's STS of the region without it"),
            ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "the instance's metadata; http://169.254.169.254 without it"),
        ]
    }

    init(_ names: Names, region: String, from read: inout SettingsReader) {
        do throws(CredentialsOrigin.Malformed) {
            chain = try CredentialsChain.find(
                in: names.values, files: names.files, profile: names.profile, region: region)
        } catch {
            chain = nil
            read.mistake(error.description)
        }
    }

    /// Begins to fetch them where they are fetched, and waits for the first answer.
    ///
    /// A source that a setting names, and that does not answer, is waited for in the background: `current` says so.
    ///
    /// - Throws: `Missing` where nothing was named, and the machine is no instance with a role.
    public func source(log: Log) async throws(Missing) -> any CredentialsSource {
        switch chain?.source {
        case nil:
            throw Missing(tried: chain?.passedOver ?? [])
        case .keys(let keys):
            if keys.isTemporary {
                log.warning(
                    "The credentials of the environment are temporary, and nobody knows when they end: the expires_at of clip URLs may be too late"
                )
            }
            return StaticCredentials(keys)
        case .fetched(let origin):
            let source = RefreshingCredentials(
                from: origin, http: HTTPClient(HTTPClientSettings(maxConnections: 2)),
                told: { Self.tell($0, of: origin, log) })
            await source.firstFetched()
            if chain?.isNamed == false {
                do throws(ObjectStoreFault) { _ = try source.current() } catch {
                    throw Missing(tried: (chain?.passedOver ?? []) + ["\(origin.name): \(error.reason)"])
                }
            }
            return source
        }
    }

    private static func tell(_ outcome: RefreshingCredentials.Outcome, of origin: CredentialsOrigin, _ log: Log) {
        switch outcome {
        case .success(let credentials):
            let end = credentials.expiresAtUnixSeconds.map { WallTime(seconds: $0).secondsText }
            log.info(
                "Credentials for the object store were fetched",
                ["source": .string(origin.name), "end": .string(end ?? "none")])
        case .failure(let fault):
            log.warning(
                "No credentials for the object store could be fetched; those that there are stay in use until they end",
                ["source": .string(origin.name), "reason": .string(fault.reason)])
        }
    }
}

extension ObjectStoreFault {
    /// Why there are no credentials, or the fault's name.
    fileprivate var reason: String {
        if case .noCredentials(let reason) = self { return reason }
        return slug
    }
}
