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

    private let requested = #"{"clip_id":"g/0-1.mp3","budget_ms":120000}"#
    private let resolved = #"""
        {"clip_id":"g/chunk-3.mp3","budget_ms":119990,"episode_id":"507f1f77bcf86cd799439011","guid":"g",
        "feed_slug":"a-feed","title":"An episode","start_ms":1,"end_ms":30001}
        """#
    private let failed = #"{"clip_id":"g/0-1.mp3","reason":"no-audio","detail":"…","retryable":false}"#
    private let purged = #"{"episode_id":"507f1f77bcf86cd799439011"}"#

    private func decode<Event: ClipEvent>(_ type: Event.Type, _ json: String) throws -> Event {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }

    @Test("version 1 of every event is read, with fields it does not know")
    func examples() throws {
        let requested = try decode(
            ClipRequested.self, #"{"clip_id":"507F1F77bcf86cd799439011/0-30000.mp3","budget_ms":120000,"new":1}"#)
        #expect(try ClipID(parsing: "507f1f77bcf86cd799439011/0-30000.mp3") == requested.clipID)
        #expect(requested.budget == .seconds(120))
        let resolved = try decode(ClipResolved.self, self.resolved)
        #expect(resolved.window.durationMs == 30_000 && resolved.budget == .milliseconds(119_990))
        #expect(resolved.clipID.span == .chunk(3) && resolved.title == "An episode")
        #expect(resolved.episode.description == "507f1f77bcf86cd799439011")
        let ready = try decode(ClipReady.self, self.ready)
        #expect(ready.objectKey.sourceVersion.description == "1a2b3c4d" && ready.budget == nil)
        let failed = try decode(
            ClipFailed.self,
            #"{"clip_id":"g/0-1.mp3","reason":"start-past-end","detail":"…","retryable":false,"episode_duration_ms":5}"#
        )
        #expect(failed.fault().episodeDuration == .milliseconds(5) && failed.reason == .startPastEnd)
        let purged = try decode(EpisodePurged.self, #"{"episode_id":"507F1F77bcf86cd799439011","by":"later"}"#)
        #expect(purged.episode.description == "507f1f77bcf86cd799439011")
    }

    @Test("an event is about a clip or an episode, whose text is the record's key; clips alone are taken away")
    func subjects() throws {
        let ready = try decode(ClipReady.self, ready)
        #expect(ready.subject == .clip(ready.clipID) && ready.recordKey == "some-guid/30000-60000.mp3")
        let purged = try decode(EpisodePurged.self, #"{"episode_id":"507F1F77bcf86cd799439011"}"#)
        #expect(purged.subject.clip == nil && purged.recordKey == "507f1f77bcf86cd799439011")
        let kinds: [any ClipEvent.Type] = [
            ClipRequested.self, ClipResolved.self, ClipReady.self, ClipFailed.self, EpisodePurged.self,
        ]
        #expect(kinds.map { $0.takesTombstones } == [false, false, true, false, false])
    }

    @Test("every event writes the fields it was read from, as they were")
    func writes() throws {
        func check<Event: ClipEvent>(_ type: Event.Type, _ json: String) throws {
            let written = try JSONEncoder().encode(decode(type, json))
            let read = try JSONDecoder().decode([String: Scalar].self, from: written)
            #expect(try read == JSONDecoder().decode([String: Scalar].self, from: Data(json.utf8)), "\(type)")
        }
        try check(ClipRequested.self, #"{"clip_id":"https://a.b/?c=d/0-30000.mp3","budget_ms":-5}"#)
        try check(ClipResolved.self, resolved)
        try check(ClipResolved.self, resolved.replacing(#""title":"An episode","#, by: ""))
        try check(ClipReady.self, ready.replacing(#","added_later":{"ignored":[1]}"#, by: ""))
        try check(ClipFailed.self, #"{"clip_id":"g/0-1.wav","reason":"no-audio","detail":"…","retryable":false}"#)
        try check(EpisodePurged.self, #"{"episode_id":"507f1f77bcf86cd799439011"}"#)
    }

    /// The words are those that dead letters have carried since the events' first version.
    @Test("a bad id, key or number is a bad field under its own name", arguments: Refusal.all)
    func refusals(refusal: Refusal) {
        #expect(throws: EventFault.badField(name: refusal.field, problem: refusal.problem)) {
            switch refusal.event {
            case .requested: _ = try decode(ClipRequested.self, refusal.json(requested))
            case .resolved: _ = try decode(ClipResolved.self, refusal.json(resolved))
            case .ready: _ = try decode(ClipReady.self, refusal.json(ready))
            case .failed: _ = try decode(ClipFailed.self, refusal.json(failed))
            case .purged: _ = try decode(EpisodePurged.self, refusal.json(purged))
            }
        }
    }

    @Test("a guid or a slug that can't be part of a key is refused where the event is made, too")
    func made() throws {
        let honest = try decode(ClipResolved.self, resolved)
        func make(guid: String, feedSlug: String) throws(EventFault) -> ClipResolved {
            try ClipResolved(
                clipID: honest.clipID, budget: .milliseconds(119_990), episode: honest.episode, guid: guid,
                feedSlug: feedSlug, title: honest.title, window: honest.window)
        }
        #expect(try make(guid: "g", feedSlug: "a-feed") == honest)
        #expect(throws: EventFault.badField(name: "guid", problem: "can't be part of a key")) {
            try make(guid: "a/../b", feedSlug: "a-feed")
        }
        #expect(throws: EventFault.badField(name: "feed_slug", problem: "can't be part of a key")) {
            try make(guid: "g", feedSlug: "/etc")
        }
    }

    @Test("an event reads back what it wrote")
    func roundTrip() throws {
        let event = try decode(ClipReady.self, ready)
        #expect(try JSONDecoder().decode(ClipReady.self, from: JSONEncoder().encode(event)) == event)
        let failed = ClipFailed(
            clipID: try ClipID(parsing: "g/0-1.mp3"),
            fault: .startPastEnd(start: .seconds(9), episodeDuration: .seconds(5)))
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
}

/// A value of a JSON object.
private enum Scalar: Decodable, Equatable {
    case text(String)
    case number(Int64)
    case flag(Bool)

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else {
            self = .number(try value.decode(Int64.self))
        }
    }
}

/// One field of a recorded event, replaced by what no writer of ours puts there.
struct Refusal: Sendable, CustomTestStringConvertible {
    enum Event: Sendable { case requested, resolved, ready, failed, purged }
    let event: Event
    let from: String
    let to: String
    let field: String
    let problem: String

    var testDescription: String { "\(event): \(from) as \(to)" }

    func json(_ recorded: String) -> String { recorded.replacing(from, by: to) }

    private static let clipID = "clip_id must be {episode}/{start}-{end}.{format} or {episode}/chunk-{n}.{format}"
    private static let key = "can't be part of a key"

    static let all: [Refusal] = [
        .init(event: .requested, from: "g/0-1.mp3", to: "g/1-0.mp3", field: "clip_id", problem: clipID),
        .init(
            event: .requested, from: "g/0-1", to: "/0-1", field: "clip_id",
            problem: "episode_id must be 24 hex digits, or a guid of 1 to 512 bytes; it has 0 bytes"),
        .init(event: .requested, from: "120000", to: "3600001", field: "budget_ms", problem: "must be within an hour"),
        .init(event: .resolved, from: "chunk-3", to: "chunk-03", field: "clip_id", problem: clipID),
        .init(event: .resolved, from: "507f", to: "507", field: "episode_id", problem: "is not 24 hex digits"),
        .init(event: .resolved, from: #""guid":"g""#, to: #""guid":"..""#, field: "guid", problem: key),
        .init(event: .resolved, from: "a-feed", to: "a//feed", field: "feed_slug", problem: key),
        .init(event: .resolved, from: "119990", to: "-3600001", field: "budget_ms", problem: "must be within an hour"),
        .init(
            event: .resolved, from: "30001", to: "1", field: "end_ms",
            problem: "must be later than start_ms, and that 0 or more"),
        .init(event: .ready, from: "guid/30000-60000.mp3", to: "guid", field: "clip_id", problem: clipID),
        .init(event: .ready, from: "_v2-", to: "_v02-", field: "object_key", problem: "is not a key of ours"),
        .init(
            event: .ready, from: "60000_v2", to: "60001_v2", field: "object_key",
            problem: "does not belong to the clip id"),
        .init(
            event: .ready, from: #""start_ms":30000"#, to: #""start_ms":-1"#, field: "duration_ms",
            problem: "must be more than 0, and start_ms 0 or more"),
        .init(event: .ready, from: "480000", to: "0", field: "size_bytes", problem: "must be more than 0"),
        .init(
            event: .ready, from: "1792592000", to: "4294967296", field: "stored_at",
            problem: "must be seconds since 1970, before the year 2106"),
        .init(event: .failed, from: "g/0-1.mp3", to: "g/0-1.mp4", field: "clip_id", problem: clipID),
        .init(event: .failed, from: "no-audio", to: "bad-luck", field: "reason", problem: "is not a known slug"),
        .init(event: .purged, from: "507f", to: "a guid ", field: "episode_id", problem: "is not 24 hex digits"),
    ]
}

extension String {
    /// The text with every `honest` in it replaced; the text must hold it.
    fileprivate func replacing(_ honest: String, by other: String) -> String {
        let parts = split(separator: honest, omittingEmptySubsequences: false)
        #expect(parts.count > 1, "'\(honest)' is not in \(self)")
        return parts.joined(separator: other)
    }
}
