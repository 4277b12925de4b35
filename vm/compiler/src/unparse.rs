//! Expressions back to text (`_PyAST_ExprAsUnicode`), for annotations that are not evaluated, and `repr` of constants.

use dxpy_ast::{
    Arg, Arguments, BoolOp, CmpOp, Comprehension, Constant, Expr, ExprKind, Operator, PyStr, UnaryOp,
    push_code_point,
};

/// Whether `str.isprintable` accepts a code point: the caller's Unicode tables.
pub type Printable = fn(u32) -> bool;

// How tightly operators bind (`PR_*`).
const TUPLE: u8 = 0;
const TEST: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const NOT: u8 = 4;
const CMP: u8 = 5;
const EXPR: u8 = 6;
const BXOR: u8 = 7;
const BAND: u8 = 8;
const SHIFT: u8 = 9;
const ARITH: u8 = 10;
const TERM: u8 = 11;
const FACTOR: u8 = 12;
const POWER: u8 = 13;
const AWAIT: u8 = 14;
const ATOM: u8 = 15;

/// The text of an expression.
pub fn unparse(e: &Expr, printable: Printable) -> PyStr {
    let mut w = Writer { out: Vec::new(), printable };
    w.expr(e, TEST);
    PyStr::from_wtf8(w.out)
}

/// `repr` of a constant.
pub(crate) fn repr(c: &Constant, printable: Printable) -> String {
    let mut w = Writer { out: Vec::new(), printable };
    w.repr(c, false);
    String::from_utf8_lossy(&w.out).into_owned()
}

struct Writer {
    /// In WTF-8.
    out: Vec<u8>,
    printable: Printable,
}

impl Writer {
    fn put(&mut self, s: &str) {
        self.out.extend(s.as_bytes());
    }

    /// In parentheses if what is around binds tighter.
    fn group(&mut self, parentheses: bool, f: impl FnOnce(&mut Writer)) {
        if parentheses {
            self.put("(");
        }
        f(self);
        if parentheses {
            self.put(")");
        }
    }

