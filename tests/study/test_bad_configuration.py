"""Plans, dictionaries and surroundings that are wrong, through the command: code and message.

The ids are those of the table in ``docs/inputs.md``; rows about output folders, locks and the
terminal have their tests in ``tests/commands``.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.commanding import Told, told
from tests.commands.conftest import DICTIONARY, PLAN, cohort_lines

Study = Callable[..., Told]
TERMS = "[age, stage]"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Report on a small study with one text of its plan or its dictionary replaced."""
    folder = tmp_path / "study"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("cohort.csv").write_text("\n".join(cohort_lines()) + "\n", encoding="utf-8")

    def run(
        old: str = "", new: str = "", *words: object, plan: str = PLAN, dictionary: str = DICTIONARY
    ) -> Told:
        assert old in plan
        Path("plan.yaml").write_text(plan.replace(old, new, 1), encoding="utf-8")
        Path("dictionary.yaml").write_text(dictionary, encoding="utf-8")
        return told("report", "plan.yaml", "--out", "out", *words)

    return run


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        # C01: keys that do not exist, or stand where they mean nothing.
        ("cluster: id", "clutser: id", "E_UNKNOWN_KEY", ["line 6", "did you mean 'cluster'"]),
        ("{unit: months", "{terms: [], unit: months", "E_UNKNOWN_KEY", ["estimation.terms"]),
        # C02: a covariate misspelt.
        (TERMS, "[agee, stage]", "E_UNKNOWN_COLUMN", ["line 13", "did you mean 'age'"]),
        # C03, C04: what comes later, the outcome, the arm, the patient.
        (TERMS, "[age, time]", "E_NOT_BASELINE", ["propensity.terms[1]", "'time'"]),
        (TERMS, "[age, status]", "E_NOT_BASELINE", ["'status' is known only after treatment"]),
        (TERMS, "[age, arm]", "E_NOT_BASELINE", ["'arm' is the arm"]),
        (TERMS, "[age, id]", "E_NOT_BASELINE", ["'id' is the cluster"]),
        # C05: lengths of time without their unit.
        ("12 months]", "12]", "E_VALUE", ["estimation.times[1]", "a number and its unit"]),
        ("horizon: 12 months", "horizon: 12", "E_VALUE", ["estimation.horizon", "'24 months'"]),
        # C14: an arm that the column does not have.
        ("reference: a", "reference: z", "E_CODE", ["arms.reference", "allowed: a, b"]),
        # C16, C17: seeds and numbers of replicates.
        ("report:", "seed: chance\nreport:", "E_VALUE", ["seed", "integer"]),
        ("report:", "missing: {imputations: 1}\nreport:", "E_VALUE", ["missing.imputations", "2"]),
        ("report:", "missing: {imputations: 0}\nreport:", "E_VALUE", ["missing.imputations"]),
        # C29: nothing in a plan is run.
        (TERMS, "[\"__import__('os').system('touch gone')\"]", "E_UNKNOWN_COLUMN", ["no column"]),
        (TERMS, "['np.log(age)']", "E_UNKNOWN_COLUMN", ["np.log(age)"]),
        # C38: another version.
        ("schema_version: 1", "schema_version: 0", "E_SCHEMA_VERSION", ["version 1", "CHANGELOG"]),
        ("schema_version: 1", "schema_version: 2", "E_SCHEMA_VERSION", ["version 2 is not read"]),
    ],
)  # fmt: skip
def test_a_wrong_plan_says_what_is_allowed(
    study: Study, old: str, new: str, code: str, said: list[str]
) -> None:
    """A plan that is half followed gives numbers nobody planned."""
    found = study(old, new)
    assert found.code == 4
    line = next(text for text in found.lines if text.startswith(code))
    assert re.match(rf"{code} plan\.yaml, line \d+: ", line)
    assert all(part in line for part in said), line
    assert sorted(p.name for p in Path().iterdir()) == [
        "cohort.csv",
        "dictionary.yaml",
        "plan.yaml",
    ]


def test_c38_a_dictionary_of_another_version(study: Study) -> None:
    """Never half understood."""
    found = study(dictionary=DICTIONARY.replace("schema_version: 1", "schema_version: 7"))
    assert found.code == 4
    assert "E_SCHEMA_VERSION dictionary.yaml, line 1" in found.text


