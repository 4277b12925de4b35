//! From bytes to the text the tokenizer reads: BOM, coding cookie (PEP 263), line ends, NUL bytes.

use std::borrow::Cow;

use crate::error::{ErrorKind, SyntaxError};

fn plain(kind: ErrorKind, message: String) -> SyntaxError {
    SyntaxError { kind, message, lineno: 0, offset: 0, end_lineno: 0, end_offset: 0, text: None }
}

/// The encoding a comment in the first two lines names, in the normal form of `tokenize.detect_encoding`.
pub fn coding_cookie(src: &[u8]) -> Option<String> {
    for line in src.split(|c| *c == b'\n' || *c == b'\r').take(2) {
        let body = line.trim_ascii_start();
        if body.is_empty() {
            continue;
        }
        if body[0] != b'#' {
            return None;
        }
        let mut rest = body;
        while let Some(i) = find(rest, b"coding") {
            rest = &rest[i + 6..];
            if let [b':' | b'=', tail @ ..] = rest {
                let tail = tail.trim_ascii_start();
                let n = tail
                    .iter()
                    .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'))
                    .count();
                if n > 0 {
                    return Some(normal_name(&String::from_utf8_lossy(&tail[..n])));
                }
            }
        }
    }
    None
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(hay, needle)
}

fn normal_name(name: &str) -> String {
    let s: String =
        name.chars().take(12).map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).collect();
    if s == "utf-8" || s.starts_with("utf-8-") {
        return "utf-8".into();
    }
    if ["latin-1", "iso-8859-1", "iso-latin-1"].iter().any(|l| s == *l || s.starts_with(&format!("{l}-"))) {
        return "iso-8859-1".into();
    }
    name.to_string()
}

/// Decodes source bytes. Encodings other than UTF-8, Latin-1 and ASCII are left to the caller (`UnknownEncoding`).
pub fn decode(src: &[u8]) -> Result<Cow<'_, [u8]>, SyntaxError> {
    let (bom, body) = match src.strip_prefix(b"\xEF\xBB\xBF") {
        Some(b) => (true, b),
        None => (false, src),
    };
    let cookie = coding_cookie(body);
    if bom
        && let Some(c) = &cookie
        && c != "utf-8"
    {
        return Err(plain(ErrorKind::Syntax, format!("encoding problem: {c} with BOM")));
    }
    // The codec registry has more spellings than the tokenizer's own normal form.
    let cookie = cookie.map(|c| match c.to_ascii_lowercase().replace('_', "-").as_str() {
        "utf8" | "u8" | "utf" | "cp65001" => "utf-8".to_string(),
        "latin1" | "latin" | "l1" | "iso8859-1" | "8859" | "cp819" => "iso-8859-1".to_string(),
        "ascii" | "us-ascii" | "646" => "ascii".to_string(),
        _ => c,
    });
    match cookie.as_deref() {
        None | Some("utf-8") => {
            if let Err(e) = std::str::from_utf8(body) {
                let at = e.valid_up_to();
                let line = memchr::memchr_iter(b'\n', &body[..at]).count() as i32 + 1;
                let start = memchr::memrchr(b'\n', &body[..at]).map_or(0, |i| i + 1);
                if cookie.is_none() && !bom {
                    let m = format!(
                        "Non-UTF-8 code starting with '\\x{:02x}' on line {line}, but no encoding declared; see \
                         https://peps.python.org/pep-0263/ for details",
                        body[at]
                    );
                    let _ = start;
                    return Err(SyntaxError { lineno: 0, ..plain(ErrorKind::Syntax, m) });
                }
                return Err(plain(
                    ErrorKind::Unicode,
                    format!(
                        "(unicode error) 'utf-8' codec can't decode byte 0x{:02x} in position {}: invalid start byte",
                        body[at],
                        at - start
                    ),
                ));
            }
            Ok(Cow::Borrowed(body))
        }
        Some("iso-8859-1") => {
            if body.is_ascii() {
                return Ok(Cow::Borrowed(body));
            }
            let s: String = body.iter().map(|b| *b as char).collect();
            Ok(Cow::Owned(s.into_bytes()))
        }
        Some("ascii" | "us-ascii") if body.is_ascii() => Ok(Cow::Borrowed(body)),
        Some(other) => Err(plain(ErrorKind::UnknownEncoding, other.to_string())),
    }
}

/// Translates line ends to `\n`; a file also gets the newline it may lack at its end.
pub fn normalize(src: &[u8], add_newline: bool) -> Cow<'_, [u8]> {
    let complete = !add_newline || src.is_empty() || src.ends_with(b"\n");
    if memchr::memchr(b'\r', src).is_none() && complete {
        return Cow::Borrowed(src);
    }
    let mut out = Vec::with_capacity(src.len() + 1);
    let mut i = 0;
    while i < src.len() {
        let n = memchr::memchr(b'\r', &src[i..]).unwrap_or(src.len() - i);
        out.extend_from_slice(&src[i..i + n]);
        i += n;
        if i < src.len() {
            out.push(b'\n');
            i += if src.get(i + 1) == Some(&b'\n') { 2 } else { 1 };
        }
    }
    if add_newline && out.last().is_some_and(|c| *c != b'\n') {
        out.push(b'\n');
    }
    Cow::Owned(out)
}
