import Glibc

enum Processors {
    /// How many this process may run on, at least one.
    static var online: Int { max(1, min(1024, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
