import Threads

/// Reads objects that are files: whole, in part, and piece by piece, on threads that may block.
public struct FolderReading: Sendable {
    /// An open file and what the store says about it.
    public struct Found: Sendable {
        public let file: FolderFile
        public let info: ObjectInfo

        public init(file: FolderFile, info: ObjectInfo) {
            self.file = file
            self.info = info
        }
    }

    /// The most that one piece of a stream holds.
    static let pieceBytes = 256 * 1_024

    private let threads: BlockingPool

    public init(_ threads: BlockingPool) { self.threads = threads }

    /// Runs a body that blocks.
    public func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws(ObjectStoreFault) -> Value
    ) async throws(ObjectStoreFault) -> Value {
        let result: Result<Value, ObjectStoreFault>
        do throws(BlockingPool.Refusal) {
            result = try await threads.run {
                do throws(ObjectStoreFault) { return .success(try body()) } catch { return .failure(error) }
            }
        } catch {
            switch error {
            case .full, .noThread: throw .busy
            case .closed: throw .cancelled
            }
        }
        return try result.get()
    }

    /// `ObjectStore.get` for the file that `open` finds.
    public func get(
        range: Range<UInt64>?, ifMatch: ETag?, limitBytes: Int,
        open: @escaping @Sendable () throws(ObjectStoreFault) -> Found
    ) async throws(ObjectStoreFault) -> ObjectBytes {
        try await blocking { () throws(ObjectStoreFault) in
            let found = try open()
            let range = try Self.range(range, of: found.info, ifMatch: ifMatch)
            guard range.upperBound - range.lowerBound <= UInt64(clamping: limitBytes) else {
                throw .tooLarge(limitBytes: limitBytes)
            }
            return ObjectBytes(info: found.info, range: range, bytes: try found.file.read(range))
        }
    }

    /// `ObjectStore.read` for the file that `open` finds.
    public func stream(
        range: Range<UInt64>?, ifMatch: ETag?, bufferBytes: Int,
        open: @escaping @Sendable () throws(ObjectStoreFault) -> Found
    ) async throws(ObjectStoreFault) -> ObjectStream {
        let found = try await blocking(open)
        let range = try Self.range(range, of: found.info, ifMatch: ifMatch)
        let cursor = FolderCursor(range, pieceBytes: min(max(1, bufferBytes), Self.pieceBytes))
        return ObjectStream(
            info: found.info, range: range,
            body: ObjectBody { () async throws(ObjectStoreFault) in
                guard let piece = cursor.next() else { return nil }
                return try await blocking { () throws(ObjectStoreFault) in try found.file.read(piece) }
            })
    }

    private static func range(
        _ asked: Range<UInt64>?, of info: ObjectInfo, ifMatch: ETag?
    ) throws(ObjectStoreFault) -> Range<UInt64> {
        if let ifMatch, ifMatch != info.etag { throw .sourceChanged }
        guard let asked else { return 0..<info.sizeBytes }
        guard !asked.isEmpty, asked.lowerBound < info.sizeBytes else {
            throw .rangeNotSatisfiable(sizeBytes: info.sizeBytes)
        }
        return asked.clamped(to: 0..<info.sizeBytes)
    }
}
