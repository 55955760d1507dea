"""PostgreSQL servers on loopback that Patroni replicates and fails over; the primary is killed now and then.

Debian's `patroni`, `etcd-server` and `postgresql-15`, as an ordinary user, in a folder that is thrown away.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

import orjson
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ledger.postgres.cluster import unprivileged
from tests.support.folders import a_folder
from tests.support.processes import free_port
from tests.support.waiting import until_now

ETCD: Final = Path("/usr/bin/etcd")
PATRONI: Final = Path("/usr/bin/patroni")
PROGRAMS: Final = Path("/usr/lib/postgresql/15/bin")
NEEDED: Final = {ETCD: "etcd-server", PATRONI: "patroni", PROGRAMS / "initdb": "postgresql-15"}
MISSING: Final = [package for path, package in NEEDED.items() if not path.exists()]
needs_patroni: Final = pytest.mark.skipif(bool(MISSING), reason=f"apt-get install {' '.join(MISSING)}")
PASSWORD: Final = "not a secret either"
_ENTERED: Final = {"dbname": "postgres", "user": "postgres", "password": PASSWORD}
HOST: Final = "127.0.0.1"
SERVERS: Final = ("a", "b", "c")
ENDING_WITH_US: Final = ("/usr/bin/setpriv", "--pdeathsig", "KILL")
"""Ends a process with the one that started it, however that ends."""
GUARD: Final = """
cat
for id in "$1"/*/data/postmaster.pid; do
    server=$(head -n 1 "$id") && [ "$(readlink "/proc/$server/cwd")" = "${id%/*}" ] && kill -KILL "$server"
done
rm -rf "$1"
"""
"""Ends the servers of a folder when its input ends: Patroni lets its server outlive it."""
LEASE_SECONDS: Final = 8
"""After which nobody hears of a killed primary any more, and another server takes its place."""


@dataclass
class ReplicatedServer:
    """One server with the Patroni that keeps it: its folder, ports and process."""

    name: str
    folder: Path
    log: Path
    port: int = field(default_factory=free_port)
    api: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def cluster(self) -> Path:
        """The folder of the PostgreSQL cluster."""
        return self.folder / "data"

    def start(self) -> None:
        """Start Patroni, which starts the server."""
        with self.log.open("ab") as log:
            self.process = _started([str(PATRONI), str(self.folder / "patroni.yml")], log.fileno())

    def kill(self) -> None:
        """Kill all at once, as a power failure does."""
        patroni, self.process = self.process, None
        assert patroni is not None
        server = self._postmaster()
        for each in (patroni.pid, *([] if server is None else [server, *_children(server)])):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        patroni.wait()

    def stop_sending(self) -> None:
        """Stop what sends to the others, who hear of nothing any more and notice only later."""
        with psycopg.connect(self.url) as connection:
            for (sender,) in connection.execute("SELECT pid FROM pg_stat_replication"):
                os.kill(sender, signal.SIGSTOP)

    @property
    def url(self) -> str:
        """The conninfo of this server alone, entered as superuser."""
        return make_conninfo("", host=HOST, port=self.port, **_ENTERED)

    def said(self) -> Mapping[str, Any]:
        """Return what Patroni says of the server; nothing while it does not answer."""
        try:
            with urlopen(f"http://{HOST}:{self.api}/patroni", timeout=2) as answer:
                return orjson.loads(answer.read())  # type: ignore[no-any-return] # Patroni's own JSON
        except OSError as error:
            # It answers 503 with the same where the server does not run.
            return {} if not hasattr(error, "read") else dict(orjson.loads(error.read()))

    def _postmaster(self) -> int | None:
        try:
            return int((self.cluster / "postmaster.pid").read_text("utf-8").splitlines()[0])
        except (FileNotFoundError, IndexError):
            return None


@dataclass
class ReplicatedServers:
    """The servers of one ledger, of which one is the primary."""

    every: list[ReplicatedServer]

    def url(self, target: str = "read-write") -> str:
        """Return the conninfo of whichever server is of a kind, entered as superuser."""
        return make_conninfo(
            "",
            host=",".join(HOST for _ in self.every),
            port=",".join(str(each.port) for each in self.every),
            target_session_attrs=target,
            connect_timeout=2,
            **_ENTERED,
        )

    def primary(self) -> ReplicatedServer | None:
        """Return the primary, None while there is none."""
        leading = [each for each in self.every if each.said().get("role") in {"master", "primary"}]
        return leading[0] if len(leading) == 1 else None

    def kill_primary(self) -> ReplicatedServer:
        """Kill the primary and return it, once there is one."""
        until_now(lambda: self.primary() is not None)
        primary = self.primary()
        assert primary is not None
        primary.kill()
        return primary

    def whole(self, *, synchronous: bool) -> bool:
        """Tell whether there is a primary that all others follow, one of them in step with it."""
        try:
            with psycopg.connect(self.url(), autocommit=True) as connection:
                following: dict[str, str] = dict(
                    connection.execute(
                        "SELECT application_name, sync_state FROM pg_stat_replication"
                        " WHERE state = 'streaming' AND application_name = ANY(%s)",
                        [[each.name for each in self.every]],
                    ).fetchall()
                )
        except psycopg.OperationalError:
            return False
        said = [each.said() for each in self.every]
        running = [each for each in said if each.get("state") == "running"]
        # Patroni promotes whom it has noted to be in step, a moment after the server has it so.
        in_step = any(each.get("sync_standby") for each in said) and "sync" in following.values()
        return len(running) == len(following) + 1 == len(self.every) and in_step is synchronous


@contextmanager
def replicated(logs: Path, *, synchronous: bool) -> Iterator[ReplicatedServers]:
    """Give servers of which one is the primary; a `synchronous` one commits what another one has."""
    with a_folder("childledger-replicated-") as folder, ExitStack() as stack:
        _owned(folder)
        stack.enter_context(_guarded(folder))
        clients, peers = free_port(), free_port()
        store = f"http://{HOST}:{clients}"
        with (logs / "etcd.log").open("wb") as log:
            etcd = _started(
                [
                    str(ETCD),
                    f"--data-dir={folder / 'etcd'}",
                    f"--listen-client-urls={store}",
                    f"--advertise-client-urls={store}",
                    f"--listen-peer-urls=http://{HOST}:{peers}",
                    f"--initial-advertise-peer-urls=http://{HOST}:{peers}",
                    f"--initial-cluster=default=http://{HOST}:{peers}",
                ],
                log.fileno(),
            )
        stack.callback(_ended, etcd)
        every = [ReplicatedServer(name, folder / name, logs / f"{name}.log") for name in SERVERS]
        servers = ReplicatedServers(every)
        for each in every:
            each.folder.mkdir()
            settings = each.folder / "patroni.yml"
            settings.write_bytes(orjson.dumps(_settings(each, clients, synchronous=synchronous)))
            for path in (each.folder, settings):
                _owned(path)
            stack.callback(_killed, each)
            each.start()
        until_now(lambda: servers.whole(synchronous=synchronous))
        yield servers


def _settings(server: ReplicatedServer, etcd: int, *, synchronous: bool) -> dict[str, Any]:
    """Return the settings of a Patroni: JSON is YAML."""
    users = {role: {"username": role, "password": PASSWORD} for role in ("replication", "rewind")} | {
        "superuser": {"username": "postgres", "password": PASSWORD}
    }
    return {
        "scope": "childledger",
        "name": server.name,
        "restapi": {"listen": f"{HOST}:{server.api}", "connect_address": f"{HOST}:{server.api}"},
        "etcd3": {"hosts": f"{HOST}:{etcd}"},
        "bootstrap": {
            "dcs": {
                "ttl": LEASE_SECONDS,
                "loop_wait": 1,
                "retry_timeout": 3,
                "primary_start_timeout": 0,
                "synchronous_mode": synchronous,
                "synchronous_mode_strict": synchronous,
                "maximum_lag_on_failover": 2**30,
                "postgresql": {"use_pg_rewind": True, "use_slots": True},
            },
            "initdb": [
                {"encoding": "UTF8"},
                {"locale": "C.UTF-8"},
                {"auth-host": "scram-sha-256"},
                {"auth-local": "scram-sha-256"},
            ],
        },
        "postgresql": {
            "listen": f"{HOST}:{server.port}",
            "connect_address": f"{HOST}:{server.port}",
            "data_dir": str(server.cluster),
            "bin_dir": str(PROGRAMS),
            "pgpass": str(server.folder / "pgpass"),
            "authentication": users,
            "pg_hba": [
                "local all all scram-sha-256",
                f"host replication replication {HOST}/32 scram-sha-256",
                f"host all all {HOST}/32 scram-sha-256",
            ],
            "parameters": {"unix_socket_directories": str(server.folder), "wal_log_hints": "on"},
        },
    }


def _started(command: list[str], log: int) -> subprocess.Popen[bytes]:
    account = unprivileged()
    # Patroni is the system's own Python, which is to find nothing of the tests'.
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
    return subprocess.Popen(
        [*ENDING_WITH_US, *command],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=environment,
        cwd="/",
        start_new_session=True,
        user=None if account is None else account.pw_uid,
        group=None if account is None else account.pw_gid,
        extra_groups=None if account is None else [],
    )


@contextmanager
def _guarded(folder: Path) -> Iterator[None]:
    """End what runs in a folder, should this process be killed."""
    guard = subprocess.Popen(
        ["/bin/sh", "-c", GUARD, "guard", str(folder)], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield
    finally:
        guard.kill()
        guard.communicate()


def _owned(path: Path) -> None:
    account = unprivileged()
    if account is not None:
        shutil.chown(path, account.pw_uid, account.pw_gid)


def _killed(server: ReplicatedServer) -> None:
    if server.process is not None:
        server.kill()


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _children(parent: int) -> list[int]:
    """Return the processes that a server has started."""
    listed = Path(f"/proc/{parent}/task/{parent}/children")
    try:
        return [int(each) for each in listed.read_text("utf-8").split()]
    except FileNotFoundError:
        return []
