import Glibc
import Threads

/// A folder that behaves like a bucket: objects are plain files, which a person may look at and play.
///
/// A put is seen whole or not at all, and survives a power cut once it returned. Several processes may use one folder.
public final class FolderObjectStore: ObjectStore {
    /// The folder's own path, without links.
    public let folder: String
    let reading: FolderReading
    private let threads: BlockingPool

    /// Makes the folder if it is missing, shuts it to other users of the machine, and removes what a crash left half-written
    /// in it.
    ///
    /// - Parameters:
    ///   - threads: how many calls may work at once.
    ///   - waiting: how many may wait for that; beyond it they fail with `.busy`.
    public static func open(
        _ folder: String, threads: Int = 4, waiting: Int = 1_000
    ) async throws(ObjectStoreFault) -> FolderObjectStore {
        let pool = BlockingPool(named: "folder", threads: threads, queueLimit: waiting)
        do throws(ObjectStoreFault) {
            let real = try await FolderReading(pool).blocking { () throws(ObjectStoreFault) in
                try FolderTree.make("\(folder)/\(incomingName)")
                for path in [folder, "\(folder)/\(incomingName)"] { try shut(path) }
                try FolderTemporary.removeStale(in: "\(folder)/\(incomingName)")
                guard let real = realPath(folder) else { throw .missingBucket }
                return real
            }
            return FolderObjectStore(folder: real, threads: pool)
        } catch {
            await pool.close()
            throw error
        }
    }

    private init(folder: String, threads: BlockingPool) {
        self.folder = folder
        self.threads = threads
        reading = FolderReading(threads)
    }

    /// Finishes the calls under way and refuses new ones.
    public func close() async { await threads.close() }

    /// Where the object lies, whether there is one or not.
    public func path(of key: String) throws(ObjectStoreFault) -> String {
        try ObjectKeyRules.check(key)
        guard let names = FolderPath.names(for: key) else { throw .invalidKey(reason: "no file name") }
        return folder + "/" + names.joined(separator: "/")
    }

    /// What was stored with the object; nil if there is none.
    public func attributes(of key: String) async throws(ObjectStoreFault) -> ObjectAttributes? {
        try await found(key)?.attributes
    }

    public func head(_ key: String) async throws(ObjectStoreFault) -> ObjectInfo? { try await found(key)?.info }

    public func get(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        let tree = tree
        let place = try path(of: key)
        return try await reading.get(range: range, ifMatch: ifMatch, limitBytes: limitBytes) {
            () throws(ObjectStoreFault) in try tree.find(key, at: place).found
        }
    }

    public func read(
        _ key: String, range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let tree = tree
        let place = try path(of: key)
        return try await reading.stream(range: range, ifMatch: ifMatch, bufferBytes: bufferBytes) {
            () throws(ObjectStoreFault) in try tree.find(key, at: place).found
        }
    }

    public func list(prefix: String, limit: Int) async throws(ObjectStoreFault) -> [ObjectInfo] {
        let tree = tree
        return try await reading.blocking { () throws(ObjectStoreFault) in try tree.list(prefix: prefix, limit: limit) }
    }

    public func put(
        _ key: String, _ bytes: [UInt8], attributes: ObjectAttributes, condition: PutCondition
    ) async throws(ObjectStoreFault) -> PutOutcome {
        let tree = tree
        let place = try path(of: key)
        let sidecar = try FolderSidecar.bytes(attributes)
        return try await reading.blocking { () throws(ObjectStoreFault) in
            try tree.put(bytes, sidecar: sidecar, at: place, condition: condition)
        }
    }

    public func delete(_ key: String) async throws(ObjectStoreFault) {
        let tree = tree
        let place = try path(of: key)
        try await reading.blocking { () throws(ObjectStoreFault) in try tree.delete(at: place) }
    }

    /// Whoever can't enter the folder can't read what is in it, whatever its mode.
    private static func shut(_ path: String) throws(ObjectStoreFault) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw ObjectStoreFault(errno: errno) }
        // Another user's folder, as a volume of a container may be, is that user's business.
        guard status.st_mode & 0o077 != 0, status.st_uid == geteuid() else { return }
        guard chmod(path, status.st_mode & 0o7700) == 0 else { throw ObjectStoreFault(errno: errno) }
    }

    static let incomingName = ".incoming"

    var tree: FolderTree { FolderTree(folder: folder, incoming: "\(folder)/\(Self.incomingName)") }

    private func found(_ key: String) async throws(ObjectStoreFault) -> FolderTree.Object? {
        let tree = tree
        let place = try path(of: key)
        return try await reading.blocking { () throws(ObjectStoreFault) in
            do throws(ObjectStoreFault) {
                return try tree.find(key, at: place)
            } catch {
                guard error == .missingObject else { throw error }
                return nil
            }
        }
    }
}
