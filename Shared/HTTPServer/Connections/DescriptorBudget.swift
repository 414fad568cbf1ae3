import CPosix

/// How many of the process's descriptors a server's clients may take.
struct DescriptorBudget: Sendable {
    /// For connections and the files that are sent to them.
    let all: Int
    /// For connections alone.
    let connections: Int

    /// - Parameter limit: the process's, RLIMIT_NOFILE.
    init(_ settings: ServerSettings, limit: UInt64 = cposix_open_files_limit()) {
        let limit = Int(clamping: limit)
        // Where there are few, half are left to the rest of the process.
        all = max(4, limit - min(settings.spareDescriptors, limit / 2))
        connections = min(settings.maxConnections, all)
    }
}
