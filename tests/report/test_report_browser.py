"""The page in a real browser: it opens from disk, runs its script and asks for nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from pickout.exports import cutout
from pickout.masks import Mask
from pickout.report import HitCard, QueryCard, write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--enable-logging=stderr",
    # The browser's own errands shall not leave the machine either.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
MASK = Mask(np.pad(np.ones((20, 30), bool), 20))
NASTY = "<img src=x onerror=document.title='broken'>.jpg"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")


@dataclass(frozen=True)
class Opened:
    """The document after its script ran, what it asked the network for, and complaints."""

    dom: str
    requests: set[str]
    complaints: list[str]


def browse(page: Path, folder: Path) -> Opened:
    log = folder / "net.json"
    profile = f"--user-data-dir={folder / 'profile'}"
    result = subprocess.run(
        [str(CHROMIUM), *QUIET, profile, f"--log-net-log={log}", "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    complaints = [line for line in result.stderr.splitlines() if "CONSOLE" in line]
    return Opened(result.stdout, _asked_by_page(log), complaints)


def _asked_by_page(log: Path) -> set[str]:
    """Return the network addresses that a page, not the browser for itself, wanted."""
    requests = set()
    for line in log.read_text(encoding="utf-8").splitlines():
        # One event a line; what the browser asks for itself has no page as its origin.
        if '"initiator"' in line and '"initiator":"not an origin"' not in line:
            requests |= set(re.findall(r'"url":"((?:https?|wss?|ftp):[^"]*)"', line))
    return requests


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    write_report(folder / "r.html", title="Mugs", query=_query(), cards=_cards(folder))
    return browse(folder / "r.html", folder)


def _query():
    return QueryCard(np.full((60, 70, 3), 90, np.uint8), MASK, NASTY)


def _cards(folder):
    picture = np.random.default_rng(0).integers(0, 256, (60, 70, 3), np.uint8)
    for name in (NASTY, "plain.jpg"):
        PillowImage.fromarray(picture).save(folder / name)
    cut = cutout(picture, MASK)
    return [
        HitCard(folder / NASTY, 0.9, mask=MASK, verified=True, cutout=cut),
        HitCard(folder / "plain.jpg", 0.6, box_xyxy=(1, 2, 30, 40), evidence={"color": 0.4}),
        HitCard(folder / "gone.jpg", 0.3, mask=MASK),
    ]


def test_all_cards_are_there(opened):
    dom = opened.dom
    assert len(re.findall(r'<li class="card"', dom)) == 3
    assert dom.count("data:image/jpeg") == 3
    assert dom.count("data:image/webp") == 1
    assert dom.count('role="note"') == 1


def test_script_ran_under_its_own_policy(opened):
    dom = opened.dom
    slider = re.search(r'<div class="least scripted"([^>]*)>', dom)
    assert slider is not None
    assert "hidden" not in slider.group(1)
    assert '<b id="shown">3</b>' in dom


def test_file_name_did_not_become_markup(opened):
    dom = opened.dom
    assert "<title>Mugs</title>" in dom
    assert "onerror=document.title='broken'&gt;" in dom


def test_nothing_is_asked_of_the_network(opened):
    assert opened.requests == set()


def test_browser_does_not_complain(opened):
    assert opened.complaints == []


@pytest.mark.parametrize("has_cutouts", [False, True])
def test_four_kinds_of_evidence_do_not_run_into_each_other(tmp_path, has_cutouts):
    """The script measures the page and writes down how many figures stick out of their column."""
    PillowImage.fromarray(np.full((60, 70, 3), 90, np.uint8)).save(tmp_path / "a.jpg")
    evidence = {"color": 0.91, "texture": 0.85, "shape": 0.77, "local": 1.0}
    cut = cutout(np.full((60, 70, 3), 90, np.uint8), MASK) if has_cutouts else None
    cards = [HitCard(tmp_path / "a.jpg", 0.9, mask=MASK, evidence=evidence, cutout=cut)] * 4
    page = tmp_path / "r.html"
    write_report(page, title="Mugs", query=_query(), cards=cards)
    measure = (
        "<script>document.title = [...document.querySelectorAll('.why > div')].filter("
        "e => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > "
        "e.parentElement.getBoundingClientRect().right + 1).length</script>"
    )
    text = page.read_text(encoding="utf-8")
    policy = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
    page.write_text(policy.sub("", text).replace("</body>", f"{measure}</body>"), encoding="utf-8")
    assert "<title>0</title>" in browse(page, tmp_path).dom


def test_the_browser_would_tell(tmp_path):
    page = tmp_path / "bad.html"
    page.write_text('<img src="http://127.0.0.1:9/spy.png"><script>console.error("ouch")</script>')
    bad = browse(page, tmp_path)
    assert bad.requests == {"http://127.0.0.1:9/spy.png"}
    assert any("ouch" in line for line in bad.complaints)
