//! Error handlers that are not the standard ones, against the oracle: replacements, positions, changed input, bytes and
//! text that do not fit; and character maps of every shape.

mod common;
use common::{PRELUDE, codes, hex};
use dxpy_text::codecs::charmap::*;
use dxpy_text::codecs::escape::*;
use dxpy_text::codecs::simple::*;
use dxpy_text::codecs::utf7::*;
use dxpy_text::codecs::utf8::*;
use dxpy_text::codecs::wide::*;
use dxpy_text::codecs::*;
use dxpy_text::strings::{Builder, Str, StrBuf};

fn lines(script: &str, least: usize, mut test: impl FnMut(&[&str])) {
    let Some(out) = common::oracle(&format!("{PRELUDE}{SCRIPT}{script}")) else { return };
    let text = String::from_utf8(out).unwrap();
    let mut seen = 0;
    for line in text.lines() {
        test(&line.split('|').collect::<Vec<_>>());
        seen += 1;
    }
    assert!(seen >= least, "{seen}");
}

const SCRIPT: &str = r#"
import codecs, warnings
warnings.simplefilter('ignore')
class Endless(Exception): pass
def res(f, *a):
    # A handler that changes the input may be asked without end.
    global calls
    calls = 0
    try: r = f(*a)
    except Endless: return 'endless'
    except UnicodeError as e: return '!%s %d %d %s' % (e.encoding, e.start, e.end, e.reason)
    return h(r[0]) + ' ' + str(r[1])
def register(name):
    def decorate(f): codecs.register_error(name, f)
    return decorate
@register('text')
def _(e): return '\xe9?', e.end
@register('one')
def _(e): return '', e.start + 1
@register('wide')
def _(e): return '\U0001f600', len(e.object)
@register('change')
def _(e):
    global calls
    calls += 1
    if calls > 50 or len(e.object) > 1000: raise Endless
    e.object = e.object[:e.start] + b'ab' + e.object[e.end:]
    return '<', e.start
@register('bytes')
def _(e): return b'\xff\xfe', e.end
@register('odd')
def _(e): return b'\xff', e.end
@register('ascii')
def _(e): return '<>', e.start + 1
"#;

fn shown<E>(encoding: &str, r: Result<String, Failed<E>>) -> String {
    r.unwrap_or_else(|e| match e {
        Failed::Malformed(e) => format!("!{encoding} {} {} {}", e.start, e.end, e.reason),
        Failed::Handler(_) => "!handler".to_owned(),
    })
}

fn answer(name: &str, input: &[u8], e: Malformed, out: &mut Builder) -> Resume {
    let mut resume = Resume { at: e.end, input: None };
    match name {
        "text" => out.push_text("\u{e9}?"),
        "one" => resume.at = e.start + 1,
        "wide" => {
            out.push(0x1F600);
            resume.at = input.len();
        }
        _ => {
            out.push('<' as u32);
            resume =
                Resume { at: e.start, input: Some([&input[..e.start], b"ab", &input[e.end..]].concat()) };
        }
    }
    resume
}

fn decoded(d: &mut impl Decoder, input: &[u8], name: &str) -> String {
    let mut out = Builder::new();
    let n = decode(d, input, &mut out, |_, input, e, out| Ok::<_, ()>(answer(name, input, e, out))).unwrap();
    format!("{} {n}", hex(out.as_str().chars()))
}

