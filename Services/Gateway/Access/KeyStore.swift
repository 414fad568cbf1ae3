import Glibc
import Logging
import Settings
import Synchronization
import Threads

/// The keys that are valid now. Those of a file are read again when it changes.
///
/// What was read last stays valid as long as the file is missing, can't be read or has a mistake in it.
final class KeyStore: Sendable {
    typealias Defaults = (requests: Rate?, misses: Rate?)

    /// Whether clients can have keys at all.
    let hasKeys: Bool
    private let path: String?
    private let defaults: Defaults
    private let log: Log
    private let ring: Mutex<KeyRing>
    private let file = Mutex(File())

    private struct File {
        /// As it was when it was read; nil before that. The inner nil: it was not there.
        var read: FileVersion??
        /// As it was at the last look.
        var seen: FileVersion??
        var problem: String?
    }

    /// - Parameter path: of the file that the keys come from; nil if they never change.
    init(_ ring: KeyRing, path: String?, defaults: Defaults, log: Log) {
        hasKeys = !ring.keys.isEmpty
        self.path = path
        self.defaults = defaults
        self.log = log
        self.ring = Mutex(ring)
    }

    func key(for presented: String) -> APIKey? { ring.withLock { $0 }.key(for: presented) }

    /// The limits of the key with this name.
    func limits(of name: String) -> ClientLimits? { ring.withLock { $0 }.limits(of: name) }

    /// Why the file's keys are older than the file; nil if they are not.
    var problem: String? { file.withLock(\.problem) }

    /// For `health`.
    var parts: [GatewayPart] {
        guard hasKeys else { return [] }
        let problem = problem
        return [GatewayPart(name: "keys", state: problem.map { "outdated: \($0)" } ?? "valid", isWell: problem == nil)]
    }

    /// Looks at the file every second until the task is cancelled.
    func watch() async {
        guard path != nil else { return }
        let thread = BlockingPool(named: "keys", threads: 1, queueLimit: 1)
        let failures = RateBound(perMinute: 1)
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: .seconds(1))
                try await thread.run { self.look() }
            } catch is CancellationError {
                break
            } catch {
                log.error("The file of keys was not looked at", ["detail": .string("\(error)")], bound: failures)
            }
        }
        await thread.close()
    }

    /// Reads the file if it has changed and is the same as at the look before: nobody is writing it then. Blocks.
    func look() {
        guard let path else { return }
        let version = FileVersion(path)
        let isDue = file.withLock { file in
            defer { file.seen = .some(version) }
            return file.seen == .some(version) && file.read != .some(version)
        }
        guard isDue else { return }
        let text = Environment.readFile(path)
        // Written while it was read: the next looks will tell.
        guard FileVersion(path) == version else { return }
        file.withLock { $0.read = .some(version) }
        switch text {
        case .failure(let fault): note("it can't be read: \(fault.reason)")
        case .success(let text):
            do throws(KeyRing.Fault) { adopt(try KeyRing(parsing: text, defaults: defaults)) } catch {
                note(error.description)
            }
        }
    }

    private func adopt(_ new: KeyRing) {
        ring.withLock { $0 = new }
        file.withLock { $0.problem = nil }
        log.info("The file of keys was read", ["keys": .int(new.keys.count)])
    }

    private func note(_ problem: String) {
        file.withLock { $0.problem = problem }
        log.error(
            "The file of keys has changed and is not used; the keys read before stay valid",
            ["detail": .string(problem)])
    }
}

/// What tells one state of a file from another.
private struct FileVersion: Equatable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let seconds: Int64
    private let nanoseconds: Int64

    /// Nil if there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (device, inode, size) = (UInt64(status.st_dev), UInt64(status.st_ino), Int64(status.st_size))
        // The time of its last change of any kind, which no program sets back.
        (seconds, nanoseconds) = (Int64(status.st_ctim.tv_sec), Int64(status.st_ctim.tv_nsec))
    }
}
