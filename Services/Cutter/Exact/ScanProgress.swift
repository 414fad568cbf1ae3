import Logging
import Synchronization

/// How far the search through one source has come, told in the log as long as it lasts.
final class ScanProgress: Sendable {
    private let totalBytes: Int
    private let done = Atomic(0)

    init(totalBytes: Int) { self.totalBytes = max(1, totalBytes) }

    func add(_ bytes: Int) { done.add(bytes, ordering: .relaxed) }

    /// 0 to 99: what has to be gone through twice does not count twice, and it is not done before it is done.
    var percent: Int { min(99, done.load(ordering: .relaxed) * 100 / totalBytes) }

    /// Says every so often how far it is, until the task is cancelled.
    func tell(_ log: Log, source: String, every pause: Duration) async {
        while true {
            do { try await Task.sleep(for: pause) } catch { return }
            log.info("Still looking through a source", ["source": .string(source), "percent": .int(percent)])
        }
    }
}
