"""An institution's own stream: its opening, what changes of it, and the rulebook it works under (机构)."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Final

from annotated_types import MaxLen, MinLen
from stdnum.cn.uscc import validate
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from domain.entry import AnyEntry
from domain.event import Answered, Code, Event, Label, Number, Region, Title, known
from domain.file import Attribute, Facts
from domain.life import Life
from domain.refusal import Refusals, breach, number_as_written
from domain.rulebook import NATION, InvalidRulebookError, Rulebook, digest_of
from domain.text import is_digits

MEASURES: Final = "《儿童福利机构管理办法》"

OPENED: Final[Attribute[str]] = Attribute(
    "particulars", "name", Label("机构名称", "Institution"), kind="institution"
)
REGION: Final[Attribute[str]] = Attribute(
    "particulars", "region", Label("所在地区", "Region"), kind="institution"
)
USCC: Final[Attribute[str]] = Attribute(
    "particulars", "uscc", Label("统一社会信用代码", "Unified social credit code"), kind="institution"
)
RULEBOOK: Final[Attribute[str]] = Attribute(
    "particulars", "rulebook", Label("规则集", "Rulebook"), kind="institution"
)
"""The digest of the rulebook in force."""


def is_place(region: str) -> bool:
    """Whether it is the code of a county, prefecture or province, where an institution can lie."""
    return len(region) == len(NATION) and is_digits(region) and not region.startswith("00")


def _lies(region: str | None) -> Refusals:
    if region is not None and not is_place(region):
        yield breach("X06")


def credit_code_flaw(uscc: str) -> Label | None:
    """Return what rules out a unified social credit code (GB 32100-2015), written without blanks."""
    try:
        if validate(uscc) == uscc:
            return None
    except InvalidLength:
        return Label("位数不符", "wrong length")
    except InvalidChecksum:
        return Label("校验码不符", "wrong check character")
    except ValidationError:
        pass
    return Label("字符不符", "wrong characters")


def _numbered(uscc: str | None) -> Refusals:
    wrong = None if uscc is None else credit_code_flaw(uscc)
    if wrong is not None:
        yield number_as_written("X07", detail=wrong)


def _held(entry: AnyEntry, name: str | None, region: str | None, uscc: str | None) -> Facts:
    if name is not None:
        yield OPENED.since(entry.days, name)
    if region is not None:
        yield REGION.since(entry.days, region)
    if uscc is not None:
        yield USCC.since(entry.days, uscc)


class InstitutionOpened(
    Event, zh="机构设立", en="Institution opened", source=MEASURES, kind="institution", schema=2
):
    """A child-welfare institution began to keep its ledger here."""

    name: Annotated[Title, Label("机构名称", "Name")]
    region: Annotated[Answered[Region], Label("所在地区", "Region"), Code("region")]
    uscc: Annotated[Answered[Number], Label("统一社会信用代码", "Unified social credit code")]

    def impossible(self, entry: AnyEntry) -> Refusals:
        yield from _lies(known(self.region))

    def refusals(self, life: Life) -> Refusals:
        yield from _numbered(known(self.uscc))

    def holds(self, entry: AnyEntry) -> Facts:
        yield from _held(entry, self.name, known(self.region), known(self.uscc))


class InstitutionChanged(
    Event, zh="机构信息变更", en="Institution changed", source=MEASURES, kind="institution"
):
    """What is known of an institution changed, or became known; what is not said stays as it was."""

    name: Annotated[Title | None, Label("机构名称", "Name")] = None
    region: Annotated[Region | None, Label("所在地区", "Region"), Code("region")] = None
    uscc: Annotated[Number | None, Label("统一社会信用代码", "Unified social credit code")] = None

    def impossible(self, entry: AnyEntry) -> Refusals:
        if (self.name, self.region, self.uscc) == (None, None, None):
            yield breach("E11", detail=Label("变更的项目未填写", "nothing is said to have changed"))
        yield from _lies(self.region)

    def refusals(self, life: Life) -> Refusals:
        yield from _numbered(self.uscc)

    def holds(self, entry: AnyEntry) -> Facts:
        yield from _held(entry, self.name, self.region, self.uscc)


class RulebookAdopted(
    Event, zh="规则集启用", en="Rulebook adopted", source="本系统规则（规则集随条目留存）", kind="institution"
):
    """A rulebook by which the institution is judged from now on; `content` is its texts by file name."""

    digest: Annotated[str, MinLen(64), MaxLen(64), Label("摘要", "Digest (SHA-256)")]
    content: Annotated[Mapping[str, str], Label("内容", "Content")]

    def impossible(self, entry: AnyEntry) -> Refusals:
        if self.digest != digest_of(self.content):
            yield breach("X04")
        if not _is_readable(tuple(sorted(self.content.items()))):
            yield breach("X05")

    def holds(self, entry: AnyEntry) -> Facts:
        yield RULEBOOK.since(entry.days, self.digest)


@lru_cache(maxsize=8)
def _is_readable(texts: tuple[tuple[str, str], ...]) -> bool:
    """Whether texts are a rulebook; to read one takes 50 ms, and a file is judged whenever it is read."""
    try:
        Rulebook(dict(texts), Rulebook.shipped())
    except InvalidRulebookError:
        return False
    return True


OPERATED: Final = (InstitutionOpened, InstitutionChanged, RulebookAdopted)
"""What the ledger's operator alone records, since it decides who sees the files and how they are judged."""
