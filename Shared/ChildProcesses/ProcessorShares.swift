import CPosix
import Glibc

/// Which processor each of the children has that work on one only.
struct ProcessorShares {
    private var children: [Int] = []
    private var last = 0

    /// Gives a child the processor that fewest others have, in turns where several have as few.
    ///
    /// - Returns: which, to be given back; nil where the kernel refuses: then the child runs wherever there is room, which is
    ///   slower and not wrong.
    mutating func take(for pid: pid_t) -> Int? {
        let count = Int(max(1, cposix_processors()))
        // A container's processors may change under way.
        while children.count < count { children.append(0) }
        let inTurn = (1...count).map { (last + $0) % count }
        guard let least = inTurn.min(by: { children[$0] < children[$1] }),
            cposix_keep_on_processor(pid, Int32(least)) == 0
        else { return nil }
        children[least] += 1
        last = least
        return least
    }

    mutating func giveBack(_ processor: Int) { children[processor] -= 1 }
}
