"""Build-time values for sysconfig: the table CPython's build writes, for this interpreter on x86-64 Linux."""

from _sysconfigdata_dxpy import variables

build_time_vars = variables("x86_64-linux-gnu")
