//! Places in text: `tell()` gives a cookie from which decoding can go on, `seek()` goes there.
//!
//! A cookie is the number made of five fields, lowest first: a safe place in the bytes (64 bits), the decoder's flags
//! there, how many bytes to feed it, how many characters of what comes to skip (32 bits each), and whether the end has
//! to be signalled (8 bits).

use super::*;
use crate::textdecode::State;
use dxpy_core::number;

#[derive(Clone, Copy, Default)]
struct Cookie {
    start: i64,
    flags: i32,
    feed: i32,
    skip: i32,
    need_eof: bool,
}

impl Cookie {
    fn bytes(&self) -> [u8; 21] {
        let mut b = [0; 21];
        b[..8].copy_from_slice(&self.start.to_le_bytes());
        b[8..12].copy_from_slice(&self.flags.to_le_bytes());
        b[12..16].copy_from_slice(&self.feed.to_le_bytes());
        b[16..20].copy_from_slice(&self.skip.to_le_bytes());
        b[20] = self.need_eof as u8;
        b
    }

    /// `textiowrapper_build_cookie`.
    fn to_object(self, py: Py<'_>) -> PyResult {
        let b = self.bytes();
        let mut digits = [0u32; 6];
        for bit in 0..168 {
            if b[bit / 8] >> (bit % 8) & 1 != 0 {
                digits[bit / 30] |= 1 << (bit % 30);
            }
        }
        let n = digits.iter().rposition(|d| *d != 0).map_or(0, |i| i + 1);
        if n <= 2 {
            let v = digits[0] as i64 | (digits[1] as i64) << 30;
            return Ok(long::from_i64(py, v)?.upcast());
        }
        Ok(long::from_digits(py, false, &digits[..n])?.upcast())
    }

    /// `textiowrapper_parse_cookie`.
    fn parse(py: Py<'_>, o: &PyObject) -> PyResult<Cookie> {
        let n = number::index_any(py, o)?;
        let digits = long::digits(&n);
        let mut b = [0u8; 21];
        for (i, d) in digits.iter().enumerate() {
            for k in 0..30 {
                if d >> k & 1 != 0 {
                    let Some(byte) = b.get_mut((i * 30 + k) / 8) else {
                        return Err(exceptions::overflow_error(py, format_args!("int too big to convert")));
                    };
                    *byte |= 1 << ((i * 30 + k) % 8);
                }
            }
        }
        let int = |at: usize| i32::from_le_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]]);
        let mut start = [0; 8];
        start.copy_from_slice(&b[..8]);
        Ok(Cookie {
            start: i64::from_le_bytes(start),
            flags: int(8),
            feed: int(12),
            skip: int(16),
            need_eof: b[20] != 0,
        })
    }
}

/// `_textiowrapper_decoder_setstate`.
fn decoder_to(py: Py<'_>, t: &TextIO, c: &Cookie) -> PyResult<()> {
    if c.start == 0 && c.flags == 0 {
        return t.decoder.reset(py);
    }
    let state = State { buffer: bytes::empty(), flags: long::from_i64(py, c.flags as i64)?.upcast() };
    t.decoder.set_state(py, &state)
}

fn flags_of(py: Py<'_>, o: &PyObject) -> PyResult<i32> {
    as_int(py, o)
}

pub fn seek(py: Py<'_>, t: &TextIO, cookie: &PyObject, whence: Option<i32>) -> PyResult {
    let buffer = t.attached(py)?;
    t.check_closed(py)?;
    if !t.seekable.get() {
        return Err(unsupported(py, "underlying stream is not seekable"));
    }
    let zero = long::from_i64(py, 0)?;
    let is_zero =
        |o: &PyObject| protocol::rich_compare_bool(py, o, zero.as_object(), dxpy_core::abi::constants::Py_EQ);
    let mut cookie = cookie.to_owned();
    match whence.unwrap_or(0) {
        0 => {}
        1 => {
            if !is_zero(&cookie)? {
                return Err(unsupported(py, "can't do nonzero cur-relative seeks"));
            }
            // Going to where one is brings the buffer there.
            cookie = call::method(py, t.as_object(), name!("tell"), [])?;
        }
        2 => {
            if !is_zero(&cookie)? {
                return Err(unsupported(py, "can't do nonzero end-relative seeks"));
            }
            call::method(py, t.as_object(), name!("flush"), [])?;
            t.forget_decoded();
            t.forget_snapshot();
            if t.decoder.exists() {
                t.decoder.reset(py)?;
            }
            let two = long::from_i64(py, 2)?;
            let r = call::method(py, &buffer, name!("seek"), [zero.as_object(), two.as_object()])?;
            if t.encoder.exists() {
                t.encoder.reset(py, is_zero(&r)?)?;
            }
            return Ok(r);
        }
        other => {
            return Err(exceptions::value_error(
                py,
                format_args!("invalid whence ({other}, should be 0, 1 or 2)"),
            ));
        }
    }
    if protocol::rich_compare_bool(py, &cookie, zero.as_object(), dxpy_core::abi::constants::Py_LT)? {
        let shown = protocol::repr(py, &cookie)?;
        return Err(exceptions::value_error(
            py,
            format_args!("negative seek position {}", unicode::display(shown.as_object())),
        ));
    }
    call::method(py, t.as_object(), name!("flush"), [])?;
    // Back to the safe place, and then what was read from there is decoded again.
    let c = Cookie::parse(py, &cookie)?;
    let place = long::from_i64(py, c.start)?;
    call::method(py, &buffer, name!("seek"), [place.as_object()])?;
    t.forget_decoded();
    t.forget_snapshot();
    if t.decoder.exists() {
        decoder_to(py, t, &c)?;
    }
    let flags = long::from_i64(py, c.flags as i64)?.upcast();
    if c.skip != 0 {
        let n = long::from_i64(py, c.feed as i64)?;
        let input = call::method(py, &buffer, name!("read"), [n.as_object()])?;
        if bytes::check(&input).is_none() {
            return Err(exceptions::type_error(
                py,
                format_args!(
                    "underlying read() should have returned a bytes object, not '{}'",
                    type_name(input.ty())
                ),
            ));
        }
        set(&t.snapshot_flags, Some(flags));
        set(&t.snapshot_input, Some(input.clone()));
        let text = t.decoder.decode(py, &input, &t.errors_name(), c.need_eof)?;
        let n = unicode::len(&text);
        t.set_decoded(text);
        if (n as i64) < c.skip as i64 {
            return Err(exceptions::format(
                py,
                &exceptions::OSError,
                format_args!("can't restore logical file position"),
            ));
        }
        t.used.set(c.skip.max(0) as usize);
    } else {
        set(&t.snapshot_flags, Some(flags));
        set(&t.snapshot_input, Some(bytes::empty()));
    }
    if t.encoder.exists() {
        t.encoder.reset(py, c.start == 0 && c.flags == 0)?;
    }
    Ok(cookie)
}

