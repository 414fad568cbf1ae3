import Hashing
import Text

/// Signs URLs for objects of a folder, and checks them when they come back to the gateway that serves the folder.
///
/// A URL is `{base}/clips/{key}?expires={seconds since 1970}&signature={HMAC-SHA-256 of key and time}`. One under which the
/// object is to be saved, not shown, has `&download=1` before the signature, which is over that too.
public struct FolderURLSigner: URLSigner {
    /// Where the gateway's route begins.
    public static let pathPrefix = "/clips/"

    /// Why a URL opens nothing.
    public enum Refusal: Error, Hashable, Sendable {
        /// Not of the form that this signer writes.
        case malformed
        /// Signed by another key, or changed since.
        case badSignature
        case expired(atUnixSeconds: Int64)
    }

    private let base: String
    private let life: SignedURLLife
    private let code: HMACSHA256

    /// - Parameters:
    ///   - base: how clients reach the gateway, as `http://127.0.0.1:8080`.
    ///   - secret: the key of the signatures.
    public init(base: String, secret: FolderURLSecret, life: SignedURLLife = .standard) {
        var base = base
        while base.last == "/" { base.removeLast() }
        self.base = base
        self.life = life
        code = HMACSHA256(key: secret.bytes)
    }

    public func edition(atUnixSeconds now: Int64) -> SigningEdition? { SigningEdition(life, atUnixSeconds: now) }

    /// The object knows its own name, so that of the use is not needed.
    public func signedURL(
        key: String, for use: SignedURLUse, atUnixSeconds now: Int64
    ) throws(ObjectStoreFault) -> SignedURL {
        try ObjectKeyRules.check(key)
        let expires = life.signedAt(unixSeconds: now) + life.expirySeconds
        let isDownload = use.savedAs != nil
        let message = Self.message(key: key, expires: expires, isDownload: isDownload)
        let query = "expires=\(expires)\(isDownload ? "&download=1" : "")"
        let path = "\(base)\(Self.pathPrefix)\(Percent.encode(key, keeping: .path))"
        return SignedURL(
            url: "\(path)?\(query)&signature=\(Hex.encode(code.code(for: message)))", expiresAtUnixSeconds: expires)
    }

    /// What a URL opens.
    public struct Opened: Hashable, Sendable {
        public let key: String
        /// The object is to be saved, not shown.
        public let isDownload: Bool
    }

    /// Which object a request may have.
    ///
    /// - Parameters:
    ///   - path: as it came, not decoded.
    ///   - query: as it came, without the `?`; parameters of other names are ignored.
    public func verify(path: String, query: String, atUnixSeconds now: Int64) throws(Refusal) -> Opened {
        guard path.hasPrefix(Self.pathPrefix),
            let key = Percent.decode(String(path.dropFirst(Self.pathPrefix.count))),
            (try? ObjectKeyRules.check(key)) != nil,
            let time = Self.value("expires", in: query), let expires = Int64(time), String(expires) == time,
            let signature = Self.value("signature", in: query)
        else { throw .malformed }
        let isDownload = Self.value("download", in: query) == "1"
        let expected = Hex.encode(code.code(for: Self.message(key: key, expires: expires, isDownload: isDownload)))
        guard equalInConstantTime(Array(signature.utf8), Array(expected.utf8)) else { throw .badSignature }
        // After the signature: in an untrusted URL it says nothing.
        guard now < expires else { throw .expired(atUnixSeconds: expires) }
        return Opened(key: key, isDownload: isDownload)
    }

    /// A key holds no line end, so no two of these make the same message.
    private static func message(key: String, expires: Int64, isDownload: Bool) -> String {
        "\(expires)\n\(key)" + (isDownload ? "\ndownload" : "")
    }

    /// The value of a parameter that occurs once.
    private static func value(_ name: String, in query: String) -> Substring? {
        let values = query.split(separator: "&").compactMap { parameter -> Substring? in
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 && parts[0] == name ? parts[1] : nil
        }
        return values.count == 1 ? values[0] : nil
    }
}
