//! The line under edit, the history, and what each command does to them. Reading keys, drawing and completion are in the
//! parent module.

use super::keys::{Command, Keymap};
use std::collections::BTreeMap;

/// What is left for the caller after a command.
#[derive(Debug, PartialEq, Eq)]
pub enum After {
    Nothing,
    /// The command could not do anything: the bell.
    Ding,
    Accept,
    /// End of input.
    End,
    Complete(Command),
    Search {
        older: bool,
    },
    Quoted,
    Clear,
    Redraw,
    Suspend,
    Reread,
    Paste,
}

/// Editing kept for undo.
type Saved = (Vec<char>, usize);

/// The editor's state; history and killed text outlive a line.
pub struct Editor {
    pub text: Vec<char>,
    pub point: usize,
    mark: usize,
    undo: Vec<Saved>,
    overwrite: bool,
    /// Killed texts, the last one first.
    kills: Vec<Vec<char>>,
    /// Where the last yank stands, and which text it was.
    yanked: Option<(usize, usize, usize)>,
    /// How many lines back `yank-last-arg` looked.
    args_back: usize,
    pub history: Vec<Vec<char>>,
    /// The most lines kept; `None` for any number.
    pub limit: Option<usize>,
    /// The line of the history that is shown; its length for the new one.
    at: usize,
    /// Lines of the history as they were edited meanwhile.
    edits: BTreeMap<usize, Vec<char>>,
    /// What `history-search-*` looks for.
    prefix: Option<usize>,
    pub last: Option<Command>,
    pub keys: Keymap,
}

impl Default for Editor {
    fn default() -> Editor {
        Editor {
            text: Vec::new(),
            point: 0,
            mark: 0,
            undo: Vec::new(),
            overwrite: false,
            kills: Vec::new(),
            yanked: None,
            args_back: 0,
            history: Vec::new(),
            limit: None,
            at: 0,
            edits: BTreeMap::new(),
            prefix: None,
            last: None,
            keys: Keymap::emacs(),
        }
    }
}

fn word(c: char) -> bool {
    c.is_alphanumeric()
}

impl Editor {
    /// Begins a line.
    pub fn begin(&mut self) {
        self.text.clear();
        self.point = 0;
        self.mark = 0;
        self.undo.clear();
        self.overwrite = false;
        self.yanked = None;
        self.at = self.history.len();
        self.edits.clear();
        self.last = None;
        self.prefix = None;
    }

    /// `add_history`.
    pub fn add_history(&mut self, line: Vec<char>) {
        if self.limit == Some(0) {
            return;
        }
        self.history.push(line);
        self.stifle();
    }

    /// Forgets the oldest lines above the limit.
    pub fn stifle(&mut self) {
        if let Some(most) = self.limit {
            let over = self.history.len().saturating_sub(most);
            self.history.drain(..over);
        }
    }

    /// Inserts at the point.
    pub fn insert(&mut self, text: &[char]) {
        let typed = matches!(self.last, Some(Command::Insert)) && text.len() == 1;
        // A word that is typed is one step of undoing.
        if !typed || text.first().is_some_and(|c| c.is_whitespace()) {
            self.save();
        }
        let end = if self.overwrite { (self.point + text.len()).min(self.text.len()) } else { self.point };
        self.text.splice(self.point..end, text.iter().copied());
        self.point += text.len();
    }

    /// Replaces a part, for completion.
    pub fn replace(&mut self, from: usize, to: usize, text: &[char]) {
        let (from, to) = (from.min(self.text.len()), to.min(self.text.len()));
        if from > to {
            return;
        }
        self.save();
        self.text.splice(from..to, text.iter().copied());
        self.point = from + text.len();
    }

    fn save(&mut self) {
        if self.undo.len() > 1000 {
            self.undo.remove(0);
        }
        self.undo.push((self.text.clone(), self.point));
    }

    fn set(&mut self, text: Vec<char>) {
        self.text = text;
        self.point = self.text.len();
    }

    fn word_left(&self) -> usize {
        let mut i = self.point;
        while i > 0 && !word(self.text[i - 1]) {
            i -= 1;
        }
        while i > 0 && word(self.text[i - 1]) {
            i -= 1;
        }
        i
    }

    fn word_right(&self) -> usize {
        let mut i = self.point;
        while i < self.text.len() && !word(self.text[i]) {
            i += 1;
        }
        while i < self.text.len() && word(self.text[i]) {
            i += 1;
        }
        i
    }

