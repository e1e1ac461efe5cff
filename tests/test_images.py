"""Reading pictures: every kind of file becomes the same upright sRGB bytes, or one clear error."""

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
from PIL import ImageCms, ImageFile

from odd_pictures import (
    linear_grey_profile,
    packed,
    png_header_claiming,
    rich_exif,
    scene,
    swapped_profile,
    turned,
)
from pickout.errors import ArgumentError, ImageReadError, MissingExtraError, PickoutError
from pickout.images import Image, as_image, read_image, read_image_bytes, read_mask_array

HEIF = Path(__file__).parent / "data" / "heif"
LOSSLESS = [("PNG", {}), ("WEBP", {"lossless": True, "exact": True}), ("TIFF", {}), ("BMP", {})]
LOSSY = [("JPEG", {"quality": 98, "subsampling": 0}), ("AVIF", {"quality": 100})]


def far(first: np.ndarray, second: np.ndarray) -> float:
    """Return the largest difference of two arrays; they must agree in shape."""
    assert first.shape == second.shape
    return float(np.abs(first.astype(float) - second.astype(float)).max())


def read(data: bytes, **options: int) -> Image:
    return read_image_bytes(data, "picture", **options)


# --- formats ------------------------------------------------------------------------------------


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


# --- orientation --------------------------------------------------------------------------------


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


# --- colour -------------------------------------------------------------------------------------


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


# --- kinds of pixels ----------------------------------------------------------------------------


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


# --- size ---------------------------------------------------------------------------------------


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


# --- damage -------------------------------------------------------------------------------------


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
    with pytest.raises(ImageReadError, match="is a folder"):
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
        "import os, sys\nfrom pickout.images import read_image\nimport pickout.image_files\n"
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


# --- metadata and manners -----------------------------------------------------------------------


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


# --- the record ---------------------------------------------------------------------------------


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


# --- masks from files ---------------------------------------------------------------------------


@pytest.fixture
def shape() -> np.ndarray:
    """A disc in a (40, 60) bool array, off the centre."""
    y, x = np.mgrid[:40, :60]
    return (x - 22) ** 2 + (y - 17) ** 2 < 150


def mask_of(tmp_path: Path, data: bytes) -> np.ndarray:
    path = tmp_path / "mask.png"
    path.write_bytes(data)
    return read_mask_array(path)


@pytest.mark.parametrize(
    "kind", ["L", "1", "RGB", "0/1", "16 bit", "16 bit 0/255", "float", "palette", "green"]
)
def test_mask_from_every_kind_of_picture(tmp_path: Path, shape: np.ndarray, kind: str) -> None:
    grey = Pillow.fromarray(shape.astype(np.uint8) * 255)
    palette = Pillow.fromarray(shape.astype(np.uint8)).convert("P")
    palette.putpalette([0, 0, 0, 64, 0, 0])
    pictures = {
        "L": grey,
        "1": Pillow.fromarray(shape),
        "RGB": grey.convert("RGB"),
        "0/1": Pillow.fromarray(shape.astype(np.uint8)),
        "16 bit": Pillow.fromarray(shape.astype(np.uint16) * 65535),
        "16 bit 0/255": Pillow.fromarray(shape.astype(np.uint16) * 255),
        "float": Pillow.fromarray(shape.astype(np.float32)),
        "palette": palette,
        "green": Pillow.fromarray(shape[..., np.newaxis] * np.uint8([0, 200, 0])),
    }
    data = packed(pictures[kind], "TIFF" if kind == "float" else "PNG")
    assert np.array_equal(mask_of(tmp_path, data), shape)


def test_jpeg_noise_does_no_harm(tmp_path: Path, shape: np.ndarray) -> None:
    large = np.kron(shape, np.ones((8, 8))) > 0
    data = packed(Pillow.fromarray(large.astype(np.uint8) * 255), "JPEG", quality=60)
    assert np.count_nonzero(mask_of(tmp_path, data) != large) < 30


def test_black_jpeg_is_an_empty_mask(tmp_path: Path) -> None:
    nearly_black = np.random.default_rng(0).integers(0, 2, (32, 32), np.uint8)
    data = packed(Pillow.fromarray(nearly_black), "JPEG", quality=100)
    assert not mask_of(tmp_path, data).any()


def test_transparent_picture_gives_its_alpha(tmp_path: Path, shape: np.ndarray) -> None:
    full = np.dstack([scene(40, 60), np.where(shape, 200, 30)]).astype(np.uint8)
    assert np.array_equal(mask_of(tmp_path, packed(Pillow.fromarray(full), "PNG")), shape)


def test_mask_is_turned_like_its_picture(tmp_path: Path, shape: np.ndarray) -> None:
    stored = Pillow.fromarray(turned(shape, 5).astype(np.uint8) * 255)
    assert np.array_equal(mask_of(tmp_path, packed(stored, "PNG", exif=rich_exif(5))), shape)


def test_unreadable_mask_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ImageReadError, match="does not exist"):
        read_mask_array(tmp_path / "none.png")
