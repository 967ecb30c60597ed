"""The fields of a REDCap project become a dictionary that loads, whatever they hold."""

from __future__ import annotations

import string
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine_outcomes.cohort.dictionary_draft import draft
from spine_outcomes.cohort.redcap_fields import RedcapField, read_fields
from spine_outcomes.errors import CohortError, UsageError
from spine_outcomes.study.dictionary import Column, DataDictionary
from spine_outcomes.study.load import load_dictionary

RECORD = RedcapField("record_id", "patient", "text")


def loaded(folder: Path, *fields: RedcapField, row: str | None = None) -> DataDictionary:
    """The dictionary that the draft of some fields is."""
    path = folder / "draft.yaml"
    path.write_text(draft((RECORD, *fields), "fields.csv", row), encoding="utf-8")
    return load_dictionary(path)


def column(folder: Path, **keys: object) -> Column:
    """The column of one field."""
    field = RedcapField(**{"name": "x", "form": "patient", "kind": "text", **keys})  # type: ignore[arg-type]
    return loaded(folder, field)["x"]


@pytest.mark.parametrize(
    ("kind", "validation", "expected"),
    [
        ("text", "", "string"),
        ("text", "integer", "integer"),
        ("text", "number_1dp", "float"),
        ("text", "date_mdy", "date"),
        ("text", "datetime_ymd", "string"),
        ("notes", "", "string"),
        ("yesno", "", "boolean"),
        ("truefalse", "", "boolean"),
        ("calc", "", "float"),
        ("slider", "", "integer"),
        ("sql", "", "string"),
        ("hologram", "", "string"),
    ],
)
def test_each_type_of_field_has_a_type_of_column(
    tmp_path: Path, kind: str, validation: str, expected: str
) -> None:
    assert column(tmp_path, kind=kind, validation=validation).type == expected


def test_choices_are_codes_with_their_labels(tmp_path: Path) -> None:
    """The first comma divides; a label keeps its own; two equal labels are told apart."""
    found = column(tmp_path, kind="radio", choices="1, Lung, left | 2, Breast | 02, Breast | x")
    assert found.codes == {"1": "Lung, left", "2": "Breast", "02": "Breast (02)", "x": "x"}


def test_a_checkbox_has_a_column_for_each_box(tmp_path: Path) -> None:
    """As the export names them: lower case, a minus as an underscore."""
    choices = "1, Lung | -9, Unknown | B, Bone"
    found = loaded(tmp_path, RedcapField("site", "patient", "checkbox", "Site", choices=choices))
    assert found.names == ("record_id", "site___1", "site____9", "site___b")
    assert found["site___1"].label == "Site: Lung"


def test_limits_are_hard_where_they_are_plain(tmp_path: Path) -> None:
    found = column(tmp_path, validation="date_dmy", low="1930-01-01", high="today")
    assert [str(limit) for limit in found.hard or ()] == ["1930-01-01", "None"]
    found = column(tmp_path, validation="number", low="0.5", high="80")
    assert found.hard == (0.5, 80)
    assert column(tmp_path, validation="integer", low="9", high="1").hard is None


def test_nothing_may_explain_the_arm_before_somebody_says_so(tmp_path: Path) -> None:
    """A follow-up value taken for a baseline one would be adjusted for."""
    found = column(tmp_path, kind="radio", choices="0, No | 1, Yes")
    assert (found.phase, found.propensity) == ("post_baseline", "forbidden")


def test_what_identifies_is_not_read(tmp_path: Path) -> None:
    """Names and free text; a date that identifies is kept, since times come from it."""
    assert column(tmp_path, is_identifier=True).phi == "direct"
    assert column(tmp_path, kind="notes").phi == "direct"
    assert column(tmp_path, validation="email").phi == "direct"
    assert column(tmp_path, validation="date_ymd", is_identifier=True).phi == "date"


def test_guesses_are_marked(tmp_path: Path) -> None:
    """Who completes the draft searches for one word."""
    fields = (
        RECORD,
        RedcapField("a", "patient", "radio", choices="1, Yes | 9, Unknown"),
        RedcapField("b", "patient", "calc", choices="[x] + 1"),
        RedcapField("c", "patient", "sql"),
    )
    text = draft(fields, "fields.csv")
    assert "# TO_CONFIRM: 9 (Unknown) may be a missing code" in text
    assert "# TO_CONFIRM: REDCap computes [x] + 1" in text
    assert "# TO_CONFIRM: type; in REDCap 'sql'" in text
    assert text.count("post_baseline  # TO_CONFIRM") == 3


