"""What Pillow and torchvision make of small images that are turned, sheared, warped and erased: python conformance/vision_warp.py

Writes conformance/fixtures/transforms/warp.json: the inputs; what Image.transform and Image.rotate of Pillow give; for each function its arguments and what it gives
for each input; for each class its arguments, its text, and what a few calls give after one seed, with the number that torch.rand gives next; and what v2's classes make of
samples of an image, a mask, boxes and points. Encodings are those of vision_colour.py, whose helpers serve here, too.
"""
import json
import math
from pathlib import Path

import numpy as np
import torch
import torchvision.transforms as T
import torchvision.transforms.functional as F
import torchvision.transforms.v2 as T2
import torchvision.transforms.v2._geometry as v2_geometry
import torchvision.transforms.v2.functional as F2
import torchvision.transforms.v2.functional._geometry as v2_functional_geometry
from PIL import Image
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode

from vision_colour import noise, photo, pil, value

coefficients = F._get_perspective_coeffs


def without_residue(startpoints, endpoints):
    """Where a coefficient is 0, LAPACK leaves some 1e-16 that is another on each machine, and that decides of places on the border between two pixels."""
    return [0.0 if abs(c) < 1e-9 else c for c in coefficients(startpoints, endpoints)]


F._get_perspective_coeffs = v2_geometry._get_perspective_coeffs = v2_functional_geometry._get_perspective_coeffs = without_residue

OUT = Path(__file__).parent / "fixtures" / "transforms" / "warp.json"

