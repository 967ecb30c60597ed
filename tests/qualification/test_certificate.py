"""The certificate: everything agrees here, and a wrong number is named and refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from spine_outcomes.commands.manifest import verify
from spine_outcomes.qualification.certificate import certificate
from spine_outcomes.qualification.comparison import (
    CERTIFICATE_COLUMNS,
    Compared,
    certificate_frame,
)
from spine_outcomes.report.certificate import certificate_page
from tests.commanding import told

INSTALLED = {"numpy": "2.0"}


@pytest.fixture(scope="module")
def found():
    return certificate()


def test_this_installation_computes_as_the_references_do(found):
    """A number on a public cohort that R, lifelines or statsmodels has otherwise."""
    assert tuple(found.columns) == CERTIFICATE_COLUMNS
    assert not found[found["verdict"] != "agrees"].to_dict("records")
    assert np.isfinite(found[["ours", "reference"]].to_numpy()).all()


def test_every_method_is_there_for_every_cohort_and_weights(found):
    """A cohort, an estimand or a method that is silently left out."""
    places = found[["cohort", "weights"]].drop_duplicates()
    weighted = places[places["weights"] != ""]
    assert len(weighted) == 4 * 4
    for method in ("Balance", "Kaplan–Meier", "Restricted mean", "Cox, Efron", "Score test"):
        of = found[found["method"] == method]
        assert len(of[["cohort", "weights"]].drop_duplicates()) == 16, method
    for method in ("Aalen–Johansen", "Fine–Gray"):  # retinopathy has nothing that competes
        beside_r = found[(found["method"] == method) & found["source"].str.startswith("R ")]
        assert set(beside_r["cohort"]) == {"rotterdam", "pbc", "bmt"}
    assert (found["method"] == "Stopping bounds").sum() > 200


def test_a_wrong_number_differs():
    """A tolerance that lets a number pass that is one millionth off, or NaN pass as near."""
    compared = [
        Compared("Kaplan–Meier", ["a", "b", "c"], [0.5, 0.5, np.nan], [0.5, 0.500001, 0.5], "R")
    ]
    frame = certificate_frame("pbc", "ATE", compared)
    assert list(frame["verdict"]) == ["agrees", "differs", "differs"]
    page = certificate_page(frame, INSTALLED)
    assert "must not be used" in page
    assert "2 of 3 numbers differ" in page
    assert 'id="differing"' in page


def test_a_page_where_all_agrees_says_so():
    """A verdict that warns of nothing, or a heading without a table."""
    frame = certificate_frame("pbc", "ATE", [Compared("Kaplan–Meier", "a", 0.5, 0.5, "R")])
    page = certificate_page(frame, INSTALLED)
    assert "computes as the references do" in page
    assert "What differs" not in page
    assert page == certificate_page(frame, INSTALLED)


def test_the_command_writes_its_certificate(tmp_path: Path):
    """A file that is missing, or a manifest that does not fit."""
    done = told("qualify", "--out", tmp_path / "out")
    assert done.code == 0, done.text
    names = ["certificate.csv", "certificate.html", "manifest.json"]
    assert [Path(line).name for line in done.paths.split()] == names
    assert not verify(tmp_path / "out")
    with (tmp_path / "out/certificate.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["verdict"] for row in rows} == {"agrees"}
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert {"Python", "numpy", "lifelines"} <= set(manifest["installed"])
