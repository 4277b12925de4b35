//! The exported C API of CPython 3.12: every name of its symbol table resolves.
//! Functions with a body are thin wrappers, one file a header; the others are listed in `missing`.
#![allow(non_snake_case)]

pub mod abstract_;
pub mod boolobject;
pub mod bytearrayobject;
pub mod bytesobject;
pub mod cellobject;
pub mod ceval;
pub mod classobject;
pub mod code;
pub mod codecs;
pub mod complexobject;
pub mod context;
pub mod dictobject;
pub mod floatobject;
pub mod format;
pub mod frameobject;
pub mod funcobject;
pub mod getargs;
pub mod import;
pub mod initconfig;
pub mod listobject;
pub mod longobject;
pub mod memoryobject;
pub mod methodobject;
pub mod missing;
pub mod modsupport;
pub mod moduleobject;
pub mod namespaceobject;
pub mod object;
pub mod odictobject;
pub mod picklebufobject;
pub mod pycapsule;
pub mod pyerrors;
pub mod pystate;
pub mod pythonrun;
pub mod pythread;
pub mod pytime;
pub mod setobject;
pub mod sliceobject;
pub mod tupleobject;
pub mod typeobject;
pub mod unicodeobject;
mod util;
pub mod varargs;
pub mod weakrefobject;
