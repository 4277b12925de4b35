"""Databases of bytes by bytes, in whatever format is at hand.

    import dbm
    with dbm.open(path, "c") as db:
        db["key"] = "value"

A file that exists is opened by the module that wrote it; a new one is made by the first of `dbm.gnu`, `dbm.ndbm` and
`dbm.dumb` that can be imported. `whichdb` tells which module a file belongs to. What a database raises is a class in the
tuple `error`.
"""

__all__ = ["open", "whichdb", "error"]

import io
import os
import struct
import sys


class error(Exception):
    pass


# What can be named in an except clause for all formats; the class itself comes first.
error = (error, OSError)

_names = ["dbm.gnu", "dbm.ndbm", "dbm.dumb"]
# The module that makes new files, and all modules there are, by name: filled when the first file is opened.
_defaultmod = None
_modules = {}

try:
    from dbm import ndbm
except ImportError:
    ndbm = None

# The first word of a file of gdbm, in either size of its offsets, and with room for synchronisation.
_GDBM_MAGIC = frozenset([0x13579ACD, 0x13579ACE, 0x13579ACF])


def _load():
    """Imports the modules there are."""
    global _defaultmod
    for name in _names:
        try:
            module = __import__(name, fromlist=["open"])
        except ImportError:
            continue
        _modules[name] = module
        if _defaultmod is None:
            _defaultmod = module
    if _defaultmod is None:
        raise ImportError("no dbm clone found; tried %s" % _names)


def open(file, flag="r", mode=0o666):
    """Open or create the database at a path.

    The flag is 'r' for reading, 'w' for reading and writing, 'c' to make the file where it is missing, and 'n' to begin
    with an empty one in any case. The mode is what a new file's permissions are before the umask.
    """
    if _defaultmod is None:
        _load()
    kind = None if "n" in flag else whichdb(file)
    if kind is None:
        if "c" not in flag and "n" not in flag:
            raise error[0]("db file doesn't exist; use 'c' or 'n' flag to create a new db")
        module = _defaultmod
    elif kind == "":
        raise error[0]("db type could not be determined")
    elif kind in _modules:
        module = _modules[kind]
    else:
        raise error[0]("db type is {0}, but the module is not available".format(kind))
    return module.open(file, flag, mode)


def _there(path):
    """Can the file be opened for reading?"""
    try:
        io.open(path, mode="rb").close()
    except OSError:
        return False
    return True


def whichdb(filename):
    """Say which module a database belongs to: its name, "" if the format is none of those known, None if there is no
    such file or it cannot be read."""
    filename = os.fsencode(filename)

    # ndbm keeps two files, or one if it stands on Berkeley's library.
    if _there(filename + b".pag") and _there(filename + b".dir"):
        return "dbm.ndbm"
    if _there(filename + b".db"):
        # Other programs end their files so too: only trying tells.
        if ndbm is not None:
            try:
                ndbm.open(filename).close()
            except OSError:
                pass
            else:
                return "dbm.ndbm"

    # dumb keeps data and an index of text, whose lines begin with a quoted key.
    try:
        os.stat(filename + b".dat")
        size = os.stat(filename + b".dir").st_size
        if size == 0:
            return "dbm.dumb"
        with io.open(filename + b".dir", "rb") as index:
            if index.read(1) in (b"'", b'"'):
                return "dbm.dumb"
    except OSError:
        pass

    try:
        with io.open(filename, "rb") as data:
            head = data.read(4)
    except OSError:
        return None
    if len(head) == 4 and struct.unpack("=L", head)[0] in _GDBM_MAGIC:
        return "dbm.gnu"
    return ""


if __name__ == "__main__":
    for filename in sys.argv[1:]:
        print(whichdb(filename) or "UNKNOWN", filename)
