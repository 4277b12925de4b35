"""Calls every method of every built-in type, and every function of the native modules, with arguments right and wrong,
over and over, and says which of them leave more memory blocks or references behind than they found.

usage: leaks.py [PART...]      parts: types, classes, modules, or words of labels ("str", "_json.make_encoder")

What is flat prints one line at the end; what grows prints a line each, down to the method and its arguments.
Sources are introspection (`dir`) and the samples below: an instance of each type, made anew for each call, since many
methods change or use up their receiver.
"""

import gc
import io
import sys
import types
import warnings

warnings.simplefilter("ignore")
sys.unraisablehook = lambda u: None


class Plain:
    def __init__(self, *args, **kw):
        self.a = 1


class Bad:
    """Fails at whatever it is asked for."""

    def fail(self, *args):
        raise ZeroDivisionError
    __eq__ = __lt__ = __len__ = __iter__ = __index__ = __repr__ = __str__ = __bool__ = __getitem__ = fail
    __float__ = __call__ = __contains__ = __next__ = __add__ = __radd__ = __fspath__ = fail
    __hash__ = fail


class Slots:
    __slots__ = ("x", "__weakref__")


def function(a, b=2, *c, d=4, **e):
    return a, b


def generator():
    try:
        yield 1
        yield 2
    finally:
        pass


async def coroutine():
    return 1


async def agen():
    yield 1
    yield 2


def deep(n=3):
    return deep(n - 1) if n else sys._getframe()


def traceback():
    try:
        1 / 0
    except ZeroDivisionError as e:
        return e.__traceback__


def closed(c):
    """A coroutine's or async generator's warning that it was never awaited is not wanted."""
    return c


PLAIN = Plain()
KEEP = []
FUNCTION = function
LOOSE = types.SimpleNamespace(x=1)

# Arguments. Numbers stay small where a method would multiply by them, or are so large that it refuses.
ARGUMENTS = [
    lambda: None, lambda: 0, lambda: 1, lambda: -1, lambda: 3, lambda: 2 ** 64, lambda: 1.5, lambda: float("nan"),
    lambda: 2j, lambda: "", lambda: "abc", lambda: "a\u20acb", lambda: "utf-8", lambda: "\ud800", lambda: b"ab",
    lambda: bytearray(b"xyz"), lambda: (), lambda: (1, "b"), lambda: [3, 1, 2], lambda: ["a", "b"], lambda: {"a": 1},
    lambda: {1, 2}, lambda: frozenset("ab"), lambda: range(3), lambda: slice(0, 2), lambda: slice(None, None, -1),
    lambda: iter([1, 2]), lambda: memoryview(b"abc"), lambda: Plain(), lambda: Bad(), lambda: int, lambda: Plain,
    lambda: len, lambda: FUNCTION, lambda: ValueError("x"), lambda: (i for i in (1, 2)), lambda: [[1, 2], [3]],
    lambda: {"x": [1]}, lambda: True, lambda: (1, 2, 3), lambda: ValueError, lambda: lambda *a: a,
    lambda: io.BytesIO(b"abc"), lambda: io.StringIO("abc"),
]


def combinations():
    """Lists of makers of arguments: each alone, and pairs, triples and keywords chosen without chance."""
    n = len(ARGUMENTS)
    yield [], ()
    for a in ARGUMENTS:
        yield [a], ()
    state = 12345
    def pick():
        nonlocal state
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        return ARGUMENTS[(state >> 8) % n]
    for _ in range(48):
        yield [pick(), pick()], ()
    for _ in range(24):
        yield [pick(), pick(), pick()], ()
    for _ in range(4):
        yield [pick(), pick(), pick(), pick(), pick()], ()
    for names in ("key",), ("x", "y"), ("default",), ("encoding",), ("sep", "maxsplit"), ("reverse",):
        yield [pick()], tuple((k, pick()) for k in names)
        yield [], tuple((k, pick()) for k in names)


COMBINATIONS = list(combinations())


