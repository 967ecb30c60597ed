"""Every check of the study's catalogue: a clean row, and the smallest change that breaks it.

A check that no row can break protects nobody; one whose words lack a side of the comparison sends
the data manager searching.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spine_outcomes.cohort.inspection import Inspection
from spine_outcomes.cohort.queries import tables_of
from spine_outcomes.cohort.read import inspect_cohort
from spine_outcomes.errors import said
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.load import load_dictionary
from spine_outcomes.study.packaged import packaged_file

CLEAN = {
    "patient_id": "P1", "lesion_id": "L1", "age_at_sbrt": "62", "sex": "1", "arm": "focal",
    "data_cutoff": "2024-12-31", "last_contact_date": "2023-03-01", "vital_status": "0",
    "prior_rt_same_level": "0", "sbrt_start": "2022-03-02", "last_imaging_date": "2022-12-01",
}  # fmt: skip
FAILED = {"lf_flag": "1", "lf_date": "2022-09-05"}
SCORE = {
    "level_from": "T11", "level_to": "T12", "vcf_baseline": "1", "spinal_deformity": "0",
    "sins_location": "3", "sins_pain": "1", "sins_bone": "2", "sins_alignment": "0",
    "sins_collapse": "2", "sins_posterolateral": "1", "sins_total": "9",
}  # fmt: skip

Texts = tuple[str, ...]
CASES: list[tuple[str, str, dict[str, str], str, Texts]] = [
    ("X01", "error", {"birth_date": "1960-01-01", "diag_date": "1955-05-05"}, "birth_date",
     ("1960-01-01", "1955-05-05")),
    ("X01", "error", {"diag_date": "2020-01-02", "mets_date": "2019-01-02"}, "mets_date",
     ("2019-01-02", "2020-01-02", "365")),
    ("X02", "error", {"diag_date": "2022-04-01"}, "diag_date", ("2022-04-01", "2022-03-02")),
    ("X03", "error", {"mri_baseline_date": "2022-03-05"}, "mri_baseline_date", ("2022-03-05",)),
    ("X03", "error", {"mri_baseline_date": "2021-12-02"}, "mri_baseline_date", ("30 days off",)),
    ("X03", "warning", {"mri_baseline_date": "2022-01-20"}, "mri_baseline_date",
     ("2022-01-20", "2022-03-02")),
    ("X04", "error", {"plan_approval_date": "2022-03-03"}, "plan_approval_date", ("1 days off",)),
    ("X04", "error", {"sbrt_end": "2022-02-28"}, "sbrt_end", ("2022-02-28", "2022-03-02")),
    ("X04", "warning", {"sbrt_end": "2022-03-25"}, "sbrt_end", ("sbrt_start + 21",)),
    ("X05", "error", FAILED | {"lf_date": "2022-02-01"}, "lf_date", ("2022-02-01", "2022-03-02")),
    ("X05", "warning", FAILED | {"lf_date": "2022-03-02"}, "lf_date", ("after sbrt_start",)),
    ("X06", "error", {"last_contact_date": "2025-02-01"}, "last_contact_date",
     ("2025-02-01", "2024-12-31", "32 days")),
    ("X07", "error", {"vital_status": "1", "death_date": "2022-12-31"}, "last_contact_date",
     ("2023-03-01", "2022-12-31")),
    ("X08", "error", {"vcf_flag": "1", "vcf_date": "2023-06-01"}, "vcf_date",
     ("2023-06-01", "2023-03-01")),
    ("X09", "error", {"last_imaging_date": "2023-06-01"}, "last_imaging_date", ("2023-03-01",)),
    ("X10", "error", {"vital_status": "1", "death_date": ""}, "death_date",
     ("missing", "vital_status = 1")),
    ("X10", "error", {"death_date": "2023-03-01"}, "death_date", ("vital_status = 0",)),
    ("X11", "warning", {"vital_status": "1", "death_date": "2023-03-08"}, "last_contact_date",
     ("2023-03-01", "2023-03-08")),
    ("X12", "error", FAILED | {"lf_date": ""}, "lf_date", ("missing", "lf_flag = 1")),
    ("X12", "error", FAILED | {"lf_flag": "0"}, "lf_date", ("2022-09-05", "lf_flag = 0")),
    ("X12", "error", FAILED | {"lf_flag": ""}, "lf_date", ("2022-09-05", "lf_flag = missing")),
    ("X12", "error", {"tox_other_max": "2", "tox_other_date": ""}, "tox_other_date",
     ("tox_other_max = 2",)),
    ("X13", "error", FAILED | {"lf_confirm_date": "2022-09-01"}, "lf_confirm_date",
     ("2022-09-01", "2022-09-05")),
    ("X13", "error", FAILED | {"last_clean_mri_date": "2022-09-05"}, "last_clean_mri_date",
     ("before lf_date", "2022-09-05")),
    ("X14", "error", FAILED | {"last_imaging_date": "2022-08-05"}, "lf_date",
     ("2022-09-05", "2022-08-05", "31 days")),
    ("X15", "note", {"lf_flag": "0", "last_imaging_date": ""}, "last_imaging_date",
     ("lf_flag = 0",)),
    ("X16", "error", {"tox_oesoph_acute_max": "1", "tox_oesoph_acute_date": "2022-07-01"},
     "tox_oesoph_acute_date", ("2022-07-01", "sbrt_start + 90")),
    ("X16", "error", {"tox_oesoph_late_max": "1", "tox_oesoph_late_date": "2022-05-31"},
     "tox_oesoph_late_date", ("2022-05-31", "2022-03-02")),
    ("X20", "error", {"birth_date": "1962-03-03"}, "age_at_sbrt", ("62", "59")),
    ("X20", "error", {"birth_year": "1955"}, "age_at_sbrt", ("62", "66 to 67")),
    ("X21", "error", {"dose_total_gy": "24", "n_fractions": "2", "dose_per_fx_gy": "24"},
     "dose_total_gy", ("24", "48")),
    ("X22", "error", {"dose_total_gy": "24", "n_fractions": "2", "bed10": "60"}, "bed10",
     ("60", "52.8")),
    ("X22", "error", {"dose_total_gy": "24", "n_fractions": "2", "eqd2_10": "52.8"}, "eqd2_10",
     ("52.8", "44")),
    ("X23", "error", SCORE | {"sins_total": "8"}, "sins_total", ("8", "9", "sins_pain = 1")),
    ("X24", "error", {"level_from": "T10", "level_to": "T11", "sins_location": "1"},
     "sins_location", ("1", "3", "T10", "T11")),
    ("X25", "error", {"sins_collapse": "2", "vcf_baseline": "0"}, "vcf_baseline",
     ("0", "sins_collapse = 2")),
    ("X25", "error", {"sins_collapse": "1", "vcf_baseline": "1"}, "vcf_baseline",
     ("1", "sins_collapse = 1")),
    ("X26", "error", {"sins_alignment": "0", "spinal_deformity": "1"}, "spinal_deformity",
     ("1", "sins_alignment = 0")),
    ("X27", "warning", {"sins_bone": "0", "bone_type": "lytic"}, "bone_type",
     ("lytic", "blastic", "sins_bone = 0")),
    ("X28", "error", {"level_from": "L2", "level_to": "L1"}, "level_to", ("L1", "L2")),
    ("X28", "error", {"level_from": "L1", "level_to": "L2", "n_levels_involved": "3"},
     "n_levels_involved", ("3", "2")),
    ("X29", "error", {"gtv_cc": "20", "ctv_cc": "18.9"}, "ctv_cc", ("18.9", "0.95 × gtv_cc", "20")),
    ("X29", "error", {"ctv_cc": "20", "ptv_cc": "18.9"}, "ptv_cc", ("18.9", "0.95 × ctv_cc", "20")),
    ("X30", "warning", {"gtv_cc": "10", "ctv_cc": "31"}, "ctv_cc", ("31", "10", "arm = focal")),
    ("X30", "warning", {"gtv_cc": "10", "ctv_cc": "12", "arm": "extended"}, "ctv_cc",
     ("12", "10", "arm = extended")),
    ("X31", "error", {"ctv_levels_above": "1"}, "ctv_levels_above", ("1", "arm = focal")),
    ("X32", "warning", {"ecog": "0", "kps": "60"}, "kps", ("60", "ecog = 0")),
    ("X33", "error", {"primary_site": "prostate", "sex": "0"}, "sex", ("0", "prostate")),
    ("X33", "error", {"primary_site": "gyn"}, "sex", ("1", "gyn")),
    ("X33", "warning", {"primary_site": "breast"}, "sex", ("1", "breast")),
    ("X34", "error", {"tumour_class": "2", "primary_site": "lung"}, "primary_site",
     ("lung", "tumour_class = 2")),
    ("X35", "warning", {"visceral_mets": "1", "n_mets_total": "1"}, "n_mets_total",
     ("1", "visceral_mets = 1")),
    ("X36", "warning", {"level_from": "L3", "level_to": "L3", "tox_myelitis_max": "1",
                        "tox_myelitis_date": "2022-10-01"}, "tox_myelitis_max", ("1", "L3")),
    ("X37", "warning", {"level_from": "L1", "level_to": "L1", "tox_oesoph_late_max": "1",
                        "tox_oesoph_late_date": "2022-10-01"}, "tox_oesoph_late_max", ("1", "L1")),
    ("X39", "error", {"vcf_flag": "1", "vcf_date": "2022-06-01", "vcf_type": "2",
                      "vcf_baseline": "0"}, "vcf_baseline", ("0", "vcf_type = 2")),
    ("X39", "error", {"vcf_flag": "1", "vcf_date": "2022-06-01", "vcf_type": "1",
                      "vcf_baseline": "1"}, "vcf_baseline", ("1", "vcf_type = 1")),
    ("X40", "error", FAILED | {"lf_type": "1", "lf_pct_in_isodose": "79"}, "lf_type",
     ("1", "2", "79")),
    ("X41", "error", {"oligometastatic": "1", "n_mets_total": "6"}, "n_mets_total",
     ("6", "oligometastatic = 1")),
    ("X42", "error", {"bilsky": "-8", "level_from": "T5", "level_to": "T5"}, "bilsky",
     ("not applicable", "level_to = T5")),
    ("X43", "error", {"pain_resp_3m": "CR", "pain_3m": "2"}, "pain_3m", ("2", "CR")),
    ("X43", "error", {"pain_resp_3m": "CR", "omed_baseline": "10", "omed_3m": "20"}, "omed_3m",
     ("20", "10")),
    ("X53", "error", {"arm": ""}, "arm", ("required, and missing",)),
    ("X57", "error", {"dose_total_gy": "2400"}, "dose_total_gy", ("2400", "24 Gy", "cGy")),
    ("X57", "warning", {"weight_kg": "154"}, "weight_kg", ("154", "69.85 kg", "in lb")),
    ("X57", "error", {"hb_g_l": "12.5"}, "hb_g_l", ("12.5", "125 g/L", "g/dL")),
    ("X57", "error", {"height_cm": "1.75"}, "height_cm", ("1.75", "175 cm", "in m")),
    ("X58", "warning", FAILED | {"lf_type": "3"}, "lf_type", ("3", "lf_flag = 1")),
    ("X59", "warning", {"sectors_involved": "1", "ctv_sectors": "1;2", "ctv_levels_above": "0",
                        "ctv_levels_below": "0"}, "arm", ("focal", "extended", "1;2")),
    ("X60", "error", {"kps": "75"}, "kps", ("75",)),
    ("X66", "warning", {"lf_flag": "0", "lf_date": "", "lf_type": "1"}, "lf_type",
     ("1", "lf_date = missing")),
    ("X61", "error", {"tox_myelitis_max": "5", "tox_myelitis_date": "2022-10-01"}, "vital_status",
     ("0", "tox_myelitis_max = 5")),
]  # fmt: skip

SECOND = {"lesion_id": "L2"}
OTHER = {"patient_id": "P2"}
SPAN = {"level_from": "T5", "level_to": "T7"}
PERSON = {"birth_year": "1959", "diag_date": "2020-05-05"}
ROWS: list[tuple[str, str, list[dict[str, str]], str, Texts]] = [
    ("X50", "error", [{}, {}], "lesion_id", ("the same patient_id and lesion_id as in line 2",)),
    ("X51", "error", [{}, SECOND | {"sex": "0"}], "sex", ("0", "1", "line 2")),
    ("X52", "warning", [SPAN, SECOND | {"level_from": "T7", "level_to": "T7",
                                        "sbrt_start": "2022-03-16"}], "sbrt_start",
     ("T7 to T7", "T5 to T7", "line 2", "2022-03-02", "14 days before")),
    ("X52", "warning", [SPAN, SPAN | SECOND | {"sbrt_start": "2022-06-02"}], "sbrt_start",
     ("T5 to T7", "line 2", "92 days before")),
    ("X54", "note", [{}, SECOND | {"arm": "extended"}], "arm", ("extended", "focal", "line 2")),
    ("X55", "warning", [PERSON, PERSON | OTHER], "patient_id",
     ("line 2", "birth_year = 1959", "sbrt_start = 2022-03-02")),
    ("X56", "warning", [{"patient_id": f"P{i}", "lesion_id": "L1",
                         "sbrt_start": f"2022-03-{1 + 14 * (i % 2):02d}"} for i in range(10)],
     "sbrt_start", ("10 of 10 dates", "day 1 or 15", "by chance 1")),
]  # fmt: skip

IMAGE = "img_date,modality,status\n2022-09-05,1,"
TOXICITY = "assessed,grade3_date,term,grade,onset\n2022-09-05,,"
LONG: list[tuple[str, str, dict[str, str], str, str, str, Texts]] = [
    ("X06", "error", {}, "imaging", "img_date,modality,status\n2025-01-01,1,0", "img_date",
     ("2025-01-01", "2024-12-31")),
    ("X38", "error", {}, "toxicity", TOXICITY + "Tumor pain,4,2022-08-01", "grade",
     ("4", "Tumor pain", "3")),
    ("X61", "error", {}, "toxicity", TOXICITY + "Myelitis,5,2022-08-01", "vital_status",
     ("0", "grade = 5")),
    ("X62", "warning", {}, "imaging", IMAGE + "0", "last_imaging_date",
     ("2022-12-01", "2022-09-05")),
    ("X63", "warning", {"tox_myelitis_max": "1", "tox_myelitis_date": "2022-08-01"}, "toxicity",
     TOXICITY + "Myelitis,2,2022-08-01", "tox_myelitis_max", ("1", "2")),
    ("X64", "warning", {"pain_3m": "2"}, "pain", "pain_date,worst,omed\n2022-06-01,4,0", "pain_3m",
     ("2", "4")),
    ("X65", "warning", {"retreat_flag": "0"}, "events", "event_date,event_kind\n2022-06-01,2",
     "retreat_flag", ("0", "1")),
]  # fmt: skip


@pytest.fixture(scope="module")
def dictionary() -> DataDictionary:
    """The study's own."""
    return load_dictionary(packaged_file("data_dictionary.yaml"))


