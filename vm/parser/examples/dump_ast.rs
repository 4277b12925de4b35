//! Prints trees for comparison with CPython's: `dump_ast [--mode M] FILE...` prints, for each file, one line with the tree or
//! the error. `--batch` reads file names from standard input. `--time` parses only, and says how fast.

use std::io::{BufRead, Write};

use dxpy_parser::{Mode, Options, StdUnicode, parse};

fn one(source: &[u8], opts: &Options) -> String {
    match parse(source, opts, &StdUnicode) {
        Ok((tree, _)) => dxpy_ast::dump::dump(&tree),
        Err(e) => format!(
            "ERROR {:?} {} | {} {} {} {} | {:?}",
            e.kind, e.message, e.lineno, e.offset, e.end_lineno, e.end_offset, e.text
        ),
    }
}

fn main() {
    let mut opts = Options::new(Mode::Exec);
    let (mut batch, mut time) = (false, false);
    let mut files = Vec::new();
    for a in std::env::args().skip(1) {
        match a.as_str() {
            "--batch" => batch = true,
            "--time" => time = true,
            "--eval" => opts.mode = Mode::Eval,
            "--single" => opts.mode = Mode::Single,
            "--func-type" => opts.mode = Mode::FuncType,
            "--type-comments" => opts.type_comments = true,
            "--incomplete" => opts.allow_incomplete = true,
            "--dont-imply-dedent" => opts.dont_imply_dedent = true,
            _ => files.push(a),
        }
    }
    if batch {
        files.extend(std::io::stdin().lock().lines().map_while(Result::ok));
    }
    let start = std::time::Instant::now();
    let mut bytes = 0;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for f in &files {
        let Ok(source) = std::fs::read(f) else { continue };
        bytes += source.len();
        if time {
            let _ = std::hint::black_box(parse(&source, &opts, &StdUnicode));
        } else {
            let _ = writeln!(out, "{}", one(&source, &opts));
        }
    }
    if time {
        let s = start.elapsed().as_secs_f64();
        eprintln!("{} files, {bytes} bytes, {:.1} MB/s", files.len(), bytes as f64 / s / 1e6);
    }
}
