"""Registers of many children with many rows each, all of them alike."""

from datetime import date, timedelta

from tests.support.registers.paper import Paper, a_sheet

FIRST_DAY = date(2017, 1, 2)
TRAININGS = 24
ROWS_OF_A_CHILD = 1 + 1 + TRAININGS + 4


def crowd(children: int, *, first: int = 0) -> list[Paper]:
    """A register of so many children, numbered from `first` on, each with 30 rows on four sheets."""
    roster, household = a_sheet("儿童花名册"), a_sheet("户口登记")
    trainings, examinations = a_sheet("康复"), a_sheet("体检")
    rows: dict[str, list[dict[str, object]]] = {title: [] for title in ("花名册", "户口", "康复", "体检")}
    for number in range(first, first + children):
        child: dict[str, object] = {"儿童编号": f"CS{number:05}", "姓名": f"王小{number}"}
        rows["花名册"].append(
            child
            | {
                "性别": "男",
                "民族": "汉",
                "出生日期": "2015-03-01",
                "接收日期": "2016-05-01",
                "正式入院日期": "2016-06-01",
                "养育方式": "机构养育",
                "监护类型": "长期监护",
            }
        )
        rows["户口"].append(child | {"申请日期": "2016-08-01", "落户日期": "2016年9月", "户口类别": "集体户"})
        rows["康复"] += [
            child
            | {
                "日期": FIRST_DAY + timedelta(days=7 * week),
                "事项": "训练",
                "内容": "按方案实施",
                "评估类型/项目": "PT",
                "分值/次数": 1 + week % 3,
                "康复师": "于老师",
            }
            for week in range(TRAININGS)
        ]
        rows["体检"] += [
            child | {"体检日期": f"{year}.3.1", "身高(cm)": 80 + 6 * (year - 2017), "结论": "正常"}
            for year in range(2017, 2021)
        ]
    papers = zip((roster, household, trainings, examinations), rows.values(), strict=True)
    return [Paper(sheet.title, sheet.headings, tuple(own)) for sheet, own in papers]
