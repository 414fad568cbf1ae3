import EmbeddedService

Cutroom.main(Array(CommandLine.arguments.dropFirst()))
