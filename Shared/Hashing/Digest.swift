import COpenSSL

/// A hash function of OpenSSL's, looked up once: a look-up costs as much as hashing a short message.
///
/// `@unchecked Sendable`: the pointer never changes, and OpenSSL never writes to what it points to after the look-up.
struct Digest: @unchecked Sendable {
    let function: OpaquePointer
    let byteCount: Int

    static let sha256 = Digest(named: "SHA2-256")
    static let sha384 = Digest(named: "SHA2-384")
    static let md5 = Digest(named: "MD5")

    private init(named name: String) {
        guard let function = EVP_MD_fetch(nil, name, nil) else {
            // A build of OpenSSL without it: no request can change that, and nothing works without it.
            fatalError("this build of OpenSSL has no \(name)")
        }
        self.function = function
        byteCount = Int(EVP_MD_get_size(function))
    }

    /// The digest of `bytes` in one call.
    func of(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let state = DigestState(self)
        state.update(bytes)
        return state.finish()
    }
}

/// One `EVP_MD_CTX`, freed at the end.
///
/// `@unchecked Sendable`: not copyable, so only one owner at a time can reach the methods that change it; `copied()` only
/// reads.
struct DigestState: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer
    private let digest: Digest

    init(_ digest: Digest) {
        self.init(empty: digest)
        EVP_DigestInit_ex2(context, digest.function, nil)
    }

    private init(empty digest: Digest) {
        guard let context = EVP_MD_CTX_new() else { fatalError("out of memory") }
        self.context = context
        self.digest = digest
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The digest of all that was put in; the state is ready for `restart()` then, and for nothing else.
    func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: digest.byteCount) { buffer, count in
            EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            count = digest.byteCount
        }
    }

    func restart() { EVP_DigestInit_ex2(context, digest.function, nil) }

    /// A second state that has taken in the same bytes.
    func copied() -> DigestState {
        let copy = DigestState(empty: digest)
        EVP_MD_CTX_copy_ex(copy.context, context)
        return copy
    }
}
