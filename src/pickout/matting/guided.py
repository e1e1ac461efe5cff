"""Opacity from a local linear model of colour: the fast way.

A guided filter [1]_ takes opacity for a linear function of colour in every window. Fitted to all
pixels of a rough mask, as usual, the fit follows the mask's mistakes and fades wherever colours
scatter. Here the line runs from the background's mean colour to the object's, taken from pixels
that are surely one or the other and tilted away from the direction in which they scatter
(Fisher's discriminant). The same statistics say how far colour can be trusted: where object and
background look alike, the mask decides.

References
----------
.. [1] K. He, J. Sun, X. Tang, *Guided image filtering*, TPAMI 2013. :DOI:`10.1109/TPAMI.2012.213`
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from pickout.arrays import AnyArray, BoolArray, ByteArray, FloatArray

Index = npt.NDArray[np.intp]
Planes = list[AnyArray]

# Half the side of the smallest window, in cells of the grid on which colours are averaged.
_RADIUS = 4
# Windows three and nine times as large help where the smaller ones hold nothing sure.
_SCALES = (1, 3, 9)
_HELP = 0.01
# Noise that every picture has: variance of a colour from 0 to 1.
_NOISE = (3 / 255) ** 2
# Variance of what the mask says in the middle of the band, and at its rims.
_DOUBT, _RIM = 0.4, 1e-4
# Variance of what colour says at best.
_COLOR = 0.02**2
# Of what the mask says: how much is a ramp across the band, and how much the sharp mask.
_RAMP = 0.4
# From this reach on, in pixels, distances are taken on every second pixel.
_LARGE = 40
# Opacities so close to 0 and 1 are noise.
_FAINT = 0.03
# Products of two channels, in the order of a symmetric matrix's upper half.
_PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))


def guided_alpha(
    picture: ByteArray, trimap: ByteArray, inside: BoolArray, reach: float
) -> FloatArray:
    """Return the opacity of the trimap's undecided pixels from their colours.

    Parameters
    ----------
    picture : (H, W, 3) ndarray of uint8
    trimap : (H, W) ndarray of uint8
        0 background, 128 undecided, 255 object.
    inside : (H, W) ndarray of bool
        The mask, which decides where colours do not.
    reach : float
        Half-width in pixels of the widest band; sets the size of the windows.

    Returns
    -------
    alpha : (H, W) ndarray of float32
        0 to 1; exactly 0 and 1 where the trimap says so.
    """
    alpha: FloatArray = (trimap == 255).astype(np.float32)
    band = np.flatnonzero(trimap == 128)
    if len(band) == 0:
        return alpha
    soft = _unit(_softened(inside).ravel()[band])
    ramp = _ramp(trimap, band, 2 if reach >= _LARGE else 1)
    own = _weights(trimap, 255, band, soft * ramp**2)
    ground = _weights(trimap, 0, band, (1 - soft) * (1 - ramp) ** 2)
    stride = max(1, min(round(reach / 8), *trimap.shape))
    line, trust = _at(_line_model(picture, own, ground, stride), band, trimap.shape[1], stride)
    color = _unit(picture.reshape(-1, 3).take(band, 0))
    seen = np.clip(np.einsum("nc,nc->n", color, line[:, :3]) + line[:, 3], 0, 1)
    told = _RAMP * ramp + (1 - _RAMP) * soft
    doubt = _DOUBT * 4 * ramp * (1 - ramp) + _RIM
    mixed = (trust * doubt * seen + told) / (trust * doubt + 1)
    alpha.ravel()[band] = np.clip((mixed - _FAINT) / (1 - 2 * _FAINT), 0, 1)
    return alpha


def _softened(inside: BoolArray) -> ByteArray:
    """Return the mask, 0 to 255, with an edge as soft as that of a sharp photo."""
    return np.asarray(
        cv2.GaussianBlur(inside.view(np.uint8) * np.uint8(255), (5, 5), 0.75), np.uint8
    )


def _ramp(trimap: ByteArray, band: Index, step: int) -> FloatArray:
    """Return how far each undecided pixel lies across the band: 0 at the ground, 1 inside."""
    known = np.ascontiguousarray(trimap[::step, ::step])
    row, column = np.divmod(band, trimap.shape[1])
    cell = row // step * known.shape[1] + column // step
    to_own = distance_to(known == 255).ravel()[cell]
    to_ground = distance_to(known == 0).ravel()[cell]
    across = np.maximum(to_own + to_ground - 1, 0.5)
    return np.asarray(np.clip((to_ground - 0.5) / across, 0, 1), np.float32)


def distance_to(places: BoolArray) -> FloatArray:
    """Return how far every pixel is from the next of the places, (H, W)."""
    distance = cv2.distanceTransform((~places).view(np.uint8), cv2.DIST_L2, 3)
    # Without any place OpenCV answers with the largest float.
    return np.asarray(np.minimum(distance, 1e6, out=distance), np.float32)


def _weights(trimap: ByteArray, sure: int, band: Index, voice: FloatArray) -> ByteArray:
    """Return how much each pixel says, 0 to 255, about the side that the trimap calls `sure`.

    Undecided pixels have a voice, too, the more the nearer they lie to that side.
    """
    weights = (trimap == sure).view(np.uint8) * np.uint8(255)
    weights.ravel()[band] = voice * 255
    return np.asarray(weights, np.uint8)


def _line_model(
    picture: ByteArray, own_weight: ByteArray, ground_weight: ByteArray, stride: int
) -> Planes:
    """Return opacity as a line in colour, and how far to trust it, on a grid.

    Five arrays (h, w): weights of red, green and blue (0 to 1), offset, and the inverse variance
    of the opacity that they give.
    """
    cells = (slice(stride // 2, None, stride),) * 2
    colors = [_unit(picture[..., channel][cells]) for channel in range(3)]
    own, own_spread = _moments(colors, _unit(own_weight[cells]))
    ground, ground_spread = _moments(colors, _unit(ground_weight[cells]))
    spread = [(a + b) / 2 for a, b in zip(own_spread, ground_spread, strict=True)]
    apart = [a - b for a, b in zip(own, ground, strict=True)]
    axis = _solve(spread, apart)
    power = np.maximum(_dot(axis, apart), np.float32(1e-6))
    slopes = [a / power for a in axis]
    return [*slopes, -_dot(slopes, ground), 1 / (1 / power + np.float32(_COLOR))]


def _unit(values: ByteArray) -> FloatArray:
    """Return bytes as numbers from 0 to 1."""
    return np.asarray(values * np.float32(1 / 255), np.float32)


def _dot(a: Planes, b: Planes) -> FloatArray:
    return np.asarray(a[0] * b[0] + a[1] * b[1] + a[2] * b[2], np.float32)


def _moments(colors: Planes, weight: FloatArray) -> tuple[Planes, Planes]:
    """Return the mean (3) and the covariance (6, as `_PAIRS`) of the colours in windows."""
    weighted = [color * weight for color in colors]
    total = np.maximum(_windows(weight), 1e-12)
    mean = [_windows(plane) / total for plane in weighted]
    spread = [
        _windows(weighted[i] * colors[j]) / total
        - mean[i] * mean[j]
        + np.float32(_NOISE if i == j else 0)
        for i, j in _PAIRS
    ]
    return mean, spread


def _windows(plane: FloatArray) -> FloatArray:
    """Return means over windows of several sizes, small ones weighing most."""
    side = (2 * _RADIUS + 1, 2 * _RADIUS + 1)
    height, width = plane.shape
    result = cv2.blur(plane, side, borderType=cv2.BORDER_CONSTANT)
    for level, scale in enumerate(_SCALES[1:], 1):
        size = (max(1, width // scale), max(1, height // scale))
        small = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
        small = cv2.blur(small, side, borderType=cv2.BORDER_CONSTANT)
        result = cv2.scaleAdd(cv2.resize(small, (width, height)), _HELP**level, result)
    return np.asarray(result, np.float32)


def _solve(matrix: Planes, right: Planes) -> Planes:
    """Return x of a symmetric 3 by 3 system at every pixel (Cramer's rule)."""
    rr, rg, rb, gg, gb, bb = matrix
    a, b, c = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    d, e, f = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    # The noise on the diagonal keeps the true determinant above its cube.
    scale = 1 / np.maximum(rr * a + rg * b + rb * c, _NOISE**3)
    x, y, z = right
    return [
        (a * x + b * y + c * z) * scale,
        (b * x + d * y + e * z) * scale,
        (c * x + e * y + f * z) * scale,
    ]


def _at(model: Planes, band: Index, width: int, stride: int) -> tuple[FloatArray, FloatArray]:
    """Return the model, (n, 4) and (n,), at pixels by flat index, interpolated on its grid."""
    if stride == 1:
        values = np.stack([plane.ravel()[band] for plane in model], axis=1)
        return values[:, :4], values[:, 4]
    # OpenCV wants less than 32767 rows and columns, of what it reads and of what it writes.
    side = 4096
    x, y = np.zeros((2, -(-len(band) // side), side), np.float32)
    row, column = np.divmod(band, width)
    x.ravel()[: len(band)] = (column - stride // 2) / stride
    y.ravel()[: len(band)] = (row - stride // 2) / stride
    edge = cv2.BORDER_REPLICATE
    line = cv2.remap(cv2.merge(model[:4]), x, y, cv2.INTER_LINEAR, borderMode=edge)
    trust = cv2.remap(model[4], x, y, cv2.INTER_LINEAR, borderMode=edge)
    return (
        np.asarray(line.reshape(-1, 4)[: len(band)], np.float32),
        np.asarray(trust.ravel()[: len(band)], np.float32),
    )
