import Glibc

/// The wall clock, in seconds since 1970: for stamps that leave the process, never for durations.
func unixSeconds() -> Int64 { Int64(time(nil)) }
