import CommandLineService

Cutroom.main(Array(CommandLine.arguments.dropFirst()))