def samples():
    """An instance of each type: a label, and what makes one."""
    import _queue, _random, array, bz2, csv, datetime, decimal, functools, itertools, json, pickle, struct, weakref, zlib
    import hashlib, operator, typing, _thread, ast, _csv
    text = "aXb\u20ac1 c\n\td"
    yield "int", lambda: 12345
    yield "int small", lambda: 3
    yield "int large", lambda: 2 ** 100
    yield "bool", lambda: True
    yield "float", lambda: 2.5
    yield "complex", lambda: 1 + 2j
    yield "str", lambda: "abc def"
    yield "str wide", lambda: text + "!"
    yield "str empty", lambda: ""
    yield "bytes", lambda: b"abc def"
    yield "bytearray", lambda: bytearray(b"abc def")
    yield "memoryview", lambda: memoryview(bytearray(b"abcdefgh"))
    yield "memoryview cast", lambda: memoryview(bytearray(b"abcdefgh")).cast("h", [2, 2])
    yield "tuple", lambda: (1, 2, "a")
    yield "list", lambda: [3, 1, 2]
    yield "list mixed", lambda: [1, "a", None, [2], {}]
    yield "dict", lambda: {"a": 1, 2: "b"}
    yield "dict split", lambda: Plain().__dict__
    yield "set", lambda: {1, 2, "a"}
    yield "frozenset", lambda: frozenset({1, 2, "a"})
    yield "range", lambda: range(1, 9, 2)
    yield "slice", lambda: slice(1, 5, 2)
    yield "NoneType", lambda: None
    yield "ellipsis", lambda: ...
    yield "NotImplementedType", lambda: NotImplemented
    yield "object", lambda: object()
    yield "type", lambda: type("T", (), {"x": 1})
    yield "type int", lambda: int
    yield "instance", lambda: Plain()
    yield "slots", lambda: Slots()
    yield "function", lambda: types.FunctionType(function.__code__, {}, "f", (1,))
    yield "lambda", lambda: lambda x: x
    yield "method", lambda: PLAIN.__init__
    yield "builtin", lambda: [].append
    yield "builtin function", lambda: len
    yield "method-wrapper", lambda: (1).__add__
    yield "wrapper_descriptor", lambda: int.__add__
    yield "method_descriptor", lambda: str.join
    yield "classmethod_descriptor", lambda: dict.__dict__["fromkeys"]
    yield "getset_descriptor", lambda: type.__dict__["__dict__"]
    yield "member_descriptor", lambda: Slots.x
    yield "classmethod", lambda: classmethod(function)
    yield "staticmethod", lambda: staticmethod(function)
    yield "property", lambda: property(function, function)
    yield "super", lambda: super(Plain, PLAIN)
    yield "cell", lambda: types.CellType(1)
    yield "code", lambda: function.__code__
    yield "frame", lambda: deep()
    yield "traceback", traceback
    yield "module", lambda: types.ModuleType("m", "doc")
    yield "mappingproxy", lambda: types.MappingProxyType({"a": 1})
    yield "SimpleNamespace", lambda: types.SimpleNamespace(a=1)
    yield "GenericAlias", lambda: list[int]
    yield "UnionType", lambda: int | str
    yield "generator", lambda: generator()
    yield "generator started", lambda: next(iter(g := generator())) and g
    yield "coroutine", lambda: coroutine()
    yield "coroutine_wrapper", lambda: coroutine().__await__()
    yield "async_generator", lambda: agen()
    yield "async_generator_asend", lambda: agen().asend(None)
    yield "async_generator_athrow", lambda: agen().athrow(ValueError)
    yield "enumerate", lambda: enumerate("ab")
    yield "zip", lambda: zip("ab", [1, 2])
    yield "map", lambda: map(str, [1, 2])
    yield "filter", lambda: filter(None, [0, 1])
    yield "reversed", lambda: reversed([1, 2])
    yield "reversed object", lambda: reversed(range(3))
    for label, o in [
        ("list", lambda: [1, 2]), ("tuple", lambda: (1, 2)), ("str", lambda: "ab"), ("str wide", lambda: "\u20ac1"),
        ("bytes", lambda: b"ab"), ("bytearray", lambda: bytearray(b"ab")), ("dict", lambda: {1: 2}),
        ("set", lambda: {1}), ("range", lambda: range(3)), ("long range", lambda: range(2 ** 70)),
        ("dict keys", lambda: {1: 2}.keys()), ("dict values", lambda: {1: 2}.values()),
        ("dict items", lambda: {1: 2}.items()), ("memoryview", lambda: memoryview(b"ab")),
        ("array", lambda: array.array("i", [1])), ("deque", lambda: collections.deque([1])),
    ]:
        yield label + " iterator", lambda o=o: iter(o())
    yield "callable iterator", lambda: iter(lambda: 1, 2)
    yield "sequence iterator", lambda: iter(Sequence())
    yield "dict_keys", lambda: {1: 2, "a": 3}.keys()
    yield "dict_values", lambda: {1: 2, "a": 3}.values()
    yield "dict_items", lambda: {1: 2, "a": 3}.items()
    yield "dict reversed", lambda: reversed({1: 2})
    yield "weakref", lambda: weakref.ref(PLAIN)
    yield "weakref with callback", lambda: weakref.ref(PLAIN, FUNCTION)
    yield "weakproxy", lambda: weakref.proxy(LOOSE2)
    yield "TypeVar", lambda: typing.TypeVar("T")
    yield "ParamSpec", lambda: typing.ParamSpec("P")
    yield "TypeVarTuple", lambda: typing.TypeVarTuple("Ts")
    yield "TypeAliasType", lambda: typing.TypeAliasType("A", int)
    yield "float_info", lambda: sys.float_info
    yield "struct_time", lambda: __import__("time").gmtime(0)
    yield "Context", lambda: contextvars.Context()
    yield "ContextVar", lambda: contextvars.ContextVar("v", default=1)
    yield "Token", lambda: VAR.set(1)
    # itertools
    for name, make in {
        "accumulate": lambda: itertools.accumulate([1, 2]), "batched": lambda: itertools.batched("abc", 2),
        "chain": lambda: itertools.chain([1], [2]), "combinations": lambda: itertools.combinations("abc", 2),
        "cwr": lambda: itertools.combinations_with_replacement("abc", 2), "compress": lambda: itertools.compress("ab", [1, 0]),
        "count": lambda: itertools.count(1), "count float": lambda: itertools.count(1.5, 2), "cycle": lambda: itertools.cycle("ab"),
        "dropwhile": lambda: itertools.dropwhile(bool, [1, 0]), "filterfalse": lambda: itertools.filterfalse(None, [0, 1]),
        "groupby": lambda: itertools.groupby("aab"), "group": lambda: next(itertools.groupby("aab"))[1],
        "islice": lambda: itertools.islice("abc", 1, 3), "pairwise": lambda: itertools.pairwise("abc"),
        "permutations": lambda: itertools.permutations("abc"), "product": lambda: itertools.product("ab", [1, 2]),
        "repeat": lambda: itertools.repeat(1, 3), "starmap": lambda: itertools.starmap(pow, [(2, 3)]),
        "takewhile": lambda: itertools.takewhile(bool, [1, 0]), "tee": lambda: itertools.tee("ab")[0],
        "zip_longest": lambda: itertools.zip_longest("ab", [1]),
    }.items():
        yield "itertools." + name, make
    yield "deque", lambda: collections.deque([1, 2, 3], 5)
    yield "defaultdict", lambda: collections.defaultdict(list, a=[1])
    yield "OrderedDict", lambda: collections.OrderedDict(a=1, b=2)
    yield "OrderedDict keys", lambda: iter(collections.OrderedDict(a=1, b=2))
    yield "OrderedDict items", lambda: iter(collections.OrderedDict(a=1, b=2).items())
    yield "Counter", lambda: collections.Counter("abca")
    yield "namedtuple", lambda: POINT(1, 2)
    yield "partial", lambda: functools.partial(FUNCTION, 1, d=2)
    yield "lru_cache", lambda: functools.lru_cache(3)(function)
    yield "lru_cache unbounded", lambda: functools.lru_cache(None)(function)
    yield "cmp_to_key", lambda: functools.cmp_to_key(lambda a, b: 0)(1)
    yield "itemgetter", lambda: operator.itemgetter(1, 2)
    yield "attrgetter", lambda: operator.attrgetter("a", "b.c")
    yield "methodcaller", lambda: operator.methodcaller("m", 1, k=2)
    yield "array", lambda: array.array("i", [1, 2, 3])
    yield "array d", lambda: array.array("d", [1, 2, 3])
    yield "array u", lambda: array.array("u", "abc")
    yield "Struct", lambda: struct.Struct("<i2sd")
    yield "unpack_iterator", lambda: struct.iter_unpack("b", b"abc")
    yield "Pattern", lambda: PATTERN
    yield "Pattern bytes", lambda: BYTES_PATTERN
    yield "Match", lambda: PATTERN.search("xaab")
    yield "Scanner", lambda: PATTERN.scanner("aabaab")
    yield "date", lambda: datetime.date(2020, 2, 29)
    yield "time", lambda: datetime.time(1, 2, 3, 4, datetime.timezone.utc)
    yield "datetime", lambda: datetime.datetime(2020, 2, 29, 1, 2, 3)
    yield "datetime aware", lambda: datetime.datetime(2020, 2, 29, 1, 2, 3, tzinfo=datetime.timezone.utc)
    yield "timedelta", lambda: datetime.timedelta(1, 2, 3)
    yield "timezone", lambda: datetime.timezone(datetime.timedelta(hours=1), "X")
    yield "tzinfo", lambda: datetime.tzinfo()
    yield "IsoCalendarDate", lambda: datetime.date(2020, 2, 29).isocalendar()
    yield "Decimal", lambda: decimal.Decimal("1.25")
    yield "Decimal nan", lambda: decimal.Decimal("nan")
    yield "decimal.Context", lambda: decimal.Context(prec=9)
    yield "SignalDict", lambda: decimal.Context().flags
    yield "localcontext", lambda: decimal.localcontext()
    yield "Pickler", lambda: pickle.Pickler(io.BytesIO())
    yield "Unpickler", lambda: pickle.Unpickler(io.BytesIO(pickle.dumps([1, "a", {}])))
    yield "PicklerMemo", lambda: pickle.Pickler(io.BytesIO()).memo
    yield "StringIO", lambda: io.StringIO("abc\ndef\n")
    yield "BytesIO", lambda: io.BytesIO(b"abc\ndef\n")
    yield "BytesIO buffer", lambda: io.BytesIO(b"abc").getbuffer()
    yield "FileIO", lambda: io.FileIO("/dev/null", "r+")
    yield "BufferedReader", lambda: io.BufferedReader(io.BytesIO(b"abc\ndef\n"))
    yield "BufferedWriter", lambda: io.BufferedWriter(io.BytesIO())
    yield "BufferedRandom", lambda: io.BufferedRandom(io.BytesIO(b"abc"))
    yield "BufferedRWPair", lambda: io.BufferedRWPair(io.BytesIO(b"abc"), io.BytesIO())
    yield "TextIOWrapper", lambda: io.TextIOWrapper(io.BytesIO(b"abc\ndef\n"), "utf-8")
    yield "IncrementalNewlineDecoder", lambda: io.IncrementalNewlineDecoder(None, True)
    yield "_random.Random", lambda: _random.Random(1)
    yield "compressobj", lambda: zlib.compressobj()
    yield "decompressobj", lambda: zlib.decompressobj()
    yield "BZ2Compressor", lambda: bz2.BZ2Compressor()
    yield "BZ2Decompressor", lambda: bz2.BZ2Decompressor()
    for name in "md5", "sha1", "sha256", "sha512", "sha3_256", "shake_128", "blake2b", "blake2s":
        yield name, lambda name=name: getattr(hashlib, name)(b"ab", usedforsecurity=False)
    yield "csv reader", lambda: csv.reader(["a,b", "c,d"])
    yield "csv writer", lambda: csv.writer(io.StringIO())
    yield "csv dialect", lambda: _csv.Dialect("excel")
    yield "json scanner", lambda: json.decoder.JSONDecoder().scan_once
    yield "json encoder", lambda: json.encoder.c_make_encoder({}, lambda o: 1, json.encoder.encode_basestring_ascii, None, ":", ",", True, False, True)
    yield "SimpleQueue", lambda: _queue.SimpleQueue()
    yield "RLock", lambda: _thread.RLock()
    yield "lock", lambda: _thread.allocate_lock()
    yield "_local", lambda: _thread._local()
    yield "formatter_parser", lambda: "a{b!r:c}".__class__ and __import__("_string").formatter_parser("a{b!r:c}d")
    yield "fieldnameiterator", lambda: __import__("_string").formatter_field_name_split("a.b[c]")[1]
    yield "ast.Name", lambda: ast.Name("x", ast.Load())
    yield "ast.Module", lambda: ast.parse("x = 1")
    yield "symtable", lambda: __import__("_symtable").symtable("def f(): pass", "f", "exec")
    yield "EncodingMap", lambda: __import__("codecs").charmap_build("".join(map(chr, range(256))))
    yield "poll", lambda: __import__("select").poll()
    yield "socket", lambda: __import__("_socket").socket()
    yield "DirEntry", lambda: next(e for e in __import__("os").scandir("/") if e.name)
    yield "scandir iterator", lambda: __import__("os").scandir("/")
    yield "stat_result", lambda: __import__("os").stat("/")
    yield "SubStr", lambda: Text("abc")
    yield "SubList", lambda: List([1, 2])
    yield "SubDict", lambda: Dict(a=1)
    yield "SubInt", lambda: Int(5)
    yield "SubTuple", lambda: Tuple((1, 2))
    yield "SubFloat", lambda: Float(1.5)
    yield "SubSet", lambda: Set([1])
    yield "SubBytes", lambda: Bytes(b"ab")
    yield "SubException", lambda: Exc("x")
    import builtins
    for name in dir(builtins):
        e = getattr(builtins, name)
        if isinstance(e, type) and issubclass(e, BaseException):
            yield name, lambda e=e: exception(e)


