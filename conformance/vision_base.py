"""What torchvision's v2 transforms make of samples of image, mask, boxes and points: python conformance/vision_base.py

Writes src/vision/transforms/v2/samples.fixture.json: samples by name, and for each transform its arguments (as Hone takes them), its text, and what came out of a
few calls after one seed, with the number that torch.rand gives next. Of more than 4 exact numbers there is the start of the SHA-256 of their bytes.
"""
import hashlib
import json
import random
import warnings
from pathlib import Path

import numpy as np
import torch
import torchvision.transforms as v1
from PIL import Image
from torchvision import tv_tensors as tv
from torchvision.transforms import v2

warnings.filterwarnings("ignore")
OUT = Path(__file__).parent.parent / "src" / "vision" / "transforms" / "v2" / "samples.fixture.json"
RNG = np.random.default_rng(7)


def pil(mode, width, height):
    shape = (height, width) if mode == "L" else (height, width, len(mode))
    return Image.fromarray(RNG.integers(0, 256, shape, dtype=np.uint8), mode)


def whole(*shape, high=256, dtype=torch.uint8):
    return torch.tensor(RNG.integers(0, high, shape), dtype=dtype)


def floats(*shape):
    return torch.tensor(RNG.integers(0, 64, shape) / 64, dtype=torch.float32)


def boxes(format, canvas, dtype=torch.float32, mode="soft"):
    h, w = canvas
    corners = [[0, 0, w, h], [1, 0, 3, 2], [w - 2, h - 3, w, h], [1, 1, 2, h]]
    if dtype == torch.float32:
        corners = [[x + 0.25 if x < 2 else x - 0.5 for x in box] for box in corners]
    made = tv.BoundingBoxes(torch.tensor(corners, dtype=dtype), format="XYXY", canvas_size=canvas, clamping_mode=mode)
    return v2.functional.convert_bounding_box_format(made, new_format=tv.BoundingBoxFormat[format])


def points(canvas, dtype=torch.float32):
    h, w = canvas
    return tv.KeyPoints(torch.tensor([[0, 0], [w - 1, h - 1], [1.5, 2.25], [w, h]], dtype=dtype), canvas_size=canvas)


CANVAS = (6, 7)
SAMPLES = {
    "photo": {"image": pil("RGB", 7, 6), "mask": tv.Mask(whole(6, 7, high=5)), "boxes": boxes("XYXY", CANVAS), "points": points(CANVAS), "label": 3},
    "pair": [tv.Image(whole(3, 6, 7)), [boxes("XYWH", CANVAS, torch.int64), {"labels": torch.tensor([1, 2, 3, 4]), "name": "a"}]],
    "middles": [tv.Image(floats(1, 6, 7)), boxes("CXCYWH", CANVAS), tv.Mask(whole(4, 6, 7, high=2, dtype=torch.bool))],
    "whole middles": [boxes("CXCYWH", CANVAS, torch.int64), points(CANVAS, torch.int64)],
    "free": [boxes("XYXY", CANVAS, mode=None), points(CANVAS)],
    "plain": [floats(3, 6, 7), torch.tensor([1.0, 2.0]), floats(3, 2, 2)],
    "grey": pil("L", 7, 6),
    "tensor": floats(3, 6, 7),
    "bytes": whole(3, 6, 7),
    "numbers": whole(1, 2, 3, high=2**30, dtype=torch.int32),
    "film": tv.Video(whole(2, 3, 6, 7)),
    "outside": [tv.BoundingBoxes([[-2.5, 1, 9, 3], [1, 1, 1, 4], [-3, -3, -1, -1], [0, 0, 6, 6]], format="XYXY", canvas_size=CANVAS),
                tv.KeyPoints([[-1.0, 2], [3, 9], [1, 1], [6, 5]], canvas_size=CANVAS), {"labels": torch.tensor([5, 6, 7, 8])}],
    "groups": [tv.KeyPoints([[[-1.0, 2], [3, 3]], [[1, 1], [6, 5]]], canvas_size=CANVAS), torch.tensor([1, 2])],
    "batch": [floats(4, 1, 3, 4), torch.tensor([2, 0, 1, 2])],
    "shares": [tv.Image(floats(3, 1, 3, 4)), torch.tensor([[0.25, 0.75], [1.0, 0.0], [0.5, 0.5]])],
    "bytes batch": [whole(5, 1, 5, 4), torch.tensor([0, 1, 2, 1, 0])],
}


def digest(data):
    return hashlib.sha256(data).hexdigest()[:12]


