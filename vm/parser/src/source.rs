//! From bytes to the text the tokenizer reads: BOM, coding cookie (PEP 263), line ends, bytes that are no UTF-8.

use std::borrow::Cow;

use crate::Unicode;
use crate::error::{ErrorKind, SyntaxError};

/// An error with nothing but a message.
pub(crate) fn bare(kind: ErrorKind, message: String) -> SyntaxError {
    SyntaxError { kind, message, lineno: 0, offset: 0, end_lineno: 0, end_offset: 0, text: None }
}

/// An error from before the first line is read (`raise_tokenizer_init_error`).
fn initial(message: String) -> SyntaxError {
    SyntaxError { offset: -1, ..bare(ErrorKind::Syntax, message) }
}

/// The encoding a comment in the first two lines names, in the normal form of `get_normal_name`.
pub fn coding_cookie(src: &[u8]) -> Option<String> {
    for line in src.split(|c| *c == b'\n' || *c == b'\r').take(2) {
        let blank = line.iter().take_while(|c| matches!(c, b' ' | b'\t' | 0x0C)).count();
        let body = &line[blank..];
        if body.is_empty() {
            continue;
        }
        if body[0] != b'#' {
            return None;
        }
        let mut rest = body;
        while let Some(i) = memchr::memmem::find(rest, b"coding") {
            rest = &rest[i + 6..];
            if let [b':' | b'=', tail @ ..] = rest {
                let blank = tail.iter().take_while(|c| matches!(c, b' ' | b'\t')).count();
                let tail = &tail[blank..];
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

/// Source text, and whether its encoding was declared.
pub(crate) struct Decoded<'a> {
    /// UTF-8, unless the source is taken for that and is not.
    pub text: Cow<'a, [u8]>,
    pub declared: bool,
}

/// Decodes source bytes as `compile()` does, or, for `file`, as a script is. What neither UTF-8 nor Latin-1 nor ASCII is
/// left to `uni`.
pub(crate) fn decode<'a>(
    src: &'a [u8],
    file: Option<&str>,
    uni: &dyn Unicode,
) -> Result<Decoded<'a>, SyntaxError> {
    let (bom, body) = match src.strip_prefix(b"\xEF\xBB\xBF") {
        Some(b) => (true, b),
        None => (false, src),
    };
    let cookie = coding_cookie(body);
    if bom
        && let Some(c) = &cookie
        && c != "utf-8"
    {
        let e = initial(format!("encoding problem: {c} with BOM"));
        return Err(if file.is_some() { bare(ErrorKind::Syntax, e.message) } else { e });
    }
    let declared = bom || cookie.is_some();
    let cookie = cookie.unwrap_or_else(|| "utf-8".into());
    // The codec registry has more spellings than the tokenizer's own normal form.
    let codec = match cookie.to_ascii_lowercase().replace('_', "-").as_str() {
        "utf-8" | "utf8" | "u8" | "utf" | "cp65001" => "utf-8",
        "iso-8859-1" | "latin1" | "latin" | "l1" | "iso8859-1" | "8859" | "cp819" => "iso-8859-1",
        "ascii" | "us-ascii" | "646" => "ascii",
        _ => "",
    };
    // For a file there is one message for whatever is wrong with decoding it.
    let problem = |message: String| match file {
        Some(_) => bare(ErrorKind::Syntax, format!("encoding problem: {cookie}")),
        None => initial(message),
    };
    let refuse = |at: usize, reason: &str| {
        let byte = body[at];
        Err(problem(format!("'{codec}' codec can't decode byte 0x{byte:02x} in position {at}: {reason}")))
    };
    let text = match codec {
        // The tokenizer's own name for UTF-8 is not decoded at all: what is wrong shows, if at all, token by token.
        "utf-8" if cookie == "utf-8" => {
            if let (Some(file), false, Err(e)) = (file, declared, std::str::from_utf8(body)) {
                let at = e.valid_up_to();
                // A file is read line by line: a NUL before this line was seen first.
                if let Some(e) = null_in_file(&body[..at]) {
                    return Err(e);
                }
                let line = memchr::memchr_iter(b'\n', &body[..at]).count() + 1;
                let m = format!(
                    "Non-UTF-8 code starting with '\\x{:02x}' in file {file} on line {line}, but no encoding declared; \
                     see https://peps.python.org/pep-0263/ for details",
                    body[at]
                );
                return Err(bare(ErrorKind::Syntax, m));
            }
            Cow::Borrowed(body)
        }
        "utf-8" => match utf8_error(body) {
            Some(e) => return Err(problem(e)),
            None => Cow::Borrowed(body),
        },
        "iso-8859-1" if body.is_ascii() => Cow::Borrowed(body),
        "iso-8859-1" => Cow::Owned(body.iter().map(|b| *b as char).collect::<String>().into_bytes()),
        "ascii" => match body.iter().position(|b| !b.is_ascii()) {
            // CPython decodes only behind what it has read to find the cookie, but counts from the beginning.
            Some(at) => return refuse(at, "ordinal not in range(128)"),
            None => Cow::Borrowed(body),
        },
        _ => match uni.decode_source(&cookie, body) {
            Some(Ok(text)) => Cow::Owned(text.into_bytes()),
            Some(Err(message)) => return Err(problem(message)),
            None => return Err(bare(ErrorKind::UnknownEncoding, cookie.clone())),
        },
    };
    Ok(Decoded { text, declared })
}

/// The error for a NUL in a file, where it stands.
pub(crate) fn null_in_file(text: &[u8]) -> Option<SyntaxError> {
    let at = memchr::memchr(0, text)?;
    let start = memchr::memrchr(b'\n', &text[..at]).map_or(0, |i| i + 1);
    let lineno = memchr::memchr_iter(b'\n', &text[..at]).count() as i32 + 1;
    Some(SyntaxError {
        lineno,
        end_lineno: lineno,
        text: Some(String::from_utf8_lossy(&text[start..at]).into_owned()),
        ..bare(ErrorKind::Syntax, "source code cannot contain null bytes".into())
    })
}

/// A `UnicodeDecodeError` that is not made a `SyntaxError`: `message` says where in `bytes`.
pub(crate) fn undecodable(bytes: &[u8], message: String) -> SyntaxError {
    let place = message.split_once(" in position ").and_then(|(_, rest)| rest.split_once(": "));
    let (start, end) = place.map_or(("", ""), |(p, _)| p.split_once('-').unwrap_or((p, p)));
    let (start, end) = (start.parse().unwrap_or(0), end.parse::<i32>().map_or(0, |n| n.saturating_add(1)));
    SyntaxError {
        offset: start,
        end_offset: end,
        text: Some(bytes.iter().map(|b| char::from(*b)).collect()),
        ..bare(ErrorKind::Unicode, message)
    }
}

/// The text of the `UnicodeDecodeError` for bytes that are no UTF-8.
pub(crate) fn utf8_error(bytes: &[u8]) -> Option<String> {
    let e = std::str::from_utf8(bytes).err()?;
    let start = e.valid_up_to();
    let (end, reason) = match e.error_len() {
        None => (bytes.len(), "unexpected end of data"),
        Some(_) if matches!(bytes[start], 0x80..0xC2 | 0xF5..) => (start + 1, "invalid start byte"),
        Some(n) => (start + n, "invalid continuation byte"),
    };
    Some(if end - start == 1 {
        format!("'utf-8' codec can't decode byte 0x{:02x} in position {start}: {reason}", bytes[start])
    } else {
        format!("'utf-8' codec can't decode bytes in position {start}-{}: {reason}", end - 1)
    })
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
