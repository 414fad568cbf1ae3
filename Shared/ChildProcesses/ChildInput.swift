/// What a child reads on its standard input.
public enum ChildInput: Sendable {
    /// Nothing: `/dev/null`.
    case none
    /// These bytes, through a pipe. A child that doesn't read them to their end is no fault.
    case bytes([UInt8])
    /// These bytes, as a sealed file in memory: the child may seek, and open `/dev/stdin` again.
    case memory([UInt8])
    /// An open descriptor of the caller's, who goes on owning it and may close it once the child has started.
    case descriptor(Int32)
    /// A pipe which `Child.feed` fills once: for children started ahead of need.
    case later
}

/// What becomes of a child's standard output.
public enum ChildOutput: Sendable, Equatable {
    case discard
    /// Kept, up to so many bytes; a child that writes more is killed.
    case capture(limitBytes: Int)
    /// The same, but a file in memory: the child may seek, and open `/dev/stdout` again, for reading too. There is no
    /// name by which anything could be left behind.
    case memory(limitBytes: Int)
}
