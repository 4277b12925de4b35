"""A database in plain Python, for where no library is.

It keeps three files: `name.dat` has the values, each beginning at a multiple of 512 bytes; `name.dir` has a line for
each key, with the key's repr and the place and length of its value; `name.bak` is the `name.dir` before the last one.
The index is held in memory and written when the database is synchronised or closed. A value that grows out of its blocks
is written anew at the end, and what deleted values leave is not used again. Nothing keeps two programs from writing at
the same time.
"""

import ast as _ast
import io as _io
import os as _os
import collections.abc

__all__ = ["error", "open"]

_BLOCKSIZE = 512

error = OSError


class _Database(collections.abc.MutableMapping):
    # Methods that run while the interpreter ends find the modules here, when the globals are gone.
    _os = _os
    _io = _io

    def __init__(self, filebasename, mode, flag="c"):
        filebasename = self._os.fsencode(filebasename)
        self._mode = mode
        self._readonly = flag == "r"
        self._dirfile = filebasename + b".dir"
        self._datfile = filebasename + b".dat"
        self._bakfile = filebasename + b".bak"
        # Place and length of each key's value; None once the database is closed.
        self._index = None
        self._create(flag)
        self._update(flag)

    def _create(self, flag):
        """Sees that the file of values is there; with 'n' both files begin empty."""
        if flag == "n":
            for path in (self._datfile, self._bakfile, self._dirfile):
                try:
                    self._os.remove(path)
                except OSError:
                    pass
        try:
            values = self._io.open(self._datfile, "r", encoding="Latin-1")
        except OSError:
            if flag not in ("c", "n"):
                raise
            with self._io.open(self._datfile, "w", encoding="Latin-1"):
                self._chmod(self._datfile)
        else:
            values.close()

    def _update(self, flag):
        """Reads the index."""
        self._modified = False
        self._index = {}
        try:
            lines = self._io.open(self._dirfile, "r", encoding="Latin-1")
        except OSError:
            if flag not in ("c", "n"):
                raise
            # A database without keys gets its index when it is closed.
            self._modified = True
        else:
            with lines:
                for line in lines:
                    key, place = _ast.literal_eval(line.rstrip())
                    self._index[key.encode("Latin-1")] = place

    def _commit(self):
        """Writes the index, if it changed; the one before stays as the backup."""
        if self._index is None or not self._modified:
            return
        try:
            self._os.unlink(self._bakfile)
        except OSError:
            pass
        try:
            self._os.rename(self._dirfile, self._bakfile)
        except OSError:
            pass
        with self._io.open(self._dirfile, "w", encoding="Latin-1") as lines:
            self._chmod(self._dirfile)
            for key, place in self._index.items():
                lines.write("%r, %r\n" % (key.decode("Latin-1"), place))
        self._modified = False

    sync = _commit

    def _verify_open(self):
        if self._index is None:
            raise error("DBM object has already been closed")

    @staticmethod
    def _bytes(key):
        return key.encode("utf-8") if isinstance(key, str) else key

    def __getitem__(self, key):
        self._verify_open()
        start, size = self._index[self._bytes(key)]
        with self._io.open(self._datfile, "rb") as values:
            values.seek(start)
            return values.read(size)

    def _append(self, value):
        """Writes a value behind all others, at the next block."""
        with self._io.open(self._datfile, "rb+") as values:
            end = values.seek(0, 2)
            start = -(-end // _BLOCKSIZE) * _BLOCKSIZE
            values.write(b"\0" * (start - end))
            values.write(value)
        return start, len(value)

    def _overwrite(self, start, value):
        """Writes a value where one of as many blocks was."""
        with self._io.open(self._datfile, "rb+") as values:
            values.seek(start)
            values.write(value)
        return start, len(value)

    def _add_line(self, key, place):
        """Adds a new key to the index, in memory and in the file."""
        self._index[key] = place
        with self._io.open(self._dirfile, "a", encoding="Latin-1") as lines:
            self._chmod(self._dirfile)
            lines.write("%r, %r\n" % (key.decode("Latin-1"), place))

    def __setitem__(self, key, value):
        if self._readonly:
            raise error("The database is opened for reading only")
        if isinstance(key, str):
            key = key.encode("utf-8")
        elif not isinstance(key, (bytes, bytearray)):
            raise TypeError("keys must be bytes or strings")
        if isinstance(value, str):
            value = value.encode("utf-8")
        elif not isinstance(value, (bytes, bytearray)):
            raise TypeError("values must be bytes or strings")
        self._verify_open()
        self._modified = True
        if key not in self._index:
            self._add_line(key, self._append(value))
            return
        start, size = self._index[key]
        blocks = -(-size // _BLOCKSIZE)
        if len(value) <= blocks * _BLOCKSIZE:
            self._index[key] = self._overwrite(start, value)
        else:
            self._index[key] = self._append(value)

    def __delitem__(self, key):
        if self._readonly:
            raise error("The database is opened for reading only")
        self._verify_open()
        key = self._bytes(key)
        self._modified = True
        del self._index[key]
        # Without this, a value written anew could stand in a place that the file's index still gives to this key.
        self._commit()

    def keys(self):
        try:
            return list(self._index)
        except TypeError:
            self._verify_open()
            raise

    def items(self):
        self._verify_open()
        return [(key, self[key]) for key in self._index]

    def __contains__(self, key):
        key = self._bytes(key)
        try:
            return key in self._index
        except TypeError:
            self._verify_open()
            raise

    def iterkeys(self):
        try:
            return iter(self._index)
        except TypeError:
            self._verify_open()
            raise

    __iter__ = iterkeys

    def __len__(self):
        try:
            return len(self._index)
        except TypeError:
            self._verify_open()
            raise

    def close(self):
        try:
            self._commit()
        finally:
            self._index = self._datfile = self._dirfile = self._bakfile = None

    __del__ = close

    def _chmod(self, file):
        self._os.chmod(file, self._mode)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()


def open(file, flag="c", mode=0o666):
    """Open the database whose files begin with a path.

    The flag is 'r', 'w', 'c' (the default) or 'n', as for `dbm.open`; the mode is what the permissions of its files are
    before the umask.
    """
    try:
        mask = _os.umask(0)
    except AttributeError:
        pass
    else:
        _os.umask(mask)
        mode &= ~mask
    if flag not in ("r", "w", "c", "n"):
        raise ValueError("Flag must be one of 'r', 'w', 'c', or 'n'")
    return _Database(file, mode, flag=flag)
