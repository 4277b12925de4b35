//! `compile_time FILE...`: how long parsing and compiling take.

use std::time::Instant;

use dxpy_ast::PyStr;
use dxpy_compiler::{Options, compile};
use dxpy_parser::{Mode, StdUnicode, parse};

fn main() {
    let (mut bytes, mut parsing, mut compiling) = (0, 0.0, 0.0);
    for file in std::env::args().skip(1) {
        let Ok(source) = std::fs::read(&file) else { continue };
        let start = Instant::now();
        let Ok((mut tree, _)) = parse(&source, &dxpy_parser::Options::new(Mode::Exec), &StdUnicode) else {
            println!("{file}: refused by the parser");
            continue;
        };
        parsing += start.elapsed().as_secs_f64();
        let start = Instant::now();
        if let Err(e) = compile(&mut tree, &PyStr::from(&*file), Options::default(), &mut Vec::new()) {
            println!("{file}: {e}");
        }
        compiling += start.elapsed().as_secs_f64();
        bytes += source.len();
    }
    println!("{bytes} bytes, parsing {parsing:.3} s, compiling {compiling:.3} s");
}
