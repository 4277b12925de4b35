//! The built-in modules of the executable. Every other native module of CPython's raises an `ImportError` by not being
//! here.

use dxpy_core::module::StaticModule;

/// Name and definition.
#[rustfmt::skip] // One a line, so that additions do not collide.
pub static MODULES: &[(&str, &StaticModule)] = &[
    ("array", &dxpy_mod_formats::array::MODULE),
    ("_bz2", &dxpy_mod_formats::_bz2::MODULE),
    ("zlib", &dxpy_mod_formats::zlib::MODULE),
    ("_blake2", &dxpy_mod_formats::hashes::BLAKE2_MODULE),
    ("_md5", &dxpy_mod_formats::hashes::MD5_MODULE),
    ("_sha1", &dxpy_mod_formats::hashes::SHA1_MODULE),
    ("_sha2", &dxpy_mod_formats::hashes::SHA2_MODULE),
    ("_sha3", &dxpy_mod_formats::hashes::SHA3_MODULE),
    ("_struct", &dxpy_mod_formats::_struct::MODULE),
    ("_ast", &dxpy_mod_lang::ast::MODULE),
    ("_collections", &dxpy_mod_data::_collections::MODULE),
    ("_functools", &dxpy_mod_data::_functools::MODULE),
    ("_imp", &dxpy_import::imp::IMP),
    ("_opcode", &dxpy_mod_lang::_opcode::MODULE),
    ("_codecs", &dxpy_mod_text::_codecs::MODULE),
    ("_json", &dxpy_mod_text::_json::MODULE),
    ("_sre", &dxpy_mod_text::_sre::MODULE),
    ("_io", &dxpy_mod_io::IO),
    ("_string", &dxpy_mod_text::_string::MODULE),
    ("_tokenize", &dxpy_mod_lang::_tokenize::MODULE),
    ("_typing", &dxpy_mod_lang::_typing::MODULE),
    ("unicodedata", &dxpy_mod_text::unicodedata::MODULE),
    ("_random", &dxpy_mod_math::random::MODULE),
    ("cmath", &dxpy_mod_math::cmath::MODULE),
    ("math", &dxpy_mod_math::math::MODULE),
    ("itertools", &dxpy_mod_data::itertools::MODULE),
    ("marshal", &dxpy_mod_lang::marshal::MODULE),
    ("binascii", &dxpy_mod_text::binascii::MODULE),
    ("_warnings", &dxpy_mod_lang::_warnings::MODULE),
    ("_weakref", &dxpy_mod_lang::_weakref::MODULE),
    ("builtins", &dxpy_mod_lang::builtins::BUILTINS),
    ("posix", &dxpy_mod_os::posix::MODULE),
    ("time", &dxpy_mod_os::time::MODULE),
    ("_abc", &dxpy_mod_sys::_abc::MODULE),
    ("_thread", &dxpy_mod_sys::_thread::MODULE),
    ("gc", &dxpy_mod_sys::gc::MODULE),
    ("sys", &dxpy_mod_sys::sys::SYS),
];
