/// Something that whoever embeds the gateway needs to do its work, as `health` tells it.
public struct GatewayPart: Sendable {
    let name: StaticString
    /// In a few words: "writable", "full".
    let state: String
    let isWell: Bool

    public init(name: StaticString, state: String, isWell: Bool) {
        self.name = name
        self.state = state
        self.isWell = isWell
    }
}
