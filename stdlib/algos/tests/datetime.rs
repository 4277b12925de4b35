//! `datetime` kernels against CPython: constructors, arithmetic, ISO 8601 both ways, week dates, strftime's own part.

mod common;

use dxpy_algos::datetime::delta::{Delta, Sum, divide_nearest, true_divide};
use dxpy_algos::datetime::iso::{self, IsoError, Timespec, Zone};
use dxpy_algos::datetime::{self, Date, DateTime, Time, format};

const SCRIPT: &str = r##"
import random, sys
from datetime import *
rnd = random.Random(11)
def t(f,*a):
    try: return f(*a)
    except ZeroDivisionError as e: return 'ZERO'
    except Exception as e: return 'E:'+str(e)
def row(*a): print(*a, sep='\t')
def hx(s): return s.encode('utf-8','surrogatepass').hex() or '-'
def D(d): return d if isinstance(d,str) else '%d,%d,%d'%(d.days,d.seconds,d.microseconds)
def rdelta(): return timedelta(rnd.choice([0,1,-1,rnd.randint(-999999999,999999999),rnd.randint(-5,5)]), rnd.choice([0,rnd.randrange(86400)]), rnd.choice([0,1,rnd.randrange(10**6)]))
# timedelta from one argument of each unit, and sums
units = dict(days=86400*10**6, seconds=10**6, microseconds=1, milliseconds=1000, minutes=60*10**6, hours=3600*10**6, weeks=7*86400*10**6)
for i in range(4000):
    kw = {}
    for k in rnd.sample(sorted(units), rnd.randint(1,3)):
        kw[k] = rnd.choice([rnd.randint(-10,10), rnd.random()*10, rnd.choice([.5,1.5,2.5,-.5,0.0000005,1e-7,1e300,2.5e-6]), rnd.randint(-10**10,10**10), rnd.uniform(-1e9,1e9), rnd.randint(-10**20,10**20)])
    # the constructor adds in its own order
    order = ['microseconds','milliseconds','seconds','minutes','hours','days','weeks']
    kw = {k: kw[k] for k in order if k in kw}
    row('sum', ' '.join('%d:%s' % (units[k], v if isinstance(v,int) else 'f'+v.hex()) for k,v in kw.items()), D(t(lambda: timedelta(**kw))))
def f64():
    return rnd.choice([rnd.random(), rnd.uniform(-1e3,1e3), 2.0**rnd.randint(-1074,1023), -0.5, 1.5, rnd.uniform(-1e9,1e9), 1e-300, 1e300, 5e-324, 0.0])
for i in range(4000):
    d, f, e, n = rdelta(), f64(), rdelta(), rnd.choice([rnd.randint(-9,9), rnd.randint(-10**15,10**15)])
    row('ops', D(d), f.hex(), D(t(lambda: d*f)), D(t(lambda: d/f)), D(e), t(lambda: (d/e).hex()), D(t(lambda: d+e)), n, D(t(lambda: d/n)), d.total_seconds().hex(), str(d), repr(d), D(t(lambda: d*n)))
for i in range(3000):
    y = rnd.choice([1,2,9999,9998,rnd.randint(1,9999)])
    d = date(y,1,1)+timedelta(rnd.choice([0,1,2,3,4,5,6,360,361,362,363,364,rnd.randrange(365)]))
    dt = datetime(d.year,d.month,d.day,rnd.randrange(24),rnd.randrange(60),rnd.randrange(60),rnd.choice([0,1000,rnd.randrange(10**6)]))
    x = rnd.choice([rdelta(), timedelta(rnd.randint(-400,400), 5, 7)])
    d2 = date.fromordinal(rnd.randint(1,3652059)); dt2 = datetime(d2.year,d2.month,d2.day,rnd.randrange(24),3,4,5)
    row('date', d.isoformat(), '%d,%d,%d'%tuple(d.isocalendar()), d.timetuple().tm_yday, d.toordinal(), dt.isoformat(), dt.ctime(), D(x), t(lambda: (dt+x).isoformat()), t(lambda: (dt-x).isoformat()), dt2.isoformat(), D(dt-dt2),
        *[dt.time().isoformat(s) for s in ('auto','hours','minutes','seconds','milliseconds','microseconds')], dt.__reduce__()[1][0].hex())
