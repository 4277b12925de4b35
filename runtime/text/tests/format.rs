//! The parsers of formats against the oracle: pieces, fields and errors of random format strings.

mod common;
use common::{PRELUDE, codes, hex};
use dxpy_text::format::*;
use dxpy_text::strings::{Str, StrBuf};

fn lines(script: &str, least: usize, mut test: impl FnMut(&[&str])) {
    let Some(out) = common::oracle(&format!("{PRELUDE}{script}")) else { return };
    let text = String::from_utf8(out).unwrap();
    let mut seen = 0;
    for line in text.lines() {
        test(&line.split('|').collect::<Vec<_>>());
        seen += 1;
    }
    assert!(seen >= least, "{seen}");
}

fn text(s: Str<'_>, span: Span) -> String {
    hex(s.slice(span.0, span.1).chars())
}

#[test]
fn format_strings_and_field_names() {
    const SCRIPT: &str = r#"
import _string
X = ['{', '}', '{', '}', ':', '!', '[', ']', '.', 'a', 'r', '0', '1', '\u0661', '\u0141', '99999999999999999999', '{}', '{{', '\U0001f600']
for i in range(40000):
    s = ''.join(random.choice(X) for _ in range(random.randrange(9)))
    r = []
    try:
        for a, b, c, d in _string.formatter_parser(s): r.append('%s,%s,%s,%s' % (h(a), h(b), h(c), h(d)))
    except ValueError as e: r.append('!%s' % e)
    q = []
    try:
        a, b = _string.formatter_field_name_split(s)
        q.append(str(a) if isinstance(a, int) else '=' + h(a))
        for c, d in b: q.append(('.' if c else '#') + (str(d) if isinstance(d, int) else '=' + h(d)))
    except ValueError as e: q.append('!%s' % e)
    print(h(s), ' '.join(r), ' '.join(q), sep='|')
"#;
    lines(SCRIPT, 40_000, |f| {
        let s = codes(f[0]);
        let narrow = StrBuf::from_codes(&s);
        for s in [narrow.as_str(), Str::Four(&s)] {
            let list: Vec<String> = pieces(s)
                .map(|p| match p {
                    Err(e) => format!("!{}", e.0),
                    Ok(Piece { literal, field: None }) => format!("{},-,-,-", text(s, literal)),
                    Ok(Piece { literal, field: Some(x) }) => {
                        let nested = text(s, x.spec).split('.').any(|c| c == "7b");
                        assert_eq!(nested, x.nested);
                        let conversion = x.conversion.map_or("-".to_owned(), |c| hex([c]));
                        format!("{},{},{},{conversion}", text(s, literal), text(s, x.name), text(s, x.spec))
                    }
                })
                .collect();
            assert_eq!(list.join(" "), f[1], "{s:?}");
            let mut list = Vec::new();
            match field_name(s, (0, s.len())) {
                Err(e) => list.push(format!("!{}", e.0)),
                Ok((first, steps)) => {
                    list.push(match first {
                        First::Auto => "=".to_owned(),
                        First::Index(n) => n.to_string(),
                        First::Name(n) => format!("={}", text(s, n)),
                    });
                    list.extend(steps.map(|step| match step {
                        Err(e) => format!("!{}", e.0),
                        Ok(Step::Attribute(n)) => format!(".={}", text(s, n)),
                        Ok(Step::Index(n)) => format!("#{n}"),
                        Ok(Step::Key(n)) => format!("#={}", text(s, n)),
                    }));
                    // The oracle's list has what is before an error only inside an exception.
                    if list.last().is_some_and(|l| l.starts_with('!')) && f[2].starts_with('!') {
                        list.drain(..list.len() - 1);
                    }
                }
            }
            assert_eq!(list.join(" "), f[2], "{s:?}");
        }
    });
}

#[test]
fn automatic_numbers() {
    let mut a = AutoNumber::default();
    assert_eq!(a.resolve(First::Name((0, 1))), Ok(First::Name((0, 1))));
    assert_eq!(a.resolve(First::Auto), Ok(First::Index(0)));
    assert_eq!(a.resolve(First::Auto), Ok(First::Index(1)));
    const SWITCH: &str = r#"
for f in '{}{0}', '{0}{}', '{!\x7f}', '{!x}', '{!\u0141}', '{! }', '{!!}':
    try: f.format(1, 2)
    except ValueError as e: print(e)
"#;
    let errors = |s: &[First]| {
        let mut a = AutoNumber::default();
        s.iter().find_map(|f| a.resolve(*f).err()).unwrap().0.to_owned()
    };
    let ours = [
        errors(&[First::Auto, First::Index(0)]),
        errors(&[First::Index(0), First::Auto]),
        unknown_conversion(0x7F),
        unknown_conversion('x' as u32),
        unknown_conversion(0x141),
        unknown_conversion(0x20),
        unknown_conversion(0x21),
    ];
    if let Some(out) = common::oracle(SWITCH) {
        assert_eq!(ours.join("\n"), String::from_utf8(out).unwrap().trim_end());
    }
}

