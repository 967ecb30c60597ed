"""The shape of the program: who imports whom, what stays where, what never appears."""

from __future__ import annotations

import ast
import hashlib
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from spine_outcomes.qualification.public_cohorts import COHORTS

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "spine_outcomes"
MODULES = sorted(PACKAGE.rglob("*.py"))
ASSETS = sorted(path for kind in ("html", "css", "js") for path in PACKAGE.rglob(f"*.{kind}"))

ORDER = (
    "errors", "study", "clinical", "cohort", "endpoints", "inference", "survival", "weights",
    "imputation", "interim", "analysis", "tables", "figures", "report", "commands",
)  # fmt: skip
SIDE_BY_SIDE = {"tables": "figures", "figures": "tables"}
BESIDE_ANALYSIS = ("simulation", "qualification")
ARRAYS_ONLY = {
    "inference": {"errors"},
    "survival": {"errors", "inference"},
    "weights": {"errors", "inference"},
    "interim": {"errors", "inference"},
}
DISEASE = re.compile(
    r"tumou?r|spinal|spine(?!s\b|.?outcomes)|vertebra|fracture|metasta|bilsky|\bsins\b|radiother|sbrt|"
    r"\bgtv\b|\bctv\b|\bptv\b|epidural|paraspinal|dosimetr|eqd2|\bbed\b|cancer|delineation",
    re.IGNORECASE,
)
MAY_NAME_THE_DISEASE = {"clinical"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "print", "breakpoint"}
FORBIDDEN_METHODS = {"eval", "query", "to_pickle", "read_pickle"}
FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve", "dill", "patsy", "formulaic", "subprocess"}
NETWORK_IMPORTS = {"socket", "requests", "httpx", "ftplib", "smtplib", "aiohttp"}
FORBIDDEN_ATTRIBUTES = {
    ("os", "system"), ("os", "popen"), ("yaml", "load"), ("yaml", "unsafe_load"),
    ("yaml", "full_load"), ("joblib", "load"), ("np", "load"), ("pd", "read_pickle"),
    ("pd", "eval"), ("np", "seterr"),
}  # fmt: skip
MAX_LINES = 300
MAX_FUNCTION_LINES = 40


def name_of(path: Path) -> str:
    """Path below the repository, as a test id."""
    return path.relative_to(ROOT).as_posix()


