"""Errors of commands: a sentence in Chinese and one in English, and never a traceback."""

from datetime import date
from enum import Enum
from socket import gaierror
from typing import Any, Final, Literal, get_args, get_origin
from uuid import UUID

import psycopg
from cyclopts import (
    CoercionError,
    CycloptsError,
    MissingArgumentError,
    RepeatArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)
from cyclopts import ValidationError as OutOfBoundsError
from psycopg_pool import PoolTimeout
from pydantic import ValidationError
from pydantic_settings import SettingsError

from api.cli.backup_commands import OwnerUnknownError
from api.contract.problems import Problem
from api.database import OwnerError
from api.identity.directory import IdentityError
from api.rule_packs.pack_files import UnreadablePackError
from api.serving import PortTakenError
from domain.label import Label
from ledger.codec.messages import most_like, wording
from ledger.codec.parsing import InvalidError
from ledger.data_folder import DataError, unusable
from ledger.log.checkpoint import NoteError
from ledger.log.last_seen import LastSeenError, LostEntriesError
from ledger.log.policy import PolicyError
from ledger.log.publishing import FolderInUseError, OtherLogError
from ledger.log.transparency_log import ForkError
from ledger.papers.paper_store import PaperAddressError, PaperStoreError
from ledger.postgres.backup import BackupError
from ledger.postgres.cluster import ServerFailedError
from ledger.postgres.migrate import MigrationError
from ledger.postgres.tools import ProgramError
from ledger.sealing.key_backup import KeyBackupError
from ledger.sealing.wrapping import KeyFileError, KeyUnavailableError, UnwrapError
from ledger.store.append import StoreError
from ledger.store.epochs import EpochTakenError
from projections.projector.projector import NotBuiltError

PROGRAM: Final = "childledger"
TOLD: Final = (
    BackupError,
    DataError,
    EpochTakenError,
    FolderInUseError,
    ForkError,
    IdentityError,
    KeyBackupError,
    KeyFileError,
    KeyUnavailableError,
    LostEntriesError,
    MigrationError,
    NotBuiltError,
    NoteError,
    OtherLogError,
    OwnerError,
    OwnerUnknownError,
    PaperAddressError,
    PaperStoreError,
    PolicyError,
    PortTakenError,
    Problem,
    ProgramError,
    ServerFailedError,
    LastSeenError,
    UnwrapError,
    UnreadablePackError,
)
"""Errors that have a text in both languages."""
AWAY: Final = (psycopg.Error, PoolTimeout, StoreError)
"""Errors of an unavailable database."""
UNEXPECTED: Final = Label(
    "程序出错，未能完成；出错之处见上一行，请转交维护人员。",
    "Something went wrong in the program; the line above tells where, for whoever maintains it.",
)


def sentences(error: Exception) -> list[str]:
    """Return the text of an error, in lines; nothing for an unexpected one."""
    match error:
        case CycloptsError():
            return [str(_usage(error)), str(_help(error))]
        case ValidationError():
            return [*map(_setting, error.errors(include_input=False, include_url=False))]
        case InvalidError():
            return [f"{each.pointer}: {each.words}" for each in error.problems]
        case SettingsError():
            return [
                str(Label("环境变量 CHILDLEDGER_* 无法读取，请检查。", f"A setting cannot be read: {error}."))
            ]
        case _ if isinstance(error, AWAY):
            first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
            away = "数据库无法访问，请检查其是否运行以及地址是否正确。"
            return [str(Label(away, f"The database cannot be reached: {first_line}"))]
        case _ if isinstance(error, TOLD):
            return [*map(str, _problem(error))] if isinstance(error, Problem) else [str(error)]
        case gaierror():
            return [str(Label("找不到该主机，请检查地址。", "There is no such host."))]
        case OSError() if error.filename is not None:
            return [str(unusable(error))]
        case OSError() if error.strerror is not None:
            denied = "操作系统不允许此项操作，请检查权限。"
            return [str(Label(denied, f"The system does not let us: {error.strerror}."))]
    return []


def _problem(error: Problem) -> list[Label]:
    """Return what is wrong with the values given, or else with the request."""
    faults = [Label(each["detail_zh"], each["detail"]) for each in error.more.get("errors", ())]
    if error.code == "joined":
        stays = error.more["child"]
        return [error.detail, Label(f"保留的档案：{stays}。", f"The file that stays: {stays}.")]
    return faults or [error.detail]


def _usage(error: CycloptsError) -> Label:
    """Return the text of a wrong command line; the library has it in English."""
    english, place = str(error), _place(error)
    match error:
        case UnknownCommandError():
            return _no_command(error)
        case UnknownOptionError():
            return Label(f"没有该选项：{place}。", english)
        case MissingArgumentError():
            return Label(f"缺少 {place}。", english)
        case RepeatArgumentError():
            return Label(f"{place} 只能填写一次。", english)
        case UnusedCliTokensError():
            extra = " ".join(error.unused_tokens or ())
            return Label(f"多余的内容：{extra}。", f"There is more than the command takes: {extra}")
        case OutOfBoundsError():
            return Label(f"{place} 超出允许的范围。", english)
        case CoercionError():
            return Label(f"{place}{_wanted(error.target_type)}。", english)
    return Label("命令填写有误。", english)


def _no_command(error: UnknownCommandError) -> Label:
    """Return the text of an unknown command: all commands that there are, and the one most like it."""
    sent = (error.unused_tokens or [""])[0]
    known = [name for name in error.app or () if not name.startswith("-")]
    likely = most_like(sent, known)
    zh = f"{'、'.join(known)}{''.join(f'；是否应为 {each}？' for each in likely) or '。'}"
    en = f"{', '.join(known)}{''.join(f'; did you mean {each}?' for each in likely) or '.'}"
    return Label(f"没有该命令：{sent}。可用的命令：{zh}", f"There is no command {sent}. Commands: {en}")


def _place(error: CycloptsError) -> str:
    """Return the option or the argument of an error, as it is written."""
    keyword = getattr(getattr(error, "token", None), "keyword", None) or getattr(error, "keyword", None)
    if keyword is not None:
        return str(keyword)
    return "" if error.argument is None else error.argument.name


def _wanted(kind: Any) -> str:  # noqa: ANN401 - whatever an argument is annotated with
    if get_origin(kind) is Literal:
        return f" 应为以下之一：{'、'.join(map(str, get_args(kind)))}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return f" 应为以下之一：{'、'.join(member.lower().replace('_', '-') for member in kind.__members__)}"
    wanted = {int: " 应为整数", UUID: " 应为 UUID", date: " 应为日期，如 2026-01-01"}
    return wanted.get(kind, " 填写格式不正确")


def _help(error: CycloptsError) -> Label:
    command = " ".join((PROGRAM, *(error.command_chain or ()), "--help"))
    return Label(f"用法见 {command}。", f"{command} tells how it is given.")


def _setting(problem: Any) -> str:  # noqa: ANN401 - pydantic's own shape
    """Return the error of a setting, whose value may be a secret: its name, and its valid values."""
    name = f"CHILDLEDGER_{'_'.join(map(str, problem['loc'])).upper()}"
    if problem["type"] == "value_error":
        return f"{name}: {problem['ctx']['error']}"
    return f"{name}: {wording(problem['type'], problem.get('ctx', {}), problem['msg'])}"