pub fn tell(py: Py<'_>, t: &TextIO) -> PyResult {
    let buffer = t.attached(py)?;
    t.check_closed(py)?;
    if !t.seekable.get() {
        return Err(unsupported(py, "underlying stream is not seekable"));
    }
    if !t.telling.get() {
        return Err(exceptions::format(
            py,
            &exceptions::OSError,
            format_args!("telling position disabled by next() call"),
        ));
    }
    t.write_pending(py)?;
    call::method(py, t.as_object(), name!("flush"), [])?;
    let place = call::method(py, &buffer, name!("tell"), [])?;
    let Some((flags, input)) = snapshot(t).filter(|_| t.decoder.exists()) else { return Ok(place) };
    let data = bytes::as_slice(&input);
    let mut c = Cookie {
        start: offset(py, &place, &exceptions::OverflowError)? - data.len() as i64,
        flags: flags_of(py, &flags)?,
        ..Cookie::default()
    };
    if t.used.get() == 0 {
        return c.to_object(py);
    }
    let saved = t.decoder.state(py)?;
    let found = find_place(py, t, &mut c, data);
    let restored = t.decoder.set_state(py, &saved);
    found?;
    restored?;
    c.to_object(py)
}

/// The search of `tell()`: the last place before the current one where the decoder keeps nothing.
fn find_place(py: Py<'_>, t: &TextIO, c: &mut Cookie, data: &[u8]) -> PyResult<()> {
    let errors = t.errors_name();
    let decode = |part: &[u8], last: bool| -> PyResult<usize> {
        let b = bytes::new(py, part)?;
        Ok(unicode::len(&*t.decoder.decode(py, b.as_object(), &errors, last)?))
    };
    let mut skip = t.used.get();
    let mut at = ((t.ratio.get() * skip as f64) as isize).min(data.len() as isize);
    let mut back = 1isize;
    while at > 0 {
        decoder_to(py, t, c)?;
        let n = decode(&data[..at as usize], false)?;
        if n <= skip {
            let s = t.decoder.state(py)?;
            let kept = bytes::as_slice(&s.buffer).len();
            if kept == 0 {
                c.flags = flags_of(py, &s.flags)?;
                skip -= n;
                break;
            }
            at -= kept as isize;
            back = 1;
        } else {
            at -= back;
            back = back.saturating_mul(2);
        }
    }
    if at <= 0 {
        at = 0;
        decoder_to(py, t, c)?;
    }
    c.start += at as i64;
    c.skip = skip as i32;
    if skip == 0 {
        return Ok(());
    }
    // Byte by byte from there.
    let mut n = 0;
    let mut i = at as usize;
    while i < data.len() {
        n += decode(&data[i..i + 1], false)?;
        c.feed += 1;
        let s = t.decoder.state(py)?;
        if bytes::as_slice(&s.buffer).is_empty() && n <= skip {
            c.start += c.feed as i64;
            skip -= n;
            c.flags = flags_of(py, &s.flags)?;
            c.feed = 0;
            n = 0;
        }
        if n >= skip {
            break;
        }
        i += 1;
    }
    if i == data.len() {
        // The end must be signalled to get the rest.
        n += decode(b"", true)?;
        c.need_eof = true;
        if n < skip {
            return Err(exceptions::format(
                py,
                &exceptions::OSError,
                format_args!("can't reconstruct logical file position"),
            ));
        }
    }
    c.skip = skip as i32;
    Ok(())
}
