//! Text of a tree in the shape of `ast.dump(tree, include_attributes=True)`, for tests and tools. Strings are as `ascii()`
//! shows them and floats as the sixteen hex digits of their bits, so that no table of printable characters is needed.
//! Recursive: not for trees of hostile depth.

use std::fmt::Write;

use crate::*;

/// The text of a whole tree.
pub fn dump(m: &Mod) -> String {
    let mut o = String::new();
    match m {
        Mod::Module { body, type_ignores } => {
            o.push_str("Module(body=");
            list(&mut o, body, stmt);
            o.push_str(", type_ignores=");
            list(&mut o, type_ignores, |o, t| {
                let _ = write!(o, "TypeIgnore(lineno={}, tag=", t.lineno);
                text(o, &t.tag);
                o.push(')');
            });
        }
        Mod::Interactive { body } => {
            o.push_str("Interactive(body=");
            list(&mut o, body, stmt);
        }
        Mod::Expression { body } => {
            o.push_str("Expression(body=");
            expr(&mut o, body);
        }
        Mod::FunctionType { argtypes, returns } => {
            o.push_str("FunctionType(argtypes=");
            list(&mut o, argtypes, expr);
            o.push_str(", returns=");
            expr(&mut o, returns);
        }
    }
    o.push(')');
    o
}

fn list<T>(o: &mut String, items: &[T], f: impl Fn(&mut String, &T)) {
    o.push('[');
    for (i, x) in items.iter().enumerate() {
        if i > 0 {
            o.push_str(", ");
        }
        f(o, x);
    }
    o.push(']');
}

fn text(o: &mut String, s: &str) {
    ascii(o, s.chars().map(|c| c as u32));
}

fn ascii(o: &mut String, points: impl Iterator<Item = u32> + Clone) {
    let has = |q: char| points.clone().any(|p| p == q as u32);
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    o.push(quote);
    for p in points {
        let _ = match p {
            10 => write!(o, "\\n"),
            13 => write!(o, "\\r"),
            9 => write!(o, "\\t"),
            92 => write!(o, "\\\\"),
            p if p == quote as u32 => write!(o, "\\{quote}"),
            32..127 => write!(o, "{}", p as u8 as char),
            0..256 => write!(o, "\\x{p:02x}"),
            256..0x10000 => write!(o, "\\u{p:04x}"),
            _ => write!(o, "\\U{p:08x}"),
        };
    }
    o.push(quote);
}

/// One constant.
pub fn constant(o: &mut String, c: &Constant) {
    let _ = match c {
        Constant::None => write!(o, "None"),
        Constant::True => write!(o, "True"),
        Constant::False => write!(o, "False"),
        Constant::Ellipsis => write!(o, "Ellipsis"),
        Constant::Int(n) => write!(o, "{n:#x}"),
        Constant::Float(f) => write!(o, "float:{:016x}", f.to_bits()),
        Constant::Complex { real, imag } => {
            write!(o, "complex:{:016x}:{:016x}", real.to_bits(), imag.to_bits())
        }
        Constant::Str(s) => {
            ascii(o, s.code_points().collect::<Vec<_>>().iter().copied());
            Ok(())
        }
        Constant::Bytes(b) => {
            o.push('b');
            ascii(o, b.iter().map(|b| u32::from(*b)));
            Ok(())
        }
        Constant::Tuple(v) => {
            o.push_str("tuple:");
            list(o, v, constant);
            Ok(())
        }
        Constant::FrozenSet(v) => {
            o.push_str("frozenset:");
            list(o, v, constant);
            Ok(())
        }
    };
}

/// Writes one node: its name, then fields through the returned writer, then position.
struct Node<'a> {
    o: &'a mut String,
    first: bool,
}

