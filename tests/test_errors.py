from spine_outcomes.errors import CohortError, Finding, Problem, people, quoted


def test_a_small_count_of_people_is_hidden_in_a_finding_and_a_large_one_or_none_is_not() -> None:
    finding = Finding("W_X", f"{people(4)} rows, {people(5)} patients, {people(0)} deaths in 2024.")
    assert finding.text(min_cell=5) == "<5 rows, ≥5 patients, 0 deaths in 2024."
    assert finding.text() == "4 rows, 5 patients, 0 deaths in 2024."


def test_values_in_a_problem_can_be_hidden_and_their_place_stays() -> None:
    """--redact: what a log may show of a fault is where it stands, never what was written there."""
    words = f"must be at least start; here start = {quoted('1961-04-30')}"
    problem = Problem(
        "E_X01", words, "a.csv", 3, "death", "P1", "1961-01-01", f"Not {quoted('⟪7⟫')}."
    )
    assert str(problem) == (
        "E_X01 a.csv, line 3, row P1, column death, value '1961-01-01': "
        "must be at least start; here start = 1961-04-30. Not 7."
    )
    hidden = CohortError(problem).text(redact=True)
    assert hidden == (
        "E_X01 a.csv, line 3, row [hidden], column death: must be at least start; "
        "here start = [hidden]. Not [hidden]."
    )
