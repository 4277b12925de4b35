//! What keys do: the commands of the editor by their names, the table of key sequences, and the lines of an init file
//! that change it (`"\C-x": name`, `tab: complete`, `"\e[A": history-search-backward`, `"\C-t": "text"`). The table begins
//! as that of Emacs; there is no vi mode.

use std::collections::BTreeMap;

macro_rules! commands {
    ($($name:literal $variant:ident;)*) => {
        /// A command of the editor.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Command { $(#[doc = $name] $variant,)* }
        /// The names that init files know them by.
        pub static NAMES: &[(&str, Command)] = &[$(($name, Command::$variant),)*];
    };
}

commands! {
    "accept-line" Accept;
    "abort" Abort;
    "backward-char" Left;
    "forward-char" Right;
    "backward-word" WordLeft;
    "forward-word" WordRight;
    "beginning-of-line" Home;
    "end-of-line" End;
    "backward-delete-char" Rubout;
    "delete-char" Delete;
    "delete-char-or-list" DeleteOrEnd;
    "kill-line" KillToEnd;
    "unix-line-discard" KillToStart;
    "kill-whole-line" KillAll;
    "unix-word-rubout" KillSpaceWordLeft;
    "backward-kill-word" KillWordLeft;
    "kill-word" KillWordRight;
    "delete-horizontal-space" DeleteSpace;
    "yank" Yank;
    "yank-pop" YankPop;
    "yank-last-arg" YankLast;
    "transpose-chars" Transpose;
    "transpose-words" TransposeWords;
    "upcase-word" Upcase;
    "downcase-word" Downcase;
    "capitalize-word" Capitalize;
    "previous-history" Older;
    "next-history" Newer;
    "beginning-of-history" Oldest;
    "end-of-history" Newest;
    "reverse-search-history" SearchOlder;
    "forward-search-history" SearchNewer;
    "history-search-backward" PrefixOlder;
    "history-search-forward" PrefixNewer;
    "complete" Complete;
    "possible-completions" List;
    "insert-completions" InsertAll;
    "menu-complete" Menu;
    "undo" Undo;
    "revert-line" Revert;
    "clear-screen" Clear;
    "redraw-current-line" Redraw;
    "quoted-insert" Quoted;
    "tab-insert" Tab;
    "self-insert" Insert;
    "set-mark" Mark;
    "exchange-point-and-mark" ToMark;
    "overwrite-mode" Overwrite;
    "insert-comment" Comment;
    "re-read-init-file" Reread;
    "bracketed-paste-begin" Paste;
    "do-nothing" Nothing;
    "suspend" Suspend;
}

/// What a key sequence is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    Do(Command),
    /// Keys to be typed in its place.
    Keys(Vec<u8>),
}

/// What is known of the keys typed so far.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    Bound(Binding),
    /// Some longer sequence begins so; what it is by itself.
    Begun(Option<Binding>),
    Unknown,
}

/// The table of key sequences.
pub struct Keymap(BTreeMap<Vec<u8>, Binding>);