    /// Cuts out a part; what is killed in succession is one text.
    fn kill(&mut self, from: usize, to: usize) -> After {
        use Command::*;
        if from >= to {
            return After::Nothing;
        }
        self.save();
        let cut: Vec<char> = self.text.drain(from..to).collect();
        let goes_on = matches!(
            self.last,
            Some(KillToEnd | KillToStart | KillAll | KillSpaceWordLeft | KillWordLeft | KillWordRight)
        );
        match self.kills.first_mut().filter(|_| goes_on) {
            Some(k) if to <= self.point => drop(k.splice(0..0, cut)),
            Some(k) => k.extend(cut),
            None => {
                self.kills.insert(0, cut);
                self.kills.truncate(10);
            }
        }
        self.point = from;
        After::Nothing
    }

    fn change_word(&mut self, f: impl Fn(usize, char) -> Vec<char>) -> After {
        let end = self.word_right();
        if end == self.point {
            return After::Ding;
        }
        self.save();
        let mut seen = 0;
        let mut new = Vec::new();
        for c in &self.text[self.point..end] {
            if word(*c) {
                new.extend(f(seen, *c));
                seen += 1;
            } else {
                new.push(*c);
            }
        }
        let n = new.len();
        self.text.splice(self.point..end, new);
        self.point += n;
        After::Nothing
    }

    /// Shows another line of the history.
    fn go(&mut self, to: usize) -> After {
        if to > self.history.len() || to == self.at {
            return After::Ding;
        }
        let old = core::mem::take(&mut self.text);
        if self.at == self.history.len() || self.history.get(self.at) != Some(&old) {
            self.edits.insert(self.at, old);
        }
        self.at = to;
        let line = self.edits.get(&to).or_else(|| self.history.get(to)).cloned().unwrap_or_default();
        self.undo.clear();
        self.set(line);
        After::Nothing
    }

    fn prefix_search(&mut self, older: bool) -> After {
        let going = matches!(self.last, Some(Command::PrefixOlder | Command::PrefixNewer));
        let n = if going { self.prefix.unwrap_or(self.point) } else { self.point }.min(self.text.len());
        self.prefix = Some(n);
        let head: Vec<char> = self.text[..n].to_vec();
        let fits = |i: &usize| self.history[*i].starts_with(&head) && self.history[*i] != self.text;
        let found = if older {
            (0..self.at.min(self.history.len())).rev().find(fits)
        } else {
            (self.at + 1..self.history.len()).find(fits)
        };
        match found {
            Some(i) => {
                let r = self.go(i);
                if n > 0 {
                    self.point = n.min(self.text.len());
                }
                r
            }
            None => After::Ding,
        }
    }

    /// The line of the history that has a text, at or beyond where one is; shows it with the point at the text.
    pub fn search(&mut self, what: &[char], older: bool, beyond: bool) -> bool {
        if what.is_empty() {
            return true;
        }
        let has = |line: &[char]| line.windows(what.len()).rposition(|w| w == what);
        let here = self.at;
        let candidates: Box<dyn Iterator<Item = usize>> = if older {
            Box::new((0..(here + usize::from(!beyond)).min(self.history.len())).rev())
        } else {
            Box::new(here + usize::from(beyond)..self.history.len())
        };
        let mut found = None;
        for i in candidates {
            if let Some(at) = has(&self.history[i])
                && (!beyond || self.history[i] != self.text)
            {
                found = Some((i, at));
                break;
            }
        }
        match found {
            Some((i, at)) => {
                if i != self.at {
                    self.go(i);
                } else {
                    self.set(self.history[i].clone());
                }
                self.point = at;
                true
            }
            None => false,
        }
    }

    /// Where one is in the history, to come back to.
    pub fn place(&self) -> (usize, Vec<char>, usize) {
        (self.at, self.text.clone(), self.point)
    }

    pub fn come_back(&mut self, (at, text, point): (usize, Vec<char>, usize)) {
        self.at = at.min(self.history.len());
        self.text = text;
        self.point = point.min(self.text.len());
    }

    /// Does what a command says.
    pub fn run(&mut self, c: Command) -> After {
        let r = self.act(c);
        if !matches!(c, Command::Yank | Command::YankPop) {
            self.yanked = None;
        }
        self.last = Some(c);
        r
    }