def exception(e):
    if issubclass(e, BaseExceptionGroup):
        return e("m", [ValueError(1)])
    if issubclass(e, UnicodeEncodeError):
        return e("ascii", "a\u20ac", 1, 2, "r")
    if issubclass(e, UnicodeDecodeError):
        return e("ascii", b"a\xff", 1, 2, "r")
    if issubclass(e, UnicodeTranslateError):
        return e("a\u20ac", 1, 2, "r")
    if issubclass(e, SyntaxError):
        return e("m", ("f", 1, 2, "t"))
    return e("m", 2)


class Sequence:
    def __getitem__(self, i):
        return [1, 2][i]


class Text(str): pass
class List(list): pass
class Dict(dict): pass
class Int(int): pass
class Tuple(tuple): pass
class Float(float): pass
class Set(set): pass
class Bytes(bytes): pass
class Exc(Exception): pass


import collections, contextvars, re
POINT = collections.namedtuple("POINT", "x y")
VAR = contextvars.ContextVar("VAR")
PATTERN = re.compile("(a)(?P<n>a)?(b)")
BYTES_PATTERN = re.compile(b"(a+)(b)")
LOOSE2 = Plain()

# Methods that block, end the process, or (as CPython's) keep what they are given.
SKIP_METHODS = {
    "__class__", "__init_subclass__", "__subclasshook__", "register", "acquire", "acquire_lock", "__enter__", "get", "poll",
    "accept", "connect", "connect_ex", "recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into",
    "detach", "run",
}
BLOCKING = {"RLock", "lock", "SimpleQueue", "socket", "poll"}
# A method of these types whose result depends on huge numbers.
SKIP = {
    ("int", "__pow__"), ("int", "__rpow__"), ("int small", "__pow__"), ("int small", "__rpow__"), ("int large", "__pow__"),
    ("int large", "__rpow__"), ("bool", "__rpow__"), ("SubInt", "__pow__"), ("SubInt", "__rpow__"),
    ("itertools.count", "__reduce__"), ("Context", "run"),
    ("type int", "mro"), ("FileIO", "__init__"), ("localcontext", "__enter__"), ("localcontext", "__exit__"),
    ("type int", "__prepare__"), ("ContextVar", "set"),
}


