import Glibc
import MP3Corpus

// Bends MP3s and takes each through layout and cut, in processes of their own with limits, so that a crash or a hang is
// known by its number. See scripts/fuzz.

let options: Options
do {
    options = try Options(Array(CommandLine.arguments.dropFirst()))
} catch {
    writeLine("mp3-fuzz: \(error)", to: 2)
    exit(2)
}
switch options.task {
case .trials(let numbers): FuzzWorker(options).trials(numbers)
case .decodings(let numbers): FuzzWorker(options).decodings(numbers)
case .all: exit(FuzzParent(options).run())
}
