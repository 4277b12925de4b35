//! Making new strings of old: `replace`, `join`, `+`, `*`, `center` and its kin, `zfill`, `expandtabs`, `translate`.
//! `None` for a result says that the string itself is the result.

use super::search::matches;
use super::*;

/// Why there is no result; the caller has the messages, which differ by method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeError {
    /// The result would be longer than `sys.maxsize`: an `OverflowError`.
    TooLong,
    /// There is no room for it: a `MemoryError`.
    NoMemory,
}
pub use SizeError::{NoMemory, TooLong};

fn checked(n: Option<usize>) -> Result<usize, SizeError> {
    n.filter(|&n| n <= isize::MAX as usize).ok_or(TooLong)
}

/// An empty vector with room for `n`.
pub fn room<T>(n: usize) -> Result<Vec<T>, SizeError> {
    let mut v = Vec::new();
    v.try_reserve_exact(n).map_err(|_| NoMemory)?;
    Ok(v)
}

/// `replace` on units of one width, also that of `bytes`: at most `max` times. An empty `from` is everywhere.
pub fn replace_in<U: Unit>(s: &[U], from: &[U], to: &[U], max: usize) -> Result<Option<Vec<U>>, SizeError> {
    if max == 0 || from == to {
        return Ok(None);
    }
    if from.is_empty() {
        return interleave(s, to, max).map(Some);
    }
    if let ([a], [b]) = (from, to) {
        let Some(first) = U::find_unit(s, *a) else { return Ok(None) };
        let mut out = s.to_vec();
        if max >= s.len() {
            // Without a limit the loop has no exit and becomes vector code.
            out[first..].iter_mut().for_each(|c| *c = if c == a { *b } else { *c });
        } else {
            out[first..].iter_mut().filter(|c| *c == a).take(max).for_each(|c| *c = *b);
        }
        return Ok(Some(out));
    }
    // The places are counted first when the result is longer, so that it is allocated once; of short text growing is
    // cheaper than a second search.
    let mut places = matches(s, from);
    let mut size = s.len();
    if to.len() > from.len() && (s.len() > 128 || to.len() > 1024) {
        let n = places.clone().take(max).count();
        size = checked((to.len() - from.len()).checked_mul(n).and_then(|more| size.checked_add(more)))?;
        if n == 0 {
            return Ok(None);
        }
    }
    let mut places = places.by_ref().take(max).peekable();
    if places.peek().is_none() {
        return Ok(None);
    }
    let (mut out, mut done) = (room(size)?, 0);
    for i in places {
        out.extend_from_slice(&s[done..i]);
        out.extend_from_slice(to);
        done = i + from.len();
    }
    out.extend_from_slice(&s[done..]);
    Ok(Some(out))
}

fn interleave<U: Unit>(s: &[U], to: &[U], max: usize) -> Result<Vec<U>, SizeError> {
    let n = (s.len() + 1).min(max);
    let size = checked(to.len().checked_mul(n).and_then(|more| s.len().checked_add(more)))?;
    let mut out = room(size)?;
    for c in &s[..n - 1] {
        out.extend_from_slice(to);
        out.push(*c);
    }
    out.extend_from_slice(to);
    out.extend_from_slice(&s[n - 1..]);
    Ok(out)
}

/// `str.replace`.
pub fn replace(s: Str<'_>, from: Str<'_>, to: Str<'_>, max: usize) -> Result<Option<StrBuf>, SizeError> {
    fn wide<U: Unit>(
        s: Str<'_>,
        from: Str<'_>,
        to: Str<'_>,
        max: usize,
    ) -> Result<Option<StrBuf>, SizeError> {
        let Some(from) = from.units::<U>() else { return Ok(None) };
        let (Some(s), Some(to)) = (s.units::<U>(), to.units::<U>()) else {
            unreachable!("the caller chose a width that holds both")
        };
        let out = replace_in(&s, &from, &to, max)?;
        Ok(out.map(U::own))
    }
    if max == 0 || from.len() > s.len() {
        return Ok(None);
    }
    if s.kind() < to.kind() && search::find(s, from).is_none() {
        return Ok(None);
    }
    match s.kind().max(to.kind()) {
        1 => {
            let Some(from) = from.units::<u8>() else { return Ok(None) };
            let (Some(v), Some(t)) = (u8::borrow(s), u8::borrow(to)) else { unreachable!("both are bytes") };
            let ascii = matches!((s, to), (Str::Ascii(_), Str::Ascii(_)));
            let out = replace_in(v, &from, t, max)?;
            Ok(out.map(|out| if ascii || out.is_ascii() { StrBuf::Ascii(out) } else { StrBuf::Latin1(out) }))
        }
        2 => wide::<u16>(s, from, to, max),
        _ => wide::<u32>(s, from, to, max),
    }
}