    fn list<'e>(&mut self, items: impl IntoIterator<Item = &'e Expr>) {
        for (i, e) in items.into_iter().enumerate() {
            if i > 0 {
                self.put(", ");
            }
            self.expr(e, TEST);
        }
    }

    fn expr(&mut self, e: &Expr, level: u8) {
        match &e.kind {
            ExprKind::BoolOp { op, values } => self.bool_op(*op, values, level),
            ExprKind::BinOp { left, op, right } => self.bin_op(left, *op, right, level),
            ExprKind::UnaryOp { op, operand } => {
                let (sign, own) = match op {
                    UnaryOp::Invert => ("~", FACTOR),
                    UnaryOp::Not => ("not ", NOT),
                    UnaryOp::UAdd => ("+", FACTOR),
                    UnaryOp::USub => ("-", FACTOR),
                };
                self.group(level > own, |w| {
                    w.put(sign);
                    w.expr(operand, own);
                });
            }
            ExprKind::Lambda { args, body } => self.group(level > TEST, |w| {
                let named = !args.args.is_empty() || !args.posonlyargs.is_empty();
                w.put(if named { "lambda " } else { "lambda" });
                w.arguments(args);
                w.put(": ");
                w.expr(body, TEST);
            }),
            ExprKind::IfExp { test, body, orelse } => self.group(level > TEST, |w| {
                w.expr(body, TEST + 1);
                w.put(" if ");
                w.expr(test, TEST + 1);
                w.put(" else ");
                w.expr(orelse, TEST);
            }),
            ExprKind::Dict { keys, values } => self.dict(keys, values),
            ExprKind::Set { elts } => self.enclosed("{", "}", |w| w.list(elts)),
            ExprKind::GeneratorExp { elt, generators } => {
                self.enclosed("(", ")", |w| w.comprehension(elt, None, generators));
            }
            ExprKind::ListComp { elt, generators } => {
                self.enclosed("[", "]", |w| w.comprehension(elt, None, generators));
            }
            ExprKind::SetComp { elt, generators } => {
                self.enclosed("{", "}", |w| w.comprehension(elt, None, generators));
            }
            ExprKind::DictComp { key, value, generators } => {
                self.enclosed("{", "}", |w| w.comprehension(key, Some(value), generators));
            }
            ExprKind::Yield { value: None } => self.put("(yield)"),
            ExprKind::Yield { value: Some(value) } => self.enclosed("(yield ", ")", |w| w.expr(value, TEST)),
            ExprKind::YieldFrom { value } => self.enclosed("(yield from ", ")", |w| w.expr(value, TEST)),
            ExprKind::Await { value } => self.group(level > AWAIT, |w| {
                w.put("await ");
                w.expr(value, ATOM);
            }),
            ExprKind::Compare { left, ops, comparators } => self.group(level > CMP, |w| {
                w.expr(left, CMP + 1);
                for (op, right) in ops.iter().zip(comparators) {
                    w.put(compare_sign(*op));
                    w.expr(right, CMP + 1);
                }
            }),
            ExprKind::Call { func, args, keywords } => {
                self.expr(func, ATOM);
                if let ([arg], []) = (args.as_slice(), keywords.as_slice())
                    && matches!(arg.kind, ExprKind::GeneratorExp { .. })
                {
                    return self.expr(arg, TEST);
                }
                self.put("(");
                self.list(args);
                for (i, k) in keywords.iter().enumerate() {
                    if i > 0 || !args.is_empty() {
                        self.put(", ");
                    }
                    match &k.arg {
                        Some(name) => {
                            self.put(name);
                            self.put("=");
                        }
                        None => self.put("**"),
                    }
                    self.expr(&k.value, TEST);
                }
                self.put(")");
            }
            ExprKind::Constant { value, kind } => {
                if *value == Constant::Ellipsis {
                    return self.put("...");
                }
                self.put(kind.as_deref().unwrap_or_default());
                self.repr(value, true);
            }
            ExprKind::JoinedStr { values } => self.joined_str(values, false),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(value, *conversion, format_spec.as_deref());
            }
            ExprKind::Attribute { value, attr, .. } => {
                self.expr(value, ATOM);
                let int = matches!(value.kind, ExprKind::Constant { value: Constant::Int(_), .. });
                self.put(if int { " ." } else { "." });
                self.put(attr);
            }
            ExprKind::Starred { value, .. } => {
                self.put("*");
                self.expr(value, EXPR);
            }
            ExprKind::Name { id, .. } => self.put(id),
            ExprKind::List { elts, .. } => self.enclosed("[", "]", |w| w.list(elts)),
            ExprKind::Tuple { elts, .. } => {
                if elts.is_empty() {
                    return self.put("()");
                }
                self.group(level > TUPLE, |w| {
                    w.list(elts);
                    if elts.len() == 1 {
                        w.put(",");
                    }
                });
            }
            ExprKind::Subscript { value, slice, .. } => {
                self.expr(value, ATOM);
                self.enclosed("[", "]", |w| w.expr(slice, TUPLE));
            }
            ExprKind::Slice { lower, upper, step } => {
                if let Some(lower) = lower {
                    self.expr(lower, TEST);
                }
                self.put(":");
                if let Some(upper) = upper {
                    self.expr(upper, TEST);
                }
                if let Some(step) = step {
                    self.put(":");
                    self.expr(step, TEST);
                }
            }
            ExprKind::NamedExpr { target, value } => self.group(level > TUPLE, |w| {
                w.expr(target, ATOM);
                w.put(" := ");
                w.expr(value, ATOM);
            }),
        }
    }

    fn enclosed(&mut self, open: &str, close: &str, f: impl FnOnce(&mut Writer)) {
        self.put(open);
        f(self);
        self.put(close);
    }

    fn bool_op(&mut self, op: BoolOp, values: &[Expr], level: u8) {
        let (sign, own) = match op {
            BoolOp::And => (" and ", AND),
            BoolOp::Or => (" or ", OR),
        };
        self.group(level > own, |w| {
            for (i, e) in values.iter().enumerate() {
                if i > 0 {
                    w.put(sign);
                }
                w.expr(e, own + 1);
            }
        });
    }

    fn bin_op(&mut self, left: &Expr, op: Operator, right: &Expr, level: u8) {
        let (sign, own) = match op {
            Operator::Add => (" + ", ARITH),
            Operator::Sub => (" - ", ARITH),
            Operator::Mult => (" * ", TERM),
            Operator::MatMult => (" @ ", TERM),
            Operator::Div => (" / ", TERM),
            Operator::Mod => (" % ", TERM),
            Operator::LShift => (" << ", SHIFT),
            Operator::RShift => (" >> ", SHIFT),
            Operator::BitOr => (" | ", EXPR),
            Operator::BitXor => (" ^ ", BXOR),
            Operator::BitAnd => (" & ", BAND),
            Operator::FloorDiv => (" // ", TERM),
            Operator::Pow => (" ** ", POWER),
        };
        // Powers group to the right.
        let right_first = u8::from(op == Operator::Pow);
        self.group(level > own, |w| {
            w.expr(left, own + right_first);
            w.put(sign);
            w.expr(right, own + 1 - right_first);
        });
    }

    fn dict(&mut self, keys: &[Option<Expr>], values: &[Expr]) {
        self.put("{");
        for (i, (key, value)) in keys.iter().zip(values).enumerate() {
            if i > 0 {
                self.put(", ");
            }
            match key {
                Some(key) => {
                    self.expr(key, TEST);
                    self.put(": ");
                    self.expr(value, TEST);
                }
                None => {
                    self.put("**");
                    self.expr(value, EXPR);
                }
            }
        }
        self.put("}");
    }

    fn comprehension(&mut self, elt: &Expr, value: Option<&Expr>, generators: &[Comprehension]) {
        self.expr(elt, TEST);
        if let Some(value) = value {
            self.put(": ");
            self.expr(value, TEST);
        }
        for g in generators {
            self.put(if g.is_async != 0 { " async for " } else { " for " });
            self.expr(&g.target, TUPLE);
            self.put(" in ");
            self.expr(&g.iter, TEST + 1);
            for test in &g.ifs {
                self.put(" if ");
                self.expr(test, TEST + 1);
            }
        }
    }

    fn arguments(&mut self, args: &Arguments) {
        let mut first = true;
        let mut separate = |w: &mut Writer| {
            if !std::mem::take(&mut first) {
                w.put(", ");
            }
        };
        let positional = args.posonlyargs.len() + args.args.len();
        for (i, arg) in args.posonlyargs.iter().chain(&args.args).enumerate() {
            separate(self);
            self.argument(arg);
            if let Some(default) = (i + args.defaults.len()).checked_sub(positional) {
                self.put("=");
                self.expr(&args.defaults[default], TEST);
            }
            if i + 1 == args.posonlyargs.len() {
                self.put(", /");
            }
        }
        if args.vararg.is_some() || !args.kwonlyargs.is_empty() {
            separate(self);
            self.put("*");
            if let Some(arg) = &args.vararg {
                self.argument(arg);
            }
        }
        for (i, arg) in args.kwonlyargs.iter().enumerate() {
            separate(self);
            self.argument(arg);
            if let Some(Some(default)) = args.kw_defaults.get(i) {
                self.put("=");
                self.expr(default, TEST);
            }
        }
        if let Some(arg) = &args.kwarg {
            separate(self);
            self.put("**");
            self.argument(arg);
        }
    }

    fn argument(&mut self, arg: &Arg) {
        self.put(&arg.arg);
        if let Some(annotation) = &arg.annotation {
            self.put(": ");
            self.expr(annotation, TEST);
        }
    }

    // f-strings.

    fn joined_str(&mut self, values: &[Expr], is_spec: bool) {
        let outer = std::mem::take(&mut self.out);
        for value in values {
            self.string_part(value, is_spec);
        }
        let body = std::mem::replace(&mut self.out, outer);
        if is_spec {
            self.out.extend(body);
        } else {
            self.put("f");
            self.repr(&Constant::Str(PyStr::from_wtf8(body)), true);
        }
    }

    fn string_part(&mut self, e: &Expr, is_spec: bool) {
        match &e.kind {
            ExprKind::Constant { value: Constant::Str(s), .. } => {
                for b in s.as_bytes() {
                    if matches!(b, b'{' | b'}') {
                        self.out.push(*b);
                    }
                    self.out.push(*b);
                }
            }
            ExprKind::JoinedStr { values } => self.joined_str(values, is_spec),
            ExprKind::FormattedValue { value, conversion, format_spec } => {
                self.formatted_value(value, *conversion, format_spec.as_deref());
            }
            _ => self.expr(e, TEST),
        }
    }

    fn formatted_value(&mut self, value: &Expr, conversion: i32, spec: Option<&Expr>) {
        self.put("{");
        let start = self.out.len();
        self.expr(value, TEST + 1);
        if self.out.get(start) == Some(&b'{') {
            self.out.insert(start, b' ');
        }
        match u8::try_from(conversion) {
            Ok(b'a') => self.put("!a"),
            Ok(b'r') => self.put("!r"),
            Ok(b's') => self.put("!s"),
            _ => {}
        }
        if let Some(spec) = spec {
            self.put(":");
            self.string_part(spec, true);
        }
        self.put("}");
    }

    // Constants.

    /// `repr`; in an expression, an infinity is a number that is too large.
    fn repr(&mut self, c: &Constant, in_expr: bool) {
        match c {
            Constant::None => self.put("None"),
            Constant::True => self.put("True"),
            Constant::False => self.put("False"),
            Constant::Ellipsis => self.put("Ellipsis"),
            Constant::Int(i) => self.put(&i.to_string()),
            Constant::Float(f) => {
                let text = float_repr(*f, true);
                self.put(&if in_expr { text.replace("inf", "1e309") } else { text });
            }
            Constant::Complex { real, imag } => {
                let text = complex_repr(*real, *imag);
                self.put(&if in_expr { text.replace("inf", "1e309") } else { text });
            }
            Constant::Str(s) => self.str_repr(s),
            Constant::Bytes(b) => self.bytes_repr(b),
            Constant::Tuple(items) => self.enclosed("(", ")", |w| {
                w.reprs(items, in_expr);
                if items.len() == 1 {
                    w.put(",");
                }
            }),
            Constant::FrozenSet(items) if items.is_empty() => self.put("frozenset()"),
            Constant::FrozenSet(items) => self.enclosed("frozenset({", "})", |w| w.reprs(items, in_expr)),
        }
    }

    fn reprs(&mut self, items: &[Constant], in_expr: bool) {
        for (i, c) in items.iter().enumerate() {
            if i > 0 {
                self.put(", ");
            }
            self.repr(c, in_expr);
        }
    }

    fn str_repr(&mut self, s: &PyStr) {
        let bytes = s.as_bytes();
        let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
        self.out.push(quote);
        for c in s.code_points() {
            match c {
                0x5C => self.put("\\\\"),
                _ if c == u32::from(quote) => self.out.extend([b'\\', quote]),
                0x0A => self.put("\\n"),
                0x0D => self.put("\\r"),
                0x09 => self.put("\\t"),
                0x20..0x7F => self.out.push(c as u8),
                _ if c >= 0x80 && (self.printable)(c) => push_code_point(&mut self.out, c),
                _ if c < 0x100 => self.put(&format!("\\x{c:02x}")),
                _ if c < 0x10000 => self.put(&format!("\\u{c:04x}")),
                _ => self.put(&format!("\\U{c:08x}")),
            }
        }
        self.out.push(quote);
    }

    fn bytes_repr(&mut self, bytes: &[u8]) {
        let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
        self.out.extend([b'b', quote]);
        for b in bytes {
            match b {
                b'\\' => self.put("\\\\"),
                _ if *b == quote => self.out.extend([b'\\', quote]),
                b'\n' => self.put("\\n"),
                b'\r' => self.put("\\r"),
                b'\t' => self.put("\\t"),
                0x20..0x7F => self.out.push(*b),
                _ => self.put(&format!("\\x{b:02x}")),
            }
        }
        self.out.push(quote);
    }
}