    fn to(&mut self, point: usize) -> After {
        self.point = point;
        After::Nothing
    }

    fn act(&mut self, c: Command) -> After {
        use Command::*;
        let (p, n) = (self.point, self.text.len());
        match c {
            Accept => After::Accept,
            Abort => After::Ding,
            Left if p == 0 => After::Ding,
            Left => self.to(p - 1),
            Right if p == n => After::Ding,
            Right => self.to(p + 1),
            WordLeft => self.to(self.word_left()),
            WordRight => self.to(self.word_right()),
            Home => self.to(0),
            End => self.to(n),
            DeleteOrEnd if n == 0 => After::End,
            Rubout if p == 0 => After::Ding,
            Delete | DeleteOrEnd if p == n => After::Ding,
            Rubout => {
                self.save();
                self.text.remove(p - 1);
                self.to(p - 1)
            }
            Delete | DeleteOrEnd => {
                self.save();
                self.text.remove(p);
                After::Nothing
            }
            KillToEnd => self.kill(p, n),
            KillToStart => self.kill(0, p),
            KillAll => self.kill(0, n),
            KillWordLeft => self.kill(self.word_left(), p),
            KillWordRight => {
                let end = self.word_right();
                self.kill(p, end)
            }
            KillSpaceWordLeft => {
                let mut i = p;
                while i > 0 && self.text[i - 1].is_whitespace() {
                    i -= 1;
                }
                while i > 0 && !self.text[i - 1].is_whitespace() {
                    i -= 1;
                }
                self.kill(i, p)
            }
            DeleteSpace => {
                let (mut a, mut b) = (p, p);
                while a > 0 && self.text[a - 1].is_whitespace() {
                    a -= 1;
                }
                while b < n && self.text[b].is_whitespace() {
                    b += 1;
                }
                if a < b {
                    self.save();
                    self.text.drain(a..b);
                }
                self.to(a)
            }
            Yank => match self.kills.first().cloned() {
                Some(k) => {
                    self.insert(&k);
                    self.yanked = Some((p, p + k.len(), 0));
                    After::Nothing
                }
                None => After::Ding,
            },
            YankPop => match self.yanked {
                Some((a, b, which)) if !self.kills.is_empty() && b <= n => {
                    let next = (which + 1) % self.kills.len();
                    let k = self.kills[next].clone();
                    self.replace(a, b, &k);
                    self.yanked = Some((a, a + k.len(), next));
                    After::Nothing
                }
                _ => After::Ding,
            },
            YankLast => {
                let again = self.last == Some(YankLast);
                self.args_back = if again { self.args_back + 1 } else { 1 };
                let Some(i) = self.history.len().checked_sub(self.args_back) else { return After::Ding };
                if again && let Some((text, point)) = self.undo.pop() {
                    (self.text, self.point) = (text, point);
                }
                let line: String = self.history[i].iter().collect();
                let arg: Vec<char> = line.split_whitespace().last().unwrap_or_default().chars().collect();
                self.save();
                let p = self.point;
                self.text.splice(p..p, arg.iter().copied());
                self.to(p + arg.len())
            }
            Transpose if p == 0 || n < 2 => After::Ding,
            Transpose => {
                self.save();
                let p = if p == n { p - 1 } else { p };
                self.text.swap(p - 1, p);
                self.to(p + 1)
            }
            TransposeWords => {
                let end = self.word_right();
                let line = core::mem::replace(&mut self.point, end);
                let second = self.word_left();
                self.point = second;
                let first = self.word_left();
                if first >= second || !self.text[first..second].iter().any(|c| word(*c)) {
                    self.point = line;
                    return After::Ding;
                }
                let mut first_end = first;
                while first_end < n && word(self.text[first_end]) {
                    first_end += 1;
                }
                self.save();
                let t = &self.text;
                let new: Vec<char> = [&t[second..end], &t[first_end..second], &t[first..first_end]].concat();
                self.text.splice(first..end, new);
                self.to(end)
            }
            Upcase => self.change_word(|_, c| c.to_uppercase().collect()),
            Downcase => self.change_word(|_, c| c.to_lowercase().collect()),
            Capitalize => {
                self.change_word(
                    |i, c| if i == 0 { c.to_uppercase().collect() } else { c.to_lowercase().collect() },
                )
            }
            Older if self.at == 0 => After::Ding,
            Older => self.go(self.at - 1),
            Newer => self.go(self.at + 1),
            Oldest => self.go(0),
            Newest => self.go(self.history.len()),
            PrefixOlder => self.prefix_search(true),
            PrefixNewer => self.prefix_search(false),
            SearchOlder => After::Search { older: true },
            SearchNewer => After::Search { older: false },
            Complete | List | InsertAll | Menu => After::Complete(c),
            Undo => match self.undo.pop() {
                Some((text, point)) => {
                    (self.text, self.point) = (text, point);
                    After::Nothing
                }
                None => After::Ding,
            },
            Revert => {
                if let Some((text, point)) = self.undo.drain(..).next() {
                    (self.text, self.point) = (text, point);
                }
                After::Nothing
            }
            Clear => After::Clear,
            Redraw => After::Redraw,
            Quoted => After::Quoted,
            Tab => {
                self.insert(&['\t']);
                After::Nothing
            }
            Insert | Nothing => After::Nothing,
            Mark => {
                self.mark = p;
                After::Nothing
            }
            ToMark => {
                let to = self.mark.min(n);
                self.mark = p;
                self.to(to)
            }
            Overwrite => {
                self.overwrite = !self.overwrite;
                After::Nothing
            }
            Comment => {
                self.save();
                self.text.insert(0, '#');
                After::Accept
            }
            Suspend => After::Suspend,
            Reread => After::Reread,
            Paste => After::Paste,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Command::*;

    /// Types a text, runs commands; the line with the point as `|`.
    fn edit(text: &str, commands: &[Command]) -> String {
        let mut e = Editor::default();
        e.begin();
        for c in text.chars() {
            e.insert(&[c]);
            e.last = Some(Insert);
        }
        for c in commands {
            e.run(*c);
        }
        shown(&e)
    }

    fn shown(e: &Editor) -> String {
        let mut t = e.text.clone();
        t.insert(e.point, '|');
        t.into_iter().collect()
    }

    #[test]
    fn editing() {
        assert_eq!(edit("one two", &[WordLeft, Left, Delete]), "one|two");
        assert_eq!(edit("one two", &[KillWordLeft, Home, Yank]), "two|one ");
        assert_eq!(edit("a b c", &[KillSpaceWordLeft, KillSpaceWordLeft, Yank]), "a b c|");
        assert_eq!(edit("a b c", &[Home, KillWordRight, KillWordRight, End, Yank]), " ca b|");
        assert_eq!(edit("ab", &[Transpose]), "ba|");
        assert_eq!(edit("one, two", &[TransposeWords]), "two, one|");
        assert_eq!(edit("one two", &[Home, Capitalize, Upcase]), "One TWO|");
        assert_eq!(edit("one two", &[Undo]), "one|");
        assert_eq!(edit("one two", &[KillToStart, Undo]), "one two|");
        assert_eq!(edit("a  b", &[Left, DeleteSpace]), "a|b");
        assert_eq!(edit("ab", &[Mark, Home, ToMark]), "ab|");
        assert_eq!(
            edit("", &[Left, Right, Rubout, Delete, Yank, YankPop, Undo, Transpose, TransposeWords]),
            "|"
        );
    }

    #[test]
    fn history() {
        let mut e = Editor::default();
        for l in ["import a", "x = 1", "import b"] {
            e.add_history(l.chars().collect());
        }
        e.begin();
        e.insert(&['n', 'e', 'w']);
        e.run(Older);
        assert_eq!(shown(&e), "import b|");
        e.run(Rubout);
        e.run(Older);
        e.run(Newer);
        assert_eq!(shown(&e), "import |", "edits of a line stay until it is accepted");
        e.run(Newest);
        assert_eq!((shown(&e).as_str(), e.run(Newer)), ("new|", After::Ding));
        e.begin();
        e.insert(&['i', 'm']);
        e.run(PrefixOlder);
        e.run(PrefixOlder);
        assert_eq!(shown(&e), "im|port a");
        e.begin();
        assert!(e.search(&['x'], true, false));
        assert_eq!(shown(&e), "|x = 1");
        assert!(!e.search(&['q'], true, false));
        e.begin();
        e.run(YankLast);
        assert_eq!(shown(&e), "b|");
        e.run(YankLast);
        assert_eq!(shown(&e), "1|");
        e.limit = Some(1);
        e.stifle();
        assert_eq!(e.history.len(), 1);
    }
}
