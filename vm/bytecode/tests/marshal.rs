//! Marshal against the oracle: its own `.pyc` files, and what it makes of what is written here.

mod oracle;

use dxpy_bytecode::marshal::{Graph, pyc};
use dxpy_bytecode::{Const, compare, dis};
use std::rc::Rc;

#[test]
fn cached_files_of_the_library_are_read_and_written_back() {
    let Some(python) = oracle::find() else { return };
    let mut files = 0;
    for path in oracle::cached_files(&python) {
        let bytes = std::fs::read(&path).unwrap();
        let (header, graph) = pyc::read(&bytes).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        let mut again = header.to_bytes().to_vec();
        again.extend(graph.write().unwrap());
        assert!(again == bytes, "{path:?} is written differently");
        let code = graph.to_code().unwrap_or_else(|e| panic!("{path:?}: {e}"));
        let ours = Graph::from_const(&Const::Code(Rc::clone(&code)));
        let (reread, rest) = Graph::read(&ours.write().unwrap()).map(|(g, rest)| (g, rest.len())).unwrap();
        assert_eq!(rest, 0);
        assert_eq!(compare(&code, &reread.to_code().unwrap()), None, "{path:?}");
        let text = dis::dis(&code);
        assert!(text.starts_with("code <module>"));
        let bad = text.lines().find(|l| l.contains("(out of range)"));
        assert_eq!(bad, None, "{path:?}");
        files += 1;
    }
    println!("{files} files");
    assert!(files > 100, "the oracle's library has no cached files: run it with -m compileall once");
}
