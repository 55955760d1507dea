"""DATA, the folder of all data outside the database: its owner, its permissions, and locks on its files."""

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

LOCKED_SECONDS: Final = 10.0
"""The longest wait for a lock on a file of DATA; a process holds one only to write a few lines."""
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_AGAIN_SECONDS: Final = 0.05


class DataError(Exception):
    """DATA, or a file in it, cannot be used as it is; the text says what to do, in both languages."""


def unusable(error: OSError) -> DataError:
    """Return the error for a file or folder that the operating system does not let us use."""
    path, why = error.filename, error.strerror
    return DataError(
        f"无法使用 {path}（{why}）：请检查其所有者、权限、磁盘空间，以及是否只读。 "
        f"{path} cannot be used ({why}): see who owns it, its mode, and whether its disk is full or "
        "read-only."
    )


def check_own(folder: Path) -> None:
    """Raise DataError for a folder of another owner, or one that other users may write to.

    A user who can write there could replace keys and passwords. Root may use any user's folder.
    """
    status = folder.stat()
    if os.geteuid() not in {0, status.st_uid}:
        message = (
            f"{folder} 属于用户 {status.st_uid}：请以该用户运行，或另选 DATA。 "
            f"{folder} belongs to user {status.st_uid}: run as that user, or choose another DATA."
        )
        raise DataError(message)
    if status.st_mode & _OTHERS_WRITE:
        message = (
            f"其他用户可以写入 {folder}：请执行 chmod go-w {folder}，并确认其中内容未被改动。 "
            f"Others may write into {folder}: chmod go-w {folder}, and see that nothing in it was changed."
        )
        raise DataError(message)


def check_private(descriptor: int, path: Path) -> None:
    """Raise DataError for an open file that other users than its owner may read or write."""
    if os.fstat(descriptor).st_mode & _OTHERS:
        message = (
            f"其他用户可以读取 {path}：请执行 chmod 600 {path}；若可能已被读取，请更改其中各角色的密码。 "
            f"Others may read {path}: chmod 600 {path}; where somebody may have read it, change the "
            "passwords of the roles in it."
        )
        raise DataError(message)


def lock(descriptor: int, path: Path) -> None:
    """Lock an open file until it is closed. Raises DataError if another process keeps it locked."""
    until = time.monotonic() + LOCKED_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                message = (
                    f"另一个进程一直占用 {path}。 "
                    f"Another process keeps {path} locked: see which one, and whether it hangs."
                )
                raise DataError(message) from None
            time.sleep(_AGAIN_SECONDS)
        else:
            return


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock of a file that several processes replace; make its folder if there is none."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.lock")
    descriptor = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        lock(descriptor, beside)
        yield
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes) -> None:
    """Replace a file atomically and durably; nobody but its owner may read it."""
    draft = path.with_name(f"{path.name}.{uuid4().hex}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
