"""Stands in for the module pyperf, so that pyperformance's scripts run unmodified under our runner.

pyperf starts its own processes and judges them by itself; here the Rust side starts processes, one for a script and an
interpreter at a time and in turns, and this module only calls the function often enough and writes what each value took:
"V name loops inner wall cpu", seconds for all loops. What is here is what the scripts use.

DXPY_BENCH_OUT names the file; DXPY_BENCH_SECONDS is the least a value takes; DXPY_BENCH_VALUES says how many, and 0
asks for the one value that showed how many loops suffice.
"""

import argparse
import os
import subprocess
import sys
import time

perf_counter = time.perf_counter
OUT = os.environ["DXPY_BENCH_OUT"]
SECONDS = float(os.environ.get("DXPY_BENCH_SECONDS", "0.1"))
VALUES = int(os.environ.get("DXPY_BENCH_VALUES", "3"))


def python_implementation():
    return sys.implementation.name


def cpu_clock():
    """CPU seconds of this process and of the children it waited for."""
    t = os.times()
    return time.process_time() + t.children_user + t.children_system


class Runner:
    def __init__(self, values=None, add_cmdline_args=None, program_args=None, **ignored):
        self.argparser = argparse.ArgumentParser()
        self.metadata = {}
        self.args = None

    def parse_args(self, args=None):
        if self.args is None:
            self.args = self.argparser.parse_args(args)
        return self.args

    def bench_time_func(self, name, time_func, *args, inner_loops=None, **ignored):
        """time_func(loops, *args) gives the seconds that many loops took."""
        self.parse_args()

        def measure():
            cpu = cpu_clock()
            wall = time_func(loops, *args)
            return wall, cpu_clock() - cpu

        loops = 1
        values = [measure()]
        while values[0][0] < SECONDS and loops < 1 << 30:
            loops *= 2
            values = [measure()]
        if VALUES:
            values = [measure() for _ in range(VALUES)]
        with open(OUT, "a") as out:
            for wall, cpu in values:
                out.write("V\t%s\t%d\t%d\t%r\t%r\n" % (name, loops, inner_loops or 1, wall, cpu))

    def bench_func(self, name, func, *args, inner_loops=None, **ignored):
        def time_func(loops):
            todo = [None] * loops
            began = perf_counter()
            for _ in todo:
                func(*args)
            return perf_counter() - began

        self.bench_time_func(name, time_func, inner_loops=inner_loops)

    def bench_async_func(self, name, func, *args, inner_loops=None, loop_factory=None, **ignored):
        import asyncio

        async def body(loops):
            todo = [None] * loops
            began = perf_counter()
            for _ in todo:
                await func(*args)
            return perf_counter() - began

        def time_func(loops):
            if loop_factory is None:
                return asyncio.run(body(loops))
            with asyncio.Runner(loop_factory=loop_factory) as runner:
                return runner.run(body(loops))

        self.bench_time_func(name, time_func, inner_loops=inner_loops)

    def bench_command(self, name, command):
        def run():
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

        self.bench_func(name, run)
