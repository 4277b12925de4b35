//! Unicode 3.2.0 (`unicodedata.ucd_3_2_0`), as differences from 15.0. Its normal forms are in `normalize`; its names,
//! decompositions and digit values are today's for what was assigned.

use super::*;

/// The version of these answers.
pub const VERSION: &str = "3.2.0";

#[inline]
fn was(c: u32) -> &'static OldRecord {
    &OLD_RECORDS[super::tables::old(c)]
}

fn either(old: u8, new: u8) -> usize {
    (if old == 255 { new } else { old }) as usize
}

/// Was this code point assigned, or is it unassigned to this day?
pub fn is_assigned(c: u32) -> bool {
    was(c).category != 0
}

/// `ucd_3_2_0.category`.
pub fn category(c: u32) -> &'static str {
    CATEGORIES[either(was(c).category, rec(c).category)]
}

/// `ucd_3_2_0.bidirectional`.
pub fn bidirectional(c: u32) -> &'static str {
    BIDI[either(was(c).bidi, rec(c).bidi)]
}

/// `ucd_3_2_0.combining`.
pub fn combining(c: u32) -> u8 {
    either(was(c).combining, rec(c).combining) as u8
}

/// `ucd_3_2_0.east_asian_width`.
pub fn east_asian_width(c: u32) -> &'static str {
    WIDTHS[either(was(c).width, rec(c).width)]
}

/// `ucd_3_2_0.mirrored`.
pub fn mirrored(c: u32) -> bool {
    either(was(c).mirrored, rec(c).mirrored) != 0
}

/// `ucd_3_2_0.decimal`.
pub fn to_decimal(c: u32) -> Option<u8> {
    match was(c).decimal {
        255 => super::to_decimal(c),
        254 => None,
        d => Some(d),
    }
}

/// `ucd_3_2_0.numeric`.
pub fn to_numeric(c: u32) -> Option<f64> {
    match was(c).number {
        0 => super::to_numeric(c),
        1 => None,
        i => Some(NUMBERS[i as usize - 1]),
    }
}

/// `ucd_3_2_0.decomposition`.
pub fn decomposition(c: u32) -> String {
    if is_assigned(c) { super::decomposition(c) } else { String::new() }
}

/// `ucd_3_2_0.name`.
pub fn name(c: u32) -> Option<String> {
    if is_assigned(c) { names::name(c) } else { None }
}
