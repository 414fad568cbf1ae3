import HTTPClient
import ObjectStore
import Settings

/// One bucket and how it is reached, and where the credentials for it come from.
public struct BucketSettings: Sendable {
    /// Nil only after a mistake.
    public let location: S3Location?
    /// The same bucket as clients reach it, where that is another address.
    public let publicLocation: S3Location?
    public let credentials: CredentialsSettings

    /// How a bucket's name becomes part of a URL.
    enum Addressing: String, CaseIterable {
        case auto
        case path
        case virtual

        var style: S3Location.Style? {
            switch self {
            case .auto: nil
            case .path: .path
            case .virtual: .virtualHost
            }
        }
    }

    init(_ name: String, default bucket: String, _ meaning: String, from read: inout SettingsReader) {
        let bucket = read.string(name, default: bucket, meaning)
        let names = CredentialsSettings.Names(from: &read)
        // In the order in which AWS's own SDKs ask.
        let namedRegion = read.optionalString("AWS_REGION", "the buckets' region")
        let defaultRegion = read.optionalString(
            "AWS_DEFAULT_REGION", "the same, where AWS_REGION is not set; then the profile's, then us-east-1")
        let region = namedRegion ?? defaultRegion ?? names.profile?.region ?? "us-east-1"
        let s3Endpoint = read.optionalEndpoint(
            "AWS_ENDPOINT_URL_S3", "a store other than AWS: versitygw, MinIO, Ceph, R2")
        let anyEndpoint = read.optionalEndpoint("AWS_ENDPOINT_URL", "the same, where AWS_ENDPOINT_URL_S3 is not set")
        let endpoint = s3Endpoint ?? anyEndpoint
        CDNSettings.leave(to: &read)
        read.leave("S3_SOURCE_BUCKET", "S3_CLIPS_BUCKET", "S3_SOURCE_BUCKET_FILE", "S3_CLIPS_BUCKET_FILE")
        let publicEndpoint = read.optionalEndpoint(
            "S3_PUBLIC_ENDPOINT_URL", "where clients reach the store, if elsewhere: clip URLs are signed for it")
        let style = read.choice(
            "S3_ADDRESSING", default: Addressing.auto, "auto: by host name at AWS, by path elsewhere"
        ).style
        var locations: [S3Location?] = [nil, nil]
        do throws(S3Location.Malformed) {
            for (index, endpoint) in [endpoint, publicEndpoint ?? endpoint].enumerated() {
                locations[index] = try S3Location(
                    bucket: bucket, region: region, endpoint: endpoint?.description, style: style)
            }
        } catch {
            read.mistake("\(name), AWS_REGION or AWS_ENDPOINT_URL_S3: \(error.description)")
        }
        location = locations[0]
        publicLocation = locations[1]
        credentials = CredentialsSettings(names, region: region, from: &read)
    }

    public static func clips(from read: inout SettingsReader) -> BucketSettings {
        BucketSettings(
            "S3_CLIPS_BUCKET", default: "pod-insights-clips", "the bucket that clips are stored in", from: &read)
    }

    public static func sources(from read: inout SettingsReader) -> BucketSettings {
        BucketSettings(
            "S3_SOURCE_BUCKET", default: "pod-insights-raw", "the bucket of the episodes' audio; only read", from: &read
        )
    }

    /// - Parameters:
    ///   - credentials: from the `source` of these settings' own; one may serve several buckets.
    ///   - notices: are told what the store refuses.
    public func store(
        _ http: HTTPClient, as credentials: any CredentialsSource, notices: StoreNotices
    ) -> S3Store? {
        location.map { S3Store($0, credentials: credentials, http: http) { notices.take($0) } }
    }

    public func signer(_ life: SignedURLLife, as credentials: any CredentialsSource) -> (any URLSigner)? {
        publicLocation.map { S3URLSigner($0, credentials: credentials, life: life) }
    }
}
