//! A hundred thousand hostile inputs: every kernel, codec and parser on random units, random places and handlers that go on
//! anywhere. Nothing panics, nothing hangs, results keep the promises of their kinds. No oracle is asked.

use dxpy_text::codecs::charmap::*;
use dxpy_text::codecs::escape::*;
use dxpy_text::codecs::simple::*;
use dxpy_text::codecs::utf7::*;
use dxpy_text::codecs::utf8::*;
use dxpy_text::codecs::wide::*;
use dxpy_text::codecs::*;
use dxpy_text::strings::split::Side;
use dxpy_text::strings::*;
use dxpy_text::{bytes, format};

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    /// Characters of which many mean something to some kernel.
    fn code(&mut self) -> u32 {
        const LIKELY: &[u32] = &[
            0x61, 0x41, 0x62, 0x20, 9, 10, 13, 0x1C, 0x5C, 0x25, 0x7B, 0x7D, 0x5B, 0x5D, 0x2E, 0x3A, 0x21,
            0x28, 0x29, 0x2A, 0x30, 0x39, 0x2B, 0x2D, 0x27, 0x22, 0x4E, 0x55, 0x75, 0x78, 0x7F, 0x80, 0x85,
            0xDF, 0xED, 0xF0, 0xFF, 0x130, 0x149, 0x1C5, 0x345, 0x3A3, 0x660, 0x2028, 0xD800, 0xDBFF, 0xDC00,
            0xDC80, 0xDFFF, 0xFFFE, 0xFEFF, 0x1_0000, 0x1_F600, 0x10_FFFF,
        ];
        match self.below(3) {
            0 => self.below(0x11_0000) as u32,
            _ => LIKELY[self.below(LIKELY.len())],
        }
    }

    fn codes(&mut self) -> Vec<u32> {
        let longest = [3, 12, 80][self.below(3)];
        let limit = [0x80, 0x100, 0x1_0000, 0x11_0000][self.below(4)];
        (0..self.below(longest)).map(|_| self.code() % limit).collect()
    }

    fn bytes(&mut self) -> Vec<u8> {
        self.codes().iter().map(|&c| c as u8).collect()
    }
}

/// A view of the kind that `wide` says, where the characters fit.
fn view<'a>(narrow: &'a StrBuf, codes: &'a [u32], wide: bool) -> Str<'a> {
    if wide { Str::Four(codes) } else { narrow.as_str() }
}

fn sound(s: &StrBuf) {
    assert_eq!(s.as_str().max_bound(), s.as_str().max_class());
}

#[test]
fn kernels() {
    let mut r = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..100_000 {
        let (a, b, c) = (r.codes(), r.codes(), r.codes());
        let (na, nb, nc) = (StrBuf::from_codes(&a), StrBuf::from_codes(&b), StrBuf::from_codes(&c));
        let (s, t, u) =
            (view(&na, &a, r.below(4) == 0), view(&nb, &b, r.below(4) == 0), view(&nc, &c, r.below(4) == 0));
        let max = [0, 1, 3, usize::MAX][r.below(4)];
        let i = [0, 1, -1, 5, isize::MAX, isize::MIN][r.below(6)];
        let j = [0, 1, -1, 5, isize::MAX, isize::MIN][r.below(6)];
        if let Some((i, j)) = bounds(s.len(), i, j) {
            let part = s.slice(i, j);
            assert_eq!(search::find(part, t).is_some(), search::rfind(part, t).is_some());
            assert_eq!(search::count(part, t) > 0, search::contains(part, t));
            let _ = (search::starts_with(part, t), search::ends_with(part, t), part.cmp(&t));
        }
        let mut total = 0;
        let mut part = |i: usize, j: usize| {
            total += s.slice(i, j).len();
            Ok::<(), ()>(())
        };
        split::split_space(s, max, &mut part).unwrap();
        split::rsplit_space(s, max, &mut part).unwrap();
        split::splitlines(s, max == 0, &mut part).unwrap();
        if !t.is_empty() {
            split::split(s, t, max, &mut part).unwrap();
            split::rsplit(s, t, max, &mut part).unwrap();
        }
        assert!(total <= 5 * s.len());
        for side in [Side::Left, Side::Right, Side::Both] {
            let (i, j) = split::strip(s, side, Some(t));
            let _ = s.slice(i, j);
        }
        let made = [
            edit::replace(s, t, u, max).unwrap(),
            edit::pad(s, a.len(), b.len(), 0x1F600).unwrap(),
            edit::zfill(s, b.len() * 2).unwrap(),
            edit::expandtabs(s, b.len() as isize - 3).unwrap(),
            Some(edit::join(t, [s, u, s].into_iter()).unwrap()),
            Some(case::lower(s)),
            Some(case::upper(s)),
            Some(case::title(s)),
            Some(case::swapcase(s)),
            Some(case::casefold(s)),
            Some(case::capitalize(s)),
            Some(repr::repr(s)),
            Some(repr::ascii(s)),
        ];
        made.iter().flatten().for_each(sound);
        let _ = (predicates::is_title(s), predicates::is_identifier(s), predicates::decimals_to_ascii(s));
        let list: Vec<_> = format::pieces(s).collect();
        for piece in list.iter().flatten() {
            let _ = s.slice(piece.literal.0, piece.literal.1);
            if let Some(f) = piece.field {
                let _ = s.slice(f.spec.0, f.spec.1);
                if let Ok((_, steps)) = format::field_name(s, f.name) {
                    assert!(steps.count() <= s.len());
                }
            }
        }
        for at in 0..s.len() {
            if s.at(at) == '%' as u32 {
                let d = format::directive(s, at + 1, max == 0, &mut NoArguments);
                assert!(d.is_err() || d.is_ok_and(|d| d.end > at && d.end <= s.len()));
            }
        }
    }
}

