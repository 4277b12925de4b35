//! `str` through the object protocol: methods, operators, formats, errors.

mod common;

use common::{message, s, text, with_types};
use dxpy_core::ptr::Object;
use dxpy_core::unicode::Name;
use dxpy_core::{Owned, Py, PyResult, call, list, long, number, protocol, sequence, tuple, unicode};

/// A method's name in memory that stays.
fn name(n: &'static str) -> &'static Name {
    Box::leak(Box::new(Name::new(n)))
}

fn show(py: Py<'_>, r: PyResult) -> String {
    match r {
        Ok(o) => match list::check(&o) {
            Some(l) => list::items(l).iter().map(|o| text(o)).collect::<Vec<_>>().join("|"),
            None => match tuple::check(&o) {
                Some(t) => tuple::items(t).iter().map(|o| text(o)).collect::<Vec<_>>().join("|"),
                None => match long::check(&o) {
                    Some(n) => long::to_i64(n).unwrap().to_string(),
                    None => text(&o),
                },
            },
        },
        Err(e) => {
            let _ = py;
            message(e)
        }
    }
}

fn m(py: Py<'_>, this: &str, method: &'static str, args: &[Owned]) -> String {
    let o = s(py, this);
    let n = name(method);
    let r = match args {
        [] => call::method(py, &o, n, []),
        [a] => call::method(py, &o, n, [a]),
        [a, b] => call::method(py, &o, n, [a, b]),
        [a, b, c] => call::method(py, &o, n, [a, b, c]),
        _ => unreachable!(),
    };
    show(py, r)
}

fn int(py: Py<'_>, v: i64) -> Owned {
    long::from_i64(py, v).unwrap().upcast()
}

#[test]
fn methods_answer_as_cpython() {
    with_types(|py| {
        assert_eq!(m(py, "a b  c", "split", &[]), "a|b|c");
        assert_eq!(m(py, "a,b,,c", "split", &[s(py, ",")]), "a|b||c");
        assert_eq!(m(py, "a,b,,c", "rsplit", &[s(py, ","), int(py, 1)]), "a,b,|c");
        assert_eq!(m(py, "a", "split", &[s(py, "")]), "ValueError: empty separator");
        assert_eq!(m(py, "a", "split", &[int(py, 1)]), "TypeError: must be str or None, not int");
        assert_eq!(m(py, "hello", "find", &[s(py, "l")]), "2");
        assert_eq!(m(py, "hello", "find", &[s(py, "l"), int(py, 3)]), "3");
        assert_eq!(m(py, "hello", "rfind", &[s(py, "x")]), "-1");
        assert_eq!(m(py, "hello", "index", &[s(py, "x")]), "ValueError: substring not found");
        assert_eq!(m(py, "", "find", &[]), "TypeError: find() takes at least 1 argument (0 given)");
        assert_eq!(m(py, "hello", "replace", &[s(py, "l"), s(py, "Ä")]), "heÄÄo");
        assert_eq!(
            m(py, "a", "replace", &[s(py, "l")]),
            "TypeError: replace expected at least 2 arguments, got 1"
        );
        assert_eq!(m(py, "  x ", "strip", &[]), "x");
        assert_eq!(m(py, "xxax", "strip", &[s(py, "x")]), "a");
        assert_eq!(m(py, "a=b=c", "partition", &[s(py, "=")]), "a|=|b=c");
        assert_eq!(m(py, "a=b=c", "rpartition", &[s(py, "=")]), "a=b|=|c");
        assert_eq!(m(py, "ab", "center", &[int(py, 5), s(py, "é")]), "ééabé");
        assert_eq!(m(py, "-5", "zfill", &[int(py, 4)]), "-005");
        assert_eq!(m(py, "ΑΣ", "lower", &[]), "ας");
        let parts = list::from_iter(py, [s(py, "a"), s(py, "ü"), s(py, "b")]).unwrap();
        assert_eq!(m(py, ", ", "join", &[parts.upcast()]), "a, ü, b");
        assert_eq!(m(py, "", "join", &[int(py, 1)]), "TypeError: can only join an iterable");
        assert_eq!(
            text(&protocol::repr(py, &s(py, "it's\n\u{e9}\u{1F600}\u{200b}")).unwrap().upcast()),
            "\"it's\\né\u{1F600}\\u200b\""
        );
    });
}

#[test]
fn operators_and_subscripts() {
    with_types(|py| {
        let a = s(py, "abc");
        assert_eq!(show(py, number::add(py, &a, &s(py, "é"))), "abcé");
        assert_eq!(
            show(py, number::add(py, &a, &int(py, 1))),
            "TypeError: can only concatenate str (not \"int\") to str"
        );
        assert_eq!(show(py, number::multiply(py, &a, &int(py, 3))), "abcabcabc");
        assert_eq!(show(py, sequence::get_item(py, &a, &int(py, -1))), "c");
        assert_eq!(
            show(py, sequence::get_item(py, &a, &int(py, 3))),
            "IndexError: string index out of range"
        );
        let back = dxpy_core::slice::new(py, None, None, Some(&int(py, -1))).unwrap();
        assert_eq!(show(py, sequence::get_item(py, &a, &back.upcast())), "cba");
        assert!(protocol::rich_compare_bool(py, &a, &s(py, "abd"), protocol::LT).unwrap());
        assert!(sequence::contains(py, &a, &s(py, "bc")).unwrap());
        let chars: Vec<String> =
            protocol::collect(py, &s(py, "aé")).unwrap().iter().map(|o| text(o)).collect();
        assert_eq!(chars, ["a", "é"]);
    });
}

#[test]
fn in_place_growth_keeps_other_references_as_they_were() {
    with_types(|py| {
        let mut grown = unicode::from_str(py, "start").unwrap();
        let kept = grown.clone();
        for i in 0..1000 {
            let more = unicode::from_str(py, if i == 500 { "é" } else { "ab" }).unwrap();
            grown = unicode::append(py, grown, &more).unwrap();
        }
        assert_eq!(text(kept.as_object()), "start");
        assert_eq!(unicode::len(&grown), 5 + 2 * 999 + 1);
        let again = unicode::from_view(py, unicode::view(&grown)).unwrap();
        assert!(unicode::equal(&grown, &again));
        assert_eq!(unicode::hash(&grown), unicode::hash(&again));
    });
}

#[test]
fn formats() {
    with_types(|py| {
        let percent = |f: &str, args: Vec<Owned>| {
            let t = tuple::from_iter(py, args).unwrap();
            show(py, number::remainder(py, &s(py, f), t.as_object()))
        };
        assert_eq!(
            percent("%s=%5s|%-4s|%.2s", vec![s(py, "a"), s(py, "b"), s(py, "c"), s(py, "defg")]),
            "a=    b|c   |de"
        );
        assert_eq!(
            percent("%#06x %+d %5.1f%%", vec![int(py, 255), int(py, 3), int(py, 2)]),
            "0x00ff +3   2.0%"
        );
        assert_eq!(percent("%c%c", vec![int(py, 0x20ac), s(py, "x")]), "€x");
        assert_eq!(
            percent("%d", vec![s(py, "x")]),
            "TypeError: %d format: a real number is required, not str"
        );
        assert_eq!(percent("%s", vec![]), "TypeError: not enough arguments for format string");
        assert_eq!(
            percent("%s", vec![s(py, "a"), s(py, "b")]),
            "TypeError: not all arguments converted during string formatting"
        );
        assert_eq!(
            percent("%y", vec![s(py, "a")]),
            "ValueError: unsupported format character 'y' (0x79) at index 1"
        );
        assert_eq!(m(py, "{1}{0!r:>5}", "format", &[s(py, "a"), s(py, "b")]), "b  'a'");
        assert_eq!(
            m(py, "{}{}", "format", &[s(py, "a")]),
            "IndexError: Replacement index 1 out of range for positional args tuple"
        );
        assert_eq!(m(py, "{:{}}|", "format", &[s(py, "a"), s(py, "^5")]), "  a  |");
        assert_eq!(
            m(py, "a", "__format__", &[s(py, "=5")]),
            "ValueError: '=' alignment not allowed in string format specifier"
        );
        let key = s(py, "k");
        let d = dxpy_core::dict::new(py).unwrap();
        dxpy_core::dict::set(py, &d, &key, &s(py, "v")).unwrap();
        assert_eq!(m(py, "{k}", "format_map", &[d.clone().upcast()]), "v");
        let b = call::method(py, &s(py, "a"), name("encode"), [&s(py, "utf-16")]).unwrap();
        assert_eq!(dxpy_core::bytes::as_slice(dxpy_core::bytes::check(&b).unwrap()), b"\xff\xfea\0");
        let e = call::method(py, &s(py, "é"), name("encode"), [&s(py, "ascii")]).unwrap_err();
        assert!(dxpy_core::exceptions::matches(&e, &dxpy_core::exceptions::UnicodeEncodeError));
    });
}
