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
    pub items: Vec<(Option<u8>, Item)>,
    pub tag: &'static str,
    /// Place (or check) and text.
    pub action: Option<(&'static str, &'static str)>,
}

pub(super) struct Grammar {
    pub names: HashMap<&'static str, usize>,
    pub rules: Vec<Vec<Alt>>,
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
        let rules = lines().map(|(_, body)| Reader { s: body, names: &names }.alts()).collect();
        Grammar { names, rules }
    })
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
        Alt { items, tag, action }
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
        assert!(super::grammar().rules.len() > 200);
    }
}