/// The table of Emacs.
static EMACS: &[(&[u8], Command)] = {
    use Command::*;
    &[
        (b"\r", Accept),
        (b"\n", Accept),
        (b"\x00", Mark),
        (b"\x01", Home),
        (b"\x02", Left),
        (b"\x04", DeleteOrEnd),
        (b"\x05", End),
        (b"\x06", Right),
        (b"\x07", Abort),
        (b"\x08", Rubout),
        (b"\x7f", Rubout),
        (b"\t", Tab),
        (b"\x0b", KillToEnd),
        (b"\x0c", Clear),
        (b"\x0e", Newer),
        (b"\x10", Older),
        (b"\x11", Quoted),
        (b"\x12", SearchOlder),
        (b"\x13", SearchNewer),
        (b"\x14", Transpose),
        (b"\x15", KillToStart),
        (b"\x16", Quoted),
        (b"\x17", KillSpaceWordLeft),
        (b"\x18\x7f", KillToStart),
        (b"\x18\x15", Undo),
        (b"\x18\x18", ToMark),
        (b"\x18\x12", Reread),
        (b"\x19", Yank),
        (b"\x1a", Suspend),
        (b"\x1f", Undo),
        (b"\x1b\t", Complete),
        (b"\x1b\x1b", Complete),
        (b"\x1b?", List),
        (b"\x1b=", List),
        (b"\x1b*", InsertAll),
        (b"\x1b#", Comment),
        (b"\x1b\\", DeleteSpace),
        (b"\x1b<", Oldest),
        (b"\x1b>", Newest),
        (b"\x1b.", YankLast),
        (b"\x1b_", YankLast),
        (b"\x1bb", WordLeft),
        (b"\x1bf", WordRight),
        (b"\x1bd", KillWordRight),
        (b"\x1b\x7f", KillWordLeft),
        (b"\x1b\x08", KillWordLeft),
        (b"\x1bc", Capitalize),
        (b"\x1bl", Downcase),
        (b"\x1bu", Upcase),
        (b"\x1bt", TransposeWords),
        (b"\x1by", YankPop),
        (b"\x1br", Revert),
        (b"\x1bp", PrefixOlder),
        (b"\x1bn", PrefixNewer),
        (b"\x1b[A", Older),
        (b"\x1bOA", Older),
        (b"\x1b[B", Newer),
        (b"\x1bOB", Newer),
        (b"\x1b[C", Right),
        (b"\x1bOC", Right),
        (b"\x1b[D", Left),
        (b"\x1bOD", Left),
        (b"\x1b[H", Home),
        (b"\x1bOH", Home),
        (b"\x1b[1~", Home),
        (b"\x1b[7~", Home),
        (b"\x1b[F", End),
        (b"\x1bOF", End),
        (b"\x1b[4~", End),
        (b"\x1b[8~", End),
        (b"\x1b[3~", Delete),
        (b"\x1b[2~", Overwrite),
        (b"\x1b[5~", PrefixOlder),
        (b"\x1b[6~", PrefixNewer),
        (b"\x1b[1;5C", WordRight),
        (b"\x1b[1;3C", WordRight),
        (b"\x1b[1;5D", WordLeft),
        (b"\x1b[1;3D", WordLeft),
        (b"\x1b[3;5~", KillWordRight),
        (b"\x1b[200~", Paste),
    ]
};

impl Keymap {
    pub fn emacs() -> Keymap {
        Keymap(EMACS.iter().map(|(k, c)| (k.to_vec(), Binding::Do(*c))).collect())
    }

    pub fn find(&self, keys: &[u8]) -> Found {
        let exact = self.0.get(keys).cloned();
        let mut longer = self.0.range(keys.to_vec()..).filter(|(k, _)| k.as_slice() != keys);
        let begun = longer.next().is_some_and(|(k, _)| k.starts_with(keys));
        match (exact, begun) {
            (exact, true) => Found::Begun(exact),
            (Some(b), false) => Found::Bound(b),
            (None, false) => Found::Unknown,
        }
    }

    pub fn bind(&mut self, keys: Vec<u8>, to: Binding) {
        if !keys.is_empty() {
            self.0.insert(keys, to);
        }
    }
}

/// One line of an init file.
#[derive(Debug, PartialEq, Eq)]
pub enum Directive {
    Bind(Vec<u8>, Binding),
    /// `set name value`; the name in small letters.
    Set(String, String),
}

/// Reads a line of an init file; `None` for a comment, and for what is not known here.
pub fn directive(line: &str) -> Option<Directive> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') || line.starts_with('$') {
        return None;
    }
    let first = line.split_whitespace().next().unwrap_or_default();
    if first.eq_ignore_ascii_case("set") {
        let mut rest = line[first.len()..].split_whitespace();
        let name = rest.next()?.to_ascii_lowercase();
        return Some(Directive::Set(name, rest.next().unwrap_or_default().to_owned()));
    }
    let (keys, to) = if line.starts_with('"') {
        let (keys, rest) = quoted(line)?;
        (keys, rest.trim_start().strip_prefix(':')?)
    } else {
        let at = line.find(':')?;
        (named(line[..at].trim())?, &line[at + 1..])
    };
    let to = to.trim();
    let to = if to.starts_with(['"', '\'']) {
        Binding::Keys(quoted(to)?.0)
    } else {
        let name = to.split_whitespace().next()?;
        let name = if name.eq_ignore_ascii_case("rl_complete") { "complete" } else { name };
        Binding::Do(NAMES.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?.1)
    };
    Some(Directive::Bind(keys, to))
}