fn compare_sign(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => " == ",
        CmpOp::NotEq => " != ",
        CmpOp::Lt => " < ",
        CmpOp::LtE => " <= ",
        CmpOp::Gt => " > ",
        CmpOp::GtE => " >= ",
        CmpOp::Is => " is ",
        CmpOp::IsNot => " is not ",
        CmpOp::In => " in ",
        CmpOp::NotIn => " not in ",
    }
}

/// The shortest text that reads back as the same float, laid out as `float.__repr__` does; `dot` adds ".0" to whole
/// numbers.
fn float_repr(f: f64, dot: bool) -> String {
    if f.is_nan() {
        return "nan".into();
    }
    if f.is_infinite() {
        return if f < 0.0 { "-inf".into() } else { "inf".into() };
    }
    let text = format!("{f:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..16).contains(&exponent) {
        return format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    }
    let plain = format!("{f}");
    if dot && !plain.contains('.') { plain + ".0" } else { plain }
}

fn complex_repr(real: f64, imag: f64) -> String {
    if real == 0.0 && real.is_sign_positive() {
        return format!("{}j", float_repr(imag, false));
    }
    let plus = if imag.is_nan() || imag.is_sign_positive() { "+" } else { "" };
    format!("({}{plus}{}j)", float_repr(real, false), float_repr(imag, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_laid_out_as_pythons() {
        for (f, text) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.5, "1.5"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.25e100, "1.25e+100"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.0 / 3.0, "0.3333333333333333"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(float_repr(f, true), text);
        }
        assert_eq!(complex_repr(0.0, 1.0), "1j");
        assert_eq!(complex_repr(-0.0, -1.5), "(-0-1.5j)");
    }
}