/// The length and class (`max_class`) of `sep.join(parts)`: what to allocate before [`join_to`].
pub fn join_size<'a>(sep: Str<'_>, parts: impl Iterator<Item = Str<'a>>) -> Result<(usize, u32), SizeError> {
    let (mut n, mut len, mut max) = (0usize, Some(0usize), 0x7F);
    for p in parts {
        len = len.and_then(|len| len.checked_add(p.len()));
        if p.max_bound() > max {
            max = max.max(p.max_class());
        }
        n += 1;
    }
    if n > 1 {
        len = sep.len().checked_mul(n - 1).and_then(|more| len?.checked_add(more));
        max = max.max(sep.max_class());
    }
    Ok((checked(len)?, max))
}

/// Writes `sep.join(parts)` into `out`, whose length and width [`join_size`] told.
pub fn join_to<'a, U: Unit>(out: &mut [U], sep: Str<'_>, parts: impl Iterator<Item = Str<'a>>) {
    let mut at = 0;
    for (i, p) in parts.enumerate() {
        if i > 0 && !sep.is_empty() {
            sep.copy_to(&mut out[at..at + sep.len()]);
            at += sep.len();
        }
        p.copy_to(&mut out[at..at + p.len()]);
        at += p.len();
    }
}

/// `str.join`.
pub fn join<'a>(sep: Str<'_>, parts: impl Iterator<Item = Str<'a>> + Clone) -> Result<StrBuf, SizeError> {
    let (n, max) = join_size(sep, parts.clone())?;
    fn make<'a, U: Unit>(
        n: usize,
        sep: Str<'_>,
        parts: impl Iterator<Item = Str<'a>>,
    ) -> Result<Vec<U>, SizeError> {
        let mut out = room(n)?;
        out.resize(n, U::of(0));
        join_to(&mut out, sep, parts);
        Ok(out)
    }
    Ok(match max {
        0x7F => StrBuf::Ascii(make(n, sep, parts)?),
        0xFF => StrBuf::Latin1(make(n, sep, parts)?),
        0xFFFF => StrBuf::Two(make(n, sep, parts)?),
        _ => StrBuf::Four(make(n, sep, parts)?),
    })
}

/// The length and class of `a + b`; each is then written by [`Str::copy_to`].
pub fn concat_size(a: Str<'_>, b: Str<'_>) -> Result<(usize, u32), SizeError> {
    Ok((checked(a.len().checked_add(b.len()))?, a.max_class().max(b.max_class())))
}

/// Fills `out`, a multiple of the length of `s`, with repetitions of `s` (`str * int`, `bytes * int`).
pub fn repeat_to<U: Unit>(s: &[U], out: &mut [U]) {
    let n = out.len();
    match s {
        [] => {}
        [c] => out.fill(*c),
        _ if n == 0 => {}
        _ => {
            out[..s.len()].copy_from_slice(s);
            let mut done = s.len();
            while done < n {
                let step = done.min(n - done);
                out.copy_within(..step, done);
                done += step;
            }
        }
    }
}

/// How `center` divides what is missing of a width: left and right.
pub fn center_margins(len: usize, width: usize) -> (usize, usize) {
    let all = width.saturating_sub(len);
    let left = all / 2 + (all & width & 1);
    (left, all - left)
}

/// The string between `left` and `right` times `fill`: `ljust`, `rjust`, `center`.
pub fn pad(s: Str<'_>, left: usize, right: usize, fill: u32) -> Result<Option<StrBuf>, SizeError> {
    if left == 0 && right == 0 {
        return Ok(None);
    }
    checked(left.checked_add(right).and_then(|n| n.checked_add(s.len())))?;
    filled(s, 0, left, right, fill).map(Some)
}