@pytest.fixture
def inspect(tmp_path: Path, dictionary: DataDictionary) -> Callable[..., Inspection]:
    """What reading some rows finds, each given by its changes to a clean one."""

    def inspected(*changes: dict[str, str], **tables: str) -> Inspection:
        rows = [CLEAN | change for change in changes]
        names = list(dict.fromkeys(name for row in rows for name in row))
        lines = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in rows)]
        path = tmp_path / "cohort.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        beside = {name: tmp_path / f"{name}.csv" for name in tables}
        for name, text in tables.items():
            head, *lines = text.splitlines()
            keyed = ["patient_id,lesion_id," + head, *(f"P1,L1,{line}" for line in lines)]
            beside[name].write_text("\n".join(keyed) + "\n", encoding="utf-8")
        return inspect_cohort(path, dictionary, beside)

    return inspected


def told(inspection: Inspection) -> list[tuple[str, str, str | None, str]]:
    """Rule, severity, column and words of everything found, in the long tables too."""
    return [
        (breach.rule, breach.severity, breach.column, said(problem.text()))
        for table in tables_of(inspection)
        for breach in table.breaches
        if table.places is not None
        for problem in table.places.shown(breach)
    ]


def test_the_clean_row_is_clean(inspect: Callable[..., Inspection]) -> None:
    """What is found below must come from the change alone."""
    assert not told(inspect({}))
    assert not told(inspect(SCORE))
    assert not told(inspect(FAILED))
    assert not told(inspect(SPAN, SECOND | {"level_from": "T8", "level_to": "T9"}))
    second_course = SECOND | {"sbrt_start": "2022-06-02", "prior_rt_same_level": "1"}
    assert not told(inspect(SPAN, SPAN | second_course))
    assert not told(inspect(PERSON, PERSON | OTHER | {"sex": "0"}))


