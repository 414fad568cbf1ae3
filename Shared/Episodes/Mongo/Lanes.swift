import Synchronization

/// Lets one caller at a time work on what has the same name, and callers with other names mostly at the same time.
///
/// For threads that may block.
final class Lanes: Sendable {
    private final class Lane: Sendable {
        let mutex = Mutex(())
    }

    private let lanes: [Lane]

    init(count: Int) { lanes = (0..<max(1, count)).map { _ in Lane() } }

    func alone<Value: Sendable, Fault: Error>(
        on name: some Hashable, _ work: () throws(Fault) -> Value
    ) throws(Fault) -> Value {
        let lane = lanes[Int(UInt(bitPattern: name.hashValue) % UInt(lanes.count))]
        let result: Result<Value, Fault> = lane.mutex.withLock { _ in
            do throws(Fault) { return .success(try work()) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
