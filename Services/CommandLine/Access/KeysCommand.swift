import GatewayService
import Glibc

enum KeysCommand: Command {
    static let name = "keys"
    static let words = "new NAME"
    static let summary = "make an API key for the gateway"
    static let help = """
        cutroom keys new NAME [options]

        Makes an API key, and prints it together with the line for GATEWAY_KEYS_FILE (or GATEWAY_KEYS), which holds the key's
        hash only. The key is shown this once and kept nowhere. NAME is for limits, logs and metrics: 1 to 64 letters,
        digits, dots, dashes and underscores. Several keys may have one name; they share its limits.

          --misses RATE     clips that may be made for the key, such as 500/h, or none; default GATEWAY_LIMIT_KEY_MISSES
          --requests RATE   requests of any kind, such as 100/s, or none; default GATEWAY_LIMIT_KEY_REQUESTS

        At a terminal the answer is text, on a pipe a line of JSON.
        """

    static func run(_ words: [String]) -> Never {
        let parsed = parse(
            words, valued: ["--misses", "--requests"], flags: ["--help"], short: ["-h": "--help"])
        if parsed.has("--help") {
            print(help)
            exit(0)
        }
        guard parsed.rest.count == 2, parsed.rest[0] == "new" else { refuse("expected new NAME") }
        let key: NewKey
        do throws(NewKey.Fault) {
            key = try NewKey(named: parsed.rest[1], misses: parsed["--misses"], requests: parsed["--requests"])
        } catch { refuse(error.sentence) }
        Console().tell(
            """
            The key of \(key.name), which is shown this once:

              \(key.key)

            The line for GATEWAY_KEYS_FILE:

              \(key.line)
            """, [("name", .text(key.name)), ("key", .text(key.key)), ("line", .text(key.line))])
        exit(0)
    }
}
