//! Time conversions, `struct_time`, `_stat`, `errno`, `_signal` and `array`'s item types against CPython.

mod common;

use common::hex;
use dxpy_algos::array::{BAD_TYPECODE, MachineFormat, TYPECODES, TypeCode};
use dxpy_algos::pytime::{self, Round, Tm};
use dxpy_algos::{numbers, stat};

const SCRIPT: &str = r##"
import errno, _stat, _signal, array, time, random, struct
rnd = random.Random(9)
def row(*a): print(*a, sep='\t')
def t(f,*a):
    try: return f(*a)
    except Exception as e: return 'E:'+str(e)
def fh(x): return struct.pack('<d',x).hex()
try:
    import _testcapi as T
except ImportError: T = None
if T:
    def f64(): return rnd.choice([rnd.uniform(-10,10), rnd.uniform(-1e-9,1e-9)*rnd.randint(1,9), (rnd.randint(-10**10,10**10)+.5)*1e-9, (rnd.randint(-10**6,10**6)+.5)*1e-6, rnd.randint(-10**6,10**6)+.5, 0.0,-0.0, 9223372036.854775, 9223372036.854776, -9223372036.854776, -9223372037.0, 1e300, float('inf'), float('-inf'), float('nan'), 2.0**63, -2.0**63, 2.0**63-1024, 0.9999999999, -0.9999999999, -1e-12, 1-2**-53, rnd.uniform(-1e12,1e12)])
    for i in range(6000):
        x, r = f64(), rnd.randrange(4)
        row('float', fh(x), r, t(T.PyTime_FromSecondsObject, x, r), t(T.pytime_object_to_time_t, x, r), t(T.pytime_object_to_timeval, x, r), t(T.pytime_object_to_timespec, x, r))
    for i in range(4000):
        n, r = rnd.choice([rnd.randint(-2**63,2**63-1), rnd.randint(-10**10,10**10), rnd.randint(-5000,5000), rnd.randint(-20,20)*500, rnd.randint(-20,20)*500000, 10**9*rnd.randint(-9,9)]), rnd.randrange(4)
        row('ns', n, r, t(T.PyTime_AsMilliseconds, n, r), t(T.PyTime_AsMicroseconds, n, r), t(T.PyTime_AsTimeval, n, r), t(T.PyTime_AsTimespec, n), fh(T.PyTime_AsSecondsDouble(n)))
    for n in (0,1,-1,9223372036,9223372037,-9223372036,-9223372037,2**63-1): row('int', n, t(T.PyTime_FromSecondsObject, n, 0))
for i in range(3000):
    a = [rnd.choice([2020,1,-5,9999,10000,2**31-1,-2**31,-2**31+1900]), rnd.choice([0,1,2,12,13,-1]), rnd.choice([0,1,31,32,-1]), rnd.choice([0,23,24,-1]), rnd.choice([0,59,60,-1]), rnd.choice([0,59,61,62,-1]), rnd.choice([0,3,6,8,-1,-2,-9]), rnd.choice([0,1,366,367,-1]), 0]
    if rnd.random()<.6: a[1:6] = [rnd.randint(0,12), rnd.randint(0,31), rnd.randint(0,23), 5, 6]
    row('asctime', ','.join(map(str,a)), t(time.asctime, tuple(a)))
for i in range(3000):
    s = rnd.choice([rnd.randint(-10**10,10**10), rnd.randint(-10**17,10**17), 0, -1, 67768036191676799, 67768036191676800, -67768040609740800, -67768040609740801])
    row('gmtime', s, t(lambda: ','.join(map(str, time.gmtime(s)))) )
for k, v in vars(_stat).items():
    if isinstance(v, int): row('statconst', k, v)
preds = [k for k in vars(_stat) if k.startswith('S_IS') and callable(getattr(_stat,k))]
for m in [rnd.randrange(0o200000) for _ in range(2000)]+[x<<12 for x in range(16)]:
    row('mode', m, _stat.filemode(m), _stat.S_IFMT(m), _stat.S_IMODE(m), ','.join(k for k in preds if getattr(_stat,k)(m)))
row('preds', ','.join(preds))
names = [k for k in vars(errno) if k[0]=='E']
for k in names: row('errno', k, getattr(errno,k), errno.errorcode[getattr(errno,k)])
row('errnos', len(names))
sigs = {k:v for k,v in vars(_signal).items() if isinstance(v,int) and k not in ('SIGRTMIN','SIGRTMAX')}
for k,v in sigs.items(): row('signal', k, v)
row('signals', len(sigs))
row('codes', array.typecodes, t(array.array,'x'))
for c in array.typecodes:
    if c == 'u': continue
    a = array.array(c); row('code', c, a.itemsize, memoryview(a).format, a.__reduce_ex__(3)[1][2])
    for i in range(300):
        if c in 'fd':
            v = struct.unpack('<d', rnd.randbytes(8))[0] if rnd.random()<.5 else rnd.uniform(-1e40,1e40); s = fh(v)
        else: v = rnd.choice([0,1,-1,rnd.choice([1,-1])*2**rnd.choice([7,8,15,16,31,32,63,64,70,140])-rnd.randrange(2)]); s = v
        row('item', c, s, t(lambda: array.array(c,[v]).tobytes().hex()))
for code in range(-1,23):
    if code in (18,19,20,21,14,15,16,17): continue
    b = rnd.randbytes(16)
    row('mach', code, b.hex(), t(lambda: ','.join(map(str, array._array_reconstructor(array.array, 'Q' if code in (10,11) else 'q', code, b)))))
"##;

