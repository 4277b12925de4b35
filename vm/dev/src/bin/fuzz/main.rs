//! `fuzz TARGET`: feeds a target with mutated inputs on stable Rust, without coverage: what makes a target say something
//! new (an error it has not given yet) joins the corpus. The inputs are made by a seeded generator, so that a run can be
//! repeated. This process starts another that runs inputs, and lives on when that one dies or hangs.
//!
//! `interp` does not mutate: its inputs are programs made from templates (`generate.rs`).

mod compare;
mod corpus;
mod generate;
mod interp;
mod mutate;
mod targets;

use mutate::Random;
use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};
use targets::Target;

const USAGE: &str = "\
usage: fuzz TARGET [options]            parser, compiler, compare, marshal, sre or interp
       fuzz TARGET --run FILE...        runs inputs once, for a finding or a debugger

  --minutes N     how long (default 1)
  --seed N        of the generator (default 1)
  --out DIR       where findings go (default: target/fuzz/TARGET)

DXPY_ORACLE (CPython 3.12.1) makes the corpus of marshal and sre; without it they begin with little. `compare` compiles
text with it and with ours: a finding is code or an error that differs. `interp` runs programs with it and with dx-py (DXPY,
else what was built beside this program): a finding is a difference in what they print or raise.
";

/// The longest input.
const LONGEST: usize = 1 << 16;
/// An input that takes so long is a finding, and ends the process that runs it.
const HANG: Duration = Duration::from_secs(60);
/// An input that takes so long is a finding.
const SLOW: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    match command() {
        Ok(clean) => ExitCode::from(u8::from(!clean)),
        Err(message) => {
            eprintln!("fuzz: {message}");
            ExitCode::from(2)
        }
    }
}

struct Plan {
    target: &'static Target,
    minutes: f64,
    seed: u64,
    out: PathBuf,
    child: bool,
    run: Vec<PathBuf>,
}

fn plan() -> Result<Plan, String> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().ok_or(USAGE)?;
    let target = targets::ALL.iter().find(|target| target.name == name).ok_or(USAGE)?;
    let out = PathBuf::from("target/fuzz").join(target.name);
    let mut plan = Plan { target, minutes: 1.0, seed: 1, out, child: false, run: Vec::new() };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--minutes" => plan.minutes = value()?.parse().map_err(|_| "--minutes needs a number")?,
            "--seed" => plan.seed = value()?.parse().map_err(|_| "--seed needs a number")?,
            "--out" => plan.out = value()?.into(),
            "--child" => plan.child = true,
            "--run" => plan.run = arguments.by_ref().map(PathBuf::from).collect(),
            _ => return Err(USAGE.into()),
        }
    }
    Ok(plan)
}

fn command() -> Result<bool, String> {
    let plan = plan()?;
    let text = |error: io::Error| error.to_string();
    if !plan.run.is_empty() {
        for path in &plan.run {
            let input = fs::read(path).map_err(text)?;
            let began = Instant::now();
            println!("{}: {} ({:?})", path.display(), (plan.target.run)(&input), began.elapsed());
        }
        return Ok(true);
    }
    fs::create_dir_all(&plan.out).map_err(text)?;
    if plan.child { child(&plan).map_err(text).map(|()| true) } else { parent(&plan).map_err(text) }
}

/// The input in progress, in a file that the parent reads when its child is gone: a count, a length, the bytes.
struct Current(fs::File);

impl Current {
    fn path(out: &Path) -> PathBuf {
        out.join("current")
    }

    fn write(&self, count: u64, input: &[u8]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(input.len() + 16);
        bytes.extend_from_slice(&count.to_le_bytes());
        bytes.extend_from_slice(&(input.len() as u64).to_le_bytes());
        bytes.extend_from_slice(input);
        self.0.write_all_at(&bytes, 0)
    }

    fn read(out: &Path) -> Option<(u64, Vec<u8>)> {
        let bytes = fs::read(Current::path(out)).ok()?;
        let number = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        Some((number(0)?, bytes.get(16..16 + number(8)? as usize)?.to_vec()))
    }
}

/// Runs children one after the other until the time is over; says whether nothing was found.
fn parent(plan: &Plan) -> io::Result<bool> {
    let until = Instant::now() + Duration::from_secs_f64(plan.minutes * 60.0);
    let (mut executed, mut round) = (0, 0);
    let before = findings(&plan.out)?;
    while Instant::now() < until {
        let _ = fs::remove_file(Current::path(&plan.out));
        let left = until.saturating_duration_since(Instant::now()).as_secs_f64() / 60.0;
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(plan.target.name).args(["--child", "--seed", &(plan.seed + round).to_string()]);
        command.args(["--minutes", &left.to_string()]).arg("--out").arg(&plan.out);
        let mut child = command.spawn()?;
        round += 1000;
        let (mut seen, mut at) = (0, Instant::now());
        let ended = loop {
            if let Some(status) = child.try_wait()? {
                break Some(status);
            }
            let count = Current::read(&plan.out).map_or(0, |(count, _)| count);
            if count != seen {
                (seen, at) = (count, Instant::now());
            } else if count > 0 && at.elapsed() > HANG {
                child.kill()?;
                child.wait()?;
                break None;
            }
            sleep(Duration::from_millis(100));
        };
        let current = Current::read(&plan.out);
        executed += current.as_ref().map_or(0, |(count, _)| *count);
        match (ended, current) {
            (Some(status), _) if status.success() => {}
            (ended, Some((count, input))) => {
                let kind = if ended.is_some() { "crash" } else { "hang" };
                let why = ended.map_or("no end in a minute".into(), |status| status.to_string());
                save(&plan.out, kind, &format!("{round}-{count}"), &input, &why)?;
            }
            (Some(status), None) => {
                return Err(io::Error::other(format!("the child does not start: {status}")));
            }
            (None, None) => {}
        }
    }
    let _ = fs::remove_file(Current::path(&plan.out));
    let after = findings(&plan.out)?;
    println!(
        "{}: {executed} inputs, {} new findings, {} in {}",
        plan.target.name,
        after - before,
        after,
        plan.out.display()
    );
    Ok(after == before)
}

