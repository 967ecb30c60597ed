"""Tables of SAS, SPSS and Stata give the cohort of their text; what they mark missing is said."""

from __future__ import annotations

import contextlib
import datetime
import gzip
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.cohort.cohort import Cohort
from spine_outcomes.cohort.read import read_cohort
from spine_outcomes.errors import CohortError, DictionaryError, InputOutputError
from spine_outcomes.study.dictionary import DataDictionary
from tests.cohort.conftest import make_dictionary, refused

pyreadstat = pytest.importorskip("pyreadstat")

Make = Callable[..., DataDictionary]
Read = Callable[..., Cohort]
DATA = Path(__file__).parents[1] / "data"
DAY = datetime.date
TEXT = (
    "id,part,arm,age,dose,smoker,start,died,death\n"
    "P1,1,a,50,24.5,1,2023-01-02,1,2023-02-03\n"
    "P1,2,b,50,30.1,1,2023-01-09,1,2023-02-03\n"
    "北京,1,b,,6,0,2023-03-01,0,\n"
)
SUFFIXES = (".xpt", ".sav", ".zsav", ".dta")


def typed(**changed: Any) -> pd.DataFrame:
    """The rows of TEXT as a statistical program holds them."""
    frame = pd.DataFrame(
        {
            "id": ["P1", "P1", "北京"],
            "part": [1.0, 2.0, 1.0],
            "arm": ["a", "b", "b"],
            "age": [50.0, 50.0, np.nan],
            "dose": [24.5, 30.1, 6.0],
            "smoker": [1.0, 1.0, 0.0],
            "start": [DAY(2023, 1, 2), DAY(2023, 1, 9), DAY(2023, 3, 1)],
            "died": [1.0, 1.0, 0.0],
            "death": [DAY(2023, 2, 3), DAY(2023, 2, 3), None],
        }
    )
    return frame.assign(**changed)


def stored(frame: pd.DataFrame, folder: Path, suffix: str = ".sav", **how: Any) -> Path:
    """Write a frame as some program would."""
    path = folder / f"cohort{suffix}"
    if suffix == ".xpt":
        pyreadstat.write_xport(frame, path, file_format_version=8, **how)
    elif suffix == ".dta":
        pyreadstat.write_dta(frame, path, **how)
    else:
        pyreadstat.write_sav(frame, path, compress=suffix == ".zsav", **how)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("table", [{}, {"decimal": ",", "date_format": "%d.%m.%Y"}])
def test_every_program_gives_the_cohort_of_its_text(
    read: Read, dictionary: Make, tmp_path: Path, suffix: str, table: dict[str, str]
) -> None:
    """Stored numbers and days are those of the text, whatever the dictionary says of text."""
    found = read_cohort(stored(typed(), tmp_path, suffix), dictionary(**table))
    pd.testing.assert_frame_equal(found.frame, read(TEXT).frame)
    assert found.lines is not None
    assert found.lines.tolist() == [2, 3, 4]


def sas(name: str, folder: Path) -> Path:
    """One of the public SAS tables."""
    path = folder / f"{name}.sas7bdat"
    path.write_bytes(gzip.decompress((DATA / f"{path.name}.gz").read_bytes()))
    return path


SAMPLE = [
    {"name": "mychar", "type": "string", "level": "patient", "phase": "identifier"},
    {"name": "mynum", "type": "float", "level": "patient", "phase": "baseline", "unit": "1"},
    {"name": "mydate", "type": "string", "level": "patient", "phase": "baseline"},
    {"name": "dtime", "type": "string", "level": "patient", "phase": "baseline"},
    {"name": "mylabl", "type": "category", "level": "patient", "phase": "baseline",
     "codes": ["1", "2"]},
    {"name": "mytime", "type": "integer", "level": "patient", "phase": "baseline"},
]  # fmt: skip


def test_a_sas_table_is_read(dictionary: Make, tmp_path: Path) -> None:
    """Values as its publisher lists them, days by the calendar, a time of day never a date."""
    described = dictionary(columns=SAMPLE, checks=[], row="patient", patient="mychar", lesion=None)
    found = read_cohort(sas("sample", tmp_path), described).frame
    assert found["mychar"].tolist() == ["a", "b", "c", "d", "e"]
    assert found["mynum"].tolist() == [1.1, 1.2, -1000.3, -1.4, 1000.3]
    days = ["2018-05-06", "1880-05-06", "1960-01-01", "1583-01-01"]
    assert found["mydate"].tolist()[:4] == days
    assert found["dtime"].tolist()[:2] == ["2018-05-06 10:10:10", "1880-05-06 10:10:10"]
    assert found["mylabl"].tolist() == ["1", "2", "1", "2", "1"]
    assert found["mytime"].tolist()[0] == 10 * 3600 + 10 * 60 + 10
    assert found.iloc[4][["mydate", "dtime", "mytime"]].isna().all()


