//! Trees made wrong by hand against an installed CPython 3.12.1: which are refused, and with what text.

use std::io::Write as _;
use std::process::{Command, Stdio};

use dxpy_ast::*;
use dxpy_compiler::CompileError;
use dxpy_compiler::validate::{validate, validate_within};
use dxpy_parser::{Mode, Options, StdUnicode, parse};

fn tree(text: &str) -> Mod {
    parse(text.as_bytes(), &Options::new(Mode::Exec), &StdUnicode).unwrap().0
}
fn body(m: &mut Mod) -> &mut Vec<Stmt> {
    let Mod::Module { body, .. } = m else { panic!() };
    body
}
fn stmt(m: &mut Mod) -> &mut StmtKind {
    &mut body(m)[0].kind
}
fn function(m: &mut Mod) -> &mut FunctionDef {
    let (StmtKind::FunctionDef(f) | StmtKind::AsyncFunctionDef(f)) = stmt(m) else { panic!() };
    f
}
fn class(m: &mut Mod) -> &mut ClassDef {
    let StmtKind::ClassDef(c) = stmt(m) else { panic!() };
    c
}
fn for_loop(m: &mut Mod) -> &mut For {
    let StmtKind::For(f) = stmt(m) else { panic!() };
    f
}
fn with(m: &mut Mod) -> &mut With {
    let StmtKind::With(w) = stmt(m) else { panic!() };
    w
}
fn tries(m: &mut Mod) -> &mut Try {
    let (StmtKind::Try(t) | StmtKind::TryStar(t)) = stmt(m) else { panic!() };
    t
}
fn cases(m: &mut Mod) -> &mut Vec<MatchCase> {
    let StmtKind::Match { cases, .. } = stmt(m) else { panic!() };
    cases
}
fn pattern(m: &mut Mod) -> &mut PatternKind {
    &mut cases(m)[0].pattern.kind
}
fn set_value(m: &mut Mod, kind: ExprKind) {
    let PatternKind::MatchValue { value } = pattern(m) else { panic!() };
    value.kind = kind;
}
fn test(m: &mut Mod) -> &mut Expr {
    match stmt(m) {
        StmtKind::If { test, .. } | StmtKind::While { test, .. } | StmtKind::Assert { test, .. } => test,
        _ => panic!(),
    }
}
fn value(m: &mut Mod) -> &mut Expr {
    match stmt(m) {
        StmtKind::Return { value: Some(value) }
        | StmtKind::AnnAssign { value: Some(value), .. }
        | StmtKind::Assign { value, .. }
        | StmtKind::AugAssign { value, .. }
        | StmtKind::TypeAlias { value, .. }
        | StmtKind::Expr { value } => value,
        _ => panic!(),
    }
}
fn expr(m: &mut Mod) -> &mut ExprKind {
    &mut value(m).kind
}
fn bound(m: &mut Mod) -> &mut Expr {
    let TypeParamKind::TypeVar { bound: Some(b), .. } = &mut function(m).type_params[0].kind else {
        panic!()
    };
    b
}
fn set_param(p: &mut TypeParam, to: &str) {
    let (TypeParamKind::TypeVar { name, .. }
    | TypeParamKind::ParamSpec { name }
    | TypeParamKind::TypeVarTuple { name }) = &mut p.kind;
    *name = to.into();
}
fn set_ctx(e: &mut Expr, to: ExprContext) {
    match &mut e.kind {
        ExprKind::Name { ctx, .. }
        | ExprKind::Attribute { ctx, .. }
        | ExprKind::Subscript { ctx, .. }
        | ExprKind::Starred { ctx, .. }
        | ExprKind::List { ctx, .. }
        | ExprKind::Tuple { ctx, .. } => *ctx = to,
        _ => {}
    }
}
fn parsed(text: &str) -> ExprKind {
    expr(&mut tree(text)).clone()
}
fn one() -> ExprKind {
    parsed("1")
}
fn at(lineno: i32, end_lineno: i32, col_offset: i32, end_col_offset: i32) -> Location {
    Location { lineno, end_lineno, col_offset, end_col_offset }
}
fn nested(n: usize) -> Constant {
    (0..n).fold(Constant::None, |c, i| {
        if i % 2 == 0 { Constant::Tuple(vec![c]) } else { Constant::FrozenSet(vec![c]) }
    })
}

