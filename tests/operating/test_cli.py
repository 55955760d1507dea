"""Commands as they are given in a shell, and the demonstration from its first start to its last."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import orjson
import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from pydantic import ValidationError

from api import cli
from api.cli import trouble
from api.identity.permissions import Role
from api.settings import Settings, mistyped
from ledger.postgres.cluster import locate
from tests.support.asking_headers import asking
from tests.support.client import ELSEWHERE, HOME, Furnished
from tests.support.demo_server import filled_once
from tests.support.processes import CHILDLEDGER, clean_environment, environment_of, free_port
from tests.support.waiting import PATIENCE, until_now

PERSON = "王小明"
NO_ID = str(uuid4())


# Commands


@dataclass(frozen=True)
class Told:
    """What a command answered, what it said beside, and its exit code."""

    answer: str
    beside: str
    code: int


@pytest.fixture
def command(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Told]:
    """Give what runs a command on a furnished ledger of the test's own, in this process, which is quicker."""

    def run(*words: str, **also: str) -> Told:
        with monkeypatch.context() as within:
            own = environment_of(settings) | {f"CHILDLEDGER_{name}": value for name, value in also.items()}
            for name, value in own.items():
                within.setenv(name, value)
            code = cli.run_command(words)
        told = capsys.readouterr()
        return Told(told.out.strip(), told.err, code)

    return run


def test_where_a_table_was_added_verifying_says_so_and_verifies(
    settings: Settings, command: Callable[..., Told]
) -> None:
    assert command("verify").code == 0
    assert settings.database_url is not None
    with psycopg.connect(settings.database_url.get_secret_value()) as connection:
        table = SQL("CREATE TABLE {} ()").format(Identifier(settings.ledger, "forged"))
        connection.execute(table)
    told = command("verify")
    assert (told.code, "table forged" in told.answer) == (1, True)
    assert "条目有误0处" in told.beside
    assert "材料影像有误0处" in told.beside
    listing = command("token", "list")
    assert (listing.code, listing.answer) == (1, "")
    assert "table forged" in listing.beside


def test_an_institution_its_staff_and_their_tokens_are_made_and_ended(command: Callable[..., Told]) -> None:
    opened = command("institution", "add", "北川市儿童福利院", "--region", "371099")
    assert (opened.code, opened.beside) == (0, "")
    added = command("user", "add", "示例甲", "--role", "staff", "--institution", opened.answer)
    made = command("token", "new", str(UUID(added.answer)), "--days", "3")
    assert made.answer.startswith("cl_")
    (line,) = [line for line in command("token", "list").answer.splitlines() if "示例甲" in line]
    assert made.answer not in line
    token, role = line.split()[:2]
    assert role == "staff"
    assert command("token", "revoke", token).code == 0
    assert command("token", "revoke", token).code == 1
    (line,) = [line for line in command("token", "list").answer.splitlines() if "示例甲" in line]
    assert "revoked" in line


def test_a_user_name_is_given_once_and_its_password_is_reset_and_ended(command: Callable[..., Told]) -> None:
    somebody = ("--role", "staff", "--institution", HOME, "--login")
    added = command("user", "add", "示例甲", *somebody, "zhoulan")
    member, token = added.answer.splitlines()
    assert token.startswith("cl_")
    assert "7 天内有效" in added.beside

    for taken in ("zhoulan", "ＺｈｏｕＬａｎ"):
        refused = command("user", "add", "示例乙", *somebody, taken)
        assert (refused.code, refused.answer) == (1, "")
        assert "已有人使用" in refused.beside
        assert "is taken" in refused.beside
    assert "示例乙" not in command("user", "list").answer

    (line,) = [line for line in command("user", "list").answer.splitlines() if "示例甲" in line]
    assert line.split("  ") == [member, "staff", "示例甲", "zhoulan", "no password"]
    reset = command("user", "reset-password", "zhoulan")
    assert reset.answer.startswith("cl_")
    assert reset.answer != token
    assert command("token", "new", member).code == 0
    assert command("user", "end", "zhoulan").code == 0
    lines = [line for line in command("token", "list").answer.splitlines() if "示例甲" in line]
    assert [("revoked" in line) for line in lines] == [True] * 3

    for gone in ("reset-password", "end"):
        nobody = command("user", gone, "nobody")
        assert (nobody.code, nobody.answer) == (1, "")
        assert "没有用户名 nobody" in nobody.beside


