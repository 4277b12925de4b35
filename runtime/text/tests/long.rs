//! Long texts against the oracle: several times the blocks in which kernels and codecs work, with rare characters that end
//! a fast path anywhere, and bytes that are wrong anywhere.

mod common;
use common::{PRELUDE, codes, hex};
use dxpy_text::codecs::simple::*;
use dxpy_text::codecs::utf7::*;
use dxpy_text::codecs::utf8::*;
use dxpy_text::codecs::wide::*;
use dxpy_text::codecs::*;
use dxpy_text::strings::{Builder, Str, StrBuf, case, edit, repr, search, split};

const SCRIPT: &str = r#"
import warnings
warnings.simplefilter('ignore')
common = ['abcdefgh ', 'abcdefghijklmnopqrstuvwxyz \t', '\u0430\u0431\u0432\u0433\u0434 ', '\u6771\u4eac\u90fd', 'a\xe9\xe8 \xdc', '\U0001f600\U0001f601 ', 'a']
rare = ['', '', '\n', '\xe9\xff\xdf', '\u0430\u4e00\u03a3', '\U0001f600\U00010400', '\ud800\udc80', '\r\n\x85\u2028', '\u0130\u0149\xb5']
E = ['ascii', 'latin-1', 'utf-8', 'utf-16', 'utf-16-be', 'utf-32-le', 'utf-7', 'unicode_escape']
for i in range(220):
    c, r, n = random.choice(common), random.choice(rare), random.choice([60, 130, 513, 1500, 3000])
    p = random.choice([.001, .01, .1])
    s = ''.join(random.choice(r) if r and random.random() < p else random.choice(c) for _ in range(n + random.randrange(20)))
    k = random.randrange(len(s)); t = s[k:k + random.choice([1, 2, 5, 70])]
    out(s, t, s.find(t), s.rfind(t), s.count(t), s.replace(t, 'xy'), s.replace(t, '\u0100' * len(t)), s.split(t), s.split(), s.splitlines(True),
        s.lower(), s.upper(), s.title(), s.casefold(), repr(s), s.strip(t), s < t + 'a')
    for e in E:
        b = s.encode(e, 'surrogatepass' if e[:4] in ('utf-',) and e != 'utf-7' else 'backslashreplace')
        w = bytearray(b)
        for _ in range(random.randrange(4)): w[random.randrange(len(w))] = random.choice(b'\xff\xd8\xdc\x80\\+-a')
        if random.random() < .5: del w[random.randrange(len(w)):]
        print(e, h(b), h(w), h(bytes(w).decode(e, 'replace')), h(bytes(w).decode(e, 'ignore')), sep='|')
"#;

fn handled(encoder: &mut impl Encoder, s: Str<'_>, handler: Handler) -> Vec<u8> {
    let mut out = Vec::new();
    encode_with(encoder, s, &mut out, handler).unwrap();
    out
}

fn decoded(d: &mut impl Decoder, b: &[u8], handler: Handler) -> String {
    let mut out = Builder::new();
    decode_with(d, b, &mut out, handler).unwrap();
    hex(out.finish().as_str().chars())
}

type Part<'a> = &'a mut dyn FnMut(usize, usize) -> Result<(), ()>;

#[test]
fn long_texts() {
    let Some(out) = common::oracle(&format!("{PRELUDE}{SCRIPT}")) else { return };
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), 220 * 9);
    let mut s = StrBuf::from("");
    for line in text.lines() {
        let f: Vec<&str> = line.split('|').collect();
        if f.len() == 5 {
            codec(s.as_str(), &f);
            continue;
        }
        s = StrBuf::from_codes(&codes(f[0]));
        let t = StrBuf::from_codes(&codes(f[1]));
        let (s, t) = (s.as_str(), t.as_str());
        let h = |s: Str<'_>| hex(s.chars());
        let list = |go: &dyn Fn(Part) -> Result<(), ()>| {
            let mut out = Vec::new();
            go(&mut |i, j| {
                out.push(h(s.slice(i, j)));
                Ok(())
            })
            .unwrap();
            format!("[{}]", out.join(";"))
        };
        let place = |p: Option<usize>| p.unwrap().to_string();
        let (xy, wide) = (StrBuf::from("xy"), StrBuf::from_codes(&vec![0x100; t.len()]));
        let replaced =
            |by: &StrBuf| h(edit::replace(s, t, by.as_str(), usize::MAX).unwrap().unwrap().as_str());
        let (i, j) = split::strip(s, split::Side::Both, Some(t));
        let mut ta = t.to_buf().as_str().chars().collect::<Vec<_>>();
        ta.push('a' as u32);
        let got = [
            place(search::find(s, t)),
            place(search::rfind(s, t)),
            search::count(s, t).to_string(),
            replaced(&xy),
            replaced(&wide),
            list(&|f| split::split(s, t, usize::MAX, f)),
            list(&|f| split::split_space(s, usize::MAX, f)),
            list(&|f| split::splitlines(s, true, f)),
            h(case::lower(s).as_str()),
            h(case::upper(s).as_str()),
            h(case::title(s).as_str()),
            h(case::casefold(s).as_str()),
            h(repr::repr(s).as_str()),
            h(s.slice(i, j)),
            ((s < Str::Four(&ta)) as u8).to_string(),
        ];
        for (i, (got, want)) in got.iter().zip(&f[2..]).enumerate() {
            assert!(got == want, "{i} of {}\n{got}\n{want}", f[0]);
        }
        assert_eq!(got.len() + 2, f.len());
    }
}

fn codec(s: Str<'_>, f: &[&str]) {
    let b: Vec<u8> = codes(f[2]).iter().map(|&c| c as u8).collect();
    let (big, little) = (Some(Endian::Big), Some(Endian::Little));
    let encoded = match f[0] {
        "ascii" => handled(&mut ByteEncoder::ASCII.clone(), s, Handler::BackslashReplace),
        "latin-1" => handled(&mut ByteEncoder::LATIN1.clone(), s, Handler::BackslashReplace),
        "utf-8" => handled(&mut Utf8Encoder, s, Handler::SurrogatePass),
        "utf-16" => handled(&mut Utf16Encoder::new(None), s, Handler::SurrogatePass),
        "utf-16-be" => handled(&mut Utf16Encoder::new(big), s, Handler::SurrogatePass),
        "utf-32-le" => handled(&mut Utf32Encoder::new(little), s, Handler::SurrogatePass),
        "utf-7" => encode_utf7(s),
        _ => escape::encode_unicode_escape(s),
    };
    assert!(hex(encoded.iter().map(|&c| u32::from(c))) == f[1], "{} of {s:?}", f[0]);
    for (i, handler) in [Handler::Replace, Handler::Ignore].into_iter().enumerate() {
        let got = match f[0] {
            "ascii" => decoded(&mut AsciiDecoder, &b, handler),
            "latin-1" => hex(decode_latin1(&b).as_str().chars()),
            "utf-8" => decoded(&mut Utf8Decoder { last: true }, &b, handler),
            "utf-16" => decoded(&mut Utf16Decoder::new(None, true), &b, handler),
            "utf-16-be" => decoded(&mut Utf16Decoder::new(big, true), &b, handler),
            "utf-32-le" => decoded(&mut Utf32Decoder::new(little, true), &b, handler),
            "utf-7" => decoded(&mut Utf7Decoder { last: true }, &b, handler),
            _ => decoded(&mut escape::UnicodeEscapeDecoder::new(true), &b, handler),
        };
        assert!(got == f[3 + i], "{} of {b:?}\n{got}\n{}", f[0], f[3 + i]);
    }
}
