"""Pipelines of processes, their input, output, errors, signals, environments and limits."""

import os
import signal
import subprocess
import sys

python = sys.executable
first = subprocess.Popen([python, "-c", "for i in range(2000): print(i * i)"], stdout=subprocess.PIPE)
second = subprocess.Popen(["grep", "7"], stdin=first.stdout, stdout=subprocess.PIPE)
third = subprocess.Popen(
    [python, "-c", "import sys; print(sum(int(x) for x in sys.stdin))"], stdin=second.stdout, stdout=subprocess.PIPE, text=True
)
first.stdout.close()
second.stdout.close()
print(third.communicate()[0].strip(), first.wait(), second.wait(), third.returncode)
print(subprocess.run("echo $X | tr a-z A-Z; exit 3", shell=True, env={"X": "shell", "PATH": os.environ["PATH"]}, capture_output=True))
print(subprocess.run([python, "-c", "import sys; sys.stderr.write('oops'); sys.exit(4)"], capture_output=True, text=True).stderr)
try:
    subprocess.run([python, "-c", "import time; time.sleep(60)"], timeout=0.3)
except subprocess.TimeoutExpired as err:
    print("timeout", type(err.timeout))
child = subprocess.Popen(["sleep", "60"])
child.send_signal(signal.SIGTERM)
print(child.wait(), signal.Signals(-child.returncode).name)
try:
    subprocess.check_output([python, "-c", "raise SystemExit(9)"])
except subprocess.CalledProcessError as err:
    print(err.returncode, err.output)
try:
    subprocess.run(["/no/such/program"])
except FileNotFoundError as err:
    print(err)
sys.stdout.flush()
pid = os.fork()
if pid == 0:
    os._exit(5)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
print(subprocess.run([python, "-"], input="print('from stdin')", capture_output=True, text=True).stdout)
