//! Every node with its fields, in `Python.asdl`'s order, which is the order in which they are converted. The rules of
//! conversion are in `convert`.

use super::classes::class_index;
use super::convert::{Field, In, Out, Owner, Value};
use dxpy_ast::*;
use dxpy_core::abi::PyObject;
use dxpy_core::ptr::Object;
use dxpy_core::unicode::Name;
use dxpy_core::{PyResult, object};

/// What a class is called in messages.
macro_rules! owner {
    ($name:expr) => {{
        static OWNER: Owner = Owner { name: $name, place: concat!(" while traversing '", $name, "' node") };
        &OWNER
    }};
}

/// A field's name in Python: one is a word of Rust's.
macro_rules! python_name {
    (typ) => {
        "type"
    };
    ($field:ident) => {
        stringify!($field)
    };
}

macro_rules! static_name {
    ($field:ident) => {{
        static NAME: Name = Name::new(python_name!($field));
        &NAME
    }};
}

/// A sum whose kinds have fields: `sum, "name", kind type, list name, { kinds }`. Kinds of the form `X(Struct) { .. }` are
/// boxed structs. With `end` the kinds of sum must say where they end.
macro_rules! sum {
    ($node:ident, $text:literal, $kind:ident, $list:literal, $end_needed:literal, {
        $($variant:ident $(($inner:ident))? { $($field:ident),* })*
    }) => {
        impl Value for $node {
            const LIST: &'static str = $list;
            fn give(&self, cx: &Out<'_>) -> PyResult {
                let _open = cx.enter()?;
                let place = Some(&self.range);
                match &self.kind {
                    $(sum!(@pattern $kind $variant $(($inner))? { $($field),* } inner) => {
                        sum!(@unbox $(($inner))? { $($field),* } inner);
                        cx.node(
                            const { class_index(stringify!($variant)) },
                            [$((static_name!($field), $field.out(cx)?)),*],
                            place,
                        )
                    })*
                }
            }
            fn read(cx: &In<'_>, o: &PyObject, _: &str) -> PyResult<Option<Self>> {
                if object::is_none(o) {
                    return Ok(None);
                }
                let range = cx.location(o, owner!($text), $end_needed)?;
                $(if cx.is(o, const { class_index(stringify!($variant)) })? {
                    let owner = owner!(stringify!($variant));
                    let _ = owner;
                    $(let $field = cx.field(o, owner, static_name!($field))?;)*
                    return Ok(Some($node { kind: sum!(@make $kind $variant $(($inner))? { $($field),* }), range }));
                })*
                Err(cx.unexpected(o, $text))
            }
        }
    };
    (@pattern $kind:ident $variant:ident { } $b:ident) => { $kind::$variant { .. } };
    (@pattern $kind:ident $variant:ident { $($field:ident),+ } $b:ident) => { $kind::$variant { $($field),+ } };
    (@pattern $kind:ident $variant:ident ($inner:ident) { $($field:ident),* } $b:ident) => { $kind::$variant($b) };
    (@unbox { $($field:ident),* } $b:ident) => {};
    (@unbox ($inner:ident) { $($field:ident),* } $b:ident) => { let $inner { $($field),* } = &**$b; };
    (@make $kind:ident $variant:ident { }) => { $kind::$variant };
    (@make $kind:ident $variant:ident { $($field:ident),+ }) => { $kind::$variant { $($field),+ } };
    (@make $kind:ident $variant:ident ($inner:ident) { $($field:ident),* }) => {
        $kind::$variant(Box::new($inner { $($field),* }))
    };
}

