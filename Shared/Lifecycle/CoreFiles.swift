import CPosix
import Glibc
import Logging

/// Core files hold all that a process had in memory, its secrets too.
enum CoreFiles {
    /// From here on a crash leaves none, of this process or of a child, whatever limit it was started with.
    ///
    /// The limit is one byte: less than any core, and also what keeps the kernel from handing one to a program, such as
    /// systemd-coredump, which a limit of 0 does not. Source: core(5), and Linux's fs/coredump.c, `do_coredump`, where 1 is "a
    /// special value" for that.
    static func forbid(log: Log) {
        guard cposix_forbid_core_files() != 0 else { return }
        log.warning("Core files can't be forbidden", ["error": .string(String(cString: strerror(errno)))])
    }
}
