"""How the program behaves as a process: speed of the version, pipes, Ctrl-C, help, docs."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import pickout
from pickout.cli.app import command

ROOT = Path(__file__).resolve().parents[2]
PICKOUT = [sys.executable, "-m", "pickout"]


def every_command(group=None, before=()):
    group = group or command()
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from every_command(one, (*before, name))
        else:
            yield (*before, name), one


COMMANDS = {" ".join(path): one for path, one in every_command()}


def test_the_version_imports_nothing_to_wait_for():
    code = "import sys, pickout.__main__ as m; sys.argv = ['pickout', '--version']; m.main()"
    code += "; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    version, modules = out.split("\n", 1)
    assert version == f"pickout {pickout.__version__}"
    assert not {"typer", "rich", "numpy", "cv2", "faiss", "PIL"} & set(modules.split())


def test_help_imports_nothing_heavy():
    code = "import sys; from pickout.cli.run import execute; execute(['cut', '--help'])"
    code += "; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert not {"numpy", "cv2", "faiss", "PIL", "matplotlib"} & set(out.split())


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_explains_itself(run, path):
    answer = run(*path.split(), "--help")
    assert answer.code == 0 and answer.err == ""
    assert path in answer.out
    assert "<bool>" not in answer.out, "nothing is to be typed after a flag"
    assert "pickout " + path in " ".join(answer.out.split("Example")[-1].split()), "an example"


def test_the_page_of_commands_is_up_to_date():
    spec = importlib.util.spec_from_file_location("docs_maker", ROOT / "tools/make_cli_docs.py")
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert page == maker.page(), "run: make docs"
    for path, one in COMMANDS.items():
        assert f"## pickout {path}\n" in page
        for option in one.params:
            assert all(name in page for name in option.opts if name.startswith("--"))


def test_unknown_commands_and_no_command_at_all(run):
    wrong = run("cutt")
    assert wrong.code == 2 and wrong.out == "" and "cutt" in wrong.err
    nothing = run()
    assert nothing.code == 2 and "doctor" in nothing.out + nothing.err
    for words in ((), ("cut",), ("bench",)):
        shown = run(*words)
        assert shown.code == 2 and (shown.out + shown.err).count("Usage:") == 1, "help, once"
    assert run("--version").out == f"pickout {pickout.__version__}\n"


def test_a_fault_of_ours_is_one_line_and_names_the_way_to_more(run, photo, monkeypatch):
    def fault(*_: object, **__: object) -> None:
        raise ZeroDivisionError("deep inside")

    monkeypatch.setattr("pickout.cli.cut.give", fault)
    answer = run("cut", photo, "--click", "60,45")
    assert answer.code == 1 and answer.err.count("\n") == 1
    assert "PICKOUT_DEBUG=1" in answer.err and "deep inside" in answer.err
    monkeypatch.setenv("PICKOUT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run("cut", photo, "--click", "60,45")


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    Image.fromarray(np.zeros((60, 80, 3), np.uint8)).save(tmp_path / "photo.png")
    words = ["cut", "photo.png", "-s", "paint", "--scribble", "9,9 70,50", "--json", "-"]
    process = subprocess.Popen(
        [*PICKOUT, *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    error = process.stderr.read().decode()
    assert process.wait(timeout=60) == 141
    assert "Traceback" not in error and "Exception" not in error
    process.stderr.close()


def test_ctrl_c_while_the_program_is_starting_is_one_line_too():
    code = """
import sys, pickout.__main__
class Impatient:
    def find_spec(self, name, *_):
        if name == "typer":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Impatient())
sys.argv = ["pickout", "index", "photos"]
pickout.__main__.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 130 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("pickout: stopped")


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_ctrl_c_stops_indexing_with_one_line_and_the_next_run_goes_on(tmp_path):
    noise = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for number in range(8):
        picture = noise.integers(0, 256, (15, 20, 3), np.uint8).repeat(12, 0).repeat(12, 1)
        Image.fromarray(picture).save(tmp_path / "photos" / f"{number}.png")
    process = subprocess.Popen(
        [*PICKOUT, "index", "photos"], cwd=tmp_path, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    while not (tmp_path / "library.pickout").exists() and process.poll() is None:
        time.sleep(0.02)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers, too
    out, error = process.communicate(timeout=60)
    if process.returncode != 0:  # it may have been done before
        assert process.returncode == 130
        assert "Traceback" not in error and "run it again" in error and out == ""
    again = subprocess.run(
        [*PICKOUT, "index", "photos", "--json", "-"], cwd=tmp_path, capture_output=True, text=True
    )
    record = json.loads(again.stdout)
    assert record["n_pictures"] == 8 and not record["failed"]


def test_shells_complete_names_of_methods_edits_and_formats():
    def complete(line: str) -> str:
        environment = os.environ | {
            "_PICKOUT_COMPLETE": "complete_bash",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split(" ")) - 1),
        }
        return subprocess.run(
            PICKOUT, env=environment, capture_output=True, text=True, timeout=60
        ).stdout

    assert {"superpixel", "grabcut"} <= set(complete("pickout cut a.jpg --segmenter ").split())
    assert "fill_holes" in complete("pickout cut a.jpg --edit fi")
    assert "coco" in complete("pickout extract hits.json --format co")
    assert "index" in complete("pickout in")


def test_no_color_means_no_escape_codes(tmp_path):
    environment = os.environ | {"NO_COLOR": "1", "FORCE_COLOR": ""}
    done = subprocess.run([*PICKOUT, "--help"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and "\x1b[3" not in done.stdout


@pytest.mark.slow
def test_the_doctor_finds_this_machine_well(run, tmp_path):
    answer = run("doctor", "--json", "doctor.json")
    record = json.loads((tmp_path / "doctor.json").read_text("utf-8"))
    assert answer.code == 0 and record["healthy"], record
    found = {finding["what"]: finding for finding in record["findings"]}
    assert "ms a click" in found["clicking"]["detail"]
    for finding in record["findings"]:
        if finding["state"] == "missing" and finding["what"] == "PyMatting":
            assert finding["remedy"] == "pip install 'pickout[matting]'"


def test_the_doctor_tells_what_is_broken(run, monkeypatch):
    monkeypatch.setattr("pickout.cli.doctor._NEEDED", (("a thing", "no_such_module", "all"),))
    monkeypatch.setattr("pickout.cli.doctor._click_speed", lambda: "")
    monkeypatch.setattr("pickout.cli.doctor._index_speed", lambda: "")
    answer = run("doctor")
    assert answer.code == 1 and "no_such_module" in answer.out and "reinstall" in answer.out