def methods_of(label, make):
    o = make()
    names = set()
    for c in type(o).__mro__:
        names.update(vars(c))
    if isinstance(o, type) and not hasattr(type(o), "__getattr__"):
        names.update(n for n in vars(type) if n not in ("mro",))
    for name in sorted(names):
        if name in SKIP_METHODS and (label in BLOCKING or name not in ("get", "poll", "detach", "__enter__", "register", "run")):
            continue
        if (label, name) in SKIP:
            continue
        yield name


def method_case(label, make, name):
    """A function that calls a method with all combinations, once each."""
    def call(chosen=COMBINATIONS):
        for args, kw in chosen:
            o = make()
            try:
                f = getattr(o, name)
                r = f(*[a() for a in args], **{k: v() for k, v in kw})
                if hasattr(type(r), "close") and type(r).__name__ == "coroutine":
                    r.close()
            except BaseException as e:
                if type(e) is KeyboardInterrupt:
                    raise
                if type(o) is types.CoroutineType:
                    o.close()
            f = r = o = None
    return call


def attribute_case(make, name):
    """Getting, setting and deleting an attribute of an instance."""
    def call(chosen=COMBINATIONS):
        for value in [None] + [args[0] for args, kw in chosen if len(args) == 1 and not kw]:
            o = make()
            try:
                getattr(o, name)
                if value:
                    setattr(o, name, value())
                    getattr(o, name)
                    delattr(o, name)
            except Exception:
                pass
    return call