def test_where_a_digest_is_sent_is_given_changed_and_taken_away(command: Callable[..., Told]) -> None:
    somebody = ("示例丙", "--role", "staff", "--institution", HOME, "--mail")
    refused = command("user", "add", *somebody, "not an address")
    assert (refused.code, refused.answer) == (1, "")
    assert "That is no mail address" in refused.beside
    assert "示例丙" not in command("user", "list").answer
    member = command("user", "add", *somebody, "c@example.test").answer
    assert command("user", "mail", member, "d@example.test").code == 0
    assert command("user", "mail", member).code == 0
    assert command("user", "mail", str(uuid4()), "d@example.test").code == 1


def test_whoever_is_in_the_directory_already_is_given_a_user_name(command: Callable[..., Told]) -> None:
    member = command("user", "add", "示例乙", "--role", "bureau", "--region", "371000").answer
    assert command("user", "login", member, "zhoulan").answer.startswith("cl_")
    assert "已有用户名" in command("user", "login", member, "lanzhou").beside
    assert command("user", "login", NO_ID, "lanzhou").code == 1


def test_an_institution_is_in_nobody_s_region_until_its_own_is_said(command: Callable[..., Told]) -> None:
    opened = command("institution", "add", "北川市儿童福利院")
    assert opened.code == 0
    assert "所在地区不详" in opened.beside
    assert "region is unknown" in opened.beside

    changed = command("institution", "change", "北川市儿童福利院", "--region", "371082")

    shown = f"{opened.answer}  北川市儿童福利院  371082  –"
    assert (changed.code, changed.answer, changed.beside) == (0, shown, "")
    assert shown in command("institution", "list").answer.splitlines()
    named = command("institution", "change", opened.answer, "--name", "北川区儿童福利院", "--uscc", "91X")
    assert named.answer == f"{opened.answer}  北川区儿童福利院  371082  91X"


def test_a_region_that_the_table_lacks_is_taken_and_said(command: Callable[..., Told]) -> None:
    opened = command("institution", "add", "北川市儿童福利院", "--region", "371098")
    assert opened.code == 0
    assert "371098" in opened.beside
    assert "not in the table" in opened.beside


def test_a_token_that_may_not_approve_is_listed_as_such(command: Callable[..., Told]) -> None:
    added = command("user", "add", "示例甲", "--role", "supervisor", "--institution", HOME).answer
    assert command("token", "new", added, "--may-not-approve").code == 0
    assert command("token", "new", added).code == 0
    lines = [line for line in command("token", "list").answer.splitlines() if "示例甲" in line]
    assert [line.endswith("may not approve") for line in lines] == [True, False]


def test_somebody_bound_to_a_region_or_to_an_institution_by_its_name(command: Callable[..., Told]) -> None:
    assert command("user", "add", "示例乙", "--role", "bureau", "--region", "371000").code == 0
    assert command("user", "add", "示例丙", "--role", "auditor", "--institution", HOME).code == 0