sum! { Stmt, "stmt", StmtKind, "statement", false, {
    FunctionDef(FunctionDef) { name, args, body, decorator_list, returns, type_comment, type_params }
    AsyncFunctionDef(FunctionDef) { name, args, body, decorator_list, returns, type_comment, type_params }
    ClassDef(ClassDef) { name, bases, keywords, body, decorator_list, type_params }
    Return { value }
    Delete { targets }
    Assign { targets, value, type_comment }
    TypeAlias { name, type_params, value }
    AugAssign { target, op, value }
    AnnAssign { target, annotation, value, simple }
    For(For) { target, iter, body, orelse, type_comment }
    AsyncFor(For) { target, iter, body, orelse, type_comment }
    While { test, body, orelse }
    If { test, body, orelse }
    With(With) { items, body, type_comment }
    AsyncWith(With) { items, body, type_comment }
    Match { subject, cases }
    Raise { exc, cause }
    Try(Try) { body, handlers, orelse, finalbody }
    TryStar(Try) { body, handlers, orelse, finalbody }
    Assert { test, msg }
    Import { names }
    ImportFrom { module, names, level }
    Global { names }
    Nonlocal { names }
    Expr { value }
    Pass {}
    Break {}
    Continue {}
} }

sum! { Expr, "expr", ExprKind, "expression", false, {
    BoolOp { op, values }
    NamedExpr { target, value }
    BinOp { left, op, right }
    UnaryOp { op, operand }
    Lambda { args, body }
    IfExp { test, body, orelse }
    Dict { keys, values }
    Set { elts }
    ListComp { elt, generators }
    SetComp { elt, generators }
    DictComp { key, value, generators }
    GeneratorExp { elt, generators }
    Await { value }
    Yield { value }
    YieldFrom { value }
    Compare { left, ops, comparators }
    Call { func, args, keywords }
    FormattedValue { value, conversion, format_spec }
    JoinedStr { values }
    Constant { value, kind }
    Attribute { value, attr, ctx }
    Subscript { value, slice, ctx }
    Starred { value, ctx }
    Name { id, ctx }
    List { elts, ctx }
    Tuple { elts, ctx }
    Slice { lower, upper, step }
} }

sum! { Pattern, "pattern", PatternKind, "pattern", true, {
    MatchValue { value }
    MatchSingleton { value }
    MatchSequence { patterns }
    MatchMapping { keys, patterns, rest }
    MatchClass { cls, patterns, kwd_attrs, kwd_patterns }
    MatchStar { name }
    MatchAs { pattern, name }
    MatchOr { patterns }
} }

sum! { TypeParam, "type_param", TypeParamKind, "type parameter", true, {
    TypeVar { name, bound }
    ParamSpec { name }
    TypeVarTuple { name }
} }

/// A sum whose kinds have no fields: one node of each class serves all trees.
macro_rules! simple_sum {
    ($ty:ident, $text:literal, { $($variant:ident)* }) => {
        impl Value for $ty {
            fn give(&self, cx: &Out<'_>) -> PyResult {
                let class = match self {
                    $($ty::$variant => const { class_index(stringify!($variant)) },)*
                };
                Ok(cx.state.singleton(class).to_owned())
            }
            fn read(cx: &In<'_>, o: &PyObject, _: &str) -> PyResult<Option<Self>> {
                $(if cx.is(o, const { class_index(stringify!($variant)) })? {
                    return Ok(Some($ty::$variant));
                })*
                Err(cx.unexpected(o, $text))
            }
        }
    };
}

simple_sum! { ExprContext, "expr_context", { Load Store Del } }
simple_sum! { BoolOp, "boolop", { And Or } }
simple_sum! { Operator, "operator", {
    Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv
} }
simple_sum! { UnaryOp, "unaryop", { Invert Not UAdd USub } }
simple_sum! { CmpOp, "cmpop", { Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn } }

/// A product: one class, any object with its attributes. With `at` it has a place.
macro_rules! product {
    ($ty:ident, $text:literal, { $($field:ident),* } $($at:ident)?) => {
        impl Value for $ty {
            fn give(&self, cx: &Out<'_>) -> PyResult {
                let _open = cx.enter()?;
                cx.node(
                    const { class_index($text) },
                    [$((static_name!($field), self.$field.out(cx)?)),*],
                    product!(@place self $($at)?),
                )
            }
            fn read(cx: &In<'_>, o: &PyObject, _: &str) -> PyResult<Option<Self>> {
                let owner = owner!($text);
                $(let $field = cx.field(o, owner, static_name!($field))?;)*
                $(let $at = cx.location(o, owner, false)?;)?
                Ok(Some($ty { $($field,)* $($at)? }))
            }
        }
    };
    (@place $this:ident) => { None };
    (@place $this:ident $at:ident) => { Some(&$this.$at) };
}

