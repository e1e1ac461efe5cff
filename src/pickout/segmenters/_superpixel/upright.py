"""Which way is up: a small network looks at the whole picture once, when it is opened.

People, animals and shadows look different upside down, to a network that learned from photos. The
guess starts from the orientation that the picture's pixels choose, so that mirrored and transposed
pictures, which show the same pixels there, come to stand the same way.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from pickout.analysis.turn import Turn, choose_turn
from pickout.arrays import ByteArray
from pickout.segmenters._superpixel.onnx_net import OnnxNet, as_blob

FILE = "upright.onnx"

SIZE = (128, 176)
"""Height and width at which the network sees the picture; its shape is not kept."""

WAYS = (Turn(), Turn(down=True), Turn(transposed=True), Turn(transposed=True, down=True))
"""How a picture that lies on its longer side may have to be turned to stand upright.

Left and right do not matter, and the pixels choose them.
"""


class Upright:
    """Tells which way is up.

    Parameters
    ----------
    folder : Path
        With the network.
    """

    def __init__(self, folder: Path) -> None:
        self._net = OnnxNet(folder / FILE)

    def turn(self, rgb: ByteArray) -> Turn:
        """Return the turn after which an (H, W, 3) uint8 picture seems to stand upright."""
        lying = choose_turn(rgb)
        (odds,) = self._net({"rgb": as_blob(thumbnail(lying.laid(rgb)))}, ["odds"])
        return lying.then(WAYS[int(odds.argmax())])


def thumbnail(rgb: ByteArray) -> ByteArray:
    """Return a picture at the size at which the network sees it."""
    small = cv2.resize(rgb, SIZE[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
