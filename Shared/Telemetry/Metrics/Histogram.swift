/// How values spread over fixed buckets, for each combination of labels.
///
/// A bucket holds what is at most its bound (`le`), as Prometheus has it. Observing is a search among some twenty bounds and
/// two atomic additions.
public struct Histogram<Labels>: Sendable {
    @usableFromInline
    let cells: Cells
    @usableFromInline
    let strides: LabelStrides
    /// In the unit that is observed: nanoseconds, or bytes.
    @usableFromInline
    let bounds: ContiguousArray<UInt64>
    @usableFromInline
    let exemplars = Exemplars()

    init(_ strides: LabelStrides, _ buckets: Buckets, stripes: Int) {
        self.strides = strides
        bounds = ContiguousArray(buckets.bounds)
        // One for what is above all bounds, and one for the sum.
        cells = Cells(count: strides.count * (buckets.bounds.count + 2), stripes: stripes)
    }

    @inlinable
    func observe(_ value: UInt64, at index: Int, traceID: String? = nil) {
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket &+= 1 }
        let (first, stripe) = (index &* (bounds.count &+ 2), cells.stripe)
        cells.add(1, at: first &+ bucket, in: stripe)
        cells.add(value, at: first &+ bounds.count &+ 1, in: stripe)
        if let traceID { note(traceID, value, at: first &+ bucket) }
    }

    @usableFromInline
    func note(_ traceID: String, _ value: UInt64, at cell: Int) { exemplars.note(traceID, value, at: cell) }

    /// What was observed with one combination of labels: how many in each bucket, the last for what is above all bounds.
    func spread(at index: Int) -> (buckets: [UInt64], sum: UInt64) {
        let first = index * (bounds.count + 2)
        return ((0...bounds.count).map { cells.sum(at: first + $0) }, cells.sum(at: first + bounds.count + 1))
    }

    func exemplars(at index: Int) -> [Exemplar?] {
        let first = index * (bounds.count + 2)
        return (0...bounds.count).map { exemplars[first + $0] }
    }
}

/// Bounds of a histogram's buckets, growing.
public struct Buckets: Sendable {
    let bounds: [UInt64]

    public init(bytes: [UInt64]) { bounds = bytes }

    public init(_ times: [Duration]) { bounds = times.map(\.wholeNanoseconds) }

    /// From a hit to the longest wait.
    public static let answers = Buckets(
        [50, 100, 250, 500].map { .microseconds($0) }
            + [1, 2.5, 5, 10, 25, 50, 100, 250, 500].map { .milliseconds($0) }
            + [1, 2.5, 5, 10, 30, 60].map { .seconds($0) })

    /// From a call to a store nearby to the deadline of work.
    public static let work = Buckets(
        [1, 2.5, 5, 10, 25, 50, 100, 250, 500].map { .milliseconds($0) }
            + [1, 2.5, 5, 10, 30, 60, 120].map { .seconds($0) })
}

extension Histogram where Labels == Void {
    /// - Parameter traceID: of a trace that is kept, 32 hex digits; nil if there is none.
    @inlinable
    public func observe(_ stopwatch: Stopwatch, traceID: String? = nil) {
        observe(stopwatch.nanoseconds, at: 0, traceID: traceID)
    }

    /// - Parameter traceID: of a trace that is kept, 32 hex digits; nil if there is none.
    @inlinable
    public func observe(_ time: Duration, traceID: String? = nil) {
        observe(time.wholeNanoseconds, at: 0, traceID: traceID)
    }

    /// How many were observed.
    public var count: UInt64 { spread(at: 0).buckets.reduce(0, &+) }
}

extension Histogram where Labels: MetricLabel {
    /// - Parameter traceID: of a trace that is kept, 32 hex digits; nil if there is none.
    @inlinable
    public func observe(_ stopwatch: Stopwatch, _ label: Labels, traceID: String? = nil) {
        observe(stopwatch.nanoseconds, at: label.rawValue, traceID: traceID)
    }

    @inlinable
    public func observe(nanoseconds: UInt64, _ label: Labels, traceID: String? = nil) {
        observe(nanoseconds, at: label.rawValue, traceID: traceID)
    }

    @inlinable
    public func observe(_ time: Duration, _ label: Labels) { observe(time.wholeNanoseconds, at: label.rawValue) }

    /// Observes how long `body` takes, whether it succeeds or not.
    ///
    /// - Parameter traceID: of a trace that is kept, 32 hex digits; nil if there is none.
    public func time<Value: Sendable, Failure: Error>(
        _ label: Labels, traceID: String? = nil, isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let stopwatch = Stopwatch()
        defer { observe(stopwatch, label, traceID: traceID) }
        return try await body()
    }

    /// How many were observed.
    public func count(_ label: Labels) -> UInt64 { spread(at: label.rawValue).buckets.reduce(0, &+) }
}
