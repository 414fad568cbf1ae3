/// A cache that lets go of what was not used for longest, bounded in bytes and in entries.
///
/// Every operation but `removeAll` takes the same time however full it is. Entries lie in one array and name each other by
/// index, so an entry costs `overhead` bytes and no object of its own. Not for several threads at once: keep it in a `Mutex`.
public struct RecentlyUsed<Key: Hashable, Value> {
    /// What one entry takes besides what its key and value hold on the heap, in bytes.
    public static var overhead: Int { MemoryLayout<Entry>.stride + 2 * MemoryLayout<Place>.stride }

    public let limitBytes: Int
    public let limitCount: Int
    public private(set) var count = 0
    /// Of all entries, overhead included.
    public private(set) var bytes = 0

    private var entries: ContiguousArray<Entry> = []
    /// The first entry of each bucket; their number is a power of two, and at least that of the entries.
    private var buckets: ContiguousArray<Place>
    private var newest = Place.none
    private var oldest = Place.none
    private var firstFree = Place.none

    /// - Parameters:
    ///   - limitBytes: what the entries may take together, overhead included.
    ///   - limitCount: how many there may be; at most 4,294,967,294.
    public init(limitBytes: Int = .max, limitCount: Int = .max) {
        self.limitBytes = limitBytes
        self.limitCount = min(limitCount, Int(Place.none.number) - 1)
        buckets = ContiguousArray(repeating: .none, count: 16)
    }

    /// The value, which counts as used now.
    public mutating func get(_ key: Key) -> Value? {
        guard let index = find(key) else { return nil }
        if index != newest {
            unlink(index)
            linkAsNewest(index)
        }
        return entries[index].content?.value
    }

    /// The value, without counting as used.
    public func peek(_ key: Key) -> Value? {
        find(key).flatMap { entries[$0].content?.value }
    }

    /// Puts a value in as the newest, in place of the one that the key had.
    ///
    /// - Parameter heapBytes: what key and value hold outside of themselves (`heapBytes(of:)` for a string); counted up to 2 GiB.
    /// - Returns: what had to go for it, oldest first; the entry itself if it alone is over the limit.
    @discardableResult
    public mutating func insert(_ value: Value, for key: Key, heapBytes: Int = 0) -> [(key: Key, value: Value)] {
        let cost = min(max(0, heapBytes), Int(Int32.max)) + Self.overhead
        remove(key)
        guard cost <= limitBytes, limitCount > 0 else { return [(key, value)] }
        var evicted: [(key: Key, value: Value)] = []
        while bytes > limitBytes - cost || count >= limitCount {
            if let content = take(oldest) { evicted.append(content) }
        }
        if count == buckets.count { growBuckets() }
        let bucket = bucket(of: key)
        let entry = Entry(content: (key, value), cost: UInt32(cost), nextInBucket: buckets[bucket])
        let index = store(entry)
        buckets[bucket] = index
        linkAsNewest(index)
        count += 1
        bytes += Int(entries[index].cost)
        return evicted
    }

    /// - Returns: the value that the key had.
    @discardableResult
    public mutating func remove(_ key: Key) -> Value? {
        find(key).flatMap { take($0)?.value }
    }

    /// Takes out every entry that `shouldGo` says so of; it is asked about each once, oldest first.
    ///
    /// - Returns: how many went.
    @discardableResult
    public mutating func removeAll(where shouldGo: (Key, Value) throws -> Bool) rethrows -> Int {
        let before = count
        var index = oldest
        while index != .none {
            let next = entries[index].newer
            if let content = entries[index].content, try shouldGo(content.key, content.value) { _ = take(index) }
            index = next
        }
        return before - count
    }

    /// Lets go of everything, and of the memory too.
    public mutating func removeAll() {
        self = RecentlyUsed(limitBytes: limitBytes, limitCount: limitCount)
    }

    /// Visits every entry, oldest first.
    public func visit(_ body: (Key, Value) throws -> Void) rethrows {
        var index = oldest
        while index != .none {
            if let content = entries[index].content { try body(content.key, content.value) }
            index = entries[index].newer
        }
    }
}

extension RecentlyUsed: Sendable where Key: Sendable, Value: Sendable {}
extension RecentlyUsed.Entry: Sendable where Key: Sendable, Value: Sendable {}

// How entries are found and linked.
extension RecentlyUsed {
    fileprivate struct Entry {
        /// nil in a place that is free.
        var content: (key: Key, value: Value)?
        /// In bytes; an `Int` would make the entry 8 bytes larger.
        var cost: UInt32
        /// The next free place, in one that is free.
        var nextInBucket: Place
        var newer = Place.none
        var older = Place.none
    }

    private func bucket(of key: Key) -> Int { key.hashValue & (buckets.count - 1) }

    private func find(_ key: Key) -> Place? {
        var index = buckets[bucket(of: key)]
        while index != .none {
            if entries[index].content?.key == key { return index }
            index = entries[index].nextInBucket
        }
        return nil
    }

    private mutating func store(_ entry: Entry) -> Place {
        guard firstFree != .none else {
            entries.append(entry)
            return Place(number: UInt32(entries.count - 1))
        }
        let index = firstFree
        firstFree = entries[index].nextInBucket
        entries[index] = entry
        return index
    }

    private mutating func take(_ index: Place) -> (key: Key, value: Value)? {
        guard let content = entries[index].content else { return nil }
        let bucket = bucket(of: content.key)
        let next = entries[index].nextInBucket
        if buckets[bucket] == index {
            buckets[bucket] = next
        } else {
            var before = buckets[bucket]
            while entries[before].nextInBucket != index { before = entries[before].nextInBucket }
            entries[before].nextInBucket = next
        }
        unlink(index)
        count -= 1
        bytes -= Int(entries[index].cost)
        entries[index].content = nil
        entries[index].nextInBucket = firstFree
        firstFree = index
        return content
    }

    private mutating func unlink(_ index: Place) {
        let (newer, older) = (entries[index].newer, entries[index].older)
        if newer == .none { newest = older } else { entries[newer].older = older }
        if older == .none { oldest = newer } else { entries[older].newer = newer }
    }

    private mutating func linkAsNewest(_ index: Place) {
        entries[index].newer = .none
        entries[index].older = newest
        if newest == .none { oldest = index } else { entries[newest].newer = index }
        newest = index
    }

    private mutating func growBuckets() {
        buckets = ContiguousArray(repeating: .none, count: buckets.count * 2)
        var index = oldest
        while index != .none {
            if let key = entries[index].content?.key {
                let bucket = bucket(of: key)
                entries[index].nextInBucket = buckets[bucket]
                buckets[bucket] = index
            }
            index = entries[index].newer
        }
    }
}

/// A place in an array, in 4 bytes.
private struct Place: Equatable {
    let number: UInt32

    static let none = Place(number: .max)
}

extension ContiguousArray {
    fileprivate subscript(place: Place) -> Element {
        get { self[Int(place.number)] }
        _modify { yield &self[Int(place.number)] }
    }
}
