import Domain

/// A picture of a clip's waveform, all channels mixed: in each column of pixels the stretch from the least to the greatest
/// of its share of the samples. The first column begins with the clip's first sample, and the last one ends with its last.
struct WaveformPicture: Equatable {
    /// Pixels.
    let width: Int
    let height: Int
    let colors: Colors
    /// For each column the rows that are drawn, counted from the top: from the greatest to the least sample.
    let columns: [ClosedRange<Int>]

    /// Red, green and blue.
    struct Color: Equatable {
        let red, green, blue: UInt8

        var bytes: [UInt8] { [red, green, blue] }
    }

    struct Colors: Equatable {
        let wave: Color
        /// Nil: what lies below shines through.
        let background: Color?

        init(_ name: PictureVariant.Colors) {
            switch name {
            case .light:
                wave = Color(red: 0x3F, green: 0x4D, blue: 0x9B)
                background = Color(red: 0xFF, green: 0xFF, blue: 0xFF)
            case .dark:
                wave = Color(red: 0x86, green: 0xFC, blue: 0xC7)
                background = Color(red: 0x12, green: 0x16, blue: 0x1C)
            case .clear:
                wave = Color(red: 0x80, green: 0x86, blue: 0x90)
                background = nil
            }
        }
    }

    init(_ sound: PlainSound, _ variant: PictureVariant) {
        let (width, height) = (variant.size.width, variant.size.height)
        self.width = width
        self.height = height
        colors = Colors(variant.colors)
        columns = sound.reading { reader in
            (0..<width).map { column in
                let start = column * sound.count / width
                // A clip of fewer samples than there are columns has some in several.
                let end = max(start + 1, (column + 1) * sound.count / width)
                let (least, greatest) = reader.extremes(start..<end) { reader.mixed($0) }
                return Self.row(of: greatest, height)...Self.row(of: least, height)
            }
        }
    }

    /// Full scale is the picture's height: `GdImageRenderer::drawWaveform` of audiowaveform.
    private static func row(of sample: Int, _ height: Int) -> Int { height - 1 - (sample + 32_768) * height / 65_536 }
}
