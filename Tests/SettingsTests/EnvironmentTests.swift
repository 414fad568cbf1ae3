import Glibc
import Settings
import Testing

@Suite("The process's environment")
struct EnvironmentTests {
    @Test("it holds what the shell gave")
    func variables() {
        let variables = Environment.current()
        #expect(variables["PATH"] == String(cString: getenv("PATH")))
        #expect(variables.count > 1)
    }

    @Test("a file is read whole, and faults say what is wrong")
    func files() throws {
        var name = Array("/tmp/settings-XXXXXX".utf8CString)
        let file = mkstemp(&name)
        let path = String(decoding: name.dropLast().map(UInt8.init), as: UTF8.self)
        defer {
            close(file)
            unlink(path)
        }
        let text = String(repeating: "ä", count: 5000)
        #expect(write(file, text, text.utf8.count) == text.utf8.count)
        #expect(Environment.readFile(path) == .success(text))
        #expect(Environment.readFile(path + ".none") == .failure(SettingsFileFault("No such file or directory")))
        #expect(Environment.readFile("/tmp") == .failure(SettingsFileFault("Is a directory")))
        #expect(Environment.readFile("/dev/zero") == .failure(SettingsFileFault("larger than 65536 bytes")))
        #expect(write(file, [0xFF as UInt8], 1) == 1)
        #expect(Environment.readFile(path) == .failure(SettingsFileFault("not UTF-8")))
    }
}
