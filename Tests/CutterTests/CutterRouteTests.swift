import Fakes
import Flow
import Kafka
import Logging
import Settings
import Testing
import Wiring

@testable import CutterService

@Suite("the cutter's way of records")
struct CutterRouteTests {
    @Test("it asks for the topics and rights that operators are told to give it, and no other")
    func needs() async throws {
        var read = SettingsReader(environment: ["KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
        let (own, broker) = (CutterSettings.Own(from: &read), BrokerSettings(from: &read))
        let store = MemoryStore(now: 0)
        let tools = try await CutterTools.open(own, sources: store, clips: store, log: .silent)
        let service = try Flow.Service(.cutter, broker, clipLifetime: .seconds(86_400), version: "1", log: .silent)
        let cutter = Cutter(
            own, broker: broker, life: LifeSettings(clipLifetime: .seconds(86_400), urls: .standard), sources: store,
            clips: store, version: "1", log: .silent)
        let needs = cutter.route(service, tools).needs
        await tools.close()
        let told = try await OperatorRights.topics(of: "cutter")
        #expect(told.count > 5)
        #expect(Dictionary(uniqueKeysWithValues: needs.map { ($0.spec.name, $0.rights) }) == told)
    }
}
