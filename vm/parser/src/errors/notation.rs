//! Reads the notation of `grammar.rs` into a graph, once per process.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::token::Tok;

pub(super) enum Item {
    Tok(Tok),
    Soft(&'static str),
    AnySoft,
    Rule(usize),
    /// A rule of the second pass.
    Invalid(usize),
    Group(Vec<Alt>),
    Opt(Box<Item>),
    Many(Box<Item>, bool),
    Gather(Box<Item>, Box<Item>),
    And(Box<Item>),
    Not(Box<Item>),
    Forced(Tok, &'static str),
    Cut,
}

pub(super) struct Alt {
    /// The kinds of token at which anything can come of it but failure at that token; bits by number.
    pub first: u128,
    pub items: Vec<(Option<u8>, Item)>,
    pub tag: &'static str,
    /// Place (or check) and text.
    pub action: Option<(&'static str, &'static str)>,
}

pub(super) struct Grammar {
    pub names: HashMap<&'static str, usize>,
    pub rules: Vec<Vec<Alt>>,
    /// The union of the alternatives' sets, for each rule.
    pub first: Vec<u128>,
    /// Rules that CPython memoises.
    pub memo: Vec<bool>,
}

struct Reader<'g> {
    s: &'static str,
    names: &'g HashMap<&'static str, usize>,
}

pub(super) fn grammar() -> &'static Grammar {
    static G: OnceLock<Grammar> = OnceLock::new();
    G.get_or_init(|| {
        let lines = || super::grammar::GRAMMAR.lines().filter_map(|l| l.split_once(": "));
        let names: HashMap<_, _> = lines().enumerate().map(|(i, (n, _))| (n, i)).collect();
        let mut rules: Vec<Vec<Alt>> =
            lines().map(|(_, body)| Reader { s: body, names: &names }.alts()).collect();
        // The sets of rules depend on one another: they grow until they do not.
        let mut sets = vec![First::default(); rules.len()];
        loop {
            let before = sets.clone();
            for (i, alts) in rules.iter_mut().enumerate() {
                sets[i] = first_of_alts(alts, &before);
            }
            if sets == before {
                break;
            }
        }
        let first = sets.iter().map(|f| if f.empty { u128::MAX } else { f.set }).collect();
        let mut memo = vec![false; rules.len()];
        for name in super::grammar::MEMO.split_whitespace() {
            memo[*names.get(name).unwrap_or_else(|| panic!("grammar: no rule {name}"))] = true;
        }
        Grammar { names, rules, first, memo }
    })
}

/// What a match can begin with, and whether it can be empty.
#[derive(Clone, Copy, Default, PartialEq)]
struct First {
    set: u128,
    empty: bool,
}

fn first_of_alts(alts: &mut [Alt], rules: &[First]) -> First {
    let mut all = First::default();
    for alt in alts {
        let mut one = First { set: 0, empty: true };
        for (_, item) in &mut alt.items {
            let next = first_of(item, rules);
            if one.empty {
                one.set |= next.set;
                one.empty = next.empty;
            }
        }
        alt.first = if one.empty { u128::MAX } else { one.set };
        all.set |= alt.first;
        all.empty |= one.empty;
    }
    all
}

fn first_of(item: &mut Item, rules: &[First]) -> First {
    let token = |k: Tok| First { set: 1 << k as u8, empty: false };
    match item {
        Item::Tok(k) => token(*k),
        Item::Soft(_) | Item::AnySoft => token(Tok::Name),
        Item::Rule(r) | Item::Invalid(r) => rules[*r],
        Item::Group(alts) => first_of_alts(alts, rules),
        Item::Opt(i) => First { empty: true, ..first_of(i, rules) },
        Item::Many(i, one) => {
            let f = first_of(i, rules);
            First { empty: f.empty || !*one, ..f }
        }
        Item::Gather(sep, i) => {
            first_of(sep, rules);
            first_of(i, rules)
        }
        // Nothing is taken, but more than the first token may be looked at.
        Item::And(i) | Item::Not(i) => First { empty: true, ..first_of(i, rules) },
        // Any other token is an error.
        Item::Forced(..) => First { set: u128::MAX, empty: false },
        Item::Cut => First { set: 0, empty: true },
    }
}

