import Settings

/// What `body` throws; nil if it returns.
func faultOf(_ body: () throws(SettingsFault) -> Void) -> SettingsFault? {
    do {
        try body()
        return nil
    } catch {
        return error
    }
}
