"""Conversion of errors in routes into problems."""

import asyncio
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg import InterfaceError, OperationalError
from psycopg.errors import IdleInTransactionSessionTimeout, ReadOnlySqlTransaction
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests
from starlette.exceptions import HTTPException

from api.contract.pointers import faults
from api.contract.problems import KINDS, Problem, invalid
from domain.label import Label
from ledger.codec.parsing import InvalidError
from ledger.sealing.cipher import SealBrokenError
from ledger.sealing.wrapping import KeyUnavailableError
from ledger.store.append import StoreError
from projections.projector.projector import NotBuiltError

log = structlog.get_logger()
BUILDING_SECONDS: Final = 5
"""Delay, in seconds, before a retry while the read models are being built."""
_BUSY: Final = (
    IdleInTransactionSessionTimeout,
    InterfaceError,
    OperationalError,
    PoolClosed,
    PoolTimeout,
    ReadOnlySqlTransaction,
    StoreError,
    TooManyRequests,
)
"""Temporary errors: the same request may be repeated later."""
_KEYS_AWAY: Final = Label(
    "密钥服务暂时没有应答。已记录的内容不受影响，请稍后重试。",
    "The key service does not answer now. What was recorded stands; try again shortly.",
)
_ALTERED: Final = Label(
    "读取所需的条目与登记时不符，其内容不予答复。是哪一条，由负责人或者审计人员在该档案的核验页"
    "（/children/{child}/integrity）查看；请告知系统管理员运行 childledger verify。",
    "An entry that this rests on is not as it was recorded, and nothing of it is told. Supervisor and auditor"
    " see which one where the file is verified (/children/{child}/integrity). Tell who operates the ledger,"
    " who runs childledger verify.",
)
_BY_STATUS: Final = {KINDS[code].status: code for code in reversed(list(KINDS))}


def install(app: FastAPI) -> None:
    """Answer each error raised by a route as a problem; the request log answers unexpected ones."""
    app.exception_handler(HTTPException)(_http)
    for kind, convert in _PROBLEMS.items():
        app.exception_handler(kind)(partial(_answer, convert))


def problem_of(error: Exception) -> Problem | None:
    """Return an error of a route as a problem; None if nobody expected it."""
    found = (_PROBLEMS[kind] for kind in type(error).__mro__ if kind in _PROBLEMS)
    convert = next(found, None)
    return None if convert is None else convert(error)


async def _answer(convert: Callable[[Any], Problem], _: Request, error: Exception) -> Response:
    return convert(error).response


async def _http(request: Request, error: HTTPException) -> Response:
    if error.status_code == 405:  # noqa: PLR2004 - the statuses of HTTP are their own names
        methods = _methods(request, await asyncio.to_thread(request.app.openapi))
        headers = {"Allow": ", ".join(methods)} if methods else error.headers
        return Problem("method_not_allowed", headers=headers).response
    code = _BY_STATUS.get(error.status_code, "malformed" if error.status_code < 500 else "unexpected")  # noqa: PLR2004
    return Problem(code, headers=error.headers).response


def _methods(request: Request, documented: dict[str, Any]) -> list[str]:
    """Return the methods of an address, from the most specific path, since one route names only its own."""
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    fitting = [
        (template.count("{"), [method.upper() for method in operations])
        for template, operations in documented["paths"].items()
        if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path)
    ]
    return min(fitting)[1] if fitting else []


def _not_built(error: NotBuiltError) -> Problem:
    done = f"{error.progress:.0%}"
    why = Label(
        f"列表正在重建（{done}）；其间仍可查阅和记录单个档案。",
        f"The lists are being built anew ({done}); single files can be read and recorded in meanwhile.",
    )
    return Problem("unavailable", why, headers={"Retry-After": str(BUILDING_SECONDS)})


def _altered(_: SealBrokenError) -> Problem:
    log.error("what is stored was altered")
    return Problem("unexpected", _ALTERED)


_PROBLEMS: Final[Mapping[type[Exception], Callable[[Any], Problem]]] = {
    Problem: lambda error: error,
    RequestValidationError: lambda error: invalid(faults(error.errors())),
    InvalidError: lambda error: invalid(error.problems),
    NotBuiltError: _not_built,
    SealBrokenError: _altered,
    KeyUnavailableError: lambda _: Problem("unavailable", _KEYS_AWAY),
    **dict.fromkeys(_BUSY, lambda _: Problem("unavailable")),
}
