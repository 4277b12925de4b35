//! `_stat`: the constants that are the same on every system, the file type tests and `filemode`.

/// The module's integer constants; those of other systems (doors, ports, whiteouts) are 0 on Linux.
pub const CONSTANTS: &[(&str, i64)] = &[
    ("S_IFDIR", 0o040000),
    ("S_IFCHR", 0o020000),
    ("S_IFBLK", 0o060000),
    ("S_IFREG", 0o100000),
    ("S_IFIFO", 0o010000),
    ("S_IFLNK", 0o120000),
    ("S_IFSOCK", 0o140000),
    ("S_IFDOOR", 0),
    ("S_IFPORT", 0),
    ("S_IFWHT", 0),
    ("S_ISUID", 0o4000),
    ("S_ISGID", 0o2000),
    ("S_ISVTX", 0o1000),
    ("S_ENFMT", 0o2000),
    ("S_IREAD", 0o400),
    ("S_IWRITE", 0o200),
    ("S_IEXEC", 0o100),
    ("S_IRWXU", 0o700),
    ("S_IRUSR", 0o400),
    ("S_IWUSR", 0o200),
    ("S_IXUSR", 0o100),
    ("S_IRWXG", 0o070),
    ("S_IRGRP", 0o040),
    ("S_IWGRP", 0o020),
    ("S_IXGRP", 0o010),
    ("S_IRWXO", 0o007),
    ("S_IROTH", 0o004),
    ("S_IWOTH", 0o002),
    ("S_IXOTH", 0o001),
    ("UF_NODUMP", 0x1),
    ("UF_IMMUTABLE", 0x2),
    ("UF_APPEND", 0x4),
    ("UF_OPAQUE", 0x8),
    ("UF_NOUNLINK", 0x10),
    ("UF_COMPRESSED", 0x20),
    ("UF_HIDDEN", 0x8000),
    ("SF_ARCHIVED", 0x1_0000),
    ("SF_IMMUTABLE", 0x2_0000),
    ("SF_APPEND", 0x4_0000),
    ("SF_NOUNLINK", 0x10_0000),
    ("SF_SNAPSHOT", 0x20_0000),
    ("ST_MODE", 0),
    ("ST_INO", 1),
    ("ST_DEV", 2),
    ("ST_NLINK", 3),
    ("ST_UID", 4),
    ("ST_GID", 5),
    ("ST_SIZE", 6),
    ("ST_ATIME", 7),
    ("ST_MTIME", 8),
    ("ST_CTIME", 9),
];

/// The predicates `S_IS…` with the type each asks for; `None` are those of other systems, never true.
pub const PREDICATES: &[(&str, Option<u32>)] = &[
    ("S_ISDIR", Some(0o040000)),
    ("S_ISCHR", Some(0o020000)),
    ("S_ISBLK", Some(0o060000)),
    ("S_ISREG", Some(0o100000)),
    ("S_ISFIFO", Some(0o010000)),
    ("S_ISLNK", Some(0o120000)),
    ("S_ISSOCK", Some(0o140000)),
    ("S_ISDOOR", None),
    ("S_ISPORT", None),
    ("S_ISWHT", None),
];

/// `S_IFMT`.
pub fn format_bits(mode: u32) -> u32 {
    mode & 0o170000
}

/// `S_IMODE`.
pub fn permission_bits(mode: u32) -> u32 {
    mode & 0o7777
}

/// One of [`PREDICATES`].
pub fn is_type(mode: u32, wanted: Option<u32>) -> bool {
    wanted == Some(format_bits(mode))
}

/// `filemode`: `-rwxr-xr-x`.
pub fn filemode(mode: u32) -> String {
    let kind = match format_bits(mode) {
        0o100000 => '-',
        0o040000 => 'd',
        0o120000 => 'l',
        0o060000 => 'b',
        0o020000 => 'c',
        0o010000 => 'p',
        0o140000 => 's',
        _ => '?',
    };
    let mut out = String::from(kind);
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift & 7;
        out.push(if bits & 4 != 0 { 'r' } else { '-' });
        out.push(if bits & 2 != 0 { 'w' } else { '-' });
        out.push(match (mode & special != 0, bits & 1 != 0) {
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    out
}
