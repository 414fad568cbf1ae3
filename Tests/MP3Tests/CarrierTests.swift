import MP3Corpus
import Testing

@testable import MP3

@Suite("Frames made for a clip")
struct CarrierTests {
    /// A header of each format, bitrate and kind of protection that there is.
    private static let headers: [FrameHeader] = {
        var found: [FrameHeader] = []
        for version: UInt32 in [0x0018_0000, 0x0010_0000, 0] {
            for rate: UInt32 in 0..<3 {
                for bitrate: UInt32 in 1...14 {
                    for others: UInt32 in [0, 0xC0, 0x0001_0000, 0x0001_00C0] {
                        let word: UInt32 = 0xFFE2_0000 | version | bitrate << 12 | rate << 10 | others
                        if let header = FrameHeader(word: word) { found.append(header) }
                    }
                }
            }
        }
        return found
    }()

    /// Sizes worked out here: the carrier has no CRC, so its main data begins behind the header's four bytes and the side
    /// information (ISO/IEC 11172-3, 2.4.1.7; 13818-3, 2.4.1.7).
    @Test("a carrier is as long as the frame it is like where its bytes fit behind the side information, to the byte")
    func edge() throws {
        #expect(Self.headers.count == 3 * 3 * 14 * 2 * 2)
        for model in Self.headers {
            let isMono = model.word & 0xC0 == 0xC0
            let side = model.word & 0x0008_0000 != 0 ? (isMono ? 17 : 32) : (isMono ? 9 : 17)
            let plain = model.length - (model.isPadded ? 1 : 0)
            let room = plain - 4 - side
            let most = model.word & 0x0008_0000 != 0 ? 511 : 255
            for count in Set([0, 1, room - 1, room, room + 1, most]) where (0...most).contains(count) {
                let data: [UInt8] = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
                let carrier = Carrier.frame(like: model, holding: data)
                let header = try #require(FrameHeader(carrier))
                #expect(carrier.count == header.length && header.format == model.format && !header.isProtected)
                #expect(header.bitrateIndex == model.bitrateIndex || count > room)
                // The side information is silence, main_data_begin included, and the bytes stand at the very end.
                #expect(carrier[4..<4 + side].allSatisfy { $0 == 0 })
                #expect(carrier.count - 4 - side >= count, "\(model.format), \(model.kbps) kbit/s, \(count) bytes")
                #expect(Array(carrier.suffix(count)) == data)
            }
        }
    }

    /// CRC-16, polynomial x^16 + x^15 + x^2 + 1, all ones at first, over the header's last two bytes and the side
    /// information (ISO/IEC 11172-3, 2.4.3.1), bit by bit.
    private static func crc(_ bytes: [UInt8]) -> Int {
        var crc = 0xFFFF
        for byte in bytes {
            for bit in (0..<8).reversed() {
                let carry = crc >> 15 ^ Int(byte >> UInt8(bit) & 1)
                crc = crc << 1 & 0xFFFF
                if carry == 1 { crc ^= 0x8005 }
            }
        }
        return crc
    }

    /// The check value of CRC-16/CMS, which is this CRC (reveng's catalogue).
    @Test("the CRC that the tests compare with is the published one")
    func checkValue() { #expect(Self.crc(Array("123456789".utf8)) == 0xAEE7) }

    @Test("a frame that is silenced says how far it reaches, and its CRC fits what it says")
    func silenced() throws {
        for header in Self.headers {
            let side = header.format.sideInfoSize
            guard header.length >= header.mainDataOffset else { continue }
            for reach in [0, 1, header.format.farthestReach] {
                let word = header.word
                let frame = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
                var bytes: [UInt8] = [1, 2, 3]
                bytes += frame
                bytes += [UInt8](repeating: 0xA5, count: header.length - 4)
                Carrier.silence(&bytes, header, at: 3, reach: reach)
                let made = Array(bytes[3...])
                #expect(SideInfo(of: header, frame: made[...])?.mainDataBegin == reach)
                let offset = header.isProtected ? 6 : 4
                if header.isProtected {
                    let wanted = Self.crc(Array(made[2..<4]) + Array(made[6..<6 + side]))
                    let told = Int(made[4]) << 8 | Int(made[5])
                    #expect(told == wanted, "\(header.format)")
                }
                #expect(made[(offset + 2)..<(offset + side)].allSatisfy { $0 == 0 })
                #expect(Array(made[..<4]) == frame)
                #expect(made[(offset + side)...].allSatisfy { $0 == 0xA5 })
            }
        }
    }

    /// Every frame with a CRC in a clip whose first frames miss what they borrow.
    @Test("in a clip every frame's CRC fits")
    func inClip() async throws {
        try await Work.run {
            let whole = try Corpus.plain.first { $0.name == "v2-crc" }!.bytes()
            let frames = Surgery.frames(whole)
            let sliced = Array(whole[frames[500]...])
            guard
                case .lossless(let plan) = CutPlan.make(
                    try Reading.layout(sliced), start: .zero, length: .milliseconds(500))
            else {
                Issue.record("no lossless plan")
                return
            }
            let clip = try plan.cut(Array(sliced[plan.range])).body
            var protected = 0
            var silenced = 0
            for place in Surgery.frames(clip) {
                guard let header = FrameHeader(word: Surgery.number(clip, at: place)), header.isProtected else {
                    continue
                }
                protected += 1
                let side = Array(clip[place + 6..<place + header.mainDataOffset])
                if side.dropFirst(2).allSatisfy({ $0 == 0 }) { silenced += 1 }
                #expect(
                    Self.crc(Array(clip[place + 2..<place + 4]) + side) == Int(clip[place + 4]) << 8
                        | Int(clip[place + 5]))
            }
            #expect(protected > 15 && silenced > 0)
        }
    }

    /// A second tag at the beginning may be taken for the clip's own, as it stands where a tag does.
    @Test("no tag frame stands right behind the clip's own")
    func noSecondTag() async throws {
        try await Work.run {
            let first = try Corpus.nores.bytes()
            let second = try Nasty.second.bytes()
            let file = first + second
            let layout = try Reading.layout(file)
            // The first frame kept is the one before the first that is heard: here the second file's tag.
            let tagFrame = Surgery.frames(first).count - 1
            let sample = (tagFrame + 1) * 1152 - 1105 + 600
            let start = Duration.milliseconds(sample * 1000 / 44_100)
            guard case .lossless(let plan) = CutPlan.make(layout, start: start, length: .milliseconds(500)) else {
                Issue.record("no lossless plan")
                return
            }
            #expect(plan.frames.lowerBound == tagFrame)
            let clip = try plan.cut(Array(file[plan.range])).bytes(.published)
            let letters = Surgery.frames(clip).map { String(decoding: clip[$0 + 36..<$0 + 40], as: UTF8.self) }
            let tags: [Bool] = letters.map { $0 == "Info" || $0 == "Xing" }
            #expect(tags.prefix(3) == [true, false, true])
        }
    }
}
