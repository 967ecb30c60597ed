"""Single values: what is read, what is refused, and what the message makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.study.dictionary import DataDictionary

Read = Callable[..., Cohort]
Problems = Callable[..., Any]
Make = Callable[..., DataDictionary]


def row(column: str, *values: str) -> str:
    """A table with one value of one column a row."""
    rows = "".join(f'P{i},1,a,"{value}"\n' for i, value in enumerate(values))
    return f"id,part,arm,{column}\n{rows}"


def arm(*values: str) -> str:
    """A table with these arms."""
    return "id,part,arm\n" + "".join(f'P{i},1,"{value}"\n' for i, value in enumerate(values))


@pytest.mark.parametrize(
    ("text", "value"), [("24", 24), ("24.50", 24.5), ("1e1", 10), ("2.4E+1", 24), ("0.7e2", 70)]
)
def test_plain_numbers(read: Read, text: str, value: float) -> None:
    """Decimal and exponent notation are the numbers they say."""
    assert read(row("dose", text)).frame["dose"].iloc[0] == value


@pytest.mark.parametrize(
    "text",
    [
        "NaN", "inf", "-inf", "0x1A", "1_0", "+5", "５", "1e", "5.", ".5", "--5", "5 Gy", "N/A",
        "-", "unknown", ".", "1,234", "1 234", "12,5", "99 ", "1e400", "٣", "NULL", "24 ",
    ],
)  # fmt: skip
def test_f31_f32_anything_else_is_no_number(problems: Problems, text: str) -> None:
    """Python reads 1_0 as 10 and other programs 12,5 as 125: here a number is a plain number."""
    (found,) = problems(row("dose", text))
    assert found.code in {"E_NUMBER", "E_CHARACTER", "E_SPACES"}
    assert found.value == text


def test_f11_a_decimal_comma_gets_its_hint(problems: Problems) -> None:
    """The reader learns which key of the dictionary to set."""
    (found,) = problems(row("dose", "12,5"))
    assert "decimal: ','" in found.fix


def test_f11_a_declared_decimal_comma(read: Read, problems: Problems, dictionary: Make) -> None:
    """Declared, 12,5 is twelve and a half, and 12.5 is no number."""
    declared = dictionary(decimal=",")
    assert read(row("dose", "12,5"), declared).frame["dose"].iloc[0] == 12.5
    (found,) = problems(row("dose", "12.5"), declared)
    assert found.code == "E_NUMBER"


def test_f12_thousands_get_their_hint(problems: Problems) -> None:
    """1,234 may be a thousand or one and a bit: never guessed."""
    (found,) = problems(row("dose", "1,234"))
    assert "thousands" in found.fix
    assert "decimal" in found.fix


def test_f34_whole_numbers(read: Read, problems: Problems) -> None:
    """50.0 is a whole number and is counted; 50.5 is none."""
    cohort = read(row("age", "50.0", "51"))
    assert cohort.frame["age"].to_list() == [50, 51]
    assert [(f.code, f.n) for f in cohort.findings] == [("W_DECIMAL_INTEGER", 1)]
    (found,) = problems(row("age", "50.5"))
    assert found.code == "E_INTEGER"


def test_whole_numbers_too_large_to_be_exact(problems: Problems) -> None:
    """Beyond 2^53 two numbers become one."""
    (found,) = problems(row("age", "9007199254740993"))
    assert found.code == "E_INTEGER"
    assert problems(row("age", "1e400"))[0].code == "E_NUMBER"


@pytest.mark.parametrize("text", ["5.9", "80.1", "-3", "0"])
def test_r13_values_outside_the_hard_range(problems: Problems, text: str) -> None:
    """An impossible dose is a fault, with what is allowed."""
    (found,) = problems(row("dose", text))
    assert found.code == "E_RANGE"
    assert "6 to 80 Gy" in found.message


def test_the_limits_of_a_range_belong_to_it(read: Read) -> None:
    """A limit is a value that is allowed."""
    assert read(row("dose", "6", "80")).frame["dose"].to_list() == [6, 80]


@pytest.mark.parametrize(
    ("unit", "hard", "text", "hint"),
    [
        ("Gy", [6, 80], "2400", "24 Gy if it is in cGy"),
        ("kg", [25, 120], "154", "69.85 kg if it is in lb"),
        ("cm", [120, 220], "1.76", "176 cm if it is in m"),
        ("g/L", [30, 220], "12.5", "125 g/L if it is in g/dL"),
        ("months", [0, 120], "365.25", "12 months if it is in days"),
    ],
)
def test_r61_the_unit_that_would_fit_is_named(
    problems: Problems, dictionary: Make, unit: str, hard: list[float], text: str, hint: str
) -> None:
    """A value in the wrong unit is a fault; the hint says which unit, and nothing is converted."""
    columns = [
        {"name": "id", "type": "string", "level": "patient", "phase": "identifier"},
        {
            "name": "x", "type": "float", "level": "patient", "phase": "baseline",
            "unit": unit, "hard": hard,
        },
    ]  # fmt: skip
    other = dictionary(columns=columns, checks=[], row="patient", lesion=None)
    (found,) = problems(f"id,x\nP1,{text}\n", other)
    assert hint in str(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("45123", "2023-07-16"),
        ("03/04/2023", "not guessed"),
        ("2023-01-05T23:30Z", "time of day"),
        ("2023-01-05 00:00:00", "time of day"),
        ("2023-02-30", "no such day"),
        ("2023-2-3", "YYYY-MM-DD"),
        ("05-01-23", "four digits"),
        ("1/5/23", "four digits"),
        ("0000-00-00", "no such day"),
        ("9999-12-31", "missing date"),
        ("1900-01-01", "missing date"),
        ("20230105", "YYYY-MM-DD"),
        ("soon", "YYYY-MM-DD"),
    ],
)
def test_f25_to_f30_a_date_is_a_date_as_declared(problems: Problems, text: str, said: str) -> None:
    """A date that has to be guessed is guessed wrong: 3 April or 4 March, 1923 or 2023."""
    (found,) = problems(row("start", text))
    assert found.code == "E_DATE"
    assert said in found.message + " " + (found.fix or "")


def test_f26_the_other_dates_tell_which_order_was_meant(problems: Problems) -> None:
    """25/12 can only be day first: the message counts such dates, and still guesses nothing."""
    found = problems(row("start", "03/04/2023", "25/12/2023", "26/12/2023", "01/31/2023"))
    assert len(found) == 4
    assert "of 4 distinct such dates, 2 can only start with the day and 1 only with" in found[0].fix


def test_f27_each_format_of_a_mixed_column_is_shown(problems: Problems) -> None:
    """A column in three formats was put together from three sources."""
    found = problems(row("start", "2023-01-05", "05.01.2023", "45123"))
    assert [(p.line, p.value) for p in found] == [(3, "05.01.2023"), (4, "45123")]


def test_a_declared_date_format(read: Read, dictionary: Make) -> None:
    """Declared, 03/04/2023 is the third of April."""
    frame = read(row("start", "03/04/2023"), dictionary(date_format="%d/%m/%Y")).frame
    assert frame["start"].dt.strftime("%Y-%m-%d").iloc[0] == "2023-04-03"


def test_29_february(read: Read, problems: Problems) -> None:
    """2024 has one, 2023 has none."""
    assert read(row("start", "2024-02-29")).frame["start"].dt.day.iloc[0] == 29
    assert problems(row("start", "2023-02-29"))[0].message == "no such day"


def test_f29_a_sentinel_date_is_missing_where_it_is_declared(read: Read, dictionary: Make) -> None:
    """1900-01-01 as a death would be a survival of −45000 days."""
    frame = read(row("start", "1900-01-01"), dictionary(missing=["", "1900-01-01"])).frame
    assert frame["start"].isna().all()


@pytest.mark.parametrize("text", ["yes", "TRUE", "True", "J", "t", "2", "01"])
def test_f35_a_boolean_is_0_or_1(problems: Problems, text: str) -> None:
    """yes, TRUE, 1 and J in one column came from four people."""
    (found,) = problems(row("smoker", text))
    assert found.code == "E_CODE"
    assert "allowed: 0, 1" in found.message


@pytest.mark.parametrize("text", ["A", "c", "a;b", "0"])
def test_r17_a_code_is_one_of_the_dictionarys(problems: Problems, text: str) -> None:
    """A third arm, or an arm in capitals, is never taken for one of the two."""
    (found,) = problems(arm(text))
    assert found.code == "E_CODE"
    assert "allowed: a, b" in found.message


def test_codes_that_look_like_numbers_stay_text(read: Read, problems: Problems) -> None:
    """1a, 1b and 2 are grades; 2.0 is none of them."""
    assert read(row("grade", "1a", "2")).frame["grade"].to_list() == ["1a", "2"]
    assert problems(row("grade", "2.0"))[0].code == "E_CODE"


@pytest.mark.parametrize(
    ("text", "point"),
    [("a\u00a0", "U+00A0 (NO-BREAK SPACE)"), ("a\u200b", "U+200B (ZERO WIDTH SPACE)"),
     ("\u202ea", "U+202E (RIGHT-TO-LEFT OVERRIDE)")],
)  # fmt: skip
def test_f22_characters_that_nobody_sees_are_named(
    problems: Problems, text: str, point: str
) -> None:
    """The value on the screen is the one allowed: only the code point tells them apart."""
    (found,) = problems(arm(text))
    assert found.code == "E_CHARACTER"
    assert point in found.message


@pytest.mark.parametrize("text", ["P1 ", " P1", "P1\u00a0", "P\u200b1"])
def test_f22_keys_hold_no_spaces_around_them(problems: Problems, text: str) -> None:
    """P1 and P1-with-a-space are one patient counted twice."""
    (found,) = problems(f'id,part,arm\n"{text}",1,a\n')
    assert found.code in {"E_SPACES", "E_CHARACTER"}


def test_f22_f23_declared_repairs_are_made_and_counted(read: Read, dictionary: Make) -> None:
    """Undeclared, each of these is a fault; declared, each is counted."""
    declared = dictionary(repairs=["trim", "nfkc", "case"])
    text = 'id,part,arm,age\n"P1 ",1," A",５0\nP2,1,b,60\nP3,1,Ｂ,60\n'
    cohort = read(text, declared)
    assert cohort.frame["id"].to_list() == ["P1", "P2", "P3"]
    assert cohort.frame["arm"].to_list() == ["a", "b", "b"]
    assert cohort.frame["age"].to_list() == [50, 60, 60]
    counted = {f.code: f.n for f in cohort.findings}
    assert counted == {"W_TRIMMED": 2, "N_NORMALISED": 2, "N_CASE": 2}


def test_undeclared_repairs_are_not_made(problems: Problems) -> None:
    """No repair without a rule in the dictionary; each hint names the rule."""
    found = problems('id,part,arm,age\nP1,1," a",50\nP2,1,A,５0\n')
    assert ["trim" in p.fix or "case" in p.fix or "nfkc" in p.fix for p in found] == [True] * 3


def test_missing_and_not_applicable_codes_are_only_those_declared(
    read: Read, problems: Problems
) -> None:
    """-9 is missing for age alone; for a dose it is out of range."""
    assert np.isnan(read(row("age", "-9")).frame["age"].iloc[0])
    assert problems(row("dose", "-9"))[0].code == "E_RANGE"
    assert np.isnan(read(row("dose", "-8")).frame["dose"].iloc[0])


def test_not_applicable_is_a_level_where_it_is_a_code(read: Read, dictionary: Make) -> None:
    """Read as missing, a question that does not arise is imputed; a code without a label stays so.

    In comparisons of order it lies below the lowest grade.
    """
    plain = dictionary()
    change = {"codes": {"-8": "No grade", "0": "0", "1a": "1a"}, "not_applicable": ("-8", "-7")}
    grade = plain["grade"].model_copy(update=change)
    columns = tuple(grade if c.name == "grade" else c for c in plain.columns)
    found = read(row("grade", "-8", "-7", "0", "1a"), plain.model_copy(update={"columns": columns}))
    values = found.frame["grade"]
    assert values.isna().tolist() == [False, True, False, False]
    assert (values >= "0").tolist() == [False, False, True, True]


def test_control_characters_in_a_message_are_escaped(problems: Problems) -> None:
    """A value with an escape sequence must not rewrite the terminal that shows it."""
    (found,) = problems(arm("\x1b[2Ja"))
    assert "\x1b" not in str(found)


def test_f35_declared_spellings_are_read_and_counted(read: Read, dictionary: Make) -> None:
    """yes and no, or codes of another language, are codes only where the dictionary says so."""
    spelt = {"smoker": {"是": "1", "否": "0"}, "grade": {"one a": "1a"}}
    plain = dictionary()
    columns = [c.model_copy(update={"spellings": spelt.get(c.name, {})}) for c in plain.columns]
    text = "id,part,arm,smoker,grade\nP1,1,a,是,one a\nP2,1,b,否,2\nP3,1,b,1,2\n"
    cohort = read(text, DataDictionary(table=plain.table, columns=tuple(columns)))
    assert cohort.frame["smoker"].tolist() == [True, False, True]
    assert cohort.frame["grade"].tolist() == ["1a", "2", "2"]
    (found,) = cohort.findings
    assert (found.code, found.n) == ("N_SPELLING", 3)
