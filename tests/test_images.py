"""Opening pictures: size, limits, damage, names and metadata, and the record that comes out."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageFile

from odd_pictures import (
    far,
    packed,
    png_header_claiming,
    read,
    rich_exif,
    scene,
    turned,
)
from pickout.errors import ArgumentError, ImageReadError
from pickout.images import Image, as_image, read_image

# --- size ---


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 2000), (2000, 1)])
@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_extreme_shapes(size_hw: tuple[int, int], name: str) -> None:
    data = packed(Pillow.new("RGB", size_hw[::-1], (200, 200, 200)), name)
    assert read(data).size_hw == size_hw
    small = read(data, max_side=100)
    assert max(small.size_hw) <= 100
    assert min(small.size_hw) == 1
    assert small.full_size_hw == size_hw


@pytest.mark.parametrize("name", ["JPEG", "PNG"])
@pytest.mark.parametrize("max_side", [1, 37, 100, 240, 479, 480, 1000])
def test_max_side_averages_down(name: str, max_side: int) -> None:
    array = scene(320, 480)
    image = read(packed(Pillow.fromarray(array), name), max_side=max_side)
    side = min(max_side, 480)
    assert image.size_hw == (max(1, round(320 * side / 480)), side)
    assert image.full_size_hw == (320, 480)
    want = cv2.resize(array, image.size_hw[::-1], interpolation=cv2.INTER_AREA)
    assert far(image.array, want) <= 8


def test_max_side_of_a_turned_picture() -> None:
    stored = Pillow.fromarray(turned(scene(320, 480), 6))
    image = read(packed(stored, "JPEG", exif=rich_exif(6)), max_side=120)
    assert image.size_hw == (80, 120)
    assert image.full_size_hw == (320, 480)


@pytest.mark.parametrize("value", [0, -5, 2.5, True, "100"])
def test_bad_sizes_are_refused(value: object) -> None:
    with pytest.raises(ArgumentError, match="max_side should be a whole number"):
        read(packed(Pillow.fromarray(scene()), "PNG"), max_side=value)  # type: ignore[arg-type]


def test_bomb_is_refused_before_decoding() -> None:
    with pytest.raises(ImageReadError, match=r"60000 x 60000 pixels .*PICKOUT_MAX_PIXELS"):
        read(png_header_claiming(60_000, 60_000))


def test_limit_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    data = packed(Pillow.fromarray(scene()), "PNG")
    with pytest.raises(ImageReadError, match="36 x 24"):
        read(data, max_pixels=863)
    assert read(data, max_pixels=864).size_hw == (24, 36)
    monkeypatch.setenv("PICKOUT_MAX_PIXELS", "863")
    with pytest.raises(ImageReadError, match="36 x 24"):
        read(data)
    monkeypatch.setenv("PICKOUT_MAX_PIXELS", "many")
    with pytest.raises(ArgumentError, match="'many'"):
        read(data)


def test_odd_tiff_is_held_to_the_limit() -> None:
    _, data = cv2.imencode(".tiff", scene().astype(np.float32))
    with pytest.raises(ImageReadError, match="36 x 24"):
        read(data.tobytes(), max_pixels=863)


def test_hundred_megapixels_open(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    cv2.imwrite(str(path), np.full((10_000, 10_000), 90, np.uint8))
    limit = Pillow.MAX_IMAGE_PIXELS
    image = read_image(path, max_side=500)
    assert image.full_size_hw == (10_000, 10_000)
    assert far(image.array, np.full((500, 500, 3), 90)) <= 2
    full = read_image(path)
    assert full.size_hw == (10_000, 10_000)
    assert Pillow.MAX_IMAGE_PIXELS == limit


# --- damage ---


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_truncated_files_are_refused(name: str, share: float) -> None:
    noisy = np.random.default_rng(3).integers(0, 256, (64, 64, 3), np.uint8)
    data = packed(Pillow.fromarray(noisy), name)
    with pytest.raises(ImageReadError, match="picture"):
        read(data[: int(len(data) * share)])


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF"])
def test_corrupt_files_are_read_or_refused(name: str) -> None:
    """Damage at random places never escapes as anything but an `ImageReadError`."""
    random = np.random.default_rng(7)
    whole = packed(
        Pillow.fromarray(scene(64, 64)), name, **({} if name in "BMPGIF" else {"exif": rich_exif()})
    )
    for _ in range(60):
        data = bytearray(whole)
        for at in random.integers(0, len(data), 4):
            data[at] = random.integers(0, 256)
        try:
            image = read(bytes(data), max_pixels=10_000_000)
        except ImageReadError as error:
            assert "picture" in str(error)
            assert "\n" not in str(error)
        else:
            assert image.array.dtype == np.uint8


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"Dear diary, this is no picture.", "holds text"),
        (bytes(range(200, 256)) * 4, "not a picture"),
        (b"\xff\xd8\xff", "damaged or cut short"),
    ],
)
def test_files_that_are_no_pictures(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageReadError, match=message) as caught:
        read_image(path)
    assert str(path) in str(caught.value)


def test_missing_file_folder_and_pipe(tmp_path: Path) -> None:
    with pytest.raises(ImageReadError, match="does not exist"):
        read_image(tmp_path / "nothing.jpg")
    with pytest.raises(ImageReadError, match=r"^\S+ is a folder; [^.]+\.$"):
        read_image(tmp_path)
    with pytest.raises(ImageReadError, match="cannot be opened"):
        read_image(tmp_path / ("long" * 100))
    with pytest.raises(ImageReadError, match="cannot be opened"):
        read_image("zero\0byte.jpg")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(ImageReadError, match="not an ordinary file"):
        read_image(tmp_path / "pipe.jpg")


@pytest.mark.skipif(sys.platform != "linux", reason="drops root's rights by Linux means")
def test_no_permission(tmp_path: Path) -> None:
    """Runs as an ordinary user, for root may read everything."""
    path = tmp_path / "secret.png"
    path.write_bytes(packed(Pillow.fromarray(scene()), "PNG"))
    path.chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:3]):
        if folder.stat().st_uid == os.getuid() and folder != Path("/tmp"):
            folder.chmod(0o755)
    code = (
        "import os, sys\nfrom pickout.images import read_image\nimport pickout.images.files\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        f"try: read_image({str(path)!r})\nexcept OSError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "secret.png cannot be opened: Permission denied" in done.stdout


@pytest.mark.parametrize("name", ["Grüße 東京 🐈.jpg", "with several  spaces.jpg", "a'b\"c.jpg"])
def test_names_of_all_kinds(tmp_path: Path, name: str) -> None:
    path = tmp_path / "sub folder" / name
    path.parent.mkdir()
    path.write_bytes(packed(Pillow.fromarray(scene()), "PNG"))
    image = read_image(str(path))
    assert image.path == path
    assert np.array_equal(image.array, scene())


def test_links_and_read_only_folders(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "photo.png").write_bytes(packed(Pillow.fromarray(scene()), "PNG"))
    folder.chmod(0o555)
    (tmp_path / "link.png").symlink_to(folder / "photo.png")
    (tmp_path / "dangling.png").symlink_to(folder / "gone.png")
    assert np.array_equal(read_image(tmp_path / "link.png").array, scene())
    assert [path.name for path in folder.iterdir()] == ["photo.png"]
    with pytest.raises(ImageReadError, match="does not exist"):
        read_image(tmp_path / "dangling.png")
    folder.chmod(0o755)


# --- metadata and manners ---


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_harmless_metadata_is_kept_and_nothing_else(name: str) -> None:
    image = read(packed(Pillow.fromarray(scene()), name, exif=rich_exif(6)))
    block = image.metadata["exif"]
    for secret in (b"SECRET", b"+02:00"):
        assert secret not in block
    exif = Pillow.Exif()
    exif.load(block)
    assert (exif[0x010F], exif[0x0110]) == ("Kodak", "Brownie")
    assert (exif[0x013B], exif[0x8298]) == ("Ada", "Ada 2024, CC BY")
    if name != "TIFF":  # Pillow does not write this block into TIFF.
        assert exif.get_ifd(0x8769)[0x9003] == "2024:05:06 07:08:09"
        assert float(exif.get_ifd(0x8769)[0x829A]) == pytest.approx(0.004)
    assert 0x0112 not in exif
    assert not exif.get_ifd(0x8825)


def test_kept_metadata_can_be_written_back() -> None:
    image = read(packed(Pillow.fromarray(scene()), "JPEG", exif=rich_exif()))
    again = read(packed(Pillow.fromarray(image.array), "PNG", exif=image.metadata["exif"]))
    assert again.metadata == image.metadata


def test_no_metadata_is_an_empty_record() -> None:
    assert read(packed(Pillow.fromarray(scene()), "JPEG")).metadata == {}


def test_damaged_exif_costs_neither_picture_nor_silence() -> None:
    block = b"Exif\0\0II*\0\x08\0\0\0\xff\x7f" + b"\x01" * 40
    data = packed(Pillow.fromarray(scene()), "JPEG", exif=block, quality=98, subsampling=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert far(read(data).array, scene()) <= 12


def test_threads_leave_the_warning_filters_alone() -> None:
    data = packed(Pillow.fromarray(scene(200, 200)), "TIFF", exif=rich_exif(3))
    before = list(warnings.filters)
    threads = [threading.Thread(target=lambda: [read(data) for _ in range(10)]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before


def test_global_settings_of_pillow_stay(tmp_path: Path) -> None:
    before = (Pillow.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(Pillow.ID))
    read(packed(Pillow.fromarray(scene()), "TIFF"))
    assert (Pillow.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, list(Pillow.ID)) == before


# --- the record ---


def test_image_checks_what_it_is_given() -> None:
    with pytest.raises(ArgumentError, match="height x width x 3"):
        Image(np.zeros((4, 5), np.uint8))
    with pytest.raises(ArgumentError, match="uint8"):
        Image(np.zeros((4, 5, 3), np.float32))
    with pytest.raises(ArgumentError, match="alpha"):
        Image(scene(), alpha=np.zeros((3, 3), np.uint8))
    with pytest.raises(ArgumentError, match="height x width x 3"):
        Image(np.zeros((0, 5, 3), np.uint8))


def test_image_keeps_its_own_pixels() -> None:
    array = scene()
    image = Image(array)
    array[:] = 0
    assert np.array_equal(image.array, scene())
    assert as_image(image) is image
    assert np.array_equal(as_image(scene()).array, scene())


def test_path_in_place_of_an_image_is_explained() -> None:
    with pytest.raises(ArgumentError, match=r"read_image\('photo.jpg'\)"):
        as_image("photo.jpg")  # type: ignore[arg-type]
