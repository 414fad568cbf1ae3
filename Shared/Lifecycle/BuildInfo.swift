import Glibc

/// Which Cutroom this is.
public enum BuildInfo {
    public static let version = cutroomVersion

    /// The commit that it was built from, which the image says in `CUTROOM_COMMIT`; "unknown" elsewhere.
    public static let commit: String = {
        guard let commit = getenv("CUTROOM_COMMIT"), commit.pointee != 0 else { return "unknown" }
        return String(cString: commit)
    }()

    /// `0.1.0 (commit abc1234)`, for `--version`.
    public static var description: String { "\(version) (commit \(commit))" }
}