fn round(s: &str) -> Round {
    [Round::Floor, Round::Ceiling, Round::HalfEven, Round::Up][s.parse::<usize>().unwrap()]
}

fn show<T>(r: Result<T, pytime::Error>, f: impl Fn(T) -> String) -> String {
    r.map_or_else(|e| format!("E:{e}"), f)
}

fn float(s: &str) -> f64 {
    f64::from_le_bytes(common::unhex(s).try_into().unwrap())
}

fn pair((a, b): (i64, i64)) -> String {
    format!("({a}, {b})")
}

fn ours(r: &[&str]) -> Vec<String> {
    match r[0] {
        "float" => {
            let (x, mode) = (float(r[1]), round(r[2]));
            vec![
                show(pytime::from_float(x, mode, pytime::NS_PER_SECOND), |n| n.to_string()),
                show(pytime::float_to_time_t(x, mode), |n| n.to_string()),
                show(pytime::float_to_parts(x, 1_000_000, mode), pair),
                show(pytime::float_to_parts(x, pytime::NS_PER_SECOND, mode), pair),
            ]
        }
        "ns" => {
            let (n, mode) = (r[1].parse().unwrap(), round(r[2]));
            vec![
                mode.divide(n, 1_000_000).to_string(),
                mode.divide(n, 1000).to_string(),
                pair(pytime::split(n, 1_000_000, mode)),
                pair(pytime::split(n, pytime::NS_PER_SECOND, Round::Floor)),
                hex(&pytime::as_seconds(n).to_le_bytes()),
            ]
        }
        "int" => vec![show(pytime::from_int(r[1].parse().ok(), pytime::NS_PER_SECOND), |n| n.to_string())],
        "asctime" => {
            let f: Vec<i32> = r[1].split(',').map(|n| n.parse().unwrap()).collect();
            let tm = Tm::from_fields(f.try_into().unwrap()).ok_or(pytime::YEAR_OUT_OF_RANGE);
            let text = tm.and_then(|mut tm| tm.check().map(|()| tm.asctime()));
            vec![text.unwrap_or_else(|e| format!("E:{e}"))]
        }
        "gmtime" => {
            let fields =
                Tm::from_utc(r[1].parse().unwrap()).map(|tm| tm.fields().map(|n| n.to_string()).join(","));
            vec![fields.unwrap_or("E:[Errno 75] Value too large for defined data type".into())]
        }
        "statconst" => {
            let known = stat::CONSTANTS.iter().find(|c| c.0 == r[1]);
            vec![known.map_or("missing".into(), |c| c.1.to_string())]
        }
        "mode" => {
            let mode = r[1].parse().unwrap();
            let holds = stat::PREDICATES.iter().filter(|p| stat::is_type(mode, p.1)).map(|p| p.0);
            vec![
                stat::filemode(mode),
                stat::format_bits(mode).to_string(),
                stat::permission_bits(mode).to_string(),
                holds.collect::<Vec<_>>().join(","),
            ]
        }
        "preds" => vec![stat::PREDICATES.iter().map(|p| p.0).collect::<Vec<_>>().join(",")],
        "errno" => {
            let code = numbers::ERRNO.iter().find(|e| e.0 == r[1]).map_or(-1, |e| e.1);
            vec![code.to_string(), numbers::error_name(code).unwrap_or("none").into()]
        }
        "errnos" => vec![numbers::ERRNO.len().to_string()],
        "signal" => {
            let all = numbers::SIGNALS.iter().chain([&numbers::SIGCLD]).chain(numbers::SIGNAL_CONSTANTS);
            vec![all.into_iter().find(|e| e.0 == r[1]).map_or(-1, |e| e.1).to_string()]
        }
        "signals" => vec![(numbers::SIGNALS.len() + 1 + numbers::SIGNAL_CONSTANTS.len()).to_string()],
        "codes" => vec![TYPECODES.into(), format!("E:{BAD_TYPECODE}")],
        "code" => {
            let code = TypeCode::new(r[1].chars().next().unwrap()).unwrap();
            let machine = code.machine_format().code().to_string();
            vec![code.size.to_string(), code.buffer_format.into(), machine]
        }
        "item" => {
            let code = TypeCode::new(r[1].chars().next().unwrap()).unwrap();
            let bytes = match r[1] {
                "f" | "d" => Ok(code.pack_float(float(r[2]))),
                _ => code.pack_int(r[2].parse().ok(), r[2].starts_with('-')),
            };
            vec![bytes.map_or_else(|e| format!("E:{e}"), |b| hex(&b[..code.size]))]
        }
        "mach" => {
            let Some(format) = MachineFormat::from_code(r[1].parse().unwrap()) else {
                return vec!["E:third argument must be a valid machine format code.".into()];
            };
            let items = format.items(&common::unhex(r[2])).collect::<Vec<_>>();
            let unsigned = ["10", "11"].contains(&r[1]);
            let show = |n: &u64| if unsigned { n.to_string() } else { (*n as i64).to_string() };
            vec![items.iter().map(show).collect::<Vec<_>>().join(",")]
        }
        other => panic!("unknown row {other}"),
    }
}

#[test]
fn as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    let rows = common::rows(&out, 11_000);
    let mut bad = 0;
    for r in &rows {
        let got = ours(r);
        if got != r[r.len() - got.len()..] {
            bad += 1;
            if bad < 15 {
                eprintln!("{r:?}\n  {got:?}");
            }
        }
    }
    assert_eq!(bad, 0, "of {}", rows.len());
    if !rows.iter().any(|r| r[0] == "float") {
        eprintln!("SKIP: this oracle has no _testcapi; time conversions were not compared");
    }
}