def function_case(f):
    def call(chosen=COMBINATIONS):
        for args, kw in chosen:
            try:
                r = f(*[a() for a in args], **{k: v() for k, v in kw})
                if type(r) is types.CoroutineType:
                    r.close()
            except BaseException as e:
                if type(e) is KeyboardInterrupt:
                    raise
            r = None
    return call


MODULES = """
_abc _ast _bisect _blake2 _bz2 _codecs _collections _contextvars _csv _datetime _decimal _functools _heapq _imp _io _json
_locale _md5 _opcode _operator _pickle _random _sha1 _sha2 _sha3 _signal _sre _stat _statistics _string _struct _symtable
_tokenize _typing _warnings _weakref array atexit binascii builtins cmath errno faulthandler fcntl gc itertools marshal
math posix pwd grp select sys time unicodedata zlib _queue _thread _socket
""".split()

# Functions that wait, end, start or wreck something, or work for ever on large numbers; what is registered stays.
SKIP_FUNCTIONS = {
    "builtins": "exec eval input breakpoint exit quit open help __build_class__ pow copyright credits license print __import__ compile",
    "sys": "exit settrace setprofile _settraceallthreads _setprofileallthreads setrecursionlimit addaudithook intern "
           "breakpointhook unraisablehook excepthook displayhook set_asyncgen_hooks setswitchinterval call_tracing "
           "set_coroutine_origin_tracking_depth _debugmallocstats _clear_type_cache set_int_max_str_digits setdlopenflags "
           "activate_stack_trampoline __excepthook__ __displayhook__ __unraisablehook__ __breakpointhook__ _git "
           "__interactivehook__ exitfunc last_exc _clear_internal_caches _current_frames _current_exceptions",
    "posix": None,
    "time": "sleep tzset clock_settime clock_settime_ns pthread_getcpuclockid",
    "_signal": None,
    "faulthandler": None,
    "atexit": "register _run_exitfuncs",
    "gc": "set_debug set_threshold disable enable freeze unfreeze get_objects get_referrers get_referents",
    "_thread": "start_new_thread start_new interrupt_main exit exit_thread stack_size _set_sentinel allocate_lock",
    "_socket": None,
    "fcntl": None,
    "select": "select",
    "_imp": "create_builtin create_dynamic exec_builtin exec_dynamic acquire_lock release_lock _fix_co_filename "
            "_override_frozen_modules_for_tests _override_multi_interp_extensions_check init_frozen get_frozen_object source_hash",
    "_codecs": "register register_error unregister",
    "math": "perm factorial comb",
    "_io": "open open_code FileIO",
    "_operator": "pow ipow",
    "_locale": "setlocale bindtextdomain textdomain bind_textdomain_codeset",
    "_warnings": "warn warn_explicit _filters_mutated",
    "_typing": "",
    "_ast": "",
    "_csv": "register_dialect field_size_limit",
    "_abc": "_abc_register",
    "_decimal": "setcontext",
    "pwd": "",
}
SAFE = {
    "posix": "fspath getpid getppid stat lstat listdir getcwd getcwdb urandom strerror access cpu_count get_terminal_size "
             "uname times getloadavg sched_getaffinity WIFEXITED WEXITSTATUS WTERMSIG get_inheritable sysconf pathconf "
             "device_encoding readlink scandir getenv putenv major minor makedev waitstatus_to_exitcode",
    "_signal": "strsignal valid_signals getsignal",
    "_socket": "htons htonl ntohs ntohl inet_aton inet_ntoa inet_pton inet_ntop CMSG_LEN CMSG_SPACE if_nameindex getdefaulttimeout",
    "faulthandler": "is_enabled",
    "fcntl": "",
}


