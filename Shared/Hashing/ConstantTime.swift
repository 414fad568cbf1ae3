import COpenSSL

/// Whether both hold the same bytes; the time taken depends on their length alone, so that a secret can't be guessed
/// byte by byte from how long a refusal takes.
public func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
}
