import Foundation
import PackagePlugin

/// Has `write-commit` run before each build.
///
/// Not in the manifest, though `Context.gitInformation` is there for it: SwiftPM caches what a manifest gave until its text or
/// the environment changes, and goes on naming an older commit.
@main
struct WriteCommit: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let script = context.package.directoryURL.appendingPathComponent("Shared/BuildCommit/write-commit")
        let folder = context.pluginWorkDirectoryURL
        let given = ProcessInfo.processInfo.environment.filter { name, _ in
            ["CUTROOM_COMMIT", "HOME", "PATH"].contains(name) || name.hasPrefix("GIT_CONFIG")
        }
        return [
            .prebuildCommand(
                displayName: "Writing which commit this is", executable: URL(fileURLWithPath: "/bin/sh"),
                arguments: [script.path, folder.path], environment: given, outputFilesDirectory: folder)
        ]
    }
}
