//! Writing what `__reduce__` says of an object, and objects that are found by name.

use super::pickler::{self, PicklerObject};
use super::save::{batch_dict, batch_list, in_memo, memo_get, memo_put, op, proto, save};
use super::{STATE, held, names, op, pickling_error, table};
use dxpy_core::abi::*;
use dxpy_core::ptr::Object;
use dxpy_core::{
    Owned, Py, PyErr, PyResult, attr, bytes, call, codecs, dict, exceptions, long, name, object, protocol,
    tuple, types, unicode,
};

/// `save_reduce`. Without an object nothing is put in the memo.
pub fn save_reduce(py: Py<'_>, p: &PicklerObject, r: &PyTupleObject, o: Option<&PyObject>) -> PyResult<()> {
    let items = tuple::items(r);
    if !(2..=6).contains(&items.len()) {
        return Err(pickling_error(
            py,
            format_args!("tuple returned by __reduce__ must contain 2 through 6 elements"),
        ));
    }
    let part = |i: usize| items.get(i).copied().filter(|o| !object::is_none(o));
    let callable = items[0];
    if !protocol::is_callable(callable) {
        return Err(pickling_error(
            py,
            format_args!("first item of the tuple returned by __reduce__ must be callable"),
        ));
    }
    let Some(args) = tuple::check(items[1]) else {
        return Err(pickling_error(
            py,
            format_args!("second item of the tuple returned by __reduce__ must be a tuple"),
        ));
    };
    let bad = |which: &str, what: &str, o: &PyObject| {
        let given = call::type_name(o.ty());
        pickling_error(
            py,
            format_args!("{which} element of the tuple returned by __reduce__ must be {what}, not {given}"),
        )
    };
    let (state, listitems, dictitems, setter) = (part(2), part(3), part(4), part(5));
    if let Some(l) = listitems.filter(|l| !protocol::is_iterator(l)) {
        return Err(bad("fourth", "an iterator", l));
    }
    if let Some(d) = dictitems.filter(|d| !protocol::is_iterator(d)) {
        return Err(bad("fifth", "an iterator", d));
    }
    if let Some(f) = setter.filter(|f| !protocol::is_callable(f)) {
        return Err(bad("sixth", "a function", f));
    }
    let called = match proto(py, p)? {
        2.. => attr::lookup_name(py, callable, name!("__name__"))?.filter(|n| unicode::check(n).is_some()),
        _ => None,
    };
    let is = |text: &str| called.as_ref().is_some_and(|n| unicode::equals_str(n, text));
    if is("__newobj_ex__") {
        new_object_ex(py, p, args)?;
    } else if is("__newobj__") {
        new_object(py, p, args, o)?;
    } else {
        save(py, p, callable)?;
        save(py, p, args.as_object())?;
        op(py, p, op::REDUCE)?;
    }
    if let Some(o) = o {
        if in_memo(py, p, o)? {
            // The object is in its own arguments, and was written while they were.
            op(py, p, op::POP)?;
            return memo_get(py, p, o).map(drop);
        }
        memo_put(py, p, o)?;
    }
    if let Some(l) = listitems {
        batch_list(py, p, l)?;
    }
    if let Some(d) = dictitems {
        batch_dict(py, p, d)?;
    }
    match (state, setter, o) {
        (None, _, _) => Ok(()),
        (Some(s), Some(f), Some(o)) => {
            // The function is called with object and state, and what it answers is thrown away.
            save(py, p, f)?;
            save(py, p, o)?;
            save(py, p, s)?;
            op(py, p, op::TUPLE2)?;
            op(py, p, op::REDUCE)?;
            op(py, p, op::POP)
        }
        (Some(s), _, _) => {
            save(py, p, s)?;
            op(py, p, op::BUILD)
        }
    }
}