for y in list(range(0,12))+[9998,9999,10000,2020,2021,2015,1976,-5]+[rnd.randint(1,9999) for _ in range(150)]:
    for w in (-1,0,1,2,30,51,52,53,54):
        for wd in (0,1,4,7,8): row('isocal', y, w, wd, t(lambda: date.fromisocalendar(y,w,wd).isoformat()))
for y in (-1,0,1,2023,2024,1900,2000,9999,10000):
    for m in range(0,14):
        for d in (0,1,28,29,30,31,32): row('check', y,m,d, t(lambda: date(y,m,d).isoformat()))
for i in range(600):
    o = timezone(timedelta(0, rnd.choice([0,1,-1,rnd.randint(-86399,86399), rnd.randint(-1439,1439)*60]), rnd.choice([0,0,0,1,rnd.randrange(10**6)]))) if i else timezone.utc
    z = datetime(2020,1,1,tzinfo=o)
    row('off', D(z.utcoffset()), z.isoformat()[19:], z.strftime('%z'), z.strftime('%:z'), str(timezone(z.utcoffset())))
# ISO text: valid forms, then mutations
def zone():
    return rnd.choice(['','','Z','+00:00','-00:00','+01:00','-0530','+05','-12:34:56','+123456.5','+12:34:56.123456','+23:59:59.999999','+24:00','-99','+1:00','+00:00:00.000001','z'])
def tm():
    h,m,s = ('%02d'%rnd.choice([0,1,23,24,rnd.randrange(24)]) for _ in 'abc')
    f = rnd.choice(['','','.5','.12','.123','.1234','.12345','.123456',',123456789','.','.x'])
    sep = rnd.choice([':',':',''])
    return rnd.choice([h, h+sep+m, h+sep+m+sep+s+f, h+sep+m+sep+s, h+f, h+sep+m+f, h+':'+m+s])
def dd():
    d = date.fromordinal(rnd.randint(1,3652059))
    i = d.isocalendar()
    return rnd.choice([d.isoformat(), d.isoformat().replace('-',''), '%04d-W%02d'%i[:2], '%04dW%02d'%i[:2], '%04d-W%02d-%d'%tuple(i), '%04dW%02d%d'%tuple(i), '%04d-%03d'%(d.year, d.timetuple().tm_yday), '0000-01-01','0000-W01-1','0000W05','2020-13-01','2021-02-29','9999-W52-6','2020-W54'])
def mutate(s):
    s = list(s)
    for _ in range(rnd.choice([0,0,1,1,2])):
        k = rnd.randrange(3); p = rnd.randrange(len(s)+1)
        c = rnd.choice('0123456789-:W+Z.,T x\x00\u0660\xe9\ud800\U0001f600')
        if k == 0: s.insert(p,c)
        elif s and p < len(s):
            if k == 1: s[p] = c
            else: del s[p]
    return ''.join(s)
def Z(z):
    if z is None: return 'naive'
    return 'utc' if z is timezone.utc else D(z.utcoffset(None))
def isod(s):
    return date.fromisoformat(s).isoformat()
def isot(s):
    r = time.fromisoformat(s); return r.replace(tzinfo=None).isoformat()+'|'+Z(r.tzinfo)
def isodt(s):
    r = datetime.fromisoformat(s); return r.replace(tzinfo=None).isoformat()+'|'+Z(r.tzinfo)
