//! The first difference between two code objects, for differential tests of the compiler.

use crate::constant::{constant_key, show};
use crate::dis::{Instructions, describe};
use crate::{CodeObject, Const, exctable, linetable};
use dxpy_ast::PyStr;
use std::fmt;

/// Where two code objects differ, and what stands there in each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The way from the outermost code object, as `<module>.co_consts[3]<f>.co_code offset 24`.
    pub path: String,
    pub left: String,
    pub right: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} != {}", self.path, self.left, self.right)
    }
}

fn text(s: &PyStr) -> String {
    String::from_utf8_lossy(s.as_bytes()).into_owned()
}

/// The first difference of two code objects, their nested code objects included; `None` if they are equal. Constants
/// are equal if their types are, too; floats by their bits.
pub fn compare(left: &CodeObject, right: &CodeObject) -> Option<Difference> {
    let mut todo = vec![(format!("<{}>", text(&left.name).trim_matches(['<', '>'])), left, right)];
    while let Some((path, left, right)) = todo.pop() {
        if let Some((place, left, right)) = own_difference(left, right) {
            return Some(Difference { path: format!("{path}.{place}"), left, right });
        }
        let pairs = left.consts.iter().zip(&right.consts).enumerate().rev();
        todo.extend(pairs.filter_map(|(i, pair)| match pair {
            (Const::Code(a), Const::Code(b)) => Some((
                format!("{path}.co_consts[{i}]<{}>", text(&a.name).trim_matches(['<', '>'])),
                &**a,
                &**b,
            )),
            _ => None,
        }));
    }
    None
}

type Found = Option<(String, String, String)>;

/// A difference outside the nested code objects: place and both sides.
fn own_difference(a: &CodeObject, b: &CodeObject) -> Found {
    let number =
        |name: &str, a: i64, b: i64| (a != b).then(|| (name.to_owned(), a.to_string(), b.to_string()));
    let string = |name: &str, a: &PyStr, b: &PyStr| {
        (a != b).then(|| (name.to_owned(), format!("{a:?}"), format!("{b:?}")))
    };
    string("co_name", &a.name, &b.name)
        .or_else(|| string("co_qualname", &a.qualname, &b.qualname))
        .or_else(|| string("co_filename", &a.filename, &b.filename))
        .or_else(|| number("co_firstlineno", a.firstlineno.into(), b.firstlineno.into()))
        .or_else(|| number("co_argcount", a.argcount.into(), b.argcount.into()))
        .or_else(|| number("co_posonlyargcount", a.posonlyargcount.into(), b.posonlyargcount.into()))
        .or_else(|| number("co_kwonlyargcount", a.kwonlyargcount.into(), b.kwonlyargcount.into()))
        .or_else(|| {
            (a.flags != b.flags)
                .then(|| ("co_flags".to_owned(), format!("{:#x}", a.flags), format!("{:#x}", b.flags)))
        })
        .or_else(|| names("co_names", &a.names, &b.names))
        .or_else(|| names("co_localsplusnames", &a.localsplusnames, &b.localsplusnames))
        .or_else(|| {
            let kinds = |c: &CodeObject| format!("{:x?}", c.localspluskinds);
            (a.localspluskinds != b.localspluskinds)
                .then(|| ("co_localspluskinds".to_owned(), kinds(a), kinds(b)))
        })
        .or_else(|| code_bytes(a, b))
        .or_else(|| constants(&a.consts, &b.consts))
        .or_else(|| number("co_stacksize", a.stacksize.into(), b.stacksize.into()))
        .or_else(|| exceptions(a, b))
        .or_else(|| lines(a, b))
}

/// The first position at which two sequences differ, and the items there (`None` behind an end).
fn first_unequal<T: PartialEq>(
    a: impl IntoIterator<Item = T>,
    b: impl IntoIterator<Item = T>,
) -> Option<(usize, Option<T>, Option<T>)> {
    let (mut a, mut b) = (a.into_iter(), b.into_iter());
    for i in 0.. {
        match (a.next(), b.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => return Some((i, a, b)),
        }
    }
    None
}

fn or_end<T>(item: Option<T>, show: impl Fn(T) -> String) -> String {
    item.map_or_else(|| "(end)".to_owned(), show)
}

fn names(field: &str, a: &[PyStr], b: &[PyStr]) -> Found {
    let (i, a, b) = first_unequal(a, b)?;
    let show = |s: &PyStr| format!("{s:?}");
    Some((format!("{field}[{i}]"), or_end(a, show), or_end(b, show)))
}

fn constants(a: &[Const], b: &[Const]) -> Found {
    // Nested code objects are compared by the caller, which knows the way to them.
    let key = |c: &Const| match c {
        Const::Code(_) => vec![0xFF],
        value => {
            let mut key = Vec::new();
            constant_key(&mut key, value);
            key
        }
    };
    let (i, ..) = first_unequal(a.iter().map(key), b.iter().map(key))?;
    Some((format!("co_consts[{i}]"), or_end(a.get(i), show), or_end(b.get(i), show)))
}

