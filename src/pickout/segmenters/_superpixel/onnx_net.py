"""Networks in ONNX files, run by OpenCV."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np

from pickout.arrays import AnyArray, FloatArray
from pickout.errors import ArgumentError


class OnnxNet:
    """A network in a file, read when it is first needed.

    Parameters
    ----------
    path : Path
        Raises ArgumentError if there is no such file.
    """

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise ArgumentError(
                f"{path} is missing. A folder of models holds it beside the others; copy it "
                "from pickout/models, or train it as docs/engine.md tells."
            )
        self._path = path
        self._lock = threading.Lock()
        self._net: cv2.dnn.Net | None = None

    def __call__(self, blobs: dict[str, FloatArray], names: list[str]) -> list[FloatArray]:
        """Return the outputs of these names for inputs by name."""
        net = self.read()
        with self._lock:  # a net keeps its inputs: one question at a time
            for name, blob in blobs.items():
                net.setInput(np.ascontiguousarray(blob, np.float32), name)
            return [np.array(out, np.float32) for out in net.forward(names)]

    def read(self) -> cv2.dnn.Net:
        """Return the network, read now if it was not; raises ArgumentError if it is none."""
        with self._lock:
            if self._net is None:
                self._net = _read(self._path)
            return self._net


def as_blob(rgb: AnyArray) -> FloatArray:
    """Return an (H, W, 3) picture of uint8 as networks see it, (1, 3, H, W) of about [-1, 1]."""
    scaled = (rgb.astype(np.float32) - 127) / np.float32(128)
    return np.asarray(scaled.transpose(2, 0, 1)[None])


def _read(path: Path) -> cv2.dnn.Net:
    try:
        return cv2.dnn.readNetFromONNX(str(path))
    except cv2.error as err:
        raise ArgumentError(f"{path} should be a network in ONNX format, but {err.err}.") from err