impl<'a> Node<'a> {
    fn new(o: &'a mut String, name: &str) -> Self {
        o.push_str(name);
        o.push('(');
        Node { o, first: true }
    }
    fn key(&mut self, name: &str) -> &mut String {
        if !self.first {
            self.o.push_str(", ");
        }
        self.first = false;
        self.o.push_str(name);
        self.o.push('=');
        self.o
    }
    fn e(mut self, name: &str, x: &Expr) -> Self {
        expr(self.key(name), x);
        self
    }
    fn oe(self, name: &str, x: &Option<Box<Expr>>) -> Self {
        match x {
            Some(x) => self.e(name, x),
            None => self,
        }
    }
    fn l<T>(mut self, name: &str, items: &[T], f: impl Fn(&mut String, &T)) -> Self {
        list(self.key(name), items, f);
        self
    }
    fn s(mut self, name: &str, x: &str) -> Self {
        text(self.key(name), x);
        self
    }
    fn os(self, name: &str, x: &Option<Ident>) -> Self {
        match x {
            Some(x) => self.s(name, x),
            None => self,
        }
    }
    fn raw(mut self, name: &str, x: impl std::fmt::Display) -> Self {
        let _ = write!(self.key(name), "{x}");
        self
    }
    fn op(mut self, name: &str, x: impl std::fmt::Debug) -> Self {
        let _ = write!(self.key(name), "{x:?}()");
        self
    }
    fn at(self, r: Location) {
        self.raw("lineno", r.lineno)
            .raw("col_offset", r.col_offset)
            .raw("end_lineno", r.end_lineno)
            .raw("end_col_offset", r.end_col_offset)
            .end();
    }
    fn end(self) {
        self.o.push(')');
    }
}

fn args(o: &mut String, a: &Arguments) {
    let mut n = Node::new(o, "arguments").l("posonlyargs", &a.posonlyargs, arg).l("args", &a.args, arg);
    if let Some(v) = &a.vararg {
        arg(n.key("vararg"), v);
    }
    n = n.l("kwonlyargs", &a.kwonlyargs, arg).l("kw_defaults", &a.kw_defaults, |o, d| match d {
        Some(d) => expr(o, d),
        None => o.push_str("None"),
    });
    if let Some(v) = &a.kwarg {
        arg(n.key("kwarg"), v);
    }
    n.l("defaults", &a.defaults, expr).end();
}
fn arg(o: &mut String, a: &Arg) {
    Node::new(o, "arg")
        .s("arg", &a.arg)
        .oe("annotation", &a.annotation)
        .os("type_comment", &a.type_comment)
        .at(a.range);
}
fn keyword(o: &mut String, k: &Keyword) {
    Node::new(o, "keyword").os("arg", &k.arg).e("value", &k.value).at(k.range);
}
fn alias(o: &mut String, a: &Alias) {
    Node::new(o, "alias").s("name", &a.name).os("asname", &a.asname).at(a.range);
}
fn comprehension(o: &mut String, c: &Comprehension) {
    Node::new(o, "comprehension")
        .e("target", &c.target)
        .e("iter", &c.iter)
        .l("ifs", &c.ifs, expr)
        .raw("is_async", c.is_async)
        .end();
}
fn type_param(o: &mut String, t: &TypeParam) {
    match &t.kind {
        TypeParamKind::TypeVar { name, bound } => Node::new(o, "TypeVar").s("name", name).oe("bound", bound),
        TypeParamKind::ParamSpec { name } => Node::new(o, "ParamSpec").s("name", name),
        TypeParamKind::TypeVarTuple { name } => Node::new(o, "TypeVarTuple").s("name", name),
    }
    .at(t.range);
}
fn with_item(o: &mut String, w: &WithItem) {
    Node::new(o, "withitem").e("context_expr", &w.context_expr).oe("optional_vars", &w.optional_vars).end();
}
fn handler(o: &mut String, h: &ExceptHandler) {
    Node::new(o, "ExceptHandler").oe("type", &h.typ).os("name", &h.name).l("body", &h.body, stmt).at(h.range);
}
fn case(o: &mut String, c: &MatchCase) {
    let mut n = Node::new(o, "match_case");
    pattern(n.key("pattern"), &c.pattern);
    n.oe("guard", &c.guard).l("body", &c.body, stmt).end();
}
fn string(o: &mut String, s: &Ident) {
    text(o, s);
}

