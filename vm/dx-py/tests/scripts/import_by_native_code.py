"""Imports that native code makes: they wait for another thread's import, and go through a replaced `__import__`."""

import builtins
import pickle
import sys
import tempfile
import threading

folder = tempfile.mkdtemp()
sys.path.insert(0, folder)
with open(folder + "/slowly_imported.py", "w") as f:
    f.write("import steps\nsteps.begun.set()\nsteps.go_on.wait()\nclass Thing: pass\n")
with open(folder + "/steps.py", "w") as f:
    f.write("import threading\nbegun = threading.Event()\ngo_on = threading.Event()\n")
import steps

# A class by protocol 3: GLOBAL, EMPTY_TUPLE, NEWOBJ.
data = b"\x80\x03cslowly_imported\nThing\n)\x81."
results = []


def load():
    try:
        results.append(type(pickle.loads(data)).__name__)
    except Exception as e:
        results.append(repr(e))


first = threading.Thread(target=load)
first.start()
steps.begun.wait()
# The module is in sys.modules, and without its class.
print("slowly_imported" in sys.modules, hasattr(sys.modules["slowly_imported"], "Thing"))
second = threading.Thread(target=load)
second.start()
second.join(0.2)
print(second.is_alive(), results)
steps.go_on.set()
first.join()
second.join()
print(results)

asked = []
original = builtins.__import__


def replaced(name, globals=None, locals=None, fromlist=(), level=0):
    asked.append((name, fromlist, level, type(globals)))
    return original(name, globals, locals, fromlist, level)


builtins.__import__ = replaced
try:
    print(pickle.loads(b"\x80\x04\x8c\tfractions\x8c\x08Fraction\x93."))
finally:
    builtins.__import__ = original
print([call for call in asked if call[0] == "fractions"])

# What None in sys.modules says.
sys.modules["slowly_imported"] = None
load()
print(results[-1])
