import FoundationEssentials
import Testing

@testable import Domain

/// The recorded examples of each version: what was once written must stay readable.
@Suite("events")
struct EventsTests {
    private let ready = """
        {"clip_id":"some-guid/30000-60000.mp3","object_key":"audio_clips/507f1f77bcf86cd799439011/30000-60000_v2-1a2b3c4d.mp3",
        "start_ms":30000,"duration_ms":30000,"size_bytes":480000,"stored_at":1790000000,"object_expires_at":1792592000,
        "source_checked_at":1790000000,"exact":"sample","cut":true,"added_later":{"ignored":[1]}}
        """

    private func decode<Event: ClipEvent>(_ type: Event.Type, _ json: String) throws -> Event {
        let event = try JSONDecoder().decode(type, from: Data(json.utf8))
        try event.validate()
        return event
    }

    @Test("version 1 of every event is read, with fields it does not know")
    func examples() throws {
        let requested = try decode(
            ClipRequested.self, #"{"clip_id":"507f1f77bcf86cd799439011/0-30000.mp3","budget_ms":120000,"new":1}"#)
        #expect(requested.budgetMs == 120_000)
        let resolved = try decode(
            ClipResolved.self,
            #"""
            {"clip_id":"g/chunk-3.mp3","budget_ms":119990,"episode_id":"507f1f77bcf86cd799439011","guid":"g",
            "feed_slug":"a-feed","title":"An episode","start_ms":1,"end_ms":30001}
            """#)
        #expect(try resolved.window().durationMs == 30_000)
        #expect(try decode(ClipReady.self, ready).key().sourceVersion.description == "1a2b3c4d")
        let failed = try decode(
            ClipFailed.self,
            #"{"clip_id":"g/0-1.mp3","reason":"start-past-end","detail":"…","retryable":false,"episode_duration_ms":5}"#
        )
        #expect(failed.fault().episodeDuration == .milliseconds(5))
        let purged = try decode(EpisodePurged.self, #"{"episode_id":"507F1F77bcf86cd799439011","by":"later"}"#)
        #expect(try purged.episode().description == "507f1f77bcf86cd799439011")
        #expect(throws: EventFault.self) { try decode(EpisodePurged.self, #"{"episode_id":"a guid"}"#) }
    }

    @Test("an event reads back what it wrote")
    func roundTrip() throws {
        let event = try decode(ClipReady.self, ready)
        #expect(try JSONDecoder().decode(ClipReady.self, from: JSONEncoder().encode(event)) == event)
        let failed = ClipFailed(
            clipID: "g/0-1.mp3", fault: .startPastEnd(start: .seconds(9), episodeDuration: .seconds(5)))
        #expect(try JSONDecoder().decode(ClipFailed.self, from: JSONEncoder().encode(failed)) == failed)
    }

    @Test(
        "a forged clip.ready does not pass",
        arguments: [
            ("1a2b3c4d.mp3", "1a2b3c4d.wav"), ("30000-60000_v2", "30000-60001_v2"), ("audio_clips/", "secrets/"),
            ("\"duration_ms\":30000", "\"duration_ms\":0"), ("\"size_bytes\":480000", "\"size_bytes\":-1"),
            ("1790000000", "-5"), ("\"duration_ms\":30000", "\"duration_ms\":2147483647"),
        ])
    func forged(honest: String, forged: String) throws {
        let parts = ready.split(separator: honest, omittingEmptySubsequences: false)
        try #require(parts.count > 1)
        #expect(throws: EventFault.self) { try decode(ClipReady.self, parts.joined(separator: forged)) }
    }

    @Test("absurd budgets, windows and keys are faults, not traps")
    func absurd() {
        #expect(throws: EventFault.self) {
            try decode(ClipRequested.self, #"{"clip_id":"g/0-1.mp3","budget_ms":9223372036854775807}"#)
        }
        #expect(throws: EventFault.self) {
            try decode(
                ClipResolved.self,
                #"{"clip_id":"g/0-1.mp3","budget_ms":1,"episode_id":"507f1f77bcf86cd799439011","guid":"..","feed_slug":"f","start_ms":0,"end_ms":1}"#
            )
        }
        #expect(throws: EventFault.self) {
            try decode(
                ClipResolved.self,
                #"{"clip_id":"g/0-1.mp3","budget_ms":1,"episode_id":"507f1f77bcf86cd799439011","guid":"g","feed_slug":"f","start_ms":-2147483648,"end_ms":2147483647}"#
            )
        }
    }

    @Test("a record's age is believed up to the tolerance, and never below zero")
    func deadlines() {
        let now = ContinuousClock.now
        let skewed = Deadline(budgetMs: 60_000, age: .seconds(4000), tolerance: .seconds(5))
        #expect(now.duration(to: skewed.instant) > .seconds(54))
        let ahead = Deadline(budgetMs: 60_000, age: .seconds(-4000), tolerance: .seconds(5))
        #expect(ahead.left <= .seconds(60))
        #expect(Deadline(budgetMs: -1, age: nil, tolerance: .seconds(5)).hasPassed)
    }

    @Test("every reason has its own slug, and only a transient one a status that invites another try")
    func reasons() {
        #expect(Set(FailureReason.allCases.map(\.rawValue)).count == FailureReason.allCases.count)
        for reason in FailureReason.allCases {
            #expect((reason.fate == .transient) == [503, 504].contains(reason.status), "\(reason)")
        }
    }
}
