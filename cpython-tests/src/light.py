"""Small stand-ins for unittest and test.support, so that test files run on an interpreter that cannot import those yet.

Not the measure: a pass with them is a hint of what works. They need sys and plain classes; io, gc and re only in the
assertions that cannot do without. The worker uses them when it is told to (`--light`); or this text, a test file's text
and a last line are made one script (`--script`), which needs no import of files, no posix and no open.
"""

import sys

Module = type(sys)


class SkipTest(Exception):
    pass


class _Raises:
    def __init__(self, case, expected, pattern=None, warning=False):
        self.case, self.expected, self.pattern, self.exception = case, expected, pattern, None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        if kind is None:
            raise self.case.failureException("%r not raised" % (self.expected,))
        if not issubclass(kind, self.expected):
            return False
        self.exception = value
        if self.pattern is not None:
            self.case.assertRegex(str(value), self.pattern)
        return True


class _Sub:
    def __init__(self, case, about):
        self.case, self.about = case, about

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        # As unittest: the test goes on after a subtest that failed.
        if kind is not None and issubclass(kind, Exception) and not issubclass(kind, SkipTest):
            self.case._subtests.append((kind, value))
            return True
        return kind is not None and issubclass(kind, SkipTest)


class TestCase:
    failureException = AssertionError
    longMessage = True
    maxDiff = None
    _testMethodName = "runTest"

    def __init__(self, methodName="runTest"):
        self._testMethodName = methodName
        self._cleanups = []
        self._subtests = []

    def setUp(self):
        pass

    def tearDown(self):
        pass

    @classmethod
    def setUpClass(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        pass

    def id(self):
        return "%s.%s.%s" % (type(self).__module__, type(self).__qualname__, self._testMethodName)

    def addCleanup(self, function, *args, **kwargs):
        self._cleanups.append((function, args, kwargs))

    def doCleanups(self):
        while self._cleanups:
            function, args, kwargs = self._cleanups.pop()
            function(*args, **kwargs)

    def enterContext(self, manager):
        value = type(manager).__enter__(manager)
        self.addCleanup(type(manager).__exit__, manager, None, None, None)
        return value

    def addTypeEqualityFunc(self, kind, function):
        pass

    def skipTest(self, reason):
        raise SkipTest(reason)

    def subTest(self, msg=None, **about):
        return _Sub(self, about)

    def fail(self, msg=None):
        raise self.failureException(msg)

    def _check(self, good, msg, text):
        if not good:
            raise self.failureException(text if msg is None else "%s : %s" % (text, msg))

    def assertTrue(self, value, msg=None):
        self._check(value, msg, "%r is not true" % (value,))

    def assertFalse(self, value, msg=None):
        self._check(not value, msg, "%r is not false" % (value,))

    def assertEqual(self, first, second, msg=None):
        self._check(first == second, msg, "%r != %r" % (first, second))

    def assertNotEqual(self, first, second, msg=None):
        self._check(first != second, msg, "%r == %r" % (first, second))

    def assertIs(self, first, second, msg=None):
        self._check(first is second, msg, "%r is not %r" % (first, second))

    def assertIsNot(self, first, second, msg=None):
        self._check(first is not second, msg, "unexpectedly identical: %r" % (first,))

    def assertIsNone(self, value, msg=None):
        self._check(value is None, msg, "%r is not None" % (value,))

    def assertIsNotNone(self, value, msg=None):
        self._check(value is not None, msg, "unexpectedly None")

    def assertIn(self, member, container, msg=None):
        self._check(member in container, msg, "%r not found in %r" % (member, container))

    def assertNotIn(self, member, container, msg=None):
        self._check(member not in container, msg, "%r unexpectedly found in %r" % (member, container))

    def assertIsInstance(self, value, kind, msg=None):
        self._check(isinstance(value, kind), msg, "%r is not an instance of %r" % (value, kind))

    def assertNotIsInstance(self, value, kind, msg=None):
        self._check(not isinstance(value, kind), msg, "%r is an instance of %r" % (value, kind))

    def assertLess(self, first, second, msg=None):
        self._check(first < second, msg, "%r not less than %r" % (first, second))

    def assertLessEqual(self, first, second, msg=None):
        self._check(first <= second, msg, "%r not less than or equal to %r" % (first, second))

    def assertGreater(self, first, second, msg=None):
        self._check(first > second, msg, "%r not greater than %r" % (first, second))

    def assertGreaterEqual(self, first, second, msg=None):
        self._check(first >= second, msg, "%r not greater than or equal to %r" % (first, second))

    def assertAlmostEqual(self, first, second, places=7, msg=None, delta=None):
        near = first == second or (abs(first - second) <= delta if delta is not None else round(abs(second - first), places) == 0)
        self._check(near, msg, "%r != %r almost" % (first, second))

    def assertNotAlmostEqual(self, first, second, places=7, msg=None, delta=None):
        near = first == second or (abs(first - second) <= delta if delta is not None else round(abs(second - first), places) == 0)
        self._check(not near, msg, "%r == %r almost" % (first, second))

    def assertCountEqual(self, first, second, msg=None):
        left = list(second)
        for item in first:
            self._check(item in left, msg, "%r too often" % (item,))
            left.remove(item)
        self._check(not left, msg, "%r missing" % (left,))

    def assertRegex(self, text, pattern, msg=None):
        import re

        self._check(re.search(pattern, text), msg, "%r not found in %r" % (pattern, text))

    def assertNotRegex(self, text, pattern, msg=None):
        import re

        self._check(not re.search(pattern, text), msg, "%r found in %r" % (pattern, text))

    def _raises(self, expected, pattern, args, kwargs):
        context = _Raises(self, expected, pattern)
        if not args:
            return context
        with context:
            args[0](*args[1:], **kwargs)

    def assertRaises(self, expected, *args, **kwargs):
        return self._raises(expected, None, args, kwargs)

    def assertRaisesRegex(self, expected, pattern, *args, **kwargs):
        return self._raises(expected, pattern, args, kwargs)

    def _warns(self, expected, pattern, args, kwargs):
        context = _Warns(self, expected, pattern)
        if not args:
            return context
        with context:
            args[0](*args[1:], **kwargs)

    def assertWarns(self, expected, *args, **kwargs):
        return self._warns(expected, None, args, kwargs)

    def assertWarnsRegex(self, expected, pattern, *args, **kwargs):
        return self._warns(expected, pattern, args, kwargs)


for _name in ("List", "Tuple", "Dict", "Set", "Sequence"):
    setattr(TestCase, "assert%sEqual" % _name, TestCase.assertEqual)
TestCase.assertMultiLineEqual = TestCase.assertEqual


class _Warns:
    def __init__(self, case, expected, pattern):
        self.case, self.expected, self.pattern = case, expected, pattern

    def __enter__(self):
        import warnings

        self.catcher = warnings.catch_warnings(record=True)
        self.seen = self.catcher.__enter__()
        warnings.simplefilter("always")
        return self

    def __exit__(self, kind, value, traceback):
        self.catcher.__exit__(kind, value, traceback)
        if kind is not None:
            return False
        for one in self.seen:
            if issubclass(one.category, self.expected):
                self.warning, self.filename, self.lineno = one.message, one.filename, one.lineno
                if self.pattern is not None:
                    self.case.assertRegex(str(one.message), self.pattern)
                return None
        raise self.case.failureException("%r not triggered" % (self.expected,))


def skip(reason):
    def mark(thing):
        thing.__unittest_skip__ = True
        thing.__unittest_skip_why__ = reason
        return thing

    return mark


def keep(thing):
    return thing


def skipIf(condition, reason):
    return skip(reason) if condition else keep


def skipUnless(condition, reason):
    return keep if condition else skip(reason)


def expectedFailure(thing):
    thing.__unittest_expecting_failure__ = True
    return thing


def make_unittest():
    unittest = Module("unittest")
    for thing in (SkipTest, TestCase, skip, skipIf, skipUnless, expectedFailure):
        setattr(unittest, thing.__name__, thing)
    # Its real submodules (mock), for those who can import them.
    unittest.__path__ = [part + "/unittest" for part in sys.path if part]
    unittest.addModuleCleanup = lambda function, *args, **kwargs: None
    unittest.enterModuleContext = lambda manager: type(manager).__enter__(manager)
    unittest.TestSuite = list
    unittest.main = lambda *args, **kwargs: None
    unittest.case = unittest
    return unittest


class _Always:
    def __init__(self, equal, less):
        self.equal, self.less = equal, less

    def __eq__(self, other):
        return self.equal

    def __ne__(self, other):
        return not self.equal

    def __lt__(self, other):
        return self.less

    def __gt__(self, other):
        return not self.less and not self.equal

    def __le__(self, other):
        return self.less or self.equal

    def __ge__(self, other):
        return not self.less

    def __hash__(self):
        return 1


class _Captured:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        import io

        self.old = getattr(sys, self.name)
        new = io.StringIO()
        setattr(sys, self.name, new)
        return new

    def __exit__(self, *args):
        setattr(sys, self.name, self.old)


class _Swapped:
    def __init__(self, load, store, remove):
        self.load, self.store, self.remove = load, store, remove

    def __enter__(self):
        self.old = self.load()
        self.store()
        return self.old

    def __exit__(self, *args):
        self.remove(self.old)


def check_syntax_error(case, statement, errtext="", *, lineno=None, offset=None):
    with case.assertRaises(SyntaxError) as context:
        compile(statement, "<test string>", "exec")
    err = context.exception
    if errtext:
        case.assertRegex(str(err), errtext)
    if lineno is not None:
        case.assertEqual(err.lineno, lineno)
    if offset is not None:
        case.assertEqual(err.offset, offset)


class _Limit:
    """A recursion limit for a block."""

    def __init__(self, depth=100):
        self.depth = depth

    def __enter__(self):
        self.old = sys.getrecursionlimit()
        sys.setrecursionlimit(self.depth + 60)
        return self

    def __exit__(self, *args):
        sys.setrecursionlimit(self.old)

    def __call__(self, function):
        def limited(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return limited


class _Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass


class _NoCollector:
    def __enter__(self):
        import gc

        self.was = gc.isenabled()
        gc.disable()

    def __exit__(self, *args):
        import gc

        if self.was:
            gc.enable()


class _Digits:
    """A limit of digits for a block."""

    def __init__(self, digits):
        self.digits = digits

    def __enter__(self):
        self.old = sys.get_int_max_str_digits()
        sys.set_int_max_str_digits(self.digits)

    def __exit__(self, *args):
        sys.set_int_max_str_digits(self.old)


class _Unraisable:
    """Keeps what sys.unraisablehook is told."""

    def __enter__(self):
        self.old, self.unraisable = sys.unraisablehook, None
        sys.unraisablehook = lambda unraisable: setattr(self, "unraisable", unraisable)
        return self

    def __exit__(self, *args):
        sys.unraisablehook = self.old
        del self.unraisable


def run_code(code):
    names = {}
    exec(code, names)
    return names


def sortdict(table):
    return "{%s}" % ", ".join(["%r: %r" % pair for pair in sorted(table.items())])


def check_free_after_iterating(case, make, kind, args=()):
    class Watched(kind):
        def __del__(self):
            try:
                next(iterator)
            except StopIteration:
                pass

    iterator = make(Watched(*args))
    case.assertRaises(StopIteration, next, iterator)
    gc_collect()


def swap_item(table, key, value):
    missing = []

    def remove(old):
        if old is missing:
            del table[key]
        else:
            table[key] = old

    return _Swapped(lambda: table.get(key, missing), lambda: table.__setitem__(key, value), remove)


def gc_collect():
    import gc

    gc.collect()
    gc.collect()


def swap_attr(thing, name, value):
    missing = []

    def remove(old):
        if old is missing:
            delattr(thing, name)
        else:
            setattr(thing, name, old)

    return _Swapped(lambda: getattr(thing, name, missing), lambda: setattr(thing, name, value), remove)


def make_support(path):
    support = Module("test.support")
    support.__path__ = path
    for function in (check_syntax_error, gc_collect, swap_attr, swap_item, run_code, sortdict, check_free_after_iterating):
        setattr(support, function.__name__, function)
    for name in ("cpython_only", "no_tracing", "refcount_test", "requires_IEEE_754", "anticipate_failure", "requires_docstrings"):
        setattr(support, name, keep)
    for name in ("MS_WINDOWS", "is_wasi", "is_emscripten", "is_android", "is_jython", "Py_DEBUG", "verbose"):
        setattr(support, name, False)
    support.captured_stdout = lambda: _Captured("stdout")
    support.captured_stderr = lambda: _Captured("stderr")
    support.check_impl_detail = lambda **guards: guards.get("cpython", not guards)
    support.impl_detail = lambda *args, **kwargs: keep
    support.requires_resource = lambda *args: keep
    support.bigmemtest = lambda *args, **kwargs: skip("not enough memory")
    support.requires_limited_api = skip("needs the C API")
    support.infinite_recursion = _Limit
    support.adjust_int_max_str_digits = _Digits
    support.catch_unraisable_exception = _Unraisable
    support.run_with_locale = support.run_with_tz = lambda *args: keep
    support.maybe_get_event_loop_policy = lambda: None
    support.C_RECURSION_LIMIT, support.NHASHBITS, support.PYTHON_ENV = 1500, sys.hash_info.width, None
    support.Error = type("Error", (Exception,), {})
    support.TestFailed = type("TestFailed", (support.Error,), {})
    support.disable_gc = _NoCollector
    support.SuppressCrashReport = support.saved_test_environment = _Nothing
    support.captured_output = _Captured
    support.requires_working_threading = lambda *args, module=False: keep
    support.bigaddrspacetest = skip("not enough address space")
    support.EXCEEDS_RECURSION_LIMIT = 5000
    support.get_attribute = getattr
    support.requires_fork = support.requires_subprocess = lambda: keep
    support.has_fork_support = support.has_subprocess_support = support.has_socket_support = True
    support.PIPE_MAX_SIZE, support.SOCK_MAX_SIZE, support.MAX_Py_ssize_t = 4194305, 16777217, sys.maxsize
    support._1M, support._1G, support._2G, support._4G = 1 << 20, 1 << 30, 2 << 30, 4 << 30
    support.HAVE_DOCSTRINGS = support.HAVE_ASAN_FORK_BUG = True
    support.MISSING_C_DOCSTRINGS = False
    support.check_sanitizer = lambda **which: False
    support.skip_if_sanitizer = support.skip_if_pgo_task = support.skip_on_s390x = keep
    support.ALWAYS_EQ = _Always(True, False)
    support.NEVER_EQ = _Always(False, False)
    support.SMALLEST = _Always(False, True)
    support.LARGEST = _Always(False, False)
    support.LOOPBACK_TIMEOUT = support.SHORT_TIMEOUT = support.LONG_TIMEOUT = 60.0
    return support


def install():
    """Puts the stand-ins where imports find them."""
    unittest = make_unittest()
    sys.modules["unittest"] = unittest
    try:
        import test

        path = [part + "/support" for part in test.__path__]
        sys.modules["test.support"] = test.support = make_support(path)
    except Exception:
        pass
    return unittest


def install_for_script():
    """The same without a package `test` that could be imported."""
    test = Module("test")
    sys.modules["unittest"] = make_unittest()
    sys.modules["test"] = test
    sys.modules["test.support"] = test.support = make_support([])


def print_event(*fields):
    """An event on standard output, in a line that begins as no other does."""
    clean = []
    for field in fields:
        field = str(field).replace("\\", "\\\\").replace("\t", "\\t")
        clean.append(field.replace("\r", "\\r").replace("\n", "\\n"))
    print("\x1e" + "\t".join(clean))


def tests_of(names):
    """Classes and the names of their tests in a module's names, as unittest's loader finds them."""
    found = []
    for name in sorted(names):
        kind = names[name]
        if isinstance(kind, type) and issubclass(kind, TestCase) and kind is not TestCase:
            tests = [n for n in dir(kind) if n.startswith("test") and callable(getattr(kind, n))]
            if tests:
                found.append((kind, sorted(tests)))
    return found


def run_one(kind, name):
    """The outcome of a test and what is to be said about it."""
    case = kind(name)
    method = getattr(case, name)
    for thing in (kind, method):
        if getattr(thing, "__unittest_skip__", False):
            return "skip", getattr(thing, "__unittest_skip_why__", "")
    expected = getattr(method, "__unittest_expecting_failure__", False)
    outcome, detail = "pass", ""
    try:
        try:
            case.setUp()
            try:
                method()
            finally:
                case.tearDown()
        finally:
            case.doCleanups()
        if case._subtests:
            raise case._subtests[0][1]
    except SkipTest as why:
        return "skip", str(why)
    except Exception as err:
        outcome = "fail" if isinstance(err, case.failureException) else "error"
        detail = "%s: %s" % (type(err).__name__, err)
        if expected:
            return "xfail", ""
    if expected:
        return "xpass", ""
    return outcome, detail


def run(event, module):
    """Runs all tests of a module, given as its names."""
    found = tests_of(module)
    for kind, names in found:
        for name in names:
            event("E", kind(name).id())
    event("X", "loaded", "")
    if "setUpModule" in module:
        module["setUpModule"]()
    for kind, names in found:
        skipped = getattr(kind, "__unittest_skip__", False)
        try:
            if not skipped:
                kind.setUpClass()
        except SkipTest as why:
            event("C", "skip", "setUpClass (%s.%s)" % (kind.__module__, kind.__qualname__), str(why))
            continue
        except Exception as err:
            event("C", "error", "setUpClass (%s.%s)" % (kind.__module__, kind.__qualname__), "%s: %s" % (type(err).__name__, err))
            continue
        for name in names:
            test = kind(name).id()
            event("S", test)
            outcome, detail = run_one(kind, name)
            event("R", test, outcome, "0", detail[:300])
        try:
            if not skipped:
                kind.tearDownClass()
        except Exception as err:
            event("X", "tear-down-error", "%s: %s" % (type(err).__name__, err))
