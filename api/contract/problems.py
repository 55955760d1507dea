"""Problems: every unsuccessful answer in one form (RFC 9457), in English and Chinese.

No problem repeats the input: a wrong value may be a child's name, and a client may log the answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

import orjson
from starlette.responses import Response

from domain.label import Label
from domain.limit import Area, limit
from ledger.codec.messages import InvalidValue

MEDIA_TYPE: Final = "application/problem+json"
BASE: Final = "https://childledger.example/problems/"
RETRY_SECONDS: Final = 1
MOST_FAULTS: Final = limit(
    100,
    Area.ANSWERS,
    Label("一次答复列出的不符合之处", "Faults of a body that are listed"),
    why=Label("答复不应比请求大许多倍", "An answer is not to be many times what was sent"),
    beyond=Label("其余不列出，答复中注明", "The rest is not listed, and the answer says so"),
)


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem: its status, its title, and its default detail."""

    status: int
    title: str
    en: str
    zh: str


KINDS: Final[Mapping[str, ProblemKind]] = MappingProxyType(
    {
        "malformed": ProblemKind(
            400, "Malformed request", "The request cannot be read.", "请求内容无法读取。"
        ),
        "idempotency_key_missing": ProblemKind(
            400,
            "Idempotency-Key missing",
            "Recording needs the header Idempotency-Key: 1 to 200 visible ASCII characters.",
            "登记时应当有 Idempotency-Key 请求头，内容为1至200个可见 ASCII 字符。",
        ),
        "unauthenticated": ProblemKind(
            401,
            "No valid token",
            "A token that is valid now is needed.",
            "令牌无效或者已过期，请使用当前有效的令牌。",
        ),
        "forbidden": ProblemKind(
            403, "Not for this role", "Your role may not do this.", "您的角色无权办理此项操作。"
        ),
        "restricted": ProblemKind(
            403,
            "Restricted by law",
            "This file, or what occurred in it before an adoption, is kept and not processed: nobody reads it"
            " without an approved purpose. Ask for one: record RestrictedFileAccessRequested in the file, or"
            " fill in the form on its page; another supervisor decides, and the access ends after 30 days.",
            "该档案（或者其中收养以前的内容）依法限制处理，未经批准不得查阅。需要查阅的，请在该档案登记“申请查阅受限档案”"
            "（RestrictedFileAccessRequested），或者在档案页面填写申请；由另一名负责人（主管）批准，批准后30日内可以查阅。",
        ),
        "reason_missing": ProblemKind(
            403,
            "Read for a stated reason alone",
            "What you ask for holds sealed sets of personal data, which are read for a stated reason alone."
            " Send the header Reading-Reason with one of the `reasons`; the access log keeps it.",
            "所查内容含有依法封存的个人信息，须说明查阅事由方可查阅。请在请求头 Reading-Reason 中"
            "写明 reasons 所列事由之一；事由记入查阅记录。",
        ),
        "not_found": ProblemKind(
            404,
            "Not found",
            "There is no such thing, or it is not yours to see.",
            "所查内容不存在，或者不在您的权限范围内。",
        ),
        "method_not_allowed": ProblemKind(
            405,
            "Method not allowed",
            "This address does not take this method; the header Allow names those that it takes.",
            "该地址不接受此方法；可用的方法见应答头 Allow。",
        ),
        "not_acceptable": ProblemKind(
            406,
            "Not in this form",
            "A list is answered as JSON, CSV or a workbook (.xlsx), by `Accept` or `format`.",
            "列表可答复为 JSON、CSV 或工作簿（.xlsx），请在 Accept 或者 format 中选择其一。",
        ),
        "institution_mismatch": ProblemKind(
            409,
            "Another institution",
            "A file is opened for the recorder's own institution, or for a place that they look after.",
            "只能为登记人所在机构或者所辖地区建立档案。",
        ),
        "other_person": ProblemKind(
            409,
            "Another person's page",
            "This page was shown to another person than the one who is signed in now: nothing that stood on"
            " it was kept or recorded. Whoever filled it in signs in and fills it in again; to do it"
            " yourself, open it anew.",
            "这一页是给另一个人看的，现在登录的不是同一人：所填内容没有保留，也没有记录。"
            "由填写人本人登录后重新填写；您自己要办理的，重新打开这一页。",
        ),
        "joined": ProblemKind(
            410,
            "Joined to another file",
            "This file is of a child that was entered twice, and is joined to the one named here as `child`:"
            " ask there. As known before (`known_at`), it answers by itself.",
            "该儿童重复建档，本档案已并入 child 所示的档案，请查阅该档案；"
            "查询并档以前已知的内容（known_at），仍由本档案答复。",
        ),
        "erased": ProblemKind(
            410,
            "Erased by law",
            "What was known of this kind of that person was erased by law: no more of it is recorded.",
            "该人员的此类个人信息已依法删除，不再登记此类内容。",
        ),
        "other_epoch": ProblemKind(
            409,
            "Another epoch",
            "Entries up to this position were lost since, and the ledger has begun another epoch. What was"
            " read up to the position named here still stands: go on from there, in the epoch named here.",
            "该位置之前的部分条目此后已丢失，账本已进入新纪元。截至此处所示位置的条目仍然有效，请按此处所示纪元从该位置继续读取。",
        ),
        "stale": ProblemKind(
            412,
            "Changed meanwhile",
            "The file has changed since it was read.",
            "该档案在您查看后已有新的登记，请重新查看后再提交。",
        ),
        "timed_out": ProblemKind(
            408,
            "Sent too slowly",
            "The request did not arrive in time; send it again.",
            "请求未能及时送达；请重新发送。",
        ),
        "too_large": ProblemKind(
            413, "Too large", "The body is larger than is taken here.", "请求内容超过允许的大小。"
        ),
        "address_too_long": ProblemKind(
            414,
            "Address too long",
            "The address is longer than is taken here.",
            "请求地址超过允许的长度。",
        ),
        "unsupported_media_type": ProblemKind(
            415,
            "Unsupported media type",
            "The body is of a type that is not taken here.",
            "不支持此类型的请求内容。",
        ),
        "invalid": ProblemKind(
            422, "Invalid", "Some values are not what they should be.", "请求中有不符合要求的内容。"
        ),
        "refused": ProblemKind(
            422,
            "Refused",
            "It was not recorded, for it does not agree with these rules:",
            "不符合下列规定，未予登记：",
        ),
        "idempotency_mismatch": ProblemKind(
            422,
            "Key used before",
            "This Idempotency-Key was used for another request.",
            "该 Idempotency-Key 已用于其他请求。",
        ),
        "withheld": ProblemKind(
            424,
            "Withheld",
            "Nothing is wrong with this item, but with another one of all or nothing.",
            "本项内容符合要求，但整批应当全部登记，其他项目未予登记，本项也未登记。",
        ),
        "too_many_requests": ProblemKind(
            429,
            "Too many at once",
            "You have as much under way as is taken from one person; try again shortly.",
            "您同时进行的请求已达上限，请稍后重试。",
        ),
        "head_too_large": ProblemKind(
            431,
            "Head too large",
            "The request's head is larger than is taken here.",
            "请求头超过允许的大小。",
        ),
        "unexpected": ProblemKind(
            500,
            "Unexpected",
            "Something went wrong here; nothing was half done.",
            "系统内部出错，未留下只完成一半的操作。",
        ),
        "not_printable": ProblemKind(
            501,
            "Not printable here",
            "The page cannot be printed here.",
            "此处无法印制该页。",
        ),
        "unavailable": ProblemKind(
            503, "Not now", "This cannot be answered now; try again shortly.", "暂时无法处理，请稍后重试。"
        ),
    }
)
"""All kinds of problems, by code."""

