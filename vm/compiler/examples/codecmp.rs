//! Compares this crate's code objects with CPython's: `codecmp [-O LEVEL] [--flags N] [--samples] [--programs SEED COUNT [--broken]] [--single | --eval] [--dis] [PATH...]`
//! compiles the files named, those in the folders named, or (`--samples`) the texts in CPython's tests, and prints the
//! first difference of each and totals. `--limit N` stops after N differences. `--dis` shows our code of each file.

#[path = "../tests/common/mod.rs"]
mod common;

use common::{Job, Source, Verdict};
use dxpy_parser::Mode;

fn main() {
    let Some((python, _)) = common::oracle() else { return };
    let mut job = Job { source: Source::Text(Vec::new()), level: 0, flags: 0, mode: Mode::Exec };
    let (mut samples, mut dis, mut broken, mut limit) = (false, false, false, usize::MAX);
    let mut programs = None;
    let mut files = Vec::new();
    let mut args = std::env::args().skip(1);
    let number = |a: Option<String>| a.and_then(|a| a.parse().ok()).expect("a number");
    while let Some(a) = args.next() {
        match a.as_str() {
            "-O" => job.level = number(args.next()) as u8,
            "--flags" => job.flags = number(args.next()) as u32,
            "--limit" => limit = number(args.next()),
            "--broken" => broken = true,
            "--eval" => job.mode = Mode::Eval,
            "--single" => job.mode = Mode::Single,
            "--samples" => samples = true,
            "--programs" => programs = Some((number(args.next()) as u64, number(args.next()))),
            "--dis" => dis = true,
            _ => common::collect(a.as_ref(), &mut files),
        }
    }
    let mut sources: Vec<Source> = files.into_iter().map(Source::File).collect();
    if let Some((seed, count)) = programs {
        sources.extend(common::programs(&python, seed, count, broken).into_iter().map(Source::Text));
    }
    if samples {
        sources.extend(common::samples(&python).into_iter().map(Source::Text));
    }
    let jobs: Vec<Job> = sources.into_iter().map(|source| Job { source, ..job.clone() }).collect();
    let (mut equal, mut errors, mut refused, mut different) = (0, 0, 0, 0);
    common::run(&python, &jobs, |job, verdict| match verdict {
        Verdict::Equal => equal += 1,
        Verdict::EqualError => errors += 1,
        Verdict::Refused(why) => {
            refused += 1;
            println!("REFUSED {}\n    {why}", job.name());
        }
        Verdict::Different(how) => {
            different += 1;
            if different <= limit {
                println!("DIFFERENT {}\n    {how}", job.name());
            }
        }
    });
    if dis {
        for job in &jobs {
            match common::compile_job(job, &mut Vec::new()) {
                Ok(Ok(code)) => print!("{}", dxpy_bytecode::dis::dis(&code)),
                other => println!("{other:?}"),
            }
        }
    }
    println!("{equal} equal, {errors} equal errors, {refused} refused, {different} different");
}
