//! The local zone, `strftime` and `mktime` against CPython in several zones. One test: `TZ` belongs to the process.

#[path = "../../algos/tests/common/mod.rs"]
mod common;

use dxpy_host::clock::{self, Tm};
use dxpy_host::env;
use std::ffi::CString;

const SCRIPT: &str = r##"
import time, os, random
rnd = random.Random(1)
for tz in ['UTC', 'Europe/Vienna', 'America/New_York', 'Australia/Sydney', 'Asia/Kolkata', 'XYZ-3:30ABC,M3.2.0,M11.1.0', 'Europe/Dublin']:
    os.environ['TZ'] = tz; time.tzset()
    print('zone', tz, time.timezone, time.altzone, time.daylight, *time.tzname, sep='\t')
    for i in range(150):
        t = rnd.choice([rnd.randint(-2**31, 2**32), rnd.randint(0, 2*10**9), rnd.randint(-10**11, 10**11)])
        l = time.localtime(t)
        print('local', t, *l, l.tm_gmtoff, l.tm_zone, time.strftime('%a %b %d %H:%M:%S %Z %z %j %U %y %Y %c %x %X %p %%', l), int(time.mktime(l)), sep='\t')
        f = (rnd.randint(1950,2050), rnd.randint(-5,20), rnd.randint(-5,50), rnd.randint(-30,50), rnd.randint(0,59), 0, 0, 0, rnd.choice([-1,-1,0,1]))
        print('make', *f, int(time.mktime(f)), sep='\t')
try: time.mktime((2**31-1, 12, 31, 0, 0, 0, 0, 0, 0)); print('big', 'ok', sep='\t')
except OverflowError as e: print('big', e, sep='\t')
"##;

/// From a `struct_time`'s fields to C's order.
fn tm(f: &[i32]) -> Tm {
    let fields = [f[5], f[4], f[3], f[2], f[1] - 1, f[0] - 1900, (f[6] + 1) % 7, f[7] - 1, f[8]];
    Tm { fields, ..Tm::default() }
}

#[test]
fn zones_as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let now = clock::get(libc::CLOCK_REALTIME).unwrap().0;
    let format = c"%a %b %d %H:%M:%S %Z %z %j %U %y %Y %c %x %X %p %%";
    for r in common::rows(&out, 2000) {
        match r[0] {
            "zone" => {
                env::set(c"TZ", &CString::new(r[1]).unwrap()).unwrap();
                clock::reset_zone();
                let z = clock::zone(now).unwrap();
                let names = z.names.map(|n| String::from_utf8(n).unwrap());
                let numbers = [z.timezone, z.altzone, z.daylight.into()].map(|n| n.to_string());
                assert_eq!([numbers.as_slice(), &names].concat(), r[2..], "{}", r[1]);
            }
            "local" => {
                let t = clock::local(r[1].parse().unwrap()).unwrap();
                let fields: Vec<i32> = r[2..11].iter().map(|n| n.parse().unwrap()).collect();
                assert_eq!(t.fields, tm(&fields).fields);
                assert_eq!(t.offset.to_string(), r[11]);
                assert_eq!(t.zone.as_deref(), Some(r[12].as_bytes()));
                assert_eq!(String::from_utf8(clock::format(format, &t)).unwrap(), r[13]);
                assert_eq!(clock::make(&t).unwrap().to_string(), r[14]);
            }
            "make" => {
                let fields: Vec<i32> = r[1..10].iter().map(|n| n.parse().unwrap()).collect();
                assert_eq!(clock::make(&tm(&fields)).unwrap().to_string(), r[10], "{r:?}");
            }
            _ => {
                let far = tm(&[i32::MAX, 12, 31, 0, 0, 0, 0, 0, 0]);
                assert_eq!(clock::make(&far).is_some(), r[1] == "ok");
            }
        }
    }
}

#[test]
fn clocks_run() {
    let before = clock::get_ns(libc::CLOCK_MONOTONIC).unwrap();
    let until = before + 20_000_000;
    clock::sleep_until((until / 1_000_000_000, until % 1_000_000_000)).unwrap();
    assert!(clock::get_ns(libc::CLOCK_MONOTONIC).unwrap() >= until);
    assert!(clock::resolution(libc::CLOCK_REALTIME).unwrap().1 > 0);
    assert_eq!(clock::get(12345).unwrap_err().0, libc::EINVAL);
}