_MANY: Final = Label(
    f"多处内容不符合要求，此处列出前{MOST_FAULTS}处。",
    f"Many values are not what they should be; the first {MOST_FAULTS} are listed.",
)


class Problem(Exception):  # noqa: N818 - what RFC 9457 calls it
    """An unsuccessful answer; `more` are further members, such as `version` of a stale request."""

    def __init__(
        self,
        code: str,
        detail: Label | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,  # noqa: ANN401 - any JSON
    ) -> None:
        super().__init__(code)
        self.code = code
        self.kind = KINDS[code]
        self.detail = detail or Label(self.kind.zh, self.kind.en)
        self.headers = dict(headers or {})
        self.more = more

    @property
    def body(self) -> dict[str, Any]:
        """The members of the problem, also for one item of many."""
        return {
            "type": f"{BASE}{self.code}",
            "title": self.kind.title,
            "status": self.kind.status,
            "code": self.code,
            "detail": self.detail.en,
            "detail_zh": self.detail.zh,
            **self.more,
        }

    @property
    def response(self) -> Response:
        """The problem as an HTTP response."""
        headers = self.headers
        if self.kind.status in {429, 503}:
            headers = {"Retry-After": str(RETRY_SECONDS), **headers}
        if self.kind.status == 401:  # noqa: PLR2004 - the statuses of HTTP are their own names
            headers = {"WWW-Authenticate": "Bearer", **headers}
        return Response(orjson.dumps(self.body), self.kind.status, headers, MEDIA_TYPE)


