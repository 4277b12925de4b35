//! Types alive: readied static types, classes made by calling `type`, attributes, descriptors, inheritance, weak
//! references and cycles through classes. Behaviour that needs the methods of built-in types is tested above.

use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::thread::states;
use dxpy_core::{
    Owned, Py, PyErr, attr, call, dict, exceptions, gc, long, name, number, object, protocol, startup, tuple,
    types, unicode, weakref,
};

static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn with_types(f: impl FnOnce(Py<'_>)) {
    let _held = LOCK.lock().unwrap_or_else(|e| e.into_inner());
    states::ensure();
    // SAFETY: the thread holds the GIL until it saves its state, after which the token is gone.
    unsafe {
        let py = Py::assume();
        py.state().abi.c_recursion_remaining.set(100);
        startup::ready_types(py, &[]).expect("the static types are ready");
        f(py);
        states::save(py);
    }
}

fn text(o: &PyObject) -> String {
    unicode::display(o)
}

fn message(py: Py<'_>, e: PyErr) -> String {
    let e = e.into_value();
    // SAFETY: exceptions made here have a tuple of one str.
    let args = unsafe { &*(e.args.get() as *const PyTupleObject) };
    let _ = py;
    format!("{}: {}", call::type_name(e.as_object().ty()), text(tuple::items(args)[0]))
}

/// `type(name, bases, dict)`.
fn class(py: Py<'_>, name: &str, bases: &[&PyObject], pairs: &[(&str, &PyObject)]) -> Result<Owned, PyErr> {
    let d = dict::new(py)?;
    for (k, v) in pairs {
        dict::set_str(py, &d, k, v)?;
    }
    let bases = tuple::from_iter(py, bases.iter().map(|b| (*b).to_owned()).collect::<Vec<_>>())?;
    let name = unicode::from_str(py, name)?;
    call::call(py, types::PyType_Type.as_object(), [name.as_object(), bases.as_object(), d.as_object()])
}

fn object_type() -> &'static PyObject {
    types::PyBaseObject_Type.as_object()
}

#[test]
fn built_in_types_show_their_slots_as_methods() {
    with_types(|py| {
        let names: Vec<String> = dict::items(types::ready::dict_of(&types::PyBaseObject_Type))
            .iter()
            .map(|(k, _)| text(k))
            .collect();
        assert_eq!(
            names,
            [
                "__new__",
                "__repr__",
                "__hash__",
                "__str__",
                "__getattribute__",
                "__setattr__",
                "__delattr__",
                "__lt__",
                "__le__",
                "__eq__",
                "__ne__",
                "__gt__",
                "__ge__",
                "__init__",
                "__reduce_ex__",
                "__reduce__",
                "__getstate__",
                "__subclasshook__",
                "__init_subclass__",
                "__format__",
                "__sizeof__",
                "__dir__",
                "__class__",
                "__doc__"
            ]
        );
        let r = protocol::repr(py, object_type()).unwrap();
        assert_eq!(text(r.as_object()), "<class 'object'>");
        let eq = attr::get_name(py, object_type(), name!("__eq__")).unwrap();
        assert_eq!(
            text(protocol::repr(py, &eq).unwrap().as_object()),
            "<slot wrapper '__eq__' of 'object' objects>"
        );
        let class = attr::get_name(py, &eq, name!("__class__")).unwrap();
        assert_eq!(text(protocol::repr(py, &class).unwrap().as_object()), "<class 'wrapper_descriptor'>");
    });
}

#[test]
fn classes_have_instances_with_attributes() {
    with_types(|py| {
        let seven = long::from_i64(py, 7).unwrap();
        let a = class(py, "A", &[], &[("x", seven.as_object()), ("__module__", name!("m").obj(py))]).unwrap();
        assert_eq!(text(protocol::repr(py, &a).unwrap().as_object()), "<class 'm.A'>");
        let o = call::call(py, &a, []).unwrap();
        assert!(text(protocol::repr(py, &o).unwrap().as_object()).starts_with("<m.A object at 0x"));
        assert!(attr::get_name(py, &o, name!("x")).unwrap().is(&*seven));
        attr::set_name(py, &o, name!("y"), &o).unwrap();
        attr::set_name(py, &o, name!("x"), &a).unwrap();
        assert!(attr::get_name(py, &o, name!("x")).unwrap().is(&*a));
        assert!(attr::get_name(py, &a, name!("x")).unwrap().is(&*seven));
        let d = attr::get_name(py, &o, name!("__dict__")).unwrap();
        assert_eq!(dict::len(dict::check(&d).unwrap()), 2);
        attr::set(py, &o, name!("x").get(py), None).unwrap();
        assert!(attr::get_name(py, &o, name!("x")).unwrap().is(&*seven));
        let e = attr::get_name(py, &o, name!("z")).unwrap_err();
        assert_eq!(message(py, e), "AttributeError: 'A' object has no attribute 'z'");
        let e = attr::get_name(py, &a, name!("z")).unwrap_err();
        assert_eq!(message(py, e), "AttributeError: type object 'A' has no attribute 'z'");
        let e = call::call(py, &a, [&*o]).unwrap_err();
        assert_eq!(message(py, e), "TypeError: A() takes no arguments");
    });
}