def numbers(x, exact):
    if exact and x.numel() > 4:
        return {"dtype": str(x.dtype).removeprefix("torch."), "shape": list(x.shape), "hash": digest(x.contiguous().numpy().tobytes())}
    data = x.reshape(-1).tolist()
    if x.dtype == torch.float32:
        data = [float(f"{number:.9g}") for number in data]
    if x.is_floating_point():
        data = [int(number) if number == int(number) else number for number in data]
    if x.dtype == torch.bool:
        data = [int(number) for number in data]
    return {"dtype": str(x.dtype).removeprefix("torch."), "shape": list(x.shape), "data": data}


def value(x, exact=False):
    if isinstance(x, (tuple, list)):
        return [value(item, exact) for item in x]
    if isinstance(x, dict):
        return {"fields": {key: value(item, exact) for key, item in x.items()}}
    if isinstance(x, Image.Image):
        if exact and len(x.tobytes()) > 4:
            return {"mode": x.mode, "size": list(x.size), "hash": digest(x.tobytes())}
        return {"mode": x.mode, "size": list(x.size), "data": x.tobytes().hex()}
    if not isinstance(x, torch.Tensor):
        return {"value": x}
    out = {"kind": type(x).__name__, **numbers(x, exact)}
    if isinstance(x, tv.BoundingBoxes):
        out |= {"format": x.format.value, "canvas": list(x.canvas_size), "clamping": x.clamping_mode}
    if isinstance(x, tv.KeyPoints):
        out |= {"canvas": list(x.canvas_size)}
    return out


DTYPES = {"float32": torch.float32, "float64": torch.float64, "uint8": torch.uint8, "int32": torch.int32, "int64": torch.int64}
KINDS = {"Tensor": torch.Tensor, "Image": tv.Image, "Mask": tv.Mask, "BoundingBoxes": tv.BoundingBoxes, "KeyPoints": tv.KeyPoints, "others": "others"}


class Made:
    """A transform of torchvision, and how it is made in Hone."""

    def __init__(self, name, *args, space=v2, **kwargs):
        self.name = ("v1." if space is v1 else "v2.") + name
        python = lambda x: x.transform if isinstance(x, Made) else [python(i) for i in x] if isinstance(x, list) else x
        self.transform = getattr(space, name)(*[python(x) for x in args], **{key: python(x) for key, x in kwargs.items()})
        self.args = [hone(x) for x in args] + ([{camel(key): hone(x) for key, x in kwargs.items()}] if kwargs else [])


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def hone(x):
    if isinstance(x, Made):
        return {"name": x.name, "args": x.args}
    if isinstance(x, torch.dtype):
        return str(x).removeprefix("torch.")
    if isinstance(x, dict):
        return {next(name for name, kind in KINDS.items() if kind == key): hone(item) for key, item in x.items()}
    return [hone(item) for item in x] if isinstance(x, (list, tuple)) else x


CASES = []


def copied(x):
    if isinstance(x, (list, tuple)):
        return [copied(item) for item in x]
    if isinstance(x, dict):
        return {key: copied(item) for key, item in x.items()}
    return x.clone() if isinstance(x, torch.Tensor) else x


def case(names, made, calls=1, seed=0):
    for name in names:
        torch.manual_seed(seed)
        random.seed(seed)
        sample = copied(SAMPLES[name])
        outputs = [value(made.transform(sample), made.name not in ("v2.MixUp", "v2.CutMix")) for _ in range(calls)]
        CASES.append({"transform": {"name": made.name, "args": made.args}, "text": repr(made.transform), "seed": seed, "sample": name, "outputs": outputs, "next": torch.rand(1).item()})


ALL = ["photo", "pair", "middles", "whole middles", "free", "plain", "grey"]


