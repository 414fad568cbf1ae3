/// The table behind `--help`.
struct SettingsTable {
    struct Row {
        let name: String
        let fallback: String
        let accepted: String
        let meaning: String
    }

    let rows: [Row]

    var text: String {
        let head = Row(name: "SETTING", fallback: "DEFAULT", accepted: "VALUES", meaning: "MEANING")
        let all = [head] + rows
        let widths = [\Row.name, \Row.fallback, \Row.accepted].map { column in
            all.map { $0[keyPath: column].count }.max() ?? 0
        }
        let lines = all.map { row in
            let cells = zip([row.name, row.fallback, row.accepted], widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return "  " + (cells + [row.meaning]).joined(separator: "  ")
        }
        return lines.joined(separator: "\n") + "\n\n" + Self.rules
    }

    private static let rules = """
          Settings are variables of the environment. An empty one counts as absent.
          Each can come from a file: NAME_FILE=/path holds the value of NAME (its last line feed is dropped).
          A time is a whole number with its unit: 500ms, 30s, 5m, 24h, 30d. Without a unit it counts milliseconds where
          the name ends in _MS, and seconds elsewhere. Bytes are a whole number, plain or with KiB, MiB or GiB.

        """
}

extension SettingsTable.Row {
    init<Value>(_ setting: SettingsReader.Declaration<Value>) {
        name = setting.name
        if let value = setting.fallback {
            fallback = setting.show(value)
        } else {
            fallback = setting.isRequired ? "(required)" : ""
        }
        accepted = setting.accepted
        meaning = setting.meaning
    }
}
