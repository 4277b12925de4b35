//! `_ast`: the classes of syntax tree nodes, and conversion between them and the parser's trees (`Python/Python-ast.c`).

mod classes;
mod convert;
mod nodes;

use classes::CLASSES;
use core::cell::{Cell, RefCell};
use core::mem::offset_of;
use dxpy_core::abi::constants::*;
use dxpy_core::abi::*;
use dxpy_core::call::short_name;
use dxpy_core::module::{StaticModule, exec};
use dxpy_core::ptr::{Layout, Object};
use dxpy_core::statics::{Gil, StaticType};
use dxpy_core::types::ready::{dict_of, ready};
use dxpy_core::{
    Owned, Py, PyResult, attr, call, dict, exceptions, gc, getset, glue, instance, methods, module, name,
    object, sequence, tuple, types, unicode,
};
use dxpy_types::code::Cache;

/// `_ast`.
pub static MODULE: StaticModule = StaticModule::new(c"_ast").slots(&SLOTS);

static SLOTS: Gil<[PyModuleDef_Slot; 2]> = exec(fill);

/// `AST_object`.
#[repr(C)]
pub struct Node {
    base: PyObject,
    dict: Cell<*mut PyObject>,
}

// SAFETY: the struct is `#[repr(C)]` and begins with a `PyObject`.
unsafe impl Layout for Node {}

impl Node {
    /// Gives a new node its attributes.
    fn set_dict(&self, d: Owned<PyDictObject>) {
        let old = self.dict.replace(d.into_ptr());
        // SAFETY: OWNED: the field held a reference or NULL.
        drop(unsafe { Owned::<PyObject>::from_raw_opt(old) });
    }
}

/// `ast.AST`, the base of all nodes.
pub static AST: StaticType = StaticType::new::<Node>(c"ast.AST")
    .flags(Py_TPFLAGS_BASETYPE)
    .dict(offset_of!(Node, dict))
    .traverse(glue::traverse(traverse))
    .clear(glue::clear(clear))
    .dealloc(glue::dealloc(dealloc))
    .create(glue::create(new))
    .init(glue::init(init))
    .getattro(attr::generic_get_slot)
    .setattro(attr::generic_set_slot)
    .methods(&METHODS)
    .getset(&GETSET);

methods! { static METHODS: for Node [
    "__reduce__" = reduce [0], "!($self, /)", "";
] }

getset! { static GETSET [
    "__dict__" = get_dict, set set_dict, "";
] }

fn traverse(n: &Node, v: &glue::Visitor) -> Result<(), core::ffi::c_int> {
    v.visit(&n.dict)
}

fn clear(_: Py<'_>, n: &Node) {
    object::clear_field(&n.dict);
}

fn dealloc(_: Py<'_>, n: &Node) {
    // SAFETY: a node has a collector header; its field is released once and its memory last.
    unsafe {
        gc::untrack(n.as_object());
        object::clear_field(&n.dict);
        object::tp_free(n.as_object());
    }
}

fn get_dict(py: Py<'_>, n: &Node) -> PyResult<Owned<PyDictObject>> {
    match instance::dict(py, n.as_object())? {
        Some(d) => Ok(d),
        None => Err(exceptions::attribute_error(py, format_args!("This object has no __dict__"))),
    }
}

fn set_dict(py: Py<'_>, n: &Node, value: Option<&PyObject>) -> PyResult<()> {
    object::set_dict_attribute(py, n.as_object(), value)
}

fn new(py: Py<'_>, ty: &PyTypeObject, _: &PyTupleObject, _: Option<&PyDictObject>) -> PyResult {
    object::tp_alloc(py, ty, 0)
}

/// `ast_type_init`: positional arguments are the fields in their order; keywords may be any attribute.
fn init(py: Py<'_>, n: &Node, args: &PyTupleObject, kw: Option<&PyDictObject>) -> PyResult<()> {
    let (this, given) = (n.as_object(), tuple::items(args));
    let fields = match attr::lookup_name(py, n.ty().as_object(), name!("_fields"))? {
        Some(fields) => sequence::to_tuple(py, &fields)?,
        None => tuple::empty(),
    };
    let fields = tuple::items(&fields);
    if fields.len() < given.len() {
        let (most, s) = (fields.len(), if fields.len() == 1 { "" } else { "s" });
        return Err(exceptions::type_error(
            py,
            format_args!("{} constructor takes at most {most} positional argument{s}", short_name(n.ty())),
        ));
    }
    for (field, value) in fields.iter().zip(given) {
        attr::set(py, this, attr::check_name(py, field)?, Some(value))?;
    }
    for (key, value) in kw.map(dict::items).unwrap_or_default() {
        let key = attr::check_name(py, &key)?;
        let known = fields.iter().position(|f| unicode::check(f).is_some_and(|f| unicode::equal(f, key)));
        if known.is_some_and(|i| i < given.len()) {
            let key = unicode::display(key.as_object());
            return Err(exceptions::type_error(
                py,
                format_args!("{} got multiple values for argument '{key}'", short_name(n.ty())),
            ));
        }
        attr::set(py, this, key, Some(&value))?;
    }
    Ok(())
}

