"""An institution's own stream: its opening, and the rulebook it works under (机构)."""

from collections.abc import Mapping
from typing import Annotated, Final

from annotated_types import MaxLen, MinLen

from domain.entry import AnyEntry
from domain.event import Answered, Code, Event, Label, Number, Region, Title
from domain.file import Attribute, Facts
from domain.refusal import Refusals, breach
from domain.rulebook import Rulebook, UnreadableError, digest_of

MEASURES: Final = "儿童福利机构管理办法"

OPENED: Final[Attribute[str]] = Attribute("institution", "name", Label("机构名称", "Institution"))
RULEBOOK: Final[Attribute[str]] = Attribute("institution", "rulebook", Label("规则集", "Rulebook"))
"""The digest of the rulebook in force."""


class InstitutionOpened(Event, zh="机构设立", en="Institution opened", source=MEASURES, kind="institution"):
    """A child-welfare institution began to keep its ledger here."""

    name: Annotated[Title, Label("机构名称", "Name")]
    region: Annotated[Region, Label("所在地区", "Region"), Code("region")]
    uscc: Annotated[Answered[Number], Label("统一社会信用代码", "Unified social credit code")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield OPENED.since(entry.days, self.name)


class RulebookAdopted(
    Event, zh="规则集启用", en="Rulebook adopted", source="本系统规程：规则集随条目留存", kind="institution"
):
    """A rulebook by which the institution is judged from now on; `content` is its texts by file name."""

    digest: Annotated[str, MinLen(64), MaxLen(64), Label("摘要", "Digest (SHA-256)")]
    content: Annotated[Mapping[str, str], Label("内容", "Content")]

    def impossible(self, entry: AnyEntry) -> Refusals:
        if self.digest != digest_of(self.content):
            yield breach("X04")
        try:
            Rulebook(self.content)
        except UnreadableError:
            yield breach("X05")

    def holds(self, entry: AnyEntry) -> Facts:
        yield RULEBOOK.since(entry.days, self.digest)
