"""The small network of the superpixel segmenter: an encoder, and a head that hears the prompts.

The encoder sees a window once; the head answers every prompt from what the encoder saw. The
encoder's trunk has the shape of EfficientNet-Lite0 [1]_ up to its sixth stage, so that its training
can begin with weights from ImageNet.

References
----------
.. [1] M. Tan, Q. V. Le, *EfficientNet: rethinking model scaling for convolutional neural networks*,
   ICML 2019. :arxiv:`1905.11946`
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

STAGES = (
    # expansion, kernel, stride, channels, blocks
    (1, 3, 1, 16, 1),
    (6, 3, 2, 24, 2),
    (6, 5, 2, 40, 2),
    (6, 3, 2, 80, 3),
    (6, 5, 1, 112, 3),
    (6, 5, 2, 192, 4),
)
TAPS = (1, 2, 4, 5)
"""Stages whose output the decoder sees: at strides 4, 8, 16 and 32."""

FIRST = 2
"""The stem and so many stages see edges and textures; they stay as ImageNet made them."""

FINE, MIDDLE, COARSE = 32, 48, 64
"""Channels at strides 4, 8 and 16."""

EMBEDDING = 16
"""Channels by which places are compared."""

PROMPT_MAPS = 9
"""Channels that tell of the prompts: seven of `prompt_maps`, two of `likeness`."""


class ByDepth(nn.Conv2d):
    """A convolution of each channel alone, in single precision.

    In half precision its backward pass on a CPU takes up to five times as long.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return the filtered channels."""
        with torch.autocast("cpu", enabled=False):
            return super().forward(x.float())


class Block(nn.Module):
    """Inverted residual: expand, filter by depth, project."""

    def __init__(self, source: int, target: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        middle = source * expansion
        layers: list[nn.Module] = []
        if expansion > 1:
            layers += [nn.Conv2d(source, middle, 1, bias=False), _norm(middle), nn.ReLU6()]
        layers += [
            ByDepth(middle, middle, kernel, stride, kernel // 2, groups=middle, bias=False),
            _norm(middle),
            nn.ReLU6(),
            nn.Conv2d(middle, target, 1, bias=False),
            _norm(target),
        ]
        self.layers = nn.Sequential(*layers)
        self.is_residual = stride == 1 and source == target

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output."""
        return x + self.layers(x) if self.is_residual else self.layers(x)


class Encoder(nn.Module):
    """From a window's colours to features at strides 4, 8 and 16, and an embedding at stride 4."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 32, 3, 2, 1, bias=False), _norm(32), nn.ReLU6())
        stages, source = [], 32
        for expansion, kernel, stride, channels, blocks in STAGES:
            chain = []
            for k in range(blocks):
                chain.append(Block(source, channels, expansion, kernel, stride if k == 0 else 1))
                source = channels
            stages.append(nn.Sequential(*chain))
        self.stages = nn.ModuleList(stages)
        taps = [STAGES[tap][3] for tap in TAPS]
        self.deep = _conv(taps[3], COARSE, 1)
        self.lateral = nn.ModuleList(
            nn.Conv2d(tap, width, 1)
            for tap, width in zip(taps[:3], (FINE, MIDDLE, COARSE), strict=True)
        )
        self.down = nn.ModuleList([nn.Conv2d(COARSE, MIDDLE, 1), nn.Conv2d(MIDDLE, FINE, 1)])
        self.smooth = nn.ModuleList(_conv(width, width, 3) for width in (FINE, MIDDLE, COARSE))
        self.embed = nn.Conv2d(FINE, EMBEDDING, 1)

    def keep_first(self) -> None:
        """Learn no more in the stem and the first stages, which are the costliest to learn."""
        for module in (self.stem, *self.stages[:FIRST]):
            module.eval().requires_grad_(False)

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return features at strides 4, 8, 16 and the embedding, for RGB of about [-1, 1]."""
        x, seen = self.stem(rgb), []
        for number, stage in enumerate(self.stages):
            x = stage(x)
            if number in TAPS:
                seen.append(x)
        coarse = self.smooth[2](functional.relu(self.lateral[2](seen[2]) + _up(self.deep(seen[3]))))
        middle = self.smooth[1](
            functional.relu(self.lateral[1](seen[1]) + _up(self.down[0](coarse)))
        )
        fine = self.smooth[0](functional.relu(self.lateral[0](seen[0]) + _up(self.down[1](middle))))
        return fine, middle, coarse, self.embed(fine)


class Head(nn.Module):
    """From the encoder's features and maps of the prompts to the log odds of being inside."""

    def __init__(self) -> None:
        super().__init__()
        self.hear = _conv(PROMPT_MAPS, FINE, 3)
        self.enter = _conv(FINE, FINE, 1)
        self.halve = nn.ModuleList([_conv(FINE, MIDDLE, 3, 2), _conv(MIDDLE, COARSE, 3, 2)])
        self.look = nn.ModuleList(_conv(COARSE, COARSE, 3, dilation=d) for d in (1, 2, 4))
        self.whole = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(COARSE, COARSE, 1), nn.ReLU())
        self.up = nn.ModuleList([_conv(COARSE, MIDDLE, 1), _conv(MIDDLE, FINE, 1)])
        self.mend = nn.ModuleList([_conv(MIDDLE, MIDDLE, 3), _conv(FINE, FINE, 3)])
        self.tell = nn.Conv2d(FINE, 1, 1)

    def forward(self, fine: Tensor, middle: Tensor, coarse: Tensor, prompts: Tensor) -> Tensor:
        """Return log odds at stride 4, (n, 1, h, w)."""
        x4 = self.enter(fine + self.hear(prompts))
        x8 = self.halve[0](x4) + middle
        x16 = self.halve[1](x8) + coarse
        for layer in self.look:
            x16 = x16 + layer(x16)
        x16 = x16 + self.whole(x16)
        x8 = self.mend[0](x8 + _up(self.up[0](x16)))
        x4 = self.mend[1](x4 + _up(self.up[1](x8)))
        return self.tell(x4)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.03)


def _conv(source: int, target: int, kernel: int, stride: int = 1, dilation: int = 1) -> nn.Module:
    room = dilation * (kernel // 2)
    return nn.Sequential(
        nn.Conv2d(source, target, kernel, stride, room, dilation, bias=False),
        _norm(target),
        nn.ReLU(),
    )


def _up(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


def begin_with(encoder: Encoder, head: Head, path: Path) -> None:
    """Give the network the weights of an earlier one, or its trunk those of `begin_trunk`."""
    file = torch.load(path, map_location="cpu", weights_only=True)
    if isinstance(file, list):
        encoder.load_state_dict(file[0])
        head.load_state_dict(file[1])
    else:
        _begin_trunk(encoder, file, path)


def begin_trunk(module: nn.Module, path: Path) -> None:
    """Give a module's `stem` and `stages` the weights of an EfficientNet-Lite0, or of a network.

    The former are taken in the order of its layers.
    """
    _begin_trunk(module, torch.load(path, map_location="cpu", weights_only=True), path)


def _begin_trunk(module: nn.Module, file: list | dict, path: Path) -> None:
    parts = ("stem", "stages")
    trunk = {k: v for k, v in module.state_dict().items() if k.startswith(parts)}
    if isinstance(file, list):
        weights = {name: file[0][name] for name in trunk}
    else:
        weights = dict(zip(trunk, file.values(), strict=False))
    for name, value in weights.items():
        if value.shape != trunk[name].shape:
            raise ValueError(f"{path}: {name} has shape {value.shape}, not {trunk[name].shape}")
    module.load_state_dict(weights, strict=False)
