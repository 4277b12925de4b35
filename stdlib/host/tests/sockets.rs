//! Sockets on the loopback and in the file system; names against CPython's resolver calls.

#[path = "../../algos/tests/common/mod.rs"]
mod common;

use dxpy_host::socket::address::{Address, inet_aton, inet_ntop, inet_pton};
use dxpy_host::socket::names::{self, Hints, LookupError};
use dxpy_host::{Errno, fd, socket};
use std::ffi::CString;
use std::io::{IoSlice, IoSliceMut};

#[test]
fn streams_and_datagrams() {
    let local = |port| Address::Inet { ip: [127, 0, 0, 1], port };
    let server = socket::socket(libc::AF_INET, libc::SOCK_STREAM, 0).unwrap();
    socket::setsockopt_int(server, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1).unwrap();
    assert_eq!(socket::getsockopt_int(server, libc::SOL_SOCKET, libc::SO_REUSEADDR), Ok(1));
    assert_eq!(socket::getsockopt(server, libc::SOL_SOCKET, libc::SO_REUSEADDR, 1024), Ok(vec![1, 0, 0, 0]));
    socket::bind(server, &local(0)).unwrap();
    socket::listen(server, 5).unwrap();
    let name = socket::getsockname(server).unwrap().unwrap();
    let client = socket::socket(libc::AF_INET, libc::SOCK_STREAM, 0).unwrap();
    socket::connect(client, &name).unwrap();
    let (peer, from) = socket::accept(server).unwrap();
    assert_eq!(fd::get_inheritable(peer), Ok(false));
    assert_eq!(from, socket::getsockname(client).unwrap());
    assert_eq!(socket::getpeername(client), Ok(Some(name)));
    assert_eq!(socket::send(client, b"hello", 0), Ok(5));
    let mut b = [0; 10];
    assert_eq!(socket::recv(peer, &mut b, libc::MSG_PEEK), Ok(5));
    assert_eq!(socket::recv(peer, &mut b, 0), Ok(5));
    assert_eq!(&b[..5], b"hello");
    socket::shutdown(client, libc::SHUT_WR).unwrap();
    assert_eq!(socket::recv(peer, &mut b, 0), Ok(0));
    let (a, z) = (
        socket::socket(libc::AF_INET, libc::SOCK_DGRAM, 0).unwrap(),
        socket::socket(libc::AF_INET, libc::SOCK_DGRAM, 0).unwrap(),
    );
    socket::bind(a, &local(0)).unwrap();
    socket::bind(z, &local(0)).unwrap();
    let (to, back) = (socket::getsockname(a).unwrap().unwrap(), socket::getsockname(z).unwrap());
    assert_eq!(socket::sendto(z, b"x", 0, &to), Ok(1));
    assert_eq!(socket::recvfrom(a, &mut b, 0), Ok((1, back)));
    assert_eq!(socket::recv(a, &mut b, libc::MSG_DONTWAIT), Err(Errno(libc::EAGAIN)));
    for f in [server, client, peer, a, z] {
        fd::close(f).unwrap();
    }
    assert_eq!(socket::listen(server, 1), Err(Errno(libc::EBADF)));
    assert_eq!(socket::socket(9999, 1, 0), Err(Errno(libc::EAFNOSUPPORT)));
}

