//! How one value of a tree becomes an object and back: the rules for required, optional and listed fields, for names,
//! numbers and constants, with CPython's messages (`Python/Python-ast.c`). Which node has which fields is in `nodes`.

use super::State;
use core::cell::{Cell, RefCell};
use dxpy_ast::{Constant, Ident, Location};
use dxpy_core::abi::*;
use dxpy_core::call::{Depth, short_name, type_name};
use dxpy_core::ptr::Object;
use dxpy_core::unicode::Name;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, bytes, dict, exceptions, list, long, name, object, protocol, types,
    unicode,
};
use dxpy_types::code::{Cache, constants};

/// The way from a tree to objects.
pub(super) struct Out<'py> {
    pub py: Py<'py>,
    pub state: &'static State,
    /// Nodes that are open, in CPython's scaled count.
    pub depth: Cell<u32>,
}

/// Nodes that may be open at once: `C_RECURSION_LIMIT` times CPython's scale of compiler frames.
const LIMIT: u32 = dxpy_core::abi::constants::C_RECURSION_LIMIT as u32 * 2;

impl Out<'_> {
    /// A node of a class from its fields, without its `__init__`.
    pub fn node<const N: usize>(
        &self,
        class: usize,
        fields: [(&Name, Owned); N],
        place: Option<&Location>,
    ) -> PyResult {
        let py = self.py;
        let d = dict::presized(py, N + 4)?;
        for (name, value) in fields {
            dict::set(py, &d, name.obj(py), &value)?;
        }
        if let Some(at) = place {
            let places = [
                (name!("lineno"), at.lineno),
                (name!("col_offset"), at.col_offset),
                (name!("end_lineno"), at.end_lineno),
                (name!("end_col_offset"), at.end_col_offset),
            ];
            for (name, n) in places {
                dict::set(py, &d, name.obj(py), long::from_i64(py, n.into())?.as_object())?;
            }
        }
        let o = object::tp_alloc(py, self.state.class(class), 0)?;
        // SAFETY: LAYOUT: the class derives from AST, and has no other constructor.
        unsafe { &*(o.as_ptr() as *const super::Node) }.set_dict(d);
        Ok(o)
    }

    /// Counts an open node until the guard is dropped.
    pub fn enter(&self) -> PyResult<Open<'_>> {
        let depth = self.depth.get() + 1;
        if depth > LIMIT {
            return Err(exceptions::format(
                self.py,
                &exceptions::RecursionError,
                format_args!("maximum recursion depth exceeded during ast construction"),
            ));
        }
        self.depth.set(depth);
        Ok(Open(&self.depth))
    }
}

/// An open node.
pub(super) struct Open<'a>(&'a Cell<u32>);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// The way from objects to a tree.
pub(super) struct In<'py> {
    pub py: Py<'py>,
    pub state: &'static State,
    /// The objects of the constants, for the code object to keep.
    pub constants: RefCell<Cache>,
}

impl In<'_> {
    /// Whether an object is a node of a class, as `isinstance` says.
    pub fn is(&self, o: &PyObject, class: usize) -> PyResult<bool> {
        let class = self.state.class(class);
        if o.ty().is(class) {
            return Ok(true);
        }
        // Nodes of the other classes themselves, which is nearly all nodes, need not be asked.
        if self.state.is_class(o.ty()) && !types::is_subtype(o.ty(), class) {
            return Ok(false);
        }
        types::isinstance::is_instance(self.py, o, class.as_object())
    }

    /// The error for an object that is none of the kinds of a sum.
    #[cold]
    pub fn unexpected(&self, o: &PyObject, sum: &str) -> PyErr {
        match protocol::repr(self.py, o) {
            Ok(shown) => {
                let shown = unicode::display(shown.as_object());
                exceptions::type_error(self.py, format_args!("expected some sort of {sum}, but got {shown}"))
            }
            Err(e) => e,
        }
    }

    /// A field of a node.
    pub fn field<T: Field>(&self, o: &PyObject, owner: &'static Owner, name: &Name) -> PyResult<T> {
        let value = attr::lookup_name(self.py, o, name)?;
        let _deeper = Depth::enter(self.py, owner.place)?;
        T::take(self, value, owner, name.text())
    }

    /// Where a node stands. Some kinds need not say where they end; then that is where they begin.
    pub fn location(&self, o: &PyObject, owner: &'static Owner, end_needed: bool) -> PyResult<Location> {
        let lineno = self.field(o, owner, name!("lineno"))?;
        let col_offset = self.field(o, owner, name!("col_offset"))?;
        let end = |name: &Name, start: i32| -> PyResult<i32> {
            if end_needed {
                return self.field(o, owner, name);
            }
            Ok(self.field::<Option<i32>>(o, owner, name)?.unwrap_or(start))
        };
        let end_lineno = end(name!("end_lineno"), lineno)?;
        let end_col_offset = end(name!("end_col_offset"), col_offset)?;
        Ok(Location { lineno, end_lineno, col_offset, end_col_offset })
    }
}