product! { Comprehension, "comprehension", { target, iter, ifs, is_async } }
product! { Arguments, "arguments", { posonlyargs, args, vararg, kwonlyargs, kw_defaults, kwarg, defaults } }
product! { Arg, "arg", { arg, annotation, type_comment } range }
product! { Keyword, "keyword", { arg, value } range }
product! { Alias, "alias", { name, asname } range }
product! { WithItem, "withitem", { context_expr, optional_vars } }
product! { MatchCase, "match_case", { pattern, guard, body } }

impl Value for ExceptHandler {
    fn give(&self, cx: &Out<'_>) -> PyResult {
        let _open = cx.enter()?;
        let ExceptHandler { typ, name, body, range } = self;
        cx.node(
            const { class_index("ExceptHandler") },
            [
                (static_name!(typ), typ.out(cx)?),
                (static_name!(name), name.out(cx)?),
                (static_name!(body), body.out(cx)?),
            ],
            Some(range),
        )
    }
    fn read(cx: &In<'_>, o: &PyObject, _: &str) -> PyResult<Option<Self>> {
        if object::is_none(o) {
            return Ok(None);
        }
        let range = cx.location(o, owner!("excepthandler"), false)?;
        if !cx.is(o, const { class_index("ExceptHandler") })? {
            return Err(cx.unexpected(o, "excepthandler"));
        }
        let owner = owner!("ExceptHandler");
        let typ = cx.field(o, owner, static_name!(typ))?;
        let name = cx.field(o, owner, static_name!(name))?;
        let body = cx.field(o, owner, static_name!(body))?;
        Ok(Some(ExceptHandler { typ, name, body, range }))
    }
}

impl Value for TypeIgnore {
    fn give(&self, cx: &Out<'_>) -> PyResult {
        cx.node(
            const { class_index("TypeIgnore") },
            [(static_name!(lineno), self.lineno.out(cx)?), (static_name!(tag), self.tag.out(cx)?)],
            None,
        )
    }
    fn read(cx: &In<'_>, o: &PyObject, _: &str) -> PyResult<Option<Self>> {
        if object::is_none(o) {
            return Ok(None);
        }
        if !cx.is(o, const { class_index("TypeIgnore") })? {
            return Err(cx.unexpected(o, "type_ignore"));
        }
        let owner = owner!("TypeIgnore");
        let lineno = cx.field(o, owner, static_name!(lineno))?;
        let tag = cx.field(o, owner, static_name!(tag))?;
        Ok(Some(TypeIgnore { lineno, tag }))
    }
}

macro_rules! modules {
    ($($variant:ident { $($field:ident),* })*) => {
        impl Value for Mod {
            fn give(&self, cx: &Out<'_>) -> PyResult {
                let _open = cx.enter()?;
                match self {
                    $(Mod::$variant { $($field),* } => cx.node(
                        const { class_index(stringify!($variant)) },
                        [$((static_name!($field), $field.out(cx)?)),*],
                        None,
                    ),)*
                }
            }
            fn read(cx: &In<'_>, o: &PyObject, _: &str) -> PyResult<Option<Self>> {
                $(if cx.is(o, const { class_index(stringify!($variant)) })? {
                    let owner = owner!(stringify!($variant));
                    $(let $field = cx.field(o, owner, static_name!($field))?;)*
                    return Ok(Some(Mod::$variant { $($field),* }));
                })*
                Err(cx.unexpected(o, "mod"))
            }
        }
    };
}

modules! {
    Module { body, type_ignores }
    Interactive { body }
    Expression { body }
    FunctionType { argtypes, returns }
}
