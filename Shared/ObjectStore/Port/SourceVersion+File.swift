import Domain
import Hashing
import Text

extension SourceVersion {
    /// That of a clip which is made of text: the first eight hex digits of its file's SHA-256.
    ///
    /// - Returns: never nil; only the type can't say so.
    public init?(of file: [UInt8]) { self.init(Hex.encode(SHA256.digest(file).prefix(4))) }
}
