/// Why bytes that were fetched for a clip did not become one.
public enum CutFault: Error, Hashable, Sendable {
    /// A frame does not stand where the index says: the file is not the one that the index was made of. Find it anew.
    case layoutDisproved
    /// The bytes are not those of the plan's range.
    case wrongBytes(expected: Int, got: Int)
    /// The first frame reaches farther back than was fetched: fetch `plan.widened()`.
    case reachesFartherBack

    public var slug: String {
        switch self {
        case .layoutDisproved: "layout-disproved"
        case .wrongBytes: "wrong-bytes"
        case .reachesFartherBack: "reaches-farther-back"
        }
    }
}
