//! Where the prompt reads lines from.

use dxpy_core::{Py, PyResult};
use dxpy_import::interactive::{Line, Reader};
use std::io::{BufRead, Write};

/// The reader of this process' standard input.
pub fn reader(_: Py<'_>) -> Box<dyn Reader> {
    Box::new(Plain)
}

/// Lines as they come, without editing (`PyOS_StdioReadline`); prompts go to standard error.
struct Plain;

impl Reader for Plain {
    fn line(&mut self, _: Py<'_>, prompt: &str) -> PyResult<Line> {
        let mut err = std::io::stderr();
        let _ = err.write_all(prompt.as_bytes()).and_then(|()| err.flush());
        let mut line = Vec::new();
        match std::io::stdin().lock().read_until(b'\n', &mut line) {
            Ok(n) if n > 0 => Ok(Line::Text(line)),
            _ => {
                let _ = err.write_all(b"\n");
                Ok(Line::End)
            }
        }
    }
}