def main():
    for seed in (0, 3):
        some = ALL if seed else ["photo", "middles"]
        for name in ("RandomHorizontalFlip", "RandomVerticalFlip"):
            case([*some, "film"], Made(name), 3, seed)
        case(some, Made("RandomCrop", 4), 2, seed)
        case(some, Made("RandomCrop", (6, 3)), 2, seed)
        case(some, Made("RandomCrop", (3, 7), padding=0), 2, seed)
        case(some, Made("RandomCrop", (5, 6), padding=(2, 1, 0, 1)), 2, seed)
        case(some, Made("RandomCrop", (9, 8), pad_if_needed=True, fill=2), 2, seed)
        case(["grey", "tensor"], Made("RandomCrop", (6, 9), pad_if_needed=True, padding=1, padding_mode="reflect"), 3, seed)
    case(["grey"], Made("RandomCrop", (6, 3), space=v1), 3)
    for size in (4, (3, 5), (9, 4), (8, 9), 1):
        case(ALL, Made("CenterCrop", size))
    for padding in (1, (2, 1), (0, 3, 2, 1)):
        case(ALL, Made("Pad", padding))
        case(ALL, Made("Pad", padding, fill=3))
    case(["tensor"], Made("Pad", 1, (0.5, 0.25, 0.75)))
    case(["tensor", "grey"], Made("Pad", [1, 2], padding_mode="symmetric"))
    case(["bytes", "grey"], Made("FiveCrop", (3, 4)))
    case(["bytes"], Made("TenCrop", 3, vertical_flip=True))

    for format in ("XYXY", "XYWH", "CXCYWH"):
        case(["photo", "pair", "middles", "whole middles", "outside"], Made("ConvertBoundingBoxFormat", format))
    case(["outside", "photo", "free", "pair", "middles", "whole middles"], Made("ClampBoundingBoxes"))
    case(["outside"], Made("ClampBoundingBoxes", None))
    case(["free"], Made("ClampBoundingBoxes", clamping_mode="hard"))
    case(["outside", "photo", "groups", "whole middles"], Made("ClampKeyPoints"))
    case(["free", "photo"], Made("SetClampingMode", "hard"))
    case(["photo"], Made("Compose", [Made("SetClampingMode", None), Made("CenterCrop", 2)]))
    case(["outside"], Made("SanitizeBoundingBoxes", labels_getter=None))
    case(["photo", "middles", "free"], Made("SanitizeBoundingBoxes", 3, 6, None))
    case(["pair"], Made("SanitizeBoundingBoxes", min_size=2.5, labels_getter=None))
    case(["outside", "photo", "groups"], Made("SanitizeKeyPoints"))
    case(["groups"], Made("SanitizeKeyPoints", "default"))

    case(["photo", "pair", "middles", "plain", "grey", "film", "free"], Made("ToImage"))
    case(["photo", "pair", "plain", "grey", "film"], Made("ToPureTensor"))
    for dtype in (torch.float32, torch.float64, torch.uint8, torch.int32, torch.int64):
        case(["pair", "bytes", "numbers"], Made("ToDtype", dtype, scale=True))
        case(["pair", "bytes", "tensor", "film", "photo"], Made("ToDtype", dtype))
        case(["bytes", "numbers"], Made("ConvertImageDtype", dtype))
        case(["bytes", "numbers"], Made("ConvertImageDtype", dtype, space=v1))
    for dtype in (torch.float32, torch.float64, torch.uint8):
        case(["tensor"], Made("ToDtype", dtype, True))
        case(["tensor", "plain"], Made("ConvertImageDtype", dtype))
    case(["middles", "photo"], Made("ToDtype", {tv.Image: torch.float64, tv.Mask: torch.int64, "others": None}, scale=True))
    case(["plain"], Made("ToDtype", {torch.Tensor: torch.float64}))
    case(["middles"], Made("Normalize", [0.5], [0.25]))
    case(["plain"], Made("Normalize", [0.5, 0.25, 0.125], [0.25, 0.5, 0.3]))
    case(["photo"], Made("PILToTensor"))

    flips = [Made("RandomHorizontalFlip"), Made("RandomVerticalFlip", 0.3)]
    crops = [Made("CenterCrop", 5), Made("RandomCrop", 3), Made("Pad", 1)]
    for seed in (0, 5):
        case(["photo", "pair", "grey"], Made("Compose", [*flips, Made("RandomCrop", 5)]), 3, seed)
        case(["photo", "tensor"], Made("RandomApply", flips, p=0.7), 5, seed)
        case(["photo", "tensor"], Made("RandomOrder", [*crops, *flips]), 5, seed)
        case(["photo", "tensor"], Made("RandomChoice", crops), 6, seed)
        case(["photo", "tensor"], Made("RandomChoice", crops, [0.5, 3, 1.25]), 6, seed)
        for alpha in (1.0, 0.2, 2.5):
            for name in ("MixUp", "CutMix"):
                case(["batch"], Made(name, alpha=alpha, num_classes=3), 3, seed)
                case(["shares"], Made(name, alpha=alpha), 2, seed)
        case(["bytes batch"], Made("CutMix", num_classes=4), 3, seed)
    case(["grey"], Made("Compose", [Made("CenterCrop", 3)]))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"samples": {name: value(x) for name, x in SAMPLES.items()}, "cases": CASES}, separators=(",", ":")) + "\n")
    print(len(CASES), OUT.stat().st_size)


if __name__ == "__main__":
    main()
