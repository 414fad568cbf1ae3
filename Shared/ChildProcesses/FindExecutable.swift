import Glibc

/// The file that a shell would run for `name`.
///
/// - Parameters:
///   - name: a bare name, or a path (with a `/`), which is taken as it is.
///   - searchPath: folders with `:` between them, as in `PATH`; relative ones are passed over.
/// - Returns: nil if no executable file is there.
public func findExecutable(_ name: String, searchPath: String) -> String? {
    if name.utf8.contains(UInt8(ascii: "/")) { return isExecutableFile(name) ? name : nil }
    for folder in searchPath.split(separator: ":") where folder.hasPrefix("/") {
        let path = "\(folder)/\(name)"
        if isExecutableFile(path) { return path }
    }
    return nil
}

private func isExecutableFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
}
