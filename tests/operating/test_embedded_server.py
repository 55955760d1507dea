"""The embedded PostgreSQL: made on first use, shared, taken over, and never left behind."""

import errno
import fcntl
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger import data_folder
from ledger.data_folder import DataError, check_own
from ledger.postgres import credentials
from ledger.postgres.cluster import Cluster
from ledger.postgres.embedded import ServerFailedError, embedded
from tests.support.places import ROOT
from tests.support.waiting import PATIENCE

as_root = pytest.mark.skipif(os.getuid() != 0, reason="shows what root gets; this is an ordinary user")

STARTED = "SELECT pg_postmaster_start_time()"
ENTER = """
import sys
from pathlib import Path
from ledger.postgres.embedded import embedded
with embedded(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def process_in(data: Path, *python: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has entered `embedded(data)`; it leaves when its standard input closes."""
    command = [*(python or [sys.executable]), "-c", ENTER, str(data)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    ) as process:
        yield process


def url_from(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    url = process.stdout.readline().strip()
    assert url, "the other process ended before it had a server"
    return url


def ask(url: str, question: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row
    return str(row[0])


def happens(wanted: Callable[[], object]) -> bool:
    """Whether it does within the patience of somebody who waits, refused connections apart."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            if wanted():
                return True
        time.sleep(0.05)
    return False


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split("\n")[0])


def has_ended(pid: int) -> bool:
    return not Path(f"/proc/{pid}/cwd").exists()  # a zombie has none


def test_first_use_makes_a_database_that_knows_chinese_letters_and_has_no_network(data: Path) -> None:
    with embedded(data, durable=False) as server:
        assert ask(server.url, "SELECT current_database()") == "childledger"
        assert ask(server.url, "SHOW server_encoding") == "UTF8"
        assert (
            ask(server.url, "SELECT concat(datlocprovider, datlocale) FROM pg_database LIMIT 1") == "bC.UTF-8"
        )
        assert ask(server.url, "SELECT '伟' ~ '^[[:alpha:]]$'") == "True"
        assert ask(server.url, "SHOW listen_addresses") == ""
    assert not list(data.glob("postgres.new*"))


def test_what_was_written_is_there_at_the_next_start(data: Path) -> None:
    with embedded(data) as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with embedded(data) as server:
        assert ask(server.url, "SELECT answer FROM kept") == "42"


def test_a_cluster_half_made_when_the_power_failed_is_made_anew(data: Path) -> None:
    with embedded(data, durable=False) as server:
        home = server.home
    (home / "postgres").rename(home / "postgres.new.interrupted")
    with embedded(data, durable=False) as server:
        assert ask(server.url, "SELECT 1") == "1"
    assert not list(home.glob("postgres.new*"))


def test_two_processes_share_one_server(data: Path) -> None:
    with process_in(data) as first, process_in(data) as second:
        started = {ask(url_from(process), STARTED) for process in (first, second)}
        assert len(started) == 1


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_another_takes_over_when_the_starter_dies(data: Path, end: signal.Signals) -> None:
    with process_in(data) as starter:
        url = url_from(starter)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        with process_in(data) as other:
            assert url_from(other) == url
            before = ask(url, STARTED)
            starter.send_signal(end)
            assert happens(lambda: ask(url, STARTED) != before)
            assert ask(url, "SELECT answer FROM kept") == "42"


def test_the_others_go_on_when_the_starter_leaves(data: Path) -> None:
    with process_in(data) as starter:
        url = url_from(starter)
        with process_in(data) as other:
            url_from(other)
            before = ask(url, STARTED)
            starter.communicate()
            assert starter.returncode == 0
            assert happens(lambda: ask(url, STARTED) != before)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_running_when_the_only_process_dies(data: Path, end: signal.Signals) -> None:
    with process_in(data) as starter:
        url_from(starter)
        pid = postmaster(data)
        starter.send_signal(end)
        assert happens(lambda: has_ended(pid))
    assert not (data / "postgres" / "postmaster.pid").exists(), "it did not shut down in order"


def test_a_killed_server_is_started_again(data: Path) -> None:
    with embedded(data, durable=False) as server:
        before = ask(server.url, STARTED)
        os.kill(postmaster(data), signal.SIGKILL)
        assert happens(lambda: ask(server.url, STARTED) != before)


def test_a_pid_left_by_a_crash_may_be_another_programs_by_now(data: Path) -> None:
    with embedded(data, durable=False):
        pass
    owner = (data / "postgres").stat().st_uid
    with subprocess.Popen(["/bin/sleep", "60"], user=owner if os.getuid() == 0 else None) as another:
        (data / "postgres" / "postmaster.pid").write_text(
            f"{another.pid}\n{data / 'postgres'}\n1\n5432\n\n\n"
        )
        with embedded(data, durable=False) as server:
            assert ask(server.url, "SELECT 1") == "1"
        another.kill()


def test_nobody_enters_without_the_password_kept_in_data(data: Path) -> None:
    with embedded(data, durable=False) as server:
        with pytest.raises(psycopg.OperationalError, match="no password"):
            psycopg.connect(make_conninfo(server.url, passfile="/dev/null"))
        sockets = Path(str(conninfo_to_dict(server.url)["host"]))
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE((data / credentials.FILE).stat().st_mode) == 0o600
        assert "password=" not in server.url


def test_a_role_enters_with_the_password_made_for_it(data: Path) -> None:
    with embedded(data, durable=False) as server:
        password = credentials.password(data, "clerk")
        with psycopg.connect(server.url) as connection:
            connection.execute(f"CREATE ROLE clerk LOGIN PASSWORD '{password}'".encode())
        assert ask(credentials.url_as(server.url, "clerk", data), "SELECT current_user") == "clerk"
        assert credentials.password(data, "clerk") == password


def test_what_a_statement_said_is_not_in_the_log(data: Path) -> None:
    with embedded(data, durable=False) as server:
        with pytest.raises(psycopg.errors.InvalidDatetimeFormat):
            ask(server.url, "SELECT 'PLANTED'::date")
        assert "PLANTED" not in (server.home / "postgres.log").read_text()


@pytest.mark.parametrize("name", ["x" * 120, "one, two", 'a "quoted" name', "望海市儿童福利院"])
def test_data_may_have_any_name(data: Path, name: str) -> None:
    with embedded(data / name, durable=False) as server:
        assert ask(server.url, "SELECT 1") == "1"


def test_a_failure_is_told_in_postgresqls_own_words(data: Path) -> None:
    with embedded(data, durable=False):
        pass
    (data / "postgres" / "PG_VERSION").write_text("9.0\n")
    with pytest.raises(ServerFailedError, match="incompatible"), embedded(data, durable=False):
        pass


@as_root
def test_below_a_closed_folder_root_gets_a_cluster_elsewhere_and_is_told(
    data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data.parent.chmod(0o700)
    with embedded(data, durable=False) as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert server.home.parent == Path("/var/lib/childledger")
    assert str(server.home) in capfd.readouterr().err.splitlines()[0]
    assert stat.S_IMODE(data.parent.stat().st_mode) == 0o700
    with embedded(data, durable=False) as again:
        assert ask(again.url, "SELECT answer FROM kept") == "42"


@as_root
def test_a_data_folder_removed_and_made_again_begins_empty_wherever_its_cluster_was(data: Path) -> None:
    data.parent.chmod(0o700)
    with embedded(data, durable=False) as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    shutil.rmtree(data)
    with embedded(data, durable=False) as server:
        assert ask(server.url, "SELECT to_regclass('kept') IS NULL") == "True"


@as_root
def test_under_root_the_server_is_an_unprivileged_user(data: Path) -> None:
    with embedded(data, durable=False):
        running = Path(f"/proc/{postmaster(data)}").stat()
        assert running.st_uid == pwd.getpwnam("nobody").pw_uid


@as_root
def test_what_another_user_made_is_left_alone_and_said_so(data: Path) -> None:
    with embedded(data, durable=False):
        pass
    os.chown(data / "postgres", 1, 1)
    with pytest.raises(ServerFailedError, match="belongs to user 1"), embedded(data, durable=False):
        pass


@as_root
def test_an_ordinary_user_needs_nothing_else(data: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    become = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    become += ["env", f"PYTHONPATH={os.pathsep.join(map(str, [ROOT, *sys.path]))}"]
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        trial = [*become, python, "-c", "import ledger.postgres.embedded"]
        if subprocess.run(trial, check=False, cwd="/", stderr=subprocess.DEVNULL).returncode == 0:
            break
    else:
        pytest.skip("an ordinary user cannot reach this Python or this folder")
    data.mkdir()
    os.chown(data, nobody.pw_uid, nobody.pw_gid)
    with process_in(data, *become, python) as process:
        url_from(process)
        pid = postmaster(data)
        process.kill()
        assert happens(lambda: has_ended(pid))


def test_where_the_kernel_sends_no_signal_a_watchdog_does() -> None:
    arguments = f"os.getppid(), {os.getuid()}, {os.getgid()}, {int(signal.SIGTERM)}, ['/bin/sleep', '60']"
    tether = (
        "import os, sys; sys.platform = 'elsewhere'; "
        f"from ledger.postgres import exec_bound; exec_bound.main({arguments})"
    )
    with subprocess.Popen([sys.executable, "-c", tether], stdin=subprocess.PIPE, cwd=ROOT) as tethered:
        assert tethered.stdin
        tethered.stdin.close()
        assert tethered.wait(PATIENCE) == -signal.SIGTERM


# What keeps DATA from being used


@pytest.fixture
def unwritable(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let the operating system refuse to open this file, as on a disk that is read-only or full."""
    refused = "postgres.lock"
    opened = os.open

    def refusing(path: Any, *rest: Any, **more: Any) -> int:
        if str(path).endswith(refused):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return opened(path, *rest, **more)

    monkeypatch.setattr(os, "open", refusing)
    return refused


def test_a_data_that_cannot_be_written_is_told_with_its_path(data: Path, unwritable: str) -> None:
    with pytest.raises(DataError, match=f"{data}.*{unwritable}.*cannot be used"), embedded(data):
        pass


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_start_that_waits_for_another_process_ends_when_it_is_told_to(
    data: Path, end: signal.Signals
) -> None:
    data.mkdir()
    with (data / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        surroundings = os.environ | {"CHILDLEDGER_DATA": str(data)}
        program = [sys.executable, "-c", "from api.cli import main; main()", "token", "list"]
        with subprocess.Popen(program, env=surroundings, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
            try:
                assert happens(lambda: waits_for(process.pid, data / "postgres.lock"))
                process.send_signal(end)
                process.wait(PATIENCE)
            finally:
                process.kill()


def waits_for(pid: int, path: Path) -> bool:
    """Whether a process has tried a file, which it opens again and again."""
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            if link.readlink() == path:
                return True
    return False


def test_a_start_that_is_given_up_leaves_no_half_made_cluster(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = threading.Event()
    made = Cluster.make

    def making(self: Cluster) -> None:
        leaving.set()
        made(self)

    monkeypatch.setattr(Cluster, "make", making)
    with pytest.raises(ServerFailedError, match="told to stop"), embedded(data, leaving=leaving):
        pass
    assert not [*data.glob("postgres.new*"), *data.glob("postgres")]


def test_a_server_that_does_not_stop_is_stopped_for_certain(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.postgres.embedded.SHUTDOWN_SECONDS", 0.2)
    monkeypatch.setattr("ledger.postgres.embedded.QUIT_SECONDS", 0.2)
    with embedded(data, durable=False) as server:
        pid = postmaster(data)
        os.kill(pid, signal.SIGSTOP)
    assert has_ended(pid)
    with embedded(data, durable=False) as again:
        assert ask(again.url, "SELECT 1") == "1"
    assert again == server


def test_a_folder_into_which_others_may_write_is_not_used(data: Path) -> None:
    data.mkdir()
    data.chmod(0o777)
    with pytest.raises(DataError, match="chmod go-w"):
        check_own(data)
    data.chmod(0o755)
    check_own(data)


def test_a_folder_of_somebody_else_is_not_used(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data.mkdir(0o700)
    owner = data.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(DataError, match=f"belongs to user {owner}"):
        check_own(data)


def test_passwords_that_others_may_read_are_not_used(data: Path) -> None:
    data.mkdir()
    credentials.password(data, "clerk")
    (data / credentials.FILE).chmod(0o644)
    with pytest.raises(DataError, match="chmod 600"):
        credentials.password(data, "clerk")


def test_a_file_that_another_process_keeps_is_not_waited_for_for_ever(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.mkdir()
    monkeypatch.setattr(data_folder, "LOCKED_SECONDS", 0.1)
    with (data / credentials.FILE).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(DataError, match=r"keeps .* locked"):
            credentials.password(data, "clerk")