def short(r): return 'E:Invalid' if r.startswith('E:Invalid iso') else 'E:offset' if r.startswith('E:offset') else r
for i in range(20000):
    k = i%3
    if k == 0: s, f = mutate(dd()), isod
    elif k == 1: s, f = mutate(rnd.choice(['','','T'])+tm()+zone()), isot
    else: s, f = mutate(dd()+rnd.choice(['','T',' ','-','0','5','\xe9','\u20ac','\ud800','\U0001f600'])+rnd.choice([tm()+zone(), tm(), ''])), isodt
    row('iso%d'%k, hx(s), short(t(f,s)))
class TZ(tzinfo):
    def utcoffset(self,d): return timedelta(0,3600)
    def tzname(self,d): return 'a%b%%'
    def dst(self,d): return None
for i in range(1500):
    fmt = ''.join(rnd.choice(['%z','%:z','%Z','%f','%','%%','a',':','z','f','Z','%:','\x00' if rnd.random()<.1 else '']) for _ in range(rnd.randrange(8)))
    # what reaches time.strftime
    got = []
    import time as T
    orig = T.strftime
    T.strftime = lambda f, tt: got.append(f) or ''
    try: datetime(2020,1,2,3,4,5,678,tzinfo=TZ()).strftime(fmt)
    finally: T.strftime = orig
    row('fmt', hx(fmt), hx(got[0]))
for i in range(1500):
    a = time(rnd.randrange(24),rnd.randrange(60),1,rnd.randrange(3),tzinfo=timezone(timedelta(0,rnd.randint(-86399,86399))))
    b = time(rnd.randrange(24),rnd.randrange(60),1,rnd.randrange(3),tzinfo=timezone(timedelta(0,rnd.randint(-86399,86399))))
    if rnd.random() < .4:
        u = datetime.combine(date(2020,5,5), a).astimezone(timezone.utc)
        b = u.astimezone(b.tzinfo).timetz()
    da, db = datetime.combine(date(1,1,1),a), datetime.combine(date(1,1,rnd.choice([1,2])),b)
    row('cmp', a.replace(tzinfo=None).isoformat('microseconds'), D(a.utcoffset()), b.replace(tzinfo=None).isoformat('microseconds'), D(b.utcoffset()), (a>b)-(a<b), db.day, (da>db)-(da<db), D(da-db))
"##;

fn show(d: Result<Delta, impl ToString>) -> String {
    match d {
        Ok(d) => format!("{},{},{}", d.days, d.seconds, d.microseconds),
        Err(e) => format!("E:{}", e.to_string()),
    }
}

fn delta(s: &str) -> Delta {
    let n: Vec<i32> = s.split(',').map(|n| n.parse().unwrap()).collect();
    Delta { days: n[0], seconds: n[1], microseconds: n[2] }
}

/// `float.hex()` of Python.
fn float(s: &str) -> f64 {
    let (neg, s) = match s.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, s),
    };
    let (mantissa, exponent) = s.strip_prefix("0x").unwrap().split_once('p').unwrap();
    let digits = mantissa.replace('.', "");
    let fraction = mantissa.split_once('.').map_or(0, |p| p.1.len() as i32);
    let m = u64::from_str_radix(&digits, 16).unwrap() as f64;
    // In two steps, so that a subnormal is not lost on the way.
    let e: i32 = exponent.parse::<i32>().unwrap() - 4 * fraction;
    let x = m * 2f64.powi(e / 2) * 2f64.powi(e - e / 2);
    if neg { -x } else { x }
}

fn date(s: &str) -> Date {
    let n: Vec<i32> = s.split('-').map(|n| n.parse().unwrap()).collect();
    Date::new(n[0], n[1], n[2])
}

fn time(s: &str) -> Time {
    let (hms, us) = s.split_once('.').unwrap_or((s, "0"));
    let n: Vec<i32> = hms.split(':').map(|n| n.parse().unwrap()).collect();
    Time::new(n[0], n[1], n[2], us.parse().unwrap())
}

fn datetime(s: &str) -> DateTime {
    let (d, t) = s.split_once('T').unwrap();
    DateTime::new(date(d), time(t))
}

fn iso_dt(dt: DateTime) -> String {
    format!("{}T{}", iso::format_date(dt.date), iso::format_time(dt.time, Timespec::Auto))
}

