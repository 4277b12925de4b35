"""What `sysconfig` says of a Mac: the name of the platform that a configuration stands for.

The interpreter does not run on macOS yet. What is asked of another platform's configuration, as tools that build for
several platforms do, is answered; the functions that look for the compilers of the Mac they run on are not here.
"""

import re
import sys

__all__ = ["get_platform_osx"]

# Variables that customising would change keep what they were under a name that begins so.
_INITPRE = "_OSX_SUPPORT_INITIAL_"

# What several architectures in one file are called.
_FAT = {
    ("arm64", "x86_64"): "universal2",
    ("i386", "ppc"): "fat",
    ("i386", "x86_64"): "intel",
    ("i386", "ppc", "x86_64"): "fat3",
    ("ppc64", "x86_64"): "fat64",
    ("i386", "ppc", "ppc64", "x86_64"): "universal",
}

# What `uname` calls a machine that runs programs of 32 and of 64 bits, and what those are called.
_MACHINES = {
    "i386": ("i386", "x86_64"),
    "PowerPC": ("ppc", "ppc64"),
    "Power_Macintosh": ("ppc", "ppc64"),
}

_version = None


def _get_system_version():
    """The version of the system, as its own list of versions has it; empty where there is none."""
    global _version
    if _version is None:
        _version = ""
        try:
            with open("/System/Library/CoreServices/SystemVersion.plist", encoding="utf-8") as file:
                found = re.search(r"<key>ProductUserVisibleVersion</key>\s*<string>(.*?)</string>", file.read())
        except OSError:
            found = None
        if found is not None:
            _version = ".".join(found.group(1).split(".")[:2])
    return _version


def _remove_original_values(_config_vars):
    """Forget what variables were before they were changed."""
    for name in [name for name in _config_vars if name.startswith(_INITPRE)]:
        del _config_vars[name]


def _save_modified_value(_config_vars, cv, newvalue):
    """Change a variable, and keep what it was the first time."""
    old = _config_vars.get(cv, "")
    if old != newvalue:
        _config_vars.setdefault(_INITPRE + cv, old)
    _config_vars[cv] = newvalue


def get_platform_osx(_config_vars, osname, release, machine):
    """Name, version and machine for `sysconfig.get_platform`: those for which the configuration compiles."""
    target = _config_vars.get("MACOSX_DEPLOYMENT_TARGET", "")
    system = _get_system_version() or target
    target = target or system
    if not target:
        return osname, release, machine

    try:
        system = tuple(int(part) for part in system.split(".")[:2])
    except ValueError:
        system = (10, 3)
    # The flags as they were configured: those changed for this machine would make it look like cross-compiling.
    flags = _config_vars.get(_INITPRE + "CFLAGS", _config_vars.get("CFLAGS", ""))
    if system >= (10, 4) and "-arch" in flags:
        archs = tuple(sorted(set(re.findall(r"-arch\s+(\S+)", flags))))
        machine = archs[0] if len(archs) == 1 else _FAT.get(archs)
        if machine is None:
            raise ValueError("Don't know machine value for archs=%r" % (archs,))
    elif machine in _MACHINES:
        machine = _MACHINES[machine][sys.maxsize >= 2**32]
    return "macosx", target, machine