/// `ast_type_reduce`.
fn reduce(py: Py<'_>, n: &Node) -> PyResult<Owned<PyTupleObject>> {
    let ty = n.ty().as_object().to_owned();
    let none = tuple::empty().upcast();
    match attr::lookup_name(py, n.as_object(), name!("__dict__"))? {
        Some(d) => tuple::from_iter(py, [ty, none, d]),
        None => tuple::from_iter(py, [ty, none]),
    }
}

/// A list of `kind name` as the names, each with whether it may be missing.
fn names(list: &'static str) -> impl Iterator<Item = (&'static str, bool)> + Clone {
    list.split(", ").filter_map(|f| f.split_once(' ')).map(|(kind, name)| (name, kind.ends_with('?')))
}

/// The names as a tuple of interned strings.
fn name_tuple(
    py: Py<'_>,
    list: impl Iterator<Item = (&'static str, bool)>,
) -> PyResult<Owned<PyTupleObject>> {
    let all: Vec<Owned> =
        list.map(|(n, _)| unicode::intern_str(py, n).map(Owned::upcast)).collect::<PyResult<_>>()?;
    tuple::from_iter(py, all)
}

/// A class's name and its fields in the signature's parentheses.
fn split(signature: &'static str) -> (&'static str, &'static str) {
    match signature.split_once('(') {
        Some((name, fields)) => (name, fields.strip_suffix(')').unwrap_or(fields)),
        None => (signature, ""),
    }
}

/// What a class is documented with: its signature, or of a sum the signatures of its kinds.
fn documentation(name: &str, signature: &str) -> String {
    let kinds: Vec<&str> = CLASSES.iter().filter(|c| c.0 == name).map(|c| c.1).collect();
    if kinds.is_empty() {
        return signature.to_owned();
    }
    let between = if kinds.iter().any(|k| k.contains('(')) {
        format!("\n{:1$}| ", "", name.len() + 1)
    } else {
        " | ".to_owned()
    };
    format!("{name} = {}", kinds.join(&between))
}

/// The classes and the nodes without fields: made once, when first needed, and never freed.
pub(crate) struct State {
    classes: Vec<Owned>,
    /// A node of each class whose nodes have no fields; nothing for the others.
    singletons: Vec<Option<Owned>>,
}

static STATE: Gil<Cell<Option<&'static State>>> = Gil(Cell::new(None));

impl State {
    /// The class at a place of the table.
    fn class(&self, i: usize) -> &PyTypeObject {
        // SAFETY: LAYOUT: calling `type` made it.
        unsafe { &*(self.classes[i].as_ptr() as *const PyTypeObject) }
    }

    /// Whether a type is one of the classes itself.
    fn is_class(&self, ty: &PyTypeObject) -> bool {
        self.classes.iter().any(|c| c.is(ty))
    }

    /// The node of a class without fields.
    fn singleton(&self, i: usize) -> &PyObject {
        self.singletons[i].as_deref().expect("a class whose nodes have no fields")
    }
}

/// The classes, made if they are not there yet.
fn state(py: Py<'_>) -> PyResult<&'static State> {
    if let Some(s) = STATE.get() {
        return Ok(s);
    }
    let s: &'static State = Box::leak(Box::new(make_classes(py)?));
    STATE.set(Some(s));
    Ok(s)
}

/// `PyAST_mod2obj`.
pub fn to_object(py: Py<'_>, tree: &dxpy_ast::Mod) -> PyResult {
    let left = py.state().abi.c_recursion_remaining.get();
    let used = u32::try_from(C_RECURSION_LIMIT - left).unwrap_or(0);
    let cx = convert::Out { py, state: state(py)?, depth: Cell::new(used * 2) };
    convert::Value::give(tree, &cx)
}

/// `PyAST_Check`.
pub fn is_node(py: Py<'_>, o: &PyObject) -> PyResult<bool> {
    state(py)?;
    types::isinstance::is_instance(py, o, AST.as_object())
}

/// `PyAST_obj2mod`: the tree of a node, which must be of the class that the mode compiles, and the objects of its
/// constants.
pub fn to_tree(py: Py<'_>, o: &PyObject, mode: dxpy_parser::Mode) -> PyResult<(dxpy_ast::Mod, Cache)> {
    dxpy_core::audit::event(py, "compile", [o, &object::none()])?;
    let name = match mode {
        dxpy_parser::Mode::Exec => "Module",
        dxpy_parser::Mode::Eval => "Expression",
        dxpy_parser::Mode::Single => "Interactive",
        dxpy_parser::Mode::FuncType => "FunctionType",
    };
    let cx = convert::In { py, state: state(py)?, constants: RefCell::default() };
    if !cx.is(o, classes::class_index(name))? {
        let given = short_name(o.ty());
        return Err(exceptions::type_error(py, format_args!("expected {name} node, got {given}")));
    }
    match convert::Value::read(&cx, o, "")? {
        Some(tree) => Ok((tree, cx.constants.into_inner())),
        None => Err(cx.unexpected(o, "mod")),
    }
}

/// Puts the classes into the module.
fn fill(py: Py<'_>, m: &PyModuleObject) -> PyResult<()> {
    let s = state(py)?;
    module::add(py, m, "AST", AST.as_object())?;
    module::add_int(py, m, "PyCF_ALLOW_TOP_LEVEL_AWAIT", 0x2000)?;
    module::add_int(py, m, "PyCF_ONLY_AST", 0x400)?;
    module::add_int(py, m, "PyCF_TYPE_COMMENTS", 0x1000)?;
    for ((_, signature, _), class) in CLASSES.iter().zip(&s.classes) {
        module::add(py, m, split(signature).0, class)?;
    }
    Ok(())
}

/// Makes the classes.
fn make_classes(py: Py<'_>) -> PyResult<State> {
    ready(py, &AST)?;
    let none = tuple::empty();
    dict::set_str(py, dict_of(&AST), "__module__", unicode::intern_str(py, "ast")?.as_object())?;
    for n in ["_fields", "__match_args__", "_attributes"] {
        dict::set_str(py, dict_of(&AST), n, none.as_object())?;
    }
    let made = dict::new(py)?;
    dict::set_str(py, &made, "AST", AST.as_object())?;
    let (mut all_classes, mut singletons) = (Vec::new(), Vec::new());
    for (base_name, signature, attributes) in CLASSES.iter().copied() {
        let (name, fields) = split(signature);
        let d = dict::new(py)?;
        let all = name_tuple(py, names(fields))?;
        dict::set_str(py, &d, "_fields", all.as_object())?;
        dict::set_str(py, &d, "__match_args__", all.as_object())?;
        dict::set_str(py, &d, "__module__", unicode::intern_str(py, "ast")?.as_object())?;
        let doc = unicode::from_str(py, &documentation(name, signature))?;
        dict::set_str(py, &d, "__doc__", doc.as_object())?;
        let Some(base) = dict::get_str(py, &made, base_name)? else {
            return Err(exceptions::system_error(
                py,
                format_args!("ast.{base_name} is not there for {name}"),
            ));
        };
        let bases = tuple::from_iter(py, [base.clone()])?;
        let text = unicode::intern_str(py, name)?;
        let class = call::call(
            py,
            types::PyType_Type.as_object(),
            [text.as_object(), bases.as_object(), d.as_object()],
        )?;
        if base.is(&AST.0) {
            let all = name_tuple(py, names(attributes))?;
            attr::set_name(py, &class, name!("_attributes"), all.as_object())?;
        }
        for (missing, _) in names(fields).chain(names(attributes)).filter(|(_, optional)| *optional) {
            attr::set(py, &class, &*unicode::intern_str(py, missing)?, Some(&object::none()))?;
        }
        dict::set_str(py, &made, name, &class)?;
        let simple = ["expr_context", "boolop", "operator", "unaryop", "cmpop"].contains(&base_name);
        // SAFETY: LAYOUT: calling `type` made it.
        let ty = unsafe { &*(class.as_ptr() as *const PyTypeObject) };
        singletons.push(if simple { Some(object::tp_alloc(py, ty, 0)?) } else { None });
        all_classes.push(class);
    }
    Ok(State { classes: all_classes, singletons })
}
