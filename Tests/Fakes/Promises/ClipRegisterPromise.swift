import Domain
import Episodes
import Testing

/// What every register of clips promises: repeating calls, or making them in another order, leaves the same list.
public enum ClipRegisterPromise: String, CaseIterable, Sendable {
    case repeatedCallsLeaveOneClip
    case theLaterClipCountsWhateverTheOrder
    case formatsStandBesideEachOther
    case windowsStandBesideEachOther
    case manyAtOnceLoseNothing
    case episodesAreForgottenAlone

    /// Reads back what the register holds of one window: by the port nobody can.
    public typealias Reading = @Sendable (ObjectID, ClipWindow) async throws -> Set<RegisteredClip>

    public func check(on register: some ClipRegister, reading: Reading) async throws {
        let window = try self.window(0)
        switch self {
        case .repeatedCallsLeaveOneClip:
            for _ in 0..<3 { try await register.record(clip(window, storedAt: 100)) }
            #expect(try await reading(Self.episode, window) == [clip(window, storedAt: 100)])
        case .theLaterClipCountsWhateverTheOrder:
            let (early, late) = (
                try clip(window, storedAt: 100, "aaaa0000"), try clip(window, storedAt: 200, "bbbb0000")
            )
            for order in [[early, late], [late, early], [late, early, late, early]] {
                try await register.removeAll(episode: Self.episode)
                for clip in order { try await register.record(clip) }
                #expect(try await reading(Self.episode, window) == [late])
            }
        case .formatsStandBesideEachOther:
            let clips = try ClipFormat.each.enumerated().map { number, format in
                try clip(window, format, storedAt: 100 + Int64(number), bytes: Int64(number) + 1)
            }
            for clip in clips.reversed() { try await register.record(clip) }
            #expect(try await reading(Self.episode, window) == Set(clips))
        case .windowsStandBesideEachOther:
            let other = try self.window(1)
            try await register.record(clip(window, storedAt: 100))
            try await register.record(clip(other, storedAt: 50))
            #expect(try await reading(Self.episode, window) == [clip(window, storedAt: 100)])
            #expect(try await reading(Self.episode, other) == [clip(other, storedAt: 50)])
        case .manyAtOnceLoseNothing:
            let clips = try ClipFormat.each.flatMap { format in
                try (1...4).map { (time: Int64) in try clip(window, format, storedAt: time * 10) }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for clip in clips.shuffled() { group.addTask { try await register.record(clip) } }
                try await group.waitForAll()
            }
            let latest = try ClipFormat.each.map { try clip(window, $0, storedAt: 40) }
            #expect(try await reading(Self.episode, window) == Set(latest))
        case .episodesAreForgottenAlone:
            let other = try #require(ObjectID(hex: "607f1f77bcf86cd799439011"))
            try await register.record(clip(window, storedAt: 1))
            try await register.record(clip(window, .opus, storedAt: 1))
            try await register.record(clip(window, storedAt: 2, of: other))
            try await register.removeAll(episode: Self.episode)
            #expect(try await reading(Self.episode, window) == [])
            #expect(try await reading(other, window) == [clip(window, storedAt: 2, of: other)])
            try await register.removeAll(episode: Self.episode)
            try await register.record(clip(window, storedAt: 3))
            #expect(try await reading(Self.episode, window) == [clip(window, storedAt: 3)])
        }
    }

    private static let episode = ObjectID(hex: "507f1f77bcf86cd799439011")!

    private func window(_ number: Int32) throws -> ClipWindow {
        try #require(ClipWindow(startMs: 30_000 * number, endMs: 30_000 * number + 30_000))
    }

    private func clip(
        _ window: ClipWindow, _ format: ClipFormat = .mp3, storedAt: Int64, bytes: Int64 = 480_000,
        _ source: String = "abcd1234", of episode: ObjectID = Self.episode
    ) throws -> RegisteredClip {
        let key = ObjectKey(
            episode: episode, window: window, cutVersion: .current, sourceVersion: try #require(SourceVersion(source)),
            format: format)
        return RegisteredClip(key: key, sizeBytes: bytes, storedAtUnixSeconds: storedAt)
    }
}
