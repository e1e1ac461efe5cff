from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image as PillowImage

from pickout.errors import ExportError
from pickout.exports import cutout
from pickout.masks import Mask
from pickout.report import HitCard, QueryCard, render_report, write_report

NASTY = "\"><script>alert(1)</script> & 'x'.png"
MASK = Mask(np.pad(np.ones((20, 30), bool), 20))


class Page(HTMLParser):
    """Tags with their attributes, and the text between them."""

    VOID = frozenset({"meta", "img", "input", "br", "path"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if self.open[-1:] not in (["style"], ["script"]):
            self.text += data

    def all(self, tag, **wanted):
        return [a for name, a in self.tags if name == tag and wanted.items() <= a.items()]


@pytest.fixture
def picture(tmp_path) -> Path:
    path = tmp_path / "photos" / NASTY.replace("/", "")
    path.parent.mkdir()
    array = np.random.default_rng(0).integers(0, 256, (60, 70, 3), np.uint8)
    PillowImage.fromarray(array).save(path)
    return path


def hit(path, **changes) -> HitCard:
    return HitCard(**{"path": path, "score": 0.5, "mask": MASK, **changes})


def made(tmp_path, cards, query=None, **options) -> Page:
    path = tmp_path / "report.html"
    write_report(path, title="Mugs", query=query, cards=cards, **options)
    page = Page(path.read_text(encoding="utf-8"))
    assert not page.open
    return page


def test_page_loads_nothing_and_allows_nothing(picture, tmp_path):
    query = QueryCard(np.zeros((60, 70, 3), np.uint8), MASK, NASTY)
    image = np.zeros((60, 70, 3), np.uint8)
    page = made(tmp_path, [hit(picture, cutout=cutout(image, MASK))], query)
    for tag, attributes in page.tags:
        assert tag not in {"link", "iframe", "object", "embed", "base"}
        assert "srcset" not in attributes
        assert attributes.get("src", "data:image/").startswith("data:image/")
        assert not [name for name in attributes if name.startswith("on")]
    policy = page.all("meta", **{"http-equiv": "Content-Security-Policy"})[0]["content"]
    assert "default-src 'none'" in policy
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "@import" not in html
    assert not re.search(r"url\(", html)


def test_names_are_text_wherever_they_stand(picture, tmp_path):
    query = QueryCard(np.zeros((60, 70, 3), np.uint8), MASK, NASTY)
    page = made(tmp_path, [hit(picture, error=NASTY)], query, notes=[NASTY])
    assert len(page.all("script")) == 1
    assert page.text.count(NASTY) == 3  # query, note, error
    assert picture.name in page.text


def test_links_lead_from_the_report_to_the_files(picture, tmp_path):
    saved = tmp_path / "out" / "käse #1?.png"
    page = made(tmp_path, [hit(picture, cutout_path=saved)])
    links = [unquote(a["href"]) for a in page.all("a") if not a["href"].startswith("#")]
    assert [(tmp_path / link).resolve() for link in links] == [picture, saved]


def test_pictures_are_small_and_keep_their_shape(tmp_path):
    path = tmp_path / "large.jpg"
    PillowImage.fromarray(np.zeros((900, 1800, 3), np.uint8)).save(path)
    page = made(tmp_path, [hit(path)])
    (image,) = page.all("img")
    data = base64.b64decode(image["src"].partition(",")[2])
    with PillowImage.open(io.BytesIO(data)) as thumbnail:
        assert thumbnail.size == (400, 200)


def test_every_picture_has_an_alternative_text(picture, tmp_path):
    image = np.zeros((60, 70, 3), np.uint8)
    query = QueryCard(image, None, "query.jpg")
    page = made(tmp_path, [hit(picture, cutout=cutout(image, MASK))], query)
    assert len(page.all("img")) == 3
    assert all(image["alt"] for image in page.all("img"))


def test_region_is_outlined_by_mask_or_else_by_box(picture, tmp_path):
    box = hit(picture, mask=None, box_xyxy=(5, 6, 25, 36))
    nothing = hit(picture, mask=Mask(np.zeros((60, 70), bool)))
    page = made(tmp_path, [hit(picture), box, nothing])
    views = [svg["viewbox"] for svg in page.all("svg") if svg.get("class") == "region"]
    lines = [path["d"] for path in page.all("path") if path.get("class") == "line"]
    assert views == ["0 0 70 60", "0 0 70 60"]
    assert lines[1] == "M5 6H25V36H5z"
    assert "C" in lines[0]


def test_tiny_region_of_a_large_picture_is_still_outlined(picture, tmp_path):
    array = np.zeros((3000, 4000), bool)
    array[1500, 2000] = True
    page = made(tmp_path, [hit(picture, mask=Mask(array))])
    assert any(path["d"] for path in page.all("path") if path.get("class") == "line")


def test_scores_reasons_and_marks_are_shown(picture, tmp_path):
    first = hit(
        picture,
        score=0.874,
        verified=True,
        evidence={"color": 0.91, "texture": 0.2, "shape": float("nan"), "inliers": 37.0},
    )
    page = made(tmp_path, [first, hit(picture, score=0.5)], notes=["Searched 300 pictures"])
    text = " ".join(page.text.split())
    for words in ("0.87", "Colour0.91", "Texture0.20", "Inliers37", "Searched 300 pictures"):
        assert words in text
    assert text.count("verified") >= 1
    cards = page.all("li")
    assert [card["data-score"] for card in cards] == ["0.8740", "0.5000"]
    assert ["data-verified" in card for card in cards] == [True, False]


def test_unreadable_picture_becomes_a_card_that_says_so(picture, tmp_path):
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    page = made(tmp_path, [hit(tmp_path / "gone.jpg"), hit(text), hit(picture)])
    assert len(page.all("li")) == 3
    assert len(page.all("img")) == 1
    assert len(page.all("div", role="note")) == 2
    assert "gone.jpg" in page.text


def test_page_without_hits_says_what_to_do(tmp_path):
    page = made(tmp_path, [])
    assert "Nothing in the collection looks like this" in page.text
    assert not page.all("li")


def test_name_of_odd_bytes_is_shown_and_linked():
    path = Path("/nowhere") / b"caf\xe9.jpg".decode("utf-8", "surrogateescape")
    html = render_report("Mugs", None, [hit(path)], folder=Path("/nowhere"))
    assert 'href="./caf%E9.jpg"' in html
    assert "caf?.jpg" in html
    html.encode("utf-8")


def test_existing_report_is_kept(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("mine")
    with pytest.raises(ExportError, match="exists already"):
        write_report(path, title="Mugs", query=None, cards=[])
    assert path.read_text() == "mine"
    write_report(path, title="Mugs", query=None, cards=[], overwrite=True)
    assert "Mugs" in path.read_text()


def test_same_records_give_the_same_page(picture, tmp_path):
    assert render_report("A", None, [hit(picture)]) == render_report("A", None, [hit(picture)])


@pytest.mark.parametrize(
    "scores, least, likely",
    [((0.9, 0.7, 0.3), "0.65", "2"), ((0.4, 0.1), "0.00", None), ((0.9, 0.8), "0.00", None)],
)
def test_the_page_opens_with_the_likely_hits(picture, tmp_path, scores, least, likely):
    page = made(tmp_path, [hit(picture, score=score) for score in scores])
    assert page.all("input", id="least")[0]["value"] == least
    assert (f"{likely}likely" in page.text) == (likely is not None)


def test_what_was_cut_out_is_shown_whatever_its_score(picture, tmp_path):
    cut = cutout(np.zeros((60, 70, 3), np.uint8), MASK)
    cards = [hit(picture, score=0.9, cutout=cut), hit(picture, score=0.2, cutout=cut)]
    assert made(tmp_path, cards).all("input", id="least")[0]["value"] == "0.00"