def test_time_of_day_is_no_date(dictionary: Make, tmp_path: Path) -> None:
    """A moment must not become a day unseen: a time zone could have shifted it."""
    described = dictionary(
        columns=[SAMPLE[0], SAMPLE[3] | {"type": "date"}], checks=[], row="patient",
        patient="mychar", lesion=None,
    )  # fmt: skip
    problem = refused(sas("sample", tmp_path), described)["E_DATE"]
    assert problem.value == "2018-05-06 10:10:10"
    assert (problem.line, problem.row) == (2, "a")


def test_missing_values_with_letters_are_missing_only_as_declared(
    dictionary: Make, tmp_path: Path
) -> None:
    """``.A`` to ``.Z`` and ``._`` say why a value is missing; a plain ``.`` says nothing."""

    def described(codes: list[str]) -> DataDictionary:
        keys = {"type": "integer", "level": "patient", "phase": "baseline", "missing_codes": codes}
        columns = [{"name": f"var{i}", **keys} for i in range(1, 9)]
        key = {"name": "var9", "type": "string", "level": "patient", "phase": "identifier"}
        return dictionary(
            columns=[*columns, key], checks=[], row="patient", patient="var9", lesion=None
        )

    path = sas("missing_test", tmp_path)
    letters = [".A", ".B", ".C", ".X", ".Y", ".Z", "._"]
    found = read_cohort(path, described(letters))
    assert found.frame.iloc[0, :8].isna().all()
    (finding,) = (f for f in found.findings if f.code == "N_MISSING_CODES")
    assert "var1 .A" in finding.message
    with pytest.raises(CohortError) as caught:
        read_cohort(path, described(letters[1:]))
    (problem,) = caught.value.problems
    assert (problem.code, problem.column, problem.value) == ("E_NUMBER", "var1", ".A")


def test_stata_letters_are_missing_as_declared(dictionary: Make, tmp_path: Path) -> None:
    path = stored(typed(age=[50, 50, "a"]), tmp_path, ".dta", missing_user_values={"age": ["a"]})
    problem = refused(path, dictionary())["E_NUMBER"]
    assert (problem.value, problem.line) == (".a", 4)
    columns = [c.model_dump() for c in dictionary().columns]
    next(c for c in columns if c["name"] == "age")["missing_codes"] = [".a"]
    assert read_cohort(path, dictionary(columns=columns)).frame["age"].isna().tolist() == [
        False, False, True,
    ]  # fmt: skip


@pytest.mark.parametrize(("value", "code"), [(-9.0, None), (99.0, "E_MARKED_MISSING")])
def test_user_missing_values_of_spss_must_be_declared(
    dictionary: Make, tmp_path: Path, value: float, code: str | None
) -> None:
    """99 years that SPSS calls missing would else be an age."""
    path = stored(typed(age=[50, 50, value]), tmp_path, missing_ranges={"age": [value]})
    if code is None:
        assert read_cohort(path, dictionary()).frame["age"].isna().sum() == 1
    else:
        problem = refused(path, dictionary())[code]
        assert (problem.column, problem.value) == ("age", "99")
        assert "in 1 rows" in problem.message


def test_numbers_of_single_precision_are_what_people_entered(
    dictionary: Make, tmp_path: Path
) -> None:
    """30.1 stored in four bytes must not become 30.100000381469727."""
    path = tmp_path / "cohort.dta"
    dose = np.array([24.5, 30.1, 6.0], dtype=np.float32)
    frame = typed(dose=dose).drop(columns=["start", "death"])
    frame.to_stata(path, write_index=False, version=118)
    found = read_cohort(path, dictionary(checks=[]))
    assert found.frame["dose"].tolist() == [24.5, 30.1, 6.0]


@pytest.mark.parametrize("suffix", [".sav", ".dta"])
def test_labels_are_read_where_they_are_the_codes(
    dictionary: Make, tmp_path: Path, suffix: str
) -> None:
    """``value_labels`` says which of the two the dictionary's codes are."""
    frame = typed(grade=pd.array([1, 2, None], dtype="Int64"))
    labels = {"grade": {0: "0", 1: "1a", 2: "2"}}
    path = stored(frame, tmp_path, suffix, variable_value_labels=labels)
    found = read_cohort(path, dictionary(value_labels="labels")).frame["grade"]
    assert found.tolist()[:2] == ["1a", "2"]
    problem = refused(path, dictionary())["E_CODE"]
    assert (problem.value, problem.line) == ("1", 2)