def folder_of(path: Path) -> str:
    """First folder (or module) below the package."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def tree_of(path: Path) -> ast.Module:
    """Parsed source."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[str]:
    """Full names of every module imported anywhere in a file, lazy imports included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import hides who imports whom"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_folders(tree: ast.Module) -> set[str]:
    """First folders of the package that a file imports from."""
    own = (name.split(".") for name in imports(tree) if name.startswith("spine_outcomes."))
    return {parts[1] for parts in own}


def is_door(path: Path) -> bool:
    """Whether a file is only an entrance to ``commands/``."""
    return path.name == "__main__.py" or path in {
        PACKAGE / f"{name}.py"
        for name in ("dictionary", "diff", "plan", "qualify", "simulate", "validate", "verify")
    }


parametrised = pytest.mark.parametrize("path", MODULES, ids=name_of)


@parametrised
def test_a_folder_imports_only_from_earlier_ones(path: Path) -> None:
    """A later folder seen from an earlier one would turn the flow into a knot."""
    folder, found = folder_of(path), own_folders(tree_of(path))
    if is_door(path):
        assert found == {"commands"}
        return
    if path == PACKAGE / "__init__.py":
        return
    if folder in BESIDE_ANALYSIS:
        allowed = {*ORDER[: ORDER.index("analysis") + 1], folder}
    elif folder in ARRAYS_ONLY:
        allowed = {*ARRAYS_ONLY[folder], folder}
    else:
        allowed = {*ORDER[: ORDER.index(folder) + 1]} - {SIDE_BY_SIDE.get(folder, "")}
        if folder == "commands":
            allowed |= {*BESIDE_ANALYSIS}
    assert found <= allowed, f"imports {sorted(found - allowed)}"


@parametrised
def test_arrays_in_arrays_out(path: Path) -> None:
    """inference, survival and weights take plain arrays: a frame in them would bring columns in."""
    if folder_of(path) in ARRAYS_ONLY:
        assert "pandas" not in {name.split(".")[0] for name in imports(tree_of(path))}


@parametrised
def test_a_door_has_two_lines(path: Path) -> None:
    """A door with logic in it would be a second place that knows how a command runs."""
    if is_door(path):
        docstring, *lines = tree_of(path).body
        assert isinstance(docstring, ast.Expr)
        assert len(lines) == 2
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 8


@pytest.mark.parametrize("path", [*MODULES, *ASSETS], ids=name_of)
def test_the_disease_stays_in_clinical(path: Path) -> None:
    """The engine runs any two-arm cohort: a word of the disease in it is study knowledge astray."""
    if folder_of(path) in MAY_NAME_THE_DISEASE or path == PACKAGE / "__init__.py":
        return
    text = (
        path.read_text(encoding="utf-8").replace("spine_outcomes", "").replace("spine-outcomes", "")
    )
    assert not sorted({match[0] for match in DISEASE.finditer(text)})


@parametrised
def test_no_way_to_run_text_as_code(path: Path) -> None:
    """eval, pickle, an unsafe YAML loader or a shell would let a file from outside run code."""
    tree = tree_of(path)
    roots = {name.split(".")[0] for name in imports(tree)}
    assert not roots & FORBIDDEN_IMPORTS
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            assert not (isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS)
            assert not (
                isinstance(node.func, ast.Attribute) and node.func.attr in FORBIDDEN_METHODS
            )
            assert not any(keyword.arg == "shell" for keyword in node.keywords)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert (node.value.id, node.attr) not in FORBIDDEN_ATTRIBUTES


@parametrised
def test_nothing_reaches_for_the_network(path: Path) -> None:
    """Patient data stay in: nothing in the program may open a connection."""
    names = set(imports(tree_of(path)))
    assert not {name.split(".")[0] for name in names} & NETWORK_IMPORTS
    assert not any(name.startswith(("urllib.request", "http.client")) for name in names)


@parametrised
def test_public_things_say_what_they_are(path: Path) -> None:
    """A public function or class without a docstring leaves its quantity and units to guessing."""
    tree = tree_of(path)
    assert ast.get_docstring(tree), "the module does not say what it is for"
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in (node for node in tree.body if isinstance(node, definitions)):
        assert ast.get_docstring(node) or node.name.startswith("_"), node.name


@parametrised
def test_files_and_functions_fit_a_screen_or_two(path: Path) -> None:
    """A file past its size holds two nouns; a function past it holds two steps."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or 0) - node.body[0].lineno + 1
            docstring = ast.get_docstring(node, clean=False) or ""
            assert length - len(docstring.splitlines()) <= MAX_FUNCTION_LINES, node.name


@parametrised
def test_one_line_future_import(path: Path) -> None:
    """Without it an annotation is evaluated at import and costs time at every start."""
    statements = [node for node in tree_of(path).body if not isinstance(node, ast.Expr)]
    if statements and not is_door(path) and path.name != "__init__.py":
        assert ast.unparse(statements[0]) == "from __future__ import annotations"


def test_the_run_reads_as_the_methods_section() -> None:
    """analysis/run.py is the methods section: past 80 lines nobody reads it from top to bottom."""
    tree = tree_of(PACKAGE / "analysis" / "run.py")
    run = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "run")
    assert (run.end_lineno or 0) - run.lineno < 80


def test_no_module_is_a_drawer() -> None:
    """A module called utils says nothing of what is in it."""
    drawers = {"utils", "helpers", "common", "base", "misc"}
    assert not [name_of(path) for path in MODULES if path.stem in drawers]


def test_importing_the_package_is_light_and_silent() -> None:
    """A heavy import at the top would make every --help slow; a connection would leak the use."""
    program = (
        "import socket, sys\n"
        "def refuse(*a, **k): raise AssertionError('network at import')\n"
        "socket.socket.connect = refuse\n"
        "import spine_outcomes\n"
        "heavy = {'pandas', 'numpy', 'scipy', 'matplotlib', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "for name in spine_outcomes.__all__: getattr(spine_outcomes, name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_wheel_carries_the_study_unchanged(tmp_path: Path) -> None:
    """An installed copy must run the plans and the dictionary that stand in the repository."""
    program = f"from hatchling.build import build_wheel; build_wheel({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    sources = [ROOT / "data_dictionary.yaml", *sorted((ROOT / "analyses").glob("*.yaml"))]
    for name in COHORTS:
        sources += [ROOT / f"tests/data/{name}.csv", ROOT / f"tests/reference/answers/{name}.json"]
    assert len(sources) > 1
    with zipfile.ZipFile(wheel) as archive:
        for source in sources:
            inside = f"spine_outcomes/packaged/{source.relative_to(ROOT).as_posix()}"
            packed = hashlib.sha256(archive.read(inside)).hexdigest()
            assert packed == hashlib.sha256(source.read_bytes()).hexdigest(), inside
