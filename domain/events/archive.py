"""The archive of a child's papers (档案): opened, filed into, lent, sealed, moved, appraised, destroyed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from annotated_types import Ge, Le

from domain.answering import answers_to
from domain.entry import AnyEntry
from domain.envelope import Sha256
from domain.event import (
    Answered,
    Category,
    Code,
    Count,
    Event,
    IdOf,
    Label,
    Name,
    NotAfter,
    NotBefore,
    Number,
    Personal,
    Refers,
    SealedWithEvent,
    Text,
    Title,
    known,
)
from domain.file import Attribute, Facts
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, breach, no_evidence, uncertain
from domain.shared_fields import EntryId, LedgerPosition
from domain.when import Days

MEASURES: Final = "《儿童福利机构业务档案管理办法》（民政部、国家档案局，2020，条文未核实）"
CONTENT: Final = "DB36/T 2141-2025"
REGULATION: Final = "《档案法实施条例》"
DESTROY: Final = "destroy"
"""A code of `appraisal_result`."""

ARCHIVE_PLACE: Final[Attribute[Answered[str]]] = Attribute(
    "archive", "place", Label("档案存放处", "Where the archive is kept"), Category.IDENTITY
)
ARCHIVE_STATE: Final[Attribute[str]] = Attribute(
    "archive", "state", Label("档案状态", "State of the archive")
)
"""A code of `archive_state`."""

PDF: Final = "application/pdf"
PaperFormat: TypeAlias = Literal["image/jpeg", "image/png", "image/tiff", "application/pdf"]
"""The media type of a paper's bytes."""


