"""The report's page: records in, one HTML text out."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path
from urllib.parse import quote

from pickout.errors import PickoutError
from pickout.files import refuse_existing, write_text
from pickout.images import read_image
from pickout.report.cards import HitCard, QueryCard
from pickout.report.thumbnails import (
    HIT_SIDE,
    QUERY_SIDE,
    box_outline,
    cutout_uri,
    jpeg_uri,
    mask_outline,
)

_KINDS = {"color": "Colour", "colour": "Colour"}
_HISTOGRAM_BINS = 40
_WARNING_ICON = (
    '<svg viewBox="0 0 16 16" aria-hidden="true">'
    '<path d="M8 2.2l6.4 11.3H1.6zM8 6.6v3.2M8 11.7v.01"/></svg>'
)
LIKELY = 0.65
"""Hits with this score or a higher one are the object more often than not."""
_CHECK_ICON = '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M3.5 8.5l3 3 6-7"/></svg>'


def write_report(
    path: str | Path,
    *,
    title: str,
    query: QueryCard | None,
    cards: Sequence[HitCard],
    notes: Sequence[str] = (),
    overwrite: bool = False,
) -> None:
    """Write a contact sheet: the query, and a card per hit in the given order.

    Parameters
    ----------
    path : path
        HTML file; needs nothing else, on no computer.
    title : str
    query : QueryCard, optional
    cards : sequence of HitCard
        Pictures that cannot be read become cards that say so.
    notes : sequence of str
        Lines to show below the title.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    ExportError
        If the file exists or cannot be written.
    """
    target = Path(path)
    refuse_existing(target, overwrite=overwrite)  # before the work of drawing
    text = render_report(title, query, cards, notes=notes, folder=target.absolute().parent)
    write_text(target, text, overwrite=overwrite)


def render_report(
    title: str,
    query: QueryCard | None,
    cards: Sequence[HitCard],
    *,
    notes: Sequence[str] = (),
    folder: Path | None = None,
) -> str:
    """Return the contact sheet as an HTML text; `folder` is where its links start from."""
    start = folder or Path.cwd()
    style, script = _asset("page.css"), _asset("page.js")
    items = "\n".join(_card(card, rank, start) for rank, card in enumerate(cards, start=1))
    pairs = " pairs" if any(card.cutout is not None for card in cards) else ""
    grid = f'<ol class="grid{pairs}">\n{items}\n</ol>' if cards else _nothing()
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="pickout">
<title>{_text(title)}</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#hits">Skip to the hits</a>
<header class="top">
{_query(query)}
<div class="intro">
<p class="brand">pickout</p>
<h1>{_text(title)}</h1>
{_numbers(cards)}
{_notes(notes)}
</div>
</header>
<main id="hits" tabindex="-1">
{_toolbar(cards)}
{grid}
<p class="none-left" hidden>No hit reaches this score. Move the slider to the left.</p>
</main>
<script>{script}</script>
</body>
</html>
"""


