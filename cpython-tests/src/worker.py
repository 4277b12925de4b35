"""Runs one file of CPython's test suite and writes what happens to each test id, one line an event, to a file.

usage: worker.py [--light] MODULE EVENTS [ID...]     (the ids are left out: with CPython they hang on some machines)

With --light, the stand-ins of light.py beside this file take the place of unittest and test.support.

Lines are tab separated: "E id" (the suite has it), "S id" (it starts), "R id outcome seconds detail" (it ended),
"C outcome where detail" (a class or module fixture), "X kind detail" (the file as a whole), "Z" (all done).
They are written as they happen, so that a crash or a time limit leaves what was reached; "X at STAGE" says how far the
file as a whole has come. To write them takes sys and posix alone, so that an interpreter in which unittest cannot be
imported yet can say so; everything else is what the tests themselves need.
"""

import posix
import sys

# The resources of the baseline. test_socketserver asks for the network, but stays on the loopback device.
RESOURCES = ["curses", "decimal", "subprocess", "walltime"]
EXTRA = {"test.test_socketserver": ["network"]}
# Far from the numbers that tests of file descriptors use.
EVENTS_FD = 250
RANK = {"pass": 0, "skip": 1, "xfail": 2, "xpass": 3, "fail": 4, "error": 5}


def open_events(path):
    low = posix.open(path, posix.O_WRONLY | posix.O_CREAT | posix.O_APPEND, 0o644)
    try:
        posix.dup2(low, EVENTS_FD, inheritable=False)
    except (OSError, AttributeError):
        return low
    posix.close(low)
    return EVENTS_FD


def make_event(fd):
    owner = posix.getpid()
    getpid, write = posix.getpid, posix.write

    def event(*fields):
        # A forked child inherits the result object, but its tests are not ours.
        if getpid() != owner:
            return
        clean = [str(f).replace("\\", "\\\\").replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")
                 for f in fields]
        write(fd, ("\t".join(clean) + "\n").encode("utf-8", "backslashreplace"))

    return event


def identity(test):
    try:
        return test.id()
    except TypeError:
        # Tests of unittest itself replace id().
        kind = type(test)
        return "%s.%s.%s" % (kind.__module__, kind.__qualname__, test._testMethodName)


def reason(err):
    try:
        return "%s: %s" % (err[0].__name__, err[1])
    except Exception:
        return repr(err[0])


def result_class(unittest, event, clock):
    base = unittest.TextTestResult

    class Result(base):
        worst = None
        began = None

        def note(self, test, outcome, detail=""):
            if type(test).__name__ == "_ErrorHolder":
                event("C", outcome, test.id(), str(detail)[:300])
            elif self.worst is None or RANK[outcome] > RANK[self.worst[0]]:
                self.worst = (outcome, str(detail))

        def startTest(self, test):
            super().startTest(test)
            self.worst = None
            self.began = clock()
            event("S", identity(test))

        def stopTest(self, test):
            outcome, detail = self.worst or ("pass", "")
            spent = clock() - self.began if self.began is not None else 0.0
            event("R", identity(test), outcome, "%.4f" % spent, detail[:300])
            super().stopTest(test)
            self.worst = self.began = None

        def addSuccess(self, test):
            super().addSuccess(test)
            self.note(test, "pass")

        def addSkip(self, test, why):
            super().addSkip(test, why)
            # A skipped subtest does not skip its test.
            if not hasattr(test, "test_case"):
                self.note(test, "skip", why)

        def addError(self, test, err):
            super().addError(test, err)
            self.note(test, "error", reason(err))

        def addFailure(self, test, err):
            super().addFailure(test, err)
            self.note(test, "fail", reason(err))

        def addExpectedFailure(self, test, err):
            super().addExpectedFailure(test, err)
            self.note(test, "xfail")

        def addUnexpectedSuccess(self, test):
            super().addUnexpectedSuccess(test)
            self.note(test, "xpass")

        def addSubTest(self, test, subtest, err):
            super().addSubTest(test, subtest, err)
            if err is not None:
                kind = "fail" if issubclass(err[0], test.failureException) else "error"
                self.note(test, kind, "subtest " + reason(err))

    return Result


def flatten(unittest, suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from flatten(unittest, item)
        elif item is not None:
            yield item


def no_clock():
    return 0.0


def prepare(event, name):
    """Makes ready what regrtest would have; gives unittest and a clock."""
    clock = no_clock
    try:
        import faulthandler

        faulthandler.enable(file=sys.__stderr__)
        from time import perf_counter as clock
    except (ImportError, AttributeError):
        pass
    event("X", "at", "import unittest")
    import unittest

    event("X", "at", "import test.support")
    from test import support

    support.use_resources = RESOURCES + EXTRA.get(name, [])
    support.verbose = 1
    support.record_original_stdout(sys.stdout)
    posix.umask(0o022)
    return unittest, clock


def load(event, unittest, name, left_out):
    """The module and its tests as one suite; None where it skips."""
    event("X", "at", "import " + name)
    try:
        __import__(name)
        module = sys.modules[name]
    except unittest.SkipTest as why:
        event("X", "module-skip", why)
        return None
    event("X", "at", "load its tests")
    loader = unittest.TestLoader()
    suite = loader.loadTestsFromModule(module)
    for text in loader.errors:
        event("X", "load-error", text[-600:])
    for test in flatten(unittest, suite):
        event("E", identity(test))
    if left_out:
        suite = unittest.TestSuite([t for t in flatten(unittest, suite) if identity(t) not in left_out])
    event("X", "loaded", "")
    return suite


def run_light(event, name):
    import light

    unittest = light.install()
    event("X", "at", "import " + name)
    try:
        __import__(name)
        light.run(event, vars(sys.modules[name]))
    except unittest.SkipTest as why:
        event("X", "module-skip", why)
    except BaseException as err:
        event("X", "import-error", "%s: %s" % (type(err).__name__, err))
    event("Z")


def main():
    is_light = sys.argv[1] == "--light"
    if is_light:
        del sys.argv[1]
    name, events = sys.argv[1:3]
    left_out = sys.argv[3:]
    sys.argv[:] = ["unittest", name]
    event = make_event(open_events(events))
    if is_light:
        return run_light(event, name)
    sys.path[0] = posix.getcwd()
    try:
        unittest, clock = prepare(event, name)
        suite = load(event, unittest, name, left_out)
    except BaseException as err:
        event("X", "import-error", "%s: %s" % (type(err).__name__, err))
        event("Z")
        raise
    if suite is not None:
        kind = result_class(unittest, event, clock)
        unittest.TextTestRunner(stream=sys.stderr, verbosity=2, resultclass=kind, warnings=None).run(suite)
    event("Z")
    if suite is not None:
        from test import support

        support.gc_collect()
        support.reap_children()
    return 0


if __name__ == "__main__":
    sys.exit(main())