fn findings(out: &Path) -> io::Result<usize> {
    Ok(fs::read_dir(out)?
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "input"))
        .count())
}

fn save(out: &Path, kind: &str, name: &str, input: &[u8], why: &str) -> io::Result<()> {
    let stem = out.join(format!("{kind}-{name}"));
    println!("{kind}: {why}: {}.input ({} bytes)", stem.display(), input.len());
    fs::write(stem.with_extension("txt"), format!("{why}\n"))?;
    fs::write(stem.with_extension("input"), input)
}

/// Where the last panic was and what it said.
static PANIC: Mutex<String> = Mutex::new(String::new());

fn attempt(target: &Target, input: &[u8]) -> Result<String, Box<dyn Any + Send>> {
    panic::catch_unwind(AssertUnwindSafe(|| (target.run)(input)))
}

/// Runs inputs until the time is over.
fn child(plan: &Plan) -> io::Result<()> {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or(String::new(), |at| format!("{}:{}", at.file(), at.line()));
        let message = info.payload_as_str().unwrap_or("a panic").to_owned();
        *PANIC.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = format!("{place}: {message}");
    }));
    let until = Instant::now() + Duration::from_secs_f64(plan.minutes * 60.0);
    let current = Current(fs::File::create(Current::path(&plan.out))?);
    let mut random = Random::new(plan.seed);
    let mut corpus = corpus::of(plan.target);
    let (mut answers, mut places, mut count) = (HashMap::<String, u64>::new(), HashSet::new(), 0);
    while Instant::now() < until {
        let mut input = match plan.target.make {
            Some(make) => make(&mut random),
            None => mutate::next(plan.target, &corpus, &mut random),
        };
        input.truncate(LONGEST);
        count += 1;
        current.write(count, &input)?;
        let began = Instant::now();
        let answer = attempt(plan.target, &input);
        let spent = began.elapsed();
        // Twice, since the machine may have been busy with something else.
        let twice = || {
            let began = Instant::now();
            let _ = attempt(plan.target, &input);
            began.elapsed()
        };
        // Programs are given their time by `interp` itself.
        if plan.target.make.is_none() && spent > SLOW && twice() > SLOW {
            save(&plan.out, "slow", &format!("{}-{count}", plan.seed), &input, &format!("{spent:?}"))?;
        }
        match answer {
            // One of each answer is kept to go on from; numbers and names in it do not make it new.
            Ok(answer) => {
                let shape = shape(&answer);
                if let Some(times) = answers.get_mut(&shape) {
                    *times += 1;
                } else if answers.len() < 4000 {
                    answers.insert(shape, 1);
                    corpus.push(input);
                }
            }
            Err(_) => {
                let why = PANIC.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
                let place = key(&why);
                if places.len() < 300 && places.insert(place.clone()) {
                    let mut tries = 0;
                    let small = mutate::minimise(&input, |part| {
                        // The parent sees that something goes on.
                        tries += 1;
                        let _ = current.write(count + tries, part);
                        let same = || PANIC.lock().is_ok_and(|now| key(&now) == place);
                        attempt(plan.target, part).is_err() && same()
                    });
                    count += tries;
                    let name: String =
                        place.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
                    let kind = if why.contains(compare::DIFFERS) { "differs" } else { "panic" };
                    let name: String = name.trim_matches('-').chars().take(120).collect();
                    save(&plan.out, kind, &name, &small, &why)?;
                }
            }
        }
    }
    println!("{count} inputs, {} kinds of answers, most often:", answers.len());
    let mut often: Vec<(&String, &u64)> = answers.iter().collect();
    often.sort_by_key(|(_, times)| u64::MAX - **times);
    often.iter().take(8).for_each(|(shape, times)| println!("{times:>9} {shape}"));
    Ok(())
}

/// What makes two panics one finding: their place in the sources, or, where two compilers differ, what they say.
fn key(why: &str) -> String {
    match why.split_once(compare::DIFFERS) {
        Some((_, what)) => shape(what),
        None => why.split(": ").next().unwrap_or("").to_owned(),
    }
}

/// An answer without what is quoted in it, and without digits.
fn shape(answer: &str) -> String {
    let outside = answer.split('\'').step_by(2).collect::<String>();
    outside.chars().filter(|c| !c.is_ascii_digit()).take(100).collect()
}
