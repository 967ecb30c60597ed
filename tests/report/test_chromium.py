"""The page in a real browser, where there is one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.report.reading import read

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--enable-logging=stderr",
    "--virtual-time-budget=3000",
)  # fmt: skip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine"),
]


def visit(page: str, folder: Path) -> tuple[str, str]:
    """The page after its script ran, and what the console said."""
    file = folder / "report.html"
    file.write_text(page, encoding="utf-8")
    command = [
        str(BROWSER),
        *FLAGS,
        f"--user-data-dir={folder / 'profile'}",
        "--dump-dom",
        file.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, "\n".join(console)


def test_the_policy_lets_the_page_run_and_the_console_stays_silent(
    page: str, tmp_path: Path
) -> None:
    """A refused style or script is a bare page; an error in it, buttons that do nothing."""
    shown, console = visit(page, tmp_path)
    assert console == ""
    tree = read(shown)
    exhibits = [e for e in tree.walk() if "data-kind" in e.attributes]
    buttons = [button.text for button in tree.all("button")]
    assert buttons.count("CSV") + buttons.count("SVG") == len(exhibits)


def test_the_console_would_tell_if_the_policy_were_broken(page: str, tmp_path: Path) -> None:
    """A silent console proves something only if it can speak."""
    broken = page.replace("<h1>", '<h1 style="color:red">', 1)
    _, console = visit(broken, tmp_path)
    assert "Content Security Policy" in console
