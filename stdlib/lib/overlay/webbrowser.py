#! /usr/bin/env python3
"""Shows pages in a web browser: the one of the desktop, one that was registered, or one that $BROWSER names."""

# The classes and names are those of CPython's module, so that programs can register and derive browsers as they do
# there. Only what Unix-like systems have is here.

import os
import shlex
import shutil
import subprocess
import sys
import threading

__all__ = ["Error", "open", "open_new", "open_new_tab", "get", "register"]


class Error(Exception):
    """There is no browser, or it cannot be controlled."""


_lock = threading.RLock()
# Small name: [class or None, instance or None].
_browsers = {}
# Names in the order in which they are tried; None until somebody asks.
_tryorder = None
_os_preferred_browser = None


def register(name, klass, instance=None, *, preferred=False):
    """Register a browser: a class or function that makes one, or an instance."""
    with _lock:
        if _tryorder is None:
            register_standard_browsers()
        _browsers[name.lower()] = [klass, instance]
        # What the desktop says goes first.
        if preferred or (_os_preferred_browser and f'{name}.desktop' in _os_preferred_browser):
            _tryorder.insert(0, name)
        else:
            _tryorder.append(name)


def get(using=None):
    """A browser by its name or command ("%s" in it stands for the address); the default one without."""
    if _tryorder is None:
        with _lock:
            if _tryorder is None:
                register_standard_browsers()
    for candidate in [using] if using is not None else _tryorder:
        if '%s' in candidate:
            words = shlex.split(candidate)
            if words[-1] == '&':
                return BackgroundBrowser(words[:-1])
            return GenericBrowser(words)
        try:
            klass, instance = _browsers[candidate.lower()]
        except KeyError:
            klass, instance = _synthesize(candidate)
        if instance is not None:
            return instance
        if klass is not None:
            return klass()
    raise Error("could not locate runnable browser")


def open(url, new=0, autoraise=True):
    """Show an address: new=0 in the same window, 1 in a new one, 2 in a new tab, as far as the browser can."""
    if _tryorder is None:
        with _lock:
            if _tryorder is None:
                register_standard_browsers()
    return any(get(name).open(url, new, autoraise) for name in _tryorder)


def open_new(url):
    """Show an address in a new window."""
    return open(url, 1)


def open_new_tab(url):
    """Show an address in a new tab."""
    return open(url, 2)


def _synthesize(browser, *, preferred=False):
    """A browser for a command whose program has the name of a known one."""
    words = browser.split()
    command = words[0] if words else ''
    if not shutil.which(command):
        return [None, None]
    name = os.path.basename(command)
    _, known = _browsers.get(name.lower(), [None, None])
    if known is not None and known.basename == name:
        import copy
        made = copy.copy(known)
        made.name = browser
        made.basename = name
        register(browser, None, instance=made, preferred=preferred)
        return [None, made]
    return [None, None]


class BaseBrowser:
    """What browsers have in common; open() is a derived class's."""

    args = ['%s']

    def __init__(self, name=""):
        self.name = name
        self.basename = name

    def open(self, url, new=0, autoraise=True):
        raise NotImplementedError

    def open_new(self, url):
        return self.open(url, 1)

    def open_new_tab(self, url):
        return self.open(url, 2)


class GenericBrowser(BaseBrowser):
    """A command that shows an address, until it ends."""

    def __init__(self, name):
        if isinstance(name, str):
            self.name = name
            self.args = ["%s"]
        else:
            # A list: the arguments have "%s" for the address.
            self.name, *self.args = name
        self.basename = os.path.basename(self.name)

    def _command(self, url):
        return [self.name] + [word.replace("%s", url) for word in self.args]

    def open(self, url, new=0, autoraise=True):
        sys.audit("webbrowser.open", url)
        try:
            return not subprocess.Popen(self._command(url), close_fds=True).wait()
        except OSError:
            return False


class BackgroundBrowser(GenericBrowser):
    """A command that goes on by itself."""

    def open(self, url, new=0, autoraise=True):
        sys.audit("webbrowser.open", url)
        try:
            process = subprocess.Popen(self._command(url), close_fds=True, start_new_session=True)
        except OSError:
            return False
        return process.poll() is None


class UnixBrowser(BaseBrowser):
    """A browser that can be told by a second start of it; derived classes say with which arguments."""

    raise_opts = None
    background = False
    redirect_stdout = True
    # "%action" stands for one of the three actions, "%s" for the address.
    remote_args = ['%action', '%s']
    remote_action = None
    remote_action_newwin = None
    remote_action_newtab = None

    def _invoke(self, args, remote, autoraise, url=None):
        options = []
        if remote and self.raise_opts:
            option = self.raise_opts[bool(autoraise)]
            options = [option] if option else []
        command = [self.name, *options, *args]
        # A browser in the terminal needs that.
        silent = subprocess.DEVNULL if remote or self.background else None
        process = subprocess.Popen(
            command,
            close_fds=True,
            stdin=silent,
            stdout=silent if self.redirect_stdout else None,
            stderr=silent,
            start_new_session=True,
        )
        if not remote:
            if self.background:
                return process.poll() is None
            return not process.wait()
        # It tells a running one, and ends; or it is the one, and stays.
        try:
            return not process.wait(5)
        except subprocess.TimeoutExpired:
            return True

    def open(self, url, new=0, autoraise=True):
        sys.audit("webbrowser.open", url)
        actions = {0: self.remote_action, 1: self.remote_action_newwin}
        if new == 2:
            newtab = self.remote_action_newtab
            action = self.remote_action_newwin if newtab is None else newtab
        elif new in actions:
            action = actions[new]
        else:
            raise Error(f"Bad 'new' parameter to open(); expected 0, 1, or 2, got {new}")
        words = [word.replace("%s", url).replace("%action", action) for word in self.remote_args]
        words = [word for word in words if word]
        if self._invoke(words, True, autoraise, url):
            return True
        # Nobody listened: start one.
        return self._invoke([word.replace("%s", url) for word in self.args], False, False)


