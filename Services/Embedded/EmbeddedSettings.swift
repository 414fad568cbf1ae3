import CutterService
import GatewayService
import Health
import ResolverService
import Settings
import Traces
import Wiring

/// The settings that `cutroom` takes from the environment: those of the three services that make sense without brokers,
/// databases and buckets.
package struct EmbeddedSettings: ServiceSettings {
    package static let prefixes = [
        "GATEWAY_", "RESOLVER_", "CUTTER_", "FFMPEG_", "CLIPS_FOLDER_", "OPERATIONS_", "SEARCH_",
    ]

    package var gateway: GatewaySettings.Own
    package var resolver: ResolverSettings.Own
    package var cutter: CutterSettings.Own
    package var life: LifeSettings
    var clips: ClipsFolderSettings
    var search: SearchSettings
    /// Of all three services together.
    var operations: HealthSettings
    var tracing: TracingSettings

    package init(from read: inout SettingsReader) {
        // A folder of a person's own is served to that person, unless told. Nothing is refused because it could be late:
        // whoever asks for all of it at once has nobody else to ask, and the requests held are bounded all the same.
        gateway = GatewaySettings.Own(
            from: &read, defaultAddress: "127.0.0.1", defaultOrigins: [], defaultLimits: false, isAlone: true,
            defaultBusyFrom: 2_000,
            defaultUnmeasuredClips: 2_000)
        resolver = ResolverSettings.Own(from: &read)
        cutter = CutterSettings.Own(from: &read)
        life = LifeSettings(from: &read)
        clips = ClipsFolderSettings(from: &read)
        search = SearchSettings(from: &read)
        operations = HealthSettings(ofEmbeddedFrom: &read)
        tracing = TracingSettings(from: &read)
    }
}
