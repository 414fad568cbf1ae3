import CutterService
import Lifecycle

Lifecycle.serve(
    "cutter", "cuts clips out of the source bucket's audio and stores them in the clips bucket",
    settings: CutterSettings.self, versionNotes: Cutter.versionNotes,
    isReady: \.health.saysReady
) { settings, log, stopping in
    try await Cutter.onS3(settings, version: BuildInfo.version, log: log) { await stopping.requested() }
}