REFUSED: list[tuple[list[str], str]] = [
    (["token", "new", NO_ID, "--days", "3660"], "没有该编号的人员"),
    (["user", "add", "a\tb", "--role", "administrator"], "名称"),
    (["restore", "/nowhere"], "没有账本"),
    (["institution", "add", HOME], "already"),
    (["institution", "add", "新院", "--region", "37"], "GB/T 2260"),
    (["institution", "add", "新院", "--region", "000000"], "not the nation"),
    (["institution", "add", ""], "name: 须填写"),
    (["institution", "change", HOME, "--region", "000000"], "不得填写全国"),
    (["institution", "change", HOME, "--name", ELSEWHERE], "already"),
    (["institution", "change", HOME], "请填写变更的项目"),
    (["institution", "change", "无此机构", "--region", "371002"], "no institution"),
    (["user", "add", "x", "--role", "staff", "--institution", "无此机构"], "no institution"),
    (["user", "add", "x", "--role", "staff"], "bound to an institution"),
    (["user", "add", "x", "--role", "bureau", "--region", "3"], "no region"),
    (["token", "new", str(uuid4())], "nobody"),
    (["token", "revoke", str(uuid4())], "no such token"),
]


def test_what_cannot_be_done_is_said_in_one_line(
    command: Callable[..., Told], subtests: pytest.Subtests
) -> None:
    for words, said in REFUSED:
        with subtests.test(" ".join(words)):
            told = command(*words)
            assert told.code == 1
            assert told.answer == ""
            assert said in told.beside
            assert len(told.beside.splitlines()) == 1


def test_a_setting_that_cannot_be_is_named_and_not_repeated(command: Callable[..., Told]) -> None:
    told = command("token", "list", PORT="eighty-secret")
    assert told.code == 1
    assert "CHILDLEDGER_PORT" in told.beside
    assert "secret" not in told.beside


ODD_WORDS: list[tuple[list[str], str]] = [
    (["tokens"], "没有该命令：tokens。可用的命令：serve、"),
    (["nope"], "、rules、coverage。 There is no command nope. Commands: serve, "),
    (["nope"], ", rules, coverage."),
    (["token", "lists"], "没有该命令：lists。可用的命令：new、list、revoke；是否应为 list？"),
    (["token", "lists"], "Commands: new, list, revoke; did you mean list?"),
    (["token", "list", "--all"], "没有该选项：--all。"),
    (["rules", "extra"], "多余的内容：extra"),
    (["token", "new"], "缺少 USER"),
    (["token", "new", "x"], "USER 应为 UUID"),
    (["token", "revoke", "x"], "TOKEN 应为 UUID"),
    (["token", "new", NO_ID, "--days", "x"], "--days 应为整数"),
    (["token", "new", NO_ID, "--days", "0"], "--days 超出允许的范围"),
    (["token", "new", NO_ID, "--days", "-5"], "--days 超出允许的范围"),
    (["token", "new", NO_ID, "--days", "3661"], "--days 超出允许的范围"),
    (["token", "new", NO_ID, "--days", "1000000000"], "--days 超出允许的范围"),
    (["token", "new", NO_ID, "--days", "3", "--days", "4"], "--days 只能填写一次"),
    (["user", "add", "x", "--role", "king"], "--role 应为以下之一：staff"),
    (["institution", "add"], "缺少 NAME"),
    (["database-url", "--role", "king"], "--role 应为以下之一：owner"),
    (["demo", "--port", "99999"], "--port 超出允许的范围"),
    (["rebuild", "--keep", "many"], "--keep 应为整数"),
    (["backup"], "缺少 FOLDER"),
    (["import"], "缺少 FILE"),
]


def in_both_languages(said: str) -> bool:
    return bool(re.search("[一-鿿]{2}", said) and re.search("[a-z]{3,} .*[a-z]{3,}", said))