fn stmt(o: &mut String, s: &Stmt) {
    let is_async =
        matches!(s.kind, StmtKind::AsyncFunctionDef(_) | StmtKind::AsyncFor(_) | StmtKind::AsyncWith(_));
    let pre = |o: &'_ mut String| {
        if is_async {
            o.push_str("Async");
        }
    };
    match &s.kind {
        StmtKind::FunctionDef(f) | StmtKind::AsyncFunctionDef(f) => {
            pre(o);
            let mut n = Node::new(o, "FunctionDef").s("name", &f.name);
            args(n.key("args"), &f.args);
            n.l("body", &f.body, stmt)
                .l("decorator_list", &f.decorator_list, expr)
                .oe("returns", &f.returns)
                .os("type_comment", &f.type_comment)
                .l("type_params", &f.type_params, type_param)
        }
        StmtKind::ClassDef(c) => Node::new(o, "ClassDef")
            .s("name", &c.name)
            .l("bases", &c.bases, expr)
            .l("keywords", &c.keywords, keyword)
            .l("body", &c.body, stmt)
            .l("decorator_list", &c.decorator_list, expr)
            .l("type_params", &c.type_params, type_param),
        StmtKind::Return { value } => Node::new(o, "Return").oe("value", value),
        StmtKind::Delete { targets } => Node::new(o, "Delete").l("targets", targets, expr),
        StmtKind::Assign { targets, value, type_comment } => Node::new(o, "Assign")
            .l("targets", targets, expr)
            .e("value", value)
            .os("type_comment", type_comment),
        StmtKind::TypeAlias { name, type_params, value } => Node::new(o, "TypeAlias")
            .e("name", name)
            .l("type_params", type_params, type_param)
            .e("value", value),
        StmtKind::AugAssign { target, op, value } => {
            Node::new(o, "AugAssign").e("target", target).op("op", op).e("value", value)
        }
        StmtKind::AnnAssign { target, annotation, value, simple } => Node::new(o, "AnnAssign")
            .e("target", target)
            .e("annotation", annotation)
            .oe("value", value)
            .raw("simple", simple),
        StmtKind::For(f) | StmtKind::AsyncFor(f) => {
            pre(o);
            Node::new(o, "For")
                .e("target", &f.target)
                .e("iter", &f.iter)
                .l("body", &f.body, stmt)
                .l("orelse", &f.orelse, stmt)
                .os("type_comment", &f.type_comment)
        }
        StmtKind::While { test, body, orelse } => {
            Node::new(o, "While").e("test", test).l("body", body, stmt).l("orelse", orelse, stmt)
        }
        StmtKind::If { test, body, orelse } => {
            Node::new(o, "If").e("test", test).l("body", body, stmt).l("orelse", orelse, stmt)
        }
        StmtKind::With(w) | StmtKind::AsyncWith(w) => {
            pre(o);
            Node::new(o, "With")
                .l("items", &w.items, with_item)
                .l("body", &w.body, stmt)
                .os("type_comment", &w.type_comment)
        }
        StmtKind::Match { subject, cases } => {
            Node::new(o, "Match").e("subject", subject).l("cases", cases, case)
        }
        StmtKind::Raise { exc, cause } => Node::new(o, "Raise").oe("exc", exc).oe("cause", cause),
        StmtKind::Try(t) | StmtKind::TryStar(t) => {
            let name = if matches!(s.kind, StmtKind::Try(_)) { "Try" } else { "TryStar" };
            Node::new(o, name)
                .l("body", &t.body, stmt)
                .l("handlers", &t.handlers, handler)
                .l("orelse", &t.orelse, stmt)
                .l("finalbody", &t.finalbody, stmt)
        }
        StmtKind::Assert { test, msg } => Node::new(o, "Assert").e("test", test).oe("msg", msg),
        StmtKind::Import { names } => Node::new(o, "Import").l("names", names, alias),
        StmtKind::ImportFrom { module, names, level } => {
            Node::new(o, "ImportFrom").os("module", module).l("names", names, alias).raw("level", level)
        }
        StmtKind::Global { names } => Node::new(o, "Global").l("names", names, string),
        StmtKind::Nonlocal { names } => Node::new(o, "Nonlocal").l("names", names, string),
        StmtKind::Expr { value } => Node::new(o, "Expr").e("value", value),
        StmtKind::Pass => Node::new(o, "Pass"),
        StmtKind::Break => Node::new(o, "Break"),
        StmtKind::Continue => Node::new(o, "Continue"),
    }
    .at(s.range);
}

