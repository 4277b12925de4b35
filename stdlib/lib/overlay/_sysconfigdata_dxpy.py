"""What the build-time tables of all platforms share.

CPython records the folders and flags of the machine that built it. Here folders follow from where the interpreter
stands, and the flags are those with which an extension for this interpreter is compiled and linked: it needs no
library of the interpreter (there is none; the executable exports the C API), and it is position independent.
"""

import os
import sys


def variables(multiarch):
    prefix = sys.base_prefix
    exec_prefix = sys.base_exec_prefix
    version = "%d.%d" % sys.version_info[:2]
    soabi = "cpython-%d%d-%s" % (*sys.version_info[:2], multiarch)
    lib = exec_prefix + "/lib"
    stdlib = prefix + "/lib/python" + version
    include = prefix + "/include/python" + version
    flags = "-fno-strict-overflow -Wsign-compare -DNDEBUG -g -O3 -Wall"
    folders = {
        "prefix": prefix,
        "exec_prefix": exec_prefix,
        "datarootdir": prefix + "/share",
        "MANDIR": prefix + "/share/man",
        "BINDIR": exec_prefix + "/bin",
        "BINLIBDEST": exec_prefix + "/lib/python" + version,
        "CONFINCLUDEDIR": prefix + "/include",
        "CONFINCLUDEPY": include,
        "DESTDIRS": " ".join([exec_prefix, lib, exec_prefix + "/lib/python" + version]),
        "DESTSHARED": exec_prefix + "/lib/python" + version + "/lib-dynload",
        "INCLDIRSTOMAKE": " ".join([prefix + "/include", include]),
        "INCLUDEDIR": prefix + "/include",
        "INCLUDEPY": include,
        "LIBDEST": stdlib,
        "LIBDIR": lib,
        "LIBPC": lib + "/pkgconfig",
        "LIBPL": "%s/config-%s-%s" % (stdlib, version, multiarch),
        "SCRIPTDIR": prefix + "/lib",
        "TZPATH": "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo",
    }
    tools = {
        "AR": "ar",
        "ARFLAGS": "rcs",
        "BASECFLAGS": "-fno-strict-overflow -Wsign-compare",
        "BLDLIBRARY": "",
        "BLDSHARED": "gcc -shared",
        "BUILDEXE": "",
        "BUILDPYTHON": "dx-py",
        "BUILD_GNU_TYPE": multiarch.replace("-", "-pc-", 1),
        "HOST_GNU_TYPE": multiarch.replace("-", "-pc-", 1),
        "CC": "gcc",
        "CCSHARED": "-fPIC",
        "CFLAGS": flags,
        "CFLAGSFORSHARED": "-fPIC",
        "CONFIG_ARGS": "",
        "CPPFLAGS": "",
        "CXX": "g++",
        "GNULD": "yes",
        "HOSTRUNNER": "",
        "INSTALL": "/usr/bin/install -c",
        "INSTALL_DATA": "/usr/bin/install -c -m 644",
        "INSTALL_PROGRAM": "/usr/bin/install -c",
        "INSTALL_SCRIPT": "/usr/bin/install -c",
        "LDCXXSHARED": "g++ -shared",
        "LDFLAGS": "",
        "LDSHARED": "gcc -shared",
        "LINKCC": "gcc",
        "LINKFORSHARED": "-Xlinker -export-dynamic",
        "OPT": "-DNDEBUG -g -O3 -Wall",
        "PGO_PROF_USE_FLAG": "",
        "PY_CFLAGS": flags,
        "PY_CFLAGS_NODIST": "",
        "PY_CORE_CFLAGS": flags,
        "PY_CPPFLAGS": "",
        "PY_LDFLAGS": "",
        "PY_LDFLAGS_NODIST": "",
        "RANLIB": "ranlib",
        "SHELL": "/bin/sh -e",
        "SHLIBS": "-ldl -lm",
        "LIBS": "-ldl",
        "LIBM": "-lm",
        "LIBC": "",
        "SYSLIBS": "-lm",
    }
    names = {
        "ABIFLAGS": "",
        "EXE": "",
        "EXT_SUFFIX": "." + soabi + ".so",
        "INSTSONAME": "",
        "LDLIBRARY": "",
        "LDLIBRARYDIR": "",
        "LDVERSION": version,
        "LIBPYTHON": "",
        "LIBRARY": "",
        "MACHDEP": "linux",
        "MODULE_BUILDTYPE": "static",
        "MULTIARCH": multiarch,
        "MULTIARCH_CPPFLAGS": '-DMULTIARCH=\\"%s\\"' % multiarch,
        "PLATLIBDIR": "lib",
        "PLATFORM_TRIPLET": multiarch,
        "PYTHON": "dx-py",
        "PYTHONFRAMEWORK": "",
        "PYTHONFRAMEWORKDIR": "no-framework",
        "PYTHONFRAMEWORKINSTALLDIR": "",
        "PYTHONFRAMEWORKPREFIX": "",
        "PYTHONPATH": "",
        "PY_BUILTIN_HASHLIB_HASHES": '"md5,sha1,sha2,sha3,blake2"',
        "SHLIB_SUFFIX": ".so",
        "SO": "." + soabi + ".so",
        "SOABI": soabi,
        "SRCDIRS": "",
        "VERSION": version,
        "WHEEL_PKG_DIR": "",
    }
    sizes = {
        "ALIGNOF_LONG": 8,
        "ALIGNOF_MAX_ALIGN_T": 16,
        "ALIGNOF_SIZE_T": 8,
        "SIZEOF_DOUBLE": 8,
        "SIZEOF_FLOAT": 4,
        "SIZEOF_FPOS_T": 16,
        "SIZEOF_INT": 4,
        "SIZEOF_LONG": 8,
        "SIZEOF_LONG_DOUBLE": 16,
        "SIZEOF_LONG_LONG": 8,
        "SIZEOF_OFF_T": 8,
        "SIZEOF_PID_T": 4,
        "SIZEOF_PTHREAD_KEY_T": 4,
        "SIZEOF_PTHREAD_T": 8,
        "SIZEOF_SHORT": 2,
        "SIZEOF_SIZE_T": 8,
        "SIZEOF_TIME_T": 8,
        "SIZEOF_UINTPTR_T": 8,
        "SIZEOF_VOID_P": 8,
        "SIZEOF_WCHAR_T": 4,
        "SIZEOF__BOOL": 1,
    }
    switches = {
        "AIX_BUILDDATE": 0,
        "AC_APPLE_UNIVERSAL_BUILD": 0,
        "HAVE_DECL_ISFINITE": 1,
        "HAVE_DYNAMIC_LOADING": 1,
        "HAVE_FORK": 1,
        "HAVE_GETENTROPY": 1,
        "HAVE_GETRANDOM": 1,
        "HAVE_GETRANDOM_SYSCALL": 1,
        "HAVE_LARGEFILE_SUPPORT": 0,
        "HAVE_VFORK": 1,
        "PY_COERCE_C_LOCALE": 1,
        "PY_ENABLE_SHARED": 0,
        "PY_HAVE_PERF_TRAMPOLINE": 0,
        "PY_SSL_DEFAULT_CIPHERS": 1,
        "Py_DEBUG": 0,
        "Py_ENABLE_SHARED": 0,
        "Py_HASH_ALGORITHM": 0,
        "Py_REF_DEBUG": 0,
        "Py_TRACE_REFS": 0,
        "WITH_DECIMAL_CONTEXTVAR": 1,
        "WITH_DOC_STRINGS": 1,
        "WITH_DTRACE": 0,
        "WITH_FREELISTS": 1,
        "WITH_NEXT_FRAMEWORK": 0,
        "WITH_PYMALLOC": 1,
        "WITH_VALGRIND": 0,
        "X87_DOUBLE_ROUNDING": 0,
    }
    library = os.path.dirname(os.__file__)
    if library != stdlib:
        # Put into a folder of programs, the interpreter has its library elsewhere: paths of the library begin there.
        folders["installed_base"] = os.path.dirname(os.path.dirname(library))
        folders["LIBDEST"] = library
    return {**folders, **tools, **names, **sizes, **switches}
