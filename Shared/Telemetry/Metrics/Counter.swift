/// A number that only grows, or one for each combination of labels: `Counter<Void>`, `Counter<Outcome>`,
/// `Counter<(Route, Status)>`.
///
/// All combinations exist from the start, so adding is an index and an atomic addition: no lock, no allocation.
public struct Counter<Labels>: Sendable {
    @usableFromInline
    let cells: Cells
    /// How many values the labels after the first have.
    @usableFromInline
    let strides: LabelStrides

    init(_ strides: LabelStrides, stripes: Int) {
        self.strides = strides
        cells = Cells(count: strides.count, stripes: stripes)
    }

    @inlinable
    func add(_ amount: UInt64, at index: Int) { cells.add(amount, at: index, in: cells.stripe) }
}

/// Where a combination of labels lies among all of them.
@usableFromInline
struct LabelStrides: Sendable {
    @usableFromInline
    let count: Int
    @usableFromInline
    let second: Int
    @usableFromInline
    let third: Int

    init(_ counts: [Int]) {
        count = counts.reduce(1, *)
        second = counts.count > 1 ? counts[1] : 1
        third = counts.count > 2 ? counts[2] : 1
    }

    @inlinable
    func index(_ first: Int, _ second: Int = 0, _ third: Int = 0) -> Int {
        (first &* self.second &+ second) &* self.third &+ third
    }
}

extension Counter where Labels == Void {
    @inlinable
    public func add(_ amount: UInt64 = 1) { add(amount, at: 0) }

    /// For a counter in seconds.
    @inlinable
    public func add(_ time: Duration) { add(time.wholeNanoseconds, at: 0) }

    public var total: UInt64 { cells.sum(at: 0) }
}

extension Counter where Labels: MetricLabel {
    @inlinable
    public func add(_ label: Labels, by amount: UInt64 = 1) { add(amount, at: label.rawValue) }

    public func total(_ label: Labels) -> UInt64 { cells.sum(at: label.rawValue) }
}

extension Counter {
    @inlinable
    public func add<A: MetricLabel, B: MetricLabel>(_ first: A, _ second: B) where Labels == (A, B) {
        add(1, at: strides.index(first.rawValue, second.rawValue))
    }

    public func total<A: MetricLabel, B: MetricLabel>(_ first: A, _ second: B) -> UInt64 where Labels == (A, B) {
        cells.sum(at: strides.index(first.rawValue, second.rawValue))
    }

    @inlinable
    public func add<A: MetricLabel, B: MetricLabel, C: MetricLabel>(
        _ first: A, _ second: B, _ third: C
    ) where Labels == (A, B, C) {
        add(1, at: strides.index(first.rawValue, second.rawValue, third.rawValue))
    }

    public func total<A: MetricLabel, B: MetricLabel, C: MetricLabel>(
        _ first: A, _ second: B, _ third: C
    ) -> UInt64 where Labels == (A, B, C) {
        cells.sum(at: strides.index(first.rawValue, second.rawValue, third.rawValue))
    }
}
