import GatewayService
import Glibc
import Settings
import Text

enum SignCommand: Command {
    static let name = "sign"
    static let words = "URL"
    static let summary = "sign a request to the gateway, for pages that hold no key"
    static let help = """
        cutroom sign URL [options]

        Adds an end and a signature to the URL of a request to the gateway, such as that of a clip. Whoever has the signed URL
        may have this one request answered until then, as if with an API key. URL is absolute, or from its path on; every
        parameter is signed.

          --for TIME    how long it is good: 90m, 24h; default 24h, at most 8784h (366 days)

        The secret is GATEWAY_URL_SECRET (or in the file that GATEWAY_URL_SECRET_FILE names), as the gateway has it. At a
        terminal the answer is text, on a pipe a line of JSON.
        """

    static func run(_ words: [String]) -> Never {
        let parsed = parse(words, valued: ["--for"], flags: ["--help"], short: ["-h": "--help"])
        if parsed.has("--help") {
            print(help)
            exit(0)
        }
        guard parsed.rest.count == 1, let url = parsed.rest.first else { refuse("one URL is expected") }
        guard let life = SpokenTime.parse(parsed["--for"] ?? "24h"), life >= .seconds(1), life <= .seconds(366 * 86_400)
        else { refuse("--for must be a time such as 90m or 24h, 1 second to 366 days") }
        guard url.hasPrefix("/") || url.hasPrefix("http://") || url.hasPrefix("https://"), !url.contains("#") else {
            refuse("URL must begin with http://, https:// or /, and have no fragment")
        }
        let settings: SignSettings = settings()
        let end = WallTime.now().seconds + life.components.seconds
        let signed: String
        do throws(URLSignatures.Fault) {
            signed = try URLSignatures(secrets: [settings.secret]).sign(url, until: end)
        } catch {
            switch error {
            case .malformed: refuse("URL is not percent-encoded UTF-8")
            case .signedAlready: refuse("URL has the parameter expires or signature already")
            }
        }
        let until = WallTime(milliseconds: Int(end) * 1000).secondsText
        Console().tell(signed, [("url", .text(signed)), ("expires_at", .text(until))])
        exit(0)
    }
}

/// What signing needs of the gateway's settings.
private struct SignSettings: ServiceSettings {
    static let prefixes: [String] = []

    let secret: Secret

    init(from read: inout SettingsReader) {
        secret = read.secret(
            "GATEWAY_URL_SECRET", "signs URLs of requests; \(URLSignatures.shortestSecret) bytes or more")
        if secret.reveal().utf8.count < URLSignatures.shortestSecret {
            read.mistake("GATEWAY_URL_SECRET: must be \(URLSignatures.shortestSecret) bytes or more")
        }
    }
}
