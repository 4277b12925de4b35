//! Exports the C API from the executable, and nothing else: extensions resolve `Py*` and `_Py*` in it when loaded.
fn main() {
    for pattern in ["Py*", "_Py*"] {
        println!("cargo:rustc-link-arg-bins=-Wl,--export-dynamic-symbol={pattern}");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