#[test]
fn inheritance_follows_c3_and_slots_are_members() {
    with_types(|py| {
        let slots = tuple::from_iter(py, [name!("p").obj(py).to_owned()]).unwrap();
        let a = class(py, "A", &[], &[("__slots__", slots.as_object())]).unwrap();
        let b = class(py, "B", &[&a], &[]).unwrap();
        let c = class(py, "C", &[&a], &[]).unwrap();
        let d = class(py, "D", &[&b, &c], &[]).unwrap();
        let mro = attr::get_name(py, &d, name!("__mro__")).unwrap();
        let names: Vec<String> = tuple::items(tuple::check(&mro).unwrap())
            .iter()
            .map(|t| text(&attr::get_name(py, t, name!("__name__")).unwrap()))
            .collect();
        assert_eq!(names, ["D", "B", "C", "A", "object"]);
        let o = call::call(py, &a, []).unwrap();
        let e = attr::get_name(py, &o, name!("p")).unwrap_err();
        assert_eq!(message(py, e), "AttributeError: 'A' object has no attribute 'p'");
        attr::set_name(py, &o, name!("p"), &a).unwrap();
        assert!(attr::get_name(py, &o, name!("p")).unwrap().is(&*a));
        let e = attr::set_name(py, &o, name!("q"), &a).unwrap_err();
        assert_eq!(message(py, e), "AttributeError: 'A' object has no attribute 'q'");
        let e = class(py, "E", &[&a, &b], &[]).unwrap_err();
        assert_eq!(
            message(py, e),
            "TypeError: Cannot create a consistent method resolution\norder (MRO) for bases A, B"
        );
        assert!(types::isinstance::is_instance(py, &call::call(py, &d, []).unwrap(), &a).unwrap());
    });
}

#[test]
fn methods_set_on_a_class_become_slots_of_it_and_of_its_subclasses() {
    with_types(|py| {
        let a = class(py, "A", &[], &[]).unwrap();
        let b = class(py, "B", &[&a], &[]).unwrap();
        let o = call::call(py, &b, []).unwrap();
        let e = number::add(py, &o, &o).unwrap_err();
        assert_eq!(message(py, e), "TypeError: unsupported operand type(s) for +: 'B' and 'B'");
        // `object.__eq__` as `__add__` gives an observable answer without Python code.
        let eq = attr::get_name(py, object_type(), name!("__eq__")).unwrap();
        attr::set_name(py, &a, name!("__add__"), &eq).unwrap();
        let r = number::add(py, &o, &o).unwrap();
        assert!(protocol::is_true(py, &r).unwrap());
        attr::set(py, &a, name!("__add__").get(py), None).unwrap();
        assert!(number::add(py, &o, &o).is_err());
        let none = object::none();
        attr::set_name(py, &a, name!("__hash__"), &none).unwrap();
        let e = protocol::hash(py, &o).unwrap_err();
        assert_eq!(message(py, e), "TypeError: unhashable type: 'B'");
    });
}

#[test]
fn weak_references_see_the_end_and_cycles_are_collected() {
    with_types(|py| {
        let a = class(py, "A", &[], &[]).unwrap();
        let o = call::call(py, &a, []).unwrap();
        let w = weakref::new_ref(py, &weakref::_PyWeakref_RefType, &o, None).unwrap();
        assert!(call::call(py, w.as_object(), []).unwrap().is(&*o));
        let again = weakref::new_ref(py, &weakref::_PyWeakref_RefType, &o, None).unwrap();
        assert!(again.is(&*w));
        drop(o);
        assert!(object::is_none(&call::call(py, w.as_object(), []).unwrap()));
        // A class is a cycle by itself: its MRO names it.
        let w = weakref::new_ref(py, &weakref::_PyWeakref_RefType, &a, None).unwrap();
        let o = call::call(py, &a, []).unwrap();
        attr::set_name(py, &o, name!("me"), &o).unwrap();
        drop((a, o));
        assert!(weakref::target(&w).is_some());
        assert!(gc::collect::collect(py, 2) >= 2);
        assert!(weakref::target(&w).is_none());
    });
}

#[test]
fn exceptions_are_classes_like_any_other() {
    with_types(|py| {
        let e = exceptions::value_error(py, format_args!("bad"));
        let class_name =
            attr::get_name(py, e.value().as_object().ty().as_object(), name!("__name__")).unwrap();
        assert_eq!(text(&class_name), "ValueError");
        let e = class(py, "E", &[object_type(), object_type()], &[]).unwrap_err();
        assert_eq!(message(py, e), "TypeError: duplicate base class object");
    });
}