class ArchiveOpened(
    Event, zh="建立档案", en="Archive opened", source=f"{MEASURES}；{CONTENT}", ends_with=None
):
    """An archive of the child's papers was opened."""

    archive_no: Annotated[Answered[Number], Label("档案号", "Archive number"), Personal(Category.IDENTITY)]
    place: Annotated[Answered[Title], Label("存放处", "Kept where"), Personal(Category.IDENTITY)]
    retention: Annotated[Answered[str], Label("保管期限", "Kept for"), Code("retention")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield ARCHIVE_STATE.since(entry.days, "open")
        yield ARCHIVE_PLACE.since(entry.days, self.place)


class DocumentFiled(
    Event, zh="材料归档", en="Document filed", source=f"{MEASURES}；{CONTENT}", ends_with=None
):
    """A paper was put into the child's archive."""

    part: Annotated[Answered[str], Label("档案类别", "Part of the archive"), Code("archive_part")]
    title: Annotated[Answered[Text], Label("材料名称", "What it is"), Personal(Category.IDENTITY)]
    document_kind: Annotated[Answered[str], Label("材料种类", "Kind of document"), Code("document_kind")]
    count: Annotated[Answered[Count], Label("份数", "Copies")]
    is_original: Annotated[Answered[bool], Label("是否原件", "Original")]
    place: Annotated[Title | None, Label("存放处", "Kept where"), Personal(Category.IDENTITY)] = None


class ArchiveCheckedOut(Event, zh="档案借出", en="Archive checked out", source=MEASURES, ends_with=None):
    """Papers of the archive were lent to somebody."""

    borrower: Annotated[Answered[Name], Label("借阅人", "Borrower"), Personal(Category.IDENTITY)]
    borrowing_body: Annotated[
        Answered[Title], Label("借阅单位", "Borrower's body"), Personal(Category.IDENTITY)
    ]
    purpose: Annotated[Answered[Text], Label("借阅目的", "Purpose"), Personal(Category.IDENTITY)]
    approved_by: Annotated[Answered[Name], Label("批准人", "Approved by"), Personal(Category.IDENTITY)]
    due_on: Annotated[Answered[date], Label("应归还日期", "Due back on"), NotBefore()]


class ArchiveReturned(
    Event, zh="档案归还", en="Archive returned", source=MEASURES, ends_with=None, once=True
):
    """Papers that had been lent came back to the archive."""

    checkout: Annotated[Answered[UUID], Label("借出登记", "Check-out"), Refers("ArchiveCheckedOut")]
    is_complete: Annotated[Answered[bool], Label("是否完整", "Complete")]
    remark: Annotated[Text | None, Label("说明", "Remark"), Personal(Category.IDENTITY)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ArchiveCheckedOut,)


class ArchiveSealed(
    Event, zh="档案封存", en="Archive sealed", source=f"{MEASURES}；{CONTENT}", ends_with=None
):
    """The archive was complete and closed; it opens only as access to it is approved."""

    retention: Annotated[Answered[str], Label("保管期限", "Kept for"), Code("retention")]
    place: Annotated[Answered[Title], Label("存放处", "Kept where"), Personal(Category.IDENTITY)]
    volumes: Annotated[Answered[Count], Label("卷数", "Volumes")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield ARCHIVE_STATE.since(entry.days, "sealed")
        yield ARCHIVE_PLACE.since(entry.days, self.place)


class ArchiveTransferred(
    Event, zh="档案移交进馆", en="Archive transferred", source=f"{REGULATION}第20条", ends_with=None
):
    """The archive went to a State archive, or to another body that keeps it from now on."""

    receiver: Annotated[Answered[Title], Label("接收单位", "Receiver"), Personal(Category.IDENTITY)]
    transfer_no: Annotated[
        Answered[Number], Label("移交文据编号", "Transfer number"), Personal(Category.IDENTITY)
    ]
    volumes: Annotated[Answered[Count], Label("卷数", "Volumes")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield ARCHIVE_STATE.since(entry.days, "transferred")
        yield ARCHIVE_PLACE.since(entry.days, self.receiver)


class ArchiveAppraised(
    Event, zh="档案鉴定", en="Archive appraised", source=f"{REGULATION}第24条", ends_with=None
):
    """At the end of its time it was decided whether the archive is kept on or destroyed."""

    result: Annotated[Answered[str], Label("鉴定结果", "Result"), Code("appraisal_result")]
    appraised_by: Annotated[Answered[Text], Label("鉴定人", "Appraised by"), Personal(Category.IDENTITY)]
    retention: Annotated[
        str | None, Label("重新划定的保管期限", "Kept for from now on"), Code("retention")
    ] = None


class ArchiveDestroyed(
    Event,
    zh="档案销毁",
    en="Archive destroyed",
    source=f"《档案法》第21条；{REGULATION}第24条",
    ends_with=None,
    once=True,
):
    """Papers of the archive were destroyed, after an appraisal that decided so."""

    appraisal: Annotated[Answered[UUID], Label("鉴定登记", "Appraisal"), Refers("ArchiveAppraised")]
    supervised_by: Annotated[Answered[Text], Label("监销人", "Supervised by"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ArchiveAppraised,)

    def refusals(self, life: Life) -> Refusals:
        """Nothing is destroyed unless an appraisal decided so (R-ARC-2)."""
        named = known(self.appraisal)
        done = [each for each in life.all(ArchiveAppraised) if named in {None, each.original}]
        if not done:
            yield no_evidence("R-ARC-2")
            return
        result = known(done[-1].event.result)
        if result is None:
            detail = Label("鉴定结果不详", "the result of the appraisal is not known")
            yield uncertain("R-ARC-2", done[-1], detail=detail)
        elif result != DESTROY:
            detail = Label("鉴定结果不是销毁", "the appraisal did not decide so")
            yield breach("R-ARC-2", done[-1], detail=detail)

    def holds(self, entry: AnyEntry) -> Facts:
        yield ARCHIVE_STATE.since(entry.days, "destroyed")


class ExtractIssued(
    Event,
    zh="签发档案摘录",
    en="Extract issued",
    source=MEASURES,
    ends_with=None,
):
    """An extract of the file was printed for somebody outside, who can ask whether it still holds.

    It tells `chapters` of the file on the day `as_of`, as known at `known_position`. `log_size` is how many
    entries the log had signed then, 0 before the first, and `log_root` the root of its tree. `content_sha256`
    is the digest that stands on the paper, and `pdf_sha256` that of the file that was handed out.
    """

    number: Annotated[Number, Label("摘录编号", "Number of the extract"), Personal(Category.IDENTITY)]
    as_of: Annotated[date, Label("所述日期", "As of"), NotAfter()]
    known_position: Annotated[LedgerPosition, Label("所知时点（账本位置）", "Known at")]
    log_size: Annotated[int, Ge(0), Le(2**53 - 1), Label("当时日志已签名的条目数", "Signed size of the log")]
    log_root: Annotated[Sha256 | None, Label("当时日志的根散列", "Root of the log")] = None
    chapters: Annotated[tuple[str, ...], Label("摘录的部分", "Chapters"), Code("file_chapter")]
    content_sha256: Annotated[Sha256, Label("摘录内容的摘要", "Digest of what it tells"), SealedWithEvent()]
    pdf_sha256: Annotated[Sha256, Label("印制件的摘要", "Digest of the PDF"), SealedWithEvent()]
    purpose: Annotated[Text, Label("用途", "Purpose"), Personal(Category.IDENTITY)]
    recipient: Annotated[Title, Label("接收单位或者个人", "Recipient"), Personal(Category.IDENTITY)]


EXTRACTS: Final = (ExtractIssued,)
"""What is recorded with the extract that it tells of, and never by hand."""


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """What is said of the bytes of a paper that were stored: of which paper they are, and their hash.

    `document` is the paper's id (`domain.cited_papers`), `entry` the entry that cites it, by its original id.
    `address` is the hash of the bytes as they are stored, sealed, and tells nothing of them.
    """

    document: Annotated[UUID, IdOf(("paper",)), Label("材料", "Paper")]
    entry: Annotated[EntryId, Label("引用材料的条目", "Entry that cites it")]
    media_type: Annotated[PaperFormat, Label("文件格式", "Format")]
    size: Annotated[int, Ge(1), Le(2**40), Label("字节数", "Bytes")]
    sha256: Annotated[Sha256, Label("文件校验值", "Hash of the file"), SealedWithEvent()]
    address: Annotated[Sha256, Label("密存内容校验值", "Hash of the sealed bytes")]


class PaperScanned(Scanned, Event, zh="存入材料影像", en="Paper scanned", source=MEASURES, ends_with=None):
    """The bytes of a paper were stored, such as a scan or a photo."""


class ContactPaperScanned(
    Scanned,
    Event,
    zh="存入联系方式材料影像",
    en="Paper on contacts scanned",
    source=MEASURES,
    seals=Category.CONTACT,
    ends_with=None,
):
    """The bytes of a paper of an entry about contacts were stored."""


class FamilyPaperScanned(
    Scanned,
    Event,
    zh="存入家庭材料影像",
    en="Paper on the family scanned",
    source=MEASURES,
    seals=Category.FAMILY,
    ends_with=None,
):
    """The bytes of a paper of an entry about the family were stored."""


class HealthPaperScanned(
    Scanned,
    Event,
    zh="存入健康材料影像",
    en="Paper on health scanned",
    source=MEASURES,
    seals=Category.HEALTH,
    ends_with=None,
):
    """The bytes of a paper of an entry about health were stored."""


class RestrictedHealthPaperScanned(
    Scanned,
    Event,
    zh="存入保密健康材料影像",
    en="Paper on restricted health scanned",
    source=MEASURES,
    seals=Category.RESTRICTED_HEALTH,
    ends_with=None,
):
    """The bytes of a paper of an entry about restricted health were stored."""


class SafeguardingPaperScanned(
    Scanned,
    Event,
    zh="存入保护事项材料影像",
    en="Paper on safeguarding scanned",
    source=MEASURES,
    seals=Category.SAFEGUARDING,
    ends_with=None,
):
    """The bytes of a paper of an entry about safeguarding were stored."""


class AdoptionPaperScanned(
    Scanned,
    Event,
    zh="存入收养材料影像",
    en="Paper on adoption scanned",
    source=MEASURES,
    seals=Category.ADOPTION,
    ends_with=None,
):
    """The bytes of a paper of an entry about adoption were stored."""


SCANS: Final = (
    PaperScanned,
    ContactPaperScanned,
    FamilyPaperScanned,
    HealthPaperScanned,
    RestrictedHealthPaperScanned,
    SafeguardingPaperScanned,
    AdoptionPaperScanned,
)
"""One for each category, so that the hash is sealed as the entry is; never recorded by hand."""


@obligation("R-ARC-1", ArchiveCheckedOut)
def comes_back(history: History) -> Iterator[Clock]:
    """Papers that were lent come back by the day that was said, or else by the rule's number of days.

    Nothing but their return clears it: the papers are to be there, wherever the child is.
    """
    lent = history.all(ArchiveCheckedOut)
    answers: list[AnyEntry] = [*history.all(ArchiveReturned)]
    for checkout, back in zip(lent, answers_to(lent, answers, "checkout"), strict=True):
        said, limit = known(checkout.event.due_on), history.number("R-ARC-1", entry=checkout)
        if limit is not None:
            yield Clock(
                rule="R-ARC-1",
                opened_on=checkout.days.last,
                due=limit.ends(checkout.days) if said is None else Days.on(said),
                started_by=(checkout,),
                met_by=back,
                number=limit if said is None else None,
            )