@pytest.mark.parametrize(
    ("rule", "severity", "rows", "column", "words"),
    [*((a, b, [c], d, e) for a, b, c, d, e in CASES), *ROWS],
    ids=[f"{c[0]}-{c[3]}-{i}" for i, c in enumerate([*CASES, *ROWS])],
)
def test_each_check_finds_its_fault_and_says_both_sides(
    inspect: Callable[..., Inspection],
    rule: str,
    severity: str,
    rows: list[dict[str, str]],
    column: str,
    words: Texts,
) -> None:
    """The id, the severity, the column and what is compared, of the smallest change."""
    assert_told(inspect(*rows), (rule, severity, column), words)


@pytest.mark.parametrize(
    ("rule", "severity", "change", "table", "text", "column", "words"),
    LONG,
    ids=[f"{case[0]}-{case[3]}" for case in LONG],
)
def test_each_check_of_a_long_table_finds_its_fault(
    inspect: Callable[..., Inspection],
    rule: str,
    severity: str,
    change: dict[str, str],
    table: str,
    text: str,
    column: str,
    words: Texts,
) -> None:
    """A row of a long table is held against itself, the cohort, and what the cohort makes of it."""
    assert_told(inspect(change, **{table: text}), (rule, severity, column), words)


def assert_told(found: Inspection, what: tuple[str, str, str], words: Texts) -> None:
    """Check that a rule is broken in a column, with these words."""
    everything = told(found)
    mine = [text for *key, text in everything if tuple(key) == what]
    assert mine, everything
    for word in words:
        assert any(re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.]\d)", m) for m in mine), mine


def test_every_check_of_the_dictionary_and_of_the_page_has_a_case(
    dictionary: DataDictionary,
) -> None:
    """A check that nobody tested may never fire; one that the page lacks, nobody knows."""
    tested = {case[0] for case in [*CASES, *ROWS, *LONG]}
    parts = (dictionary, *dictionary.tables)
    columns = [column for part in parts for column in part.columns]
    declared: set[Any] = {check.id for part in parts for check in part.checks}
    declared |= {c.derivation.check for c in columns if c.derivation is not None}
    assert declared - {None} <= tested
    page = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| (X\d\d) \|", page, re.MULTILINE)) == tested
    listed = {name for column in columns for name in column.checks}
    assert listed <= tested
