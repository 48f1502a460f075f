"""Small roots of torchvision's data sets, and what torchvision reads from them: python conformance/datasets.py

Writes conformance/fixtures/datasets/: the folders as torchvision lays them out, with a few made-up images each, and expected.json with the text,
the classes and the samples. The pickles of CIFAR are written operation by operation, as Python 2 wrote the real ones.
"""
import gzip
import json
import shutil
import struct
from pathlib import Path

import numpy as np
import torch
import torchvision.datasets as D

OUT = Path(__file__).parent / "fixtures" / "datasets"
RNG = np.random.default_rng(7)


def idx(array: np.ndarray) -> bytes:
    code = {"uint8": 8, "int32": 12}[str(array.dtype)]
    return bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(array.dtype.newbyteorder(">")).tobytes()


def put(path: Path, data: bytes, packed: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, mtime=0) if packed else data)


def images(n: int) -> np.ndarray:
    return RNG.integers(0, 256, (n, 28, 28), dtype=np.uint8)


def summary(data) -> dict:
    samples = []
    for i in range(len(data)):
        image, target = data[i]
        samples.append([int(np.asarray(image, dtype=np.int64).sum()), np.asarray(image).reshape(-1)[:6].tolist(),
                        target.tolist() if isinstance(target, torch.Tensor) else target])
    return {"text": repr(data).replace(str(OUT), "ROOT"), "classes": list(data.classes), "classToIdx": data.class_to_idx,
            "dataShape": list(data.data.shape), "targets": torch.as_tensor(data.targets).tolist(), "samples": samples}


def mnist_like(expected: dict) -> None:
    for cls in (D.MNIST, D.FashionMNIST, D.KMNIST):
        raw = OUT / cls.__name__ / "raw"
        for part, n in (("train", 5), ("t10k", 3)):
            put(raw / f"{part}-images-idx3-ubyte", idx(images(n)))
            put(raw / f"{part}-labels-idx1-ubyte", idx(RNG.integers(0, 10, n).astype(np.uint8)))
        for train in (True, False):
            expected[f"{cls.__name__} {'train' if train else 'test'}"] = summary(cls(OUT, train=train))
    for split in D.EMNIST.splits:
        raw = OUT / "EMNIST" / "raw"
        for part in ("train", "test"):
            count = len(D.EMNIST.classes_split_dict[split])
            put(raw / f"emnist-{split}-{part}-images-idx3-ubyte", idx(images(2)))
            put(raw / f"emnist-{split}-{part}-labels-idx1-ubyte", idx(np.array([1, count - 1], dtype=np.uint8)))
        expected[f"EMNIST {split}"] = summary(D.EMNIST(OUT, split, train=False))
    raw = OUT / "QMNIST" / "raw"
    for part, n in (("qmnist-train", 3), ("qmnist-test", 4), ("xnist", 2)):
        labels = RNG.integers(0, 10, (n, 8)).astype(np.int32)
        labels[:, 2] += 70000
        put(raw / f"{part}-images-idx3-ubyte", idx(images(n)))
        put(raw / f"{part}-labels-idx2-int", idx(labels))
    for what in ("train", "test", "test10k", "nist"):
        expected[f"QMNIST {what}"] = summary(D.QMNIST(OUT, what=what, compat=what != "nist"))


def binstring(data: bytes) -> bytes:
    return (b"U" + bytes([len(data)]) if len(data) < 256 else b"T" + struct.pack("<i", len(data))) + data