def not_found() -> Problem:
    """Return the one answer for what is unknown and for what is out of scope."""
    return Problem("not_found")


def invalid(faults: Iterable[InvalidValue]) -> Problem:
    """Return the problem of a body or parameters with these errors, of which the first are listed."""
    listed = list(islice(faults, MOST_FAULTS + 1))
    errors = [_error(each) for each in listed[:MOST_FAULTS]]
    if len(listed) == len(errors):
        return Problem("invalid", errors=errors)
    return Problem("invalid", _MANY, errors=errors)


def _error(fault: InvalidValue) -> dict[str, Any]:
    sentence = fault.sentence
    known = {"known": fault.known} if fault.known else {}
    return {"pointer": fault.pointer, "detail": sentence.en, "detail_zh": sentence.zh, **known}


def responses(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of a route's problems, for `responses=`."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes:
        by_status[KINDS[code].status].append(code)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": " · ".join(f"{KINDS[code].title} (`{code}`)" for code in kinds),
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status, kinds in by_status.items()
    }


ANYWHERE: Final = responses(
    "malformed",
    "unauthenticated",
    "reason_missing",
    "too_large",
    "invalid",
    "too_many_requests",
    "unexpected",
    "unavailable",
)
"""What every route with a token may answer."""
WITHIN: Final = ANYWHERE | responses("forbidden", "restricted", "reason_missing", "not_found")
"""What a route about one file or institution may answer."""
OF_FILE: Final = WITHIN | responses("joined")
"""What a route that reads one file may answer."""
RECORDING: Final = WITHIN | responses(
    "malformed",
    "idempotency_key_missing",
    "institution_mismatch",
    "erased",
    "stale",
    "too_large",
    "unsupported_media_type",
    "invalid",
    "refused",
    "idempotency_mismatch",
)
"""What a route that records may answer."""

SCHEMA: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "title": "Problem",
        "type": "object",
        "required": ["type", "title", "status", "code", "detail", "detail_zh"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": list(KINDS)},
            "detail": {"type": "string"},
            "detail_zh": {"type": "string"},
            "pointer": {
                "type": "string",
                "description": "The event that is not for this role, in a list of events (RFC 6901).",
            },
            "version": {"type": "integer", "description": "The current version, when stale."},
            "epoch": {"type": "integer", "description": "The current one, when another was named."},
            "position": {"type": "integer", "description": "Up to which both epochs have the same entries."},
            "missing": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in ("character", "code_point")},
                },
                "description": "What the font of a page lacks, when it cannot be printed.",
            },
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail", "detail_zh"],
                    "properties": {
                        **{name: {"type": "string"} for name in ("pointer", "detail", "detail_zh")},
                        "known": {
                            "type": "array",
                            "items": {"type": "string"},
                            "description": "The words that are known there.",
                        },
                    },
                },
            },
            "refusals": {"type": "array", "items": {"$ref": "#/components/schemas/RefusalAnswer"}},
            "possible": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Types of event that mend it, which the caller may record.",
            },
        },
    }
)
"""The JSON schema of a problem, which `responses` refers to."""
