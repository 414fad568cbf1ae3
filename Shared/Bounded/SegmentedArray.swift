/// An array that grows by pieces, so that a large one is never copied as a whole and holds no large reserve.
@usableFromInline
struct SegmentedArray<Element> {
    @usableFromInline
    static var bits: Int { 12 }

    @usableFromInline
    var segments: ContiguousArray<ContiguousArray<Element>> = []

    @usableFromInline
    var count = 0

    @inlinable
    init() {}

    @inlinable
    subscript(position: Int) -> Element {
        get { segments[position >> Self.bits][position & (1 << Self.bits - 1)] }
        _modify { yield &segments[position >> Self.bits][position & (1 << Self.bits - 1)] }
    }

    @inlinable
    mutating func append(_ element: Element) {
        if count >> Self.bits == segments.count {
            segments.append([])
            if segments.count > 1 { segments[segments.count - 1].reserveCapacity(1 << Self.bits) }
        }
        segments[segments.count - 1].append(element)
        count += 1
    }
}

extension SegmentedArray: Sendable where Element: Sendable {}
