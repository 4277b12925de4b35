//! Codecs against the oracle: malformed input of every kind under every standard handler, cut at every place, and
//! strings that do not encode.

mod common;
use common::{PRELUDE, codes, hex};
use dxpy_text::codecs::charmap::*;
use dxpy_text::codecs::escape::*;
use dxpy_text::codecs::handlers::Handler;
use dxpy_text::codecs::simple::{AsciiDecoder, ByteEncoder};
use dxpy_text::codecs::utf7::{Utf7Decoder, encode_utf7};
use dxpy_text::codecs::utf8::{Utf8Decoder, Utf8Encoder};
use dxpy_text::codecs::wide::*;
use dxpy_text::codecs::*;
use dxpy_text::strings::{Builder, Str, StrBuf};

fn lines(script: &str, least: usize, mut test: impl FnMut(&[&str])) {
    let Some(out) = common::oracle(&format!("{PRELUDE}{DECODE}{script}")) else { return };
    let text = String::from_utf8(out).unwrap();
    let mut seen = 0;
    for line in text.lines() {
        test(&line.split('|').collect::<Vec<_>>());
        seen += 1;
    }
    assert!(seen >= least, "{seen}");
}

const DECODE: &str = r#"
import codecs, warnings
warnings.simplefilter('ignore')
H = ['strict', 'ignore', 'replace', 'backslashreplace', 'surrogateescape', 'surrogatepass', 'xmlcharrefreplace', 'namereplace']
def attempt(f, *a):
    try: return f(*a)
    except UnicodeError as e: return '!%s %d %d %s' % (e.encoding, e.start, e.end, e.reason)
    except TypeError as e: return '!T'
def res(r):
    if isinstance(r, str): return h(r)
    return h(r[0]) + ' ' + str(r[1])
"#;

fn failed(encoding: &str, e: Failed<Refused>) -> String {
    let text = match e {
        Failed::Malformed(e) => format!("!{encoding} {} {} {}", e.start, e.end, e.reason),
        Failed::Handler(_) => "!T".to_owned(),
    };
    hex(text.chars().map(u32::from))
}

fn decoded(d: &mut impl Decoder, input: &[u8], handler: &str) -> String {
    let mut out = Builder::new();
    match decode_with(d, input, &mut out, Handler::parse(handler).unwrap()) {
        Ok(n) => {
            let s = out.finish();
            assert_eq!(s.as_str().max_bound(), s.as_str().max_class());
            format!("{} {n}", hex(s.as_str().chars()))
        }
        Err(e) => failed(d.encoding(), e),
    }
}

fn encoded(d: &mut impl Encoder, s: Str<'_>, handler: &str) -> String {
    let mut out = Vec::new();
    match encode_with(d, s, &mut out, Handler::parse(handler).unwrap()) {
        Ok(()) => format!("{} {}", hex(out.iter().map(|&c| u32::from(c))), s.len()),
        Err(e) => failed(d.encoding(), e),
    }
}

/// The decoder the tests call by this name.
fn decode_named(name: &str, last: bool, input: &[u8], handler: &str) -> String {
    match name {
        "utf_8" => decoded(&mut Utf8Decoder { last }, input, handler),
        "ascii" => decoded(&mut AsciiDecoder, input, handler),
        "utf_7" => decoded(&mut Utf7Decoder { last }, input, handler),
        "utf_16" => decoded(&mut Utf16Decoder::new(None, last), input, handler),
        "utf_16_le" => decoded(&mut Utf16Decoder::new(Some(Endian::Little), last), input, handler),
        "utf_16_be" => decoded(&mut Utf16Decoder::new(Some(Endian::Big), last), input, handler),
        "utf_32" => decoded(&mut Utf32Decoder::new(None, last), input, handler),
        "utf_32_le" => decoded(&mut Utf32Decoder::new(Some(Endian::Little), last), input, handler),
        "utf_32_be" => decoded(&mut Utf32Decoder::new(Some(Endian::Big), last), input, handler),
        "unicode_escape" => {
            let mut d = UnicodeEscapeDecoder::new(last);
            let got = decoded(&mut d, input, handler);
            let warned = d.first_invalid.map_or(String::new(), |w| w.message());
            format!("{got}/{}", hex(warned.chars().map(u32::from)))
        }
        "raw_unicode_escape" => decoded(&mut RawUnicodeEscapeDecoder { last }, input, handler),
        "charmap" => {
            let s = StrBuf::from("\u{0}a\u{20ac}\u{fffe}\u{1f600}z");
            decoded(&mut CharmapDecoder { table: s.as_str() }, input, handler)
        }
        "latin_1" => {
            let s = simple::decode_latin1(input);
            format!("{} {}", hex(s.as_str().chars()), input.len())
        }
        _ => panic!("{name}"),
    }
}

