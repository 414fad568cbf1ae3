// How entries are found and linked.
extension RecentlyUsed {
    @usableFromInline
    struct Entry {
        /// nil in a place that is free.
        @usableFromInline
        var content: (key: Key, value: Value)?
        /// In bytes; an `Int` would make the entry 8 bytes larger.
        @usableFromInline
        var cost: UInt32
        /// The next free place, in one that is free.
        @usableFromInline
        var nextInBucket: Place
        @usableFromInline
        var newer = Place.none
        @usableFromInline
        var older = Place.none

        @inlinable
        init(content: (key: Key, value: Value), cost: UInt32, nextInBucket: Place) {
            self.content = content
            self.cost = cost
            self.nextInBucket = nextInBucket
        }
    }

    @inlinable
    func bucket(of hash: Int) -> Int { hash & (buckets.count - 1) }

    @inlinable
    func find(_ key: Key) -> Place? { usedCount > 0 ? find(key, key.hashValue) : nil }

    /// Hashing takes longer than all the rest, so whoever needs it twice passes it on.
    ///
    /// - Parameter hash: the key's.
    @inlinable
    func find(_ key: Key, _ hash: Int) -> Place? {
        var index = buckets[bucket(of: hash)]
        while index != .none {
            if entries[index].content?.key == key { return index }
            index = entries[index].nextInBucket
        }
        return nil
    }

    @inlinable
    mutating func store(_ entry: Entry) -> Place {
        guard firstFree != .none else {
            entries.append(entry)
            return Place(number: UInt32(entries.count - 1))
        }
        let index = firstFree
        firstFree = entries[index].nextInBucket
        entries[index] = entry
        return index
    }

    @inlinable
    mutating func takeOldest() -> (key: Key, value: Value)? {
        guard oldest != .none, let hash = entries[oldest].content?.key.hashValue else { return nil }
        return take(oldest, hash)
    }

    /// - Parameter hash: of its key.
    @inlinable
    mutating func take(_ index: Place, _ hash: Int) -> (key: Key, value: Value)? {
        guard let content = entries[index].content else { return nil }
        let bucket = bucket(of: hash)
        let next = entries[index].nextInBucket
        if buckets[bucket] == index {
            buckets[bucket] = next
        } else {
            var before = buckets[bucket]
            while entries[before].nextInBucket != index { before = entries[before].nextInBucket }
            entries[before].nextInBucket = next
        }
        unlink(index)
        usedCount -= 1
        usedBytes -= Int(entries[index].cost)
        entries[index].content = nil
        entries[index].nextInBucket = firstFree
        firstFree = index
        return content
    }

    @inlinable
    mutating func unlink(_ index: Place) {
        let (newer, older) = (entries[index].newer, entries[index].older)
        if newer == .none { newest = older } else { entries[newer].older = older }
        if older == .none { oldest = newer } else { entries[older].newer = newer }
    }

    @inlinable
    mutating func linkAsNewest(_ index: Place) {
        entries[index].newer = .none
        entries[index].older = newest
        if newest == .none { oldest = index } else { entries[newest].newer = index }
        newest = index
    }

    @inlinable
    mutating func growBuckets() {
        buckets = ContiguousArray(repeating: .none, count: buckets.count * 2)
        var index = oldest
        while index != .none {
            if let key = entries[index].content?.key {
                let bucket = bucket(of: key.hashValue)
                entries[index].nextInBucket = buckets[bucket]
                buckets[bucket] = index
            }
            index = entries[index].newer
        }
    }
}

/// A place in an array, in 4 bytes.
@usableFromInline
struct Place: Equatable, Sendable {
    @usableFromInline
    let number: UInt32

    @inlinable
    init(number: UInt32) { self.number = number }

    @inlinable
    static var none: Place { Place(number: .max) }
}

extension SegmentedArray {
    @inlinable
    subscript(place: Place) -> Element {
        get { self[Int(place.number)] }
        _modify { yield &self[Int(place.number)] }
    }
}

extension RecentlyUsed.Entry: Sendable where Key: Sendable, Value: Sendable {}