/// `copyreg.__newobj_ex__`: class, arguments, keyword arguments.
fn new_object_ex(py: Py<'_>, p: &PicklerObject, args: &PyTupleObject) -> PyResult<()> {
    let [class, given, kw] = tuple::items(args) else {
        let n = tuple::len(args);
        return Err(pickling_error(
            py,
            format_args!("length of the NEWOBJ_EX argument tuple must be exactly 3, not {n}"),
        ));
    };
    let (class, given, kw): (&PyObject, &PyObject, &PyObject) = (class, given, kw);
    let bad = |which: &str, what: &str, o: &PyObject| {
        let name = call::type_name(o.ty());
        pickling_error(
            py,
            format_args!("{which} item from NEWOBJ_EX argument tuple must be a {what}, not {name}"),
        )
    };
    if types::check(class).is_none() {
        return Err(bad("first", "class", class));
    }
    let Some(positional) = tuple::check(given) else { return Err(bad("second", "tuple", given)) };
    let Some(keywords) = dict::check(kw) else { return Err(bad("third", "dict", kw)) };
    if proto(py, p)? >= 4 {
        save(py, p, class)?;
        save(py, p, given)?;
        save(py, p, kw)?;
        return op(py, p, op::NEWOBJ_EX);
    }
    // partial(class.__new__, class, *args, **kwargs)(), for protocols without the opcode.
    let new = attr::get_name(py, class, name!("__new__"))?;
    let mut all = vec![new, class.to_owned()];
    all.extend(tuple::items(positional).iter().map(|o| (*o).to_owned()));
    let all = tuple::from_iter(py, all)?;
    let f = call::call_tuple(py, &held(&STATE.partial), &all, Some(keywords))?;
    save(py, p, &f)?;
    save(py, p, tuple::empty().as_object())?;
    op(py, p, op::REDUCE)
}

/// `copyreg.__newobj__`: class and arguments.
fn new_object(py: Py<'_>, p: &PicklerObject, args: &PyTupleObject, o: Option<&PyObject>) -> PyResult<()> {
    let Some((class, rest)) = tuple::items(args).split_first() else {
        return Err(pickling_error(py, format_args!("__newobj__ arglist is empty")));
    };
    if types::check(class).is_none() {
        return Err(pickling_error(py, format_args!("args[0] from __newobj__ args is not a type")));
    }
    if let Some(o) = o {
        let shown = attr::lookup_name(py, o, name!("__class__"))?;
        if !shown.is_some_and(|c| c.is(*class)) {
            return Err(pickling_error(py, format_args!("args[0] from __newobj__ args has the wrong class")));
        }
    }
    let rest = tuple::from_iter(py, rest.iter().map(|o| (*o).to_owned()).collect::<Vec<_>>())?;
    save(py, p, class)?;
    save(py, p, rest.as_object())?;
    op(py, p, op::NEWOBJ)
}

fn cannot(py: Py<'_>, o: &PyObject, why: impl FnOnce() -> String) -> PyErr {
    match super::shown(py, o) {
        Ok(o) => pickling_error(py, format_args!("Can't pickle {o}: {}", why())),
        Err(e) => e,
    }
}

fn text(py: Py<'_>, o: &PyObject) -> PyResult<String> {
    protocol::str(py, o).map(|s| unicode::display(s.as_object()))
}

/// `save_global`: an object that unpickling finds under a name in a module.
pub fn save_global(py: Py<'_>, p: &PicklerObject, o: &PyObject, name: Option<&PyObject>) -> PyResult<()> {
    let name = match name {
        Some(n) => n.to_owned(),
        None => match attr::lookup_name(py, o, name!("__qualname__"))? {
            Some(n) => n,
            None => attr::get_name(py, o, name!("__name__"))?,
        },
    };
    let Some(path) = unicode::check(&name) else {
        let given = call::type_name(name.ty());
        return Err(exceptions::type_error(
            py,
            format_args!("the name of an object must be a str, not {given}"),
        ));
    };
    let path = names::dotted(py, o, None, path)?;
    let module_name = names::module_of(py, o, &path)?;
    let found = match names::import(py, &module_name) {
        Ok(m) => m,
        Err(e) => {
            if !exceptions::matches(&e, &exceptions::Exception) {
                return Err(e);
            }
            let m = super::shown(py, &module_name)?;
            return Err(cannot(py, o, || format!("import of module {m} failed")));
        }
    };
    let module = found;
    let Some((object, parent)) = names::deep(py, &module, &path)? else {
        let (n, m) = (text(py, &name)?, text(py, &module_name)?);
        return Err(cannot(py, o, || format!("attribute lookup {n} on {m} failed")));
    };
    if !object.is(o) {
        let (n, m) = (text(py, &name)?, text(py, &module_name)?);
        return Err(cannot(py, o, || format!("it's not the same object as {m}.{n}")));
    }
    let version = proto(py, p)?;
    if version >= 2 {
        let key = tuple::from_iter(py, [module_name.clone(), name.clone()])?;
        if let Some(code) = dict::get(py, &table(&STATE.extension_registry), key.as_object())? {
            return save_extension(py, p, o, &code);
        }
    }
    let last = path.last().cloned();
    let name = match &last {
        Some(l) if parent.is(&*module) => l.clone().upcast(),
        _ => name,
    };
    if version >= 4 {
        save(py, p, &module_name)?;
        save(py, p, &name)?;
        op(py, p, op::STACK_GLOBAL)?;
    } else if !parent.is(&*module) {
        let last = last.map_or_else(object::none, Owned::upcast);
        let args = tuple::from_iter(py, [parent, last])?;
        let r = tuple::from_iter(py, [super::getattr(py)?, args.upcast()])?;
        save_reduce(py, p, &r, None)?;
    } else {
        save_plain_global(py, p, module_name, name)?;
    }
    memo_put(py, p, o)
}

