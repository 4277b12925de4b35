//! Normal forms NFC, NFD, NFKC, NFKD (`unicodedata.normalize`, `is_normalized`), with quick checks, for Unicode 15.0 and
//! for 3.2.0 as IDNA 2003 and stringprep need it.

use super::old::is_assigned;
use super::*;
use crate::strings::{Str, StrBuf, Unit, each_kind};

/// A normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}

impl Form {
    /// The form of this name; the error is the caller's (`invalid normalization form`).
    pub fn parse(name: &str) -> Option<Form> {
        Some(match name {
            "NFC" => Form::Nfc,
            "NFD" => Form::Nfd,
            "NFKC" => Form::Nfkc,
            "NFKD" => Form::Nfkd,
            _ => return None,
        })
    }

    fn composed(self) -> bool {
        matches!(self, Form::Nfc | Form::Nfkc)
    }

    fn compatible(self) -> bool {
        matches!(self, Form::Nfkc | Form::Nfkd)
    }
}

/// Whose normal form: today's, or that of `ucd_3_2_0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    V15,
    V3_2,
}

const S_BASE: u32 = 0xAC00;
const L_BASE: u32 = 0x1100;
const V_BASE: u32 = 0x1161;
const T_BASE: u32 = 0x11A7;
const V_COUNT: u32 = 21;
const T_COUNT: u32 = 28;
const S_COUNT: u32 = 19 * V_COUNT * T_COUNT;

/// The decomposition mapping of one character: its tag (empty when canonical) and its characters. Hangul syllables
/// have none here.
pub(super) fn mapping(c: u32) -> Option<(&'static str, impl Iterator<Item = u32> + Clone)> {
    let at = super::tables::decomposition(c);
    if at == 0 {
        return None;
    }
    let head = DECOMPOSITIONS[at];
    let units = &DECOMPOSITIONS[at + 1..at + 1 + (head & 0xff) as usize];
    let chars = char::decode_utf16(units.iter().copied());
    let chars = chars.map(|c| c.map_or_else(|e| u32::from(e.unpaired_surrogate()), u32::from));
    Some((TAGS[(head >> 8) as usize], chars))
}

fn decompose(c: u32, compatible: bool, version: Version, out: &mut Vec<u32>) {
    if c < 0x80 {
        return out.push(c);
    }
    let s = c.wrapping_sub(S_BASE);
    if s < S_COUNT {
        out.push(L_BASE + s / (V_COUNT * T_COUNT));
        out.push(V_BASE + s % (V_COUNT * T_COUNT) / T_COUNT);
        if !s.is_multiple_of(T_COUNT) {
            out.push(T_BASE + s % T_COUNT);
        }
        return;
    }
    if version == Version::V3_2 {
        // A few mappings were corrected after 3.2, and what was not yet assigned had none.
        if let Some(&(_, to)) = OLD_CORRIGENDA.iter().find(|x| x.0 == c) {
            return out.push(to);
        }
        if !is_assigned(c) {
            return out.push(c);
        }
    }
    match mapping(c) {
        Some((tag, chars)) if compatible || tag.is_empty() => {
            // The table's mappings nest three deep at most.
            chars.for_each(|c| decompose(c, compatible, version, out));
        }
        _ => out.push(c),
    }
}

/// The decomposed form: mappings, then combining characters in the order of their classes.
fn decomposed(s: &[u32], compatible: bool, version: Version) -> Vec<u32> {
    let mut out = Vec::with_capacity(s.len() + s.len() / 4);
    s.iter().for_each(|&c| decompose(c, compatible, version, &mut out));
    let mut i = 0;
    while i < out.len() {
        let run = out[i..].iter().take_while(|&&c| combining(c) != 0).count();
        // A stable sort, so that a hostile run of marks takes no square time.
        if run > 1 {
            out[i..i + run].sort_by_key(|&c| combining(c));
        }
        i += run + 1;
    }
    out
}

