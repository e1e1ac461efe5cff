"""Opacity by closed-form matting [1]_: the fine way, with the optional package PyMatting.

Only undecided pixels are unknowns, and the picture is solved tile by tile. What the fast way
found weighs in every one of them, so that tiles agree at their seams and places without
a hint nearby still have an answer.

References
----------
.. [1] A. Levin, D. Lischinski, Y. Weiss, *A closed-form solution to natural image matting*,
   TPAMI 2008. :DOI:`10.1109/TPAMI.2007.1177`
"""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from pickout.arrays import BoolArray, ByteArray, FloatArray
from pickout.errors import ArgumentError, missing_extra
from pickout.matting.tiles import Place, tiles

MAX_PIXELS = 24_000_000
"""So many pixels of tiles are solved at most; that takes some minutes."""

_TILE, _MARGIN = 384, 24
# Weight of the guess against the picture's own smoothness.
_GUESS = 0.2
# Residual at which the solver stops: opacity is exact to about 1/255.
_EXACT = 1e-5


def closed_form_alpha(picture: ByteArray, trimap: ByteArray, guess: FloatArray) -> FloatArray:
    """Return the opacity of the trimap's undecided pixels.

    Parameters
    ----------
    picture : (H, W, 3) ndarray of uint8
    trimap : (H, W) ndarray of uint8
        0 background, 128 undecided, 255 object.
    guess : (H, W) ndarray of float32
        Opacity from 0 to 1 to start from; exact where the trimap is sure.

    Returns
    -------
    alpha : (H, W) ndarray of float32

    """
    undecided = trimap == 128
    alpha = guess.copy()
    for tile, around, core in tiles(undecided, _TILE, _MARGIN):
        alpha[tile] = _solve_tile(picture[around], undecided[around], guess[around])[core]
    return alpha


def check_installed() -> None:
    """Raise `MissingExtraError` if PyMatting is not installed; does not import it."""
    if find_spec("pymatting") is None:
        raise missing_extra("the fine soft edge (closed-form matting)", "pymatting", "matting")


def check_size(trimap: ByteArray) -> None:
    """Raise `ArgumentError` if the tiles along the band hold more than `MAX_PIXELS`."""
    pixels = sum(_size(around) for _, around, _ in tiles(trimap == 128, _TILE, _MARGIN))
    if pixels > MAX_PIXELS:
        raise ArgumentError(
            f"closed-form matting would have to solve {pixels / 1e6:,.1f} megapixels, more than "
            f"the {MAX_PIXELS / 1e6:,.1f} it may; give a narrower band, or take method='guided'."
        )


def _size(place: Place) -> int:
    """Return the number of pixels of a place."""
    height, width = (int(part.stop - part.start) for part in place)
    return height * width


def _solve_tile(picture: ByteArray, undecided: BoolArray, guess: FloatArray) -> FloatArray:
    """Return the opacity of a tile, (h, w)."""
    from pymatting import cf_laplacian, cg, ichol

    unknown = undecided.ravel()
    laplacian = cf_laplacian(picture / 255.0, is_known=~unknown).tocsr()
    rows = laplacian[unknown]
    values = guess.ravel().astype(np.float64)
    matrix = rows[:, unknown].tocsc()
    matrix.setdiag(matrix.diagonal() + _GUESS)
    right = _GUESS * values[unknown] - rows[:, ~unknown] @ values[~unknown]
    found = cg(matrix, right, M=ichol(matrix), rtol=_EXACT, x0=values[unknown])
    values[unknown] = np.clip(found, 0, 1)
    return values.reshape(guess.shape).astype(np.float32)
