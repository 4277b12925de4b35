//! Where the prompt reads lines from: `PyOS_Readline`, which edits them when the module `readline` was imported.

use dxpy_core::{Py, PyResult};
use dxpy_import::interactive::{Line, Reader};
use dxpy_import::readline;
use std::io::Write;

/// The reader of this process' standard input.
pub fn reader(_: Py<'_>) -> Box<dyn Reader> {
    Box::new(Standard)
}

struct Standard;

impl Reader for Standard {
    fn line(&mut self, py: Py<'_>, prompt: &[u8]) -> PyResult<Line> {
        let end = || {
            let mut err = std::io::stderr();
            let _ = err.write_all(b"\n").and_then(|()| err.flush());
        };
        match readline::read_line(py, prompt) {
            Ok(Some(line)) => Ok(Line::Text(line)),
            Ok(None) => {
                end();
                Ok(Line::End)
            }
            Err(e) => {
                end();
                Err(e)
            }
        }
    }
}
