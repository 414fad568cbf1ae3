/// Bytes of an object, as they arrive.
public struct ObjectStream: Sendable {
    public let info: ObjectInfo
    /// Which of the object's bytes will come.
    public let range: Range<UInt64>
    public let body: ObjectBody

    public init(info: ObjectInfo, range: Range<UInt64>, body: ObjectBody) {
        self.info = info
        self.range = range
        self.body = body
    }
}

/// The pieces of a body in order, for one reader.
///
/// It ends only after every byte came; anything else throws. Let go of it early and its source is closed.
public struct ObjectBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = ObjectStoreFault

    private let nextPiece: @Sendable () async throws(ObjectStoreFault) -> [UInt8]?

    /// - Parameter nextPiece: called by one reader at a time; the next bytes, not empty, or nil after the last.
    public init(_ nextPiece: @escaping @Sendable () async throws(ObjectStoreFault) -> [UInt8]?) {
        self.nextPiece = nextPiece
    }

    public func makeAsyncIterator() -> Iterator { Iterator(nextPiece: nextPiece) }

    public struct Iterator: AsyncIteratorProtocol {
        let nextPiece: @Sendable () async throws(ObjectStoreFault) -> [UInt8]?

        public mutating func next() async throws(ObjectStoreFault) -> [UInt8]? { try await nextPiece() }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(ObjectStoreFault) -> [UInt8]? { try await nextPiece() }
    }
}