/// A quoted sequence of keys, and what follows it.
fn quoted(text: &str) -> Option<(Vec<u8>, &str)> {
    let bytes = text.as_bytes();
    let end = *bytes.first()?;
    let mut keys = Vec::new();
    let mut at = 1;
    while *bytes.get(at)? != end {
        let (mut control, mut meta) = (false, false);
        // Modifiers stack: `\M-\C-a`.
        while let Some([b'\\', which @ (b'C' | b'M'), b'-', ..]) = bytes.get(at..) {
            if *which == b'C' {
                control = true;
            } else {
                meta = true;
            }
            at += 3;
        }
        let mut c = *bytes.get(at)?;
        at += 1;
        if c == b'\\' {
            c = *bytes.get(at)?;
            at += 1;
            c = match c {
                b'e' => 0x1b,
                b'a' => 7,
                b'b' => 8,
                b'd' => 0x7f,
                b'f' => 12,
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'v' => 11,
                b'0'..=b'7' => {
                    let mut n = u32::from(c - b'0');
                    while let Some(d @ b'0'..=b'7') = bytes.get(at)
                        && n < 32
                    {
                        n = n * 8 + u32::from(d - b'0');
                        at += 1;
                    }
                    n as u8
                }
                b'x' => {
                    let mut n = 0;
                    while let Some(d) = bytes.get(at).and_then(|d| (*d as char).to_digit(16))
                        && n < 16
                    {
                        n = n * 16 + d;
                        at += 1;
                    }
                    n as u8
                }
                c => c,
            };
        }
        if meta {
            keys.push(0x1b);
        }
        keys.push(if control { controlled(c) } else { c });
    }
    Some((keys, &text[at + 1..]))
}

fn controlled(c: u8) -> u8 {
    if c == b'?' { 0x7f } else { c.to_ascii_uppercase() & 0x1f }
}

/// A key by its name: `tab`, `Control-a`, `Meta-Rubout`, `C-M-x`.
fn named(name: &str) -> Option<Vec<u8>> {
    let (mut control, mut meta) = (false, false);
    let mut rest = name;
    while let Some((front, back)) = rest.split_once('-').filter(|(_, b)| !b.is_empty()) {
        match front.to_ascii_lowercase().as_str() {
            "control" | "c" | "ctrl" => control = true,
            "meta" | "m" => meta = true,
            _ => return None,
        }
        rest = back;
    }
    let key = match rest.to_ascii_lowercase().as_str() {
        "tab" => b'\t',
        "del" | "rubout" => 0x7f,
        "esc" | "escape" => 0x1b,
        "lfd" | "newline" => b'\n',
        "ret" | "return" => b'\r',
        "space" | "spc" => b' ',
        _ => *rest.as_bytes().first()?,
    };
    let mut keys = Vec::new();
    if meta {
        keys.push(0x1b);
    }
    keys.push(if control { controlled(key) } else { key });
    Some(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives() {
        let bind = |k: &[u8], c| Some(Directive::Bind(k.to_vec(), Binding::Do(c)));
        assert_eq!(directive("tab: complete"), bind(b"\t", Command::Complete));
        assert_eq!(directive("Control-a: end-of-line"), bind(b"\x01", Command::End));
        assert_eq!(directive("C-M-b: yank"), bind(b"\x1b\x02", Command::Yank));
        assert_eq!(directive(r#""\e[A": history-search-backward"#), bind(b"\x1b[A", Command::PrefixOlder));
        assert_eq!(directive(r#""\M-\C-x": undo"#), bind(b"\x1b\x18", Command::Undo));
        let keys = Directive::Bind(b"\x14".to_vec(), Binding::Keys(b"a\"b\x41".to_vec()));
        assert_eq!(directive(r#""\C-t": "a\"b\x41""#), Some(keys));
        let set = |a: &str, b: &str| Some(Directive::Set(a.into(), b.into()));
        assert_eq!(directive("set Bell-Style none"), set("bell-style", "none"));
        for wrong in
            ["", "# x", "$if mode=vi", "\"abc", "tab complete", "tab: nothing-known", "\"\\", "x-y: yank"]
        {
            assert_eq!(directive(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn prefixes() {
        let mut k = Keymap::emacs();
        assert_eq!(k.find(b"\x1b"), Found::Begun(None));
        assert_eq!(k.find(b"\x1b[A"), Found::Bound(Binding::Do(Command::Older)));
        assert_eq!(k.find(b"\x1bZ"), Found::Unknown);
        k.bind(b"\x1b".to_vec(), Binding::Do(Command::Abort));
        assert_eq!(k.find(b"\x1b"), Found::Begun(Some(Binding::Do(Command::Abort))));
    }
}
