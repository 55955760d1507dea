"""Rule packs as a clerk uses them: the commands of docs/rule-packs.md, a bad pack, and what would change."""

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from api import cli
from api.identity.permissions import Role
from api.settings import Settings
from domain.rulebook import Rulebook
from tests.support.client import HOME, Served
from tests.support.places import ROOT
from tests.support.processes import environment_of

PAGES = ("docs/rule-packs.md", "docs/rule-packs.zh-CN.md")
NAMED = "望海市儿童福利院"
"""The institution of the pages."""
Shell = Callable[..., subprocess.CompletedProcess[str]]


def blocks(page: str) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)


(PACK,) = re.findall(r"<<'END'\n(.*?)END\n", (ROOT / PAGES[0]).read_text("utf-8"), re.DOTALL)
"""The pack of the pages."""


@pytest.fixture
def shell(settings: Settings, tmp_path: Path, childledger: Path) -> Shell:
    """Give what runs lines of a shell on a ledger, in a folder of the test's own."""
    path = f"{childledger.parent}{os.pathsep}{os.environ['PATH']}"

    def run(script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", script.replace(NAMED, HOME)],
            env=environment_of(settings) | {"PATH": path},
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )

    return run


def test_both_pages_give_the_same_commands() -> None:
    english, chinese = map(blocks, PAGES)
    assert english == chinese
    assert english


async def test_the_commands_of_the_page_do_what_it_says(served: Served, shell: Shell) -> None:
    child = await served.a_child(born="2009-03-05")
    home = served.home.institution
    explaining, writing, trying, adopting, taking_back = blocks(PAGES[0])

    explained = shell(explaining)
    assert explained.returncode == 0, explained.stderr
    assert "2027-03-05 371002: 借用 borrowed: 6个月 6 months  未核实 unverified" in explained.stdout
    assert "出生日期 identity.birth" in explained.stdout

    tried = shell(writing + trying)
    assert tried.returncode == 0, tried.stderr + tried.stdout
    assert "weihai：没有错误（数值1项、例子2项）。 It is in order (1 number, 2 examples)." in tried.stdout
    assert len(re.findall("相符 passed", tried.stdout)) == 2
    assert f"{child}\n  I22 到期事项 obligation: 2026-09-05 → 2026-06-05" in tried.stdout
    assert "1 file changes: 1 obligation, 0 gates, 0 new findings, 0 gone." in tried.stdout
    assert "王小明" not in tried.stdout
    assert (await served.container.ledger.rulebook_known(home)).digest == Rulebook.shipped().digest

    adopted = shell(adopting)
    assert adopted.returncode == 0, adopted.stderr
    assert "+ 371000 山东省威海市  2027-01-01..: 9个月 9 months  已核实 verified" in adopted.stdout
    assert "规则包：weihai。" in adopted.stderr
    book = await served.container.ledger.rulebook_known(home)
    assert book["I22"].packs[0].value == 9
    elsewhere = await served.container.ledger.rulebook_known(served.elsewhere.institution)
    assert elsewhere.digest == Rulebook.shipped().digest

    taken_back = shell(taking_back)
    assert taken_back.returncode == 0, taken_back.stderr
    assert "- 371000 山东省威海市  2027-01-01..: 9个月 9 months" in taken_back.stdout
    book = await served.container.ledger.rulebook_known(home)
    assert book.digest == Rulebook.shipped().digest
    file = await served.container.ledger.file(home)
    assert file is not None
    kinds = [entry.type for entry in file.entries.values()]
    assert kinds.count("RulebookAdopted") == 3


# Commands, run within the test


@dataclass(frozen=True)
class Said:
    """What a command answered, what it said beside, and its exit code."""

    answer: str
    beside: str
    code: int


@pytest.fixture
def rules(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """Give what runs `childledger rules …` on a ledger, in a folder of the test's own."""
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Said:
        code = cli.run_command(["rules", *words])
        said = capsys.readouterr()
        return Said(said.out, said.err, code)

    return run


BAD = """
[[number]]
rule = "I222"
region = "379999"
value = "九"
unit = "months"
verified = true
"""
FAULTS = """
rule: 没有这条规则：I222，是否应为 I22？ there is no such rule: I222; did you mean I22?
value: 应为不带引号的非负整数。 should be a whole number, not negative and without quotes.
source: 没有写明。 is missing.
region: 没有这个地区代码：379999（GB/T 2260，六位数字；全国为 000000）。\
 there is no region 379999: six digits of GB/T 2260, 000000 for the nation.
"""
"""Field by field, behind the file, the rule and the table."""


def test_a_bad_pack_is_told_in_both_languages_and_not_adopted(
    rules: Callable[..., Said], tmp_path: Path
) -> None:
    (tmp_path / "bad.toml").write_text(BAD, "utf-8")
    for command in (["validate"], ["test"], ["what-if"], ["adopt", "--yes"]):
        told = rules(*command, "bad.toml")
        assert told.code == 1
        faults = FAULTS.strip().splitlines()
        assert told.answer.splitlines() == [f"bad.toml · I222 · number 1 · {fault}" for fault in faults]
        assert told.beside == "bad：4处有误。 4 faults.\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"\xff\xfe", "另存为 UTF-8"),
        (b"# " + b"x" * 1024 * 1024, "超过 1,048,576 字节"),
        (None, "没有该文件或者文件夹"),
    ],
    ids=["not UTF-8", "too long", "not there"],
)
def test_a_pack_that_cannot_be_read_is_said_in_one_line(
    rules: Callable[..., Said], tmp_path: Path, said: bytes | None, told: str
) -> None:
    if said is not None:
        (tmp_path / "odd.toml").write_bytes(said)
    done = rules("validate", "odd.toml")
    assert (done.code, done.answer) == (1, "")
    assert told in done.beside
    assert len(done.beside.splitlines()) == 1