type Case = (&'static str, fn(&mut Mod));

/// A good text, and what is done to its tree.
#[rustfmt::skip]
const CASES: &[Case] = &[
    ("def f(): pass", |m| { *body(m) = vec![]; }),
    ("def f(): pass", |m| { function(m).body.clear(); }),
    ("async def f(): pass", |m| { function(m).body.clear(); }),
    ("def f(): pass", |m| { function(m).name = "None".into(); }),
    ("def f(a, b=1): pass", |m| { function(m).args.args.clear(); }),
    ("def f(a, /, b=1): pass", |m| { function(m).args.args.clear(); }),
    ("def f(*, a=1): pass", |m| { function(m).args.kw_defaults.clear(); }),
    ("def f(*, a=1): pass", |m| { function(m).args.kw_defaults[0] = None; }),
    ("def f(*, a): pass", |m| { function(m).args.kwonlyargs.clear(); }),
    ("def f(a): pass", |m| { function(m).args.args[0].range.lineno = 7; }),
    ("def f(a: b): pass", |m| { set_ctx(function(m).args.args[0].annotation.as_mut().unwrap(), ExprContext::Store); }),
    ("def f(*a): pass", |m| { function(m).args.vararg.as_mut().unwrap().range.lineno = 7; }),
    ("def f(*a: b): pass", |m| { set_ctx(function(m).args.vararg.as_mut().unwrap().annotation.as_mut().unwrap(), ExprContext::Del); }),
    ("def f(**a: b): pass", |m| { set_ctx(function(m).args.kwarg.as_mut().unwrap().annotation.as_mut().unwrap(), ExprContext::Del); }),
    ("def f() -> a: pass", |m| { set_ctx(function(m).returns.as_mut().unwrap(), ExprContext::Del); }),
    ("def f[T: int](): pass", |m| { set_ctx(bound(m), ExprContext::Del); }),
    ("def f[T: int](): pass", |m| { function(m).type_params[0].range.end_lineno = 0; }),
    ("def f[T, *U, **V](): pass", |m| { for p in &mut function(m).type_params { set_param(p, "a") } }),
    ("def f[*U, **V](): pass", |m| { for p in &mut function(m).type_params { set_param(p, "True") } }),
    ("def f[**V](): pass", |m| { for p in &mut function(m).type_params { set_param(p, "False") } }),
    ("def f[V](): pass", |m| { for p in &mut function(m).type_params { set_param(p, "None") } }),
    ("@a\ndef f(): pass", |m| { set_ctx(&mut function(m).decorator_list[0], ExprContext::Store); }),
    ("class C: pass", |m| { class(m).body.clear(); }),
    ("class C(a): pass", |m| { set_ctx(&mut class(m).bases[0], ExprContext::Store); }),
    ("class C(a=b): pass", |m| { set_ctx(&mut class(m).keywords[0].value, ExprContext::Store); }),
    ("class C(a=b): pass", |m| { class(m).keywords[0].range.lineno = 9; }),
    ("@a\nclass C: pass", |m| { set_ctx(&mut class(m).decorator_list[0], ExprContext::Store); }),
    ("return a", |m| { set_ctx(value(m), ExprContext::Store); }),
    ("del a", |m| { if let StmtKind::Delete { targets } = stmt(m) { targets.clear() } }),
    ("del a", |m| { if let StmtKind::Delete { targets } = stmt(m) { set_ctx(&mut targets[0], ExprContext::Store) } }),
    ("del a", |m| { if let StmtKind::Delete { targets } = stmt(m) { targets[0].kind = one() } }),
    ("a = b", |m| { if let StmtKind::Assign { targets, .. } = stmt(m) { targets.clear() } }),
    ("a = b", |m| { if let StmtKind::Assign { targets, .. } = stmt(m) { targets[0].kind = one() } }),
    ("a = b", |m| { set_ctx(value(m), ExprContext::Store); }),
    ("(a, *b.c), [d[e]] = b", |_| {}),
    ("a, (b, c) = d", |m| { if let StmtKind::Assign { targets, .. } = stmt(m) && let ExprKind::Tuple { elts, .. } = &mut targets[0].kind { set_ctx(&mut elts[1], ExprContext::Load) } }),
    ("*a, b = d", |m| { if let StmtKind::Assign { targets, .. } = stmt(m) && let ExprKind::Tuple { elts, .. } = &mut targets[0].kind && let ExprKind::Starred { value, .. } = &mut elts[0].kind { set_ctx(value, ExprContext::Load) } }),
    ("a += b", |m| { if let StmtKind::AugAssign { target, .. } = stmt(m) { set_ctx(target, ExprContext::Load) } }),
    ("a += b", |m| { set_ctx(value(m), ExprContext::Del); }),
    ("a.b: int = 1", |m| { if let StmtKind::AnnAssign { simple, .. } = stmt(m) { *simple = 1 } }),
    ("a: int = b", |m| { set_ctx(value(m), ExprContext::Del); }),
    ("a: int", |m| { if let StmtKind::AnnAssign { annotation, .. } = stmt(m) { set_ctx(annotation, ExprContext::Del) } }),
    ("type X = int", |m| { if let StmtKind::TypeAlias { name, .. } = stmt(m) { name.kind = one() } }),
    ("type X = int", |m| { if let StmtKind::TypeAlias { name, .. } = stmt(m) { set_ctx(name, ExprContext::Load) } }),
    ("type X = int", |m| { set_ctx(value(m), ExprContext::Del); }),
    ("for a in b: pass", |m| { for_loop(m).body.clear(); }),
    ("for a in b: pass", |m| { set_ctx(&mut for_loop(m).target, ExprContext::Load); }),
    ("for a in b: pass", |m| { set_ctx(&mut for_loop(m).iter, ExprContext::Store); }),
    ("while a: pass", |m| { if let StmtKind::While { body, .. } = stmt(m) { body.clear() } }),
    ("while a: pass", |m| { set_ctx(test(m), ExprContext::Del); }),
    ("if a: pass", |m| { if let StmtKind::If { body, .. } = stmt(m) { body.clear() } }),
    ("if a: pass", |m| { set_ctx(test(m), ExprContext::Del); }),
    ("with a as b: pass", |m| { with(m).items.clear(); }),
    ("with a as b: pass", |m| { with(m).body.clear(); }),
    ("with a as b: pass", |m| { set_ctx(&mut with(m).items[0].context_expr, ExprContext::Store); }),
    ("with a as b: pass", |m| { set_ctx(with(m).items[0].optional_vars.as_mut().unwrap(), ExprContext::Load); }),
    ("match a:\n    case b: pass", |m| { cases(m).clear(); }),
    ("match a:\n    case b: pass", |m| { cases(m)[0].body.clear(); }),
    ("match a:\n    case b if c: pass", |m| { set_ctx(cases(m)[0].guard.as_mut().unwrap(), ExprContext::Store); }),
    ("raise a from b", |m| { if let StmtKind::Raise { exc, .. } = stmt(m) { *exc = None } }),
    ("raise a from b", |m| { if let StmtKind::Raise { exc, .. } = stmt(m) { set_ctx(exc.as_mut().unwrap(), ExprContext::Store) } }),
    ("raise a from b", |m| { if let StmtKind::Raise { cause, .. } = stmt(m) { set_ctx(cause.as_mut().unwrap(), ExprContext::Store) } }),
    ("try: pass\nexcept: pass", |m| { tries(m).body.clear(); }),
    ("try: pass\nexcept: pass", |m| { tries(m).handlers.clear(); }),
    ("try: pass\nexcept: pass", |m| { tries(m).handlers[0].body.clear(); }),
    ("try: pass\nexcept: pass", |m| { tries(m).handlers[0].range.lineno = -1; }),
    ("try: pass\nexcept a: pass", |m| { set_ctx(tries(m).handlers[0].typ.as_mut().unwrap(), ExprContext::Del); }),
    ("try: pass\nexcept: pass\nelse: pass", |m| { tries(m).handlers.clear(); }),
    ("try: pass\nexcept: pass\nelse: pass\nfinally: pass", |m| { tries(m).handlers.clear(); }),
    ("try: pass\nexcept* a: pass", |m| { tries(m).body.clear(); }),
    ("try: pass\nexcept* a: pass", |m| { tries(m).handlers.clear(); }),
    ("try: pass\nexcept* a: pass\nelse: pass\nfinally: pass", |m| { tries(m).handlers.clear(); }),
    ("try: pass\nexcept* a: pass", |m| { tries(m).handlers[0].typ = None; }),
    ("assert a, b", |m| { set_ctx(test(m), ExprContext::Del); }),
    ("assert a, b", |m| { if let StmtKind::Assert { msg, .. } = stmt(m) { set_ctx(msg.as_mut().unwrap(), ExprContext::Del) } }),
    ("import a", |m| { if let StmtKind::Import { names } = stmt(m) { names.clear() } }),
    ("from a import b", |m| { if let StmtKind::ImportFrom { names, .. } = stmt(m) { names.clear() } }),
    ("from a import b", |m| { if let StmtKind::ImportFrom { level, .. } = stmt(m) { *level = -1 } }),
    ("from a import b", |m| { if let StmtKind::ImportFrom { level, names, .. } = stmt(m) { *level = -1; names.clear() } }),
    ("def f(): global a", |m| { if let StmtKind::Global { names } = &mut function(m).body[0].kind { names.clear() } }),
    ("def f(): nonlocal a", |m| { if let StmtKind::Nonlocal { names } = &mut function(m).body[0].kind { names.clear() } }),
    ("a and b", |m| { if let ExprKind::BoolOp { values, .. } = expr(m) { values.truncate(1) } }),
    ("a and b", |m| { if let ExprKind::BoolOp { values, .. } = expr(m) { set_ctx(&mut values[1], ExprContext::Del) } }),
    ("a + b", |m| { if let ExprKind::BinOp { left, .. } = expr(m) { set_ctx(left, ExprContext::Del) } }),
    ("a + b", |m| { if let ExprKind::BinOp { right, .. } = expr(m) { set_ctx(right, ExprContext::Store) } }),
    ("-a", |m| { if let ExprKind::UnaryOp { operand, .. } = expr(m) { set_ctx(operand, ExprContext::Store) } }),
    ("lambda a=1: 0", |m| { if let ExprKind::Lambda { args, .. } = expr(m) { args.args.clear() } }),
    ("a if b else c", |m| { if let ExprKind::IfExp { orelse, .. } = expr(m) { set_ctx(orelse, ExprContext::Store) } }),
    ("{a: b, **c}", |m| { if let ExprKind::Dict { keys, .. } = expr(m) { keys.pop(); } }),
    ("{a: b, **c}", |m| { if let ExprKind::Dict { keys, .. } = expr(m) { set_ctx(keys[0].as_mut().unwrap(), ExprContext::Store) } }),
    ("{a: b, **c}", |m| { if let ExprKind::Dict { values, .. } = expr(m) { set_ctx(&mut values[1], ExprContext::Store) } }),
    ("{a}", |m| { if let ExprKind::Set { elts } = expr(m) { set_ctx(&mut elts[0], ExprContext::Store) } }),
    ("[a for a in b if c]", |m| { if let ExprKind::ListComp { generators, .. } = expr(m) { generators.clear() } }),
    ("[a for a in b if c]", |m| { if let ExprKind::ListComp { generators, .. } = expr(m) { set_ctx(&mut generators[0].target, ExprContext::Load) } }),
    ("[a for a in b if c]", |m| { if let ExprKind::ListComp { generators, .. } = expr(m) { set_ctx(&mut generators[0].iter, ExprContext::Del) } }),
    ("[a for a in b if c]", |m| { if let ExprKind::ListComp { generators, .. } = expr(m) { set_ctx(&mut generators[0].ifs[0], ExprContext::Del) } }),
    ("[a for a in b if c]", |m| { if let ExprKind::ListComp { elt, .. } = expr(m) { set_ctx(elt, ExprContext::Del) } }),
    ("{a for a in b if c}", |m| { if let ExprKind::SetComp { generators, .. } = expr(m) { generators.clear() } }),
    ("(a for a in b if c)", |m| { if let ExprKind::GeneratorExp { generators, .. } = expr(m) { generators.clear() } }),
    ("{a: b for a in b if c}", |m| { if let ExprKind::DictComp { generators, .. } = expr(m) { generators.clear() } }),
    ("{a: b for a in b if c}", |m| { if let ExprKind::DictComp { key, .. } = expr(m) { set_ctx(key, ExprContext::Del) } }),
    ("{a: b for a in b if c}", |m| { if let ExprKind::DictComp { value, .. } = expr(m) { set_ctx(value, ExprContext::Del) } }),
    ("(yield a)", |m| { if let ExprKind::Yield { value } = expr(m) { set_ctx(value.as_mut().unwrap(), ExprContext::Del) } }),
    ("(yield from a)", |m| { if let ExprKind::YieldFrom { value } = expr(m) { set_ctx(value, ExprContext::Del) } }),
    ("a < b < c", |m| { if let ExprKind::Compare { comparators, .. } = expr(m) { comparators.clear() } }),
    ("a < b < c", |m| { if let ExprKind::Compare { comparators, .. } = expr(m) { comparators.pop(); } }),
    ("a < b < c", |m| { if let ExprKind::Compare { ops, .. } = expr(m) { ops.pop(); } }),
    ("a < b < c", |m| { if let ExprKind::Compare { ops, comparators, .. } = expr(m) { ops.clear(); comparators.clear() } }),
    ("a < b", |m| { if let ExprKind::Compare { left, comparators, .. } = expr(m) { set_ctx(left, ExprContext::Del); set_ctx(&mut comparators[0], ExprContext::Store) } }),
    ("a(b, c=d)", |m| { if let ExprKind::Call { func, .. } = expr(m) { set_ctx(func, ExprContext::Del) } }),
    ("a(b, c=d)", |m| { if let ExprKind::Call { args, .. } = expr(m) { set_ctx(&mut args[0], ExprContext::Del) } }),
    ("a(b, c=d)", |m| { if let ExprKind::Call { keywords, .. } = expr(m) { set_ctx(&mut keywords[0].value, ExprContext::Del) } }),
    ("a(b, c=d)", |m| { if let ExprKind::Call { keywords, .. } = expr(m) { keywords[0].arg = Some("None".into()) } }),
    ("f'{a:{b}}'", |m| { if let ExprKind::JoinedStr { values } = expr(m) && let ExprKind::FormattedValue { value, .. } = &mut values[0].kind { set_ctx(value, ExprContext::Del) } }),
    ("f'{a:{b}}'", |m| { if let ExprKind::JoinedStr { values } = expr(m) && let ExprKind::FormattedValue { format_spec, .. } = &mut values[0].kind { set_ctx(format_spec.as_mut().unwrap(), ExprContext::Del); format_spec.as_mut().unwrap().range.lineno = 9 } }),
    ("a.b", |m| { if let ExprKind::Attribute { value, .. } = expr(m) { set_ctx(value, ExprContext::Del) } }),
    ("a.b", |m| { if let ExprKind::Attribute { attr, .. } = expr(m) { *attr = "None".into() } }),
    ("a.b", |m| { if let ExprKind::Attribute { ctx, .. } = expr(m) { *ctx = ExprContext::Store } }),
    ("a[b]", |m| { if let ExprKind::Subscript { value, slice, .. } = expr(m) { set_ctx(value, ExprContext::Del); set_ctx(slice, ExprContext::Store) } }),
    ("a[b:c:d]", |m| { if let ExprKind::Subscript { slice, .. } = expr(m) && let ExprKind::Slice { step, .. } = &mut slice.kind { set_ctx(step.as_mut().unwrap(), ExprContext::Store) } }),
    ("[a]", |m| { if let ExprKind::List { elts, .. } = expr(m) { set_ctx(&mut elts[0], ExprContext::Store) } }),
    ("(a,)", |m| { if let ExprKind::Tuple { elts, .. } = expr(m) { set_ctx(&mut elts[0], ExprContext::Store) } }),
    ("(a := b)", |m| { if let ExprKind::NamedExpr { target, .. } = expr(m) { target.kind = one() } }),
    ("(a := b)", |m| { if let ExprKind::NamedExpr { target, .. } = expr(m) { set_ctx(target, ExprContext::Load) } }),
    ("(a := b)", |m| { if let ExprKind::NamedExpr { value, .. } = expr(m) { set_ctx(value, ExprContext::Store) } }),
    ("a", |m| { if let ExprKind::Name { id, .. } = expr(m) { *id = "True".into() } }),
    ("a", |m| { if let ExprKind::Name { id, ctx } = expr(m) { *id = "True".into(); *ctx = ExprContext::Store } }),
    ("a", |m| { value(m).range.lineno = 5; }),
    ("a", |m| { value(m).range.end_lineno = -1; }),
    ("a", |m| { value(m).range = at(-1, -1, 0, 0); }),
    ("a", |m| { value(m).range = at(-1, 0, 0, 0); }),
    ("a", |m| { value(m).range = at(1, 1, -1, 0); }),
    ("a", |m| { value(m).range = at(1, 1, 3, 2); }),
    ("a", |m| { value(m).range = at(1, 2, 3, 2); }),
    ("a", |m| { value(m).range = at(-1, -1, -1, -1); }),
    ("a", |m| { value(m).range = at(0, 0, 0, 0); }),
    ("a", |m| { body(m)[0].range = at(1, 1, 9, 2); }),
    ("a", |m| { *expr(m) = ExprKind::Constant { value: nested(2980), kind: None }; }),
    ("a", |m| { *expr(m) = ExprKind::Constant { value: nested(20), kind: None }; }),
    ("match a:\n    case 1: pass", |m| { set_value(m, one()); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, ExprKind::Constant { value: Constant::None, kind: None }); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, ExprKind::Constant { value: nested(2), kind: None }); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("-b")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("-1")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("+1")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("-1j")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("-True")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("-'a'")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("1 + 2")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("1 + 2j")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("-1 - 2j")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("-1j - 2j")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("1j - 2j")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("1 * 2j")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("a + 2j")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("1 + -2j")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("a.b.c")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("a().b")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("a")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("f'{a}'")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("b'a'")); }),
    ("match a:\n    case 1: pass", |m| { set_value(m, parsed("[1]")); }),
    ("match a:\n    case None: pass", |m| { *pattern(m) = PatternKind::MatchSingleton { value: Constant::Int(1.into()) }; }),
    ("match a:\n    case None: pass", |m| { cases(m)[0].pattern.range.lineno = 9; }),
    ("match a:\n    case {1: b, **c}: pass", |m| { if let PatternKind::MatchMapping { keys, .. } = pattern(m) { keys.clear() } }),
    ("match a:\n    case {1: b, **c}: pass", |m| { if let PatternKind::MatchMapping { keys, .. } = pattern(m) { keys[0].kind = parsed("b") } }),
    ("match a:\n    case {1: b, **c}: pass", |m| { if let PatternKind::MatchMapping { keys, patterns, .. } = pattern(m) { keys[0].kind = parsed("b"); patterns[0].range.lineno = 9 } }),
    ("match a:\n    case {1: b, **c}: pass", |m| { if let PatternKind::MatchMapping { keys, .. } = pattern(m) { keys[0].kind = parsed("None"); keys[0].range.lineno = 9 } }),
    ("match a:\n    case {1: b, **c}: pass", |m| { if let PatternKind::MatchMapping { keys, .. } = pattern(m) { keys[0].kind = parsed("...") } }),
    ("match a:\n    case {1: b, **c}: pass", |m| { if let PatternKind::MatchMapping { rest, .. } = pattern(m) { *rest = Some("_".into()) } }),
    ("match a:\n    case {1: b, **c}: pass", |m| { if let PatternKind::MatchMapping { rest, .. } = pattern(m) { *rest = Some("None".into()) } }),
    ("match a:\n    case {1: b, **c}: pass", |m| { if let PatternKind::MatchMapping { patterns, .. } = pattern(m) { patterns[0].kind = PatternKind::MatchStar { name: None } } }),
    ("match a:\n    case b(c, d=e): pass", |m| { if let PatternKind::MatchClass { kwd_attrs, .. } = pattern(m) { kwd_attrs.clear() } }),
    ("match a:\n    case b(c, d=e): pass", |m| { if let PatternKind::MatchClass { kwd_attrs, .. } = pattern(m) { kwd_attrs[0] = "True".into() } }),
    ("match a:\n    case b(c, d=e): pass", |m| { if let PatternKind::MatchClass { cls, .. } = pattern(m) { set_ctx(cls, ExprContext::Store) } }),
    ("match a:\n    case b(c, d=e): pass", |m| { if let PatternKind::MatchClass { cls, .. } = pattern(m) { cls.kind = parsed("b.c().d") } }),
    ("match a:\n    case b(c, d=e): pass", |m| { if let PatternKind::MatchClass { cls, .. } = pattern(m) { cls.kind = parsed("b.c.d") } }),
    ("match a:\n    case b(c, d=e): pass", |m| { if let PatternKind::MatchClass { patterns, .. } = pattern(m) { patterns[0].kind = PatternKind::MatchStar { name: None } } }),
    ("match a:\n    case b(c, d=e): pass", |m| { if let PatternKind::MatchClass { kwd_patterns, .. } = pattern(m) { kwd_patterns[0].kind = PatternKind::MatchStar { name: None } } }),
    ("match a:\n    case b: pass", |m| { *pattern(m) = PatternKind::MatchStar { name: None }; }),
    ("match a:\n    case [*b]: pass", |m| { if let PatternKind::MatchSequence { patterns } = pattern(m) { patterns[0].kind = PatternKind::MatchStar { name: Some("_".into()) } } }),
    ("match a:\n    case [*b]: pass", |m| { if let PatternKind::MatchSequence { patterns } = pattern(m) { patterns[0].kind = PatternKind::MatchStar { name: Some("None".into()) } } }),
    ("match a:\n    case [b] as c: pass", |m| { if let PatternKind::MatchAs { name, .. } = pattern(m) { *name = None } }),
    ("match a:\n    case [b] as c: pass", |m| { if let PatternKind::MatchAs { name, .. } = pattern(m) { *name = Some("_".into()) } }),
    ("match a:\n    case [b] as c: pass", |m| { if let PatternKind::MatchAs { name, .. } = pattern(m) { *name = Some("False".into()) } }),
    ("match a:\n    case [b] as c: pass", |m| { if let PatternKind::MatchAs { pattern: Some(p), .. } = pattern(m) { p.kind = PatternKind::MatchStar { name: None } } }),
    ("match a:\n    case 1 | 2: pass", |m| { if let PatternKind::MatchOr { patterns } = pattern(m) { patterns.pop(); } }),
    ("match a:\n    case 1 | 2: pass", |m| { if let PatternKind::MatchOr { patterns } = pattern(m) { patterns[1].kind = PatternKind::MatchStar { name: None } } }),
];

