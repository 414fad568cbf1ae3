import CPosix

/// Large blocks of memory go back to the kernel as soon as they are freed.
enum LargeBlocks {
    /// glibc raises the size from which a block is a mapping of its own to that of the largest that was ever freed. From
    /// then on such blocks lie on the heap, between small ones that outlive them: after some hundreds of records of a
    /// megabyte a service held 20 MiB more for good. A fixed size, and a fixed rest at the heap's end, prevent that.
    ///
    /// Source: mallopt(3), M_MMAP_THRESHOLD and M_TRIM_THRESHOLD.
    static func giveBack() { cposix_give_back_blocks(256 << 10, 1 << 20) }
}
