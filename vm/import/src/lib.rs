//! From source text to modules: compiling with Python's errors and warnings, `import`, `_imp`, frozen modules, and the
//! start of `importlib`.

pub mod bootstrap;
pub mod config;
pub mod display;
pub mod dynamic;
pub mod frozen;
pub mod imp;
pub mod import;
pub mod interactive;
pub mod readline;
pub mod run;
pub mod source;
pub mod state;
pub mod stdprinter;
mod times;