/// The first `head` characters of `s`, `left` times `fill`, the other characters, `right` times `fill`. The whole length is
/// known to be one.
fn filled(s: Str<'_>, head: usize, left: usize, right: usize, fill: u32) -> Result<StrBuf, SizeError> {
    fn make<U: Unit>(
        s: Str<'_>,
        head: usize,
        left: usize,
        right: usize,
        fill: u32,
    ) -> Result<Vec<U>, SizeError> {
        let n = left + s.len() + right;
        let mut out = room(n)?;
        out.resize(n, U::of(fill));
        s.slice(0, head).copy_to(&mut out[..head]);
        s.slice(head, s.len()).copy_to(&mut out[head + left..left + s.len()]);
        Ok(out)
    }
    Ok(match s.max_class().max(class_of(fill)) {
        0x7F => StrBuf::Ascii(make(s, head, left, right, fill)?),
        0xFF => StrBuf::Latin1(make(s, head, left, right, fill)?),
        0xFFFF => StrBuf::Two(make(s, head, left, right, fill)?),
        _ => StrBuf::Four(make(s, head, left, right, fill)?),
    })
}

/// `str.zfill`: zeros behind a sign.
pub fn zfill(s: Str<'_>, width: usize) -> Result<Option<StrBuf>, SizeError> {
    if width <= s.len() {
        return Ok(None);
    }
    let sign = !s.is_empty() && matches!(s.at(0), 0x2B | 0x2D);
    checked(Some(width))?;
    filled(s, sign as usize, width - s.len(), 0, '0' as u32).map(Some)
}

/// `expandtabs` on units of one width; columns are counted from the last `\n` or `\r`.
pub fn expandtabs_in<U: Unit>(s: &[U], tab: isize) -> Result<Option<Vec<U>>, SizeError> {
    const TAB: u32 = 9;
    let tab = tab.max(0) as usize;
    if U::find_unit(s, U::of(TAB)).is_none() {
        return Ok(None);
    }
    let fill = |column: usize| if tab == 0 { 0 } else { tab - column % tab };
    let newline = |c: U| matches!(c.code(), 10 | 13);
    // The size first: a tab may be as wide as `sys.maxsize`.
    let (mut size, mut column) = (0usize, 0usize);
    for &c in s {
        let n = if c.code() == TAB { fill(column) } else { 1 };
        column = if newline(c) { 0 } else { checked(column.checked_add(n))? };
        size = checked(size.checked_add(n))?;
    }
    let mut out = room(size)?;
    column = 0;
    for &c in s {
        if c.code() == TAB {
            let n = fill(column);
            out.resize(out.len() + n, U::of(0x20));
            column += n;
        } else {
            out.push(c);
            column = if newline(c) { 0 } else { column + 1 };
        }
    }
    Ok(Some(out))
}

/// `str.expandtabs`.
pub fn expandtabs(s: Str<'_>, tab: isize) -> Result<Option<StrBuf>, SizeError> {
    each_kind!(s, v => Ok(expandtabs_in(v, tab)?.map(Unit::own)))
}

/// What one character becomes in `str.translate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Translated {
    /// The table has nothing for it.
    Same,
    /// The table has `None`.
    Deleted,
    /// A character.
    Char(u32),
    /// A string, which the callback has written.
    Written,
}

/// `str.translate` (`_PyUnicode_TranslateCharmap`): `look` asks the table about a character. Of an ASCII character it is
/// asked once only, unless the answer was a string.
pub fn translate<E>(
    s: Str<'_>,
    mut look: impl FnMut(u32, &mut Builder) -> Result<Translated, E>,
) -> Result<StrBuf, E> {
    let mut known: [Option<Translated>; 128] = [None; 128];
    let mut out = Builder::with_capacity(s.len());
    for c in s.chars() {
        let answer = match known.get(c as usize) {
            Some(Some(answer)) => *answer,
            _ => {
                let answer = look(c, &mut out)?;
                if c < 128 && answer != Translated::Written {
                    known[c as usize] = Some(answer);
                }
                answer
            }
        };
        match answer {
            Translated::Same => out.push(c),
            Translated::Char(c) => out.push(c),
            Translated::Deleted | Translated::Written => {}
        }
    }
    Ok(out.finish())
}
