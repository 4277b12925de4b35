//! The modules of text without an interpreter: made from their definitions, their functions called. Expected values are
//! CPython 3.12.1's.

use dxpy_core::abi::*;
use dxpy_core::module::{self, StaticModule};
use dxpy_core::ptr::Object;
use dxpy_core::thread::states;
use dxpy_core::unicode::Name;
use dxpy_core::{Owned, Py, PyResult, attr, bytes, call, dict, list, long, object, protocol, tuple, unicode};

static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn with_types(f: impl FnOnce(Py<'_>)) {
    let _held = LOCK.lock().unwrap_or_else(|e| e.into_inner());
    states::ensure();
    // SAFETY: the thread holds the GIL until it saves its state, after which the token is gone.
    unsafe {
        let py = Py::assume();
        dxpy_types::init(py).expect("the types are ready");
        f(py);
        states::save(py);
    }
}

fn name(n: &'static str) -> &'static Name {
    Box::leak(Box::new(Name::new(n)))
}

fn import(py: Py<'_>, n: &'static str, def: &'static StaticModule) -> Owned {
    let m = module::new(py, name(n).get(py)).unwrap();
    module::add_functions(py, m.as_object(), def, name(n).get(py)).unwrap();
    module::exec_def(py, &m, def).unwrap();
    m.upcast()
}

fn s(py: Py<'_>, t: &str) -> Owned {
    unicode::from_str(py, t).unwrap().upcast()
}

fn b(py: Py<'_>, t: &[u8]) -> Owned {
    bytes::new(py, t).unwrap().upcast()
}

fn int(py: Py<'_>, v: i64) -> Owned {
    long::from_i64(py, v).unwrap().upcast()
}

fn run<const N: usize>(py: Py<'_>, o: &PyObject, f: &'static str, args: [&PyObject; N]) -> PyResult {
    let f = attr::get_name(py, o, name(f))?;
    call::call(py, &f, args)
}

/// The repr of a result, or the error's type and first argument.
fn show(py: Py<'_>, r: PyResult) -> String {
    match r {
        Ok(o) => unicode::display(protocol::repr(py, &o).unwrap().as_object()),
        Err(e) => {
            let e = e.into_value();
            // SAFETY: LAYOUT: an exception has a tuple of arguments.
            let args = unsafe { &*(e.args.get() as *const PyTupleObject) };
            let first = tuple::items(args).first().map(|a| unicode::display(a)).unwrap_or_default();
            format!("{}: {first}", call::type_name(e.as_object().ty()))
        }
    }
}

#[test]
fn codecs_answer_in_pairs() {
    with_types(|py| {
        let m = import(py, "_codecs", &dxpy_mod_text::_codecs::MODULE);
        let none = object::none();
        let truth = dxpy_core::boolean::new(true).upcast();
        let r = run(py, &m, "utf_8_decode", [&b(py, b"a\xc3\xa9\xff"), &s(py, "replace"), &truth]);
        assert_eq!(show(py, r), "('aé\u{fffd}', 4)");
        assert_eq!(show(py, run(py, &m, "utf_8_decode", [&b(py, b"a\xc3")])), "('a', 1)");
        assert_eq!(show(py, run(py, &m, "utf_16_le_encode", [&s(py, "aé")])), "(b'a\\x00\\xe9\\x00', 2)");
        assert_eq!(show(py, run(py, &m, "escape_decode", [&b(py, b"\\x41\\n")])), "(b'A\\n', 6)");
        assert_eq!(show(py, run(py, &m, "unicode_escape_encode", [&s(py, "é\n")])), "(b'\\\\xe9\\\\n', 2)");
        let table = s(py, "\0abc");
        assert_eq!(
            show(py, run(py, &m, "charmap_decode", [&b(py, b"\x01\x03"), &none, &table])),
            "('ac', 2)"
        );
        let map = run(py, &m, "charmap_build", [&table]).unwrap();
        assert_eq!(
            show(py, run(py, &m, "charmap_encode", [&s(py, "ca"), &none, &map])),
            "(b'\\x03\\x01', 2)"
        );
        assert_eq!(
            show(py, run(py, &m, "utf_8_encode", [&int(py, 1)])),
            "TypeError: utf_8_encode() argument 1 must be str, not int"
        );
        assert_eq!(
            show(py, run(py, &m, "lookup_error", [&s(py, "no")])),
            "LookupError: unknown error handler name 'no'"
        );
    });
}

#[test]
fn format_strings_are_parsed_piece_by_piece() {
    with_types(|py| {
        let m = import(py, "_string", &dxpy_mod_text::_string::MODULE);
        let it = run(py, &m, "formatter_parser", [&s(py, "a{b!r:>{w}}c")]).unwrap();
        let pieces: Vec<String> =
            protocol::collect(py, &it).unwrap().into_iter().map(|p| show(py, Ok(p))).collect();
        assert_eq!(pieces, ["('a', 'b', '>{w}', 'r')", "('c', None, None, None)"]);
        let split = run(py, &m, "formatter_field_name_split", [&s(py, "0.x[k]")]).unwrap();
        let items = tuple::items(tuple::check(&split).unwrap());
        assert_eq!(show(py, Ok(items[0].to_owned())), "0");
        let rest = protocol::collect(py, items[1]).unwrap();
        assert_eq!(
            rest.into_iter().map(|p| show(py, Ok(p))).collect::<Vec<_>>(),
            ["(True, 'x')", "(False, 'k')"]
        );
    });
}

#[test]
fn characters_are_known() {
    with_types(|py| {
        let m = import(py, "unicodedata", &dxpy_mod_text::unicodedata::MODULE);
        let f = |n, c: &str| show(py, run(py, &m, n, [&s(py, c)]));
        assert_eq!(f("name", "é"), "'LATIN SMALL LETTER E WITH ACUTE'");
        assert_eq!(f("lookup", "KEYCAP DIGIT NINE"), "'9\u{fe0f}\u{20e3}'");
        assert_eq!(f("lookup", "foo"), "KeyError: undefined character name 'foo'");
        assert_eq!(f("category", "a"), "'Ll'");
        assert_eq!(
            f("category", "ab"),
            "TypeError: category() argument must be a unicode character, not str"
        );
        assert_eq!(f("decimal", "a"), "ValueError: not a decimal");
        assert_eq!(show(py, run(py, &m, "normalize", [&s(py, "NFD"), &s(py, "é")])), "'e\u{301}'");
        let old = attr::get_name(py, &m, name("ucd_3_2_0")).unwrap();
        assert_eq!(show(py, run(py, &old, "category", [&s(py, "\u{221}")])), "'Cn'");
    });
}

#[test]
fn json_strings_both_ways() {
    with_types(|py| {
        let m = import(py, "_json", &dxpy_mod_text::_json::MODULE);
        assert_eq!(
            show(py, run(py, &m, "encode_basestring_ascii", [&s(py, "é\"\n")])),
            "'\"\\\\u00e9\\\\\"\\\\n\"'"
        );
        assert_eq!(show(py, run(py, &m, "scanstring", [&s(py, "\"a\\u00e9\" "), &int(py, 1)])), "('aé', 9)");
        assert_eq!(
            show(py, run(py, &m, "scanstring", [&s(py, "a\""), &int(py, 5)])),
            "ValueError: end is out of bounds"
        );
    });
}

#[test]
fn patterns_match_and_replace() {
    with_types(|py| {
        let m = import(py, "_sre", &dxpy_mod_text::_sre::MODULE);
        // What re compiles of `(a)(?P<n>b+)?`.
        let code = CODE.iter().map(|w| int(py, *w));
        let code = list::from_iter(py, code.collect::<Vec<_>>()).unwrap().upcast();
        let index = dict::new(py).unwrap();
        dict::set(py, &index, &s(py, "n"), &int(py, 2)).unwrap();
        let names = tuple::from_iter(py, [object::none(), object::none(), s(py, "n")]).unwrap().upcast();
        let compile = attr::get_name(py, &m, name("compile")).unwrap();
        let text = s(py, "(a)(?P<n>b+)?");
        let p =
            call::call(py, &compile, [&text, &int(py, 32), &code, &int(py, 2), index.as_object(), &names])
                .unwrap();
        assert_eq!(show(py, Ok(p.clone())), "re.compile('(a)(?P<n>b+)?')");
        assert_eq!(show(py, run(py, &p, "findall", [&s(py, "xabbya")])), "[('a', 'bb'), ('a', '')]");
        assert_eq!(show(py, run(py, &p, "split", [&s(py, "xay")])), "['x', 'a', None, 'y']");
        assert_eq!(show(py, run(py, &p, "subn", [&s(py, "-"), &s(py, "xabbya")])), "('x-y-', 2)");
        let found = run(py, &p, "search", [&s(py, "xabb")]).unwrap();
        assert_eq!(show(py, Ok(found.clone())), "<re.Match object; span=(1, 4), match='abb'>");
        assert_eq!(show(py, run(py, &found, "group", [&s(py, "n")])), "'bb'");
        assert_eq!(show(py, run(py, &found, "groupdict", [])), "{'n': 'bb'}");
        assert_eq!(show(py, run(py, &found, "span", [&int(py, 2)])), "(2, 4)");
        assert_eq!(show(py, run(py, &found, "group", [&int(py, 3)])), "IndexError: no such group");
        assert_eq!(
            show(py, run(py, &p, "match", [&b(py, b"a")])),
            "TypeError: cannot use a string pattern on a bytes-like object"
        );
        assert_eq!(show(py, run(py, &p, "fullmatch", [&s(py, "ax")])), "None");
    });
}

/// `re._compiler._code` of `(a)(?P<n>b+)?`.
const CODE: [i64; 32] = [
    14, 8, 1, 1, 4294967295, 1, 0, 97, 0, 17, 0, 16, 97, 17, 1, 23, 14, 0, 1, 17, 2, 24, 6, 1, 4294967295,
    16, 98, 1, 17, 3, 18, 1,
];

#[test]
fn bytes_become_text_codings() {
    with_types(|py| {
        let m = import(py, "binascii", &dxpy_mod_text::binascii::MODULE);
        assert_eq!(show(py, run(py, &m, "b2a_base64", [&b(py, b"abcd")])), "b'YWJjZA==\\n'");
        assert_eq!(show(py, run(py, &m, "a2b_base64", [&s(py, "YWJjZA==")])), "b'abcd'");
        assert_eq!(
            show(py, run(py, &m, "a2b_base64", [&s(py, "YWJjZ")])),
            "Error: Invalid base64-encoded string: number of data characters (5) cannot be 1 more than a multiple of 4"
        );
        assert_eq!(show(py, run(py, &m, "hexlify", [&b(py, b"ab"), &s(py, ":")])), "b'61:62'");
        assert_eq!(show(py, run(py, &m, "unhexlify", [&s(py, "616")])), "Error: Odd-length string");
        assert_eq!(show(py, run(py, &m, "crc32", [&b(py, b"abc")])), "891568578");
        assert_eq!(
            show(py, run(py, &m, "a2b_hex", [&s(py, "é")])),
            "ValueError: string argument should contain only ASCII characters"
        );
    });
}
