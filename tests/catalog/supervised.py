"""Programs that test_supervisor starts and kills.

python -m tests.catalog.supervised holds-run VAR       be the one `make run` of VAR
python -m tests.catalog.supervised has-child LOG       own a stubborn child with a child
"""

import sys
import time
from pathlib import Path

from catalog.supervisor.children import Child, Leash
from catalog.supervisor.sole import sole_run

# Ignores TERM, and has a child of its own that does too; says both numbers.
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
below = os.fork()
if below:
    print(os.getpid(), below, flush=True)
time.sleep(600)
"""


def main() -> None:
    """Do the one thing, and stay until killed."""
    wanted, path = sys.argv[1], Path(sys.argv[2])
    if wanted == "holds-run":
        with sole_run(path) as publish:
            publish("http://127.0.0.1:8765/")
            _stay("holding")
    child = Child("stubborn", [sys.executable, "-c", STUBBORN], path, Leash())
    child.start()
    while not path.read_text():
        time.sleep(0.01)
    _stay(path.read_text().strip())


def _stay(said: str) -> None:
    sys.stdout.write(f"{said}\n")
    sys.stdout.flush()
    time.sleep(600)


if __name__ == "__main__":
    main()