def module_functions(name):
    try:
        module = __import__(name)
    except ImportError:
        return
    skip = SKIP_FUNCTIONS.get(name, "")
    for attribute in sorted(vars(module)):
        f = getattr(module, attribute)
        if not callable(f) or type(f) in (types.FunctionType,):
            continue
        if skip is None and attribute not in SAFE.get(name, "").split():
            continue
        if skip and attribute in skip.split():
            continue
        if isinstance(f, type) and f.__module__ != name and name == "_ast":
            pass
        yield f"{name}.{attribute}", function_case(f)


def canaries():
    """What does grow: without these being found, nothing that is said means anything."""
    yield "canary.block", function_case(lambda *a: KEEP.append(object()))
    yield "canary.large block", function_case(lambda *a: KEEP.append(bytes(5000)))
    yield "canary.reference", function_case(lambda *a: KEEP.append(PLAIN))


def cases(parts):
    def wanted(part, label):
        return not parts or part in parts or any(p == label or label.startswith(p + ".") for p in parts)
    for label, make in samples():
        if wanted("types", label):
            group = [(f"{label}.{n}", method_case(label, make, n)) for n in methods_of(label, make)]
            group += [(f"{label}.{n} as attribute", attribute_case(make, n)) for n, v in attributes_of(make)]
            yield label, group
    for name in MODULES:
        if wanted("modules", name):
            yield name, list(module_functions(name))


