"""What torchvision's policies of augmentation make of small images: python conformance/vision_policies.py

Writes src/vision/transforms/policies/policies.fixture.json: images, and for each policy of v1 and v2 its arguments (as Hone takes them), its text, and what came out of
some calls after one seed, with the number that torch.rand gives next. Of images of PIL, but AugMix's, there is the start of the SHA-256 of their
bytes.
"""
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
import torchvision.transforms as v1
from PIL import Image
from torchvision.transforms import v2

OUT = Path(__file__).parent.parent / "src" / "vision" / "transforms" / "policies" / "policies.fixture.json"
RNG = np.random.default_rng(11)


def smooth(height, width, channels):
    """A photo's like: waves and some noise."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [127 + 90 * np.sin(x / (2 + c) + c) * np.cos(y / (3 - c * 0.5)) + RNG.normal(0, 12, (height, width)) for c in range(channels)]
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def picture(width, height, mode):
    pixels = smooth(height, width, len(mode))
    return Image.fromarray(pixels[..., 0] if mode == "L" else pixels, mode)


IMAGES = {"RGB": picture(13, 9, "RGB"), "L": picture(8, 11, "L"), "one": picture(1, 1, "RGB")}
TENSORS = {"bytes": torch.tensor(smooth(7, 10, 3)).permute(2, 0, 1).contiguous(), "batch": torch.tensor(smooth(6, 8, 2)).permute(2, 0, 1).reshape(2, 1, 6, 8).contiguous()}
CASES = []


def value(x, exact=True):
    if isinstance(x, Image.Image) and not exact:
        return {"mode": x.mode, "size": list(x.size), "data": x.tobytes().hex()}
    if isinstance(x, Image.Image):
        return {"mode": x.mode, "size": list(x.size), "hash": hashlib.sha256(x.tobytes()).hexdigest()[:12]}
    return {"shape": list(x.shape), "data": x.contiguous().numpy().tobytes().hex()}


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def hone(x):
    return x.value if isinstance(x, v1.AutoAugmentPolicy) else x.value if isinstance(x, v1.InterpolationMode) else x


def case(space, name, inputs, calls, seed, **kwargs):
    transform = getattr(space, name)(**kwargs)
    args = [{camel(key): hone(x) for key, x in kwargs.items()}] if kwargs else []
    for input in inputs:
        torch.manual_seed(seed)
        image = IMAGES.get(input, TENSORS.get(input))
        outputs = [value(transform(image.clone() if isinstance(image, torch.Tensor) else image), name != "AugMix") for _ in range(calls)]
        text = repr(transform)
        CASES.append({"space": "v1" if space is v1 else "v2", "name": name, "args": args, "text": text, "seed": seed, "input": input, "outputs": outputs, "next": torch.rand(1).item()})


def main():
    for space in (v1, v2):
        for seed, policy in enumerate(v1.AutoAugmentPolicy):
            case(space, "AutoAugment", ["RGB", "L"], 40, seed, policy=policy)
            case(space, "AutoAugment", ["bytes"], 12, seed + 3, policy=policy)
        case(space, "AutoAugment", ["RGB", "one"], 10, 9, fill=[9, 80, 200], interpolation=v1.InterpolationMode.BILINEAR if space is v1 else "bilinear")
        case(space, "RandAugment", ["RGB", "L"], 40, 1)
        case(space, "RandAugment", ["bytes"], 12, 2, num_ops=1)
        case(space, "RandAugment", ["RGB", "bytes"], 10, 3, num_ops=3, magnitude=4, num_magnitude_bins=10, fill=60)
        case(space, "TrivialAugmentWide", ["RGB", "L"], 60, 1)
        case(space, "TrivialAugmentWide", ["bytes", "batch"], 12, 2)
        case(space, "TrivialAugmentWide", ["RGB"], 20, 3, num_magnitude_bins=7, fill=[1, 2, 3])
        case(space, "AugMix", ["bytes", "batch"], 6, 1)
        case(space, "AugMix", ["RGB", "L"], 8, 2, interpolation=v1.InterpolationMode.NEAREST if space is v1 else "nearest")
        case(space, "AugMix", ["bytes"], 6, 3, severity=7, mixture_width=2, chain_depth=2, alpha=0.5, all_ops=False, fill=30)
    OUT.parent.mkdir(exist_ok=True)
    inputs = {name: {"mode": x.mode, "size": list(x.size), "data": x.tobytes().hex()} for name, x in IMAGES.items()} | {name: value(x) for name, x in TENSORS.items()}
    OUT.write_text(json.dumps({"inputs": inputs, "cases": CASES}, separators=(",", ":")) + "\n")
    print(len(CASES), OUT.stat().st_size)


if __name__ == "__main__":
    main()
