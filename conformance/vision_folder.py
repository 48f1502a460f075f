"""What PIL reads from image files, and what torchvision finds in folders of them: python conformance/vision_folder.py

Writes conformance/fixtures/images: small files of every format and kind of colour, and expected.json: for each file PIL's mode, its size, and the SHA-256 of the bytes
after convert("RGB"), as they lie and as ImageOps.exif_transpose turns them; trees of files with torchvision's classes and samples; and epochs of a DataLoader.
"""
import hashlib
import io
import json
import os
import random
import struct
import tempfile
import warnings
import zlib
from pathlib import Path

import numpy as np
import torch
import torchvision.transforms as T
from PIL import Image, ImageCms, ImageOps
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder

warnings.simplefilter("ignore")
OUT = Path(__file__).parent / "fixtures" / "images"
RNG = np.random.RandomState(0)
WIDTH, HEIGHT = 17, 13


def picture(width: int, height: int, channels: int) -> np.ndarray:
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 80 * np.sin(x / 5 + k) + 40 * np.cos(y / 3 - k) + RNG.randn(height, width) * 9 for k in range(channels)]
    return np.clip(np.stack(waves, -1), 0, 255).astype(np.uint8)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png16(values: np.ndarray, colour_type: int) -> bytes:
    height, width = values.shape[:2]
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    head = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def bmp(bits: int, compression: int, pixels: bytes, palette: bytes = b"", masks: bytes = b"", size=(6, 4), downwards=False) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, size[0], -size[1] if downwards else size[1], 1, bits, compression, len(pixels), 0, 0, len(palette) // 4, 0)
    start = 14 + len(head) + len(masks) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + head + masks + palette + pixels


def files() -> dict[str, bytes]:
    found: dict[str, bytes] = {}

    def save(name: str, image: Image.Image, **options) -> None:
        buffer = io.BytesIO()
        image.save(buffer, **({"format": Image.registered_extensions()[os.path.splitext(name)[1]]} | options))
        found[name] = buffer.getvalue()

    rgb = Image.fromarray(picture(WIDTH, HEIGHT, 3))
    grey = Image.fromarray(picture(WIDTH, HEIGHT, 1)[:, :, 0])
    rgba = Image.fromarray(picture(WIDTH, HEIGHT, 4))
    la = Image.fromarray(picture(WIDTH, HEIGHT, 2), "LA")
    palette = rgb.convert("P", palette=Image.ADAPTIVE, colors=20)
    grey16 = Image.fromarray((picture(WIDTH, HEIGHT, 1)[:, :, 0].astype(np.uint16) * 2 + RNG.randint(0, 99, (HEIGHT, WIDTH)).astype(np.uint16)))
    random16 = RNG.randint(0, 65536, (HEIGHT, WIDTH, 4)).astype(np.uint16)
    for subsampling in range(3):
        save(f"subsampled-{subsampling}.jpg", rgb, subsampling=subsampling, quality=80)
    save("progressive.jpg", rgb, progressive=True, quality=70)
    save("grey.jpg", grey)
    save("cmyk.jpg", rgb.convert("CMYK"))
    save("profile.jpg", rgb, icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()[:400])
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x112] = orientation
        save(f"orientation-{orientation}.jpg", rgb.resize((9, 6)), exif=exif)
    exif = Image.Exif()
    exif[0x112] = 6
    save("orientation.png", rgb, exif=exif)
    save("orientation.webp", rgb, exif=exif)
    save("orientation.tif", rgb, exif=exif)
    save("rgb.png", rgb)
    save("grey.png", grey)
    save("rgba.png", rgba)
    save("la.png", la)
    save("bits.png", grey.convert("1"))
    save("palette.png", palette)
    save("palette-one-clear.png", palette, transparency=3)
    save("palette-clear.png", palette, transparency=bytes(range(0, 200, 10)))
    save("grey-clear.png", grey, transparency=100)
    save("rgb-clear.png", rgb, transparency=rgb.getpixel((0, 0)))
    save("grey16.png", grey16)
    found["rgb16.png"] = png16(random16[:, :, :3], 2)
    found["rgba16.png"] = png16(random16, 6)
    found["la16.png"] = png16(random16[:, :, :2], 4)
    plain = found["rgb.png"]
    at = plain.index(b"IDAT") - 4
    found["gamma.png"] = plain[:at] + chunk(b"gAMA", struct.pack(">I", 100000)) + plain[at:]
    save("lossy.webp", rgb, quality=60)
    save("lossless.webp", rgb, lossless=True)
    save("lossless-rgba.webp", rgba, lossless=True)
    save("colours.gif", rgb)
    save("grey.gif", grey)
    save("clear.gif", palette, transparency=3)
    save("moving.gif", palette, save_all=True, append_images=[palette.rotate(90)])
    save("plain.tif", rgb)
    save("lzw.tif", rgb, compression="tiff_lzw")
    save("grey.tif", grey)
    save("rgba.tif", rgba)
    save("cmyk.tif", rgb.convert("CMYK"))
    save("grey16.tif", grey16)
    save("palette.tif", palette)
    save("bits.tif", grey.convert("1"))
    save("colours.avif", rgb, quality=90)
    save("rgb.bmp", rgb)
    save("grey.bmp", grey)
    save("palette.bmp", palette)
    save("rgba.bmp", rgba)
    save("bits.bmp", grey.convert("1"))
    colours = b"".join(bytes([40 * i, 255 - 30 * i, 7 * i, 0]) for i in range(7))
    rows = [[(x * y + x) % 7 for x in range(6)] for y in range(4)]
    found["downwards.bmp"] = bmp(8, 0, b"".join(bytes(row) + b"\0\0" for row in rows), colours, downwards=True)
    found["runs8.bmp"] = bmp(8, 1, b"\x06\x01\x00\x00\x00\x05\x01\x02\x03\x04\x05\x00\x01\x06\x00\x00\x00\x02\x02\x01\x02\x03\x00\x00\x00\x01", colours)
    found["four.bmp"] = bmp(4, 0, b"".join(bytes([row[0] << 4 | row[1], row[2] << 4 | row[3], row[4] << 4 | row[5], 0]) for row in rows), colours)
    found["sixteen.bmp"] = bmp(16, 0, RNG.randint(0, 32768, 24).astype("<u2").tobytes())
    found["masks.bmp"] = bmp(16, 3, RNG.randint(0, 65536, 24).astype("<u2").tobytes(), masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    save("rgb.ppm", rgb)
    save("grey.pgm", grey)
    save("bits.pbm", grey.convert("1"), format="PPM")
    save("grey16.pgm", grey16)
    found["text.ppm"] = b"P3\n# three pixels\n3 1\n15\n0 1 2  15 14 13\n7 7 8\n"
    found["text.pgm"] = b"P2 4 2 # levels\n7 0 1 2 3 4 5 6 7\n"
    found["text.pbm"] = b"P1\n5 2\n10101\n0 1 0 1 1\n"
    found["levels.pgm"] = b"P5 5 1 99 " + bytes([0, 1, 50, 98, 99])
    found["deep.ppm"] = b"P6 2 1 1000 " + struct.pack(">6H", 0, 1, 500, 999, 1000, 2)
    return found


def read(data: bytes) -> dict:
    image = Image.open(io.BytesIO(data))
    mode = image.mode
    plain = image.convert("RGB")
    turned = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    summary = {"mode": mode, "size": list(plain.size), "rgb": hashlib.sha256(plain.tobytes()).hexdigest()}
    if mode in ("L", "LA", "RGB", "RGBA"):
        summary["own"] = hashlib.sha256(Image.open(io.BytesIO(data)).tobytes()).hexdigest()
    if turned.tobytes() != plain.tobytes():
        summary |= {"turnedSize": list(turned.size), "turned": hashlib.sha256(turned.tobytes()).hexdigest()}
    return summary


TREES = {
    "order": [
        "b/2.png", "b/10.png", "b/1.PNG", "b/_.jpg", "b/a/x.jpeg", "b/a-b/x.jpg", "b/a/b/c.bmp", "b/a.b/z.webp", "b/Z.tiff", "b/é.jpg", "b/\U0001f40d.jpg", "b/\uffee.jpg",
        "A/1.pgm", "a/.hidden.png", "a/readme.txt", "a/x.gif", "a/noext", ".cache/1.jpg", "é/1.jpg", "\U0001f40d/1.jpg", "\uffee/1.jpg", "2/1.jpg", "10/1.jpg", "loose.jpg",
    ],
    "nested": ["cats/2019/05/1.jpg", "cats/2019/1.jpg", "cats/0.jpg", "dogs/big/1.ppm", "dogs/small/1.tif", "dogs/small.jpg/deep.png"],
}


def tree(paths: list[str]) -> dict:
    with tempfile.TemporaryDirectory() as root:
        for path in paths:
            file = Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"")
        found = ImageFolder(root)
        return {
            "files": paths, "classes": found.classes, "targets": found.targets,
            "samples": [os.path.relpath(path, root) for path, _ in found.samples],
            "text": str(found).replace(root, "ROOT"),
        }


