//! Every property of every code point against the oracle: `str` methods, `unicodedata`, `ucd_3_2_0`, names both ways,
//! and normal forms of all characters and of random strings. Each test counts what it compared.

mod common;
use dxpy_text::strings::{Str, StrBuf};
use dxpy_text::unicode::case::{self, Mapped};
use dxpy_text::unicode::names::{self, Named};
use dxpy_text::unicode::normalize::{
    Form, Version, is_normalized, is_normalized_str, normalize, normalize_in, normalize_str,
};
use dxpy_text::unicode::{self as u, old};

fn hex(s: &[u32]) -> String {
    s.iter().map(|c| format!("{c:x}")).collect::<Vec<_>>().join(".")
}

fn full(m: Mapped) -> String {
    match m {
        Mapped::One(c) => format!("{c:x}"),
        Mapped::Many(s) => hex(s),
    }
}

/// Compares `ours` with the oracle for all of `0..count`. A line of its output is `number|answer`, and an answer that is the
/// one of the number before has no line, which saves most of the output.
fn compare(script: &str, count: u32, ours: impl Fn(u32) -> String) {
    let Some(out) = common::oracle(script) else { return };
    let text = String::from_utf8(out).unwrap();
    let mut lines =
        text.lines().map(|l| l.split_once('|').unwrap()).map(|(i, l)| (i.parse().unwrap(), l)).peekable();
    assert_eq!(lines.peek().map(|l| l.0), Some(0));
    let (mut line, mut wrong) = ("", 0);
    for c in 0..count {
        if let Some((_, next)) = lines.next_if(|l| l.0 == c) {
            line = next;
        }
        let got = ours(c);
        if got != line {
            wrong += 1;
            if wrong < 10 {
                eprintln!("{c:x}: ours {got}\n        theirs {line}");
            }
        }
    }
    assert!(lines.next().is_none());
    assert_eq!(wrong, 0);
}

#[test]
fn what_str_methods_say() {
    const SCRIPT: &str = r#"
import ctypes
a = ctypes.pythonapi
h = lambda s: '.'.join('%x' % ord(c) for c in s)
before = ''
for i in range(0x110000):
    c = chr(i)
    f = [c.isalpha(), c.isdecimal(), c.isdigit(), c.isnumeric(), c.isalnum(), c.islower(), c.isupper(), c.isspace(),
         c.isprintable(), c.isidentifier(), ('a' + c).isidentifier(), bool(a._PyUnicode_IsTitlecase(i)),
         bool(a._PyUnicode_IsCased(i)), bool(a._PyUnicode_IsCaseIgnorable(i)), len((c + 'x').splitlines()) == 2]
    d = (''.join('01'[x] for x in f), h(c.lower()), h(c.upper()), h(c.title()), h(c.casefold()),
         '%x' % a._PyUnicode_ToLowercase(i), '%x' % a._PyUnicode_ToUppercase(i), '%x' % a._PyUnicode_ToTitlecase(i),
         a._PyUnicode_ToDecimalDigit(i), a._PyUnicode_ToDigit(i))
    d = ' '.join(map(str, d)).replace(' %x' % i, ' =')
    if d != before: print(i, d, sep='|')
    before = d
"#;
    compare(SCRIPT, 0x110000, |c| {
        let flags = [
            u::is_alpha(c),
            u::is_decimal(c),
            u::is_digit(c),
            u::is_numeric(c),
            u::is_alnum(c),
            u::is_lower(c),
            u::is_upper(c),
            u::is_space(c),
            u::is_printable(c),
            u::is_identifier([c].into_iter()),
            u::is_identifier([97, c].into_iter()),
            u::is_title(c),
            u::is_cased(c),
            u::is_case_ignorable(c),
            u::is_linebreak(c),
        ];
        let flags: String = flags.iter().map(|f| if *f { '1' } else { '0' }).collect();
        let number = |d: Option<u8>| d.map_or(-1, i32::from);
        let fulls = [case::lower_full(c), case::upper_full(c), case::title_full(c), case::fold_full(c)];
        let fulls = fulls.map(full).join(" ");
        format!(
            "{flags} {fulls} {:x} {:x} {:x} {} {}",
            u::to_lower(c),
            u::to_upper(c),
            u::to_title(c),
            number(u::to_decimal(c)),
            number(u::to_digit(c))
        )
        .replace(&format!(" {c:x}"), " =")
    });
}

