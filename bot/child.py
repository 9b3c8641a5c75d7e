"""`python -m bot.child SUPERVISOR COMMAND…`: becomes the command, and is told to stop when its supervisor is gone.

Whoever is killed with -9 ends nobody: what it had started would go on, holding the port and the lease of the jobs.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    supervisor, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        # Outlives exec; the children of the command do not have it, the command ends them when it is told to stop.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:  # it has died before we asked to be told
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606  our own command lines


if __name__ == "__main__":
    main()
