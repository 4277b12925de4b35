//! Every name of the C API's symbol table is exported by the executable, functions as functions, data as data of the
//! size the table gives.

use std::collections::HashMap;
use std::process::Command;

#[test]
fn every_name_of_the_symbol_table_is_exported() {
    let out = Command::new("nm")
        .args(["-D", "--defined-only", "-S", env!("CARGO_BIN_EXE_dx-py")])
        .output()
        .expect("nm of binutils is installed with any C compiler");
    let text = String::from_utf8(out.stdout).unwrap();
    // Lines are `address [size] kind name`.
    let exported: HashMap<&str, (&str, u64)> = text
        .lines()
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let size = if words.len() == 4 { u64::from_str_radix(words[1], 16).unwrap() } else { 0 };
            (words[words.len() - 1], (words[words.len() - 2], size))
        })
        .collect();
    let mut wrong = Vec::new();
    let table = include_str!("../../../capi/data/capi-symbols.txt");
    for line in table.lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let (name, kind) = (columns[0], columns[1]);
        match exported.get(name) {
            None => wrong.push(format!("{name}: not exported")),
            Some((letter, size)) => {
                if (kind == "function") != "TtWi".contains(letter) {
                    wrong.push(format!("{name}: a {kind} in the table, {letter} here"));
                }
                if let Ok(want) = columns[2].parse::<u64>()
                    && kind == "data"
                    && want != *size
                {
                    wrong.push(format!("{name}: {want} bytes in the table, {size} here"));
                }
            }
        }
    }
    assert_eq!(table.lines().count(), 1722);
    assert!(wrong.is_empty(), "{} names:\n{}", wrong.len(), wrong.join("\n"));
}