struct NoArguments;

impl format::PercentArguments for NoArguments {
    type Error = ();
    fn need_mapping(&mut self) -> Result<(), ()> {
        Ok(())
    }
    fn key(&mut self, _: format::Span) -> Result<(), ()> {
        Ok(())
    }
    fn width(&mut self) -> Result<isize, ()> {
        Ok(isize::MIN)
    }
    fn precision(&mut self) -> Result<i32, ()> {
        Ok(i32::MIN)
    }
}

const HANDLERS: [Handler; 8] = [
    Handler::Strict,
    Handler::Ignore,
    Handler::Replace,
    Handler::BackslashReplace,
    Handler::XmlCharRefReplace,
    Handler::NameReplace,
    Handler::SurrogateEscape,
    Handler::SurrogatePass,
];

fn try_decoder(d: &mut impl Decoder, again: &mut impl Decoder, input: &[u8], r: &mut Random) {
    let mut out = Builder::new();
    let handler = HANDLERS[r.below(8)];
    if let Ok(n) = decode_with(d, input, &mut out, handler) {
        assert!(n <= input.len());
        sound(&out.finish());
    }
    // A handler that goes on anywhere, forwards or back, sometimes in another input, and gives up at last.
    let (mut out, mut left) = (Builder::new(), 20);
    let result = decode(again, input, &mut out, |_, now, e, out| {
        assert!(e.start < e.end && e.end <= now.len(), "{e:?}");
        left -= 1;
        if left == 0 {
            return Err(());
        }
        out.push_str(Str::Four(&r.codes()));
        let other = (r.below(4) == 0).then(|| r.bytes());
        let len = other.as_ref().map_or(now.len(), Vec::len);
        Ok(Resume { at: r.below(len + 1), input: other })
    });
    let _ = result;
    sound(&out.finish());
}

fn try_encoder(d: &mut impl Encoder, again: &mut impl Encoder, s: Str<'_>, r: &mut Random) {
    let mut out = Vec::new();
    let _ = encode_with(d, s, &mut out, HANDLERS[r.below(8)]);
    let mut left = 20;
    let _ = encode(again, s, &mut out, |_, s, e| {
        assert!(e.start < e.end && e.end <= s.len(), "{e:?}");
        left -= 1;
        if left == 0 {
            return Err(());
        }
        let replacement = match r.below(2) {
            0 => Replacement::Text(StrBuf::from_codes(&r.codes())),
            _ => Replacement::Bytes(r.bytes()),
        };
        Ok((replacement, r.below(s.len() + 1)))
    });
}