fn or_overflow(dt: Option<DateTime>) -> String {
    dt.map_or("E:date value out of range".into(), iso_dt)
}

fn order(o: std::cmp::Ordering) -> String {
    (o as i8).to_string()
}

fn zone(z: Option<Zone>) -> Result<String, String> {
    match z {
        None => Ok("naive".into()),
        Some(Zone::Utc) => Ok("utc".into()),
        Some(Zone::Offset(d)) if d.micros().abs() >= 86_400_000_000 => Err("E:offset".into()),
        Some(Zone::Offset(d)) => Ok(show(Ok::<_, String>(d))),
    }
}

fn error(e: IsoError) -> String {
    match e {
        IsoError::Invalid => "E:Invalid".into(),
        IsoError::Field(f) => format!("E:{f}"),
    }
}

fn iso_time(text: &[u8]) -> Result<String, String> {
    let (t, z) = iso::parse_time(text).map_err(error)?;
    let z = zone(z)?;
    t.check(0).map_err(|e| format!("E:{e}"))?;
    Ok(format!("{}|{z}", iso::format_time(t, Timespec::Auto)))
}

fn iso_datetime(text: &[u8]) -> Result<String, String> {
    let (dt, z) = iso::parse_datetime(text).map_err(error)?;
    let z = zone(z)?;
    dt.date.check().map_err(|e| format!("E:{e}"))?;
    dt.time.check(0).map_err(|e| format!("E:{e}"))?;
    Ok(format!("{}|{z}", iso_dt(dt)))
}

fn bytes(s: &str) -> Vec<u8> {
    if s == "-" { Vec::new() } else { common::unhex(s) }
}

