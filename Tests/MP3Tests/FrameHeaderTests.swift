import Testing

@testable import MP3

/// Lengths worked out by hand from ISO/IEC 11172-3, 2.4.3.1: ⌊144 000 · kbit/s ÷ Hz⌋ and the padding byte, 72 000 below.
@Suite("A frame's header")
struct FrameHeaderTests {
    @Test(
        "says how long the frame is",
        arguments: [
            (0xFFFB_9064, 417, 1152, 128, 44_100, 2),  // MPEG-1, 128 kbit/s, joint stereo
            (0xFFFB_9264, 418, 1152, 128, 44_100, 2),  // the same with padding
            (0xFFFB_94C4, 384, 1152, 128, 48_000, 1),
            (0xFFFB_E800, 1440, 1152, 320, 32_000, 2),
            (0xFFF3_4044, 104, 576, 32, 22_050, 2),  // ⌊72 · 32000 / 22050⌋ = 104
            (0xFFE3_18C4, 72, 576, 8, 8_000, 1),  // MPEG-2.5
            (0xFFF3_14C4, 24, 576, 8, 24_000, 1),
        ] as [(UInt32, Int, Int, Int, Int, Int)])
    func length(word: UInt32, length: Int, samples: Int, kbps: Int, sampleRate: Int, channels: Int) throws {
        let header = try #require(FrameHeader(word: word))
        #expect(header.length == length)
        #expect(header.kbps == kbps)
        #expect(header.format.samplesPerFrame == samples)
        #expect(header.format.sampleRate == sampleRate)
        #expect(header.format.channels == channels)
        #expect(FrameFormat(key: header.format.key) == header.format)
    }

    @Test(
        "is none with a reserved or free field",
        arguments: [
            0xFFDB_9064, 0x7FFB_9064,  // sync
            0xFFEB_9064,  // version 1
            0xFFFD_9064, 0xFFFF_9064, 0xFFF9_9064,  // layers II, I, none
            0xFFFB_0064, 0xFFFB_F064,  // free format, bitrate 15
            0xFFFB_9C64,  // sampling frequency 3
        ] as [UInt32])
    func refused(word: UInt32) { #expect(FrameHeader(word: word) == nil) }

    @Test("has its side information behind the CRC, if there is one")
    func sideInformation() throws {
        let plain = try #require(FrameHeader(word: 0xFFFB_9064))
        let protected = try #require(FrameHeader(word: 0xFFFA_90C4))
        #expect(plain.mainDataOffset == 4 + 32 && !plain.isProtected)
        #expect(protected.mainDataOffset == 4 + 2 + 17 && protected.isProtected)
        #expect(protected.tagOffset == 4 + 17)
        // main_data_begin is the first nine bits of the side information: 1_0000_0001.
        var frame = [UInt8](repeating: 0, count: 417)
        frame[4] = 0x80
        frame[5] = 0x80
        #expect(SideInfo(of: plain, frame: frame[...])?.mainDataBegin == 257)
        #expect(SideInfo(of: plain, frame: frame[..<20]) == nil)
        // In MPEG-2 it is eight bits.
        let low = try #require(FrameHeader(word: 0xFFF3_40C4))
        #expect(SideInfo(of: low, frame: frame[...])?.mainDataBegin == 128)
    }

    @Test("made for a carrier keeps format and mode, and drops CRC and padding")
    func made() throws {
        let header = try #require(FrameHeader(word: 0xFFFA_93F4))
        let made = header.made(bitrateIndex: 5)
        #expect(made.word == 0xFFFB_50C4)
        #expect(made.format == header.format)
    }

    @Test("no frame is longer or shorter than its format allows")
    func extremes() {
        for key in 0...UInt32(0xFFFF) {
            guard let header = FrameHeader(word: 0xFFE0_0000 | key << 6) else { continue }
            let format = header.format
            #expect((format.shortestFrame...format.longestFrame).contains(header.length))
            #expect(format.longestFrame <= 1441 && header.mainDataOffset <= header.length)
            // Any reservoir fits into a carrier, and the tag into a frame.
            let carrier = Carrier.frame(like: header, holding: [UInt8](repeating: 7, count: format.farthestReach))
            #expect(carrier.suffix(format.farthestReach).allSatisfy { $0 == 7 })
            #expect(Carrier.shortest(like: header, room: header.tagOffset + 156).length >= header.tagOffset + 156)
        }
    }
}