/// The class a field belongs to, as messages name it.
pub(super) struct Owner {
    pub name: &'static str,
    /// For recursion errors.
    pub place: &'static str,
}

/// What a node, or what else a field holds one of, is.
pub(super) trait Value: Sized {
    /// How a list of these is called that must not have None in it.
    const LIST: &'static str = "node";

    fn give(&self, cx: &Out<'_>) -> PyResult;

    /// The value of an object; `None` for Python's None where that stands for no value. The field's name tells texts
    /// from names.
    fn read(cx: &In<'_>, o: &PyObject, field: &str) -> PyResult<Option<Self>>;

    /// What a required field is if it is missing, where CPython lets it be.
    fn absent(_: &Owner) -> Option<Self> {
        None
    }
}

impl<T: Value> Value for Box<T> {
    const LIST: &'static str = T::LIST;
    fn give(&self, cx: &Out<'_>) -> PyResult {
        (**self).give(cx)
    }
    fn read(cx: &In<'_>, o: &PyObject, field: &str) -> PyResult<Option<Self>> {
        Ok(T::read(cx, o, field)?.map(Box::new))
    }
}

impl Value for i32 {
    fn give(&self, cx: &Out<'_>) -> PyResult {
        long::from_i64(cx.py, (*self).into()).map(Owned::upcast)
    }
    fn read(cx: &In<'_>, o: &PyObject, _: &str) -> PyResult<Option<Self>> {
        let py = cx.py;
        let Some(i) = long::check(o) else {
            let shown = unicode::display(protocol::repr(py, o)?.as_object());
            return Err(exceptions::value_error(py, format_args!("invalid integer value: {shown}")));
        };
        match long::to_i64(i).and_then(|v| i32::try_from(v).ok()) {
            Some(v) => Ok(Some(v)),
            None => {
                Err(exceptions::overflow_error(py, format_args!("Python int too large to convert to C int")))
            }
        }
    }
    fn absent(owner: &Owner) -> Option<Self> {
        // The only optional number beside ends of ranges: `level`.
        (owner.name == "ImportFrom").then_some(0)
    }
}

impl Value for Ident {
    fn give(&self, cx: &Out<'_>) -> PyResult {
        unicode::intern_str(cx.py, self).map(Owned::upcast)
    }
    fn read(cx: &In<'_>, o: &PyObject, field: &str) -> PyResult<Option<Self>> {
        let py = cx.py;
        if object::is_none(o) {
            return Ok(None);
        }
        if let Some(s) = unicode::check_exact(o) {
            return Ok(Some(unicode::utf8(py, s)?.as_ref().into()));
        }
        if !matches!(field, "kind" | "type_comment" | "tag") {
            return Err(exceptions::type_error(py, format_args!("AST identifier must be of type str")));
        }
        match bytes::check_exact(o) {
            Some(b) => Ok(Some(String::from_utf8_lossy(bytes::as_slice(b)).as_ref().into())),
            None => Err(exceptions::type_error(py, format_args!("AST string must be of type str"))),
        }
    }
}

impl Value for Constant {
    fn give(&self, cx: &Out<'_>) -> PyResult {
        constants::constant(cx.py, self)
    }
    fn read(cx: &In<'_>, o: &PyObject, _: &str) -> PyResult<Option<Self>> {
        if let Some(c) = constants::from_object(o) {
            cx.constants.borrow_mut().seed(cx.py, &c, o)?;
            return Ok(Some(c));
        }
        // `validate_constant` names the innermost type it does not know.
        let mut bad = o.to_owned();
        while let Some(inner) = dxpy_core::tuple::check_exact(&bad)
            .map(|t| dxpy_core::tuple::items(t).iter().map(|i| (*i).to_owned()).collect::<Vec<_>>())
            .or_else(|| {
                (dxpy_types::set_kind(&bad) == Some(true))
                    .then(|| dxpy_core::set::check_frozen(&bad).map(dxpy_core::set::keys))
                    .flatten()
            })
            .and_then(|items| items.into_iter().find(|i| constants::from_object(i).is_none()))
        {
            bad = inner;
        }
        Err(exceptions::type_error(
            cx.py,
            format_args!("got an invalid type in Constant: {}", short_name(bad.ty())),
        ))
    }
}

/// What a field holds.
pub(super) trait Field: Sized {
    fn out(&self, cx: &Out<'_>) -> PyResult;
    fn take(cx: &In<'_>, o: Option<Owned>, owner: &'static Owner, field: &str) -> PyResult<Self>;
}

#[cold]
fn missing(py: Py<'_>, owner: &Owner, field: &str) -> PyErr {
    exceptions::type_error(py, format_args!("required field \"{field}\" missing from {}", owner.name))
}

impl<T: Value> Field for T {
    fn out(&self, cx: &Out<'_>) -> PyResult {
        T::give(self, cx)
    }
    fn take(cx: &In<'_>, o: Option<Owned>, owner: &'static Owner, field: &str) -> PyResult<Self> {
        let absent = T::absent(owner);
        match (o, absent) {
            (None, Some(v)) => Ok(v),
            (None, None) => Err(missing(cx.py, owner, field)),
            (Some(o), Some(v)) if object::is_none(&o) => Ok(v),
            (Some(o), _) => T::read(cx, &o, field)?.ok_or_else(|| {
                let owner = owner.name;
                exceptions::value_error(cx.py, format_args!("field '{field}' is required for {owner}"))
            }),
        }
    }
}

impl<T: Value> Field for Option<T> {
    fn out(&self, cx: &Out<'_>) -> PyResult {
        self.as_ref().map_or_else(|| Ok(object::none()), |v| v.give(cx))
    }
    fn take(cx: &In<'_>, o: Option<Owned>, _: &'static Owner, field: &str) -> PyResult<Self> {
        match o.filter(|o| !object::is_none(o)) {
            Some(o) => T::read(cx, &o, field),
            None => Ok(None),
        }
    }
}

/// What a list holds: values, or values that may be missing.
pub(super) trait Item: Sized {
    fn item_out(&self, cx: &Out<'_>) -> PyResult;
    fn item_take(cx: &In<'_>, o: &PyObject, field: &str) -> PyResult<Self>;
}

impl<T: Value> Item for T {
    fn item_out(&self, cx: &Out<'_>) -> PyResult {
        T::give(self, cx)
    }
    fn item_take(cx: &In<'_>, o: &PyObject, field: &str) -> PyResult<Self> {
        T::read(cx, o, field)?.ok_or_else(|| {
            exceptions::value_error(cx.py, format_args!("None disallowed in {} list", T::LIST))
        })
    }
}

impl<T: Value> Item for Option<T> {
    fn item_out(&self, cx: &Out<'_>) -> PyResult {
        Field::out(self, cx)
    }
    fn item_take(cx: &In<'_>, o: &PyObject, field: &str) -> PyResult<Self> {
        T::read(cx, o, field)
    }
}

impl<T: Item> Field for Vec<T> {
    fn out(&self, cx: &Out<'_>) -> PyResult {
        let l = list::with_capacity(cx.py, self.len())?;
        for v in self {
            list::push(cx.py, &l, v.item_out(cx)?)?;
        }
        Ok(l.upcast())
    }
    fn take(cx: &In<'_>, o: Option<Owned>, owner: &'static Owner, field: &str) -> PyResult<Self> {
        let py = cx.py;
        let Some(o) = o else { return Ok(Vec::new()) };
        let Some(l) = list::check(&o) else {
            return Err(exceptions::type_error(
                py,
                format_args!("{} field \"{field}\" must be a list, not a {}", owner.name, type_name(o.ty())),
            ));
        };
        let n = list::len(l);
        let mut out = Vec::with_capacity(n);
        for i in 0..n {
            let item = list::get(l, i);
            if let Some(item) = &item {
                out.push(T::item_take(cx, item, field)?);
            }
            if list::len(l) != n || item.is_none() {
                return Err(exceptions::runtime_error(
                    py,
                    format_args!("{} field \"{field}\" changed size during iteration", owner.name),
                ));
            }
        }
        Ok(out)
    }
}