#[test]
fn decoders_go_on_where_the_handler_says() {
    const SCRIPT: &str = r#"
U = [b'a', b'\x80', b'\xc3', b'\xc3\xa9', b'\xed\xa0', b'\xe2\x82', b'\xf0\x9f\x98\x80', b'\xff', b'\x00', b'\x00\xd8', b'\x00\xdc', b'+', b'+AGE', b'-', b'/',
     b'\\', b'\\x', b'\\u12', b'\\N{', b'}', b'\\q', b'\\U00110000', b'abcdefghijklmnopq']
for i in range(4000):
    b = b''.join(random.choice(U) for _ in range(random.randrange(7)))
    for name in 'utf_8', 'ascii', 'utf_7', 'utf_16_le', 'utf_16_be', 'utf_16', 'utf_32_le', 'unicode_escape', 'raw_unicode_escape':
        for e in 'text', 'one', 'wide', 'change':
            if name == 'utf_32_le' and e in ('one', 'change') or name[:6] == 'utf_16' and e == 'one': continue
            # The oracle takes the first input's length for the end of an unterminated shift, also of a changed input.
            if name == 'utf_7' and e == 'change': continue
            for final in (0, 1) if name != 'ascii' else (1,):
                a = (b, e, bool(final)) if name != 'ascii' else (b, e)
                print(name, e, final, h(b), res(getattr(codecs, name + '_decode'), *a), sep='|')
"#;
    lines(SCRIPT, 200_000, |f| {
        let input: Vec<u8> = codes(f[3]).iter().map(|&c| c as u8).collect();
        let (name, last) = (f[1], f[2] == "1");
        let got = match f[0] {
            "utf_8" => decoded(&mut Utf8Decoder { last }, &input, name),
            "ascii" => decoded(&mut AsciiDecoder, &input, name),
            "utf_7" => decoded(&mut Utf7Decoder { last }, &input, name),
            "utf_16" => decoded(&mut Utf16Decoder::new(None, last), &input, name),
            "utf_16_le" => decoded(&mut Utf16Decoder::new(Some(Endian::Little), last), &input, name),
            "utf_16_be" => decoded(&mut Utf16Decoder::new(Some(Endian::Big), last), &input, name),
            "utf_32_le" => decoded(&mut Utf32Decoder::new(Some(Endian::Little), last), &input, name),
            "unicode_escape" => decoded(&mut UnicodeEscapeDecoder::new(last), &input, name),
            _ => decoded(&mut RawUnicodeEscapeDecoder { last }, &input, name),
        };
        // With another input the oracle's modules tell the length of the first one or a place in the other.
        let text =
            |s: &str| if name == "change" { s.split(' ').next().unwrap().to_owned() } else { s.to_owned() };
        assert_eq!(text(&got), text(f[4]), "{f:?}");
    });
}

fn encoder_answer(name: &str, s: Str<'_>, e: Malformed) -> (Replacement, usize) {
    let text = |t: &str| Replacement::Text(StrBuf::from(t));
    match name {
        "text" => (text("\u{e9}?"), e.end),
        "one" => (text(""), e.start + 1),
        "wide" => (text("\u{1f600}"), s.len()),
        "bytes" => (Replacement::Bytes(vec![0xFF, 0xFE]), e.end),
        "odd" => (Replacement::Bytes(vec![0xFF]), e.end),
        _ => (text("<>"), e.start + 1),
    }
}

fn encoded(d: &mut impl Encoder, s: Str<'_>, name: &str) -> String {
    let mut out = Vec::new();
    let r = encode(d, s, &mut out, |_, s, e| Ok::<_, ()>(encoder_answer(name, s, e)));
    shown(d.encoding(), r.map(|()| format!("{} {}", hex(out.iter().map(|&c| u32::from(c))), s.len())))
}

#[test]
fn encoders_take_what_the_handler_gives() {
    const SCRIPT: &str = r#"
C = ['a', 'abcdefghijklmnopqrstuvwxyz', '\xe9', '\u0100', '\ud800', '\udc80', '\u20ac', '\U0001f600']
m = codecs.charmap_build('\0' + ''.join(map(chr, range(126, 32, -1))) + '\xe9\u20ac')
for i in range(3000):
    s = ''.join(random.choice(C) for _ in range(random.randrange(7)))
    for name in 'utf_8', 'ascii', 'latin_1', 'utf_16', 'utf_16_be', 'utf_32', 'utf_32_le', 'charmap':
        for e in 'text', 'one', 'wide', 'bytes', 'odd', 'ascii':
            print(name, e, h(s), res(getattr(codecs, name + '_encode'), s, e, *[m] * (name == 'charmap')), sep='|')
"#;
    let table =
        std::iter::once('\0').chain(('!'..='~').rev()).chain("\u{e9}\u{20ac}".chars()).collect::<String>();
    let CharmapTable::Map(map) = EncodingMap::build(StrBuf::from(table.as_str()).as_str()) else { panic!() };
    lines(SCRIPT, 100_000, |f| {
        let s = StrBuf::from_codes(&codes(f[2]));
        let (s, name) = (s.as_str(), f[1]);
        let got = match f[0] {
            "utf_8" => encoded(&mut Utf8Encoder, s, name),
            "ascii" => encoded(&mut ByteEncoder::ASCII.clone(), s, name),
            "latin_1" => encoded(&mut ByteEncoder::LATIN1.clone(), s, name),
            "utf_16" => encoded(&mut Utf16Encoder::new(None), s, name),
            "utf_16_be" => encoded(&mut Utf16Encoder::new(Some(Endian::Big)), s, name),
            "utf_32" => encoded(&mut Utf32Encoder::new(None), s, name),
            "utf_32_le" => encoded(&mut Utf32Encoder::new(Some(Endian::Little)), s, name),
            _ => encoded(&mut CharmapEncoder { map: &map }, s, name),
        };
        assert_eq!(got, f[3], "{f:?}");
        if f[0] == "charmap" {
            // The same table as a mapping that is asked by a callback.
            let mut out = Vec::new();
            let look = |c: u32, out: &mut Vec<u8>| {
                let byte = map.look(c);
                out.extend(byte);
                Ok::<_, ()>(byte.is_some())
            };
            let r = charmap_encode(s, &mut out, look, |_, s, e| Ok(encoder_answer(name, s, e)));
            let done = |()| format!("{} {}", hex(out.iter().map(|&c| u32::from(c))), s.len());
            assert_eq!(shown("charmap", r.map(done)), f[3], "{f:?}");
        }
    });
}