def test_a_folder_without_a_pack_is_named_and_one_fault_is_one(
    rules: Callable[..., Said], tmp_path: Path
) -> None:
    (tmp_path / "empty" / "nested.toml").mkdir(parents=True)
    done = rules("validate", "empty")
    assert (done.code, done.answer) == (1, "empty: 没有 .toml 文件。 there is no .toml file.\n")
    assert done.beside == "empty：1处有误。 1 fault.\n"


@pytest.mark.parametrize("odd", ["/dev/null", "notes.txt"])
def test_a_pack_is_a_toml_file_or_a_folder(rules: Callable[..., Said], tmp_path: Path, odd: str) -> None:
    (tmp_path / "notes.txt").write_text(PACK, "utf-8")
    done = rules("validate", odd)
    assert (done.code, done.answer) == (1, "")
    assert "不是规则包" in done.beside
    assert "is no pack" in done.beside


def test_an_example_that_does_not_follow_fails_by_line(rules: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "numbers.toml").write_text(
        '[[example]]\nrule = "D11"\non = [2026-01-01, 2026-06-01]\nvalue = 4\nunit = "months"\n'
        '[[example]]\nrule = "D11"\ndue = 2026-01-01\n'
        'events = [{type = "IdentityRecorded", on = 2026-01-01, birth_on = "20260101"}]\n',
        "utf-8",
    )
    done = rules("test", "place")
    assert done.code == 1
    first, second, third = done.answer.splitlines()
    failed = "example 1 · D11 · 2026-01-01: 应为 expected 4个月 4 months; 实为 found 3个月 3 months"
    assert first == f"不符 FAILED  numbers.toml · {failed}"
    assert "2026-06-01" in second
    assert third.startswith("不能试 FAULTY  numbers.toml · example 2 · D11: /events/0/data/birth_on")
    assert "3行不符" in done.beside


def test_nothing_is_adopted_unless_it_is_confirmed(rules: Callable[..., Said], tmp_path: Path) -> None:
    (tmp_path / "weihai.toml").write_text(PACK, "utf-8")
    done = rules("adopt", "weihai.toml", "--institution", HOME)
    assert done.code == 1
    assert "9 months" in done.answer
    assert "未启用，未作登记" in done.beside
    unnamed = rules("adopt", "weihai.toml", "--yes")
    assert (unnamed.code, unnamed.answer) == (1, "")
    assert "--institution" in unnamed.beside
    unknown = rules("adopt", "--without", "nothing", "--institution", HOME, "--yes")
    assert (unknown.code, unknown.answer) == (1, "")
    assert "未启用规则包 nothing" in unknown.beside
    unchanged = rules("adopt", "--institution", HOME, "--yes")
    assert unchanged.code == 0
    assert "没有变化" in unchanged.answer


def test_rules_are_explained_and_listed(rules: Callable[..., Said]) -> None:
    bare, listed = rules(), rules("list")
    assert bare.answer == listed.answer
    assert len(bare.answer.splitlines()) == 4 * len(Rulebook.shipped().rules)
    unverified = rules("--unverified").answer
    assert "D09  提示 warning  未核实 unverified" in unverified
    assert "D16  到期事项 due  部分未核实 partly unverified" in unverified
    assert "E06" not in unverified
    assert "判断 judges: 收养登记 AdoptionRegistered" in rules("explain", "i14").answer
    unknown = rules("explain", "Q99")
    assert (unknown.code, unknown.answer) == (1, "")
    assert "没有该规则" in unknown.beside
    nowhere = rules("explain", "I22", "--region", "379999")
    assert (nowhere.code, nowhere.answer) == (1, "")
    assert "没有该地区代码" in nowhere.beside


async def test_what_if_tells_what_the_holder_of_a_token_may_see(
    served: Served, shell: Shell, tmp_path: Path
) -> None:
    child = await served.a_child(born="2009-03-05")
    await served.a_child(born="2009-03-05", elsewhere=True)
    (tmp_path / "weihai.toml").write_text(PACK, "utf-8")
    (tmp_path / "token").write_text(served.tokens[Role.STAFF], "utf-8")
    done = shell("childledger rules what-if weihai.toml --token token --json")
    assert done.returncode == 0, done.stderr
    told, counts = map(orjson.loads, done.stdout.splitlines())
    assert told["child"] == str(child)
    (change,) = told["obligations"]
    assert [change[each]["due_on"] for each in ("before", "after")] == ["2026-09-05", "2026-06-05"]
    assert counts["counts"] == {
        "files": 1,
        "obligations": 1,
        "gates": 0,
        "findings_new": 0,
        "findings_gone": 0,
    }
    (rule,) = counts["by_rule"]
    assert (rule["rule"], rule["files"]) == (change["before"]["rule"], 1)
    (tmp_path / "token").write_text("cl_nobody", "utf-8")
    refused = shell("childledger rules what-if weihai.toml --token token")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "令牌无效" in refused.stderr
