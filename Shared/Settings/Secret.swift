/// A value that never prints itself, neither in text nor in a debugger's dump.
public struct Secret: Equatable, Sendable {
    private let value: String

    public init(_ value: String) { self.value = value }

    /// The value itself: ask for it where it is used, and keep it nowhere.
    public func reveal() -> String { value }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "‹secret›" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
