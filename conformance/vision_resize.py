"""What Pillow and torchvision make of images in other sizes: python conformance/vision_resize.py

Writes conformance/fixtures/transforms/resize.json. Images are made of a formula (`made`), which the test repeats; results of bytes are the first
16 digits of their SHA-256, those of floats a few of their numbers. Pillow is 13.0 or later: earlier ones never go down the columns first.
"""
import hashlib
import json
import warnings
from pathlib import Path

import numpy as np
import torch
import torchvision.transforms as T
import torchvision.transforms.v2 as V2
import torchvision.transforms.v2.functional as V2F
from PIL import Image
from torchvision import tv_tensors

OUT = Path(__file__).parent / "fixtures" / "transforms" / "resize.json"
CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}
RESAMPLE = {"nearest": 0, "lanczos": 1, "bilinear": 2, "bicubic": 3, "box": 4, "hamming": 5}
MODE = {mode.value: mode for mode in T.InterpolationMode}


def made(count: int, seed: int) -> np.ndarray:
    """Bytes between noise and steps; some are 0 and some 255, as opacity often is."""
    i = np.arange(count, dtype=np.uint64) + np.uint64(seed * 7919)
    x = (i * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    x = (x ^ (x >> np.uint64(13))) * np.uint64(1274126177) & np.uint64(0xFFFFFFFF)
    x = (x >> np.uint64(16)) & np.uint64(0x3FF)
    return np.clip(x.astype(np.int64) - 384, 0, 255).astype(np.uint8)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def pil(mode: str, width: int, height: int, seed: int = 0) -> Image.Image:
    return Image.frombytes(mode, (width, height), made(width * height * CHANNELS[mode], seed).tobytes())


def image_tensor(shape, dtype: str, seed: int = 0) -> torch.Tensor:
    bytes_ = torch.from_numpy(made(int(np.prod(shape)), seed)).reshape(shape)
    return bytes_ / 255 if dtype == "float32" else (bytes_.double() / 255 if dtype == "float64" else bytes_.to(getattr(torch, dtype)))


def result(x, rounded: bool = False) -> dict:
    """rounded: of bytes that v1 rounds from floats, where the last bit of a float32 decides between two."""
    if isinstance(x, Image.Image):
        return {"size": list(x.size), "hash": digest(x.tobytes())}
    if x.dtype.is_floating_point or rounded:
        flat = x.reshape(-1).double()
        some = flat[:: max(1, len(flat) // 12)]
        return {"shape": list(x.shape), "sum": flat.sum().item(), "some": [float(f"{v:.7g}") for v in some.tolist()]}
    return {"shape": list(x.shape), "hash": digest(x.contiguous().numpy().tobytes())}


def images() -> list:
    """PIL's Image.resize: every filter, box and mode."""
    out = []
    rng = np.random.default_rng(5)
    sizes = [(1, 1), (7, 5), (17, 31), (64, 48), (3, 90)]
    targets = [(1, 1), (3, 2), (7, 5), (16, 33), (40, 20)]
    for mode in CHANNELS:
        for w, h in sizes:
            for size in targets:
                for name, code in RESAMPLE.items():
                    box = None
                    if rng.random() < 0.5:
                        left, top = rng.random() * w * 0.6, rng.random() * h * 0.6
                        box = [round(v, 3) for v in (left, top, left + (w - left) * (0.2 + 0.7 * rng.random()), top + (h - top) * (0.2 + 0.7 * rng.random()))]
                        if rng.random() < 0.4:
                            box = [int(box[0]), int(box[1]), w, int(box[1]) + 1]
                    out.append([mode, w, h, *size, name, box, digest(pil(mode, w, h).resize(size, code, box).tobytes())])
    return out


def tensors() -> list:
    """Resize of tensors, v1's and v2's."""
    out = []
    shapes = [(3, 7, 5), (1, 31, 17), (2, 3, 16, 33), (5, 20, 9)]
    sizes = [4, (3, 8), (40, 20), (1, 1)]
    for i, shape in enumerate(shapes):
        for size in sizes:
            for name in ("nearest", "nearest-exact", "bilinear", "bicubic", "lanczos"):
                for antialias in ((True, False) if name in ("bilinear", "bicubic") else (True,)):
                    for dtype in ("uint8", "float32") if name != "lanczos" else ("uint8",):
                        x = image_tensor(shape, dtype, i)
                        entry = {"shape": shape, "dtype": dtype, "seed": i, "size": size, "interpolation": name, "antialias": antialias}
                        if name != "lanczos":
                            entry["v1"] = result(T.Resize(size, MODE[name], antialias=antialias)(x), dtype == "uint8" and "nearest" not in name)
                        try:
                            entry["v2"] = result(V2.Resize(size, MODE[name], antialias=antialias)(x))
                        except RuntimeError as error:  # PyTorch 2.15 fails on some layouts of bytes, and says that this is its fault.
                            if "INTERNAL ASSERT" not in str(error):
                                raise
                        out.append(entry)
    for dtype in ("float64", "int32", "int64"):
        for name in ("nearest", "bilinear", "bicubic"):
            x = image_tensor((2, 9, 12), dtype, 7)
            out.append({"shape": (2, 9, 12), "dtype": dtype, "seed": 7, "size": 5, "interpolation": name, "antialias": True,
                        "v1": result(T.Resize(5, MODE[name])(x)), "v2": result(V2.Resize(5, MODE[name])(x))})
    return out


def sizes() -> list:
    """The sizes that come out for a smaller side."""
    out = []
    for w, h in ((7, 5), (5, 7), (31, 17), (100, 33), (4, 40), (640, 427)):
        for size, max_size in ((4, None), (3, 19), (50, 51), (224, None), (7, 18), ([6], None), ([5, 9], None), (None, 20)):
            out.append([w, h, size, max_size, list(V2.Resize(size, max_size=max_size)(Image.new("L", (w, h))).size)])
    return out


def random_crops() -> list:
    """RandomResizedCrop: several images of several sizes after one seed."""
    out = []
    options = [
        {"size": 8}, {"size": (6, 9)}, {"size": 5, "scale": [0.5, 1.0]}, {"size": 7, "scale": [0.01, 0.2], "ratio": [0.5, 2.0]},
        {"size": 4, "scale": [3.0, 4.0]}, {"size": (3, 4), "scale": [2.0, 3.0], "ratio": [3.0, 4.0]}, {"size": 4, "scale": [2.0, 3.0], "ratio": [0.1, 0.2]},
        {"size": 6, "interpolation": "bicubic"}, {"size": 6, "interpolation": "nearest"}, {"size": 6, "interpolation": "lanczos"}, {"size": 6, "antialias": False},
    ]
    for i, given in enumerate(options):
        kwargs2 = {key: tuple(x) if isinstance(x, list) else x for key, x in given.items()}
        kwargs = {**kwargs2, "interpolation": MODE[given["interpolation"]]} if "interpolation" in given else kwargs2
        for seed in (0, 17):
            v1, v2 = T.RandomResizedCrop(**kwargs), V2.RandomResizedCrop(**kwargs2)
            pictures = [pil(mode, w, h, k) for k, (mode, w, h) in enumerate([("RGB", 33, 20), ("L", 1, 1), ("RGBA", 20, 41), ("L", 60, 7), ("RGB", 90, 64), ("LA", 12, 12)])]
            torch.manual_seed(seed)
            entry = {"options": given, "seed": seed, "text": repr(v1), "text2": repr(v2), "images": [result(v1(p)) for p in pictures], "next": torch.rand(1).item()}
            if given.get("interpolation") != "lanczos":
                torch.manual_seed(seed)
                entry["tensors"] = [result(v1(image_tensor((3, 20 + k, 33), "uint8", k)), True) for k in range(4)]
            torch.manual_seed(seed)
            entry["bytes"] = [result(v2(image_tensor((3, 20 + k, 33), "uint8", k))) for k in range(4)]
            out.append(entry)
    return out


def random_sizes() -> list:
    """Sizes that are drawn: several images after one seed."""
    out = []
    for name, args, hone in (
        ("RandomResize", (4, 20), [4, 20]), ("RandomResize", (7, 8, "bicubic", None), [7, 8, "bicubic", None]),
        ("RandomShortestSize", ([6, 9, 14],), [[6, 9, 14]]), ("RandomShortestSize", (11, 17), [11, 17]),
        ("ScaleJitter", ((20, 30),), [[20, 30]]), ("ScaleJitter", ((16, 12), (0.5, 1.5), "nearest"), [[16, 12], [0.5, 1.5], "nearest"]),
    ):
        transform = getattr(V2, name)(*args)
        torch.manual_seed(5)
        out.append([name, hone, repr(transform), [result(transform(pil("RGB", 33 - k, 20 + k, k))) for k in range(4)], torch.rand(1).item()])
    return out


def together() -> list:
    """Mask, boxes and points beside their image."""
    out = []
    for seed, transform, given in (
        (1, V2.Resize((11, 5)), ["Resize", [[11, 5]]]), (2, V2.Resize(6, max_size=7), ["Resize", [6, {"maxSize": 7}]]),
        (3, V2.RandomResizedCrop(9), ["RandomResizedCrop", [9]]), (4, V2.RandomResizedCrop((4, 7), scale=(0.3, 0.6)), ["RandomResizedCrop", [[4, 7], {"scale": [0.3, 0.6]}]]),
    ):
        for kind in ("float32", "int64"):
            torch.manual_seed(seed)
            dtype = getattr(torch, kind)
            sample = (
                pil("RGB", 17, 23), tv_tensors.Mask(image_tensor((2, 23, 17), "uint8", 3)),
                tv_tensors.BoundingBoxes(torch.tensor([[1, 2, 9, 20], [5, 5, 16, 7]], dtype=dtype), format="XYXY", canvas_size=(23, 17)),
                tv_tensors.BoundingBoxes(torch.tensor([[4, 6, 9, 10]], dtype=dtype), format="CXCYWH", canvas_size=(23, 17)),
                tv_tensors.KeyPoints(torch.tensor([[3, 4], [16, 22]], dtype=dtype), canvas_size=(23, 17)), 5,
            )
            image, mask, boxes, middles, points, label = transform(*sample)
            out.append({"seed": seed, "transform": given, "dtype": kind, "image": result(image), "mask": result(mask.as_subclass(torch.Tensor)), "boxes": boxes.tolist(),
                        "middles": middles.tolist(), "points": points.tolist(), "canvas": list(boxes.canvas_size), "label": label})
    return out


def texts() -> list:
    out = []
    for args, hone in (((224,), [224]), (((3, 4),), [[3, 4]]), ((5, MODE["nearest-exact"], 9), [5, "nearestExact", 9]), ((5, MODE["bicubic"], None, None), [5, "bicubic", None, None]),
                       ((7, MODE["lanczos"], 8, False), [7, "lanczos", 8, False])):
        v2 = V2.Resize(args[0], args[1].value if len(args) > 1 else "bilinear", *args[2:])
        out.append([hone, repr(T.Resize(*args)), repr(v2)])
    return out


def main() -> None:
    warnings.simplefilter("ignore")
    everything = {"images": images(), "tensors": tensors(), "sizes": sizes(), "randomCrops": random_crops(), "randomSizes": random_sizes(), "together": together(), "texts": texts()}
    lines = [f'"{name}": [\n' + ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries) + "\n]" for name, entries in everything.items()]
    OUT.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