fn ours(r: &[&str]) -> Vec<String> {
    match r[0] {
        "sum" => {
            let mut sum = Sum::default();
            let mut result = Ok(());
            for part in r[1].split(' ') {
                let (unit, n) = part.split_once(':').unwrap();
                let unit = unit.parse().unwrap();
                result = result.and_then(|()| match n.strip_prefix('f') {
                    Some(f) => sum.add_float(float(f), unit),
                    None => sum.add_int(n.parse().unwrap(), unit),
                });
            }
            vec![r[1].into(), show(result.and_then(|()| sum.finish()))]
        }
        "ops" => {
            let (d, f, e) = (delta(r[1]), float(r[2]), delta(r[5]));
            let n: i128 = r[8].parse().unwrap();
            let zero = || "ZERO".to_owned();
            vec![
                r[1].into(),
                r[2].into(),
                show(d.mul_float(f)),
                d.div_float(f).map_or_else(zero, show),
                r[5].into(),
                match true_divide(d.micros(), e.micros()) {
                    Some(x) if x.to_bits() == float_or_nan(r[6]).to_bits() => r[6].into(),
                    Some(x) => format!("{x:e}"),
                    None => zero(),
                },
                show(Delta::from_micros(d.micros() + e.micros())),
                r[8].into(),
                if n == 0 { zero() } else { show(Delta::from_micros(divide_nearest(d.micros(), n))) },
                if d.total_seconds() == float(r[10]) { r[10].into() } else { d.total_seconds().to_string() },
                d.to_string(),
                format!("datetime.timedelta({})", d.repr_arguments()),
                show(Delta::from_micros(d.micros() * n)),
            ]
        }
        "date" => {
            let (d, dt, x) = (date(r[1]), datetime(r[5]), delta(r[7]));
            let (y, w, wd) = d.iso_calendar();
            let mut out = vec![
                r[1].into(),
                format!("{y},{w},{wd}"),
                d.day_of_year().to_string(),
                d.ordinal().to_string(),
                r[5].into(),
                datetime::ctime(dt),
                r[7].into(),
                or_overflow(dt.checked_add(x)),
                or_overflow(dt.checked_sub(x)),
                r[10].into(),
                show(Ok::<_, String>(dt.since(datetime(r[10])))),
            ];
            for name in ["auto", "hours", "minutes", "seconds", "milliseconds", "microseconds"] {
                out.push(iso::format_time(dt.time, Timespec::from_name(name).unwrap()));
            }
            assert_eq!((Date::unpack(dt.date.pack()), Time::unpack(dt.time.pack())), (dt.date, dt.time));
            out.push(common::hex(&dt.date.pack()) + &common::hex(&dt.time.pack()));
            out
        }
        "isocal" | "check" => {
            let n: Vec<i32> = r[1..4].iter().map(|n| n.parse().unwrap()).collect();
            let date = match r[0] {
                "check" => Ok(Date::new(n[0], n[1], n[2])),
                _ => Date::from_iso_calendar(n[0], n[1], n[2]).map_err(|e| format!("E:{e}")),
            };
            let date = date.and_then(|d| d.check().map_err(|e| format!("E:{e}")));
            let mut out: Vec<String> = r[1..4].iter().map(|s| s.to_string()).collect();
            out.push(date.map_or_else(|e| e, iso::format_date));
            out
        }
        "off" => {
            let d = delta(r[1]);
            let colons = iso::format_offset(d, ":");
            vec![r[1].into(), colons.clone(), iso::format_offset(d, ""), colons, iso::format_zone_name(d)]
        }
        "iso0" => {
            let text = bytes(r[1]);
            vec![r[1].into(), iso::parse_date(&text).map_or_else(error, iso::format_date)]
        }
        "iso1" => vec![r[1].into(), iso_time(&bytes(r[1])).unwrap_or_else(|e| e)],
        "iso2" => vec![r[1].into(), iso_datetime(&bytes(r[1])).unwrap_or_else(|e| e)],
        "fmt" => {
            let out = format::preprocess(&bytes(r[1]), |d| {
                Ok::<_, ()>(match d {
                    format::Directive::Offset => b"+0100".to_vec(),
                    format::Directive::OffsetColons => b"+01:00".to_vec(),
                    format::Directive::ZoneName => b"a%%b%%%%".to_vec(),
                    format::Directive::Microseconds => b"000678".to_vec(),
                })
            });
            let out = common::hex(&out.unwrap());
            vec![r[1].into(), if out.is_empty() { "-".into() } else { out }]
        }
        "cmp" => {
            let (a, ao, b, bo) = (time(r[1]), delta(r[2]), time(r[3]), delta(r[4]));
            let da = DateTime::new(Date::new(1, 1, 1), a);
            let db = DateTime::new(Date::new(1, 1, r[6].parse().unwrap()), b);
            let mut out: Vec<String> = r[1..5].iter().map(|s| s.to_string()).collect();
            out.push(order(a.cmp_with_offsets(ao, b, bo)));
            out.push(r[6].into());
            out.push(order(da.cmp_with_offsets(ao, db, bo)));
            out.push(show(da.since_with_offsets(ao, db, bo)));
            out
        }
        other => panic!("unknown row {other}"),
    }
}

fn float_or_nan(s: &str) -> f64 {
    if s.contains("0x") { float(s) } else { f64::NAN }
}

#[test]
fn as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let rows = common::rows(&out, 30_000);
    let mut bad = 0;
    for r in &rows {
        let got = ours(r);
        if got != r[1..] {
            bad += 1;
            if bad < 25 {
                eprintln!("{r:?}\n  {got:?}");
            }
        }
    }
    assert_eq!(bad, 0, "of {}", rows.len());
}

#[test]
fn hostile_text_never_panics() {
    let alphabet = b"0129-:W+Z.,T\0\xe0\xf0\xff";
    let mut state = 1u32;
    for _ in 0..200_000 {
        let mut text = Vec::new();
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        for _ in 0..state >> 27 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push(alphabet[(state >> 24) as usize % alphabet.len()]);
        }
        let _ = iso::parse_date(&text);
        let _ = iso::parse_time(&text);
        let _ = iso::parse_datetime(&text);
    }
}
