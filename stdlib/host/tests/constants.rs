//! Every constant of the native modules against CPython's, both ways: none differs, none is missing, none too many.

#[path = "../../algos/tests/common/mod.rs"]
mod common;

use dxpy_host::constants::{find, io, net, os};
use std::collections::BTreeMap;

const SCRIPT: &str = r##"
import posix, _socket, fcntl, termios, select, resource, mmap, syslog, time
skip = {'timezone', 'altzone', 'daylight', 'PAGESIZE', 'ALLOCATIONGRANULARITY'}
for m in (posix, _socket, fcntl, termios, select, resource, mmap, syslog, time):
    for k, v in vars(m).items():
        if type(v) is int and k not in skip: print(m.__name__, k, v, sep='\t')
for n in ('sysconf', 'pathconf', 'confstr'):
    for k, v in getattr(posix, n+'_names').items(): print(n, k, v, sep='\t')
"##;

#[test]
fn as_cpython() {
    let tables = BTreeMap::from([
        ("posix", os::POSIX),
        ("sysconf", os::SYSCONF),
        ("pathconf", os::PATHCONF),
        ("confstr", os::CONFSTR),
        ("_socket", net::SOCKET),
        ("fcntl", io::FCNTL),
        ("termios", io::TERMIOS),
        ("select", io::SELECT),
        ("resource", io::RESOURCE),
        ("mmap", io::MMAP),
        ("syslog", io::SYSLOG),
        ("time", io::TIME),
    ]);
    let Some(out) = common::oracle(SCRIPT) else { return };
    let mut seen = BTreeMap::new();
    for r in common::rows(&out, 1000) {
        let value = find(tables[r[0]], r[1]);
        assert_eq!(value.map(|v| v.to_string()).as_deref(), Some(r[2]), "{} {}", r[0], r[1]);
        *seen.entry(r[0]).or_insert(0) += 1;
    }
    for (name, table) in tables {
        assert_eq!(seen[name], table.len(), "{name}");
    }
}