def test_the_form_that_repeats_is_of_lesions(tmp_path: Path) -> None:
    fields = (
        RedcapField("age", "patient", "text", validation="integer"),
        RedcapField("dose", "lesion", "text", validation="number"),
    )
    found = loaded(tmp_path, *fields, row="lesion")
    assert (found.table.row, found.table.lesion) == ("lesion", "lesion_id")
    assert found.table.redcap is not None
    assert found.table.redcap.row == "lesion"
    assert (found["age"].level, found["dose"].level) == ("patient", "lesion")
    with pytest.raises(UsageError, match="did you mean 'lesion'"):
        draft((RECORD, *fields), "fields.csv", "lesions")


def test_a_code_that_reads_as_missing_stays_a_code(tmp_path: Path) -> None:
    """NA may be North America."""
    found = loaded(
        tmp_path, RedcapField("x", "patient", "radio", choices="NA, N. America | EU, Europe")
    )
    assert found.table.missing == ("",)


def test_names_that_no_column_can_have_are_refused() -> None:
    field = RedcapField("a b", "patient", "text")
    twice = RedcapField("c", "patient", "checkbox", choices="A, 1 | a, 2")
    with pytest.raises(CohortError) as caught:
        draft((RECORD, field, twice), "fields.csv")
    assert [p.code for p in caught.value.problems] == ["E_COLUMN_NAME", "E_DUPLICATE_COLUMN"]


WORDS = st.text(max_size=40)


@given(
    st.lists(
        st.builds(
            RedcapField,
            name=st.text(string.ascii_lowercase, min_size=1, max_size=6),
            form=st.sampled_from(("patient", "lesion", "x: y #", "- z")),
            kind=st.sampled_from(("text", "radio", "checkbox", "calc", "slider", "notes", "yesno")),
            label=WORDS,
            note=WORDS,
            logic=WORDS,
            choices=st.lists(WORDS, max_size=4).map("|".join),
            validation=st.sampled_from(("", "integer", "number", "date_ymd", "email")) | WORDS,
            low=WORDS | st.integers().map(str),
            high=WORDS | st.dates().map(str),
            is_identifier=st.booleans(),
        ),
        max_size=5,
        unique_by=lambda field: field.name,
    )
)
def test_a_draft_loads_whatever_the_fields_hold(
    tmp_path_factory: pytest.TempPathFactory, fields: list[RedcapField]
) -> None:
    """Quotes, tags, line breaks and comments of a label must not become keys of the dictionary."""
    refused: set[str] = set()
    try:
        found = loaded(tmp_path_factory.getbasetemp(), *fields)
    except CohortError as refusal:  # two boxes of one name
        refused = {problem.code for problem in refusal.problems}
    assert refused <= {"E_DUPLICATE_COLUMN"}
    if refused:
        return
    kept = {field.name for field in fields if field.kind != "checkbox"}
    boxes = {name for name in found.names if "___" in name}
    assert set(found.names) == kept | boxes | {"record_id"}


HEADER = "Variable / Field Name,Form Name,Field Type,Field Label\n"


def test_both_kinds_of_headers_are_read_in_the_order_of_the_file(
    write: Callable[..., Path],
) -> None:
    """The first field is the record identifier: order is meaning."""
    lines = "zid,patient,text,Z\nage,patient,text,A\n"
    api = "field_name,form_name,field_type,field_label\n"
    for header in (HEADER, api, "\ufeff" + HEADER):
        found = read_fields(write(header + lines, "fields.csv"))
        assert [field.name for field in found] == ["zid", "age"]


def test_lines_without_a_name_and_names_that_stand_twice_are_refused(
    write: Callable[..., Path],
) -> None:
    with pytest.raises(CohortError) as caught:
        read_fields(write(HEADER + "id,p,text,I\n,p,text,N\nid,p,text,J\n", "fields.csv"))
    found = {(p.code, p.line) for p in caught.value.problems}
    assert {("E_REQUIRED", 3), ("E_DUPLICATE", 4)} <= found
    with pytest.raises(CohortError, match="E_MISSING_COLUMN"):
        read_fields(write("Form Name,Field Type\np,text\n", "fields.csv"))


def test_a_draft_longer_than_a_dictionary_may_be_is_refused() -> None:
    """It would be written and then not load."""
    fields = (RedcapField(f"f{i}", "patient", "text", "x" * 300) for i in range(3000))
    with pytest.raises(CohortError, match="E_TOO_LARGE"):
        draft((RECORD, *fields), "fields.csv")


def test_a_choice_that_stands_twice_is_left_out_and_marked(tmp_path: Path) -> None:
    field = RedcapField("x", "patient", "radio", choices="1, Yes | 1, No | | 2")
    assert loaded(tmp_path, field)["x"].codes == {"1": "Yes", "2": "2"}
    assert "the code 1 stands twice" in draft((RECORD, field), "fields.csv")
    assert column(tmp_path, kind="dropdown").type == "string"