impl Reader<'_> {
    fn space(&mut self) {
        self.s = self.s.trim_start();
    }
    fn eat(&mut self, p: &str) -> bool {
        self.space();
        match self.s.strip_prefix(p) {
            Some(r) => {
                self.s = r;
                true
            }
            None => false,
        }
    }
    fn take(&mut self, n: usize) -> &'static str {
        let (a, b) = self.s.split_at(n);
        self.s = b;
        a
    }
    fn word(&mut self) -> &'static str {
        self.space();
        let n = self.s.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(self.s.len());
        self.take(n)
    }
    fn quoted(&mut self, q: char) -> &'static str {
        let n = self.s.find(q).expect("grammar: open quote");
        let w = self.take(n);
        self.take(1);
        w
    }
    fn alts(&mut self) -> Vec<Alt> {
        let mut out = vec![self.alt()];
        while self.eat("|") {
            out.push(self.alt());
        }
        out
    }
    fn alt(&mut self) -> Alt {
        let (mut items, mut tag, mut action) = (Vec::new(), "", None);
        loop {
            self.space();
            if self.s.is_empty() || self.s.starts_with(['|', ')']) {
                break;
            }
            if self.eat("=>") {
                tag = self.word();
            } else if self.eat("!!") {
                self.space();
                let n = self.s.find(' ').unwrap_or(self.s.len());
                let place = self.take(n);
                self.space();
                let mut text = "";
                if self.s.starts_with('"') {
                    // The text ends at a quote before the next alternative or the end of the line; `\"` is inside it.
                    let b = self.s.as_bytes();
                    let mut end = 1;
                    while b[end] != b'"' || b[end - 1] == b'\\' {
                        end += 1;
                    }
                    text = &self.s[1..end];
                    self.s = &self.s[end + 1..];
                }
                action = Some((place, text));
            } else {
                let b = self.s.as_bytes();
                let capture = (b.len() > 2 && b[0].is_ascii_lowercase() && b[1] == b'=').then(|| {
                    self.take(2);
                    b[0]
                });
                let item = self.item();
                items.push((capture, item));
            }
        }
        Alt { first: 0, items, tag, action }
    }
    fn item(&mut self) -> Item {
        if self.eat("&&") {
            self.take(1);
            let w = self.quoted('\'');
            return Item::Forced(Tok::from_text(w).expect("grammar: token"), w);
        }
        if self.eat("&") {
            return Item::And(Box::new(self.item()));
        }
        if self.eat("!") {
            return Item::Not(Box::new(self.item()));
        }
        if self.eat("~") {
            return Item::Cut;
        }
        let base = self.base();
        if self.s.starts_with('.') {
            self.take(1);
            let elem = self.base();
            assert!(self.eat("+"), "grammar: gather");
            return Item::Gather(Box::new(base), Box::new(elem));
        }
        match self.s.as_bytes().first() {
            Some(b'?') => {
                self.take(1);
                Item::Opt(Box::new(base))
            }
            Some(b'*') => {
                self.take(1);
                Item::Many(Box::new(base), false)
            }
            Some(b'+') => {
                self.take(1);
                Item::Many(Box::new(base), true)
            }
            _ => base,
        }
    }
    fn base(&mut self) -> Item {
        if self.eat("(") {
            let alts = self.alts();
            assert!(self.eat(")"), "grammar: parenthesis");
            return Item::Group(alts);
        }
        if self.eat("'") {
            let w = self.quoted('\'');
            return Item::Tok(Tok::from_text(w).expect("grammar: token"));
        }
        if self.eat("\"") {
            return Item::Soft(self.quoted('"'));
        }
        let optional = self.eat("?");
        let w = self.word();
        let tok = match w {
            "NAME" => Tok::Name,
            "NUMBER" => Tok::Number,
            "STRING" => Tok::String,
            "NEWLINE" => Tok::Newline,
            "INDENT" => Tok::Indent,
            "DEDENT" => Tok::Dedent,
            "ENDMARKER" => Tok::EndMarker,
            "TYPE_COMMENT" => Tok::TypeComment,
            "FSTRING_START" => Tok::FStringStart,
            "FSTRING_MIDDLE" => Tok::FStringMiddle,
            "FSTRING_END" => Tok::FStringEnd,
            "SOFT_KEYWORD" => return Item::AnySoft,
            _ => {
                let r =
                    *self.names.get(w).unwrap_or_else(|| panic!("grammar: no rule {w:?} at {:?}", self.s));
                return if optional { Item::Invalid(r) } else { Item::Rule(r) };
            }
        };
        Item::Tok(tok)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_grammar_reads() {
        let g = super::grammar();
        assert!(g.rules.len() > 200);
        // Sets that were all or nothing would keep no rule from being tried, or all.
        let alts = || g.rules.iter().flatten();
        assert!(alts().all(|a| a.first != 0));
        assert!(alts().filter(|a| a.first != u128::MAX).count() * 10 > alts().count() * 9);
    }
}