@pytest.mark.parametrize(
    "path",
    ["../../x.csv", "/etc/passwd", "~/x.csv", r"\\host\x.csv", '"a\\0b.csv"', "file:///etc/passwd",
     "https://host/x.csv"],
)  # fmt: skip
@pytest.mark.parametrize("key", ["cohort: cohort.csv", "dictionary: dictionary.yaml"])
def test_c18_a_plan_names_no_file_outside_its_study(study: Study, key: str, path: str) -> None:
    """A plan from somebody else must not choose what is read on this machine."""
    found = study(key, f"{key.split(':')[0]}: {path}")
    assert found.code == 7
    assert "E_PATH plan.yaml, line" in found.text
    assert "lies outside the study" in found.text


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        (PLAN.replace("A small", '!!python/object/apply:os.system ["touch gone"] #'), "E_TAG"),
        ("a: &a [" + "x," * 9 + "]\n" + "".join(
            f"b{i}: &b{i} [{','.join([f'*b{i - 1}' if i else '*a'] * 9)}]\n" for i in range(9)),
         "E_TOO_LARGE"),
        ("a: " + "[" * 10_000 + "]" * 10_000, "E_YAML"),
    ],
)  # fmt: skip
def test_c27_c28_tags_and_bombs_are_refused_at_once(study: Study, plan: str, code: str) -> None:
    """Exit 7 in under a second, and nothing was run."""
    start = time.perf_counter()
    found = study(plan=plan)
    assert time.perf_counter() - start < 1.0
    assert (found.code, code in found.text) == (7, True)
    assert not Path("gone").exists()


def test_c28_a_plan_of_a_hundred_megabytes_is_not_read(study: Study) -> None:
    """Refused by its size, before a byte of it is read."""
    with Path("large.yaml").open("wb") as file:
        file.truncate(100_000_000)
    found = told("report", "large.yaml", "--out", "out")
    assert (found.code, "E_TOO_LARGE large.yaml" in found.text) == (7, True)


def test_c06_a_cut_off_before_anybody_and_one_before_the_end(tmp_path: Path) -> None:
    """Nobody enrolled: the plan's fault. Later: what it hides is counted."""
    words = ("report", "primary", "--out", tmp_path / "out", "--cutoff")
    found = told(*words, "2018-12-31")
    assert found.code == 4
    assert "E_CUTOFF" in found.text
    assert found.paths == ""


def test_c14_an_arm_that_no_row_has(study: Study) -> None:
    """A code of the column that nobody is in: no comparison."""
    found = study(
        "reference: a", "reference: c", dictionary=DICTIONARY.replace("b: New", "b: New, c: No")
    )
    assert (found.code, "E_ONE_ARM" in found.text) == (5, True)


def test_c16_the_seed_is_fixed_and_printed(study: Study) -> None:
    """Left out, it is the same in every run, and stands in the report."""
    assert study().code == 0
    manifest = json.loads((Path("out") / "manifest.json").read_text(encoding="utf-8"))
    plan = pd.read_csv(Path("out") / "tables" / "plan.csv", dtype=str).set_index("Key")["Value"]
    assert str(manifest["seed"]) == plan["seed"]


def test_c17_few_replicates_are_said(study: Study) -> None:
    """Ten replicates have no 2.5th percentile."""
    found = study(
        "horizon: 12 months", "horizon: 12 months, variance: bootstrap, bootstrap: {replicates: 10}"
    )
    assert (found.code, "W_FEW_REPLICATES" in found.text) == (0, True)


def test_c19_an_output_over_its_input(study: Study) -> None:
    """The folder is replaced as a whole: what it holds would be gone."""
    study("cluster: id", "clutser: id")
    Path("plan.yaml").write_text(PLAN, encoding="utf-8")
    for place in (".", "cohort.csv"):
        found = told("report", "plan.yaml", "--out", place)
        assert (found.code, "E_OUTPUT_OVER_INPUT" in found.text) == (7, True)
    assert Path("cohort.csv").is_file()


@pytest.mark.parametrize("epoch", ["99999999999999999999", "999999999999", "-1", "soon"])
def test_c35_a_clock_that_is_wrong(
    study: Study, monkeypatch: pytest.MonkeyPatch, epoch: str
) -> None:
    """A variable that holds no time must not stop a command: the machine's clock is used."""
    study("cluster: id", "clutser: id")
    Path("plan.yaml").write_text(PLAN, encoding="utf-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert told("plan", "lock", "plan.yaml").code == 0
    assert re.search(r"lock: .*20\d\d-\d\d-\d\d", Path("plan.yaml").read_text(encoding="utf-8"))


def test_c36_a_result_that_was_edited(study: Study) -> None:
    """One digit changed after the run: exit 3 with the file's name."""
    assert study().code == 0
    assert told("verify", "out").code == 0
    path = Path("out") / "results.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.", "1.", 1), encoding="utf-8")
    found = told("verify", "out")
    assert (found.code, "results.csv" in found.text) == (3, True)


def test_c34_too_little_memory_is_said(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 1 with one line, and no folder; a traceback could hold rows of the cohort."""

    def starve(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 40. GiB for an array with P001")

    monkeypatch.setattr(pd, "factorize", starve)
    found = study()
    assert (found.code, found.paths, Path("out").exists()) == (1, "", False)
    assert "E_MEMORY" in found.text
    assert "P001" not in found.text