def photos() -> dict[str, bytes]:
    """Three classes of photos of unequal sizes, as files."""
    found = {}
    for k in range(11):
        buffer = io.BytesIO()
        image = Image.fromarray(picture(20 + 3 * (k % 4), 18 + k, 3))
        image.save(buffer, format=["JPEG", "PNG"][k % 2])
        found[f"{'abc'[k % 3]}/{k}.{['jpg', 'png'][k % 2]}"] = buffer.getvalue()
    return found


def epochs(root: Path) -> list[dict]:
    transform = T.Compose([T.RandomCrop((14, 15)), T.RandomHorizontalFlip(), T.RandomVerticalFlip(0.3), T.ToTensor(), T.Normalize(0.5, 0.25)])
    out = []
    for workers in (0, 2):
        torch.manual_seed(3)
        random.seed(3)
        loader = DataLoader(ImageFolder(str(root), transform), batch_size=3, shuffle=True, num_workers=workers)
        for _ in range(2):
            for x, y in loader:
                out.append({"numWorkers": workers, "labels": y.tolist(), "shape": list(x.shape), "x": hashlib.sha256(x.numpy().tobytes()).hexdigest()})
    return out


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for file in OUT.rglob("*"):
        if file.is_file():
            file.unlink()
    found = files()
    for name, data in found.items():
        (OUT / name).write_bytes(data)
    for name, data in photos().items():
        (OUT / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (OUT / "photos" / name).write_bytes(data)
    expected = {"files": {name: read(data) for name, data in sorted(found.items())}, "trees": {name: tree(paths) for name, paths in TREES.items()}, "epochs": epochs(OUT / "photos")}
    (OUT / "expected.json").write_text(json.dumps(expected, indent=1, ensure_ascii=True) + "\n")
