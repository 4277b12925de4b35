//! What `--help` and its relatives print.

use crate::options::Help;

/// The first line of the usage.
pub fn usage_line(program: &str) -> String {
    format!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...\n")
}

/// What follows the complaint about a wrong command line.
pub fn after_error(program: &str) -> String {
    usage_line(program) + "Try `python -h' for more information.\n"
}

/// One of the helps.
pub fn text(program: &str, help: Help) -> String {
    match help {
        Help::Usage => usage_line(program) + OPTIONS,
        Help::Environment => ENVIRONMENT.to_owned(),
        Help::XOptions => X_OPTIONS.to_owned(),
        Help::All => usage_line(program) + OPTIONS + "\n" + ENVIRONMENT + "\n" + X_OPTIONS,
    }
}

const OPTIONS: &str = "\
Options, with the environment variables of the same meaning:
-b     : warn where bytes or a bytearray are turned into str or compared with
         one; -bb makes that an error
-B     : write no .pyc files when importing (PYTHONDONTWRITEBYTECODE)
-c cmd : run this text as the program; nothing behind it is an option
-d     : debugging output of the parser, in builds that have it (PYTHONDEBUG)
-E     : ignore all environment variables that begin with PYTHON
-h     : print this help and exit (-?, --help)
-i     : be interactive when the program has ended, even where standard input
         is no terminal (PYTHONINSPECT)
-I     : keep the user's environment out: -E, -P and -s together
-m mod : run a module of the library or the path as the program; nothing
         behind it is an option
-O     : leave out assert statements and what depends on __debug__; .pyc files
         get the tag opt-1 (PYTHONOPTIMIZE)
-OO    : as -O, and leave out docstrings too; the tag is opt-2
-P     : do not put the script's folder in front of sys.path (PYTHONSAFEPATH)
-q     : print no version and copyright when starting interactively
-s     : leave the user's site-packages out of sys.path (PYTHONNOUSERSITE)
-S     : do not import site at start
-u     : do not buffer standard output and error (PYTHONUNBUFFERED)
-v     : report each import on standard error; more with -vv (PYTHONVERBOSE)
-V     : print the version and exit (--version); more about the build with -VV
-W arg : a filter of warnings, action:message:category:module:lineno
         (PYTHONWARNINGS)
-x     : skip the first line of the script, which another program may need
-X opt : an option of the implementation, see --help-xoptions
--check-hash-based-pycs always|default|never:
         how .pyc files that are checked by hash are trusted
--help-env      : print help about environment variables and exit
--help-xoptions : print help about the options of -X and exit
--help-all      : print all of this and exit
Arguments:
file   : run this file, this folder or this archive with a __main__ module
-      : run what comes from standard input (the default; a terminal makes it
         interactive)
arg ...: the program's own arguments, sys.argv[1:]
";

const ENVIRONMENT: &str = "\
Environment variables that have an influence:
PYTHONSTARTUP   : a file that is run when an interactive session begins
PYTHONPATH      : folders and archives for sys.path, separated by ':', in front of
                  the standard library
PYTHONHOME      : the <prefix>, or <prefix>:<exec_prefix>, that the standard
                  library is found in, as <prefix>/lib/python3.12
PYTHONPLATLIBDIR: the name in place of 'lib', as sys.platlibdir shows
PYTHONUTF8      : 1 turns the UTF-8 mode on, 0 off
PYTHONIOENCODING: encoding[:errors] of the standard streams
PYTHONFAULTHANDLER: show where Python is when the process crashes
PYTHONHASHSEED  : 'random', or a number from 0 to 4294967295 for hashes of str and
                  bytes that are the same in every run
PYTHONINTMAXSTRDIGITS: the longest decimal number that int and str convert into
                  each other; 0 for any
PYTHONMALLOC    : 'malloc' has the C library allocate all memory, 'debug' checks each
                  block when it is freed; else the allocator is dx-py's own
PYTHONCOERCECLOCALE: 0 keeps the C locale as it is; warn tells when it is replaced
PYTHONBREAKPOINT: what breakpoint() calls; 0 for nothing
PYTHONDEVMODE   : development mode
PYTHONPYCACHEPREFIX: the folder that .pyc files go to, in place of __pycache__
PYTHONWARNDEFAULTENCODING: warn where a text file is opened without an encoding
PYTHONNODEBUGRANGES: keep no columns in code objects: smaller, and tracebacks
                  without marks
Variables that say the same as an option:
PYTHONDEBUG             : -d
PYTHONDONTWRITEBYTECODE : -B
PYTHONINSPECT           : -i
PYTHONINTMAXSTRDIGITS   : -X int_max_str_digits=number
PYTHONNOUSERSITE        : -s
PYTHONOPTIMIZE          : -O
PYTHONSAFEPATH          : -P
PYTHONUNBUFFERED        : -u
PYTHONVERBOSE           : -v
PYTHONWARNINGS=arg      : -W arg
";

const X_OPTIONS: &str = "\
Options of the implementation:

-X faulthandler: show where Python is when the process crashes

-X tracemalloc[=N]: record where memory is allocated, with N frames each

-X importtime: print how long each import took, alone and with those inside it

-X dev: development mode: warnings are shown by default, close() errors of files
    are reported, asyncio checks more, and so does the allocator

-X utf8[=0|1]: talk to the system in UTF-8 whatever the locale says; 0 forbids it

-X pycache_prefix=PATH: keep .pyc files in a tree of their own below PATH

-X warn_default_encoding: warn where a text file is opened without an encoding

-X no_debug_ranges: keep no columns in code objects

-X perf: accepted and without effect here

-X frozen_modules=[on|off]: whether modules come from inside the executable

-X int_max_str_digits=number: the longest decimal number that int and str convert
    into each other; 0 for any
";
