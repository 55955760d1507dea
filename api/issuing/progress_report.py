"""The yearly progress report, due by 31 October: who was cared for, how, and who came and went."""

from typing import Final

from api.issuing.declared_report import (
    NOT_KNOWN,
    WHO_IS_COUNTED,
    DeclaredReport,
    changed_by,
    counted_by,
    left_for_reasons,
    year_to_october,
)
from domain.label import Label

PROGRESS: Final = DeclaredReport(
    "progress",
    year_to_october,
    (WHO_IS_COUNTED, NOT_KNOWN),
    (
        changed_by("changes", Label("儿童类别及变动", "Child categories and changes"), "child_category"),
        left_for_reasons("departures", Label("离开原因", "Why children left")),
        counted_by("ages", Label("年龄", "Ages"), "age_band"),
        counted_by("sexes", Label("性别", "Sexes"), "sex"),
        counted_by("care", Label("养育方式", "Care modes"), "care_mode"),
        counted_by("disabilities", Label("残疾", "Disabilities"), "disability"),
        counted_by("schooling", Label("就学", "Schooling"), "schooling"),
        counted_by("households", Label("户口", "Household registration"), "household"),
        counted_by("insurance", Label("医保", "Medical insurance"), "insurance"),
        counted_by("routes", Label("成年安置方式", "Placement routes"), "placement_route"),
    ),
)
