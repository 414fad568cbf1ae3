/// A cache that evicts the least recently used entry (LRU), bounded in bytes and in entries.
///
/// Every operation but `removeAll` takes the same time however full it is. Entries lie in one array and name each other by
/// index, so an entry costs `overhead` bytes and no object of its own. Not for several threads at once: keep it in a `Mutex`.
///
/// Inlinable, because unspecialised generics took 1.7 times as long per `get`, and every hit makes one.
public struct RecentlyUsed<Key: Hashable, Value> {
    /// What one entry takes besides what its key and value hold on the heap, in bytes.
    @inlinable
    public static var overhead: Int { MemoryLayout<Entry>.stride + 2 * MemoryLayout<Place>.stride }

    public let limitBytes: Int
    public let limitCount: Int
    @inlinable
    public var count: Int { usedCount }
    /// Of all entries, overhead included.
    @inlinable
    public var bytes: Int { usedBytes }

    @usableFromInline
    var usedCount = 0
    @usableFromInline
    var usedBytes = 0

    @usableFromInline
    var entries = SegmentedArray<Entry>()
    /// The first entry of each bucket; their number is a power of two, and at least that of the entries.
    @usableFromInline
    var buckets: ContiguousArray<Place>
    @usableFromInline
    var newest = Place.none
    @usableFromInline
    var oldest = Place.none
    @usableFromInline
    var firstFree = Place.none

    /// - Parameters:
    ///   - limitBytes: what the entries may take together, overhead included.
    ///   - limitCount: how many there may be; at most 4,294,967,294.
    @inlinable
    public init(limitBytes: Int = .max, limitCount: Int = .max) {
        self.limitBytes = limitBytes
        self.limitCount = min(limitCount, Int(Place.none.number) - 1)
        buckets = ContiguousArray(repeating: .none, count: 16)
    }

    /// The value, which counts as used now.
    @inlinable
    public mutating func get(_ key: Key) -> Value? {
        guard let index = find(key) else { return nil }
        if index != newest {
            unlink(index)
            linkAsNewest(index)
        }
        return entries[index].content?.value
    }

    /// The value, without counting as used.
    @inlinable
    public func peek(_ key: Key) -> Value? {
        find(key).flatMap { entries[$0].content?.value }
    }

    /// Puts a value in as the newest, in place of the one that the key had.
    ///
    /// - Parameter heapBytes: what key and value hold outside of themselves (`heapBytes(of:)` for a string); counted up to 2 GiB.
    /// - Returns: what had to go for it, oldest first; the entry itself if it alone is over the limit.
    @inlinable
    @discardableResult
    public mutating func insert(_ value: Value, for key: Key, heapBytes: Int = 0) -> [(key: Key, value: Value)] {
        let cost = min(max(0, heapBytes), Int(Int32.max)) + Self.overhead
        let hash = key.hashValue
        if let known = find(key, hash) { _ = take(known, hash) }
        guard cost <= limitBytes, limitCount > 0 else { return [(key, value)] }
        var evicted: [(key: Key, value: Value)] = []
        while bytes > limitBytes - cost || count >= limitCount {
            if let content = takeOldest() { evicted.append(content) }
        }
        if count == buckets.count { growBuckets() }
        let bucket = bucket(of: hash)
        let entry = Entry(content: (key, value), cost: UInt32(cost), nextInBucket: buckets[bucket])
        let index = store(entry)
        buckets[bucket] = index
        linkAsNewest(index)
        usedCount += 1
        usedBytes += Int(entries[index].cost)
        return evicted
    }

    /// - Returns: the value that the key had.
    @inlinable
    @discardableResult
    public mutating func remove(_ key: Key) -> Value? {
        guard usedCount > 0 else { return nil }
        let hash = key.hashValue
        return find(key, hash).flatMap { take($0, hash)?.value }
    }

    /// Takes out every entry that `shouldGo` says so of; it is asked about each once, oldest first.
    ///
    /// - Returns: how many went.
    @inlinable
    @discardableResult
    public mutating func removeAll(where shouldGo: (Key, Value) throws -> Bool) rethrows -> Int {
        let before = count
        var index = oldest
        while index != .none {
            let next = entries[index].newer
            if let content = entries[index].content, try shouldGo(content.key, content.value) {
                _ = take(index, content.key.hashValue)
            }
            index = next
        }
        return before - count
    }

    /// Removes everything, and frees the memory too.
    @inlinable
    public mutating func removeAll() {
        self = RecentlyUsed(limitBytes: limitBytes, limitCount: limitCount)
    }
}

extension RecentlyUsed: Sendable where Key: Sendable, Value: Sendable {}
