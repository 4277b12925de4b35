"""Lists what modules hold, one line a thing: run under CPython and under dx-py, the two lists are compared.

usage: inventory.py modules FILE          (CPython: the names of the modules to compare)
       inventory.py list FILE MODULE...   (any interpreter: what these modules hold; a final * means all their classes)

Names of modules are followed by * where they are not written in Python: their classes are listed wherever they say
they belong. Lines are tab separated: "M module" (about to be imported), "F module error" (cannot be), and
"A module name kind text_signature signature value" for each attribute and each member of each class. Empty fields are
unknown. Needs posix and sys; signatures need inspect, where it can be imported.
"""

import posix
import sys

# Not for other interpreters: tests, other systems' modules, things that open windows or browsers when imported.
LEFT_OUT = ("test", "idlelib", "turtledemo", "lib2to3", "pip", "ensurepip", "pydoc_data", "site-packages", "config-3")
NOT_IMPORTED = ("antigravity", "this", "__phello__", "msilib", "nt", "_winapi")
HELPERS = ("_test", "_xxtest", "_ctypes_test", "xx", "_xx")
SIMPLE = (int, bool, str, type(None))
# They belong to where a module was found.
PLACES = ("__builtins__", "__cached__", "__file__", "__loader__", "__path__", "__spec__", "__warningregistry__")
# Written in Python, but they name classes that are not.
NAMING = ("types", "_collections_abc", "_weakrefset")


def clean(text):
    text = str(text).replace("\\", "\\\\").replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n")
    # Addresses differ from run to run.
    parts = text.split(" at 0x")
    for i in range(1, len(parts)):
        parts[i] = parts[i].lstrip("0123456789abcdef")
    return " at ".join(parts)


def make_writer(path):
    fd = posix.open(path, posix.O_WRONLY | posix.O_CREAT | posix.O_APPEND, 0o644)

    def write(*fields):
        posix.write(fd, ("\t".join([clean(f) for f in fields]) + "\n").encode("utf-8", "backslashreplace"))

    return write


def module_names():
    """All modules of the library, of an interpreter that has everything."""
    import os
    import sysconfig

    names = {}
    for name in sys.builtin_module_names:
        names[name] = "*"
    root = sysconfig.get_path("stdlib")
    for folder, folders, files in os.walk(root):
        folders[:] = [f for f in folders if f != "__pycache__" and not f.startswith(LEFT_OUT)]
        place = os.path.relpath(folder, root).split(os.sep)
        package = [] if place in (["."], ["lib-dynload"]) else place
        if package and not os.path.exists(os.path.join(folder, "__init__.py")):
            continue
        for file in files:
            stem, dot, end = file.partition(".")
            if end == "py" or end.endswith("so"):
                name = ".".join(package + ([] if stem == "__init__" else [stem]))
                names[name] = "" if end == "py" and name not in NAMING else "*"
    for name in sorted(names):
        last = name.rpartition(".")[2]
        if name and last != "__main__" and not name.startswith(NOT_IMPORTED) and not last.startswith(HELPERS):
            yield name + names[name]


def no_signature(thing):
    return ""


def signature_finder():
    try:
        from inspect import signature
    except BaseException:
        return no_signature

    def find(thing):
        try:
            return str(signature(thing))
        except Exception as err:
            return "no signature: " + type(err).__name__

    return find


def describe(key, thing, signature):
    """kind, text signature, signature, value"""
    kind = type(thing).__name__
    text = getattr(thing, "__text_signature__", None)
    inner = getattr(thing, "__func__", thing)
    called = callable(inner) and (not isinstance(thing, type) or text is not None)
    value = repr(thing) if type(thing) in SIMPLE and key.isupper() else ""
    text = text if isinstance(text, str) else ""
    return kind, text, signature(inner) if called else "", value


def write_one(write, module, name, key, thing, signature):
    try:
        about = describe(key, thing, signature)
    except Exception as err:
        about = type(thing).__name__, "", "", ""
    write("A", module, name, *about)


def list_module(write, name, signature):
    every = name.endswith("*")
    name = name.rstrip("*")
    write("M", name)
    try:
        __import__(name)
        module = sys.modules[name]
    except BaseException as err:
        write("F", name, type(err).__name__ + ": " + str(err))
        return
    members = vars(module)
    for key in sorted([k for k in members if isinstance(k, str) and k not in PLACES]):
        thing = members[key]
        write_one(write, name, key, key, thing, signature)
        if isinstance(thing, type) and (every or getattr(thing, "__module__", None) == name):
            own = type.__dict__["__dict__"].__get__(thing)
            for member in sorted([k for k in own if isinstance(k, str)]):
                write_one(write, name, key + "." + member, member, own[member], signature)


def main():
    mode, path = sys.argv[1:3]
    write = make_writer(path)
    if mode == "modules":
        for name in module_names():
            write(name)
        return
    signature = signature_finder()
    for name in sys.argv[3:]:
        list_module(write, name, signature)
    write("Z")


main()