@pytest.mark.parametrize(("words", "said"), ODD_WORDS)
def test_a_command_that_is_not_given_as_it_is_to_be_says_so_and_where_its_help_is(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert cli.run_command(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    first, second = told.err.splitlines()
    assert said in first
    assert in_both_languages(first)
    assert in_both_languages(second)
    assert "--help" in second


def test_a_file_that_cannot_be_written_is_named_in_both_languages(command: Callable[..., Told]) -> None:
    told = command("backup", "/proc/nowhere")
    assert told.code == 1
    (line,) = told.beside.splitlines()
    assert "/proc/nowhere" in line
    assert in_both_languages(line)


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("port", "eighty-secret", "应为整数"),
        ("port", "70000", "不得大于"),
        ("token_days", "0", "不得小于"),
        ("token_days", "1000000000", "不得大于"),
        ("readers", "none-secret", "应为整数"),
        ("tls_handled", "perhaps-secret", "应为 true 或 false"),
        ("ledger", "We Hai secret", "不能用作账本名称"),
        ("ledgers", "secret,secret", "写了两次"),
    ],
)
def test_a_setting_that_cannot_be_is_explained_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"CHILDLEDGER_{setting.upper()}", value)
    with pytest.raises(ValidationError) as found:
        Settings()
    (line,) = trouble.sentences(found.value)
    assert line.startswith(f"CHILDLEDGER_{setting.upper()}: ")
    assert said in line
    assert in_both_languages(line)
    assert "secret" not in line


def test_a_setting_that_is_mistyped_is_told_and_others_of_the_name_are_left_alone() -> None:
    names = ["CHILDLEDGER_PROT", "CHILDLEDGER_TLS_HANDELD", "CHILDLEDGER_PORT", "CHILDLEDGER_SAMPLES", "PROT"]
    port, tls = mistyped(names)
    assert "CHILDLEDGER_PORT?" in port
    assert "CHILDLEDGER_TLS_HANDLED?" in tls
    assert in_both_languages(port)


def test_a_database_that_is_away_is_said_in_one_line(command: Callable[..., Told]) -> None:
    told = command("token", "list", DATABASE_URL="host=127.0.0.1 port=1 user=nobody password=very-secret")
    assert (told.code, told.answer) == (1, "")
    (line,) = told.beside.splitlines()
    assert line.startswith(
        "数据库无法访问，请检查其是否运行以及地址是否正确。 The database cannot be reached: "
    )
    assert "secret" not in line


def test_a_folder_that_cannot_be_is_named(command: Callable[..., Told]) -> None:
    told = command("token", "list", DATA="/proc/nowhere", DATABASE_URL="")
    assert told.code == 1
    assert "Traceback" not in told.beside
    assert "/proc/nowhere" in told.beside


def test_who_reads_no_further_ends_a_command_in_silence() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run(
        [CHILDLEDGER, "rules"], stdout=writes, stderr=subprocess.PIPE, timeout=PATIENCE, check=False
    )
    os.close(writes)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