def _asset(name: str) -> str:
    return resources.files("pickout.report").joinpath(name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """Return the page's rule for the browser: load nothing, run only our own script."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode()
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def _text(value: str) -> str:
    """Return any text, file names of odd bytes too, safe to stand in HTML."""
    return escape(value.encode("utf-8", "replace").decode("utf-8"), quote=True)


def _query(query: QueryCard | None) -> str:
    if query is None:
        return ""
    shape = ""
    if query.mask is not None and not query.mask.is_empty:
        shape = _overlay(*mask_outline(query.mask))
    height, width = query.image_rgb.shape[:2]
    return (
        f'<figure class="query"><div class="frame" style="--w:{width};--h:{height}">'
        f'<img src="{jpeg_uri(query.image_rgb, QUERY_SIDE)}" '
        f'alt="What was looked for, outlined in {_text(query.name)}">{shape}</div>'
        f"<figcaption>Looked for: <strong>{_text(query.name)}</strong></figcaption></figure>"
    )


def _numbers(cards: Sequence[HitCard]) -> str:
    """Return the three numbers that sum up the page."""
    verified = sum(card.verified for card in cards)
    cut = sum(card.cutout is not None for card in cards)
    failed = sum(card.error is not None for card in cards)
    numbers = [(str(len(cards)), "hit" if len(cards) == 1 else "hits")]
    numbers += [(str(_likely(cards)), "likely")] if _least(cards) else []
    numbers += [(str(verified), "verified")] if verified else []
    numbers += [(str(cut), "cut out")] if cut else []
    numbers += [(str(failed), "failed")] if failed else []
    if cards:
        numbers.append((f"{max(card.score for card in cards):.2f}", "best score"))
    cells = "".join(f"<div><dd>{number}</dd><dt>{name}</dt></div>" for number, name in numbers)
    return f'<dl class="numbers">{cells}</dl>'


def _likely(cards: Sequence[HitCard]) -> int:
    return sum(card.score >= LIKELY for card in cards)


def _least(cards: Sequence[HitCard]) -> float:
    """Return the score that the page shows hits from when it opens: likely ones, if there are any.

    What has been cut out was chosen, and is shown.
    """
    was_chosen = any(card.cutout is not None or card.error is not None for card in cards)
    return LIKELY if 0 < _likely(cards) < len(cards) and not was_chosen else 0.0


def _notes(notes: Sequence[str]) -> str:
    return "".join(f'<p class="note">{_text(note)}</p>' for note in notes)


def _toolbar(cards: Sequence[HitCard]) -> str:
    """Return the controls; what needs the script stays hidden until it runs."""
    if not cards:
        return ""
    views = "".join(
        f'<label><input type="radio" name="view" id="view-{view}"{checked}>{label}</label>'
        for view, label, checked in (
            ("outline", "Outline", " checked"),
            ("spotlight", "Spotlight", ""),
            ("plain", "Plain", ""),
        )
    )
    least = _least(cards)
    some = 0 < sum(card.verified for card in cards) < len(cards)
    only = '<label class="only"><input type="checkbox" id="only">Verified only</label>'
    return f"""<form class="bar" aria-label="What is shown">
<fieldset class="views"><legend>Show regions as</legend>{views}</fieldset>
<div class="least scripted" hidden>
<label for="least">Score from</label>
<span class="slider">{_histogram([card.score for card in cards])}
<input type="range" id="least" min="0" max="1" step="0.01" value="{least:.2f}"></span>
<output for="least" id="least-value">{least:.2f}</output>
</div>
{only if some else ""}
<p class="count scripted" hidden aria-live="polite"><b id="shown">{len(cards)}</b> of {len(cards)}
shown</p>
</form>"""


def _histogram(scores: Sequence[float]) -> str:
    """Return the distribution of the scores as a tiny drawing above the slider."""
    counts = [0] * _HISTOGRAM_BINS
    for score in scores:
        counts[min(int(_share(score) * _HISTOGRAM_BINS), _HISTOGRAM_BINS - 1)] += 1
    bars = "".join(
        f"M{index + 0.1:.1f} 10v-{10 * count / max(counts):.2f}h.8V10z"
        for index, count in enumerate(counts)
        if count
    )
    return (
        f'<svg class="histogram" viewBox="0 0 {_HISTOGRAM_BINS} 10" preserveAspectRatio="none" '
        f'aria-hidden="true"><path d="{bars}"/></svg>'
    )


def _share(value: float) -> float:
    """Return a number limited to 0 … 1; what is not a number counts as 0."""
    return min(max(value, 0.0), 1.0) if value == value else 0.0


def _card(card: HitCard, rank: int, start: Path) -> str:
    pictures = _pictures(card)
    verified = (
        f'<span class="badge" title="Confirmed point by point">{_CHECK_ICON}verified</span>'
        if card.verified
        else ""
    )
    flag = " data-verified" if card.verified else ""
    return f"""<li class="card" data-score="{_share(card.score):.4f}"{flag}><article>
<div class="media">{pictures}</div>
<div class="body">
<h2><span class="rank" aria-label="Rank {rank}">{rank}</span>
{_name(card.path, start)}{verified}</h2>
<div class="score"><span class="track"><i style="width:{_share(card.score):.1%}"></i></span>
<b aria-label="Score">{card.score:.2f}</b></div>
{_why(card)}{_saved(card, start)}
</div></article></li>"""


def _pictures(card: HitCard) -> str:
    """Return the hit's picture with its region, and beside it the cut-out or what failed."""
    try:
        image = read_image(card.path, max_side=HIT_SIDE)
    except PickoutError as error:
        return _failure(card.error or str(error))
    name = _text(card.path.name)
    shape = _region(card, image.full_size_hw or image.size_hw)
    picture = (
        f'<figure class="frame"><img loading="lazy" src="{jpeg_uri(image.array, HIT_SIDE)}" '
        f'alt="{name}, the matching region outlined">{shape}</figure>'
    )
    if card.error is not None:
        return picture + _failure(card.error)
    if card.cutout is None:
        return picture
    return picture + (
        f'<figure class="frame checker"><img loading="lazy" '
        f'src="{cutout_uri(card.cutout.array, HIT_SIDE)}" alt="Cut-out from {name}"></figure>'
    )


def _failure(message: str) -> str:
    return (
        f'<div class="frame failure" role="note"><p>{_WARNING_ICON}<span>{_text(message)}</span>'
        "</p></div>"
    )


def _region(card: HitCard, size_hw: tuple[int, int]) -> str:
    if card.mask is not None and not card.mask.is_empty:
        return _overlay(*mask_outline(card.mask))
    return _overlay(box_outline(card.box_xyxy), size_hw) if card.box_xyxy else ""


def _overlay(path: str, size_hw: tuple[int, int]) -> str:
    """Return an outline to lie over a picture, scaled and centred like the picture itself."""
    height, width = size_hw
    around = f"M0 0H{width}V{height}H0z"
    return (
        f'<svg class="region" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<path class="dim" d="{around}{path}"/><path class="halo" d="{path}"/>'
        f'<path class="line" d="{path}"/></svg>'
    )


def _name(path: Path, start: Path) -> str:
    link, whole, short = _link(path, start), _text(str(path)), _text(path.name)
    return f'<a class="name" href="{link}" title="{whole}">{short}</a>'


def _link(path: Path, start: Path) -> str:
    """Return a link from the report's folder; relative, so that both can move together."""
    try:
        relative = os.path.relpath(path.absolute(), start)
    except ValueError:  # another drive on Windows
        return _text(path.absolute().as_uri())
    # "./" keeps a name with a colon from being taken for a protocol.
    return "./" + quote(os.fsencode(Path(relative).as_posix()))


def _why(card: HitCard) -> str:
    """Return the evidence: a small bar per kind, or a count."""
    if not card.evidence:
        return ""
    cells = "".join(_evidence(kind, float(value)) for kind, value in card.evidence.items())
    return f'<dl class="why" aria-label="Why">{cells}</dl>'


def _evidence(kind: str, value: float) -> str:
    name = _text(_KINDS.get(kind, kind.replace("_", " ").capitalize()))
    if value > 1:
        return f"<div><dt>{name}</dt><dd>{value:.0f}</dd></div>"
    return (
        f'<div><dt>{name}</dt><dd>{value:.2f}<span class="track">'
        f'<i style="width:{_share(value):.1%}"></i></span></dd></div>'
    )


def _saved(card: HitCard, start: Path) -> str:
    if card.cutout_path is None:
        return ""
    link, name = _link(card.cutout_path, start), _text(card.cutout_path.name)
    return f'<p class="saved">Saved as <a href="{link}">{name}</a></p>'


def _nothing() -> str:
    return (
        '<p class="nothing">Nothing in the collection looks like this. Mark the object more '
        "closely, or lower the score that a hit must reach.</p>"
    )
