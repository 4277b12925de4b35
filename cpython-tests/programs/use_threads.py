"""Fifty threads: locks, conditions, events, barriers, queues, locals, pools, futures, timers."""

import concurrent.futures
import queue
import threading
import time

COUNT = 50
lock, total = threading.Lock(), 0


def add():
    global total
    for _ in range(1000):
        with lock:
            total += 1


threads = [threading.Thread(target=add, name="t%d" % i) for i in range(COUNT)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(total, threading.active_count())

barrier, order = threading.Barrier(COUNT), []


def meet():
    order.append(barrier.wait())


threads = [threading.Thread(target=meet) for _ in range(COUNT)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sorted(order) == list(range(COUNT)))

jobs, done = queue.Queue(maxsize=10), queue.Queue()


def work():
    while (n := jobs.get()) is not None:
        done.put((n, n * n))


threads = [threading.Thread(target=work) for _ in range(COUNT)]
for t in threads:
    t.start()
for n in range(1000):
    jobs.put(n)
for _ in threads:
    jobs.put(None)
for t in threads:
    t.join()
print(sum(done.get()[1] for _ in range(1000)), done.empty())

local, seen = threading.local(), []


def keep(n):
    local.n = n
    time.sleep(0.001)
    seen.append(local.n)


with concurrent.futures.ThreadPoolExecutor(COUNT) as pool:
    list(pool.map(keep, range(200)))
    futures = [pool.submit(divmod, 100, n) for n in range(5)]
    print([f.result() if not f.exception() else repr(f.exception()) for f in futures])
print(sorted(seen) == list(range(200)), hasattr(local, "n"))

ready, event = threading.Condition(), threading.Event()
state = []


def wait():
    with ready:
        ready.wait_for(lambda: state)
    event.wait()


threads = [threading.Thread(target=wait, daemon=True) for _ in range(COUNT)]
for t in threads:
    t.start()
with ready:
    state.append(1)
    ready.notify_all()
event.set()
for t in threads:
    t.join()
print(any(t.is_alive() for t in threads))


def raise_it():
    raise ValueError("in a thread")


threading.excepthook = lambda args: print("hook:", args.exc_type.__name__, args.exc_value, args.thread.name)
t = threading.Thread(target=raise_it, name="bad")
t.start()
t.join()
timer = threading.Timer(0.01, print, ["timer"])
timer.start()
timer.join()
r = threading.RLock()
with r, r:
    print("reentrant")
