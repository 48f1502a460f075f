"""What torchvision and Pillow make of the colours of small images: python conformance/vision_colour.py

Writes conformance/fixtures/transforms/colour.json: the inputs; for each function its arguments and what it gives for each input, as v1 and, where that is another
tensor, as v2 gives it; and for each class its arguments, its texts, and what a few calls give after one seed, with the number that torch.rand gives next.
Images of PIL are {mode, size, data}, tensors {dtype, shape, data}, their bytes in base64, or their 32-bit FNV-1a hash where they are many.
"""
import base64
import json
from pathlib import Path

import numpy as np
import torch
import torchvision.transforms as T
import torchvision.transforms.functional as F
import torchvision.transforms.v2 as T2
import torchvision.transforms.v2.functional as F2
from PIL import Image

OUT = Path(__file__).parent / "fixtures" / "transforms" / "colour.json"
RNG = np.random.default_rng(11)


def noise(*shape: int) -> np.ndarray:
    return RNG.integers(0, 256, shape, dtype=np.uint8)


def photo(height: int, width: int, channels: int) -> np.ndarray:
    """Smooth, with few levels: what equalize and the edges of hues are about."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [120 + 100 * np.sin(x / (3 + c) + y / (5 - c)) for c in range(channels)]
    return np.clip(np.stack(waves, -1) + RNG.integers(-6, 7, (height, width, channels)), 0, 255).astype(np.uint8)


def pil(data: np.ndarray) -> Image.Image:
    return Image.fromarray(data[..., 0] if data.shape[-1] == 1 else data, {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[data.shape[-1]])


IMAGES = {
    "L": pil(noise(5, 7, 1)), "LA": pil(noise(5, 7, 2)), "RGB": pil(noise(5, 7, 3)), "RGBA": pil(noise(5, 7, 4)),
    "one": pil(noise(1, 1, 3)), "flat": pil(np.full((3, 4, 3), (9, 9, 200), np.uint8)), "grey": pil(photo(17, 31, 1)),
    "photo": pil(photo(31, 17, 3)), "narrow": pil(noise(2, 9, 3)),
}
TENSORS = {
    "bytes": torch.from_numpy(noise(3, 5, 7)), "dim": torch.from_numpy(noise(1, 1, 6, 7) // 3), "shades": torch.from_numpy(photo(17, 31, 1)[..., 0]).expand(3, 17, 31).contiguous(),
    "many": torch.from_numpy(np.stack([photo(9, 11, 3), noise(9, 11, 3)]).transpose(0, 3, 1, 2).copy()),
    "float": torch.from_numpy(noise(3, 3, 5)) / 255, "double": torch.from_numpy(noise(1, 3, 3, 4)).double() / 255, "constant": torch.full((3, 4, 4), 0.3),
}
INPUTS = {**IMAGES, **TENSORS}
MANY = 40


def encoded(data: bytes) -> dict:
    if len(data) <= MANY:
        return {"data": base64.b64encode(data).decode()}
    h = 2166136261
    for byte in data:
        h = ((h ^ byte) * 16777619) & 0xFFFFFFFF
    return {"hash": h}


def value(x, whole: bool = False) -> dict:
    if isinstance(x, Image.Image):
        data = x.tobytes()
        return {"mode": x.mode, "size": list(x.size), **({"data": base64.b64encode(data).decode()} if whole else encoded(data))}
    data = x.contiguous().numpy().tobytes()
    exact = x.dtype == torch.uint8 and not whole
    return {"dtype": str(x.dtype).removeprefix("torch."), "shape": list(x.shape), **(encoded(data) if exact else {"data": base64.b64encode(data).decode()})}


FUNCTIONS: list = []


def function(hone: str, name: str, arguments: list, images=IMAGES, tensors=TENSORS) -> None:
    """Each list of arguments on each input that torchvision takes."""
    for args in arguments:
        outputs = {}
        for key in [*images, *tensors]:
            given = lambda: INPUTS[key].clone() if key in TENSORS else INPUTS[key]
            both = []
            for module in (F, F2):
                try:
                    both.append(value(getattr(module, name)(given(), *args)))
                except (TypeError, ValueError, OSError, RuntimeError) as error:
                    both.append(None)
            if both[0] is None and both[1] is None:
                outputs[key] = None
            else:
                outputs[key] = [both[0]] if both[0] == both[1] else both
        FUNCTIONS.append({"name": hone, "args": args, "outputs": outputs})


CLASSES: list = []
CAMEL = {"num_output_channels": "numOutputChannels", "sharpness_factor": "sharpnessFactor", "kernel_size": "kernelSize"}


def transform(name: str, *args, inputs=("L", "RGB", "float"), seed: int = 3, calls: int = 4, v2_only: bool = False, **kwargs) -> None:
    entry = {"name": name, "args": [*args, *([{CAMEL.get(key, key): x for key, x in kwargs.items()}] if kwargs else [])], "seed": seed, "calls": calls}
    pairs = lambda x: tuple(x) if isinstance(x, list) else x
    for version, module in (("v1", T), ("v2", T2)):
        if module is T and v2_only:
            continue
        made = getattr(module, name)(*map(pairs, args), **{key: pairs(x) for key, x in kwargs.items()})
        outputs = {}
        for key in inputs:
            torch.manual_seed(seed)
            given = lambda: INPUTS[key].clone() if key in TENSORS else INPUTS[key]
            outputs[key] = {"outputs": [value(made(given())) for _ in range(calls)], "next": torch.rand(1).item()}
        entry[version] = {"text": repr(made), "outputs": outputs}
    CLASSES.append(entry)


def main() -> None:
    opaque = {key: image for key, image in IMAGES.items() if "A" not in image.mode}
    factors = [[x] for x in (0.0, 0.3, 1.0, 1.7)]
    function("adjustBrightness", "adjust_brightness", factors)
    function("adjustContrast", "adjust_contrast", factors)
    function("adjustSaturation", "adjust_saturation", factors)
    function("adjustSharpness", "adjust_sharpness", factors)
    function("adjustHue", "adjust_hue", [[x] for x in (-0.5, -0.21, 0.0, 0.13, 0.5)])
    function("adjustGamma", "adjust_gamma", [[0.5], [1.0], [2.2, 1.5], [0.0, 0.5]])
    function("rgbToGrayscale", "rgb_to_grayscale", [[], [1], [3]])
    function("invert", "invert", [[]], opaque)
    function("posterize", "posterize", [[bits] for bits in (1, 3, 4, 8)], opaque)
    function("solarize", "solarize", [[x] for x in (0.0, 0.5, 1.0)], {})
    function("solarize", "solarize", [[x] for x in (0.0, 100.0, 128.5, 255.0)], opaque, {key: x for key, x in TENSORS.items() if x.dtype == torch.uint8})
    function("autocontrast", "autocontrast", [[]], opaque)
    function("equalize", "equalize", [[]], opaque)
    function("gaussianBlur", "gaussian_blur", [[3], [[5, 3]], [[3, 5], 0.6], [3, [0.7, 1.9]]])

    both = ("L", "RGB", "photo", "bytes", "many", "float")
    transform("ColorJitter", inputs=("RGB", "float"), calls=2)
    transform("ColorJitter", 0.4, 0.5, 0.6, 0.2, inputs=(*both, "LA", "RGBA", "double", "shades"), calls=6)
    transform("ColorJitter", brightness=[0.5, 1.5], hue=[-0.1, 0.3], inputs=both)
    transform("ColorJitter", contrast=1.5, saturation=[1, 1], inputs=both, seed=2**40 + 7)
    for channels in (1, 3):
        transform("Grayscale", channels, inputs=(*both, "LA", "RGBA"), calls=1)
    transform("RandomGrayscale", 0.5, inputs=both, calls=6)
    transform("RandomGrayscale", inputs=("RGB",), calls=6)
    transform("RandomInvert", inputs=both)
    transform("RandomInvert", 1, inputs=both, calls=1)
    transform("RandomPosterize", 2, inputs=("L", "RGB", "bytes"))
    transform("RandomPosterize", bits=5, p=0.8, inputs=("RGB", "many"))
    transform("RandomSolarize", 128, inputs=("L", "RGB", "bytes"))
    transform("RandomSolarize", threshold=0.3, p=0.9, inputs=("float", "double"))
    transform("RandomAdjustSharpness", 2, inputs=both)
    transform("RandomAdjustSharpness", 0.25, 0.9, inputs=both)
    transform("RandomAutocontrast", inputs=both)
    transform("RandomEqualize", 0.7, inputs=("L", "photo", "bytes", "many"))
    transform("GaussianBlur", 3, inputs=both)
    transform("GaussianBlur", [5, 3], [0.5, 1.5], inputs=both)
    transform("GaussianBlur", kernel_size=[3, 3], sigma=0.75, inputs=("photo", "float"))
    transform("GaussianNoise", inputs=("float", "bytes"), v2_only=True)
    transform("GaussianNoise", 0.1, 0.3, clip=False, inputs=("float", "double", "many"), v2_only=True)
    transform("RandomChannelPermutation", inputs=("RGB", "L", "photo", "bytes", "float"), v2_only=True)
    transform("RandomPhotometricDistort", inputs=("RGB", "photo", "bytes", "float"), calls=6, v2_only=True)
    transform("RandomPhotometricDistort", [0.5, 1.5], [0.8, 1.1], [0.2, 3.0], [-0.4, 0.5], 0.9, inputs=("photo", "many"), calls=6, v2_only=True)
    OUT.write_text(json.dumps({"inputs": {key: value(x, True) for key, x in INPUTS.items()}, "functions": FUNCTIONS, "classes": CLASSES}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