#[test]
fn unix_sockets_pass_descriptors() {
    let (a, b) = socket::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0).unwrap();
    assert_eq!(socket::getsockname(a), Ok(Some(Address::Unix(vec![]))));
    let (r, w) = fd::pipe2(libc::O_CLOEXEC).unwrap();
    let rights = [r.to_ne_bytes(), w.to_ne_bytes()].concat();
    let items = [(libc::SOL_SOCKET, libc::SCM_RIGHTS, rights)];
    assert_eq!(socket::sendmsg(a, &[IoSlice::new(b"ab"), IoSlice::new(b"c")], &items, 0, None), Ok(3));
    let (mut x, mut y) = ([0; 1], [0; 5]);
    let room = socket::cmsg_space(8).unwrap();
    let mut into = [IoSliceMut::new(&mut x), IoSliceMut::new(&mut y)];
    let (n, items, flags, _) = socket::recvmsg(b, &mut into, room, 0).unwrap();
    assert_eq!((n, flags & libc::MSG_CTRUNC, x, &y[..2]), (3, 0, *b"a", &b"bc"[..]));
    assert_eq!((items[0].0, items[0].1, items[0].2.len()), (libc::SOL_SOCKET, libc::SCM_RIGHTS, 8));
    let new = i32::from_ne_bytes(items[0].2[4..].try_into().unwrap());
    // As in CPython: PEP 446 leaves descriptors that arrive this way alone.
    assert_eq!(fd::get_inheritable(new), Ok(true));
    fd::write(new, b"through").unwrap();
    let mut out = Vec::new();
    assert_eq!(fd::read_append(r, &mut out, 100), Ok(7));
    // Too little room for what came: the flag says so.
    let rights = [r.to_ne_bytes(), w.to_ne_bytes()].concat();
    socket::sendmsg(a, &[IoSlice::new(b"z")], &[(libc::SOL_SOCKET, libc::SCM_RIGHTS, rights)], 0, None)
        .unwrap();
    let (_, items, flags, _) = socket::recvmsg(b, &mut [IoSliceMut::new(&mut x)], 5, 0).unwrap();
    assert!(items.iter().all(|i| i.2.len() < 8) && flags & libc::MSG_CTRUNC != 0);

    let path = std::env::temp_dir().join(format!("dxpy-host-{}.sock", std::process::id()));
    let path = Address::Unix(path.into_os_string().into_encoded_bytes());
    let hidden = Address::Unix([b"\0dxpy-host-", std::process::id().to_string().as_bytes(), b"\0x"].concat());
    for address in [path, hidden] {
        let server = socket::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0).unwrap();
        socket::bind(server, &address).unwrap();
        assert_eq!(socket::getsockname(server), Ok(Some(address.clone())));
        fd::close(server).unwrap();
        if let Address::Unix(p) = address {
            let _ = CString::new(p).map(|p| dxpy_host::fs::unlink(&p, None));
        }
    }
    let long = Address::Unix(vec![b'x'; 108]);
    assert_eq!(socket::bind(a, &long), Err(Errno(libc::ENAMETOOLONG)));
}

const SCRIPT: &str = r##"
import socket as s
def t(f, *a):
    try: return f(*a)
    except OSError as e: return '%s %s' % (type(e).__name__, e.args[0])
for x in ['1.2.3.4','1.2.3','0x7f.1','256.1.1.1','','1.2.3.4 x','::1','::ffff:1.2.3.4','fe80::1','1::2::3','abcd']:
    a = t(s.inet_aton, x); b = t(s.inet_pton, s.AF_INET, x); c = t(s.inet_pton, s.AF_INET6, x)
    print('inet', x, *[v.hex() if isinstance(v, bytes) else 'bad' for v in (a,b,c)], s.inet_ntop(s.AF_INET6, c) if isinstance(c, bytes) else '-', sep='\t')
for h, p in [('127.0.0.1','80'),('localhost','http'),('::1','1'),(None,'22'),('127.0.0.1',None),('no-such-host.invalid','1'),('127.0.0.1','no-such-service')]:
    r = t(s.getaddrinfo, h, p, 0, s.SOCK_STREAM)
    print('info', h or '', p or '', r if isinstance(r, str) else ' '.join('%d,%d,%d,%s,%d' % (f,k,q,a[0],a[1]) for f,k,q,c,a in r), sep='\t')
for n in ('http','ssh','domain','nope'): print('serv', n, t(s.getservbyname, n), sep='\t')
for n in ('tcp','udp','icmp','nope'): print('proto', n, t(s.getprotobyname, n), sep='\t')
print('name', *s.getnameinfo(('127.0.0.1', 80), s.NI_NUMERICHOST|s.NI_NUMERICSERV), sep='\t')
print('ifs', *['%d %s' % i for i in s.if_nameindex()], sep='\t')
r = t(s.gethostbyname_ex, 'localhost'); print('host', r if isinstance(r, str) else '%s %s' % (r[0], ' '.join(r[2])), sep='\t')
r = t(s.gethostbyname_ex, 'no-such-host.invalid'); print('nohost', s.gaierror and r, sep='\t')
print('cmsg', *[s.CMSG_LEN(n) for n in (0,1,8,9)], *[s.CMSG_SPACE(n) for n in (0,1,8,9)], sep='\t')
"##;

fn hex_or_bad(b: Option<Vec<u8>>) -> String {
    b.map_or("bad".into(), |b| common::hex(&b))
}