/// Arguments that are recorded, and run out after `left` of them.
struct Recorded {
    mapping: bool,
    left: usize,
    keyed: bool,
}

impl PercentArguments for Recorded {
    type Error = &'static str;
    fn need_mapping(&mut self) -> Result<(), Self::Error> {
        if self.mapping { Ok(()) } else { Err("format requires a mapping") }
    }
    fn key(&mut self, _: Span) -> Result<(), Self::Error> {
        // The argument is the item from here on, and there is one of it.
        (self.left, self.keyed) = (1, true);
        Ok(())
    }
    fn width(&mut self) -> Result<isize, Self::Error> {
        self.left = self.left.checked_sub(1).ok_or("not enough arguments for format string")?;
        if self.mapping && !self.keyed { Err("* wants int") } else { Ok(-6) }
    }
    fn precision(&mut self) -> Result<i32, Self::Error> {
        self.width().map(|_| -6)
    }
}

#[test]
fn percent_directives() {
    // With a mapping the directive is `(key)...`; else the arguments are -6 a few times. What is compared is the error, or
    // the text that a plain directive of the same meaning gives.
    const SCRIPT: &str = r#"
class M:
    def __getitem__(self, k): return -6
X = ['(', ')', '(a)', '-', '+', ' ', '#', '0', '1', '9', '*', '.', '.3', '12', 'h', 'l', 'L', 'd', 'd', 'x', 's', 'y', '%', '\x7f', '\xe9',
     '99999999999999999999', '.2147483647', '.2147483648', '9223372036854775807', '\x1f', '\x1e']
for i in range(30000):
    s = ''.join(random.choice(X) for _ in range(random.randrange(7)))
    n = random.randrange(4)
    for b in 0, 1:
        for m in 0, 1:
            f = '%' + s
            f = f.encode('latin-1') if b else f
            try: r = '=' + h(f % (M() if m else (-6,) * n))
            except (MemoryError, OverflowError): continue
            except Exception as e: r = '!' + h(str(e))
            print(b, m, n, h(s), r, sep='|')
"#;
    let (mut same, mut read) = (0, 0);
    lines(SCRIPT, 80_000, |f| {
        let s = codes(f[3]);
        let s: Vec<u32> = std::iter::once('%' as u32).chain(s).collect();
        let (bytes, mapping) = (f[0] == "1", f[1] == "1");
        let s = StrBuf::from_codes(&s);
        let want = codes(f[4].trim_start_matches(['!', '=']));
        let want: String = want.iter().map(|&c| char::from_u32(c).unwrap()).collect();
        let mut a = Recorded { mapping, left: if mapping { 1 } else { f[2].parse().unwrap() }, keyed: false };
        let got = directive(s.as_str(), 1, bytes, &mut a);
        // In bytes `%%` is not a directive.
        if bytes && s.as_str().chars().nth(1) == Some('%' as u32) {
            return;
        }
        match got {
            Err(PercentError::Format(e)) => assert_eq!((e.0, true), (&*want, f[4].starts_with('!')), "{f:?}"),
            Err(PercentError::Arguments(e)) => assert_eq!(e, want, "{f:?}"),
            Ok(d) => {
                read += 1;
                let rest = s.len() > d.end;
                if rest || d.kind == '%' as u32 || a.left == 0 {
                    return;
                }
                match char::from_u32(d.kind) {
                    Some('d') if f[4].starts_with('=') && a.left == 1 && d.width < 99 => {
                        let digits = format!("{:0>w$}", 6, w = d.precision.unwrap_or(1));
                        let pad = d.width.saturating_sub(digits.len() + 1);
                        let text = match (d.flags.left, d.flags.zero) {
                            (true, _) => format!("-{digits}{}", " ".repeat(pad)),
                            (_, true) => format!("-{}{digits}", "0".repeat(pad)),
                            _ => format!("{}-{digits}", " ".repeat(pad)),
                        };
                        assert_eq!(text, want, "{f:?}");
                        same += 1;
                    }
                    Some('y' | '\x7f' | '\u{e9}' | '\x1e' | '\x1f') => {
                        assert_eq!(unsupported(&d, bytes), want, "{f:?}");
                        same += 1;
                    }
                    _ => {}
                }
            }
        }
    });
    assert!(read == 0 || same > 1000, "{same}");
}