def attributes_of(make):
    """Getters, members, properties: what is not called."""
    seen = {}
    for c in type(make()).__mro__:
        for n, v in vars(c).items():
            if n not in seen and n != "__class__" and isinstance(v, (types.GetSetDescriptorType, types.MemberDescriptorType, property)):
                seen[n] = v
    return sorted(seen.items())


FIXED = [Plain, Bad, Slots, function, function.__code__, PLAIN, LOOSE, LOOSE2, KEEP, POINT, VAR, PATTERN, int, str, list,
         dict, len, ValueError, FUNCTION, object, type]


def settle():
    gc.collect()
    gc.collect()
    gc.collect()


def measure():
    """Blocks in use, and references to all that the collector knows or that cases share."""
    settle()
    blocks = sys.getallocatedblocks()
    if hasattr(sys, "gettotalrefcount"):
        return blocks, sys.gettotalrefcount()
    count = sys.getrefcount
    references = sum(map(count, gc.get_objects())) + sum(map(count, FIXED))
    return blocks, references


def growth(run, times, warm=2):
    """Blocks and references more, for each of some rounds, at least."""
    for _ in range(warm):
        run()
    least = None
    for _ in range(3):
        before = measure()
        for _ in range(times):
            run()
        after = measure()
        now = [(after[i] - before[i]) / times for i in (0, 1)]
        least = now if least is None else [min(a, b) for a, b in zip(least, now)]
        if least[0] < 1 and least[1] < 1:
            break
    return least


def grows(g):
    return g[0] >= 1 or g[1] >= 1


def main(parts):
    import time
    verbose = sum(p == "-v" for p in parts)
    parts = [p for p in parts if p != "-v"]
    if not parts:
        for name, case in canaries():
            blocks, references = growth(lambda: case(COMBINATIONS[:1]), 20)
            KEEP.clear()
            if max(blocks, references) < 1 or (blocks < 1) != (name == "canary.reference"):
                sys.exit(f"{name} is not seen: {blocks} blocks, {references} references a call")
    calls = found = groups = 0
    for label, group in cases(parts):
        groups += 1
        calls += len(group) * len(COMBINATIONS)
        if verbose:
            print("...", label, len(group), f"{time.process_time():.1f}", file=sys.stderr, flush=True)
        def all_of(group=group):
            for name, case in group:
                if verbose == 2:
                    print("    ", name, file=sys.stderr, flush=True)
                case()
        if not grows(growth(all_of, 3)):
            continue
        known = 0
        for name, case in group:
            if not grows(growth(case, 4)):
                continue
            for args, kw in COMBINATIONS:
                if grows(g := growth(lambda: case([(args, kw)]), 20)):
                    known += 1
                    shown = [short(a) for a in args] + [f"{k}={short(v)}" for k, v in kw]
                    print(f"GROWS {name}({', '.join(shown)}): {g[0]:.1f} blocks, {g[1]:.1f} references a call", flush=True)
                    break
            else:
                g = growth(case, 40)
                if grows(g):
                    known += 1
                    print(f"GROWS {name}: {g[0]:.2f} blocks, {g[1]:.2f} references a round, no single call does", flush=True)
        if not known:
            g = growth(all_of, 10)
            if grows(g):
                known = 1
                print(f"GROWS {label} as a whole: {g[0]:.2f} blocks, {g[1]:.2f} references a round", flush=True)
        found += known
    print(f"{groups} groups, {calls} calls a round, {found} grow")


def short(make):
    try:
        return repr(make())[:30]
    except ZeroDivisionError:
        return "Bad()"


if __name__ == "__main__":
    main(sys.argv[1:])
