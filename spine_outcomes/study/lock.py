"""A plan held fast before the outcomes are seen, and what has departed from it since.

``lock_plan`` writes two things: the key ``lock`` into the plan (hash and date), and beside the plan
``NAME.lock.json`` with the plan as it then ran, every default and every extended plan included, so
that a later departure can be named key by key. The hash is that of the locked content: a lock file
that was edited no longer fits it.

The hash covers every key but five. ``lock`` cannot cover itself. ``extends`` says how a plan is
written, and its content is covered. ``cohort``, ``dictionary`` and ``tables`` name files, whose
hashes stand in every manifest; the dictionary's content has a hash of its own in the lock file.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spine_outcomes.errors import Finding, InputOutputError, PlanError, Problem, printable
from spine_outcomes.study.dictionary import DataDictionary
from spine_outcomes.study.load import load_dictionary, load_plan
from spine_outcomes.study.packaged import find_plan
from spine_outcomes.study.plan import AnalysisPlan, Lock
from spine_outcomes.study.plan_checks import check_plan
from spine_outcomes.study.plan_file import DEFAULT_DICTIONARY
from spine_outcomes.study.yaml_source import parse_yaml

NOT_COVERED = ("lock", "extends", "cohort", "dictionary", "tables")

_LOCK_LINE = re.compile(
    r"^lock:[^\n#]*?(?P<comment>[ \t]*#[^\n]*)?(\n[ \t]+[^\n]*)*$", re.MULTILINE
)


def covered(plan: AnalysisPlan) -> dict[str, Any]:
    """Select the keys of a plan that its hash covers, as JSON values."""
    keys = plan.model_dump(mode="json", by_alias=True)
    return {key: value for key, value in keys.items() if key not in NOT_COVERED}


def plan_hash(plan: AnalysisPlan) -> str:
    """Hash a plan as it runs (SHA-256, hexadecimal).

    Comments, the order of keys and defaults spelt out do not matter.
    """
    return _sha256(covered(plan))


def dictionary_hash(dictionary: DataDictionary) -> str:
    """Hash what a dictionary says (SHA-256, hexadecimal), comments apart."""
    return _sha256(dictionary.model_dump(mode="json", by_alias=True))


def lock_plan(path: str | Path, date: datetime.date, *, relock: bool = False) -> Lock:
    """Lock a plan: write its hash and the date into it, and its content beside it.

    Parameters
    ----------
    path
        The plan's file or bare name. Its text is kept but for the key ``lock``, which is replaced,
        or added at the end.
    date
        The day of the lock.
    relock
        Whether a plan that has changed since an earlier lock may be locked anew; the departures
        from that lock are forgotten then.

    Raises
    ------
    PlanError
        If the plan cannot be followed (it is read and checked first), or has changed since it was
        locked.
    InputOutputError
        If the plan or the file beside it cannot be written.
    """
    file = Path(os.path.realpath(find_plan(str(path))))  # resolve() fails at a circle of links
    plan = load_plan(file)
    dictionary = load_dictionary(plan.file.dictionary if plan.file else DEFAULT_DICTIONARY)
    check_plan(plan, dictionary)
    if plan.lock is not None and departures(plan, dictionary) and not relock:
        message = f"the plan has changed since it was locked on {plan.lock.date}"
        fix = "Lock it anew with --relock; a report then no longer lists those changes."
        raise PlanError(Problem("E_LOCKED", message, file=file.name, fix=fix))
    lock = Lock(hash=plan_hash(plan), date=date)
    text = file.read_text(encoding="utf-8")
    locked = _with_lock(text, lock)
    if _other_keys(locked, file) != _other_keys(text, file):
        message = "the key lock cannot be replaced; write it as one line, lock: null"
        raise PlanError(Problem("E_LOCK", message, file=file.name))
    content = {
        "about": f"{file.name} as it was locked; written by `plan lock`, not to be edited",
        "locked": date.isoformat(),
        "hash": lock.hash,
        "dictionary_hash": dictionary_hash(dictionary),
        "plan": covered(plan),
    }
    _write(lock_file(file), json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    _write(file, locked)
    return lock


def lock_file(plan: Path) -> Path:
    """Name the file that holds the locked content of a plan."""
    return plan.with_name(f"{plan.stem}.lock.json")


def departures(plan: AnalysisPlan, dictionary: DataDictionary | None = None) -> tuple[Finding, ...]:
    """List what has changed in a plan since it was locked.

    Parameters
    ----------
    plan
        As it runs, options of the command line included.
    dictionary
        Compared by its hash where it is given.

    Returns
    -------
    tuple of Finding
        One ``W_PLAN_DEPARTURE`` a key; empty where the plan is not locked or has not changed. A key
        that did not exist when the plan was locked departs once it has another value than its
        default.

    Raises
    ------
    PlanError
        If the locked content beside the plan does not fit the hash in the plan.
    """
    if plan.lock is None:
        return ()
    found = _locked(plan)
    if found is None:
        if plan_hash(plan) == plan.lock.hash:
            return ()
        message = (
            f"The plan differs from the one locked on {plan.lock.date}; its lock file is missing, "
            "so the keys cannot be named."
        )
        return (Finding("W_PLAN_DEPARTURE", message, "serious", "plan"),)
    given = plan.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    changes = list(_changes(found["plan"], covered(plan), given))
    if dictionary is not None and found["dictionary_hash"] != dictionary_hash(dictionary):
        changes.append("the data dictionary has changed")
    return tuple(
        Finding(
            "W_PLAN_DEPARTURE",
            f"Since the plan was locked on {plan.lock.date}, {change}.",
            "serious",
            "plan",
        )
        for change in changes
    )


def _locked(plan: AnalysisPlan) -> dict[str, Any] | None:
    """The locked content, proved by its hash; None where there is no lock file."""
    file = None if plan.file is None else lock_file(plan.file.path)
    if file is None or not file.is_file():
        return None
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        is_intact = plan.lock is not None and _sha256(found["plan"]) == plan.lock.hash
    except (OSError, ValueError, KeyError, TypeError):
        is_intact = False
    if not is_intact:
        message = "does not fit the hash in the plan: one of the two was edited"
        fix = "Restore both files as they were locked, or lock the plan again and say why."
        raise PlanError(Problem("E_LOCK", message, file=file.name, fix=fix))
    return dict(found)


def _changes(locked: Any, now: Any, given: Any, path: str = "") -> Iterator[str]:
    """Words for each key that differs; ``given`` holds the keys of ``now`` that are no defaults."""
    if isinstance(locked, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*locked, *now)):
            here = f"{path}.{key}" if path else key
            inside = given.get(key) if isinstance(given, dict) else None
            if key not in now:
                yield f"{here} was removed (it was {_shown(locked[key])})"
            elif key in locked:
                yield from _changes(locked[key], now[key], inside, here)
            elif isinstance(given, dict) and key in given:
                yield f"{here} was added: {_shown(now[key])}"
    elif isinstance(locked, list) and isinstance(now, list) and len(locked) == len(now):
        for i, (old, new) in enumerate(zip(locked, now, strict=True)):
            inside = given[i] if isinstance(given, list) else None
            yield from _changes(old, new, inside, f"{path}[{i}]")
    elif locked != now:
        yield f"{path} has changed from {_shown(locked)} to {_shown(now)}"


def _with_lock(text: str, lock: Lock) -> str:
    """Text of a plan with its key ``lock`` replaced, or added at the end."""
    line = f'lock: {{hash: "{lock.hash}", date: {lock.date}}}'
    replaced, n = _LOCK_LINE.subn(lambda found: line + (found["comment"] or ""), text, count=1)
    return replaced if n else f"{text.rstrip()}\n{line}\n"


def _other_keys(text: str, file: Path) -> dict[str, Any]:
    """What a plan's text says, its lock apart."""
    return {k: v for k, v in parse_yaml(text, file.name, PlanError).data.items() if k != "lock"}


def _write(path: Path, text: str) -> None:
    """Write a file at once or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    except OSError as fault:
        beside.unlink(missing_ok=True)
        message = fault.strerror or "cannot be written"
        raise InputOutputError(Problem("E_UNWRITABLE", message, file=str(path))) from None


def _shown(value: Any) -> str:
    """A value as one short line."""
    return printable(json.dumps(value, ensure_ascii=False))


def _sha256(content: Any) -> str:
    """Hash of JSON values, whatever the order of their keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
