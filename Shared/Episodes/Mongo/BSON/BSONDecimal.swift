import Glibc

/// IEEE 754-2008 decimal128 in its binary integer encoding, as BSON stores it.
struct BSONDecimal: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// The nearest double, give or take its last digit; NaN and the infinities stay what they are.
    var approximation: Double {
        let sign: Double = high >> 63 == 0 ? 1 : -1
        switch high >> 58 & 0x1F {
        case 0x1F: return .nan
        case 0x1E: return sign * .infinity
        default: break
        }
        // With these two bits the coefficient would not fit its 34 digits: the standard reads such numbers as zero.
        guard high >> 61 & 3 != 3 else { return sign * 0 }
        let exponent = Int(high >> 49 & 0x3FFF) - 6176
        let coefficient = Double(high & 0x1_FFFF_FFFF_FFFF) * 0x1p64 + Double(low)
        return sign
            * (exponent < 0 ? coefficient / pow(10, Double(-exponent)) : coefficient * pow(10, Double(exponent)))
    }
}