fn expr(o: &mut String, e: &Expr) {
    match &e.kind {
        ExprKind::BoolOp { op, values } => Node::new(o, "BoolOp").op("op", op).l("values", values, expr),
        ExprKind::NamedExpr { target, value } => {
            Node::new(o, "NamedExpr").e("target", target).e("value", value)
        }
        ExprKind::BinOp { left, op, right } => {
            Node::new(o, "BinOp").e("left", left).op("op", op).e("right", right)
        }
        ExprKind::UnaryOp { op, operand } => Node::new(o, "UnaryOp").op("op", op).e("operand", operand),
        ExprKind::Lambda { args: a, body } => {
            let mut n = Node::new(o, "Lambda");
            args(n.key("args"), a);
            n.e("body", body)
        }
        ExprKind::IfExp { test, body, orelse } => {
            Node::new(o, "IfExp").e("test", test).e("body", body).e("orelse", orelse)
        }
        ExprKind::Dict { keys, values } => Node::new(o, "Dict")
            .l("keys", keys, |o, k| match k {
                Some(k) => expr(o, k),
                None => o.push_str("None"),
            })
            .l("values", values, expr),
        ExprKind::Set { elts } => Node::new(o, "Set").l("elts", elts, expr),
        ExprKind::ListComp { elt, generators } => {
            Node::new(o, "ListComp").e("elt", elt).l("generators", generators, comprehension)
        }
        ExprKind::SetComp { elt, generators } => {
            Node::new(o, "SetComp").e("elt", elt).l("generators", generators, comprehension)
        }
        ExprKind::DictComp { key, value, generators } => Node::new(o, "DictComp")
            .e("key", key)
            .e("value", value)
            .l("generators", generators, comprehension),
        ExprKind::GeneratorExp { elt, generators } => {
            Node::new(o, "GeneratorExp").e("elt", elt).l("generators", generators, comprehension)
        }
        ExprKind::Await { value } => Node::new(o, "Await").e("value", value),
        ExprKind::Yield { value } => Node::new(o, "Yield").oe("value", value),
        ExprKind::YieldFrom { value } => Node::new(o, "YieldFrom").e("value", value),
        ExprKind::Compare { left, ops, comparators } => Node::new(o, "Compare")
            .e("left", left)
            .l("ops", ops, |o, op| {
                let _ = write!(o, "{op:?}()");
            })
            .l("comparators", comparators, expr),
        ExprKind::Call { func, args, keywords } => {
            Node::new(o, "Call").e("func", func).l("args", args, expr).l("keywords", keywords, keyword)
        }
        ExprKind::FormattedValue { value, conversion, format_spec } => Node::new(o, "FormattedValue")
            .e("value", value)
            .raw("conversion", conversion)
            .oe("format_spec", format_spec),
        ExprKind::JoinedStr { values } => Node::new(o, "JoinedStr").l("values", values, expr),
        ExprKind::Constant { value, kind } => {
            let mut n = Node::new(o, "Constant");
            constant(n.key("value"), value);
            n.os("kind", kind)
        }
        ExprKind::Attribute { value, attr, ctx } => {
            Node::new(o, "Attribute").e("value", value).s("attr", attr).op("ctx", ctx)
        }
        ExprKind::Subscript { value, slice, ctx } => {
            Node::new(o, "Subscript").e("value", value).e("slice", slice).op("ctx", ctx)
        }
        ExprKind::Starred { value, ctx } => Node::new(o, "Starred").e("value", value).op("ctx", ctx),
        ExprKind::Name { id, ctx } => Node::new(o, "Name").s("id", id).op("ctx", ctx),
        ExprKind::List { elts, ctx } => Node::new(o, "List").l("elts", elts, expr).op("ctx", ctx),
        ExprKind::Tuple { elts, ctx } => Node::new(o, "Tuple").l("elts", elts, expr).op("ctx", ctx),
        ExprKind::Slice { lower, upper, step } => {
            Node::new(o, "Slice").oe("lower", lower).oe("upper", upper).oe("step", step)
        }
    }
    .at(e.range);
}

fn pattern(o: &mut String, p: &Pattern) {
    match &p.kind {
        PatternKind::MatchValue { value } => Node::new(o, "MatchValue").e("value", value),
        PatternKind::MatchSingleton { value } => {
            let mut n = Node::new(o, "MatchSingleton");
            constant(n.key("value"), value);
            n
        }
        PatternKind::MatchSequence { patterns } => {
            Node::new(o, "MatchSequence").l("patterns", patterns, pattern)
        }
        PatternKind::MatchMapping { keys, patterns, rest } => Node::new(o, "MatchMapping")
            .l("keys", keys, expr)
            .l("patterns", patterns, pattern)
            .os("rest", rest),
        PatternKind::MatchClass { cls, patterns, kwd_attrs, kwd_patterns } => Node::new(o, "MatchClass")
            .e("cls", cls)
            .l("patterns", patterns, pattern)
            .l("kwd_attrs", kwd_attrs, string)
            .l("kwd_patterns", kwd_patterns, pattern),
        PatternKind::MatchStar { name } => Node::new(o, "MatchStar").os("name", name),
        PatternKind::MatchAs { pattern: inner, name } => {
            let mut n = Node::new(o, "MatchAs");
            if let Some(p) = inner {
                pattern(n.key("pattern"), p);
            }
            n.os("name", name)
        }
        PatternKind::MatchOr { patterns } => Node::new(o, "MatchOr").l("patterns", patterns, pattern),
    }
    .at(p.range);
}
