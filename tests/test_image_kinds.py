"""Every kind of picture becomes the same upright sRGB bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from odd_pictures import (
    far,
    linear_grey_profile,
    packed,
    read,
    rich_exif,
    scene,
    swapped_profile,
    turned,
)
from pickout.errors import MissingExtraError, PickoutError
from pickout.images import read_image

HEIF = Path(__file__).parent / "data" / "heif"
LOSSLESS = [("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {}), ("BMP", {})]
LOSSY = [("JPEG", {"quality": 98, "subsampling": 0}), ("AVIF", {"quality": 100})]


# --- formats ---


@pytest.mark.parametrize(("name", "options"), LOSSLESS)
def test_lossless_formats_give_the_pixels_back(name: str, options: dict[str, object]) -> None:
    image = read(packed(Pillow.fromarray(scene()), name, **options))
    assert np.array_equal(image.array, scene())
    assert image.alpha is None
    assert not image.array.flags.writeable


@pytest.mark.parametrize(("name", "options"), LOSSY)
def test_lossy_formats_give_nearly_the_pixels_back(name: str, options: dict[str, object]) -> None:
    assert far(read(packed(Pillow.fromarray(scene()), name, **options)).array, scene()) <= 12


def test_gif_gives_its_first_frame() -> None:
    frames = [Pillow.new("RGB", (9, 7), color) for color in ("red", "blue")]
    data = packed(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (read(data).array == (255, 0, 0)).all()


@pytest.mark.parametrize("suffix", ["TIFF", "PNG"])
def test_several_pages_give_the_first(suffix: str) -> None:
    pages = [Pillow.fromarray(scene()), Pillow.new("RGB", (5, 5))]
    data = packed(pages[0], suffix, save_all=True, append_images=pages[1:])
    assert np.array_equal(read(data).array, scene())


def test_name_of_the_file_does_not_decide(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(packed(Pillow.fromarray(scene()), "PNG"))
    assert np.array_equal(read_image(path).array, scene())


def test_heif_is_read_upright_once() -> None:
    upright = read_image(HEIF / "plain.heic")
    assert far(upright.array, scene(48, 72)) <= 16
    assert far(read_image(HEIF / "turned.heic").array, scene(48, 72)) <= 16
    assert upright.full_size_hw == (48, 72)


def test_heif_keeps_alpha() -> None:
    alpha = read_image(HEIF / "alpha.heic").alpha
    assert alpha is not None
    assert alpha[:, :30].max() < 20
    assert alpha[:, 42:].min() > 235


def test_heif_without_its_package_names_the_extra() -> None:
    code = (
        "import sys; sys.modules['pi_heif'] = None\n"
        "from pickout.images import read_image\n"
        "from pickout.errors import MissingExtraError\n"
        f"try: read_image({str(HEIF / 'plain.heic')!r})\n"
        "except MissingExtraError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pickout[heif]" in done.stdout
    assert issubclass(MissingExtraError, PickoutError)


# --- orientation ---


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("name", "options"), [*LOSSLESS[:3], *LOSSY])
def test_orientation_is_applied_exactly_once(
    name: str, options: dict[str, object], orientation: int
) -> None:
    stored = Pillow.fromarray(turned(scene(), orientation))
    image = read(packed(stored, name, exif=rich_exif(orientation), **options))
    assert far(image.array, scene()) <= 12
    assert image.full_size_hw == (24, 36)


@pytest.mark.parametrize("orientation", [0, 9, 4711])
def test_nonsense_orientation_is_ignored(orientation: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(read(packed(Pillow.fromarray(scene()), "PNG", exif=exif)).array, scene())


def test_orientation_turns_alpha_too() -> None:
    full = np.dstack([scene(), np.arange(24 * 36, dtype=np.uint16).reshape(24, 36) % 256])
    stored = Pillow.fromarray(turned(full.astype(np.uint8), 6))
    image = read(packed(stored, "PNG", exif=rich_exif(6)))
    assert image.alpha is not None
    assert np.array_equal(np.dstack([image.array, image.alpha]), full)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_beyond_pillows_own_limit_are_upright(
    orientation: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lower limit stands in for a picture of 180 megapixels."""
    data = packed(
        Pillow.fromarray(turned(scene(), orientation)), "TIFF", exif=rich_exif(orientation)
    )
    monkeypatch.setattr(Pillow, "MAX_IMAGE_PIXELS", 100)
    assert np.array_equal(read(data).array, scene())


# --- colour ---


