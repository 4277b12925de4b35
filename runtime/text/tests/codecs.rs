//! Codecs against the oracle: malformed input of every kind under every standard handler, cut at every place, and
//! strings that do not encode.

mod common;
use common::{PRELUDE, codes, hex};
use dxpy_text::codecs::handlers::Handler;
use dxpy_text::codecs::simple::{AsciiDecoder, ByteEncoder};
use dxpy_text::codecs::utf8::{Utf8Decoder, Utf8Encoder};
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
run('latin_1', [b'a', b'\x80', b'abcdefghijklmnopqrstuvwxyz'*2], 30, 5, (True,))
"#;
    lines(SCRIPT, 90_000, |f| {
        let input: Vec<u8> = codes(f[3]).iter().map(|&c| c as u8).collect();
        assert_eq!(decode_named(f[0], f[1] == "1", &input, f[2]), f[4], "{f:?}");
    });
}

#[test]
fn encoding() {
    const SCRIPT: &str = r#"
C = ['a', 'abcdefghijklmnopqrstuvwxyz'*2, '\x7f', '\x80', '\xff', '\u0100', '\u07ff', '\u0800', '\ud7ff', '\ud800', '\udbff', '\udc00', '\udc7f', '\udc80',
     '\udcff', '\udd00', '\udfff', '\ue000', '\uffff', '\U00010000', '\U0010ffff', '\U000f0000', '\U000f0005', '\U000f0200', '\U000f0210']
for i in range(3000):
    c = C if i % 2 else [random.choice(C) for _ in range(3)]
    s = ''.join(random.choice(c) for _ in range(random.randrange(7)))
    for name in 'utf_8', 'ascii', 'latin_1':
        for e in H:
            print(name, e, h(s), res(attempt(getattr(codecs, name + '_encode'), s, e)), sep='|')
"#;
    lines(SCRIPT, 70_000, |f| {
        let s = codes(f[2]);
        let narrow = StrBuf::from_codes(&s);
        for s in [narrow.as_str(), Str::Four(&s)] {
            assert_eq!(encode_named(f[0], s, f[1]), f[3], "{f:?}");
        }
    });
}
