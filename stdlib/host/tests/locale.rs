//! The locale against CPython's `_locale`; locks, threads and shared objects. One test sets the locale.

#[path = "../../algos/tests/common/mod.rs"]
mod common;

use dxpy_host::dl::Library;
use dxpy_host::locale::{self, CATEGORIES, LANGINFO, messages};
use dxpy_host::thread::{self, Acquired, Lock};
use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const SCRIPT: &str = r##"
import _locale
for k, v in vars(_locale).items():
    if type(v) is int: print('const', k, v, sep='\t')
for name in ('C', 'C.UTF-8', 'C.utf8', 'en_US.UTF-8', 'de_DE.UTF-8', 'xx_YY'):
    try: r = _locale.setlocale(_locale.LC_ALL, name)
    except _locale.Error as e: print('bad', name, e, sep='\t'); continue
    c = _locale.localeconv()
    print('set', name, r, *['%s=%s' % (k, c[k]) for k in sorted(c)], sep='\t')
    for k in ('CODESET','DAY_1','MON_12','D_T_FMT','RADIXCHAR','YESEXPR'): print('info', getattr(_locale,k), repr(_locale.nl_langinfo(getattr(_locale,k))), sep='\t')
    for a, b in (('a','b'),('b','a'),('a','B'),('\xe9','f'),('x','x')):
        n = _locale.strcoll(a,b); print('coll', a, b, (n>0)-(n<0), *map(ord,_locale.strxfrm(a)), sep='\t')
"##;

fn points(s: &str) -> Vec<u32> {
    s.chars().map(u32::from).collect()
}

#[test]
fn the_locale_as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let mut constants = 0;
    for r in common::rows(&out, 60) {
        match r[0] {
            "const" => {
                let n = dxpy_host::constants::find(CATEGORIES, r[1]);
                let n = n.or(dxpy_host::constants::find(LANGINFO, r[1]));
                assert_eq!(n.map(|n| n.to_string()).as_deref(), Some(r[2]), "{}", r[1]);
                constants += 1;
            }
            "bad" => {
                let name = CString::new(r[1]).unwrap();
                assert_eq!(locale::set(libc::LC_ALL, Some(&name)), None);
            }
            "set" => {
                let name = CString::new(r[1]).unwrap();
                assert_eq!(locale::set(libc::LC_ALL, Some(&name)), Some(r[2].as_bytes().to_vec()));
                assert_eq!(locale::set(libc::LC_ALL, None), Some(r[2].as_bytes().to_vec()));
                let c = locale::conventions();
                let text = |b: &Vec<u8>| String::from_utf8_lossy(b).into_owned();
                let mut all: Vec<String> = c.texts.iter().map(|(k, v)| format!("{k}={}", text(v))).collect();
                all.extend(c.groupings.iter().map(|(k, v)| format!("{k}={v:?}")));
                all.extend(c.numbers.iter().map(|(k, v)| format!("{k}={v}")));
                all.sort();
                assert_eq!(all, r[3..]);
            }
            "info" => {
                let value = String::from_utf8(locale::info(r[1].parse().unwrap()).unwrap()).unwrap();
                assert_eq!(format!("'{value}'"), r[2]);
            }
            _ => {
                let order = locale::collate(&points(r[1]), &points(r[2])).signum();
                assert_eq!(order.to_string(), r[3]);
                let key: Vec<String> =
                    locale::transform(&points(r[1])).unwrap().iter().map(|c| c.to_string()).collect();
                assert_eq!(key, r[4..]);
            }
        }
    }
    assert_eq!(constants, CATEGORIES.len() + LANGINFO.len());
    assert_eq!(locale::info(1 << 30), None);
    assert_eq!(messages::translate(None, c"no such message", libc::LC_MESSAGES), b"no such message");
    assert_eq!(messages::domain(None), Ok(b"messages".to_vec()));
}

#[test]
fn locks_and_threads() {
    let lock = Arc::new(Lock::new());
    assert_eq!(lock.acquire(0, false), Acquired::Yes);
    assert_eq!(lock.acquire(0, false), Acquired::TimedOut);
    assert_eq!(lock.acquire(5_000_000, true), Acquired::TimedOut);
    let (other, ran) = (lock.clone(), Arc::new(AtomicBool::new(false)));
    let flag = ran.clone();
    let me = (thread::identity(), thread::native_id());
    let started = thread::start(
        256 * 1024,
        Box::new(move || {
            assert!(thread::identity() != me.0 && thread::native_id() != me.1);
            let (_, size) = thread::stack_bounds().unwrap();
            assert!((256 * 1024..1024 * 1024).contains(&size));
            flag.store(true, Ordering::SeqCst);
            // A lock taken in one thread is released in another.
            other.release();
        }),
    );
    assert!(started.is_ok());
    assert_eq!(lock.acquire(-1, false), Acquired::Yes);
    assert!(ran.load(Ordering::SeqCst));
    assert!(thread::stack_size_is_valid(64 * 1024) && !thread::stack_size_is_valid(1));
}

#[test]
fn shared_objects() {
    // SAFETY: the program itself has been initialised.
    let this = unsafe { Library::open(None, libc::RTLD_NOW) }.unwrap();
    assert!(this.symbol(c"malloc").is_some());
    assert!(this.symbol(c"no_such_symbol_here").is_none());
    assert!(
        String::from_utf8(this.symbol_or_error(c"no_such_symbol_here").unwrap_err())
            .unwrap()
            .contains("no_such")
    );
    // SAFETY: there is no such object.
    let error = unsafe { Library::open(Some(c"/no/such.so"), libc::RTLD_NOW) }.unwrap_err();
    assert!(String::from_utf8(error).unwrap().starts_with("/no/such.so: cannot open"));
}
