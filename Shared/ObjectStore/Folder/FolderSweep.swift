import Glibc

/// How much a folder of objects may hold, and how long.
public struct FolderLimits: Hashable, Sendable {
    /// On disk, as the file system counts them.
    public let bytes: Int
    /// Since an object was stored, in seconds.
    public let lifetimeSeconds: Int64

    public init(bytes: Int, lifetimeSeconds: Int64) {
        self.bytes = max(0, bytes)
        self.lifetimeSeconds = lifetimeSeconds
    }
}

/// What a sweep of a folder came to.
public struct FolderSweep: Sendable {
    /// The keys of the objects that were removed.
    public let removed: [String]
    /// What is left, on disk.
    public let bytes: Int
    public let objects: Int
}

extension FolderObjectStore {
    /// Removes what was stored too long ago, as a bucket's lifecycle rule would, and then, until the rest is within the
    /// limit by a tenth, what has not been used for longest. What only others than the owner could read is made private.
    ///
    /// - Parameters:
    ///   - lastUse: of objects, in seconds since 1970, as far as it is known better than the folder knows it.
    ///   - now: seconds since 1970.
    public func sweep(
        within limits: FolderLimits, lastUse: [String: Int64], now: Int64
    ) async throws(ObjectStoreFault) -> FolderSweep {
        let tree = tree
        return try await reading.blocking { () throws(ObjectStoreFault) in
            var held = try tree.holdings()
            for (index, holding) in held.enumerated() {
                guard let use = lastUse[holding.key] else { continue }
                held[index].usedAtNs = max(holding.usedAtNs, FolderTree.nanoseconds(use, 0))
            }
            held.sort { $0.usedAtNs < $1.usedAtNs }
            var bytes = held.reduce(0) { $0 + $1.bytes }
            // A tenth below it, so that not every new object begins a sweep.
            let goal = bytes > limits.bytes ? limits.bytes / 10 * 9 : limits.bytes
            var removed: [String] = []
            for holding in held {
                let isOld = now - holding.storedAt >= limits.lifetimeSeconds
                guard isOld || bytes > goal else { continue }
                try tree.delete(at: holding.path)
                bytes -= holding.bytes
                removed.append(holding.key)
            }
            return FolderSweep(removed: removed, bytes: bytes, objects: held.count - removed.count)
        }
    }

    /// Notes that an object was used now, for the order in which a sweep removes them. Its version stays what it is.
    public func noteUse(of key: String) async throws(ObjectStoreFault) {
        let place = try path(of: key)
        try await reading.blocking { () throws(ObjectStoreFault) in
            // linux/stat.h: UTIME_NOW and UTIME_OMIT.
            let times = [timespec(tv_sec: 0, tv_nsec: (1 << 30) - 1), timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2)]
            guard utimensat(AT_FDCWD, place, times, 0) == 0 else { throw ObjectStoreFault(errno: errno) }
        }
    }

    /// Whether an object could be put now: writes a file and removes it, and looks how much room there is.
    ///
    /// - Parameter room: bytes that must be free for it.
    /// - Throws: why not; `.storage(ENOSPC)` where there is less room.
    public func checkWritable(room: UInt64) async throws(ObjectStoreFault) {
        let tree = tree
        try await reading.blocking { () throws(ObjectStoreFault) in
            do throws(ObjectStoreFault) {
                let file = try FolderTemporary(in: tree.incoming)
                _ = try file.write([0])
            } catch { throw tree.missing(error) }
            var status = statvfs()
            guard statvfs(tree.folder, &status) == 0 else { throw ObjectStoreFault(errno: errno) }
            let (free, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
            guard overflow || free >= room else { throw .storage(errno: ENOSPC) }
        }
    }
}

extension FolderTree {
    /// An object as a sweep sees it.
    struct Holding {
        let key: String
        let path: String
        /// Of it and its attributes, on disk.
        let bytes: Int
        /// Seconds since 1970.
        let storedAt: Int64
        /// Since 1970, as finely as the file system keeps it.
        var usedAtNs: Int64
    }

    /// All objects, in no order. Objects and folders that others than their owner may read are made private on the way.
    func holdings() throws(ObjectStoreFault) -> [Holding] {
        var holdings: [Holding] = []
        for (key, path) in try paths() {
            var status = stat()
            // One that was removed meanwhile isn't there.
            guard lstat(path, &status) == 0 else { continue }
            if status.st_mode & 0o077 != 0 { chmod(path, 0o600) }
            holdings.append(
                Holding(
                    key: key, path: path, bytes: Int(status.st_blocks) * 512 + Self.sidecarBytes,
                    storedAt: Int64(status.st_mtim.tv_sec),
                    usedAtNs: max(
                        Self.nanoseconds(Int64(status.st_atim.tv_sec), status.st_atim.tv_nsec),
                        Self.nanoseconds(Int64(status.st_mtim.tv_sec), status.st_mtim.tv_nsec))))
        }
        return holdings
    }

    /// - Returns: as large as `Int64` goes, which is in the year 2262.
    static func nanoseconds(_ seconds: Int64, _ rest: Int) -> Int64 {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : product &+ Int64(rest)
    }

    /// A file of some hundred bytes takes one block.
    private static let sidecarBytes = 4096
}