fn encode_named(name: &str, s: Str<'_>, handler: &str) -> String {
    match name {
        "utf_8" => encoded(&mut Utf8Encoder, s, handler),
        "utf_16" => encoded(&mut Utf16Encoder::new(None), s, handler),
        "utf_16_le" => encoded(&mut Utf16Encoder::new(Some(Endian::Little)), s, handler),
        "utf_16_be" => encoded(&mut Utf16Encoder::new(Some(Endian::Big)), s, handler),
        "utf_32" => encoded(&mut Utf32Encoder::new(None), s, handler),
        "utf_32_le" => encoded(&mut Utf32Encoder::new(Some(Endian::Little)), s, handler),
        "utf_32_be" => encoded(&mut Utf32Encoder::new(Some(Endian::Big)), s, handler),
        "utf_7" | "unicode_escape" | "raw_unicode_escape" => {
            let out = match name {
                "utf_7" => encode_utf7(s),
                "unicode_escape" => encode_unicode_escape(s),
                _ => encode_raw_unicode_escape(s),
            };
            format!("{} {}", hex(out.iter().map(|&c| u32::from(c))), s.len())
        }
        "charmap" => {
            let table: String =
                std::iter::once('\0').chain(('!'..='~').rev()).chain("\u{e9}\u{20ac}".chars()).collect();
            let CharmapTable::Map(map) = EncodingMap::build(StrBuf::from(table.as_str()).as_str()) else {
                panic!()
            };
            assert_eq!(map.size(), 16 * 2 + 128 * 3);
            encoded(&mut CharmapEncoder { map: &map }, s, handler)
        }
        "ascii" => encoded(&mut ByteEncoder::ASCII.clone(), s, handler),
        "latin_1" => encoded(&mut ByteEncoder::LATIN1.clone(), s, handler),
        _ => panic!("{name}"),
    }
}

#[test]
fn decoding() {
    const SCRIPT: &str = r#"
U8 = [b'a', b'\x80', b'\xbf', b'\xc0', b'\xc1', b'\xc2', b'\xdf', b'\xe0', b'\xe1', b'\xed', b'\xef', b'\xf0', b'\xf1', b'\xf4', b'\xf5',
      b'\xff', b'\x90', b'\x9f', b'\xa0', b'\x8f', 'é'.encode(), '€'.encode(), '😀'.encode(), b'\xed\xa0\x80', b'abcdefghijklmnopqrstuvwxyz'*2]
def inputs(units, n, k):
    for i in range(n): yield b''.join(random.choice(units) for _ in range(random.randrange(k)))
def run(name, units, n, k, finals):
    f = getattr(codecs, name + '_decode')
    for b in inputs(units, n, k):
        for e in H:
            for final in finals:
                a = (b, e, final) if len(finals) > 1 else (b, e)
                print(name, int(final), e, h(b), res(attempt(f, *a)), sep='|')
run('utf_8', U8, 6000, 7, (False, True))
run('ascii', [b'a', b'\x80', b'abcdefghijklmnopqrstuvwxyz'*2], 300, 5, (True,))
run('utf_7', [b'a', b'+', b'-', b'/', b'AGE', b'2D', b'3A', b'2D3c', b'A', b'!', b'\xff', b'~', b'\x00', b'+-', b'+AOk-', b'=', b'+2D3eAA-'], 4000, 7, (False, True))
W = [b'\x00', b'\xd8', b'\xdc', b'a', b'\xff', b'\xfe', b'\xff\xfe', b'\xfe\xff', b'\x00\x00\xfe\xff', b'\xff\xfe\x00\x00', b'a\x00', b'\x00a',
     b'\x3d\xd8\x00\xde', b'\xd8\x3d\xde\x00', 'abc\xe9\u20ac'.encode('utf-16-le')*15, b'\x10\x00', b'\x11\x00', b'a\x00\x00\x00', b'\x00\x00\x00a']
for name in 'utf_16', 'utf_16_le', 'utf_16_be', 'utf_32', 'utf_32_le', 'utf_32_be':
    run(name, W, 1200, 6, (False, True))
X = [b'\\', b'x', b'u', b'U', b'N', b'{', b'}', b'LATIN SMALL LETTER A', b'SPACE', b'NUL', b'0', b'1', b'4', b'7', b'8', b'a', b'f', b'g', b'\xe9', b'\n', b"'", b'"', b'\\N{',
     b'\\u00e9', b'\\U0001f600', b'\\U00110000', b'\\x4', b'\\400', b'\\v', b'\\r', b'd800', b'\\q', b'0010', b'\\ud83d\\ude00', b'\\N{KEYCAP NUMBER SIGN}']
run('raw_unicode_escape', X, 2500, 7, (False, True))
warnings.simplefilter('always')
for b in inputs(X, 4000, 7):
    for e in H:
        for final in False, True:
            with warnings.catch_warnings(record=True) as w:
                r = attempt(codecs.unicode_escape_decode, b, e, final)
            # A warning comes with the result, and there is none when decoding fails.
            t = '/' + h(str(w[0].message)) if w else '/' if r[0] != '!' else ''
            print('unicode_escape', int(final), e, h(b), res(r) + t, sep='|')
for b in inputs([bytes([i]) for i in range(8)], 500, 7):
    for e in H:
        print('charmap', 1, e, h(b), res(attempt(codecs.charmap_decode, b, e, '\0a\u20ac\ufffe\U0001f600z')), sep='|')
run('latin_1', [b'a', b'\x80', b'abcdefghijklmnopqrstuvwxyz'*2], 30, 5, (True,))
"#;
    lines(SCRIPT, 300_000, |f| {
        let input: Vec<u8> = codes(f[3]).iter().map(|&c| c as u8).collect();
        let mut got = decode_named(f[0], f[1] == "1", &input, f[2]);
        if f[4].starts_with("21") && f[0] == "unicode_escape" {
            got.truncate(got.find('/').unwrap_or(got.len()));
        }
        // After an error handler the warning's text is read from memory that the oracle has freed; that there is one
        // is compared still.
        let known = |s: &str| match s.find('/') {
            Some(i) if f[2] != "strict" => s[..s.len().min(i + 2)].to_owned(),
            _ => s.to_owned(),
        };
        assert_eq!(known(&got), known(f[4]), "{f:?}");
    });
}

