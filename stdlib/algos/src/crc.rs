//! `binascii.crc_hqx`. Not `crc32`, which is zlib's.

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
