import CBuildCommit
import Glibc

/// Which Cutroom this is.
public enum BuildInfo {
    public static let version = cutroomVersion

    /// The commit that it was built from: `6c8956da6159`, with ` and changes` if the checkout had some. Where the build knew
    /// none, as of a tree without git, what `CUTROOM_COMMIT` says in the environment, or "unknown".
    public static let commit: String = {
        let built = String(decodingCString: cutroom_commit(), as: UTF8.self)
        guard built.isEmpty else { return built }
        guard let told = getenv("CUTROOM_COMMIT"), told.pointee != 0 else { return "unknown" }
        return String(cString: told)
    }()

    /// `0.1.0 (commit 6c8956da6159)`, for `--version`.
    public static var description: String { "\(version) (commit \(commit))" }
}
