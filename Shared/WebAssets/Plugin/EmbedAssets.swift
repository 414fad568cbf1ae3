import Foundation
import PackagePlugin

/// Has the files that pages load written into a Swift file whenever one has changed.
@main
struct EmbedAssets: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let folder = context.package.directoryURL.appendingPathComponent("Shared/WebAssets/Files")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { ["css", "html", "js", "svg"].contains($0.pathExtension) }
            .sorted { $0.path < $1.path }
        let file = context.pluginWorkDirectoryURL.appendingPathComponent("embeddedAssets.swift")
        return [
            .buildCommand(
                displayName: "Writing the files that pages load into the program",
                executable: try context.tool(named: "embed-assets").url, arguments: [file.path] + files.map(\.path),
                inputFiles: files, outputFiles: [file])
        ]
    }
}
