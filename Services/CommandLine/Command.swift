import Glibc
import Settings

/// One of `cutroom`'s commands.
protocol Command {
    /// The word that chooses it.
    static var name: String { get }
    /// What stands behind the name.
    static var words: String { get }
    static var summary: String { get }
    static func run(_ words: [String]) -> Never
}

extension Command {
    /// Ends the process with 2 over words that are not understood.
    ///
    /// - Parameters:
    ///   - valued: options that take a value, by their names with dashes; short forms map to long ones.
    ///   - flags: options that stand alone.
    static func parse(
        _ words: some Sequence<String>, valued: [String], flags: [String], short: [String: String]
    ) -> CommandLineWords {
        do throws(CommandLineWords.Fault) {
            return try CommandLineWords(words, valued: valued, flags: flags, short: short)
        } catch {
            refuse(error.sentence)
        }
    }

    /// Says why the words were not understood, and ends the process with 2.
    static func refuse(_ sentence: String) -> Never {
        Console.complain("cutroom \(name): \(sentence); see cutroom \(name) --help")
        exit(2)
    }

    /// Settings from the environment; ends the process with 78 if they are wrong.
    static func settings<Own: ServiceSettings>() -> Own {
        reading { () throws(SettingsFault) in try Own(environment: Environment.current()) }
    }

    /// Ends the process with 78 if settings are wrong.
    static func reading<Value>(_ read: () throws(SettingsFault) -> Value) -> Value {
        do throws(SettingsFault) { return try read() } catch {
            Console.complain("cutroom \(name): \(error)")
            exit(78)
        }
    }
}
