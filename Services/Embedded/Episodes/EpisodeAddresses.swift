import Domain
import Synchronization

/// Where clients find what a folder's episodes say of themselves.
final class EpisodeAddresses: Sendable {
    static let path = "/api/v1/episodes"
    private let base = Mutex("")

    /// - Parameter base: by which clients reach this server; known only when the port is open.
    func begin(at base: String) { self.base.withLock { $0 = base } }

    func picture(of episode: ObjectID) -> String {
        "\(base.withLock { $0 })\(Self.path)/\(episode)/picture"
    }
}
