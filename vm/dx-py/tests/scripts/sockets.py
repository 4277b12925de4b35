"""_socket, select, fcntl, _posixsubprocess, termios, _locale: what two ends of a connection see, and the errors."""
import _locale, _socket, array, fcntl, os, select, socket, subprocess, sys, termios, time


def error(f, *a, **k):
    try:
        print("no error:", f(*a, **k))
    except Exception as e:
        print(type(e).__name__, e)


a, b = socket.socketpair()
print(a.family, a.type, a.proto, a.sendmsg([b"one", b"two"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0]))]))
data, ancillary, flags, address = b.recvmsg(10, socket.CMSG_SPACE(4))
print(data, [(l, k, len(d)) for l, k, d in ancillary], flags, address)
os.close(array.array("i", ancillary[0][2])[0])
print(select.select([a], [b], [], 0) == ([], [b], []))
p = select.poll()
p.register(a, select.POLLIN)
print(p.poll(1))
b.sendall(b"x" * 1000)
print([e for _, e in p.poll(1)], len(a.recv(2000)))
error(p.modify, 999, 1)
error(p.unregister, 999)
error(p.register, a, -1)
error(p.poll, "x")
with select.epoll() as e:
    e.register(a, select.EPOLLIN | select.EPOLLOUT)
    print([n for _, n in e.poll(1)])
    error(e.register, a)
    error(e.poll, maxevents=0)
error(e.fileno)
error(select.select, [-1], [], [])
error(select.select, 3, [], [])
error(select.select, [], [], [], -1)
a.settimeout(0.01)
error(a.recv, 1)
a.setblocking(False)
error(a.recv, 1)
print(a.gettimeout(), a.getblocking())
error(a.settimeout, -1)
error(a.recv, -1)
error(a.sendto, b"", 1, 2, 3)
error(a.setsockopt, 1, 2)
error(a.connect, 3)
a.close()
error(a.send, b"x")
b.close()

with socket.create_server(("127.0.0.1", 0)) as server:
    with socket.create_connection(server.getsockname()) as client:
        peer, address = server.accept()
        with peer:
            print(address == client.getsockname(), client.send(b"abc"), peer.recv_into(bytearray(10)))
            client.shutdown(socket.SHUT_WR)
            print(peer.recv(1), peer.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE))
with socket.socket(socket.AF_UNIX) as s:
    s.bind("\0dxpy-test-%d" % os.getpid())
    print(s.getsockname()[:11])
    error(s.bind, "x" * 200)
with socket.socket() as s:
    error(s.bind, ("127.0.0.1", 70000))
    error(s.bind, ("127.0.0.1",))
    error(s.bind, "x")
    error(s.getsockopt, 1, 2, 5000)
print(socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, "::1")), socket.htons(1), socket.ntohl(1))
for f, *args in [
    (socket.inet_aton, "x"), (socket.inet_pton, 2, "x"), (socket.inet_ntop, 2, b""), (socket.htons, -1), (socket.ntohl, 2**32),
    (socket.getservbyname, "none such"), (_socket.CMSG_LEN, -1), (socket.socket, 2, 1, 0, -5), (socket.socket, -1, -1, -1, 999),
    (socket.getaddrinfo, 3, 4), (socket.getnameinfo, 3, 4), (socket.setdefaulttimeout, -1),
]:
    error(f, *args)
r, w = os.pipe()
print(fcntl.fcntl(r, fcntl.F_GETFD), fcntl.ioctl(r, termios.FIONREAD, b"\0" * 4))
error(fcntl.fcntl, r, fcntl.F_GETFL, "x" * 2000)
error(fcntl.lockf, r, 0)
error(termios.tcgetattr, r)
print(subprocess.run(["sh", "-c", "echo $0; exit 4", "arg"], capture_output=True))
error(subprocess.run, ["/none/such"])
error(subprocess.run, ["sh"], cwd="/none/such")
error(_locale.setlocale, 0, "none such")
error(_locale.setlocale, 99)
print(_locale.strcoll("a", "b") < 0, _locale.nl_langinfo(_locale.RADIXCHAR))
print(time.gmtime(0)[:9], time.strftime("%Y-%m-%d", (2000, 2, 30, 0, 0, 0, 0, 1, 0)), time.asctime((2000, 1, 2, 3, 4, 5, 6, 7, 0)))
for f, *args in [(time.sleep, -1), (time.sleep, "x"), (time.strftime, "", (1,)), (time.asctime, (1, 13, 1, 1, 1, 1, 1, 1, 1)), (time.gmtime, 1e30)]:
    error(f, *args)
