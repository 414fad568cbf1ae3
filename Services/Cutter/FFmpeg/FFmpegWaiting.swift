import ChildProcesses
import Domain
import Synchronization

/// Processes of ffmpeg that were started ahead of need, and wait for a stream of MP3 frames on their input.
///
/// Starting a distribution's ffmpeg takes 65–90 ms of processor time, most of it for linking its 216 libraries: more than
/// all else about a lossless clip. Here that time passes before the request comes.
final class FFmpegWaiting: Sendable {
    private struct State {
        var ready: [Child] = []
        var starting = 0
        var closed = false
    }

    private let settings: FFmpegSettings
    private let path: String
    private let state = Mutex(State())

    init(settings: FFmpegSettings, path: String) {
        self.settings = settings
        self.path = path
    }

    /// Processes that wait now.
    var count: Int { state.withLock(\.ready.count) }

    /// The process ids of those.
    var processIDs: [Int32] { state.withLock { $0.ready.map(\.pid) } }

    /// Starts as many as the settings say, and returns when they run.
    func fill() async {
        while claim() { await startOne() }
    }

    /// Ends those that wait, and starts no more. Runs under way are not touched.
    func close() async {
        let ready = state.withLock { state in
            state.closed = true
            defer { state.ready = [] }
            return state.ready
        }
        for child in ready {
            child.kill()
            _ = try? await child.ended()
        }
    }

    /// Makes an MP3 file of `input`: in a process that waited, if there is one, else in a new one.
    ///
    /// The limit of the wall clock counts from now; one that waited keeps the other limits that it was started with,
    /// which are the same.
    func run(_ input: [UInt8], limits: ChildLimits) async -> Result<Ended, ChildFault> {
        if let child = take() {
            child.feed(input, wallClock: limits.wallClock)
            let ended = await Self.end(of: child)
            refill()
            // One that somebody killed while it waited never saw the input.
            guard case .success(let how) = ended, case .signalled = how.status else { return ended }
        }
        do throws(ChildFault) {
            let child = try await start(limits)
            child.feed(input)
            return await Self.end(of: child)
        } catch {
            return .failure(error)
        }
    }

    private static func end(of child: Child) async -> Result<Ended, ChildFault> {
        do throws(ChildFault) { return .success(try await child.ended()) } catch { return .failure(error) }
    }

    private func take() -> Child? { state.withLock { $0.ready.isEmpty ? nil : $0.ready.removeFirst() } }

    private func refill() {
        guard claim() else { return }
        Task { await startOne() }
    }

    /// Whether one more is to be started; the caller then does.
    private func claim() -> Bool {
        state.withLock { state in
            guard !state.closed, state.ready.count + state.starting < settings.waiting else { return false }
            state.starting += 1
            return true
        }
    }

    private func startOne() async {
        // A start that fails now is tried again with the next run, which then starts its own and says why it can't.
        let child = try? await start(settings.limits(until: nil))
        let unwanted = state.withLock { state in
            state.starting -= 1
            guard !state.closed, let child else { return child }
            state.ready.append(child)
            return nil
        }
        unwanted?.kill()
    }

    private func start(_ limits: ChildLimits) async throws(ChildFault) -> Child {
        try await Child.start(
            Command(path, FFmpegArguments.mux(.mp3)), input: .later,
            output: .memory(limitBytes: settings.clipBytes), errorTailBytes: FFmpeg.errorTailBytes, limits: limits)
    }
}
