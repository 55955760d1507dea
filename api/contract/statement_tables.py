"""Statements as tables: the columns of each."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from api.contract.csv_lines import TableCell
from api.contract.list_tables import (
    CHARGE,
    CHILD,
    NEXT,
    RULE,
    SOURCE,
    WHOSE,
    ListColumn,
    ListedItem,
    ListTable,
    code,
    day,
    event,
    number,
    sentences,
    text,
    word,
)
from api.contract.sentences import Language
from domain.codes import tables
from domain.label import Label
from domain.statement import Statement
from domain.statements.aid_cases import AID_CASES
from domain.statements.allowance_months import ALLOWANCE_MONTHS
from domain.statements.given_out import GIVEN_OUT
from domain.statements.illness_costs import ILLNESS_COSTS
from domain.statements.institution_transfers import TRANSFERS
from domain.statements.paper_sets import PAPER_SETS
from domain.statements.referrals import REFERRALS

_ID: Final = 38
EVIDENCE: Final = sentences("evidence", Label("相关条目", "Evidence"))
ENTRIES: Final = text("entries", Label("条目标识", "Entries"), _ID)


def _layers() -> Iterator[ListColumn]:
    """Yield a column of what each funding layer paid, last of payments of which it is not known."""
    for layer, label in tables()["funding_layer"].codes.items():
        yield _paid_by(layer, label)
    yield _paid_by(None, Label("资金渠道不详", "Layer not known"))


def money(path: str, heading: Label) -> ListColumn:
    """Return a column of amounts of money in yuan, which answers have as texts."""
    named = Label(f"{heading.zh}（元）", f"{heading.en} (yuan)")
    return ListColumn(named, lambda item, _: _amount(item[path]))


def _amount(value: str | None) -> TableCell:
    return None if value is None else Decimal(value)


def _paid_by(layer: str | None, label: Label) -> ListColumn:
    def cell(item: ListedItem, _: Language) -> TableCell:
        return _amount(next((each["paid_yuan"] for each in item["layers"] if each["layer"] == layer), None))

    return ListColumn(Label(f"{label.zh}（元）", f"{label.en} (yuan)"), cell)


def _table(statement: Statement[Any], *columns: ListColumn, note: Label | None = None) -> ListTable:
    every = (*WHOSE, *columns, *NEXT, *RULE, *SOURCE, EVIDENCE, ENTRIES, *CHARGE, CHILD)
    return ListTable(statement.name, statement.label, every, note)


_CATEGORIES: Final = (*tables()["intake_category"].codes, *tables()["departure_reason"].codes)


def _category(item: ListedItem, language: Language) -> TableCell:
    """Return the intake category of an admission, or the reason of a departure, by its label."""
    table = "departure_reason" if item["occasion"] == "departure" else "intake_category"
    return code("category", Label("", ""), table).cell(item, language)


_REQUIRED: Final = (*tables()["document_kind"].codes, *tables()["archive_item"].codes)


def _required(item: ListedItem, language: Language) -> TableCell:
    """Return the kind of paper, or what the archive is to hold, by its label."""
    kind = "document_kind" if item["required"] in tables()["document_kind"].codes else "archive_item"
    return code("required", Label("", ""), kind).cell(item, language)


STATEMENT_TABLES: Final = {
    table.name: table
    for table in (
        _table(
            ILLNESS_COSTS,
            day("on", Label("诊断日期", "Diagnosed on")),
            text("disease", Label("疾病名称", "Disease"), 24),
            money("cost_yuan", Label("费用", "Cost")),
            *_layers(),
            money("rest_yuan", Label("尚未支付", "Left to be paid")),
            text("episode", Label("病程标识", "Episode"), _ID),
            note=Label(
                "金额不明的不计入，其后的余额留空。",
                "What is not known counts as nothing, and what it leaves is left blank.",
            ),
        ),
        _table(
            AID_CASES,
            day("on", Label("申请日期", "Applied on")),
            code("layer", Label("资金渠道", "Funding layer"), "funding_layer"),
            text("applied_to", Label("受理单位", "Applied to"), 24),
            code("eligible_as", Label("明天计划对象类别", "Eligible as"), "tomorrow_plan_category"),
            money("applied_yuan", Label("申请金额", "Applied for")),
            code("decision", Label("审批结果", "Decision"), "decision"),
            day("decided_on", Label("审批日期", "Decided on")),
            money("approved_yuan", Label("批准金额", "Approved")),
            money("self_pay_yuan", Label("此前各渠道支付后的自付", "Left by the layers before")),
            money("paid_yuan", Label("已支付", "Paid")),
            day("settled_on", Label("结算日期", "Settled on")),
            day("uploaded_on", Label("上传全国系统日期", "Uploaded to the national system on")),
        ),
        _table(
            REFERRALS,
            day("on", Label("移送日期", "Referred on")),
            code("referral_source", Label("移送来源", "Source"), "referral_source"),
            code("child_situation", Label("儿童情况", "Child's situation"), "child_situation"),
            word("state", Label("答复状态", "State of the answer"), "state"),
            day("due_on", Label("应答复日期", "To be answered by")),
            event("answered_by", Label("答复", "Answer")),
            day("answered_on", Label("答复日期", "Answered on")),
            number("days", Label("历时天数", "Days")),
            code("reason", Label("不予接收原因", "Reason of the refusal"), "referral_decline_reason"),
            text("explanation", Label("理由说明", "Explanation"), 36),
            text("sent_to", Label("儿童去向", "Where the child went"), 24),
        ),
        _table(
            TRANSFERS,
            day("on", Label("日期", "Day")),
            code("from_region", Label("移交方所在地区", "From region"), "region"),
            text("receiver", Label("接收机构", "Receiver"), 24),
            code("transfer_reason", Label("移交原因", "Reason"), "transfer_reason"),
            day("planned_on", Label("计划移交日期", "Planned for")),
            code("decision", Label("审批结果", "Decision"), "decision"),
            day("decided_on", Label("审批日期", "Decided on")),
            day("done_on", Label("移交日期", "Handed over on")),
            day("guardian_moved_on", Label("监护责任转移", "Guardianship moved on")),
            day("allowance_moved_on", Label("生活费发放单位变更", "Allowance moved on")),
            day("household_moved_on", Label("户口迁移", "Household moved on")),
            text("household_stays_because", Label("户口不随迁的理由", "Why the household stays"), 24),
            text("to_institution_name", Label("接收机构（本系统）", "Receiver in this ledger"), 24),
            text("to_institution", Label("接收机构标识", "Receiver's id"), _ID),
        ),
        _table(
            PAPER_SETS,
            day("on", Label("日期", "Day")),
            word("occasion", Label("入院、在院或者离院", "Admission, stay or departure"), "paper_occasion"),
            code("part", Label("档案部分", "Part of the archive"), "archive_part"),
            ListColumn(
                Label("类别", "Category"), _category, coded=("category", _CATEGORIES), says="category"
            ),
            ListColumn(
                Label("应有材料", "Paper asked for"),
                _required,
                24,
                coded=("required", _REQUIRED),
                says="required",
            ),
            word("verdict", Label("核对结果", "Verdict"), "paper_verdict"),
            word("paper", Label("影像", "Scan"), "paper_held"),
            text("number", Label("编号", "Number"), 18),
            text("sha256", Label("文件校验值", "Hash of the file"), 36),
        ),
        _table(
            GIVEN_OUT,
            day("on", Label("日期", "Day")),
            event("event", Label("事项", "Event")),
            text("receiver", Label("接收人", "Receiver"), 24),
            text("body", Label("接收单位", "Receiving body"), 24),
            text("purpose", Label("目的", "Purpose"), 36),
            text("approved_by", Label("批准人", "Approved by")),
            text("basis", Label("依据", "Basis"), 36),
            day("due_on", Label("应归还日期", "Due back on")),
            day("returned_on", Label("归还日期", "Returned on")),
        ),
        _table(
            ALLOWANCE_MONTHS,
            text("month", Label("月份", "Month"), 10),
            text("last_month", Label("至月份", "Through"), 10),
            code("line", Label("生活费类别", "Allowance"), "allowance_line"),
            money("due_yuan", Label("应发", "Due")),
            money("paid_yuan", Label("实发", "Paid")),
            money("difference_yuan", Label("差额", "Difference")),
            word("reason", Label("原因", "Reason"), "allowance_difference"),
            note=Label(
                "应发按核定、提标登记的月标准计算；差额为实发减应发，不明的留空。",
                "Due is the standard as granted and adjusted; what is not known is left blank.",
            ),
        ),
    )
}
"""The table of each statement by its name."""