@pytest.mark.parametrize(
    ("encoding", "shown"), [("gbk", "收养"), ("ascii", r"\u6536\u517b"), ("utf-8", "收养")]
)
def test_what_a_terminal_cannot_show_is_shown_by_its_number(encoding: str, shown: str) -> None:
    environment = clean_environment() | {"PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [CHILDLEDGER, "rules"], capture_output=True, env=environment, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert shown in done.stdout.decode(encoding)


def test_a_command_that_is_stopped_ends_in_silence(settings: Settings) -> None:
    assert settings.database_url is not None
    environment = clean_environment(
        DATABASE_URL=settings.database_url.get_secret_value(), DATA=str(settings.data), LEDGER=settings.ledger
    )
    with (
        psycopg.connect(settings.database_url.get_secret_value()) as owner,
        subprocess.Popen(
            [CHILDLEDGER, "token", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        ) as process,
    ):
        # Given a command that waits, for somebody holds what it needs
        owner.execute(f"LOCK TABLE {settings.ledger}.migration".encode())
        waiting = b"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass"
        while owner.execute(waiting, [f"{settings.ledger}.migration"]).fetchone() == (0,):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()


def test_what_nobody_expected_is_logged_by_its_place_and_said_without_its_words() -> None:
    program = f"""
import sys
from api import cli
def fail(): raise ValueError("{PERSON}")
cli.app.command(fail)
sys.argv[1:] = ["fail"]
cli.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    logged, said = done.stderr.splitlines()
    assert orjson.loads(logged)["error"] == "ValueError"
    assert PERSON not in done.stderr
    assert in_both_languages(said)


def test_the_address_of_the_database_is_told_for_each_role(command: Callable[..., Told]) -> None:
    for role in ("owner", "writer", "reader"):
        address = command("database-url", "--role", role).answer
        assert address.startswith("postgresql://")
        assert (f"_{role}" in address) == (role != "owner")


def test_it_is_not_served_to_the_world_without_tls(command: Callable[..., Told]) -> None:
    told = command("serve", HOST="0.0.0.0", PORT=str(free_port()))  # noqa: S104 - to be refused
    assert told.code == 1
    assert "CHILDLEDGER_TLS_HANDLED" in told.beside


def test_it_is_not_served_without_a_verified_backup_of_its_keys(command: Callable[..., Told]) -> None:
    told = command("serve", PORT=str(free_port()), KEY_BACKUP="verified")
    assert told.code == 1
    assert "childledger keys check" in told.beside
    assert "Serving" not in told.answer


def test_it_is_served_until_it_is_stopped(settings: Settings, furnished: Furnished) -> None:
    assert settings.database_url is not None
    environment = clean_environment(
        DATABASE_URL=settings.database_url.get_secret_value(),
        DATA=str(settings.data),
        LEDGER=settings.ledger,
        PORT=str(free_port()),
    )
    with subprocess.Popen(
        [CHILDLEDGER, "serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as serving:
        assert serving.stdout is not None
        said, address = serving.stdout.readline().rsplit(maxsplit=1)
        assert said == "Serving on"
        token = {"Authorization": f"Bearer {furnished.tokens[Role.STAFF]}"}
        assert httpx2.get(f"{address}/event-types", headers=token, timeout=PATIENCE).status_code == 200
        serving.send_signal(signal.SIGTERM)
        beside = serving.communicate(timeout=PATIENCE)[1]
    assert serving.returncode == 0
    lines = [orjson.loads(line) for line in beside.splitlines()]
    (answered,) = [line for line in lines if line["event"] == "answered"]
    assert answered["role"] == "staff"
    assert furnished.tokens[Role.STAFF] not in beside


def test_it_is_not_served_as_the_owner(command: Callable[..., Told], settings: Settings) -> None:
    assert settings.database_url is not None
    told = command("serve", PORT=str(free_port()), WRITER_URL=settings.database_url.get_secret_value())
    assert told.code == 1
    assert "nobody who owns it" in told.beside


def test_rules_are_listed_and_those_that_could_not_be_checked(command: Callable[..., Told]) -> None:
    every, unverified = command("rules").answer, command("rules", "--unverified").answer
    assert "I03  禁止 forbidden  已核实 verified" in every
    assert "I01  禁止 forbidden  部分未核实 partly unverified" in every
    assert set(unverified.splitlines()) < set(every.splitlines())
    assert "已核实 verified" not in unverified


def test_help_names_what_there_is_and_nothing_else(command: Callable[..., Told]) -> None:
    told = command("--help").answer
    assert all(name in told for name in ("serve", "demo", "institution", "user", "token", "rules"))
    assert all(
        name in told
        for name in (
            "backup",
            "restore",
            "recover",
            "rebuild",
            "verify",
            "coverage",
            "show",
            "keys",
            "export",
        )
    )
    assert " record " not in told


# The demonstration


@dataclass
class Demonstration:
    """A demonstration that runs: what it printed, until it said what to try."""

    process: subprocess.Popen[str]
    printed: list[str]

    @property
    def address(self) -> str:
        """Where it answers."""
        return self.printed[0].rsplit(" ", 1)[-1]

    @property
    def tokens(self) -> dict[str, str]:
        """The token of each role."""
        return dict(line.split(": ") for line in self.printed if ": cl_" in line)

    def ask(self, path: str, role: str = "supervisor") -> httpx2.Response:
        """Ask with the token of a role."""
        headers = asking(self.tokens[role], role)
        return httpx2.get(self.address + path, headers=headers, timeout=PATIENCE)

    def sign_in(self, role: str) -> httpx2.Response:
        """Sign in to the console by the user name and the password of a role."""
        (password,) = [line.split()[-1] for line in self.printed if line.startswith("each with the password")]
        assert any(line.split()[:1] == [role] for line in self.printed if line.startswith("  "))
        sent = {"user": role, "password": password}
        here = {"Sec-Fetch-Site": "same-origin"}
        return httpx2.post(f"{self.address}/console/sign-in", data=sent, headers=here, timeout=PATIENCE)

    def stop(self, how: signal.Signals) -> int:
        """Stop it and return its exit code."""
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def demonstrations() -> Iterator[Callable[[Path, int], Demonstration]]:
    """Give what starts a demonstration; whatever still runs in the end is stopped, and its server with it."""
    started: list[subprocess.Popen[str]] = []

    def start(data: Path, port: int) -> Demonstration:
        process = demonstrate(data, port)
        started.append(process)
        printed: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            printed.append(line.rstrip("\n"))
            if line.startswith("Try:"):
                break
        return Demonstration(process, printed)

    yield start
    for process in started:
        process.terminate()
        process.wait(PATIENCE)
        assert process.stdout is not None
        process.stdout.close()


def demonstrate(data: Path, port: int) -> subprocess.Popen[str]:
    with (data.parent / "stderr").open("a") as errors:
        return subprocess.Popen(
            [CHILDLEDGER, "demo", "--port", str(port), "--data", str(data)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=clean_environment(),
        )


def server_of(data: Path) -> int | None:
    """The process that serves DATA's cluster."""
    return locate(data, None, durable=True).postmaster


@pytest.mark.long
def test_a_demonstration_that_was_killed_while_it_was_filled_is_whole_from_its_next_start_to_its_last(
    folder: Path, demonstrations: Callable[[Path, int], Demonstration]
) -> None:
    # What fills the one of which this is a copy is a start, with what it prints and how it stops.
    data, port = filled_once(folder / "data"), free_port()

    first = demonstrations(data, port)
    assert first.address == f"http://127.0.0.1:{port}"
    assert set(first.tokens) == set(Role)
    assert first.ask("/health/ready").json()["status"] == "ready"
    for role in Role:
        assert first.ask("/children", role).status_code == 200
        assert first.sign_in(role).headers["location"] == "/console"
    rows = first.ask("/children?limit=500").json()["items"]
    numbers = [row["file_no"] for row in rows if row["file_no"] is not None]
    assert len(numbers) >= 100
    assert len(set(numbers)) == len(numbers), "nobody is there twice"

    # A second start, on the same port and on another one, and another DATA on the same port.
    for other in (port, free_port()):
        second = demonstrate(data, other)
        told = second.communicate(timeout=PATIENCE)[0]
        assert second.returncode == 1
        assert first.address in told
    elsewhere = folder / "elsewhere"
    third = demonstrate(elsewhere, port)
    third.communicate(timeout=PATIENCE)
    assert third.returncode == 1
    assert f"PORT {port}" in (folder / "stderr").read_text()
    assert not elsewhere.exists()

    assert server_of(data)
    assert first.stop(signal.SIGTERM) == 0
    assert not server_of(data)

    again = demonstrations(data, port)
    assert set(again.tokens.values()).isdisjoint(first.tokens.values())
    assert len(again.ask("/children?limit=500").json()["items"]) == len(rows)
    headers = {"Authorization": f"Bearer {first.tokens['staff']}"}
    old = httpx2.get(f"{again.address}/children", headers=headers, timeout=PATIENCE)
    assert old.status_code == 401
    assert again.stop(signal.SIGINT) == 0
    assert not server_of(data)


@pytest.mark.parametrize("after", [0.0, 0.5, 1.0, 2.5])
def test_a_demonstration_may_be_stopped_while_it_starts(
    folder: Path, demonstrations: Callable[[Path, int], Demonstration], after: float
) -> None:
    data = folder / "data"
    process = demonstrate(data, free_port())
    until_now((data / "demo.lock").exists)
    time.sleep(after)
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert not server_of(data)
