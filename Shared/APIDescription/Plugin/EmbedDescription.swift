import Foundation
import PackagePlugin

/// Has docs/openapi.yaml written into a Swift file, as JSON, whenever it has changed.
@main
struct EmbedDescription: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let page = context.package.directoryURL.appendingPathComponent("docs/openapi.yaml")
        let file = context.pluginWorkDirectoryURL.appendingPathComponent("openAPI.swift")
        return [
            .buildCommand(
                displayName: "Writing the description of the API into the program",
                executable: try context.tool(named: "embed-description").url, arguments: [page.path, file.path],
                inputFiles: [page], outputFiles: [file])
        ]
    }
}