#[test]
fn what_unicodedata_says() {
    const SCRIPT: &str = r#"
import unicodedata as n
before = ''
for u in n, n.ucd_3_2_0:
    for i in range(0x110000):
        c = chr(i)
        d = (u.category(c), u.bidirectional(c) or '-', u.combining(c), u.east_asian_width(c), u.mirrored(c),
             u.decimal(c, '-'), u.digit(c, '-'), repr(u.numeric(c, '-')).strip("'"), u.decomposition(c) or '-',
             u.name(c, '-'))
        d = '|'.join(map(str, d)).replace('-%04X' % i, '-#')
        if d != before: print(i + (u is not n) * 0x110000, d, sep='|')
        before = d
"#;
    let dash = |s: String| if s.is_empty() { "-".to_owned() } else { s };
    let digit = |d: Option<u8>| d.map_or("-".to_owned(), |d| d.to_string());
    let float = |d: Option<f64>| {
        d.map_or("-".to_owned(), |d| {
            if d >= 1e16 { format!("{d:e}").replace('e', "e+") } else { format!("{d:?}") }
        })
    };
    compare(SCRIPT, 2 * 0x110000, |i| {
        let (c, new) = (i % 0x110000, i < 0x110000);
        let got = if new {
            [
                u::category(c).into(),
                dash(u::bidirectional(c).into()),
                u::combining(c).to_string(),
                u::east_asian_width(c).into(),
                (u::mirrored(c) as u8).to_string(),
                digit(u::to_decimal(c)),
                digit(u::to_digit(c)),
                float(u::to_numeric(c)),
                dash(u::decomposition(c)),
                names::name(c).unwrap_or("-".into()),
            ]
        } else {
            [
                old::category(c).into(),
                dash(old::bidirectional(c).into()),
                old::combining(c).to_string(),
                old::east_asian_width(c).into(),
                (old::mirrored(c) as u8).to_string(),
                digit(old::to_decimal(c)),
                digit(u::to_digit(c)),
                float(old::to_numeric(c)),
                dash(old::decomposition(c)),
                old::name(c).unwrap_or("-".into()),
            ]
        }
        .join("|");
        got.replace(&format!("-{c:04X}"), "-#")
    });
}

#[test]
fn names_are_found() {
    let mut found = 0;
    for c in 0..0x110000 {
        if let Some(name) = names::name(c) {
            assert_eq!(names::by_name(&name), Some(c), "{name}");
            found += 1;
        }
    }
    assert_eq!(found, 143041);
    // What lookup does with aliases, sequences, other cases and names that are not.
    const SCRIPT: &str = r#"
import ctypes, sys, unicodedata as u
g = ctypes.pythonapi.PyCapsule_GetPointer
g.restype, g.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
t = ctypes.cast(g(u._ucnhash_CAPI, b'unicodedata._ucnhash_CAPI'), ctypes.POINTER(ctypes.c_void_p))
f = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_int, ctypes.c_int)(t[0])
b = ctypes.create_string_buffer(512)
names = [b.value.decode() for c in range(0xf0000, 0x110000) if f(c, b, 512, 1)]
names += [n.lower() for n in names]
names += '''latin small letter a|LATIN SMALL LETTER  A|LATIN SMALL LETTER A | LATIN SMALL LETTER A|cjk unified ideograph-4e00
CJK UNIFIED IDEOGRAPH-04E00|CJK UNIFIED IDEOGRAPH-4e00|CJK UNIFIED IDEOGRAPH-4E0|CJK UNIFIED IDEOGRAPH-A000
CJK UNIFIED IDEOGRAPH-020000|CJK UNIFIED IDEOGRAPH-20000|CJK UNIFIED IDEOGRAPH-|hangul syllable ga|HANGUL SYLLABLE Ga
HANGUL SYLLABLE GA|HANGUL SYLLABLE |HANGUL SYLLABLE A|HANGUL SYLLABLE GGAGGG|HANGUL SYLLABLE SSAEBSX|HANGUL SYLLABLE HIH
CJK COMPATIBILITY IDEOGRAPH-F900|cjk compatibility ideograph-f900|CJK COMPATIBILITY IDEOGRAPH-0F900
NUSHU CHARACTER-1B170|nushu character-1b170|KHITAN SMALL SCRIPT CHARACTER-18B00|TANGUT IDEOGRAPH-17000|-|X
HANGUL JUNGSEONG O-E|TIBETAN MARK TSA -PHRU|TIBETAN MARK TSA-PHRU|HANGUL JUNGSEONG O -E|NULL|LINE FEED|LF|BEL|BELL'''.replace('\n', '|').split('|')
names += [n[:-1] for n in names] + [n + 'A' for n in names]
for n in names:
    try: r = u.lookup(n)
    except KeyError: r = ''
    print(n, '.'.join('%x' % ord(c) for c in r), sep='|')
