"""Run a program that ends with its starter: `exec_bound.py STARTER UID GID SIGNAL PROGRAM [ARGUMENT ...]`.

This is a separate script with the standard library only: only the new process itself can give up root and
then request a signal at its parent's death, and running Python between fork and exec is unsafe in a program
with threads. The starting *thread* must outlive the program.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(starter: int, uid: int, gid: int, end: int, command: list[str]) -> None:
    """Become `command` as `uid`; the kernel or a watchdog sends the signal `end` when `starter` is gone."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    if sys.platform == "linux":
        # A change of uid clears the setting, so it comes after that.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, end)
        if os.getppid() != starter:
            sys.exit("exec_bound: the starter has already gone")
    else:
        watch(end)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - pathlib would double the start-up time
        os.dup2(nothing.fileno(), sys.stdin.fileno())
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def watch(end: int) -> None:
    """Fork a watchdog that sends `end` to this process when the starter's end of standard input closes."""
    tethered = os.getpid()
    if os.fork() == 0:
        os.setsid()
        os.read(sys.stdin.fileno(), 1)
        os.kill(tethered, end)
        os._exit(0)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:5]), sys.argv[5:])  # type: ignore[call-arg, arg-type]
