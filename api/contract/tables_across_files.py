"""Lists across files as tables: the register, what is due, found, decided, late, erased and issued."""

from typing import Final

from api.contract.csv_lines import TableCell
from api.contract.explanation_words import CATEGORIES
from api.contract.list_tables import (
    CHARGE,
    CHILD,
    ESCALATED,
    ID_WIDTH,
    INSTITUTION,
    NEXT,
    PLACE,
    RULE,
    SOURCE,
    STAGE,
    STATE,
    WHAT,
    WHOSE,
    WIDE,
    ListColumn,
    ListedItem,
    ListTable,
    as_day,
    code,
    day,
    days,
    event,
    in_language,
    instant,
    number,
    said,
    sentences,
    text,
    word,
)
from api.contract.sentences import Language
from api.contract.value_words import VALUE_WORDS, called
from domain.event import Category
from domain.label import Label
from domain.readiness import GATES


def _due(item: ListedItem, language: Language) -> TableCell:
    if "due_on" in item:
        return as_day(item["due_on"])
    first, last = item["due_between"]
    return days("first", "last", STATE).cell({"first": first, "last": last}, language)


def _gate(number: int) -> ListColumn:
    label = GATES[number].label

    def cell(item: ListedItem, language: Language) -> TableCell:
        (gate,) = (each for each in item["gates"] if each["gate"] == number)
        state = in_language(called("gate_said", gate["state"]), language)
        if gate["state"] in {"unmet", "unknown", "uncertain"}:
            weight = "blocks" if gate["weight"] == "blocks" else "warns"
            state = in_language(VALUE_WORDS["gate_and"][weight], language).format(state=state)
        missing = gate[f"missing_{language}"]
        return f"{state}{'：' if language == 'zh' else ': '}{missing}" if missing else state

    return ListColumn(Label(f"{number} {label.zh}", f"{number} {label.en}"), cell, 28)


