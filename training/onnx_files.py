"""The trained network as ONNX files: weights in half precision, everything else as it is."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from pickout.segmenters._superpixel.upright import FILE, SIZE
from training.examples import SIZES
from training.network import PROMPT_MAPS, Encoder, Head

LARGE = 1000
"""Weights of at least so many numbers are stored in half precision."""


def export(encoder: Encoder, head: Head, folder: Path) -> None:
    """Write `encoder.onnx` and `head.onnx`."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder, head = encoder.eval(), head.eval()
    rgb = torch.zeros(1, 3, *SIZES[0])
    *features, embedding = encoder(rgb)
    maps = torch.zeros(1, PROMPT_MAPS, *embedding.shape[2:])
    names = ["fine", "middle", "coarse"]
    _export(encoder, (rgb,), folder / "encoder.onnx", ["rgb"], [*names, "embedding"])
    _export(head, (*features, maps), folder / "head.onnx", [*names, "prompts"], ["odds"])


def export_upright(network: torch.nn.Module, folder: Path) -> None:
    """Write `upright.onnx`."""
    _export(network.eval(), (torch.zeros(1, 3, *SIZE),), folder / FILE, ["rgb"], ["odds"], True)


def _export(
    module: torch.nn.Module,
    inputs: tuple[torch.Tensor, ...],
    path: Path,
    sources: list[str],
    targets: list[str],
    fixed: bool = False,
) -> None:
    with warnings.catch_warnings():
        # The newer exporter needs one more package.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            module, inputs, str(path), dynamo=False, input_names=sources, output_names=targets,
            dynamic_axes={} if fixed else {n: {2: f"{n} h", 3: f"{n} w"} for n in sources},
            opset_version=13,
        )  # fmt: skip
    halve(path)


def halve(path: Path) -> None:
    """Store the large weights of an ONNX file in half precision; it computes as before."""
    model = onnx.load(path)
    weights, casts = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type == TensorProto.FLOAT and values.size >= LARGE:
            stored = numpy_helper.from_array(values.astype(np.float16), f"{tensor.name} half")
            casts.append(
                helper.make_node("Cast", [stored.name], [tensor.name], to=TensorProto.FLOAT)
            )
            tensor = stored
        weights.append(tensor)
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(weights)
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)