#[test]
fn encoding() {
    const SCRIPT: &str = r#"
C = ['a', 'abcdefghijklmnopqrstuvwxyz'*2, '\x7f', '\x80', '\xff', '\u0100', '\u07ff', '\u0800', '\ud7ff', '\ud800', '\udbff', '\udc00', '\udc7f', '\udc80',
     '\udcff', '\udd00', '\udfff', '\ue000', '\uffff', '\U00010000', '\U0010ffff', '\U000f0000', '\U000f0005', '\U000f0200', '\U000f0210']
m = codecs.charmap_build('\0' + ''.join(map(chr, range(126, 32, -1))) + '\xe9\u20ac')
assert m.size() >= 16 * 2 + 128 * 3
C += list('+-/~\\!A\t\n\0\'') + ['\xe9', '\u20ac']
for i in range(3000):
    c = C if i % 2 else [random.choice(C) for _ in range(3)]
    s = ''.join(random.choice(c) for _ in range(random.randrange(7)))
    for name in 'utf_8', 'ascii', 'latin_1', 'utf_16', 'utf_16_le', 'utf_16_be', 'utf_32', 'utf_32_le', 'utf_32_be', 'charmap':
        for e in H:
            more = (m,) if name == 'charmap' else ()
            print(name, e, h(s), res(attempt(getattr(codecs, name + '_encode'), s, e, *more)), sep='|')
    for name in 'utf_7', 'unicode_escape', 'raw_unicode_escape':
        print(name, 'strict', h(s), res(attempt(getattr(codecs, name + '_encode'), s)), sep='|')
"#;
    lines(SCRIPT, 200_000, |f| {
        let s = codes(f[2]);
        let narrow = StrBuf::from_codes(&s);
        for s in [narrow.as_str(), Str::Four(&s)] {
            assert_eq!(encode_named(f[0], s, f[1]), f[3], "{f:?}");
        }
    });
}

#[test]
fn escapes_of_bytes() {
    const SCRIPT: &str = r#"
X = [b'\\', b'x', b'0', b'1', b'4', b'7', b'8', b'a', b'g', b'\xe9', b'\n', b"'", b'"', b'\\x4', b'\\400', b'\\v', b'\\q', b'\t', b'\x00']
warnings.simplefilter('always')
for i in range(5000):
    b = b''.join(random.choice(X) for _ in range(random.randrange(7)))
    for e in 'strict', 'ignore', 'replace', 'what':
        with warnings.catch_warnings(record=True) as w:
            try: r = h(codecs.escape_decode(b, e)[0])
            except ValueError as x: r = '!' + str(x)
        t = str(w[0].message) if w and r[:1] != '!' else ''
        print(e, h(b), r, t, h(codecs.escape_encode(b)[0]), sep='|')
"#;
    lines(SCRIPT, 20_000, |f| {
        let input: Vec<u8> = codes(f[1]).iter().map(|&c| c as u8).collect();
        let h = |v: &[u8]| hex(v.iter().map(|&c| u32::from(c)));
        let (got, warned) = match escape_decode(&input, f[0]) {
            Ok((v, w)) => (h(&v), w.map_or(String::new(), |w| w.message())),
            Err(EscapeError::Trailing) => ("!Trailing \\ in string".to_owned(), String::new()),
            Err(EscapeError::Hex(i)) => (format!("!invalid \\x escape at position {i}"), String::new()),
            Err(EscapeError::Handler) => {
                (format!("!decoding error; unknown error handling code: {}", f[0]), String::new())
            }
        };
        assert_eq!([got, warned, h(&escape_encode(&input))], f[2..], "{f:?}");
    });
}
