"""The plug-in doors: built-ins, packages of others, and what goes wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pickout import plugins
from pickout.errors import PluginError
from pickout.segmenters.base import Segmenter

MODULE = """
class Good:
    name = "good"
    version = "1"
    def analyse(self, image):
        return self
    def segment(self, prompts, previous):
        return None

class NoVersion:
    name = "half"
    def analyse(self, image):
        return self

class Explodes:
    def __init__(self):
        raise RuntimeError("no licence found")
"""

ENTRIES = """[pickout.segmenters]
good = strange_segmenter:Good
half = strange_segmenter:NoVersion
explodes = strange_segmenter:Explodes
gone = strange_segmenter:Gone
missing = no_such_module_anywhere:Gone
paint = strange_segmenter:Good
"""


@pytest.fixture
def strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a package with segmenters, as pip would."""
    (tmp_path / "strange_segmenter.py").write_text(MODULE)
    record = tmp_path / "strange_segmenter-1.0.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: strange-segmenter\nVersion: 1\n")
    (record / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("PICKOUT_LOAD_PLUGINS", raising=False)


@pytest.mark.parametrize("name", sorted(plugins.SEGMENTERS))
def test_built_in_segmenters_load_under_their_own_name(name: str) -> None:
    segmenter = plugins.make_segmenter(name)
    assert isinstance(segmenter, Segmenter)
    assert segmenter.name == name


@pytest.mark.usefixtures("strangers")
def test_segmenters_of_other_packages_are_found() -> None:
    assert "good" in plugins.segmenter_names()
    assert plugins.make_segmenter("good").name == "good"


@pytest.mark.usefixtures("strangers")
def test_built_ins_come_first_and_cannot_be_replaced() -> None:
    assert plugins.segmenter_names()[: len(plugins.SEGMENTERS)] == list(plugins.SEGMENTERS)
    assert plugins.make_segmenter("paint").__class__.__name__ == "Paint"


@pytest.mark.usefixtures("strangers")
def test_strangers_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PICKOUT_LOAD_PLUGINS", "0")
    assert plugins.segmenter_names() == list(plugins.SEGMENTERS)
    with pytest.raises(PluginError, match="no segmenter 'good'; choose one of: superpixel, "):
        plugins.make_segmenter("good")


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gone", "has no attribute 'Gone'"),
        ("missing", "No module named 'no_such_module_anywhere'"),
        ("explodes", "no licence found"),
        ("half", "lacks version"),
    ],
)
def test_a_broken_plug_in_is_named_with_its_reason(name: str, reason: str) -> None:
    with pytest.raises(PluginError, match=rf"segmenter '{name}' \(.*\) does not load: .*{reason}"):
        plugins.make_segmenter(name)


def test_unknown_names_list_the_choices() -> None:
    with pytest.raises(PluginError, match=r"no segmenter 'sam'; choose one of: .*watershed"):
        plugins.make_segmenter("sam")
    with pytest.raises(PluginError, match=r"no descriptor 'smell'; choose one of: .*color"):
        plugins.make_descriptor("smell")