fn code_bytes(a: &CodeObject, b: &CodeObject) -> Found {
    if a.code == b.code {
        return None;
    }
    let (at, x, y) = first_unequal(
        Instructions::new(&a.code).map(|i| (i.start, i.number, i.arg)),
        Instructions::new(&b.code).map(|i| (i.start, i.number, i.arg)),
    )
    .map_or((None, None, None), |(i, ..)| {
        let (x, y) = (Instructions::new(&a.code).nth(i), Instructions::new(&b.code).nth(i));
        (x.or(y).map(|i| i.start), x, y)
    });
    let Some(at) = at else {
        // Equal instructions: caches differ, or a last half code unit.
        let (i, x, y) = first_unequal(&a.code, &b.code)?;
        return Some((format!("co_code byte {i}"), format!("{x:?}"), format!("{y:?}")));
    };
    let line = |c: &CodeObject| {
        let place = linetable::at(&c.linetable, c.firstlineno, at);
        place.filter(|l| l.lineno >= 0).map_or_else(String::new, |l| format!(" [line {}]", l.lineno))
    };
    let show = |c: &CodeObject, i| or_end(i, |i| describe(c, &i) + &line(c));
    Some((format!("co_code offset {at}"), show(a, x), show(b, y)))
}

fn exceptions(a: &CodeObject, b: &CodeObject) -> Found {
    if a.exceptiontable == b.exceptiontable {
        return None;
    }
    let entries = |c| exctable::Entries::new(c);
    let show = |e: exctable::Entry| format!("{e:?}");
    match first_unequal(entries(&a.exceptiontable), entries(&b.exceptiontable)) {
        Some((i, x, y)) => Some((format!("co_exceptiontable entry {i}"), or_end(x, show), or_end(y, show))),
        None => {
            let (i, x, y) = first_unequal(&a.exceptiontable, &b.exceptiontable)?;
            Some((format!("co_exceptiontable byte {i}"), format!("{x:?}"), format!("{y:?}")))
        }
    }
}

fn lines(a: &CodeObject, b: &CodeObject) -> Found {
    if a.linetable == b.linetable {
        return None;
    }
    // By code unit first: two entries against one of the same place is a difference only in how it is written.
    let units = |c: &CodeObject| {
        let entries = linetable::Entries::new(&c.linetable, c.firstlineno);
        entries.flat_map(|(loc, n)| std::iter::repeat_n(loc, n)).collect::<Vec<_>>()
    };
    let show = |l: dxpy_ast::Location| {
        format!("{}:{}-{}:{}", l.lineno, l.col_offset, l.end_lineno, l.end_col_offset)
    };
    if let Some((i, x, y)) = first_unequal(units(a), units(b)) {
        let instr = |c: &CodeObject| {
            let found = Instructions::new(&c.code).find(|instr| instr.end() > i * 2);
            found.map_or_else(String::new, |instr| format!(" [{}]", describe(c, &instr)))
        };
        let (left, right) = (or_end(x, show) + &instr(a), or_end(y, show) + &instr(b));
        return Some((format!("co_linetable offset {}", i * 2), left, right));
    }
    let (i, x, y) = first_unequal(&a.linetable, &b.linetable)?;
    Some((format!("co_linetable byte {i} (same places)"), format!("{x:?}"), format!("{y:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use dxpy_ast::Constant;
    use std::rc::Rc;

    fn code(name: &str) -> CodeObject {
        CodeObject {
            argcount: 0,
            posonlyargcount: 0,
            kwonlyargcount: 0,
            stacksize: 1,
            flags: 0,
            code: vec![151, 0, 121, 0],
            consts: vec![Constant::None.into()],
            names: vec![],
            localsplusnames: vec![],
            localspluskinds: vec![],
            filename: "f".into(),
            name: name.into(),
            qualname: name.into(),
            firstlineno: 1,
            linetable: vec![0xF1, 3, 1, 1, 1],
            exceptiontable: vec![],
        }
    }

    #[test]
    fn the_way_to_the_difference_is_told() {
        let with = |inner: CodeObject| {
            let mut outer = code("<module>");
            outer.consts.push(Const::Code(Rc::new(inner)));
            outer
        };
        let a = with(code("g"));
        assert_eq!(compare(&a, &a.clone()), None);
        let path = |change: &dyn Fn(&mut CodeObject)| {
            let mut inner = code("g");
            change(&mut inner);
            let b = with(inner);
            compare(&a, &b).map(|d| d.path)
        };
        let at = |place: &str| Some(format!("<module>.co_consts[1]<g>.{place}"));
        assert_eq!(path(&|c| c.code[3] = 1), at("co_code offset 2"));
        assert_eq!(path(&|c| c.code.truncate(2)), at("co_code offset 2"));
        assert_eq!(path(&|c| c.stacksize = 2), at("co_stacksize"));
        assert_eq!(path(&|c| c.names.push("x".into())), at("co_names[0]"));
        assert_eq!(path(&|c| c.linetable[3] = 2), at("co_linetable offset 0"));
        assert_eq!(path(&|c| c.exceptiontable.extend([0x80, 1, 2, 3])), at("co_exceptiontable entry 0"));
        assert_eq!(path(&|c| c.consts[0] = Constant::False.into()), at("co_consts[0]"));
        let float = |f: f64| {
            let mut inner = code("g");
            inner.consts = vec![Constant::Float(f).into()];
            with(inner)
        };
        assert_eq!(compare(&float(f64::NAN), &float(f64::NAN)), None);
        assert!(compare(&float(0.0), &float(-0.0)).is_some());
    }
}
