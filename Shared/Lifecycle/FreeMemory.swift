import CPosix

/// What the process has freed and its allocator still holds.
public enum FreeMemory {
    /// Gives it back to the kernel: to be called after work that is done once, such as reading a whole topic, whose buffers
    /// lie on the heap between what stays. Takes some milliseconds, in which threads wait that allocate.
    ///
    /// Source: malloc_trim(3).
    public static func giveBack() { cposix_give_back_free_memory() }
}
