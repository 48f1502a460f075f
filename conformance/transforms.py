"""What torchvision's transforms make of small images: python conformance/transforms.py

Writes conformance/fixtures/transforms/expected.json: for each transform its arguments (as Hone takes them), its text, and for each input what came out of a few
calls after one seed, with the number that torch.rand gives next. Images of PIL are {mode, size, data in hex}; tensors are {dtype, shape, data}.
"""
import json
import random
from pathlib import Path

import numpy as np
import torch
import torchvision.transforms as T
from PIL import Image

OUT = Path(__file__).parent / "fixtures" / "transforms" / "expected.json"
RNG = np.random.default_rng(3)


def pil(mode: str, width: int, height: int) -> Image.Image:
    shape = (height, width) if mode == "L" else (height, width, len(mode))
    return Image.fromarray(RNG.integers(0, 256, shape, dtype=np.uint8), mode)


INPUTS = {
    "L": pil("L", 7, 5), "LA": pil("LA", 4, 5), "RGB": pil("RGB", 5, 6), "RGBA": pil("RGBA", 3, 4),
    "float": torch.tensor(RNG.integers(0, 64, (3, 5, 6)) / 64, dtype=torch.float32),
    "double": torch.tensor(RNG.integers(0, 64, (2, 1, 6, 5)) / 64, dtype=torch.float64),
    "bytes": torch.tensor(RNG.integers(0, 256, (1, 6, 7)), dtype=torch.uint8),
    "plain": torch.tensor(RNG.integers(0, 256, (5, 4)), dtype=torch.int64),
}
IMAGES = ["L", "LA", "RGB", "RGBA"]
TENSORS = ["float", "double", "bytes", "plain"]
BOTH = IMAGES + TENSORS


def value(x):
    if isinstance(x, (tuple, list)):
        return [value(item) for item in x]
    if isinstance(x, Image.Image):
        return {"mode": x.mode, "size": list(x.size), "data": x.tobytes().hex()}
    data = x.reshape(-1).tolist()
    if x.dtype == torch.float32:
        data = [float(f"{number:.9g}") for number in data]  # Nine digits tell all of them apart.
    if x.is_floating_point():
        data = [int(number) if number == int(number) else number for number in data]
    return {"dtype": str(x.dtype).removeprefix("torch."), "shape": list(x.shape), "data": data}


CAMEL = {"padding_mode": "paddingMode", "pad_if_needed": "padIfNeeded", "vertical_flip": "verticalFlip"}


def as_hone(x):
    if isinstance(x, Made):
        return {"name": x.name, "args": x.args}
    return [as_hone(item) for item in x] if isinstance(x, (list, tuple)) else x


class Made:
    """A transform of torchvision, and how it is made in Hone."""

    def __init__(self, name: str, *args, **kwargs):
        inner = lambda x: [i.transform if isinstance(i, Made) else i for i in x] if isinstance(x, list) else x
        self.name = name
        self.transform = getattr(T, name)(*[inner(x) for x in args], **{key: inner(x) for key, x in kwargs.items()})
        self.args = [as_hone(x) for x in args] + ([{CAMEL.get(key, key): as_hone(x) for key, x in kwargs.items()}] if kwargs else [])


CASES: list = []


def case(names: list, made: Made, calls: int = 1, seed: int = 0) -> None:
    outputs = {}
    for name in names:
        torch.manual_seed(seed)
        random.seed(seed)
        image = INPUTS[name].clone() if isinstance(INPUTS[name], torch.Tensor) else INPUTS[name]
        outputs[name] = {"outputs": [value(made.transform(image)) for _ in range(calls)], "next": torch.rand(1).item()}
    CASES.append({"name": made.name, "args": made.args, "text": repr(made.transform), "seed": seed, "calls": calls, "outputs": outputs})


def rotations() -> list:
    """What PIL's Image.rotate makes of the images, with its options as Hone names them."""
    out = []
    options = [{}, {"expand": True}, {"center": (1, 2)}, {"translate": (1, -2), "expand": True}, {"center": (0.5, 3.25), "translate": (2, 1), "fillcolor": True}]
    for i, angle in enumerate((0, 90, 180, 270, 45, -30, 12.5, 399, 1e-3)):
        for name in ("L", "RGB", ["LA", "RGBA"][i % 2]):
            for given in options:
                image = INPUTS[name]
                kwargs = dict(given)
                if "fillcolor" in kwargs:
                    kwargs["fillcolor"] = 9 if name == "L" else tuple(range(5, 5 + len(name)))
                hone = {"fillColor" if key == "fillcolor" else key: x for key, x in kwargs.items()}
                turned = image.rotate(angle, **kwargs)
                out.append({"input": name, "angle": angle, "options": hone, "size": list(turned.size), "data": turned.tobytes().hex()})
    return out


