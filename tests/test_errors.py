from spine_outcomes.errors import Finding, people


def test_a_small_count_of_people_is_hidden_in_a_finding_and_a_large_one_or_none_is_not() -> None:
    finding = Finding("W_X", f"{people(4)} rows, {people(5)} patients, {people(0)} deaths in 2024.")
    assert finding.text(min_cell=5) == "<5 rows, 5 patients, 0 deaths in 2024."
    assert finding.text() == "4 rows, 5 patients, 0 deaths in 2024."
