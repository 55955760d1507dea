"""What a caseworker reads in an explanation: short sentences in Chinese and English."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from domain.codes import tables
from domain.counted import counted, in_english
from domain.entry import AnyEntry
from domain.event import Category, Erased, Unknown
from domain.explaining import AsideReason
from domain.label import Label
from domain.rulebook import DEFAULT, Pack, Rule, title_of
from domain.when import Days, day_of, in_chinese

Contributed: TypeAlias = Literal[
    "began",
    "ended",
    "replaced",
    "corrected",
    "withdrew",
    "moved",
    "restored",
    "decided",
    "started",
    "met",
    "evidence",
    "changed",
]
"""What an entry did to a field."""

AsideFate: TypeAlias = AsideReason | Literal["moved"]
"""Why an entry does not count: what the file itself says, or that it was moved into another file."""

CATEGORIES: Final[Mapping[Category, Label]] = MappingProxyType(
    {
        Category.IDENTITY: Label("身份信息", "identity"),
        Category.CONTACT: Label("联系信息", "contact"),
        Category.HEALTH: Label("健康信息", "health"),
        Category.RESTRICTED_HEALTH: Label("限制查阅的健康信息", "restricted health"),
        Category.SAFEGUARDING: Label("儿童保护信息", "safeguarding"),
        Category.ADOPTION: Label("收养信息", "adoption"),
        Category.FAMILY: Label("家庭信息", "family"),
    }
)
_DID: Final[Mapping[Contributed, Label]] = MappingProxyType(
    {
        "began": Label("{entry}使本项成立。", "{entry} began it."),
        "ended": Label("{entry}使本项终止。", "{entry} ended it."),
        "replaced": Label("{entry}取代了原有内容。", "{entry} replaced what held before."),
        "corrected": Label("{entry}更正了{other}。", "{entry} corrected {other}."),
        "withdrew": Label("{entry}撤回了{other}。", "{entry} withdrew {other}."),
        "moved": Label("{entry}把{other}移至另一份档案。", "{entry} moved {other} into another file."),
        "restored": Label("{entry}恢复了{other}。", "{entry} restored {other}."),
        "decided": Label("{entry}对{other}作出了决定。", "{entry} decided on {other}."),
        "started": Label("{entry}使该事项开始计算。", "{entry} started the clock."),
        "met": Label("{entry}完成了该事项。", "{entry} met it."),
        "evidence": Label("{entry}是判断的依据。", "{entry} is evidence for it."),
        "changed": Label(
            "若未登记{entry}，本项内容会不同。", "Without {entry} the answer would be another one."
        ),
    }
)
_OF_SEVERAL: Final[Mapping[Contributed, Label]] = MappingProxyType(
    {
        "began": Label("{entry}使其中一项成立。", "{entry} began one of them."),
        "ended": Label("{entry}使其中一项终止。", "{entry} ended one of them."),
    }
)
"""The same where several hold at once."""
_FATES: Final[Mapping[AsideFate, Label]] = MappingProxyType(
    {
        "overtaken": Label("{entry}已被{other}取代。", "{entry} was overtaken by {other}."),
        "expired": Label("{entry}已到期。", "{entry} has come to its end."),
        "not_begun": Label("{entry}到该日尚未开始。", "{entry} had not begun on that day."),
        "corrected": Label("{entry}已由{other}更正。", "{entry} was corrected by {other}."),
        "rejected": Label("{entry}已由{other}驳回。", "{entry} was rejected by {other}."),
        "undone": Label("{entry}已不生效。", "{entry} does not count any more."),
        "withdrawn": Label("{entry}已由{other}撤回。", "{entry} was withdrawn by {other}."),
        "moved": Label("{entry}已移至另一份档案。", "{entry} was moved into another file."),
    }
)
STATES: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "due": Label("待办", "due"),
        "overdue": Label("逾期", "overdue"),
        "met": Label("已办", "met"),
        "met_late": Label("逾期办理", "met late"),
        "void": Label("不再需要", "no longer required"),
        "unmet": Label("未达到", "unmet"),
        "not_applicable": Label("不适用", "not applicable"),
        "unknown": Label("不详", "unknown"),
        "uncertain": Label("不能确定", "uncertain"),
        "restricted": Label("不予显示", "not shown"),
    }
)
"""States of obligations and gates."""
GATE_STATES: Final[Mapping[str, Label]] = MappingProxyType({**STATES, "met": Label("已达到", "met")})
"""States of gates."""
ERASED: Final = Label("内容已依法删除", "erased by law")
"""In place of a value whose key was destroyed."""
_VERIFIED: Final = {True: Label("已核实", "verified"), False: Label("未核实", "unverified")}
_SOME: Final = 3
"""Items of a list that a sentence names."""


def cited(entry: AnyEntry) -> Label:
    """Return an entry as a sentence names it: what happened, when, and when it was recorded."""
    on, label = _on(entry.days), entry.event.label
    if entry.recorded_at is None:
        return Label(f"{on.zh}的“{label.zh}”", f'"{label.en}" of {on.en}')
    recorded = day_words(day_of(entry.recorded_at))
    return Label(
        f"{on.zh}的“{label.zh}”（{recorded.zh}登记）", f'"{label.en}" of {on.en} (recorded on {recorded.en})'
    )


def _on(days: Days) -> Label:
    """Return the days of an entry as they stand beside what it is called."""
    words, last = days_words(days), day_words(days.last)
    if days.first is None:
        return Label(words.zh, f"{last.en} or before")
    return words if days.exact else Label(f"{words.zh}之间", f"a day from {words.en}")


def day_words(day: date) -> Label:
    """Return a day as each language writes it."""
    return Label(in_chinese(day), day.isoformat())


def days_words(days: Days) -> Label:
    """Return days as each language writes them."""
    last = day_words(days.last)
    if days.first is None:
        return Label(f"不晚于{last.zh}", f"not later than {last.en}")
    first = day_words(days.first)
    return first if days.exact else Label(f"{first.zh}至{last.zh}", f"{first.en} to {last.en}")


def _filled(pattern: Label, entry: AnyEntry, other: AnyEntry | None) -> Label:
    own, others = cited(entry), Label("其他条目", "another entry") if other is None else cited(other)
    return Label(
        pattern.zh.format(entry=own.zh, other=others.zh), pattern.en.format(entry=own.en, other=others.en)
    )


def contribution(
    did: Contributed,
    entry: AnyEntry,
    other: AnyEntry | None,
    *,
    answer: object,
    before: object,
    came: bool = False,
    of_several: bool = False,
) -> Label:
    """Return what an entry did to a field, and what the file said before the entry was known.

    `came` says that it was moved here from another file, `of_several` that several values hold at once.
    """
    pattern = _OF_SEVERAL.get(did) if of_several else None
    words = _filled(pattern or _DID[did], entry, other)
    if came:
        words = Label(
            f"{words.zh}该条目由另一份档案移入。", f"{words.en} It was moved here from another file."
        )
    if before == answer:
        return words
    if before is None or before in ([], 0):
        known = Label("登记之前，本项为空。", "Before it was recorded, there was nothing here.")
    else:
        known = Label("登记之前，本项内容不同。", "Before it was recorded, the file said something else.")
    return Label(f"{words.zh}{known.zh}", f"{words.en} {known.en}")


def passed_by(fate: AsideFate, entry: AnyEntry, by: AnyEntry | None) -> Label:
    """Return why an entry does not count."""
    return _filled(_FATES[fate], entry, by)


def withheld(label: Label, categories: Sequence[Category]) -> Label:
    """Return that a field is restricted, and by which categories."""
    zh = "、".join(CATEGORIES[each].zh for each in categories)
    en = ", ".join(CATEGORIES[each].en for each in categories)
    return Label(
        f"{label.zh}：涉及{zh}，您的角色无权查看，其依据也不予说明。",
        f"{label.en}: it rests on {en}, which your role may not see; nor is it said why.",
    )


_ABSENT: Final[Mapping[type, Label]] = MappingProxyType(
    {Unknown: Label("登记为不详", "answered as unknown"), Erased: ERASED}
)
"""What stands in place of a value that is not there."""


def held(
    label: Label,
    value: Any,  # noqa: ANN401 - of the contract
    entry: AnyEntry | None,
    *,
    stage: str | None = None,
) -> Label:
    """Return since when an attribute holds, and by which entry; of the stage, which one it is."""
    since, last = value.get("since"), value.get("since_until")
    code = None if stage is None else tables()["stage"].codes[stage]
    zh, en = ("", "on record") if code is None else (code.zh, code.en)
    if since is not None:
        zh, en = f"自{day_words(since).zh}起", f"has held since {since.isoformat()}"
        if value.get("until") is not None:
            en = f"holds from {since.isoformat()}"
    if last is not None:
        zh = f"起始日期不确定，至迟自{day_words(last).zh}起"
        en = f"began on an uncertain day, {last.isoformat()} at the latest"
    if value.get("until") is not None:
        until = value["until"].isoformat()
        zh = f"{zh}至{day_words(value['until']).zh}"
        en = f"{en}, until {until}" if last is not None or since is None else f"{en} until {until}"
    absent = _ABSENT.get(type(value.get("value")))
    if absent is not None:
        zh, en = "，".join(filter(None, [absent.zh, zh])), f"{absent.en}, {en}"
    if entry is not None:
        by = cited(entry)
        zh, en = "，".join(filter(None, [zh, f"依据{by.zh}"])), f"{en}, by {by.en}"
    else:
        # None decides alone where several say the same.
        zh, en = "，".join(filter(None, [zh, "多个条目登记相同"])), f"{en}, as several entries say alike"
    return Label(f"{label.zh}：{zh}。", f"{label.en}: {en}.")


def several(label: Label, count: int) -> Label:
    """Return that several values hold."""
    return Label(f"{label.zh}：共{count}项，依据如下。", f"{label.en}: {count} at once, by these entries.")


def nothing(label: Label, day: date, ended_by: AnyEntry | None, *, spoken_of: bool) -> Label:
    """Return that nothing holds on a day, and why."""
    if ended_by is not None:
        by = cited(ended_by)
        zh, en = f"已由{by.zh}终止", f"ended by {by.en}"
    elif spoken_of:
        zh, en = "有关条目该日均不生效", "no entry about it counts on that day"
    else:
        zh, en = "档案中没有登记", "nothing is recorded about it"
    return Label(
        f"{label.zh}：{in_chinese(day)}没有；{zh}。", f"{label.en}: none on {day.isoformat()}; {en}."
    )


def aged(label: Label, value: Any, rule: Rule) -> Label:  # noqa: ANN401 - of the contract
    """Return how an age was counted."""
    if value is None:
        return Label(
            f"{label.zh}：没有登记出生日期，或者该日在出生之前。",
            f"{label.en}: no birth is recorded, or the day lies before it.",
        )
    years = value.get("years") if isinstance(value, dict) else None
    zh, en = ("", "") if years is None else (f"满{years}周岁，", f"{years}, ")
    if isinstance(value, dict) and value["uncertain"]:
        zh, en = f"{zh}因出生日期不确定，尚不能确定，", f"{en}uncertain as the day of birth is, "
    return Label(
        f"{label.zh}：{zh}按登记的出生日期计算，自生日当日起为满周岁（{rule.source}）。",
        f"{label.en}: {en}counted from the birth on record, reached on the birthday ({rule.source}).",
    )


def gate_words(label: Label, value: Any) -> Label:  # noqa: ANN401 - of the contract
    """Return how a gate is answered, and what is missing."""
    state = GATE_STATES[value["state"]]
    checked = _VERIFIED[value["verified"]]
    zh = "，".join(filter(None, [state.zh, value["missing_zh"]]))
    en = "; still open: ".join(filter(None, [state.en, value["missing_en"]]))
    return Label(
        f"{label.zh}：{zh}。依据：{value['source']}（{checked.zh}）。",
        f"{label.en}: {en}. Source: {value['source']} ({checked.en}).",
    )


def obligation_words(label: Label, value: Sequence[Any]) -> Label:
    """Return the state of a rule's obligations, the latest first."""
    if not value:
        return Label(f"{label.zh} 该日没有此项事项。", f"{label.en} Nothing of the kind is due on that day.")
    shown = value[::-1][:_SOME]
    courses = [_course(each) for each in shown]
    zh, en = "；".join(each.zh for each in courses), "; ".join(each.en for each in courses)
    more = len(value) - len(shown)
    return Label(
        f"{label.zh} {zh}{f'；另有{more}项' if more else ''}。",
        f"{label.en} {en[:1].upper()}{en[1:]}{f'; and {more} more' if more else ''}.",
    )