def python2_pickle(entries: list) -> bytes:
    """A dict by str keys, as cPickle of Python 2 writes it with protocol 2; bytes are str, lists hold small ints or strs, arrays are uint8."""
    memo = 0

    def note() -> bytes:
        nonlocal memo
        memo += 1
        return b"q" + bytes([memo]) if memo < 256 else b"r" + struct.pack("<i", memo)

    def value(x) -> bytes:
        if isinstance(x, bytes):
            return binstring(x) + note()
        if isinstance(x, list):
            return b"]" + note() + b"(" + b"".join(value(item) for item in x) + b"e"
        if isinstance(x, int):
            return b"K" + bytes([x])
        shape = b"M" + struct.pack("<H", x.shape[0]) + b"M" + struct.pack("<H", x.shape[1])
        dtype = b"cnumpy\ndtype\n" + note() + binstring(b"u1") + note() + b"K\x00K\x01\x87" + note() + b"R" + note()
        dtype += b"(K\x03" + binstring(b"|") + note() + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t" + note() + b"b"
        return (b"cnumpy.core.multiarray\n_reconstruct\n" + note() + b"cnumpy\nndarray\n" + note() + b"K\x00\x85" + note() + binstring(b"b") + note()
                + b"\x87" + note() + b"R" + note() + b"(K\x01" + shape + b"\x86" + note() + dtype + b"\x89" + binstring(x.tobytes()) + note() + b"t"
                + note() + b"b")

    body = b"}" + note() + b"(" + b"".join(binstring(key) + note() + value(x) for key, x in entries) + b"u"
    return b"\x80\x02" + body + b"."


def cifar(expected: dict) -> None:
    import torchvision.datasets.cifar as module

    module.check_integrity = lambda path, md5=None: Path(path).is_file()
    names = [b"airplane", b"automobile", b"bird", b"cat", b"deer", b"dog", b"frog", b"horse", b"ship", b"truck"]
    batch = lambda n: RNG.integers(0, 256, (n, 3072), dtype=np.uint8)
    folder = OUT / "cifar-10-batches-py"
    for i, name in enumerate(["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"]):
        n = 1 + i % 2
        put(folder / name, python2_pickle([(b"data", batch(n)), (b"labels", [int(x) for x in RNG.integers(0, 10, n)]),
                                           (b"batch_label", f"batch {i}".encode()), (b"filenames", [b"a_%d.png" % j for j in range(n)])]))
    put(folder / "batches.meta", python2_pickle([(b"num_cases_per_batch", 2), (b"label_names", names), (b"num_vis", 32)]))
    folder = OUT / "cifar-100-python"
    for name, n in (("train", 3), ("test", 2)):
        put(folder / name, python2_pickle([(b"filenames", [b"b_%d.png" % j for j in range(n)]), (b"batch_label", name.encode()),
                                           (b"fine_labels", [int(x) for x in RNG.integers(0, 100, n)]),
                                           (b"coarse_labels", [int(x) for x in RNG.integers(0, 20, n)]), (b"data", batch(n))]))
    put(folder / "meta", python2_pickle([(b"fine_label_names", [b"fine_%d" % i for i in range(100)]),
                                         (b"coarse_label_names", [b"coarse_%d" % i for i in range(20)])]))
    for cls in (D.CIFAR10, D.CIFAR100):
        for train in (True, False):
            expected[f"{cls.__name__} {'train' if train else 'test'}"] = summary(cls(OUT, train=train))


def fake(expected: dict) -> None:
    for name, kwargs in {"plain": {"size": 3, "image_size": (3, 5, 7)}, "offset": {"size": 2, "image_size": (1, 4, 4), "num_classes": 3, "random_offset": 11}}.items():
        data = D.FakeData(**kwargs)
        torch.manual_seed(5)
        samples = []
        for i in range(len(data)):
            image, target = data[i]
            array = np.asarray(image)
            samples.append([(array.transpose(2, 0, 1) if array.ndim == 3 else array[None]).reshape(-1).tolist(), target])
        expected[f"FakeData {name}"] = {"text": repr(data), "samples": samples, "next": torch.rand(1).item()}


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    expected: dict = {}
    mnist_like(expected)
    cifar(expected)
    fake(expected)
    (OUT / "expected.json").write_text(json.dumps(expected))
