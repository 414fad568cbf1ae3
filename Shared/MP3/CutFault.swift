/// Why bytes that were fetched for a clip did not become one.
public enum CutFault: Error, Hashable, Sendable {
    /// A frame does not stand where the layout says. The file was taken for constant bitrate and is not, or is not the one
    /// that the layout was made of: find the layout anew, by a scan.
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