/// A name that `copyreg` gave a number.
fn save_extension(py: Py<'_>, p: &PicklerObject, o: &PyObject, code: &PyObject) -> PyResult<()> {
    let Some(n) = long::check(code) else {
        let code = super::shown(py, code)?;
        return Err(cannot(py, o, || format!("extension code {code} isn't an integer")));
    };
    let n = long::to_i64(n).unwrap_or(0);
    let out = &pickler::state(py, p)?.out;
    match n {
        1..=0xff => out.write(&[op::EXT1, n as u8]),
        0x100..=0xffff => out.op_with(op::EXT2, &(n as u16).to_le_bytes()),
        0x1_0000..=0x7fff_ffff => out.op_with(op::EXT4, &(n as u32).to_le_bytes()),
        _ => return Err(exceptions::runtime_error(py, format_args!("extension code {n} is out of range"))),
    }
    Ok(())
}

/// The opcode of protocols below 4, with the names of Python 2 where they are asked for.
fn save_plain_global(py: Py<'_>, p: &PicklerObject, module: Owned, name: Owned) -> PyResult<()> {
    let s = pickler::state(py, p)?;
    let version = s.proto.get();
    let (module, name) = match s.fix_imports.get() {
        true => fixed(py, module, name)?,
        false => (module, name),
    };
    let mut line = vec![op::GLOBAL];
    for (what, n) in [("module", &module), ("global", &name)] {
        let encoding = if version == 3 { "utf-8" } else { "ascii" };
        let r = match unicode::check(n) {
            Some(t) => codecs::encode(py, t, Some(encoding), None),
            None => Err(exceptions::type_error(py, format_args!("a name must be a str"))),
        };
        match r {
            Ok(b) => {
                if let Some(b) = bytes::check(&b) {
                    line.extend_from_slice(bytes::as_slice(b));
                }
            }
            Err(e) if exceptions::matches(&e, &exceptions::UnicodeEncodeError) => {
                let n = text(py, n)?;
                return Err(pickling_error(
                    py,
                    format_args!("can't pickle {what} identifier '{n}' using pickle protocol {version}"),
                ));
            }
            Err(e) => return Err(e),
        }
        line.push(b'\n');
    }
    s.out.write(&line);
    Ok(())
}

/// `fix_imports`: the names that Python 2 had.
fn fixed(py: Py<'_>, module: Owned, name: Owned) -> PyResult<(Owned, Owned)> {
    let key = tuple::from_iter(py, [module.clone(), name.clone()])?;
    if let Some(pair) = dict::get(py, &table(&STATE.names_3to2), key.as_object())? {
        return names_of(py, &pair, "REVERSE_NAME_MAPPING");
    }
    match dict::get(py, &table(&STATE.modules_3to2), &module)? {
        Some(m) if unicode::check(&m).is_some() => Ok((m, name)),
        Some(m) => {
            let given = call::type_name(m.ty());
            Err(exceptions::runtime_error(
                py,
                format_args!("_compat_pickle.REVERSE_IMPORT_MAPPING values should be strings, not {given}"),
            ))
        }
        None => Ok((module, name)),
    }
}

/// The module and the name of an entry of one of `_compat_pickle`'s mappings.
pub fn names_of(py: Py<'_>, pair: &PyObject, mapping: &str) -> PyResult<(Owned, Owned)> {
    if let Some([m, n]) = tuple::check(pair).map(tuple::items)
        && unicode::check(m).is_some()
        && unicode::check(n).is_some()
    {
        return Ok(((*m).to_owned(), (*n).to_owned()));
    }
    let given = call::type_name(pair.ty());
    Err(exceptions::runtime_error(
        py,
        format_args!("_compat_pickle.{mapping} values should be pairs of str, not {given}"),
    ))
}