class Mozilla(UnixBrowser):
    """Firefox and its relatives."""

    remote_action = ""
    remote_action_newwin = "-new-window"
    remote_action_newtab = "-new-tab"
    background = True


class Epiphany(UnixBrowser):
    """GNOME's browser."""

    raise_opts = ["-noraise", ""]
    remote_action = "-n"
    remote_action_newwin = "-w"
    background = True


class Chrome(UnixBrowser):
    """Chrome and what is made of it."""

    remote_action = ""
    remote_action_newwin = "--new-window"
    remote_action_newtab = ""
    background = True


Chromium = Chrome


class Opera(UnixBrowser):
    """Opera."""

    remote_action = ""
    remote_action_newwin = "--new-window"
    remote_action_newtab = ""
    background = True


class Elinks(UnixBrowser):
    """ELinks, in the terminal."""

    remote_args = ['-remote', 'openURL(%s%action)']
    remote_action = ""
    remote_action_newwin = ",new-window"
    remote_action_newtab = ",new-tab"
    background = False
    # It draws there.
    redirect_stdout = False


class Konqueror(BaseBrowser):
    """KDE's browser or file manager, by kfmclient."""

    def open(self, url, new=0, autoraise=True):
        sys.audit("webbrowser.open", url)
        action = "newTab" if new == 2 else "openURL"
        quiet = subprocess.DEVNULL
        for command in (["kfmclient", action, url], ["konqueror", "--silent", url], ["kfm", "-d", url]):
            try:
                process = subprocess.Popen(
                    command, close_fds=True, stdin=quiet, stdout=quiet, stderr=quiet,
                    start_new_session=command[0] != "kfmclient",
                )
            except OSError:
                continue
            if command[0] == "kfmclient":
                # What its status means differs between versions.
                process.wait()
                return True
            if process.poll() is None:
                return True
        return False


class Edge(UnixBrowser):
    """Microsoft Edge."""

    remote_action = ""
    remote_action_newwin = "--new-window"
    remote_action_newtab = ""
    background = True


def _first(names):
    """Those of the programs that there are."""
    return [name for name in names if shutil.which(name)]


def register_X_browsers():
    """Register the browsers of the desktop that are installed."""
    if shutil.which("xdg-open"):
        register("xdg-open", None, BackgroundBrowser("xdg-open"))
    if "GNOME_DESKTOP_SESSION_ID" in os.environ and shutil.which("gvfs-open"):
        register("gvfs-open", None, BackgroundBrowser("gvfs-open"))
    if "KDE_FULL_SESSION" in os.environ and shutil.which("kfmclient"):
        register("kfmclient", Konqueror, Konqueror("kfmclient"))
    if shutil.which("x-www-browser"):
        register("x-www-browser", None, BackgroundBrowser("x-www-browser"))
    for name in _first(("firefox", "iceweasel", "seamonkey", "mozilla-firefox", "mozilla")):
        register(name, None, Mozilla(name))
    if shutil.which("epiphany"):
        register("epiphany", None, Epiphany("epiphany"))
    for name in _first(("google-chrome", "chrome", "chromium", "chromium-browser")):
        register(name, None, Chrome(name))
    if shutil.which("opera"):
        register("opera", None, Opera("opera"))
    if shutil.which("microsoft-edge"):
        register("microsoft-edge", None, Edge("microsoft-edge"))


def register_standard_browsers():
    """Register the browsers that are installed, and those that $BROWSER names before them."""
    global _tryorder, _os_preferred_browser
    _tryorder = []
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        try:
            answer = subprocess.check_output(
                ["xdg-settings", "get", "default-web-browser"], stderr=subprocess.DEVNULL
            )
            _os_preferred_browser = answer.decode().strip()
        except (OSError, subprocess.CalledProcessError, UnicodeDecodeError):
            # There is no desktop to ask.
            pass
        register_X_browsers()
    if os.environ.get("TERM"):
        for name in _first(("www-browser", "links", "lynx", "w3m")):
            register(name, None, GenericBrowser(name))
        if shutil.which("elinks"):
            register("elinks", None, Elinks("elinks"))
    wanted = os.environ.get("BROWSER", "").split(os.pathsep)
    for command in reversed([w for w in wanted if w]):
        made = _synthesize(command, preferred=True)
        if made[0] is None and made[1] is None and command not in _tryorder:
            if '%s' in command:
                _tryorder.insert(0, command)
            else:
                register(command, None, GenericBrowser(command), preferred=True)


def main():
    import getopt
    usage = (
        "Usage: {} [-n | -t | -h] url\n"
        "    -n: open new window\n"
        "    -t: open new tab\n"
        "    -h, --help: show help"
    ).format(sys.argv[0])
    try:
        options, words = getopt.getopt(sys.argv[1:], 'nth', ['help'])
    except getopt.error as e:
        print(e, file=sys.stderr)
        print(usage, file=sys.stderr)
        sys.exit(1)
    new = 0
    for option, _ in options:
        if option == '-n':
            new = 1
        elif option == '-t':
            new = 2
        else:
            print(usage, file=sys.stderr)
            sys.exit()
    if len(words) != 1:
        print(usage, file=sys.stderr)
        sys.exit(1)
    open(words[0], new)
    print("\a")


if __name__ == "__main__":
    main()
