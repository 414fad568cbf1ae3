import Lifecycle
import ResolverService

Lifecycle.serve(
    "resolver", "finds the episode of each request in MongoDB, and keeps the register of clips",
    settings: ResolverSettings.self,
    isReady: \.health.saysReady
) { settings, log, stopping in
    try await Resolver.onMongoDB(settings, version: BuildInfo.version, log: log) { await stopping.requested() }
}