"#;
    let Some(out) = common::oracle(SCRIPT) else { return };
    let text = String::from_utf8(out).unwrap();
    for line in text.lines() {
        let (name, want) = line.split_once('|').unwrap();
        let got = match names::lookup(name) {
            None => String::new(),
            Some(Named::Char(c)) => hex(&[c]),
            Some(Named::Sequence(s)) => hex(s),
        };
        assert_eq!(got, want, "{name}");
    }
    assert!(text.lines().count() > 5000);
}

const FORMS: [&str; 4] = ["NFC", "NFD", "NFKC", "NFKD"];

#[test]
fn normal_forms() {
    // Every character alone (those that are in every form have no line), characters that do something between letters
    // that may compose with them, and random strings of such.
    const SCRIPT: &str = r#"
import random, unicodedata as n
h = lambda s: '.'.join('%x' % ord(c) for c in s)
random.seed(4)
busy = [chr(c) for c in range(0x110000) if n.decomposition(chr(c)) or n.combining(chr(c))]
busy += [chr(c) for c in [*range(0x1100, 0x1200), *range(0xac00, 0xac40), *range(65, 91), *range(0x900, 0xa00), 0xd800]]
cases = [chr(c) for c in range(0x110000)]
cases += ['a' + b + '\u0301' for b in busy]
cases += [''.join(random.choice(busy) for _ in range(random.randrange(12))) for _ in range(30000)]
cases += [''.join(chr(random.choice([65, 0x301, 0x323, 0x327, 0x345, 0x1100, 0x1161, 0x11a8, 0xac00, 0x1b05, 0x1b35, 0x110a5, 0x110ba])) for _ in range(random.randrange(9))) for _ in range(30000)]
for s in cases:
    r = []
    for u in n, n.ucd_3_2_0:
        for f in 'NFC', 'NFD', 'NFKC', 'NFKD':
            t = u.normalize(f, s)
            r.append('=' if t == s else h(t))
    changed = r != ['='] * 8
    if len(s) != 1 or changed: print(h(s), *r, sep='|')
"#;
    let Some(out) = common::oracle(SCRIPT) else { return };
    let text = String::from_utf8(out).unwrap();
    let (mut seen, mut single) = (0, std::collections::HashSet::new());
    for line in text.lines() {
        let f: Vec<&str> = line.split('|').collect();
        let parse = |s: &str| -> Vec<u32> {
            s.split('.').filter(|x| !x.is_empty()).map(|x| u32::from_str_radix(x, 16).unwrap()).collect()
        };
        let s = parse(f[0]);
        for (i, want) in f[1..].iter().enumerate() {
            let version = [Version::V15, Version::V3_2][i / 4];
            let form = Form::parse(FORMS[i % 4]).unwrap();
            let got = normalize_in(version, form, &s);
            assert_eq!(
                got.as_ref().map_or("=".to_owned(), |t| hex(t)),
                *want,
                "{} of {} {version:?}",
                FORMS[i % 4],
                f[0]
            );
            let narrow = StrBuf::from_codes(&s);
            for view in [narrow.as_str(), Str::Four(&s)] {
                let same = normalize_str(version, form, view).map(|s| s.as_str().chars().collect::<Vec<_>>());
                assert_eq!(same, got);
                assert_eq!(is_normalized_str(version, form, view), got.is_none());
            }
            assert_eq!(is_normalized(version, form, &s), got.is_none(), "{} of {}", FORMS[i % 4], f[0]);
            if s.len() == 1 {
                single.insert(s[0]);
            }
            if let Some(t) = got {
                assert!(is_normalized(version, form, &t));
                assert!(version == Version::V3_2 || normalize(form, &t) == t);
            }
        }
        seen += 1;
    }
    assert!(seen > 70_000, "{seen}");
    for c in (0..0x110000).filter(|c| !single.contains(c)) {
        for form in [Form::Nfc, Form::Nfd, Form::Nfkc, Form::Nfkd] {
            assert_eq!(normalize_in(Version::V15, form, &[c]), None, "{form:?} of {c:x}");
            assert_eq!(normalize_in(Version::V3_2, form, &[c]), None, "{form:?} of {c:x}, 3.2");
        }
    }
}

#[test]
fn hostile_runs_of_marks_take_no_square_time() {
    let marks: Vec<u32> = (0..400_000).map(|i| [0x301, 0x327, 0x345, 0x323][i % 4]).collect();
    let start = std::time::Instant::now();
    let d = normalize(Form::Nfc, &marks);
    assert_eq!(d.len(), marks.len());
    assert!(start.elapsed().as_secs() < 10);
}