def _course(obligation: Any) -> Label:  # noqa: ANN401 - of the contract
    """Return the state of an obligation, since when it counts and, unless it is void, until when.

    Of one whose day had passed before anybody could know that it was due, it says since when one could.
    """
    state, since, by = STATES[obligation["state"]], day_words(obligation["opened_on"]), _due(obligation)
    if obligation["state"] != "void" and by < obligation["opened_on"]:
        return Label(
            f"{state.zh}，办理期限为{day_words(by).zh}，至{since.zh}方能确定",
            f"{state.en}, due by {by.isoformat()}, as could be told only on {since.en}",
        )
    due = Label("", "")
    if obligation["state"] != "void":
        due = Label(f"，办理期限为{day_words(by).zh}", f", due by {by.isoformat()}")
    return Label(f"{state.zh}，自{since.zh}起计{due.zh}", f"{state.en}, opened on {since.en}{due.en}")


def _due(obligation: Any) -> date:  # noqa: ANN401 - of the contract
    day: date = obligation["due_on"] if "due_on" in obligation else obligation["due_between"][1]
    return day


def finding_words(label: Label, value: Sequence[Any]) -> Label:
    """Return what is found under a rule."""
    if not value:
        return Label(f"没有违反此项规定的问题：{label.zh}", f"Nothing is found under this rule: {label.en}")
    words = [(each["zh"], each["en"], each["source"]) for each in value[:_SOME]]
    return Label(
        f"{len(value)}个问题：{'；'.join(f'{zh}（{source}）' for zh, _, source in words)}",
        f"{len(value)} found: {'; '.join(f'{en} ({source})' for _, en, source in words)}",
    )