def sexes(labels: dict[str, str]) -> list[dict[str, Any]]:
    """Key columns, the arm, and a column of coded sex."""
    sex = {"name": "sex", "type": "category", "level": "patient", "phase": "baseline"}
    key = {"type": "string", "phase": "identifier"}
    return [
        {"name": "id", "level": "patient", **key},
        {"name": "part", "level": "lesion", **key},
        sex | {"codes": labels},
    ]


def test_label_that_means_another_code_is_a_fault(dictionary: Make, tmp_path: Path) -> None:
    """Swapped codes of sex would go through every check of values."""
    frame = typed(sex=[1.0, 1.0, 0.0])
    path = stored(frame, tmp_path, variable_value_labels={"sex": {0.0: "male", 1.0: "Female"}})
    right, swapped = {"0": "Male", "1": "Female"}, {"0": "Female", "1": "Male"}
    assert len(read_cohort(path, dictionary(columns=sexes(right), checks=[])).frame) == 3
    problem = refused(path, dictionary(columns=sexes(swapped), checks=[]))["E_VALUE_LABEL"]
    assert problem.column == "sex"
    assert "0 as 'male'" in problem.message
    assert "label of 1" in problem.message


def test_two_values_with_one_label_are_a_fault(dictionary: Make, tmp_path: Path) -> None:
    """Read by their labels, two states would silently become one."""
    frame = typed(sex=[1.0, 1.0, 2.0])
    labels = {"sex": {1.0: "other", 2.0: "other"}}
    path = stored(frame, tmp_path, variable_value_labels=labels)
    described = dictionary(columns=sexes({"other": "Other"}), checks=[], value_labels="labels")
    assert "2 values" in refused(path, described)["E_VALUE_LABEL"].message


def test_identifier_stored_as_a_number_beyond_its_digits_is_refused(
    dictionary: Make, tmp_path: Path
) -> None:
    """Two patients could become one."""
    path = stored(typed(id=[1e19, 1e19, 2.0]), tmp_path)
    assert refused(path, dictionary())["E_DIGITS"].column == "id"


def test_number_without_a_format_of_dates_is_no_date(dictionary: Make, tmp_path: Path) -> None:
    """A day number that lost its format is named with the day it would be."""
    path = stored(typed(start=[23012.0, 23019.0, 23070.0]), tmp_path, ".dta")
    problem = refused(path, dictionary())["E_DATE"]
    assert "2023-01-02" in str(problem)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_file_cut_short_is_refused(dictionary: Make, tmp_path: Path, suffix: str) -> None:
    """Half a file must not become half a cohort (whole records of a transport file cannot tell)."""
    path = stored(pd.concat([typed()] * 40, ignore_index=True), tmp_path, suffix)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 160 * 80 + 7])
    assert set(refused(path, dictionary())) <= {"E_DAMAGED", "E_ENCODING"}


def test_sas_table_cut_short_is_refused(dictionary: Make, tmp_path: Path) -> None:
    path = sas("sample", tmp_path)
    path.write_bytes(path.read_bytes()[:70_000])
    described = dictionary(columns=SAMPLE, checks=[], row="patient", patient="mychar", lesion=None)
    assert set(refused(path, described)) == {"E_DAMAGED"}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_table_without_rows_is_refused(dictionary: Make, tmp_path: Path, suffix: str) -> None:
    path = stored(typed().iloc[:0].astype({"start": float, "death": float}), tmp_path, suffix)
    assert set(refused(path, dictionary())) == {"E_NO_ROWS"}


def test_several_tables_in_a_transport_file_are_refused(dictionary: Make, tmp_path: Path) -> None:
    """Only one of them would be read, and nobody could say which was meant."""
    path = stored(typed(), tmp_path, ".xpt")
    raw = path.read_bytes()
    member = raw[raw.index(b"HEADER RECORD*******MEM") :]
    path.write_bytes(raw + member)
    assert "2 tables" in refused(path, dictionary())["E_SEVERAL_TABLES"].message


def test_text_of_a_transport_file_is_of_the_declared_encoding(
    dictionary: Make, tmp_path: Path
) -> None:
    """A transport file does not say its encoding; a wrong one is a fault, not another name."""
    path = stored(typed(), tmp_path, ".xpt")
    raw = path.read_bytes().replace("北京".encode(), "北京".encode("gb18030") + b"  ")
    path.write_bytes(raw)
    assert "encoding" in str(refused(path, dictionary())["E_ENCODING"])
    found = read_cohort(path, dictionary(encoding="gb18030"))
    assert "北京" in found.frame["id"].tolist()
    with pytest.raises(DictionaryError, match="E_ENCODING"):
        read_cohort(path, dictionary(encoding="klingon"))


