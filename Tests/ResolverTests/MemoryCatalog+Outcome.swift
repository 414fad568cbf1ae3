import Domain
import Episodes
import Fakes
import Flow
import FoundationEssentials
import Kafka
import Logging
import Testing

@testable import ResolverService

extension MemoryCatalog {
    /// What comes of asking a resolver over this catalog for these clips in turn: topic and value of each record sent.
    func outcome(_ asked: [String]) async throws -> [(topic: String, value: Data)] {
        let sink = KeptRecords()
        let resolve = ResolveClip(
            catalog: self,
            cache: EpisodeCache(
                catalog: self,
                limits: .init(entries: 10, lifetime: .seconds(60), absenceLifetime: .seconds(60)), lookUps: 10),
            topics: Topics(), chunkDuration: .seconds(30))
        let step = Step<ClipRequested>(
            StepSettings(service: "resolver", version: "1"), codec: EventCodec(source: "/test"), producer: sink,
            deadLetters: "dead", onFailure: .tell(topic: "clip.failed"), log: .silent, work: resolve.handle)
        for id in asked {
            let event = ClipRequested(clipID: try ClipID(parsing: id), budget: .seconds(60))
            let record = Record(
                topic: "clip.requested", partition: 0, offset: 0, key: nil,
                value: Array(try JSONEncoder().encode(event)))
            #expect(await step.handle(record) == .settled)
        }
        return sink.sent.map { ($0.topic, Data($0.value ?? [])) }
    }
}