def counts(label: Label, parts: Sequence[str], elsewhere: int) -> Label:
    """Return of what a count is made up: fields of rules, by the titles of these."""
    titles = [title_of(part.rpartition(".")[2]) for part in parts]
    zh, en = "、".join(f"“{each.zh}”" for each in titles), ", ".join(f'"{each.en}"' for each in titles)
    more = Label("", "")
    if elsewhere:
        more = Label(
            f"另有{elsewhere}个问题由与其他档案比对得出。",
            f" {elsewhere} more come of comparing other files.",
        )
    if not parts:
        return Label(f"{label.zh}：没有可计入的事项。{more.zh}", f"{label.en}: nothing is counted.{more.en}")
    return Label(f"{label.zh}：计入{zh}。{more.zh}", f"{label.en}: counts {en}.{more.en}")


_OF_THE_FILE: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "institution": Label(
            "未登记移交的，由建档机构负责；登记移交的，由接收机构负责",
            "the institution that opened the file, or the one that it was handed over to",
        ),
        "place": Label(
            "由建档的属地负责；登记移交的，由接收的属地负责",
            "the place that opened the file, or the one that it was handed over to",
        ),
        "version": Label("本档案已登记的条目数", "how many entries were recorded in this file"),
        "position": Label(
            "本档案最新条目在账本中的位置", "where the latest entry of this file is in the ledger"
        ),
        "known_position": Label(
            "查阅所依据的时点在账本中的位置，未写明时点的为当前位置",
            "where the moment that is asked for lies in the ledger, now by default",
        ),
        "as_of": Label("请求所写的日期，未写明的为今日", "the day of the request, today by default"),
        "restricted": Label(
            "登记了限制处理且未解除，或者已被收养的，限制查阅",
            "by a restriction that was not lifted, or by an adoption",
        ),
    }
)
_ID: Final = Label(
    "建立档案时由系统编定，不因登记而改变", "given when the file was opened, and never changed"
)


def of_the_file(path: str, label: Label) -> Label:
    """Return where a value comes from that the file has by itself."""
    words = _OF_THE_FILE.get(path, _ID)
    return Label(f"{label.zh}：{words.zh}。", f"{label.en}: {words.en}.")


def number_words(number: Pack) -> Label:
    """Return a rule's number with its unit, region, source, and whether that was checked."""
    value, checked = counted(number.value, number.unit), _VERIFIED[number.verified]
    place = tables()["region"].codes.get(number.region)
    where = _WIDE.get(number.region) or place or Label(number.region, number.region)
    return Label(
        f"{value.zh}（{where.zh}；{number.source}；{checked.zh}）",
        f"{in_english(number.value, number.unit)} ({where.en}; {number.source}; {checked.en})",
    )


_WIDE: Final[Mapping[str, Label]] = MappingProxyType(
    {
        DEFAULT: Label("借用其他地区的规定", "borrowed from another place"),
        "000000": Label("全国", "nationwide"),
    }
)
"""Where numbers count that are of no one place."""
