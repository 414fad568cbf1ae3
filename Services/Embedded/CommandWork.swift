import CutterService
import Glibc
import Lifecycle
import Settings

/// What failed has been said already.
struct CommandFailed: Error, CustomStringConvertible {
    let description: String
}

/// Runs a command's work, and cancels it when the first signal comes.
func interruptible<Value: Sendable>(
    by stopping: StopSignal, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let work = Task { try await body() }
    let interrupt = Task {
        await stopping.requested()
        if stopping.isRequested { work.cancel() }
    }
    defer { interrupt.cancel() }
    return try await work.value
}

extension EmbeddedSettings {
    /// The cutter's settings alone, for commands that serve nobody; ends the process with 78 if they are wrong.
    static func ofCutter() -> CutterSettings.Own {
        do throws(SettingsFault) { return try EmbeddedSettings(environment: Environment.current()).cutter } catch {
            Console.complain("cutroom does not start: \(error)")
            exit(78)
        }
    }
}
