//! Makes random Python programs that compile, out of templates: a `$` and a letter in one stands for something random.
//!
//! Small letters are expressions: `$i` int, `$f` float, `$c` complex, `$o` bool, `$s` str, `$b` bytes, `$l` list, `$t` tuple,
//! `$d` dict, `$e` set, `$x` anything, `$n` and `$k` small numbers (`$k` not negative), `$m` a format specification, `$p` a
//! pattern, `$g` an iterable; `$y` is what may be called with one argument. The capitals `$I $F $S $L $D $E $X` are names of
//! variables of a kind, `$N` is a fresh name, `$M` the fresh name made last, `$B` a block of statements; `$Q` is an exception.
//! Numbers and containers that are kept pass through `keep`, which bounds them, so that no program takes long.

use crate::mutate::Random;
use std::collections::HashMap;
use std::sync::LazyLock;

const PRELUDE: &str = "\
i0, i1, i2 = 7, -3, 10**20\nf0, f1 = 2.5, -1e-3\ns0, s1 = 'hello', '\\u20ac x'\nb0 = b'by\\xfe'\nl0, l1 = [3, 1, 2], ['b', 'a', None]\nd0, d1 = {'a': 1}, {2: 'x', 'k': []}\ne0, e1 = {1, 2}, {'s', 5}\nx0, x1, x2 = (1, 'a'), None, 3.5\nw = 1\n";

/// The templates of a letter.
struct Templates {
    of: HashMap<char, Vec<&'static str>>,
}

impl Templates {
    fn new() -> Templates {
        let mut of = HashMap::new();
        let sections = include_str!("templates.txt").split("\n[").skip(1);
        for section in sections {
            let (letter, text) = (section.chars().next().expect("a letter"), section.get(3..).unwrap_or(""));
            let between = if letter == 'B' { "\n\n" } else { "\n" };
            let all = text.split(between).map(|t| t.trim_end_matches('\n')).filter(|t| !t.is_empty());
            of.insert(letter, all.map(|t| if t == "(empty)" { "" } else { t }).collect());
        }
        Templates { of }
    }

    fn pick(&self, random: &mut Random, letter: char) -> &'static str {
        let all = &self.of[&letter];
        all[random.below(all.len())]
    }
}

static TEMPLATES: LazyLock<Templates> = LazyLock::new(Templates::new);

/// A program under construction.
struct Program<'a> {
    random: &'a mut Random,
    fresh: u32,
    /// Nodes that may still be made: bounds the size.
    left: i32,
}

/// A program.
pub fn program(random: &mut Random) -> Vec<u8> {
    let mut p = Program { random, fresh: 0, left: 400 };
    let mut text = PRELUDE.to_owned();
    for _ in 0..2 + p.random.below(7) {
        let statement = p.statement(3);
        if p.random.below(3) == 0 {
            text += &statement;
        } else {
            text += "try:\n";
            statement.lines().for_each(|line| text += &format!("    {line}\n"));
            text += "except Exception as e:\n    out(type(e).__name__, str(e))\n";
        }
    }
    text.into_bytes()
}

impl Program<'_> {
    fn statement(&mut self, depth: u32) -> String {
        let mut template = TEMPLATES.pick(self.random, 'B');
        for _ in 0..20 {
            if depth > 0 && self.left > 0 || !template.contains("$B") {
                break;
            }
            template = TEMPLATES.pick(self.random, 'B');
        }
        let mut text = String::new();
        let mut made = String::new();
        for line in template.lines() {
            let indent = line.len() - line.trim_start().len();
            if line.trim_start() == "$B" {
                let mut block = String::new();
                for _ in 0..1 + self.random.below(2) {
                    block += &if depth > 0 { self.statement(depth - 1) } else { "pass\n".into() };
                }
                block.lines().for_each(|inner| text += &format!("{:indent$}{inner}\n", ""));
            } else {
                self.fill(line, 3, &mut text, &mut made);
                text.push('\n');
            }
        }
        text
    }

    /// Writes a template with its places filled.
    fn fill(&mut self, template: &str, depth: u32, out: &mut String, made: &mut String) {
        let mut letters = template.chars();
        while let Some(c) = letters.next() {
            if c != '$' {
                out.push(c);
                continue;
            }
            match letters.next() {
                Some('N') => {
                    self.fresh += 1;
                    *made = format!("n{}", self.fresh);
                    out.push_str(made);
                }
                Some('M') => out.push_str(made),
                Some('n') => *out += &(self.random.below(13) as i32 - 4).to_string(),
                Some('k') => *out += &self.random.below(7).to_string(),
                Some('$') => *out += "$",
                Some(c @ 'I') => self.name(c, 3, out),
                Some(c @ 'X') => self.name(c, 3, out),
                Some(c @ ('F' | 'S' | 'L' | 'D' | 'E')) => self.name(c, 2, out),
                Some('Q') => *out += TEMPLATES.pick(self.random, 'Q'),
                Some('m') => *out += TEMPLATES.pick(self.random, 'm'),
                Some(kind) => self.expression(kind, depth, out),
                None => {}
            }
        }
    }

    fn name(&mut self, kind: char, n: usize, out: &mut String) {
        *out += &format!("{}{}", kind.to_ascii_lowercase(), self.random.below(n));
    }

    fn expression(&mut self, kind: char, depth: u32, out: &mut String) {
        self.left -= 1;
        // Some expressions are not of the kind that is asked for.
        let kind = if kind.is_lowercase() && !matches!(kind, 'p' | 'y' | 'o') && self.random.below(25) == 0 {
            'x'
        } else {
            kind
        };
        let mut template = TEMPLATES.pick(self.random, kind);
        if depth == 0 || self.left < 0 {
            // Something without further expressions.
            let plain: &[&'static str] = match kind {
                'l' | 'g' => &["[]", "l0", "l1", "'ab'", "range(3)"],
                't' => &["()", "(1, 'x')", "x0"],
                'd' => &["{}", "d0", "d1"],
                'e' => &["e0", "e1", "set()"],
                'c' => &["2j"],
                'o' => &["True", "False"],
                'i' => &["$I", "$n", "$k"],
                's' => &["$S", "'abc'", "''"],
                'b' => &["b0", "b''"],
                'f' => &["$F", "0.5"],
                'p' => &["_", "$k", "None", "[]"],
                'y' => &["str", "len", "int", "fn"],
                _ => &["None", "$I", "$S", "$X", "$L", "1.5", "b0"],
            };
            template = plain[self.random.below(plain.len())];
        }
        let mut made = String::new();
        self.fill(template, depth.saturating_sub(1), out, &mut made);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_compile_and_a_seed_gives_the_same() {
        let mut compiled = 0;
        for seed in 0..500 {
            let text = program(&mut Random::new(seed));
            assert_eq!(text, program(&mut Random::new(seed)));
            // The fuzz target takes the mode from the text; a program is a file.
            let options = dxpy_parser::Options::new(dxpy_parser::Mode::Exec);
            let tree = dxpy_parser::parse(&text, &options, &crate::compare::Tables);
            let compiles = tree.is_ok_and(|(mut tree, _)| {
                let options = dxpy_compiler::Options::default();
                dxpy_compiler::compile(&mut tree, &"<fuzz>".into(), options, &mut Vec::new()).is_ok()
            });
            compiled += u32::from(compiles);
        }
        // A capture may come twice in one pattern, a name be global after its use, and such.
        assert!(compiled > 400, "{compiled} of 500 compile");
    }
}
