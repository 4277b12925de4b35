//! Exports the C API from this crate's test programs, as `vm/dx-py` does from the executable.
fn main() {
    for pattern in ["Py*", "_Py*"] {
        println!("cargo:rustc-link-arg-tests=-Wl,--export-dynamic-symbol={pattern}");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
