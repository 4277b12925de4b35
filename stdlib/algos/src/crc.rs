//! Checksums: `binascii.crc_hqx`, and `crc32` and `adler32` of `binascii` and `zlib`, whose body is zlib-rs'.

/// `zlib.crc32(data, value)`.
pub fn crc32(data: &[u8], value: u32) -> u32 {
    zlib_rs::crc32::crc32(value, data)
}

/// `zlib.adler32(data, value)`.
pub fn adler32(data: &[u8], value: u32) -> u32 {
    // A start that is no sum of bytes (not below 65521) is legal, and reduced first.
    const BASE: u32 = 65_521;
    let (high, low) = ((value >> 16) % BASE, (value & 0xffff) % BASE);
    zlib_rs::adler32::adler32(high << 16 | low, data)
}

/// CRC-CCITT (polynomial 0x1021) continued from `crc`, as `binascii.crc_hqx(data, crc)`.
pub fn crc_hqx(data: &[u8], crc: u32) -> u32 {
    let mut crc = crc & 0xffff;
    for byte in data {
        crc ^= u32::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 != 0 { (crc << 1 ^ 0x1021) & 0xffff } else { crc << 1 };
        }
    }
    crc
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_check_value_of_crc_16_xmodem() {
        assert_eq!(super::crc_hqx(b"123456789", 0), 0x31c3);
        assert_eq!(super::crc_hqx(b"6789", super::crc_hqx(b"12345", 0)), 0x31c3);
    }
}