#[test]
fn character_maps() {
    const SCRIPT: &str = r#"
import encodings, pkgutil, importlib
tables = [''.join(random.sample([chr(random.randrange(1, 0xfff0)) for _ in range(300)], random.randrange(1, 300))) for _ in range(200)]
tables += ['\0' + t for t in tables] + ['\0' + word(300) for _ in range(100)] + ['\0' + ''.join(chr(i * 128 + 1) for i in range(1, 256))]
for m in pkgutil.iter_modules(encodings.__path__):
    try: tables.append(importlib.import_module('encodings.' + m.name).decoding_table)
    except (AttributeError, ImportError): pass
base = codecs.charmap_build('\0').size() - 0
for t in tables:
    if not t: continue
    m = codecs.charmap_build(t)
    some = [random.choice(t) for _ in range(30)] + [chr(random.randrange(0xffff)) for _ in range(30)]
    if isinstance(m, dict): r = ['d' + str(len(m))]
    else: r = [str(m.size() - base)] + [h(codecs.charmap_encode(c, 'replace', m)[0]) if c == '?' else h(codecs.charmap_encode(c, 'ignore', m)[0]) for c in some]
    b = bytes(random.randrange(256) for _ in range(20))
    print(h(t), h(some), ' '.join(r), h(b), *[res(codecs.charmap_decode, b, e, t) for e in ('strict', 'text', 'wide', 'change')
        if e != 'change' or '!' not in res(codecs.charmap_decode, b'ab', 'strict', t)], sep='|')
"#;
    let mut maps = 0;
    lines(SCRIPT, 400, |f| {
        let t = StrBuf::from_codes(&codes(f[0]));
        let some: Vec<u32> = f[1].trim_matches(['[', ']']).split(';').map(|c| codes(c)[0]).collect();
        let got = match EncodingMap::build(t.as_str()) {
            CharmapTable::Dict => {
                let mut keys: Vec<u32> = t.as_str().chars().take(256).collect();
                keys.sort_unstable();
                keys.dedup();
                format!("d{}", keys.len())
            }
            CharmapTable::Map(m) => {
                maps += 1;
                let each = some.iter().map(|&c| m.look(c).map_or(String::new(), |b| format!("{b:x}")));
                std::iter::once(m.size().to_string()).chain(each).collect::<Vec<_>>().join(" ")
            }
        };
        assert_eq!(got, f[2], "{f:?}");
        let b: Vec<u8> = codes(f[3]).iter().map(|&c| c as u8).collect();
        for (i, name) in ["strict", "text", "wide", "change"].iter().enumerate() {
            let mut d = CharmapDecoder { table: t.as_str() };
            let mut out = Builder::new();
            let r = if *name == "strict" {
                decode_with(&mut d, &b, &mut out, Handler::Strict)
            } else if *name == "change" && d.clone().decode(b"ab", 0, &mut Builder::new()).is_err() {
                // What it is changed to would be malformed again, for ever.
                continue;
            } else {
                Ok(decode(&mut d, &b, &mut out, |_, b, e, out| Ok::<_, ()>(answer(name, b, e, out))).unwrap())
            };
            let n = f[4 + i].rsplit(' ').next().unwrap();
            let done = |end| {
                assert!(*name == "change" || end == b.len());
                format!("{} {n}", hex(out.as_str().chars()))
            };
            let got = shown("charmap", r.map(done));
            assert_eq!(got, f[4 + i], "{name} {f:?}");
            // The same as a mapping that is asked by a callback.
            let (mut out, table) = (Builder::new(), t.as_str());
            let look = |c: u8, out: &mut Builder| {
                let to = (usize::from(c) < table.len()).then(|| table.at(c.into())).filter(|&c| c != 0xFFFE);
                to.into_iter().for_each(|c| out.push(c));
                Ok(to.is_some())
            };
            let r = charmap_decode(&b, &mut out, look, |_, b, e, out| match *name {
                "strict" => Err(Failed::<()>::Malformed(e)),
                name => Ok(answer(name, b, e, out)),
            });
            assert_eq!(
                shown("charmap", r.map(|()| format!("{} {n}", hex(out.as_str().chars())))),
                f[4 + i],
                "{f:?}"
            );
        }
    });
    assert!(maps == 0 || maps > 200, "{maps}");
}

