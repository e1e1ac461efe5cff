"""Pictures of every odd kind, drawn in code, for the tests of reading."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms

from pickout import images


def scene(height: int = 24, width: int = 36) -> np.ndarray:
    """Return (H, W, 3) bytes that differ in all four corners and vary smoothly between them."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    planes = [230 * (1 - x) * (1 - y) + 20, 40 + 180 * x * (1 - y), 30 + 200 * y * (1 - 0.5 * x)]
    return np.round(np.stack(planes, axis=-1)).astype(np.uint8)


def packed(picture: Image.Image, format_name: str, **options: object) -> bytes:
    """Return the bytes of the file that Pillow writes."""
    buffer = io.BytesIO()
    picture.save(buffer, format_name, **options)
    return buffer.getvalue()


def turned(array: np.ndarray, orientation: int) -> np.ndarray:
    """Return how a camera stores the upright `array` when it writes this EXIF orientation."""
    stored = {
        1: array,
        2: array[:, ::-1],
        3: array[::-1, ::-1],
        4: array[::-1],
        5: np.swapaxes(array, 0, 1),
        6: np.rot90(array, 1),
        7: np.swapaxes(array[::-1, ::-1], 0, 1),
        8: np.rot90(array, -1),
    }
    return np.ascontiguousarray(stored[orientation])


def rich_exif(orientation: int = 1) -> Image.Exif:
    """Return EXIF as a camera writes it, with much that nobody should learn."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F], exif[0x0110] = "Kodak", "Brownie"
    exif[0x013B], exif[0x8298] = "Ada", "Ada 2024, CC BY"
    exif[0x0132] = "2024:05:06 07:08:09"
    exif[0x010E] = "SECRET remark"
    block = exif.get_ifd(0x8769)
    block[0x9003] = "2024:05:06 07:08:09"
    block[0x829A] = 0.004
    block[0xA431] = "SECRET serial"
    block[0xA430] = "SECRET owner"
    block[0x927C] = b"SECRET maker note"
    block[0x9011] = "+02:00"
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 31.0, 12.0)
    place[29] = "SECRET day"
    return exif


def swapped_profile() -> bytes:
    """Return an RGB profile whose red and green primaries are those of sRGB exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    for at in range(132, 132 + 12 * count, 12):
        name = bytes(profile[at : at + 4])
        if name in {b"rXYZ", b"gXYZ"}:
            profile[at : at + 4] = b"gXYZ" if name == b"rXYZ" else b"rXYZ"
    return bytes(profile)


def linear_grey_profile() -> bytes:
    """Return a grey profile in which numbers are proportional to light (gamma 1)."""
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    curve = b"curv\0\0\0\0" + struct.pack(">I", 0)
    start = 128 + 4 + 2 * 12
    tags = struct.pack(">I4sII4sII", 2, b"wtpt", start, 20, b"kTRC", start + 20, 12)
    body = tags + white + curve
    header = struct.pack(">I4sI4s4s4s", 128 + len(body), b"", 0x02400000, b"mntr", b"GRAY", b"XYZ ")
    header = header.ljust(36, b"\0") + b"acsp"
    header = header.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + body


def png_header_claiming(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose header promises `width` x `height` pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")):
        check = struct.pack(">I", zlib.crc32(kind + body))
        parts.append(struct.pack(">I", len(body)) + kind + body + check)
    return b"".join(parts)


def far(first: np.ndarray, second: np.ndarray) -> float:
    """Return the largest difference of two arrays; they must agree in shape."""
    assert first.shape == second.shape
    return float(np.abs(first.astype(float) - second.astype(float)).max())


def read(data: bytes, **options: int) -> images.Image:
    """Return the picture in `data`, which messages call "picture"."""
    return images.read_image_bytes(data, "picture", **options)