def main() -> None:
    case(IMAGES, Made("ToTensor"))
    case(IMAGES, Made("PILToTensor"))
    case(["float", "bytes"], Made("ToPILImage"))
    case(["bytes"], Made("ToPILImage", "L"))
    case(["float"], Made("ToPILImage", mode="RGB"))
    case(["float"], Made("Normalize", [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    case(["float", "double"], Made("Normalize", [0.5], [0.25]))
    case(["float", "double"], Made("Normalize", 0.5, 0.3))
    case(["float"], Made("Normalize", [0.5, 0.0, 1.0], [0.1, 2.0, 1e-05], inplace=True))

    for size in (3, 4, (2, 3), (3, 2), (5, 4), (1, 1), (9, 8), (8, 3), (4, 9), (3,)):
        case(BOTH, Made("CenterCrop", size if not isinstance(size, tuple) or len(size) == 2 else 3))
    for size in (2, (3, 2)):
        case(["L", "RGB", "float", "double"], Made("FiveCrop", size))
        case(["L", "RGB", "float"], Made("TenCrop", size))
        case(["RGBA", "bytes"], Made("TenCrop", size, vertical_flip=True))
    case(["L", "double"], Made("TenCrop", (1, 2), True))

    for padding in (1, (2, 1), (0, 1, 2, 3), (1, -1), (-1, 2, 0, -2)):
        case(BOTH, Made("Pad", padding))
        case(["L", "RGB", "float", "bytes"], Made("Pad", padding, fill=7))
        for mode in ("edge", "reflect", "symmetric"):
            negative = isinstance(padding, tuple) and min(padding) < 0
            case(IMAGES if negative else IMAGES + ["float", "double", "bytes"], Made("Pad", padding, padding_mode=mode))
    for mode in ("edge", "reflect", "symmetric"):
        case(["L", "LA"], Made("Pad", (5, 12, 3, 9), padding_mode=mode))
    case(["RGB"], Made("Pad", 2, (10, 300, -20)))
    case(["RGBA"], Made("Pad", (1, 2), (1, 2, 3, 4), "constant"))
    case(["LA"], Made("Pad", 1, fill=(200, 30)))
    case(["float", "double"], Made("Pad", 1, 0.5))

    for seed in (0, 42):
        for p in (0.5, 0.25, 1, 0):
            for name in ("RandomHorizontalFlip", "RandomVerticalFlip"):
                case(["L"], Made(name, p), 4, seed)
        for name in ("RandomHorizontalFlip", "RandomVerticalFlip"):
            case(BOTH, Made(name), 2, seed)
        for size in (3, (2, 3), (4, 3), (4, 2)):
            case(BOTH if seed else ["RGB"], Made("RandomCrop", size), 3, seed)
        case(["L", "RGB", "float", "double"], Made("RandomCrop", 5, padding=2), 3, seed)
        case(["L", "RGB", "float"], Made("RandomCrop", (4, 5), (1, 2), False, 9), 3, seed)
        case(["RGB"], Made("RandomCrop", 4, padding=(3, 0, 1, 2), fill=(9, 8, 7)), 3, seed)
        case(["RGB", "bytes"], Made("RandomCrop", (8, 9), pad_if_needed=True), 2, seed)
        for mode in ("edge", "reflect", "symmetric"):
            case(["L", "float"], Made("RandomCrop", (5, 6), padding=1, pad_if_needed=True, padding_mode=mode), 3, seed)
        flips = [Made("RandomHorizontalFlip"), Made("RandomVerticalFlip", 0.3)]
        case(["L", "RGB", "float"], Made("RandomApply", [Made("Pad", 1), *flips], 0.6), 5, seed)
        case(["L", "float"], Made("RandomApply", [Made("CenterCrop", 3)], p=0.1), 5, seed)
        case(["L", "float"], Made("RandomOrder", [Made("Pad", 1), Made("CenterCrop", 3), Made("RandomCrop", 2), *flips]), 6, seed)
        case(["L", "float"], Made("RandomChoice", [Made("Pad", 1), Made("CenterCrop", 3), Made("CenterCrop", 2)]), 8, seed)
        case(["L", "float"], Made("RandomChoice", [Made("Pad", 1), Made("CenterCrop", 3), Made("CenterCrop", 2)], [0.5, 3, 1.25]), 8, seed)
        case(["L", "RGB"], Made("Compose", [Made("RandomCrop", 4, padding=2), *flips, Made("ToTensor"), Made("Normalize", [0.5], [0.25])]), 3, seed)
    case(["L"], Made("RandomOrder", [Made("CenterCrop", n) for n in (9, 4, 7, 2, 3)]), 6, 2**40 + 5)
    case(["L", "float"], Made("Compose", []))
    case(["L"], Made("Compose", [Made("Compose", [Made("CenterCrop", 3)]), Made("RandomApply", [Made("Pad", 1)])]))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"inputs": {name: value(x) for name, x in INPUTS.items()}, "cases": CASES, "rotations": rotations()}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
