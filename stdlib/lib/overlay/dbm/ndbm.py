"""Databases in the format of the ndbm library."""

from _dbm import *