IMAGES = {
    "L": pil(noise(5, 7, 1)), "LA": pil(noise(5, 7, 2)), "RGB": pil(noise(6, 6, 3)), "RGBA": pil(noise(7, 5, 4)), "one": pil(noise(1, 1, 3)),
    "photo": pil(photo(17, 31, 3)), "digit": pil(photo(28, 28, 1)), "row": pil(noise(1, 9, 1)),
}
TENSORS = {
    "bytes": torch.from_numpy(noise(3, 5, 7)), "many": torch.from_numpy(noise(2, 3, 6, 6)), "shades": torch.from_numpy(photo(17, 31, 1)[..., 0])[None].contiguous(),
    "float": torch.from_numpy(noise(3, 6, 5)) / 255, "double": torch.from_numpy(noise(1, 3, 4)).double() / 255, "whole": torch.from_numpy(noise(1, 6, 5)).long(),
}
INPUTS = {**IMAGES, **TENSORS}
ALL = tuple(INPUTS)
CAMEL = {"distortion_scale": "distortionScale", "fillcolor": "fillColor", "clamping_mode": "clampingMode"}
MODES = {"nearest": InterpolationMode.NEAREST, "nearestExact": InterpolationMode.NEAREST_EXACT, "bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}


def arguments(args, kwargs) -> list:
    return [*args, *([{CAMEL.get(key, key): x for key, x in kwargs.items()}] if kwargs else [])]


def given(x, v2=False):
    """Python's form of an argument: tuples, and the enum of interpolations."""
    if isinstance(x, list):
        return tuple(given(item, v2) for item in x)
    return MODES.get(x, x) if isinstance(x, str) and not v2 else x


def points(x):
    return [list(point) for point in x]


PILLOW: list = []
RESAMPLE = {"nearest": 0, "bilinear": 2, "bicubic": 3}
METHODS = {"affine": Image.AFFINE, "extent": Image.EXTENT, "perspective": Image.PERSPECTIVE, "quad": Image.QUAD}


def pillow(key: str, name: str, args: list, resample: str, fill=None, **options) -> None:
    color = tuple(fill) if isinstance(fill, list) else fill
    plain = [METHODS[x] if isinstance(x, str) else x for x in args]
    out = getattr(IMAGES[key], name)(*plain, resample=RESAMPLE[resample], fillcolor=color, **options)
    PILLOW.append({"input": key, "name": name, "args": [*args, {"resample": resample, "fillColor": fill, **options}], "output": value(out)})


FUNCTIONS: list = []


def function(hone: str, name: str, *args, inputs=ALL, v2: bool = False, **kwargs) -> None:
    outputs = {}
    for key in inputs:
        image = INPUTS[key].clone() if key in TENSORS else INPUTS[key]
        python = [points(x) if hone == "perspective" and isinstance(x, list) and isinstance(x[0], list) else list(x) if isinstance(x, list) else given(x) for x in args]
        try:
            outputs[key] = value(getattr(F2 if v2 else F, name)(image, *python, **{k: list(x) if isinstance(x, list) else given(x) for k, x in kwargs.items()}))
        except (TypeError, ValueError, RuntimeError):
            outputs[key] = None
    FUNCTIONS.append({"name": hone, "v2": v2, "args": arguments(args, kwargs), "outputs": outputs})


CLASSES: list = []


def transform(name: str, *args, inputs=ALL, seed: int = 5, calls: int = 3, v2: bool = False, **kwargs) -> None:
    made = getattr(T2 if v2 else T, name)(*[given(x, v2) for x in args], **{key: given(x, v2) for key, x in kwargs.items()})
    outputs = {}
    for key in inputs:
        torch.manual_seed(seed)
        image = lambda: INPUTS[key].clone() if key in TENSORS else INPUTS[key]
        outputs[key] = {"outputs": [value(made(image())) for _ in range(calls)], "next": torch.rand(1).item()}
    CLASSES.append({"name": name, "args": arguments(args, kwargs), "v2": v2, "text": repr(made), "seed": seed, "calls": calls, "outputs": outputs})


SAMPLES: list = []
PARTS: dict = {}
CANVAS = (9, 12)
NOISE = noise(2, *CANVAS)
SCENE = photo(*CANVAS, 3).transpose(2, 0, 1).copy()
BOXES = torch.tensor([[1.0, 2.0, 7.5, 6.25], [0.0, 0.0, 12.0, 9.0], [10.0, 8.0, 11.0, 9.0]])
POINTS = torch.tensor([[0.0, 0.0], [11.0, 8.0], [4.25, 6.5]])


def sample(name: str, *args, seed: int = 9, clamping_mode="soft", **kwargs) -> None:
    """One draw for image, mask, boxes in all formats, whole numbers too, and points."""
    made = getattr(T2, name)(*map(given, args), **{key: given(x) for key, x in kwargs.items()})
    corners = tv_tensors.BoundingBoxes(BOXES, format="XYXY", canvas_size=CANVAS, clamping_mode=clamping_mode)
    parts = {
        "image": tv_tensors.Image(torch.from_numpy(SCENE)), "mask": tv_tensors.Mask(torch.from_numpy(NOISE[0] % 4)),
        "masks": tv_tensors.Mask(torch.from_numpy(NOISE % 2)), "XYXY": corners,
    }
    for format in ("XYWH", "CXCYWH"):
        parts[format] = F2.convert_bounding_box_format(corners, new_format=tv_tensors.BoundingBoxFormat[format])
        parts[format + " whole"] = tv_tensors.wrap(parts[format].as_subclass(torch.Tensor).long(), like=parts[format])
    parts["points"] = tv_tensors.KeyPoints(POINTS, canvas_size=CANVAS)
    parts["whole points"] = tv_tensors.KeyPoints(POINTS.long(), canvas_size=CANVAS)
    torch.manual_seed(seed)
    out = made(parts)

    def described(x, whole):
        plain = value(x.as_subclass(torch.Tensor), whole)
        return plain | ({"canvas": list(x.canvas_size)} if hasattr(x, "canvas_size") else {})

    if not PARTS:
        PARTS.update({key: described(x, True) for key, x in parts.items()})
    outputs = {key: described(x, False) for key, x in out.items()}
    SAMPLES.append({"name": name, "args": arguments(args, kwargs), "seed": seed, "clamping": clamping_mode, "outputs": outputs, "next": torch.rand(1).item()})


def main() -> None:
    turn = lambda degrees, x, y, s=1.0: [s * math.cos(math.radians(degrees)), s * math.sin(math.radians(degrees)), x, -s * math.sin(math.radians(degrees)), s * math.cos(math.radians(degrees)), y]
    for key, image in IMAGES.items():
        fill = list(range(40, 40 + 50 * len(image.mode), 50))
        for resample in RESAMPLE:
            pillow(key, "transform", [[9, 6], "affine", turn(33, 1.25, 2.5)], resample, fill)
            pillow(key, "transform", [[6, 8], "affine", [0.5, 0, 0.75, 0, -1.5, 6.25]], resample)
            pillow(key, "transform", [[5, 5], "extent", [-1.5, 0.25, 4, 6]], resample, fill)
            pillow(key, "transform", [[8, 7], "perspective", [1.1, 0.2, -1, -0.1, 0.9, 0.5, 0.02, -0.03]], resample, fill)
            pillow(key, "transform", [[7, 5], "quad", [0.5, 1, 1, 5, 6, 4.5, 5.5, -0.5]], resample)
            pillow(key, "rotate", [-17.5], resample, fill, expand=True)
            pillow(key, "rotate", [90], resample, center=[1, 2])
            pillow(key, "rotate", [45], resample, translate=[2, -1])
    pillow("photo", "transform", [[40, 30], "affine", [9e4, 3, -1e5, 1, 2, 3]], "nearest", [1, 2, 3])

    for mode in ("nearest", "bilinear"):
        for angle in (0, 30, -75.5, 90, 180, 270):
            function("rotate", "rotate", angle, mode)
            function("rotate", "rotate", angle, mode, True, fill=[7])
        function("rotate", "rotate", 20, mode, center=[2, 1], fill=3)
        function("affine", "affine", 0, [0, 0], 1, [0, 0], interpolation=mode)
        function("affine", "affine", 25, [1, -2], 0.7, [10, -5], interpolation=mode)
        function("affine", "affine", -140, [0.5, 1.5], 1.8, [0], interpolation=mode, fill=[100])
        function("affine", "affine", 10, [0, 1], 1, [15.0, 0.0], interpolation=mode, center=[1, 1], fill=2)
        function("perspective", "perspective", [[0, 0], [5, 0], [5, 4], [0, 4]], [[1, 0], [4, 1], [5, 3], [0, 4]], mode)
        function("perspective", "perspective", [[0, 0], [6, 0], [6, 5], [0, 5]], [[-1, 1], [8, -2], [5, 5], [1, 7]], mode, fill=[9])
    function("rotate", "rotate", 33, "bicubic")
    function("rotate", "rotate", 33, "nearestExact")
    function("rotate", "rotate", 12, fill=[10, 20, 30])
    function("affine", "affine", 25, [1, -2], 0.7, [10, -5], "bicubic", fill=[9, 8, 7])

    both = ("L", "RGB", "RGBA", "photo", "digit", "bytes", "many", "shades", "float", "double", "whole")
    transform("RandomRotation", 30, inputs=both)
    transform("RandomRotation", [10, 170], "bilinear", True, fill=4, inputs=both)
    transform("RandomRotation", 180, center=[2, 3], fill=[1, 20, 250], inputs=("RGB", "photo", "bytes", "many", "float"))
    transform("RandomRotation", [90, 90], interpolation="bilinear", inputs=both)
    transform("RandomRotation", 60, "bicubic", inputs=("L", "LA", "RGBA", "digit", "photo"), seed=2**33 + 1)
    transform("RandomAffine", 40, inputs=both)
    transform("RandomAffine", 15, [0.1, 0.3], [0.8, 1.2], 10, inputs=both, calls=4)
    transform("RandomAffine", [-5, 60], [0, 0.5], None, [0, 10, -20, 20], "bilinear", [30], inputs=both, calls=4)
    transform("RandomAffine", 0, scale=[0.5, 2.5], shear=[5, 8], interpolation="bilinear", fill=17, center=[1, 0], inputs=both)
    transform("RandomPerspective", inputs=both, calls=4)
    transform("RandomPerspective", 0.9, 1, "nearest", 50, inputs=("L", "photo", "digit", "shades", "bytes", "float"))
    transform("RandomPerspective", distortion_scale=0.2, p=0.8, fill=[3, 100, 200], inputs=("RGB", "photo", "many", "float"), calls=4)
    transform("RandomPerspective", 0.3, 1, "bicubic", inputs=("RGBA", "photo"))
    large = ("photo", "digit", "shades")
    transform("ElasticTransform", 50.0, 2.0, inputs=("digit", "photo", "shades"), calls=2)
    transform("ElasticTransform", [20.0, 90.0], [0.8, 1.5], "nearest", 9, inputs=large, calls=2)
    transform("ElasticTransform", 8.0, [0.0, 0.0], fill=[3], inputs=("L", "RGB", "bytes", "float", "double", "digit"), calls=2)
    tensors = tuple(TENSORS)
    transform("RandomErasing", inputs=tensors, calls=6)
    transform("RandomErasing", 1, [0.1, 0.9], [0.5, 2.5], 7, inputs=tensors, calls=5)
    transform("RandomErasing", 0.9, value="random", inputs=("float", "shades", "double"), calls=4)
    transform("RandomErasing", 1, [0.3, 0.5], value=[1.5, 20, 3], inputs=("bytes", "many", "float"))
    transform("RandomErasing", 1, value=20, inputs=("RGB", "photo", "digit"), v2=True)

    small = ("RGB", "bytes", "double", "shades")
    for mode in ("nearest", "bilinear"):
        for angle in (90, 180, -33):
            function("rotate", "rotate", angle, mode, True, fill=[7], inputs=small, v2=True)
    function("affine", "affine", 25, [1, -2], 0.7, [10, -5], interpolation="bilinear", fill=[5], inputs=small, v2=True)
    function("perspective", "perspective", [[0, 0], [5, 0], [5, 4], [0, 4]], [[1, 0], [4, 1], [5, 3], [0, 4]], "bilinear", fill=[5], inputs=small, v2=True)
    transform("RandomRotation", 30, "bilinear", fill=7, center=[1, 2], inputs=small, v2=True)
    transform("RandomRotation", [90, 90], inputs=small, v2=True)
    transform("RandomAffine", 15, [0.1, 0.3], [0.8, 1.2], 10, inputs=small, calls=2, v2=True)
    transform("RandomAffine", 15, shear=[-5, 5, 0, 9], interpolation="bilinear", fill=3, center=[2, 1], inputs=small, calls=2, v2=True)
    transform("RandomPerspective", 0.4, 1, inputs=small, calls=2, v2=True)
    transform("RandomPerspective", fill=8, interpolation="nearest", inputs=small, v2=True)
    transform("ElasticTransform", 30.0, 1.5, inputs=("photo", "shades"), calls=2, v2=True)
    transform("ElasticTransform", [5.0, 9.0], [0.5, 0.7], "nearest", 2, inputs=("photo", "shades", "bytes"), v2=True)
    transform("RandomErasing", inputs=small, calls=4, v2=True)
    transform("RandomErasing", 1, value="random", inputs=("double", "shades"), v2=True)

    sample("RandomRotation", 50)
    sample("RandomRotation", [30, 31], "bilinear", True, fill=2)
    sample("RandomRotation", [90, 90], expand=True)
    sample("RandomRotation", [180, 180])
    sample("RandomRotation", 70, center=[3, 4], clamping_mode=None)
    sample("RandomAffine", 30, [0.2, 0.1], [0.7, 1.4], [-10, 10, 0, 30], "bilinear", 1)
    sample("RandomAffine", 30, shear=20, center=[2, 2])
    sample("RandomPerspective", 0.6, 1)
    sample("RandomPerspective", 0.6, 1, "nearest", 3, clamping_mode=None)
    sample("ElasticTransform", 30.0, 1.0)
    sample("RandomErasing", 1)
    OUT.write_text(json.dumps({
        "inputs": {key: value(x, True) for key, x in INPUTS.items()}, "pillow": PILLOW, "functions": FUNCTIONS, "classes": CLASSES, "parts": PARTS, "samples": SAMPLES,
    }, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
