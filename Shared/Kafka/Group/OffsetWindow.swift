/// The records of one partition that were taken and not all settled: says how far the group may commit.
struct OffsetWindow {
    private struct Slot {
        let offset: Int64
        var isSettled = false
    }

    private let limit: Int
    private var slots: [Slot] = []
    private var head = 0

    /// The next offset to be handled by whoever comes after: all below it that were taken are settled.
    ///
    /// nil until the first record is settled. Gaps between offsets (compaction, transactions) don't hold it up.
    private(set) var position: Int64?

    /// - Parameter limit: how many records may lie between the lowest unsettled and the newest taken; 1 or more.
    init(limit: Int) { self.limit = max(1, limit) }

    var hasRoom: Bool { slots.count - head < limit }
    var isEmpty: Bool { head == slots.count }
    var newest: Int64? { slots.last?.offset ?? position.map { $0 - 1 } }
    /// The first record that is not settled.
    var lowestUnsettled: Int64? { isEmpty ? nil : slots[head].offset }

    /// Offsets come in rising order; false, and nothing is taken, where this one doesn't.
    mutating func take(_ offset: Int64) -> Bool {
        if let newest, offset <= newest { return false }
        slots.append(Slot(offset: offset))
        return true
    }

    /// Returns whether `position` moved.
    mutating func settle(_ offset: Int64) -> Bool {
        guard let index = index(of: offset), !slots[index].isSettled else { return false }
        slots[index].isSettled = true
        guard index == head else { return false }
        while head < slots.count, slots[head].isSettled {
            position = slots[head].offset + 1
            head += 1
        }
        if head == slots.count || head >= limit {
            slots.removeFirst(head)
            head = 0
        }
        return true
    }

    private func index(of offset: Int64) -> Int? {
        var low = head
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low < slots.count && slots[low].offset == offset ? low : nil
    }
}
