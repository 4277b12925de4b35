//! Results, and the one table they are shown in. A number is the least seen: what disturbs a measurement only adds to it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The numbers of one benchmark and one interpreter; the least of each seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Least {
    pub cpu: f64,
    pub wall: f64,
}

/// All results: by benchmark, in the order in which they were first seen, and by interpreter.
#[derive(Default)]
pub struct Results {
    names: Vec<String>,
    values: BTreeMap<(String, usize), Least>,
    failures: BTreeMap<(String, usize), String>,
}

impl Results {
    /// Adds a value of an interpreter.
    pub fn add(&mut self, name: &str, python: usize, cpu: f64, wall: f64) {
        self.see(name);
        let least = self.values.entry((name.to_owned(), python)).or_insert(Least { cpu, wall });
        least.cpu = least.cpu.min(cpu);
        least.wall = least.wall.min(wall);
    }

    /// Says why an interpreter has no value.
    pub fn fail(&mut self, name: &str, python: usize, why: String) {
        self.see(name);
        self.failures.insert((name.to_owned(), python), why);
    }

    fn see(&mut self, name: &str) {
        if !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }

    /// The least values.
    pub fn get(&self, name: &str, python: usize) -> Option<Least> {
        self.values.get(&(name.to_owned(), python)).copied()
    }

    /// The table: the first interpreter's CPU time, and for the others how many times faster they are than the first.
    pub fn table(&self, pythons: &[String]) -> String {
        let width = self.names.iter().map(String::len).max().unwrap_or(0).max(15);
        let mut text = format!("{:<width$} {:>12}", "benchmark", format!("{} cpu", pythons[0]));
        for name in &pythons[1..] {
            let _ = write!(text, " {:>14} {:>14}", format!("{name} cpu"), format!("{name} wall"));
        }
        text.push('\n');
        // For each interpreter but the first, the logarithms of its ratios.
        let mut logs = vec![(0.0, 0.0, 0usize); pythons.len()];
        for name in self.names.iter() {
            let base = self.get(name, 0);
            let _ =
                write!(text, "{name:<width$} {:>12}", base.map_or("failed".into(), |base| time(base.cpu)));
            for (python, log) in logs.iter_mut().enumerate().skip(1) {
                match (base, self.get(name, python)) {
                    (Some(base), Some(other)) => {
                        let (cpu, wall) = (base.cpu / other.cpu, base.wall / other.wall);
                        log.0 += cpu.ln();
                        log.1 += wall.ln();
                        log.2 += 1;
                        let _ = write!(text, " {:>14} {:>14}", format!("{cpu:.2}x"), format!("{wall:.2}x"));
                    }
                    (_, Some(other)) => {
                        let _ = write!(text, " {:>14} {:>14}", time(other.cpu), time(other.wall));
                    }
                    (_, None) => {
                        let _ = write!(text, " {:>14} {:>14}", "failed", "failed");
                    }
                }
            }
            text.push('\n');
        }
        let _ = write!(text, "{:<width$} {:>12}", "geometric mean", "");
        for (cpu, wall, count) in &logs[1..] {
            let mean = |sum: &f64| match count {
                0 => "-".to_owned(),
                count => format!("{:.2}x", (sum / *count as f64).exp()),
            };
            let _ = write!(text, " {:>14} {:>14}", mean(cpu), mean(wall));
        }
        text.push('\n');
        for (python, name) in pythons.iter().enumerate().skip(1) {
            let _ = writeln!(text, "{name}: {} of {} benchmarks compared", logs[python].2, self.names.len());
        }
        for ((name, python), why) in self.failures.iter().filter(|(key, _)| !self.values.contains_key(key)) {
            let _ = writeln!(text, "failed: {name} with {}: {why}", pythons[*python]);
        }
        text
    }

    /// The ratios of CPU time of an interpreter to the first, least first.
    pub fn ratios(&self, python: usize) -> Vec<(&str, f64)> {
        let ratio = |name: &str| Some(self.get(name, 0)?.cpu / self.get(name, python)?.cpu);
        let mut all: Vec<(&str, f64)> =
            self.names.iter().filter_map(|name| Some((name.as_str(), ratio(name)?))).collect();
        all.sort_by(|a, b| a.1.total_cmp(&b.1));
        all
    }

    /// In few lines: how many times faster than the first the others are.
    pub fn summary(&self, pythons: &[String]) -> String {
        let mut text = String::new();
        for (python, name) in pythons.iter().enumerate().skip(1) {
            let all = self.ratios(python);
            let ([low, ..], [.., high]) = (&all[..], &all[..]) else { continue };
            let mean = (all.iter().map(|(_, r)| r.ln()).sum::<f64>() / all.len() as f64).exp();
            let _ = writeln!(
                text,
                "{name}: {mean:.2}x {}'s speed (geometric mean of {} benchmarks), {} {:.2}x to {} {:.2}x",
                pythons[0],
                all.len(),
                low.0,
                low.1,
                high.0,
                high.1
            );
        }
        text
    }

    /// Every number, for other programs.
    pub fn tsv(&self, pythons: &[String]) -> String {
        let mut text = String::from("benchmark\tpython\tcpu_seconds\twall_seconds\n");
        for name in &self.names {
            for (python, label) in pythons.iter().enumerate() {
                if let Some(least) = self.get(name, python) {
                    let _ = writeln!(text, "{name}\t{label}\t{:e}\t{:e}", least.cpu, least.wall);
                }
            }
        }
        text
    }
}

/// Seconds in a unit that suits them.
pub fn time(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.1} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.2} us", s * 1e6),
        s if s < 1.0 => format!("{:.2} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_of_the_least_and_the_mean_is_geometric() {
        let mut results = Results::default();
        for (name, python, seconds) in
            [("a", 0, 5.0), ("a", 0, 4.0), ("a", 1, 1.0), ("a", 1, 2.0), ("b", 0, 1.0), ("b", 1, 1.0)]
        {
            results.add(name, python, seconds, seconds);
        }
        results.add("c", 0, 1.0, 1.0);
        results.fail("c", 1, "no such module".into());
        let table = results.table(&["one".into(), "two".into()]);
        let line = |start: &str| table.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
        assert!(line("a ").contains("4.00x"));
        assert!(line("geometric mean").contains("2.00x"));
        assert!(line("c ").contains("failed") && line("two:").contains("2 of 3"));
        assert!(line("failed:").ends_with("no such module"));
    }

    #[test]
    fn units() {
        assert_eq!([3e-8, 2.5e-5, 0.25, 2.0].map(time), ["30.0 ns", "25.00 us", "250.00 ms", "2.00 s"]);
    }
}
