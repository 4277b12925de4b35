//! Numbers in a document, written by the tools that measured them: the text between `<!-- numbers: NAME -->` and
//! `<!-- end -->`. What the numbers are is the tools' to say.

use std::fs;
use std::path::Path;
use std::process::Command;

const END: &str = "<!-- end -->";

/// Puts a text, shown as it is, in the place of the numbers of this name.
///
/// # Errors
/// A message where the file cannot be read or written, or has no such place.
pub fn record(file: &Path, name: &str, text: &str) -> Result<(), String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let old = fs::read_to_string(file).map_err(|error| at(&error))?;
    let new = replaced(&old, name, text).ok_or_else(|| at(&format!("no place for numbers: {name}")))?;
    fs::write(file, new).map_err(|error| at(&error))
}

fn replaced(document: &str, name: &str, text: &str) -> Option<String> {
    let mark = format!("<!-- numbers: {name} -->\n");
    let start = document.find(&mark)? + mark.len();
    let end = start + document[start..].find(END)?;
    Some(format!("{}```text\n{}\n```\n{}", &document[..start], text.trim_end(), &document[end..]))
}

/// The commit of the sources this tool runs in, for the first line of its numbers; nothing where git does not know.
pub fn commit() -> String {
    let out = Command::new("git").args(["log", "-1", "--format=commit %h, %cs"]).output();
    out.map(|out| String::from_utf8_lossy(&out.stdout).trim_end().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_place_of_the_name_changes() {
        let old = "a\n<!-- numbers: x -->\nold\n<!-- end -->\nb\n<!-- numbers: y -->\n<!-- end -->\n";
        let new = replaced(old, "x", "1\n2\n").unwrap();
        assert_eq!(new, old.replace("old\n", "```text\n1\n2\n```\n"));
        assert_eq!(replaced(&new, "x", "1\n2").unwrap(), new);
        assert!(replaced(old, "z", "").is_none());
    }
}
