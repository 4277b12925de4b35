//! `_csv` against CPython: random dialects, lines of every width with quotes, escapes and newlines, rows to write.

mod common;

use dxpy_algos::csv::read::Reader;
use dxpy_algos::csv::write::{FieldType, Writer};
use dxpy_algos::csv::{Dialect, DialectError, Quoting};
use dxpy_algos::text::{Str, Text};

const SCRIPT: &str = r##"
import _csv, csv, io, random
rnd = random.Random(8)
def row(*a): print(*a, sep='\t')
def cp(s): return '.'.join(map(str, map(ord, s))) or '-'
def one(c): return '-' if c is None else ord(c)
wide = ['a','b','\xe9','\u0416','\U0001f600']
def dialect():
    d = dict(delimiter=rnd.choice([',',',',';','\t',' ','\u0416','"']), quotechar=rnd.choice(['"','"',"'",None,'\xe9']), escapechar=rnd.choice([None,None,'\\','a']),
             doublequote=rnd.random()<.7, skipinitialspace=rnd.random()<.3, quoting=rnd.randrange(6), strict=rnd.random()<.3)
    if d['quotechar'] is None: d['quoting'] = 3
    return d
def show(d): return ' '.join(map(str, [ord(d['delimiter']), one(d['quotechar']), one(d['escapechar']), int(d['doublequote']), int(d['skipinitialspace']), d['quoting'], int(d['strict'])]))
def text(n):
    w = rnd.randrange(1,6)
    return ''.join(rnd.choice(wide[:w]+[',',',','"','"','\\',' ','\n','\r',';',"'",'1','\0']) for _ in range(rnd.randrange(n)))
for i in range(12000):
    d = dialect(); limit = rnd.choice([131072,131072,131072,0,1,3])
    lines = [text(14)+rnd.choice(['\n','\r\n','','\r']) for _ in range(rnd.randrange(5))]
    out = []; _csv.field_size_limit(limit)
    r = _csv.reader(lines, **d)
    while 1:
        try: out.append('R'+' '.join(cp(f) if isinstance(f,str) else 'F' for f in next(r)))
        except StopIteration: break
        except ValueError as e: out.append('V'); break
        except _csv.Error as e: out.append('E:'+ascii(str(e))); break
        out.append(str(r.line_num))
    row('read', show(d), limit, ' '.join(map(cp,lines)) or 'none', '|'.join(out))
_csv.field_size_limit(131072)
for i in range(12000):
    d = dialect(); term = rnd.choice(['\r\n','\n','!','','a\u0416'])
    s = io.StringIO(newline='')
    fields = [rnd.choice([None, 1, -2.5, text(8), text(8), 'x', '', b'q']) for _ in range(rnd.choice([0,1,1,2,3]))]
    try: _csv.writer(s, lineterminator=term, **d).writerow(fields); r = cp(s.getvalue())
    except _csv.Error as e: r = 'E:'+str(e)
    row('write', show(d), cp(term), ' '.join(('N-' if f is None else 'S'+cp(f) if isinstance(f,str) else 'O'+cp(str(f)) if isinstance(f,bytes) else 'I'+cp(str(f))) for f in fields) or 'none', r)
for q in (None,0,1,2,3,4,5,6,-1):
    for qc in ('"',None,'','ab'):
        for t in (None,'','\n'):
            kw = {} if q is None else {'quoting':q}
            try: r = 'ok%d' % _csv.Dialect(quotechar=qc, lineterminator=t, **kw).quoting
            except TypeError as e: r = str(e)
            row('dialect', q, 'None' if qc is None else cp(qc), 0 if t is None else 1, r)
for kw in (dict(delimiter=1),dict(delimiter=None),dict(delimiter='ab'),dict(quotechar=1),dict(escapechar=1),dict(quoting='x'),dict(lineterminator=1)):
    try: _csv.Dialect(**kw)
    except TypeError as e: row('text', *[str(k)+repr(v) for k,v in kw.items()], str(e))
"##;

fn chars(s: &str) -> Vec<u32> {
    if s == "-" { Vec::new() } else { s.split('.').map(|c| c.parse().unwrap()).collect() }
}

fn dotted(s: Str) -> String {
    let parts: Vec<String> = s.chars().map(|c| c.to_string()).collect();
    if parts.is_empty() { "-".into() } else { parts.join(".") }
}

/// The string at its own width.
fn text(s: &str) -> Text {
    let mut t = Text::new();
    chars(s).iter().for_each(|c| t.push(*c));
    t
}

