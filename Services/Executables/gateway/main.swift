import GatewayService
import Lifecycle

Lifecycle.serve(
    "gateway", "answers requests for clips over HTTP, from its table or by asking for them over Kafka",
    settings: GatewaySettings.self, isReady: \.health.saysReady
) { settings, log, stopping in
    try await Gateway.onS3(settings, version: BuildInfo.version, log: log) { await stopping.requested() }
}
