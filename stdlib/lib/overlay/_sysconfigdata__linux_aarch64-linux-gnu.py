"""Build-time values for sysconfig: the table CPython's build writes, for this interpreter on aarch64 Linux."""

from _sysconfigdata_dxpy import variables

build_time_vars = variables("aarch64-linux-gnu")