fn dialect(s: &str) -> Dialect {
    let f: Vec<&str> = s.split(' ').collect();
    Dialect {
        delimiter: f[0].parse().unwrap(),
        quotechar: f[1].parse().ok(),
        escapechar: f[2].parse().ok(),
        doublequote: f[3] == "1",
        skipinitialspace: f[4] == "1",
        quoting: Quoting::from_int(f[5].parse().unwrap()).unwrap(),
        strict: f[6] == "1",
    }
}

/// `ascii(str)` of a message.
fn ascii(s: &str) -> String {
    let quote = if s.contains('\'') && !s.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in s.chars() {
        match c {
            '\\' => out += "\\\\",
            '\t' => out += "\\t",
            ' '..='~' if c == quote => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            c if (c as u32) < 0x100 => out += &format!("\\x{:02x}", c as u32),
            c if (c as u32) < 0x1_0000 => out += &format!("\\u{:04x}", c as u32),
            c => out += &format!("\\U{:08x}", c as u32),
        }
    }
    out.push(quote);
    out
}

fn read(r: &[&str]) -> String {
    let limit = r[2].parse().unwrap();
    let lines: Vec<Text> = r[3].split(' ').filter(|l| *l != "none").map(text).collect();
    let (mut lines, mut number) = (lines.iter(), 0);
    let mut reader = Reader::new(dialect(r[1]));
    let mut out = Vec::new();
    let converts = |reader: &Reader| {
        let number = |field: Str| {
            let shown: String = field.chars().filter_map(char::from_u32).collect();
            shown.trim_matches([' ', '\n', '\r']).parse::<f64>().is_ok()
        };
        reader.fields().all(|(field, numeric)| !numeric || number(field))
    };
    'records: loop {
        reader.begin();
        loop {
            let done = match lines.next() {
                Some(line) => {
                    number += 1;
                    reader.feed(line.as_str(), limit)
                }
                None => match reader.end_of_input() {
                    Ok(false) => break 'records,
                    other => other,
                },
            };
            if !converts(&reader) {
                out.push("V".into());
                break 'records;
            }
            match done {
                Ok(true) => break,
                Ok(false) => (),
                Err(e) => {
                    out.push(format!("E:{}", ascii(&e.to_string())));
                    break 'records;
                }
            }
        }
        let show = |(field, numeric)| if numeric { "F".to_owned() } else { dotted(field) };
        let fields: Vec<String> = reader.fields().map(show).collect();
        out.push(format!("R{}", fields.join(" ")));
        out.push(number.to_string());
    }
    out.join("|")
}

fn write(r: &[&str]) -> String {
    let mut w = Writer::new(dialect(r[1]), text(r[2]).as_str());
    w.begin();
    for f in r[3].split(' ').filter(|f| *f != "none") {
        let kind = match &f[..1] {
            "N" => FieldType::None,
            "S" => FieldType::Str,
            "I" => FieldType::Number,
            _ => FieldType::Other,
        };
        if let Err(e) = w.append(text(&f[1..]).as_str(), kind) {
            return format!("E:{e}");
        }
    }
    w.finish().map_or_else(|e| format!("E:{e}"), dotted)
}

fn new_dialect(r: &[&str]) -> String {
    let quotechar = match r[2] {
        "None" => Ok(None),
        s => Dialect::one_character("quotechar", chars(s).into_iter()).map(Some),
    };
    let checked = quotechar.and_then(|quotechar| {
        let d = Dialect { quotechar, ..Dialect::default() };
        d.check(r[1].parse().ok(), r[2] == "None", r[3] == "1")
    });
    checked.map_or_else(|e| e.to_string(), |d| format!("ok{}", d.quoting as i32))
}

#[test]
fn as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let rows = common::rows(&out, 24_000);
    let mut bad = 0;
    for r in &rows {
        let got = match r[0] {
            "read" => read(r),
            "write" => write(r),
            "dialect" => new_dialect(r),
            _ => match r[1] {
                "delimiter1" => DialectError::NotString("delimiter", "int".into()),
                "delimiterNone" => DialectError::NotString("delimiter", "NoneType".into()),
                "delimiter'ab'" => DialectError::OneCharacter("delimiter"),
                "quotechar1" => DialectError::NotStringOrNone("quotechar", "int".into()),
                "escapechar1" => DialectError::NotStringOrNone("escapechar", "int".into()),
                "quoting'x'" => DialectError::NotInteger("quoting"),
                _ => DialectError::TerminatorType,
            }
            .to_string(),
        };
        if got != *r.last().unwrap() {
            bad += 1;
            if bad < 15 {
                eprintln!("{r:?}\n  {got:?}");
            }
        }
    }
    assert_eq!(bad, 0, "of {}", rows.len());
}