REGISTER_TABLE: Final = ListTable(
    "children",
    Label("儿童名册", "Register of children"),
    (
        *WHOSE,
        code("sex", Label("性别", "Sex"), "sex"),
        days("birth_on", "birth_until", Label("出生日期", "Day of birth")),
        text("birth_estimated", Label("出生日期为推定", "Birth is estimated")),
        code("stage", STAGE, "stage"),
        day("admitted_on", Label("入院日期", "Admitted on")),
        day("departed_on", Label("离院日期", "Departed on")),
        number("overdue", Label("逾期事项", "Overdue")),
        text("list", Label("逾期事项名单地址", "Address of what is overdue"), WIDE),
        PLACE,
        INSTITUTION,
        CHILD,
    ),
)
OBLIGATIONS_TABLE: Final = ListTable(
    "obligations",
    Label("到期事项", "Obligations"),
    (
        *WHOSE,
        word("state", STATE, "state"),
        ListColumn(Label("到期日", "Due on"), _due),
        number("days_left", Label("剩余天数", "Days left")),
        *RULE,
        WHAT,
        *NEXT,
        *ESCALATED,
        day("opened_on", Label("起算日", "Since")),
        said("void_because.", Label("不再需要的原因", "Why no longer required"), 24),
        sentences("evidence", Label("相关条目", "Evidence")),
        *SOURCE,
        text("started_by", Label("起算条目", "Started by entries"), ID_WIDTH),
        text("met_by", Label("办理条目", "Met by entries"), ID_WIDTH),
        *CHARGE,
        CHILD,
    ),
)
READINESS_TABLE: Final = ListTable(
    "readiness",
    Label("成年安置准备", "Readiness for adult life"),
    (
        *WHOSE,
        days("turns_18_from", "turns_18_on", Label("满 18 周岁", "Turns 18")),
        word("status", Label("结论", "Conclusion"), "readiness_status"),
        code("route", Label("安置途径", "Route"), "placement_route"),
        said("next.title_", Label("下一期限", "Next due"), 24),
        day("next.due_on", Label("下一期限到期日", "Next due on")),
        *NEXT,
        *(_gate(each) for each in sorted(GATES)),
        *CHARGE,
        CHILD,
    ),
    Label("供参考：由人决定。", "This is advice: a person decides."),
)
FINDINGS_TABLE: Final = ListTable(
    "findings",
    Label("核查发现", "Findings"),
    (
        *WHOSE,
        word("kind", Label("种类", "Kind"), "finding_kind"),
        *RULE,
        WHAT,
        *NEXT,
        day("on", Label("起始日", "From")),
        sentences("evidence", Label("相关条目", "Evidence")),
        *SOURCE,
        text("entries", Label("条目标识", "Entries"), ID_WIDTH),
        text("others", Label("另见档案", "See also files"), ID_WIDTH),
        *CHARGE,
        CHILD,
    ),
)
EXCEPTIONS_TABLE: Final = ListTable(
    "exceptions",
    Label("例外和更正的审批", "Approval of exceptions and corrections"),
    (
        *WHOSE,
        word("kind", Label("种类", "Kind"), "approval_kind"),
        word("state", STATE, "approval_state"),
        number("waited_days", Label("等待天数", "Days waited")),
        *RULE,
        WHAT,
        *NEXT,
        event("entry.type", Label("事件", "Event")),
        said("entry.sentence_", Label("记录的内容", "What was recorded")),
        day("recorded_on", Label("记录日期", "Recorded on")),
        instant("entry.recorded_at", Label("记录时间", "Recorded at")),
        text("entry.recorded_by.name", Label("记录人", "Recorded by")),
        sentences("evidence", Label("相关条目", "Evidence")),
        instant("decision.recorded_at", Label("审批时间", "Decided at")),
        text("decision.recorded_by.name", Label("审批人", "Decided by")),
        said("why_not.", Label("为何不由您审批", "Why you do not decide"), 24),
        *SOURCE,
        text("entry.entry_id", Label("条目标识", "Entry"), ID_WIDTH),
        *CHARGE,
        CHILD,
    ),
)
LATE_TABLE: Final = ListTable(
    "late",
    Label("迟录的条目", "Entries recorded late"),
    (
        *WHOSE,
        event("type", Label("事件", "Event")),
        days("occurred_on", "occurred_until", Label("发生日期", "Occurred on")),
        instant("recorded_at", Label("记录时间", "Recorded at")),
        number("lag_days", Label("滞后天数", "Days late")),
        text("recorded_by.name", Label("记录人", "Recorded by")),
        word("recorded_by.role", Label("记录人角色", "Recorder's role"), "role"),
        word("origin", Label("来源", "Way in"), "origin"),
        word("struck", Label("此后情况", "What became of it"), "struck"),
        text("entry_id", Label("条目标识", "Entry"), ID_WIDTH),
        *CHARGE,
        CHILD,
    ),
)
EMERGENCIES_TABLE: Final = ListTable(
    "emergency-accesses",
    Label("紧急查阅", "Emergency accesses"),
    (
        *WHOSE,
        instant("since", Label("查阅开始", "Since")),
        instant("until", Label("查阅终止", "Until")),
        text("taken_by.name", Label("查阅人", "Taken by")),
        word("taken_by.role", Label("查阅人角色", "Their role"), "role"),
        code("ground", Label("紧急情形", "Emergency"), "emergency_ground"),
        ListColumn(
            Label("查阅范围", "What is read"),
            lambda item, language: "、".join(
                in_language(CATEGORIES[Category(each)], language) for each in item["categories"]
            ),
            24,
        ),
        text("explanation", Label("说明", "Explanation"), WIDE),
        word("state", Label("状态", "State"), "emergency_state"),
        code("review.outcome", Label("复核意见", "Review"), "emergency_review"),
        day("review.reviewed_on", Label("复核日期", "Reviewed on")),
        text("review.reviewed_by.name", Label("复核人", "Reviewed by")),
        *CHARGE,
        text("entry", Label("条目标识", "Entry"), ID_WIDTH),
        CHILD,
    ),
)
ERASURES_TABLE: Final = ListTable(
    "erasures",
    Label("删除个人信息", "Erasures"),
    (
        *WHOSE,
        instant("recorded_at", Label("登记时间", "Recorded at")),
        day("asked_on", Label("申请日期", "Asked on")),
        code("asked_by", Label("申请方", "Asked by"), "data_right_asker"),
        code("ground", Label("删除的事由", "Ground"), "erasure_ground"),
        ListColumn(
            Label("删除的信息类别", "Categories"),
            lambda item, language: "、".join(
                in_language(CATEGORIES[Category(each)], language) for each in item["categories"]
            ),
            24,
        ),
        text("explanation", Label("说明", "Explanation"), WIDE),
        word("state", Label("状态", "State"), "erasure_state"),
        day("stoppable_until", Label("可终止至", "May be stopped until")),
        day("started_on", Label("开始删除日期", "Started on")),
        day("erased.on", Label("删除完成日期", "Erased on")),
        number("erased.keys", Label("已销毁密钥数", "Keys destroyed")),
        number("erased.scans", Label("已清除影像数", "Scans purged")),
        number("erased.copies", Label("已换新密钥库副本数", "Copies of the key store replaced")),
        *CHARGE,
        text("entry", Label("条目标识", "Entry"), ID_WIDTH),
        CHILD,
    ),
)
REPORTS_TABLE: Final = ListTable(
    "reports",
    Label("已出具的报告", "Issued reports"),
    (
        code("report", Label("报告", "Report"), "report"),
        said("period.", Label("期间", "Period"), 24),
        text("institution_name", Label("出具机构", "Issued by"), 24),
        day("as_of", Label("截至", "As of")),
        number("known_position", Label("账本位置", "Ledger position")),
        day("issued_on", Label("出具日期", "Issued on")),
        text("kept", Label("可调阅", "Can be fetched"), 10),
        text("sha256", Label("摘要（SHA-256）", "Digest (SHA-256)"), 66),
        text("id", Label("报告标识", "Report id"), ID_WIDTH),
        INSTITUTION,
    ),
)
FAMILIES_TABLE: Final = ListTable(
    "families",
    Label("家庭", "Families"),
    (
        text("applicant", Label("申请人", "Applicant")),
        code("region", Label("地区", "Region"), "region"),
        day("approved_on", Label("批准日期", "Approved on")),
        day("trained_on", Label("培训日期", "Trained on")),
        INSTITUTION,
        text("family", Label("档案标识", "File id"), ID_WIDTH),
    ),
)
DIFFERENCES_TABLE: Final = ListTable(
    "diff",
    Label("两个时点之间有变化的档案", "Files that differ between two points"),
    (
        CHILD,
        *(
            number(f"counts.{name}", label)
            for name, label in (
                ("fields", Label("变化的项目", "Fields")),
                ("obligations", Label("变化的到期事项", "Obligations")),
                ("gates", Label("变化的安置条件", "Gates")),
                ("findings", Label("变化的核查发现", "Findings")),
                ("entries", Label("其间条目", "Entries between")),
            )
        ),
        text("paths", Label("变化之处", "Where they differ"), WIDE),
        text("joined_to", Label("并入档案", "Joined to"), ID_WIDTH),
        text("difference", Label("明细地址", "Address of the difference"), WIDE),
    ),
)
HAND_OVER_TABLE: Final = ListTable(
    "to-hand-over",
    Label("移交清单", "What to hand over"),
    (
        said("item_", Label("事项", "Item"), 24),
        text("held", Label("在院", "Held")),
        text("location", Label("存放处", "Kept where"), 24),
        text("evidence", Label("条目标识", "Entries"), ID_WIDTH),
    ),
)
