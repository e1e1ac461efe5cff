"""From searches and extractions to the cards of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pickout.cli.searching import Query
    from pickout.library import Extracted, Hit
    from pickout.report import HitCard, QueryCard


def card_of(hit: Hit) -> HitCard:
    """Return the card of a hit that was found, not yet cut out."""
    from pickout.report import HitCard

    return HitCard(
        path=hit.path,
        score=hit.score,
        box_xyxy=hit.box_xyxy,
        mask=hit.mask,
        verified=hit.verified,
        evidence=hit.evidence,
    )


def card_of_cut(extracted: Extracted, feather: float, edge: str) -> HitCard:
    """Return the card of a hit that was cut out, or of what went wrong with it."""
    from pickout.exports import cutout
    from pickout.images import read_image

    card = card_of(extracted.hit)
    mask = extracted.mask
    if mask is None:
        return replace(card, error=extracted.error)
    cut = cutout(read_image(extracted.hit.path), mask, feather=feather, edge=edge)
    return replace(card, mask=mask, cutout=cut, cutout_path=extracted.cutout_path)


def query_card(query: Query) -> QueryCard:
    """Return the card of what was looked for; a box is shown as its area."""
    from pickout.prompts import Box, drawn
    from pickout.report import QueryCard

    mask = query.mask
    if mask is None and query.box is not None:
        from pickout.masks import Mask

        mask = Mask(drawn(Box(*query.box), query.image.size_hw))
    return QueryCard(query.image.array, mask, query.photo.name)


def write(path: Path, query: Query | None, cards: Sequence[HitCard], overwrite: bool) -> None:
    """Write the report of a search or an extraction."""
    from pickout.report import write_report

    what = query.photo.name if query is not None else "the object"
    write_report(
        path,
        title=f"{len(cards)} hits for {what}",
        query=query_card(query) if query is not None else None,
        cards=cards,
        overwrite=overwrite,
    )
