import CutterService
import GatewayService
import ResolverService
import Settings
import Wiring

/// The settings that `cutroom` takes from the environment: those of the three services that make sense without brokers,
/// databases and buckets.
struct EmbeddedSettings: ServiceSettings {
    static let prefixes = ["GATEWAY_", "RESOLVER_", "CUTTER_", "FFMPEG_", "CLIPS_FOLDER_"]

    var gateway: GatewaySettings.Own
    var resolver: ResolverSettings.Own
    var cutter: CutterSettings.Own
    var life: LifeSettings
    var clips: ClipsFolderSettings

    init(from read: inout SettingsReader) {
        // A folder of a person's own is served to that person, unless told.
        gateway = GatewaySettings.Own(from: &read, defaultAddress: "127.0.0.1", defaultOrigins: [])
        resolver = ResolverSettings.Own(from: &read)
        cutter = CutterSettings.Own(from: &read)
        life = LifeSettings(from: &read)
        clips = ClipsFolderSettings(from: &read)
    }
}
