"""预防接种: a row for each dose that was given, or was deferred, with what is due next."""

import re
from typing import Final

from api.imports.cells.measures import whole
from api.imports.cells.raw import Raw, clean
from api.imports.cells.values import Read, Reader, code, day, name, number, text, title
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import with_common
from domain.events.medical.vaccination import (
    DoseNo,
    VaccinationBooked,
    VaccinationDeferred,
    VaccinationGiven,
    VaccinationProgrammeCompleted,
)

VACCINES: Final = {
    "乙肝": "HepB",
    "乙型肝炎疫苗": "HepB",
    "重组乙型肝炎疫苗": "HepB",
    "卡介": "BCG",
    "百白破": "DTaP",
    "白破": "DT",
    "麻腮风": "MMR",
    "水痘": "varicella",
    "流感": "influenza",
    "狂犬": "rabies",
}
"""Vaccines by their usual words; 脊灰, 乙脑, 流脑 and 甲肝 alone may be any of two."""
_DOSE: Final = re.compile("第?([0-9]{1,2}|[一二三四五六七八九])[剂针]次?")
_NUMERALS: Final = "一二三四五六七八九"


def _dose() -> Reader:
    """Return a reader of which dose it is: `1`, `第1剂`, `第二针`."""
    bare = whole(DoseNo, "剂针次")

    def read(raw: Raw) -> Read:
        match = _DOSE.fullmatch(clean(raw))
        if match is None:
            return bare(raw)
        return _NUMERALS.index(match[1]) + 1 if match[1] in _NUMERALS else bare(match[1])

    return read


def given(row: Row) -> DatedEvent | None:
    """Return the dose that was given."""
    if not row.says("接种日期"):
        return None
    called = {"vaccine_name": row.answer("疫苗品名")} if row.value("疫苗品名") else {}
    event = paper(
        VaccinationGiven,
        **_which(row),
        **called,
        batch_no=row.answer("疫苗批号"),
        site=row.answer("接种部位"),
        manufacturer=row.answer("上市许可持有人"),
        vaccinator=row.answer("接种人员"),
        unit=row.answer("接种单位"),
    )
    return DatedEvent(event, row.when("接种日期"))


def deferred(row: Row) -> DatedEvent | None:
    """Return that the dose was deferred, with the reason and until when."""
    if not any(row.says(column) for column in ("暂缓日期", "未接种原因", "暂缓至")):
        return None
    event = paper(
        VaccinationDeferred,
        **_which(row),
        reason=row.answer("未接种原因"),
        until=row.day("暂缓至"),
        advice=row.value("医学建议"),
    )
    return DatedEvent(event, row.when("暂缓日期"))


def booked(row: Row) -> DatedEvent | None:
    """Return that the unit told, on the day of the row, which dose is due next."""
    if not any(row.says(column) for column in ("下次接种日期", "下次接种疫苗", "下次接种剂次")):
        return None
    event = paper(
        VaccinationBooked,
        vaccine=row.answer("下次接种疫苗"),
        dose=row.answer("下次接种剂次"),
        due_on=row.day("下次接种日期"),
        unit=row.answer("接种单位"),
    )
    return DatedEvent(event, row.when("接种日期" if row.says("接种日期") else "暂缓日期"))


def completed(row: Row) -> DatedEvent | None:
    """Return that no dose of the programme is left to be given."""
    if not row.says("接种完成日期"):
        return None
    event = paper(VaccinationProgrammeCompleted, unit=row.answer("接种单位"))
    return DatedEvent(event, row.when("接种完成日期"))


def _which(row: Row) -> dict[str, object]:
    return {"vaccine": row.answer("疫苗"), "dose": row.answer("剂次")}


VACCINATION: Final = Layout(
    name="预防接种",
    others=("疫苗接种", "计划免疫", "免疫接种", "接种记录"),
    columns=with_common(
        Column("接种日期", day(), ("接种时间", "接种年月日")),
        Column("疫苗", code("vaccine", VACCINES), ("疫苗名称", "疫苗种类", "接种疫苗", "疫苗类别")),
        Column("疫苗品名", title(), ("疫苗商品名", "品名")),
        Column("剂次", _dose(), ("针次", "接种剂次", "第几剂", "剂次数")),
        Column("疫苗批号", number(), ("批号", "生产批号", "疫苗批次")),
        Column(
            "接种部位",
            code(
                "vaccination_site",
                {
                    "左臂": "left_arm",
                    "左上臂三角肌": "left_arm",
                    "右臂": "right_arm",
                    "右上臂三角肌": "right_arm",
                    "左腿": "left_thigh",
                    "右腿": "right_thigh",
                },
            ),
            ("部位",),
        ),
        Column("上市许可持有人", title(), ("生产企业", "生产厂家", "厂家", "疫苗生产企业")),
        Column("接种人员", name(), ("接种医生", "接种者", "接种护士")),
        Column("接种单位", title(), ("接种门诊", "接种机构")),
        Column("暂缓日期", day(), ("暂缓登记日期", "未接种日期")),
        Column(
            "未接种原因",
            code(
                "deferral_reason",
                {
                    "生病": "ill",
                    "患病": "ill",
                    "发热": "ill",
                    "禁忌": "contraindicated",
                    "接种禁忌": "contraindicated",
                    "缺货": "out_of_stock",
                    "疫苗断货": "out_of_stock",
                    "外出": "absent",
                },
            ),
            ("暂缓原因", "缓种原因", "未种原因"),
        ),
        Column("暂缓至", day(), ("缓种至", "暂缓到", "计划补种日期"), ahead=True),
        Column("医学建议", text(), ("医生建议",)),
        Column("下次接种日期", day(), ("预约日期", "预约接种日期", "下次预约日期", "应种日期"), ahead=True),
        Column("下次接种疫苗", code("vaccine", VACCINES), ("预约疫苗", "下次疫苗")),
        Column("下次接种剂次", _dose(), ("预约剂次", "下次剂次")),
        Column("接种完成日期", day(), ("免疫规划接种完成日期", "全程接种完成日期")),
    ),
    makes=(given, deferred, booked, completed),
    key=("疫苗", "剂次", "接种日期", "暂缓日期"),
)