/// The primary composite of two characters.
fn composite(first: u32, second: u32) -> Option<u32> {
    if rec(second).quick & NFC_MAYBE == 0 {
        return None;
    }
    let (l, v) = (first.wrapping_sub(L_BASE), second.wrapping_sub(V_BASE));
    if l < 19 && v < V_COUNT {
        return Some(S_BASE + (l * V_COUNT + v) * T_COUNT);
    }
    let (s, t) = (first.wrapping_sub(S_BASE), second.wrapping_sub(T_BASE));
    if s < S_COUNT && s.is_multiple_of(T_COUNT) && 0 < t && t < T_COUNT {
        return Some(first + t);
    }
    let i = COMPOSITIONS.binary_search_by_key(&(first, second), |x| (x.0, x.1)).ok()?;
    Some(COMPOSITIONS[i].2)
}

/// Composes what is decomposed, in place.
fn compose(s: &mut Vec<u32>) {
    let (mut starter, mut kept) = (None, 0);
    // The class of the last character kept after the starter; what comes next is blocked by an equal or higher one.
    let mut last = 0;
    for i in 0..s.len() {
        let (c, class) = (s[i], combining(s[i]));
        if let Some(at) = starter {
            let free = kept == at + 1 || (last < class && last != 0);
            if let Some(both) = free.then(|| composite(s[at], c)).flatten() {
                s[at] = both;
                continue;
            }
        }
        if class == 0 {
            starter = Some(kept);
        }
        last = class;
        s[kept] = c;
        kept += 1;
    }
    s.truncate(kept);
}

/// What a look at each character says: `Some(true)` normalised, `Some(false)` not, `None` not known without doing it.
fn quick_check<U: Unit>(form: Form, s: &[U]) -> Option<bool> {
    let no = match form {
        Form::Nfc => NFC_NO,
        Form::Nfd => NFD_NO,
        Form::Nfkc => NFKC_NO,
        Form::Nfkd => NFKD_NO,
    };
    let (mut last, mut maybe) = (0, false);
    for c in s.iter().map(|c| c.code()) {
        if c < 0x80 {
            last = 0;
            continue;
        }
        let r = rec(c);
        if r.quick & no != 0 || (r.combining != 0 && last > r.combining) {
            return Some(false);
        }
        maybe |= form.composed() && r.quick & NFC_MAYBE != 0;
        last = r.combining;
    }
    (!maybe).then_some(true)
}

/// The text in this form; `None` when it already is.
pub fn normalize_in(version: Version, form: Form, s: &[u32]) -> Option<Vec<u32>> {
    if version == Version::V15 && quick_check(form, s) == Some(true) {
        return None;
    }
    let mut out = decomposed(s, form.compatible(), version);
    if form.composed() {
        compose(&mut out);
    }
    (out != s).then_some(out)
}

/// `normalize_in` of a string of any kind.
pub fn normalize_str(version: Version, form: Form, s: Str<'_>) -> Option<StrBuf> {
    if matches!(s, Str::Ascii(_))
        || (version == Version::V15 && each_kind!(s, v => quick_check(form, v)) == Some(true))
    {
        return None;
    }
    let chars = s.units::<u32>()?;
    normalize_in(version, form, &chars).map(|v| StrBuf::from_codes(&v))
}

/// `unicodedata.normalize`.
pub fn normalize(form: Form, s: &[u32]) -> Vec<u32> {
    normalize_in(Version::V15, form, s).unwrap_or_else(|| s.to_vec())
}

/// `unicodedata.is_normalized`.
pub fn is_normalized(version: Version, form: Form, s: &[u32]) -> bool {
    match quick_check(form, s) {
        Some(answer) if version == Version::V15 => answer,
        _ => normalize_in(version, form, s).is_none(),
    }
}

/// `is_normalized` of a string of any kind.
pub fn is_normalized_str(version: Version, form: Form, s: Str<'_>) -> bool {
    normalize_str(version, form, s).is_none()
}

/// NFKC of Rust text, for identifiers.
pub fn nfkc_str(s: &str) -> String {
    if s.is_ascii() {
        return s.to_owned();
    }
    let chars: Vec<u32> = s.chars().map(u32::from).collect();
    // Normalising never makes a surrogate out of what is not one.
    normalize(Form::Nfkc, &chars).into_iter().filter_map(char::from_u32).collect()
}
