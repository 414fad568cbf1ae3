import Hashing
import ObjectStore
import Settings
import Text

/// A CDN in front of the clips bucket, if there is one: then clip URLs lead there.
public struct CDNSettings: Sendable {
    /// Nil without a CDN.
    private let base: String?
    private let key: CloudFrontSigner.Key?
    private let nextKey: CloudFrontSigner.Key?
    private let nextFrom: Int64
    private let keptBytes: Int

    public init(from read: inout SettingsReader) {
        base =
            read.optionalEndpoint(
                "CLIPS_CDN_BASE_URL",
                "a CDN in front of the clips bucket: clip URLs lead there, and their keys are appended")?.description
        key = Self.key(
            "CLIPS_CDN_", "signs clip URLs for CloudFront, which then checks them: its id of the public key",
            "the private key, RSA in PEM", from: &read)
        nextKey = Self.key(
            "CLIPS_CDN_NEXT_", "the key that takes over at CLIPS_CDN_NEXT_FROM", "its private key", from: &read)
        let from = read.optionalString(
            "CLIPS_CDN_NEXT_FROM", "when the next key takes over, at all gateways: 2026-01-31T12:00:00Z")
        keptBytes = read.bytes(
            "CLIPS_CDN_URLS_BYTES", default: 32 << 20, in: (1 << 20)...(4 << 30),
            "signed URLs that are kept for the rest of their window: half a millisecond of CPU each")
        let time = from.flatMap(WallTime.init(rfc3339:))
        nextFrom = time?.seconds ?? 0
        if from != nil, time == nil { read.mistake("CLIPS_CDN_NEXT_FROM: must be like 2026-01-31T12:00:00Z") }
        if (nextKey != nil) != (from != nil) {
            read.mistake("CLIPS_CDN_NEXT_FROM: goes with CLIPS_CDN_NEXT_KEY_ID and CLIPS_CDN_NEXT_PRIVATE_KEY")
        }
        if nextKey != nil, key == nil { read.mistake("CLIPS_CDN_KEY_ID: missing, and CLIPS_CDN_NEXT_KEY_ID is set") }
        if key != nil, base == nil { read.mistake("CLIPS_CDN_BASE_URL: missing, and CLIPS_CDN_KEY_ID is set") }
    }

    /// The gateway's alone, and no slips of the pen elsewhere.
    static func leave(to read: inout SettingsReader) {
        for name in ["BASE_URL", "KEY_ID", "PRIVATE_KEY", "NEXT_KEY_ID", "NEXT_PRIVATE_KEY", "NEXT_FROM", "URLS_BYTES"]
        {
            read.leave("CLIPS_CDN_\(name)", "CLIPS_CDN_\(name)_FILE")
        }
    }

    /// - Returns: nil without a CDN: then URLs are signed for the store.
    public func signer(_ life: SignedURLLife) -> (any URLSigner)? {
        guard let base else { return nil }
        guard let key else { return PlainCDNSigner(base: base, life: life) }
        return CloudFrontSigner(
            base: base, life: life, key: key, next: nextKey.map { ($0, nextFrom) }, keptBytes: keptBytes)
    }

    private static func key(
        _ prefix: String, _ idMeaning: String, _ keyMeaning: String, from read: inout SettingsReader
    ) -> CloudFrontSigner.Key? {
        let id = read.optionalString("\(prefix)KEY_ID", idMeaning)
        let pem = read.optionalSecret("\(prefix)PRIVATE_KEY", keyMeaning)
        guard let id, let pem else {
            if (id == nil) != (pem == nil) {
                read.mistake("\(prefix)KEY_ID and \(prefix)PRIVATE_KEY: one is missing, and the other is set")
            }
            return nil
        }
        guard ByteSet.alphanumeric.holds(id) else {
            read.mistake("\(prefix)KEY_ID: must be letters and digits, as CloudFront gives it")
            return nil
        }
        do throws(RSAPrivateKey.Malformed) {
            let key = try RSAPrivateKey(pem: pem.reveal())
            // Amazon CloudFront Developer Guide, "Create key pairs for your signers".
            guard key.bits == 2_048 else {
                read.mistake("\(prefix)PRIVATE_KEY: has \(key.bits) bits (expected: 2048)")
                return nil
            }
            return CloudFrontSigner.Key(id: id, key: key)
        } catch {
            read.mistake("\(prefix)PRIVATE_KEY: \(error.reason)")
            return nil
        }
    }
}
