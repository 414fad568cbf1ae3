import Text

extension WaveformPicture {
    /// One path of rectangles, each as wide as a pixel, so that it is the same picture as the PNG at its own size and sharp at
    /// any other (SVG 1.1, 8.3). It holds no text and no script.
    var svg: [UInt8] {
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
            preserveAspectRatio="none">
            """
        if let background = colors.background {
            text += "<path fill=\"\(background.hex)\" d=\"M0 0h\(width)v\(height)h-\(width)z\"/>"
        }
        text += "<path fill=\"\(colors.wave.hex)\" shape-rendering=\"crispEdges\" d=\""
        for (column, rows) in columns.enumerated() {
            text += "M\(column) \(rows.lowerBound)h1v\(rows.count)h-1z"
        }
        text += "\"/></svg>\n"
        return Array(text.utf8)
    }
}

extension WaveformPicture.Color {
    fileprivate var hex: String { "#" + Hex.encode(bytes) }
}