#[test]
fn codecs() {
    let mut r = Random(0x2545_F491_4F6C_DD1D);
    for _ in 0..100_000 {
        let (input, codes) = (r.bytes(), r.codes());
        let narrow = StrBuf::from_codes(&codes);
        let s = view(&narrow, &codes, r.below(4) == 0);
        let last = r.below(2) == 0;
        let order = [None, Some(Endian::Little), Some(Endian::Big)][r.below(3)];
        match r.below(9) {
            0 => try_decoder(&mut Utf8Decoder { last }, &mut Utf8Decoder { last }, &input, &mut r),
            1 => try_decoder(&mut Utf7Decoder { last }, &mut Utf7Decoder { last }, &input, &mut r),
            2 => {
                let new = || Utf16Decoder::new(order, last);
                try_decoder(&mut new(), &mut new(), &input, &mut r);
            }
            3 => {
                let new = || Utf32Decoder::new(order, last);
                try_decoder(&mut new(), &mut new(), &input, &mut r);
            }
            4 => {
                let new = || UnicodeEscapeDecoder::new(last);
                try_decoder(&mut new(), &mut new(), &input, &mut r);
            }
            5 => {
                let new = || RawUnicodeEscapeDecoder { last };
                try_decoder(&mut new(), &mut new(), &input, &mut r);
            }
            6 => {
                let new = || CharmapDecoder { table: s };
                try_decoder(&mut new(), &mut new(), &input, &mut r);
            }
            7 => try_decoder(&mut AsciiDecoder.clone(), &mut AsciiDecoder.clone(), &input, &mut r),
            _ => {
                let _ = escape_decode(&input, ["strict", "ignore", "replace", ""][r.below(4)]);
                let _ = bytes::fromhex(Str::Latin1(&input));
                let repr = bytes::repr(&input);
                assert_eq!(escape_decode(&repr[2..repr.len() - 1], "strict").unwrap().0, input);
            }
        }
        match r.below(5) {
            0 => try_encoder(&mut Utf8Encoder.clone(), &mut Utf8Encoder.clone(), s, &mut r),
            1 => {
                let mut encoder = [ByteEncoder::ASCII, ByteEncoder::LATIN1][r.below(2)];
                try_encoder(&mut encoder.clone(), &mut encoder, s, &mut r);
            }
            2 => {
                let new = || Utf16Encoder::new(order);
                try_encoder(&mut new(), &mut new(), s, &mut r);
            }
            3 => {
                let new = || Utf32Encoder::new(order);
                try_encoder(&mut new(), &mut new(), s, &mut r);
            }
            _ => {
                let table: Vec<u32> = std::iter::once(0).chain(r.codes()).collect();
                if let CharmapTable::Map(map) = EncodingMap::build(Str::Four(&table)) {
                    try_encoder(
                        &mut CharmapEncoder { map: &map },
                        &mut CharmapEncoder { map: &map },
                        s,
                        &mut r,
                    );
                }
            }
        }
        // What nothing is malformed for comes back.
        let mut out = Builder::new();
        let text = encode_unicode_escape(s);
        decode_with(&mut UnicodeEscapeDecoder::new(true), &text, &mut out, Handler::Strict).unwrap();
        assert!(out.as_str() == s);
        let mut out = Builder::new();
        let text = encode_utf7(s);
        decode_with(&mut Utf7Decoder { last: true }, &text, &mut out, Handler::Strict).unwrap();
        let joined = |s: Str<'_>| {
            s.chars()
                .collect::<Vec<_>>()
                .windows(2)
                .any(|w| w[0] & !0x3FF == 0xD800 && w[1] & !0x3FF == 0xDC00)
        };
        assert!(out.as_str() == s || joined(s));
    }
}

#[test]
fn errors_everywhere_take_linear_time() {
    let start = std::time::Instant::now();
    let bad = |unit: &[u8]| unit.repeat(1_000_000 / unit.len());
    for handler in [Handler::Ignore, Handler::Replace, Handler::SurrogateEscape] {
        for unit in [&b"\xff"[..], b"a\xff", b"\xf0\x9f\x98", b"\xe2\x82\xac\xff", b"\xed\xa0\x80"] {
            let mut out = Builder::new();
            decode_with(&mut Utf8Decoder { last: true }, &bad(unit), &mut out, handler).unwrap();
        }
        let mut out = Builder::new();
        let _ = decode_with(&mut Utf7Decoder { last: true }, &bad(b"+A!"), &mut out, handler);
        let _ = decode_with(&mut UnicodeEscapeDecoder::new(true), &bad(b"\\N{"), &mut out, Handler::Ignore);
        let _ =
            decode_with(&mut Utf16Decoder::new(None, true), &bad(b"\x00\xdc"), &mut out, Handler::Replace);
        let lone: Vec<u32> = (0..500_000).map(|i| if i % 2 == 0 { 0x61 } else { 0xD800 }).collect();
        for handler in [Handler::Ignore, Handler::SurrogatePass] {
            let mut out = Vec::new();
            encode_with(&mut Utf8Encoder, Str::Four(&lone), &mut out, handler).unwrap();
            encode_with(&mut Utf16Encoder::new(None), Str::Four(&lone), &mut out, handler).unwrap();
        }
    }
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
