//! Trees made by hand may have any positions: they compile, or are refused, without a panic.

use dxpy_ast::{ExprKind, Location, Mod, PyStr, StmtKind};
use dxpy_compiler::{Options, compile, validate};
use dxpy_parser::{Mode, StdUnicode, parse};

const TEXT: &str = "\
a.b(c)
(a.b.c
 .d(e, f=1))
x = [i for i in y if i]
def f(a, *b: int, c=1):
    for i in a:
        try:
            with b as c: return c
        except E as e:
            yield e
        finally:
            a.x += 1
    match a:
        case [1, *_, b]: pass
        case {'k': C(d)}: super().x()
class C[T](B): z: T = lambda: a < b < c
";

/// Replaces the positions of the nodes that this little walk finds, each by the next of `at`.
fn relocate(tree: &mut Mod, at: &mut dyn FnMut() -> Location) {
    let Mod::Module { body, .. } = tree else { return };
    let mut todo: Vec<&mut dxpy_ast::Stmt> = body.iter_mut().collect();
    while let Some(s) = todo.pop() {
        s.range = at();
        match &mut s.kind {
            StmtKind::FunctionDef(f) => todo.extend(&mut f.body),
            StmtKind::ClassDef(c) => todo.extend(&mut c.body),
            StmtKind::For(f) => todo.extend(&mut f.body),
            StmtKind::Try(t) => {
                todo.extend(&mut t.body);
                for h in &mut t.handlers {
                    h.range = at();
                    todo.extend(&mut h.body);
                }
                todo.extend(&mut t.finalbody);
            }
            StmtKind::With(w) => todo.extend(&mut w.body),
            StmtKind::Match { cases, .. } => {
                for c in cases {
                    c.pattern.range = at();
                    todo.extend(&mut c.body);
                }
            }
            StmtKind::Expr { value } => {
                let mut e = &mut **value;
                loop {
                    e.range = at();
                    e = match &mut e.kind {
                        ExprKind::Call { func, .. } => func,
                        ExprKind::Attribute { value, .. } => value,
                        _ => break,
                    };
                }
            }
            StmtKind::Assign { value, .. } => value.range = at(),
            _ => {}
        }
    }
}

#[test]
fn positions_of_any_size_do_no_harm() {
    let values = [i32::MIN, i32::MIN + 1, -2, -1, 0, 1, 7, 1 << 20, i32::MAX - 1, i32::MAX];
    let mut state = 1u64;
    let mut next = move || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        values[(state >> 33) as usize % values.len()]
    };
    let (mut compiled, mut valid) = (0, 0);
    for round in 0..3000 {
        let options = dxpy_parser::Options::new(Mode::Exec);
        let (mut tree, _) = parse(TEXT.as_bytes(), &options, &StdUnicode).unwrap();
        relocate(&mut tree, &mut || {
            let (a, b, c, d) = (next(), next(), next(), next());
            match round % 3 {
                // What the validation lets through, and then anything.
                0 => Location { lineno: a, end_lineno: a, col_offset: c, end_col_offset: c },
                1 => Location {
                    lineno: a.max(0).min(b.max(0)),
                    end_lineno: a.max(0).max(b.max(0)),
                    col_offset: c.max(0).min(d.max(0)),
                    end_col_offset: c.max(0).max(d.max(0)),
                },
                _ => Location { lineno: a, end_lineno: b, col_offset: c, end_col_offset: d },
            }
        });
        valid += usize::from(validate::validate(&tree).is_ok());
        compiled +=
            usize::from(compile(&mut tree, &PyStr::from("f"), Options::default(), &mut Vec::new()).is_ok());
    }
    assert!(valid > 1000 && compiled > 1000, "{valid} valid, {compiled} compiled");
}
