import COpenSSL

/// An RSA key that signs.
///
/// `@unchecked Sendable`: the key never changes once it was read, and OpenSSL lets any number of threads sign with it at once,
/// each with a context of its own (openssl-threads(7)).
public final class RSAPrivateKey: @unchecked Sendable {
    /// Why a text is no such key; continues its name: "is not an RSA key".
    public struct Malformed: Error, Equatable, Sendable {
        public let reason: String
    }

    private let key: OpaquePointer

    /// - Parameter pem: PKCS #1 or PKCS #8 in PEM, not encrypted.
    public init(pem: String) throws(Malformed) {
        var text = pem
        let found = text.withUTF8 { bytes -> OpaquePointer? in
            guard let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(bio) }
            // Without a function for it OpenSSL would ask at the terminal for the password of an encrypted one.
            return PEM_read_bio_PrivateKey(bio, nil, { _, _, _, _ in 0 }, nil)
        }
        ERR_clear_error()
        guard let found else { throw Malformed(reason: "is no private key in PEM without a password") }
        guard EVP_PKEY_get_base_id(found) == EVP_PKEY_RSA else {
            EVP_PKEY_free(found)
            throw Malformed(reason: "is not an RSA key")
        }
        key = found
    }

    deinit { EVP_PKEY_free(key) }

    /// The length of the modulus.
    public var bits: Int { Int(EVP_PKEY_get_bits(key)) }

    /// RSASSA-PKCS1-v1_5 over SHA-1 (RFC 8017, 8.2), for what accepts nothing better; half a millisecond with 2,048 bits.
    ///
    /// - Returns: nil where this machine's OpenSSL is told not to.
    public func sha1Signature(of message: String) -> [UInt8]? {
        guard let context = EVP_MD_CTX_new() else { fatalError("out of memory") }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard EVP_DigestSignInit_ex(context, nil, "SHA1", nil, nil, key, nil) == 1 else { return nil }
        var count = Int(EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: count)
        let isSigned = withUTF8(of: message) { bytes in
            EVP_DigestSign(
                context, &signature, &count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        }
        guard isSigned == 1 else { return nil }
        return Array(signature.prefix(count))
    }
}
