//! What a whole string is: `isalpha`, `isdigit`, `isidentifier` and the others, and the values of digits. ASCII never meets
//! the character database.

use super::*;
use crate::unicode;

/// A string that is not empty and whose characters all pass.
#[inline(always)]
fn all(s: Str<'_>, ascii: impl Fn(u8) -> bool, any: impl Fn(u32) -> bool) -> bool {
    match s {
        _ if s.is_empty() => false,
        Str::Ascii(v) => v.iter().all(|&c| ascii(c)),
        s => each_kind!(s, v => v.iter().all(|c| any(c.code()))),
    }
}

/// `str.isascii`; the empty string is.
pub fn is_ascii(s: Str<'_>) -> bool {
    match s {
        Str::Ascii(_) => true,
        s => s.max_class() < 0x80,
    }
}

/// `str.isalpha`.
pub fn is_alpha(s: Str<'_>) -> bool {
    all(s, |c| c.is_ascii_alphabetic(), unicode::is_alpha)
}

/// `str.isalnum`.
pub fn is_alnum(s: Str<'_>) -> bool {
    all(s, |c| c.is_ascii_alphanumeric(), unicode::is_alnum)
}

/// `str.isdecimal`.
pub fn is_decimal(s: Str<'_>) -> bool {
    all(s, |c| c.is_ascii_digit(), unicode::is_decimal)
}

/// `str.isdigit`.
pub fn is_digit(s: Str<'_>) -> bool {
    all(s, |c| c.is_ascii_digit(), unicode::is_digit)
}

/// `str.isnumeric`.
pub fn is_numeric(s: Str<'_>) -> bool {
    all(s, |c| c.is_ascii_digit(), unicode::is_numeric)
}

/// `str.isspace`.
pub fn is_space(s: Str<'_>) -> bool {
    all(s, split::is_space, split::is_space)
}

/// `str.isprintable`; the empty string is.
pub fn is_printable(s: Str<'_>) -> bool {
    s.is_empty() || all(s, |c| matches!(c, 0x20..0x7F), unicode::is_printable)
}

/// `str.isidentifier`; keywords are identifiers too.
pub fn is_identifier(s: Str<'_>) -> bool {
    match s {
        Str::Ascii([first, rest @ ..]) => {
            (first.is_ascii_alphabetic() || *first == b'_')
                && rest.iter().all(|c| c.is_ascii_alphanumeric() || *c == b'_')
        }
        s => each_kind!(s, v => unicode::is_identifier(v.iter().map(|c| c.code()))),
    }
}

/// `str.islower`.
pub fn is_lower(s: Str<'_>) -> bool {
    match s {
        Str::Ascii(v) => is_lower_ascii(v),
        s => each_kind!(s, v => {
            let mut seen = false;
            for c in v.iter().map(|c| c.code()) {
                if unicode::is_upper(c) || unicode::is_title(c) {
                    return false;
                }
                seen |= unicode::is_lower(c);
            }
            seen
        }),
    }
}

/// `str.isupper`.
pub fn is_upper(s: Str<'_>) -> bool {
    match s {
        Str::Ascii(v) => is_upper_ascii(v),
        s => each_kind!(s, v => {
            let mut seen = false;
            for c in v.iter().map(|c| c.code()) {
                if unicode::is_lower(c) || unicode::is_title(c) {
                    return false;
                }
                seen |= unicode::is_upper(c);
            }
            seen
        }),
    }
}

/// `str.istitle`: capitals begin words and nothing else does.
pub fn is_title(s: Str<'_>) -> bool {
    match s {
        Str::Ascii(v) => is_title_ascii(v),
        s => each_kind!(s, v => titled(v.iter().map(|c| {
            let c = c.code();
            if unicode::is_upper(c) || unicode::is_title(c) {
                Letter::Capital
            } else if unicode::is_lower(c) {
                Letter::Small
            } else {
                Letter::None
            }
        }))),
    }
}

enum Letter {
    Capital,
    Small,
    None,
}

fn titled(letters: impl Iterator<Item = Letter>) -> bool {
    let (mut inside, mut seen) = (false, false);
    for l in letters {
        match l {
            Letter::Capital if inside => return false,
            Letter::Small if !inside => return false,
            Letter::Capital | Letter::Small => (inside, seen) = (true, true),
            Letter::None => inside = false,
        }
    }
    seen
}

/// `bytes.islower`.
pub fn is_lower_ascii(v: &[u8]) -> bool {
    !v.iter().any(|c| c.is_ascii_uppercase()) && v.iter().any(|c| c.is_ascii_lowercase())
}

/// `bytes.isupper`.
pub fn is_upper_ascii(v: &[u8]) -> bool {
    !v.iter().any(|c| c.is_ascii_lowercase()) && v.iter().any(|c| c.is_ascii_uppercase())
}

/// `bytes.istitle`.
pub fn is_title_ascii(v: &[u8]) -> bool {
    titled(v.iter().map(|c| match c {
        b'A'..=b'Z' => Letter::Capital,
        b'a'..=b'z' => Letter::Small,
        _ => Letter::None,
    }))
}

/// The text that `int`, `float` and `complex` read (`_PyUnicode_TransformDecimalAndSpaceToASCII`): decimal digits of any
/// script become ASCII digits, white space a blank; from the first other character that is not ASCII on, one `?`.
pub fn decimals_to_ascii(s: Str<'_>) -> std::borrow::Cow<'_, [u8]> {
    use std::borrow::Cow;
    if let Str::Ascii(v) = s {
        return Cow::Borrowed(v);
    }
    let mut out = Vec::with_capacity(s.len());
    for c in s.chars() {
        if c < 0x7F {
            out.push(c as u8);
        } else if unicode::is_space(c) {
            out.push(b' ');
        } else if let Some(d) = unicode::to_decimal(c) {
            out.push(b'0' + d);
        } else {
            out.push(b'?');
            break;
        }
    }
    Cow::Owned(out)
}
