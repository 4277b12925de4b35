"""Databases in the format of the GNU dbm library."""

from _gdbm import *