#[test]
fn standard_handlers_called_by_themselves() {
    const SCRIPT: &str = r#"
names = ['utf-8', 'UTF8', 'utf_8', 'utf--8', 'utf-16', 'Utf16', 'utf_16_le', 'utf16be', 'UTF-16-BE', 'utf-16-', 'utf-16l', 'utf-32', 'utf32le', 'utf-32_be',
         'utf-7', 'ascii', 'cp1252', '', 'utf', 'utf-8x', 'utf-16-lee', 'utf-320']
H = ['strict', 'ignore', 'replace', 'backslashreplace', 'xmlcharrefreplace', 'namereplace', 'surrogateescape', 'surrogatepass']
U = [b'a', b'\xed\xa0\x80', b'\xed\xb2\x80', b'\x00\xd8', b'\xd8\x00', b'\x00\xdc\x00\x00', b'\x00\x00\xdc\x00', b'\xff', b'\xe0\x80\x80']
C = ['a', '\ud800', '\udc80', '\udcff', '\xe9', '\u0141', '\U0001f600', '\ue000', '\U000f0001', '\uac00', '\u4e00']
for i in range(6000):
    n, e = random.choice(names), random.choice(H)
    f = codecs.lookup_error(e)
    b = b''.join(random.choice(U) for _ in range(random.randrange(1, 5)))
    s = ''.join(random.choice(C) for _ in range(random.randrange(1, 5)))
    for k, o in (0, b), (1, s), (2, s):
        i = random.randrange(len(o)); j = random.randrange(i + 1, len(o) + 1)
        x = (UnicodeDecodeError(n, o, i, j, '') if k == 0 else UnicodeEncodeError(n, o, i, j, '') if k == 1 else UnicodeTranslateError(o, i, j, ''))
        try: r = f(x)
        except UnicodeError as y: r = '!raise' if y is x else '!other'
        except TypeError: r = '!kind'
        else: r = ('b' if isinstance(r[0], bytes) else 's') + h(r[0]) + ' ' + str(r[1])
        print(k, n, e, h(o), i, j, r, sep='|')
"#;
    lines(SCRIPT, 18_000, |f| {
        let (o, i, j) = (codes(f[3]), f[4].parse().unwrap(), f[5].parse().unwrap());
        let handler = Handler::parse(f[2]).unwrap();
        let s = StrBuf::from_codes(&o);
        let refused = |e| match e {
            Refused::Raise => "!raise".to_owned(),
            Refused::Kind => "!kind".to_owned(),
        };
        let text = |s: &StrBuf, at: usize| format!("s{} {at}", hex(s.as_str().chars()));
        let got = match f[0] {
            "0" => {
                let b: Vec<u8> = o.iter().map(|&c| c as u8).collect();
                let mut out = Builder::new();
                let r = handler.decode(f[1], &b, i, j, &mut out);
                r.map_or_else(refused, |at| text(&out.finish(), at))
            }
            "1" => handler.encode(f[1], s.as_str(), i, j).map_or_else(refused, |(r, at)| match r {
                Replacement::Text(s) => text(&s, at),
                Replacement::Bytes(b) => format!("b{} {at}", hex(b.iter().map(|&c| u32::from(c)))),
            }),
            _ => handler.translate(s.as_str(), i, j).map_or_else(refused, |s| text(&s, j)),
        };
        assert_eq!(got, f[6], "{f:?}");
    });
}