@pytest.mark.parametrize(
    ("raw", "name", "kind"),
    [
        (b"$FL2@(#)", "cohort.dta", "an SPSS file"),
        (b"<stata_dta><header>", "cohort.sav", "a Stata file"),
        (b"HEADER RECORD*******LIBRARY", "cohort.csv", "a SAS transport file"),
        (b"**COMPRESSED** **COMPRESSED**", "cohort.xpt", "PROC CPORT"),
        (b"id,part\n", "cohort.sas7bdat", "not a SAS table"),
    ],
)
def test_f42_a_file_of_another_program_is_named(
    write: Callable[..., Path], dictionary: Make, raw: bytes, name: str, kind: str
) -> None:
    assert kind in refused(write(raw, name), dictionary())["E_FILE_KIND"].message


def test_more_rows_than_are_read_are_refused_by_their_number(
    dictionary: Make, tmp_path: Path
) -> None:
    """A header that claims millions of rows must cost no memory."""
    path = stored(typed(), tmp_path, ".sav")
    raw = bytearray(path.read_bytes())
    raw[80:84] = (2_000_001).to_bytes(4, "little")  # the header's number of cases
    path.write_bytes(raw)
    assert "2000001 rows" in refused(path, dictionary())["E_TOO_LARGE"].message


def test_pieces_make_the_whole(dictionary: Make, tmp_path: Path) -> None:
    """A table read in several pieces must neither lose nor repeat a row."""
    n = 300_000
    frame = pd.DataFrame({"id": np.arange(n, dtype=float), "part": 1.0, "age": np.arange(n) % 90.0})
    keys = ("id", "part", "age")
    columns = [c.model_dump() for c in dictionary().columns if c.name in keys]
    wide = frame.assign(**{f"extra{i}": 1.0 for i in range(5)})
    extra = {"type": "integer", "level": "lesion", "phase": "baseline"}
    columns += [{"name": f"extra{i}", "label": f"Extra {i}", **extra} for i in range(5)]
    found = read_cohort(stored(wide, tmp_path), dictionary(columns=columns, checks=[]))
    expected = frame.assign(id=frame["id"].astype(int).astype(str)).sort_values("id")
    assert found.frame["id"].tolist() == expected["id"].tolist()
    np.testing.assert_array_equal(found.frame["age"], expected["age"])


SEEDS: dict[str, bytes] = {}


@given(
    suffix=st.sampled_from((*SUFFIXES, ".sas7bdat")),
    changes=st.lists(
        st.tuples(st.integers(0, 2**17), st.sampled_from((0, 1, 32, 127, 128, 255))),
        max_size=20,
    ),
    kept=st.floats(0.1, 1) | st.just(1.0),
)
def test_a_damaged_file_is_refused_or_read_and_never_more(
    tmp_path_factory: pytest.TempPathFactory,
    suffix: str,
    changes: list[tuple[int, int]],
    kept: float,
) -> None:
    """Whatever the bytes, the reader of another project must not end the program."""
    folder = tmp_path_factory.getbasetemp()
    if suffix not in SEEDS:
        path = sas("sample", folder) if suffix == ".sas7bdat" else stored(typed(), folder, suffix)
        SEEDS[suffix] = path.read_bytes()
    raw = bytearray(SEEDS[suffix])
    for at, byte in changes:
        raw[at % len(raw)] = byte
    path = folder / f"damaged{suffix}"
    path.write_bytes(raw[: int(len(raw) * kept)])
    described = make_dictionary(
        columns=SAMPLE, checks=[], row="patient", patient="mychar", lesion=None
    ) if suffix == ".sas7bdat" else make_dictionary()  # fmt: skip
    with contextlib.suppress(CohortError):
        assert len(read_cohort(path, described).frame) >= 0


def test_a_column_without_a_name_is_a_fault(dictionary: Make, tmp_path: Path) -> None:
    """A damaged name is none at all to the reader."""
    path = stored(typed(), tmp_path)
    raw = path.read_bytes()
    assert raw.count(b"DOSE    ") == 1
    path.write_bytes(raw.replace(b"DOSE    ", b"\0OSE    "))
    assert "E_COLUMN_NAME" in refused(path, dictionary())


def test_without_its_reader_a_file_names_the_extra(
    dictionary: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation without the extra must say what to install."""
    path = stored(typed(), tmp_path)
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(InputOutputError, match=r"spine-outcomes\[io\]") as caught:
        read_cohort(path, dictionary())
    assert caught.value.exit_code == 6
