//! Pseudo-terminals, memory maps, shared memory, and the user databases against CPython's.

#[path = "../../algos/tests/common/mod.rs"]
mod common;

use dxpy_host::map::{self, Map};
use dxpy_host::{Errno, fd, tty, users};
use std::ffi::CString;

#[test]
fn a_pair_of_ends() {
    let (a, b) = tty::open_pair().unwrap();
    assert!(fd::isatty(b) && !fd::get_inheritable(b).unwrap());
    tty::set_size(b, 30, 100).unwrap();
    assert_eq!(tty::size(a), Ok((30, 100)));
    assert!(tty::name(b).unwrap().starts_with(b"/dev/pts/"));
    let mut modes = tty::get_modes(b).unwrap();
    assert!(modes.local & libc::ECHO != 0 && modes.local & libc::ICANON != 0);
    modes.local &= !(libc::ECHO | libc::ICANON);
    modes.characters[libc::VMIN] = 1;
    modes.output_speed = libc::B9600;
    tty::set_modes(b, libc::TCSANOW, &modes).unwrap();
    let now = tty::get_modes(b).unwrap();
    assert_eq!((now.local, now.output_speed), (modes.local, libc::B9600));
    fd::write(a, b"x").unwrap();
    let mut buffer = [0; 4];
    assert_eq!(fd::read(b, &mut buffer), Ok(1));
    tty::flush(b, libc::TCIOFLUSH).unwrap();
    for f in [a, b] {
        fd::close(f).unwrap();
    }
    let (r, w) = fd::pipe2(libc::O_CLOEXEC).unwrap();
    assert_eq!(tty::get_modes(r).err(), Some(Errno(libc::ENOTTY)));
    assert_eq!(tty::size(r), Err(Errno(libc::ENOTTY)));
    assert_eq!(tty::name(r), Err(Errno(libc::ENOTTY)));
    assert_eq!(tty::controlling_name(), b"/dev/tty");
    fd::close(r).unwrap();
    fd::close(w).unwrap();
}

#[test]
fn maps_of_files_and_of_nothing() {
    let name = CString::new(format!("/dxpy-host-{}", std::process::id())).unwrap();
    let f = map::shm_open(&name, libc::O_RDWR | libc::O_CREAT | libc::O_EXCL, 0o600).unwrap();
    let page = map::page_size();
    fd::ftruncate(f, 3 * page as i64).unwrap();
    let both = libc::PROT_READ | libc::PROT_WRITE;
    let mut m = Map::new(page, both, libc::MAP_SHARED, f, 0).unwrap();
    // SAFETY: inside the mapping, which nobody else writes.
    unsafe { m.as_ptr().copy_from(b"hello".as_ptr(), 5) };
    m.flush(0, page).unwrap();
    let mut b = [0; 5];
    assert_eq!(fd::pread(f, &mut b, 0), Ok(5));
    assert_eq!(&b, b"hello");
    m.resize(3 * page).unwrap();
    assert_eq!(m.len(), 3 * page);
    // SAFETY: inside the grown mapping.
    assert_eq!(unsafe { (m.as_ptr().read(), m.as_ptr().add(3 * page - 1).read()) }, (b'h', 0));
    assert_eq!(m.advise(libc::MADV_DONTNEED, page, page), Ok(()));
    assert_eq!(m.flush(page, 3 * page), Err(Errno(libc::EINVAL)));
    assert_eq!(Map::new(0, both, libc::MAP_SHARED, f, 0).err(), Some(Errno(libc::EINVAL)));
    assert_eq!(Map::new(page, both, libc::MAP_SHARED, f, 1).err(), Some(Errno(libc::EINVAL)));
    fd::close(f).unwrap();
    map::shm_unlink(&name).unwrap();
    assert_eq!(map::shm_unlink(&name), Err(Errno(libc::ENOENT)));
    let m = Map::new(10, both, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0).unwrap();
    // SAFETY: inside the mapping.
    assert_eq!(unsafe { m.as_ptr().read() }, 0);
}

#[test]
fn users_as_cpython() {
    let script = "import pwd, grp\nfor p in pwd.getpwall(): print('u', *p, sep='\\t')\nfor g in grp.getgrall(): print('g', *g[:3], ','.join(g[3]), sep='\\t')";
    let Some(out) = common::oracle(script) else { return };
    let text = |b: Vec<u8>| String::from_utf8(b).unwrap();
    let show = |u: users::User| {
        let (uid, gid) = (u.uid.to_string(), u.gid.to_string());
        ["u".into(), text(u.name), text(u.password), uid, gid, text(u.gecos), text(u.dir), text(u.shell)]
            .join("\t")
    };
    let show_group = |g: users::Group| {
        let members = g.members.into_iter().map(text).collect::<Vec<_>>().join(",");
        ["g".into(), text(g.name), text(g.password), g.gid.to_string(), members].join("\t")
    };
    let all = users::all_users().into_iter().map(show).chain(users::all_groups().into_iter().map(show_group));
    assert_eq!(all.collect::<Vec<_>>(), out.lines().collect::<Vec<_>>());
    let root = users::user_by_id(0).unwrap().unwrap();
    assert_eq!(users::user_by_name(&CString::new(root.name.clone()).unwrap()), Ok(Some(root)));
    let group = users::group_by_id(0).unwrap().unwrap();
    assert_eq!(users::group_by_name(&CString::new(group.name.clone()).unwrap()), Ok(Some(group)));
    assert_eq!(users::user_by_name(c"no such user"), Ok(None));
    assert_eq!(users::group_by_id(3_999_999_999), Ok(None));
}