@pytest.mark.parametrize("name", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_embedded_profile_is_converted(name: str) -> None:
    options = {"lossless": True} if name == "WEBP" else {}
    red = Pillow.new("RGB", (16, 16), (220, 30, 30))
    image = read(packed(red, name, icc_profile=swapped_profile(), **options))
    assert far(image.array, np.broadcast_to(np.uint8([30, 220, 30]), (16, 16, 3))) <= 6


@pytest.mark.parametrize("profile", [b"", b"nonsense", swapped_profile()[:300]])
def test_broken_profile_is_ignored(profile: bytes) -> None:
    data = packed(Pillow.fromarray(scene()), "PNG", icc_profile=profile)
    assert np.array_equal(read(data).array, scene())


def test_profile_of_another_colour_space_is_ignored() -> None:
    grey = Pillow.fromarray(scene()[..., 0])
    image = read(packed(grey, "PNG", icc_profile=swapped_profile()))
    assert np.array_equal(image.array, np.dstack([scene()[..., 0]] * 3))


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_grey_profile_is_converted(name: str) -> None:
    grey = Pillow.new("L", (16, 16), 55)  # 0.2157 of the light, which sRGB writes as 128
    image = read(packed(grey, name, icc_profile=linear_grey_profile()))
    assert far(image.array, np.full((16, 16, 3), 128)) <= 3


def test_srgb_profile_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = packed(Pillow.fromarray(scene()), "PNG", icc_profile=profile)
    assert np.array_equal(read(data).array, scene())


def test_lab_becomes_srgb() -> None:
    there = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = ImageCms.applyTransform(Pillow.fromarray(scene()), there)
    # Eight bits of Lab are coarse in saturated colours.
    assert far(read(packed(lab, "TIFF")).array, scene()) <= 16


@pytest.mark.parametrize("name", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb(name: str) -> None:
    inks = Pillow.fromarray(scene()).convert("CMYK")
    options = {"quality": 98, "subsampling": 0} if name == "JPEG" else {}
    assert far(read(packed(inks, name, **options)).array, scene()) <= 12


def test_ycbcr_tiff_becomes_rgb() -> None:
    data = packed(Pillow.fromarray(scene()).convert("YCbCr"), "TIFF")
    assert far(read(data).array, scene()) <= 3


# --- kinds of pixels ---


def test_palette_becomes_its_colours() -> None:
    indexed = Pillow.fromarray(np.uint8([[0, 1], [2, 1]]), "L").convert("P")
    indexed.putpalette([9, 8, 7, 200, 100, 50, 1, 2, 3])
    data = packed(indexed, "PNG")
    assert read(data).array.tolist() == [[[9, 8, 7], [200, 100, 50]], [[1, 2, 3], [200, 100, 50]]]


@pytest.mark.parametrize("transparency", [1, bytes([255, 0, 128])])
def test_palette_transparency_becomes_alpha(transparency: int | bytes) -> None:
    indexed = Pillow.fromarray(np.uint8([[0, 1], [2, 1]]), "L").convert("P")
    indexed.putpalette([9, 8, 7, 200, 100, 50, 1, 2, 3])
    image = read(packed(indexed, "PNG", transparency=transparency))
    last = 128 if isinstance(transparency, bytes) else 255
    assert image.alpha is not None
    assert image.alpha.tolist() == [[255, 0], [last, 0]]
    assert image.array[0, 0].tolist() == [9, 8, 7]


def test_transparent_colour_becomes_alpha() -> None:
    array = scene()
    array[3:6, 4:9] = (1, 2, 3)
    image = read(packed(Pillow.fromarray(array), "PNG", transparency=(1, 2, 3)))
    assert image.alpha is not None
    assert np.array_equal(image.alpha == 0, (array == (1, 2, 3)).all(axis=2))


def test_grey_and_its_alpha() -> None:
    both = np.dstack([scene()[..., 0], scene()[..., 1]])
    image = read(packed(Pillow.fromarray(both, "LA"), "PNG"))
    assert image.alpha is not None
    assert np.array_equal(image.alpha, both[..., 1])
    assert np.array_equal(image.array, np.dstack([both[..., 0]] * 3))


def test_alpha_that_is_opaque_everywhere_is_dropped() -> None:
    full = np.dstack([scene(), np.full((24, 36), 255, np.uint8)])
    assert read(packed(Pillow.fromarray(full), "PNG")).alpha is None


def test_one_bit_becomes_black_and_white() -> None:
    bits = scene()[..., 0] > 100
    image = read(packed(Pillow.fromarray(bits), "TIFF", compression="group4"))
    assert np.array_equal(image.array[..., 0], np.where(bits, 255, 0))


def deep() -> np.ndarray:
    """Return (24, 36, 3) uint16 over nearly the whole range."""
    return (scene().astype(np.uint16) << 8) + 77


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [1, 3])
def test_sixteen_bits_become_their_high_byte(suffix: str, channels: int) -> None:
    stored = deep()[..., 0] if channels == 1 else deep()
    _, data = cv2.imencode(suffix, stored[..., ::-1] if channels == 3 else stored)
    want = np.dstack([scene()[..., 0]] * 3) if channels == 1 else scene()
    assert np.array_equal(read(data.tobytes()).array, want)


def test_sixteen_bit_alpha_becomes_its_high_byte() -> None:
    _, data = cv2.imencode(".png", np.dstack([deep()[..., ::-1], deep()[..., 1]]))
    image = read(data.tobytes())
    assert np.array_equal(image.array, scene())
    assert image.alpha is not None
    assert np.array_equal(image.alpha, scene()[..., 1])


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([0, 100, 255], [0, 100, 255]),
        ([0, 25700, 65535], [0, 100, 255]),
        ([0, 600_000, 1_000_000], [0, 153, 255]),
        ([-100, 20, 100], [0, 153, 255]),
    ],
)
def test_whole_numbers_of_32_bits(values: list[int], shown: list[int]) -> None:
    data = packed(Pillow.fromarray(np.array([values], np.int32)), "TIFF")
    assert read(data).array[0, :, 0].tolist() == shown


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([0.0, 0.5, 1.0], [0, 128, 255]),
        ([0.0, 99.6, 255.0], [0, 100, 255]),
        ([-1.0, 0.2, 1.0], [0, 153, 255]),
        ([1000.0, 1600.0, 2000.0], [0, 153, 255]),
        ([float("nan"), 0.5, float("inf")], [0, 128, 0]),
        ([7e9, 7e9, 7e9], [0, 0, 0]),
    ],
)
def test_floating_point(values: list[float], shown: list[int]) -> None:
    data = packed(Pillow.fromarray(np.array([values], np.float32)), "TIFF")
    assert read(data).array[0, :, 0].tolist() == shown


def test_colour_in_floating_point() -> None:
    _, data = cv2.imencode(".tiff", scene()[..., ::-1].astype(np.float32) / 255)
    assert np.array_equal(read(data.tobytes()).array, scene())