#[test]
fn errors_are_cpythons() {
    let python = std::env::var("DXPY_ORACLE").unwrap_or_else(|_| "python3.12".into());
    let version = Command::new(&python).args(["-c", "import sys; print(sys.version)"]).output();
    if !version.is_ok_and(|o| o.stdout.starts_with(b"3.12.1 ")) {
        eprintln!("SKIP: no CPython 3.12.1 (set DXPY_ORACLE): validation was NOT compared with it");
        return;
    }
    let (mut input, mut got) = (String::new(), Vec::new());
    for (text, change) in CASES {
        let mut m = tree(text);
        change(&mut m);
        input.push_str(&dump::dump(&m));
        input.push('\n');
        got.push(match validate_within(&m, 2) {
            Ok(()) => "ok".to_owned(),
            Err(e) => e.to_string(),
        });
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/validate_oracle.py");
    let mut child =
        Command::new(&python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    let want = String::from_utf8(out.stdout).unwrap();
    let want: Vec<&str> = want.lines().collect();
    assert_eq!(want.len(), got.len(), "the oracle's script failed");
    let bad: Vec<String> = (0..want.len())
        .filter(|i| got[*i] != want[*i])
        .map(|i| format!("{i} {:?}\n   got {}\n  want {}", CASES[i].0, got[i], want[i]))
        .collect();
    assert!(bad.is_empty(), "{} differ:\n{}", bad.len(), bad.join("\n"));
    assert!(want.iter().filter(|w| **w != "ok").count() > 130);
}

#[test]
fn deep_trees_are_an_error_before_the_stack_ends() {
    for (n, fits) in [(2_000, true), (4_000, false), (100_000, false)] {
        let m = tree(&vec!["a"; n].join("+"));
        let got = validate(&m);
        assert_eq!(got.is_ok(), fits, "{n}");
        assert!(fits || matches!(got, Err(CompileError::Recursion(_))));
    }
}