fn c(s: &str) -> Option<CString> {
    (!s.is_empty()).then(|| CString::new(s).unwrap())
}

#[test]
fn names_as_cpython() {
    let Some(out) = common::oracle(SCRIPT) else { return };
    for r in common::rows(&out, 30) {
        let got = match r[0] {
            "inet" => {
                let text = CString::new(r[1]).unwrap();
                let six = inet_pton(libc::AF_INET6, &text).unwrap();
                let back =
                    six.as_ref().map(|b| String::from_utf8(inet_ntop(libc::AF_INET6, b).unwrap()).unwrap());
                vec![
                    r[1].to_owned(),
                    hex_or_bad(inet_aton(&text).map(|b| b.to_vec())),
                    hex_or_bad(inet_pton(libc::AF_INET, &text).unwrap()),
                    hex_or_bad(six),
                    back.unwrap_or("-".into()),
                ]
            }
            "info" => {
                let hints = Hints { kind: libc::SOCK_STREAM, ..Hints::default() };
                let answer = match names::getaddrinfo(c(r[1]).as_deref(), c(r[2]).as_deref(), hints) {
                    Err(LookupError::Gai(n)) => format!("gaierror {n}"),
                    Err(e) => format!("{e:?}"),
                    Ok(list) => {
                        let show = |i: &names::AddressInfo| {
                            let (ip, port) = match i.address.as_ref().unwrap() {
                                Address::Inet { ip, port } => (inet_ntop(libc::AF_INET, ip), port),
                                Address::Inet6 { ip, port, .. } => (inet_ntop(libc::AF_INET6, ip), port),
                                other => panic!("{other:?}"),
                            };
                            let ip = String::from_utf8(ip.unwrap()).unwrap();
                            format!("{},{},{},{ip},{port}", i.family, i.kind, i.protocol)
                        };
                        list.iter().map(show).collect::<Vec<_>>().join(" ")
                    }
                };
                vec![r[1].to_owned(), r[2].to_owned(), answer]
            }
            "serv" => {
                let port = names::getservbyname(&c(r[1]).unwrap(), None);
                if let Some(port) = port {
                    assert!(names::getservbyport(port, None).is_some());
                }
                let text = port.map_or("OSError service/proto not found".into(), |p| p.to_string());
                vec![r[1].to_owned(), text]
            }
            "proto" => {
                let n = names::getprotobyname(&c(r[1]).unwrap());
                vec![r[1].to_owned(), n.map_or("OSError protocol not found".into(), |p| p.to_string())]
            }
            "name" => {
                let a = Address::Inet { ip: [127, 0, 0, 1], port: 80 };
                let (h, s) = names::getnameinfo(&a, libc::NI_NUMERICHOST | libc::NI_NUMERICSERV).unwrap();
                vec![String::from_utf8(h).unwrap(), String::from_utf8(s).unwrap()]
            }
            "ifs" => {
                let list = names::if_nameindex().unwrap();
                for (n, name) in &list {
                    let name = CString::new(name.clone()).unwrap();
                    assert_eq!(names::if_nametoindex(&name), Some(*n));
                    assert_eq!(names::if_indextoname(*n), Ok(name));
                }
                list.iter().map(|(n, name)| format!("{n} {}", String::from_utf8_lossy(name))).collect()
            }
            "host" => {
                let Ok(h) = names::gethostbyname_ex(c"localhost") else { continue };
                let ips = h
                    .addresses
                    .iter()
                    .map(|a| String::from_utf8(inet_ntop(libc::AF_INET, a).unwrap()).unwrap());
                let ips = ips.collect::<Vec<_>>().join(" ");
                vec![format!("{} {ips}", String::from_utf8_lossy(&h.name))]
            }
            "nohost" => match names::gethostbyname_ex(c"no-such-host.invalid") {
                Err(LookupError::Host(n)) => {
                    assert!(n > 0);
                    vec![r[1].to_owned()]
                }
                other => panic!("{other:?}"),
            },
            _ => {
                let sizes = [0, 1, 8, 9];
                let all = sizes.map(socket::cmsg_len).into_iter().chain(sizes.map(socket::cmsg_space));
                all.map(|n| n.unwrap().to_string()).collect()
            }
        };
        assert_eq!(got, r[1..], "{}", r[0]);
    }
}
