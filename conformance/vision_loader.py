"""What PyTorch's DataLoader with workers gives of torchvision's data with random transforms: python conformance/vision_loader.py

Writes conformance/fixtures/loader/expected.json: for each case the options of the loader, and of each batch of some epochs after one seed the dtype, the shape, the
bytes and the labels; then the number that torch.rand gives next.
"""
import json
import random
from pathlib import Path

import torch
import torchvision.transforms as T
from torch.utils.data import DataLoader
from torchvision.datasets import FakeData

OUT = Path(__file__).parent / "fixtures" / "loader" / "expected.json"


def turned(x):
    return x.rotate(90)


PIPELINES = {
    "crop": T.Compose([T.RandomCrop(6, padding=2), T.RandomHorizontalFlip(), T.Lambda(turned), T.ToTensor(), T.Normalize([0.5], [0.25])]),
    "order": T.Compose([
        T.RandomOrder([T.RandomHorizontalFlip(), T.RandomVerticalFlip(), T.RandomCrop(5)]),
        T.RandomApply([T.RandomChoice([T.RandomHorizontalFlip(1), T.RandomVerticalFlip(1), T.Pad(0)])], 0.7),
        T.PILToTensor(),
    ]),
}
CASES = [
    ("crop", (1, 7, 8), 11, 2, {"batch_size": 3, "shuffle": True, "num_workers": 2}),
    ("crop", (3, 7, 8), 5, 1, {"batch_size": 2, "num_workers": 3, "prefetch_factor": 1}),
    ("order", (3, 6, 7), 11, 2, {"batch_size": 2, "shuffle": True, "num_workers": 2, "persistent_workers": True, "drop_last": True}),
    ("order", (1, 6, 7), 7, 2, {"batch_size": 2, "shuffle": True, "num_workers": 2, "generator": 5}),
    ("order", (1, 6, 7), 7, 2, {"batch_size": 2, "shuffle": True, "num_workers": 0}),
]
CAMEL = {"batch_size": "batchSize", "num_workers": "numWorkers", "prefetch_factor": "prefetchFactor", "persistent_workers": "persistentWorkers", "drop_last": "dropLast"}


def main() -> None:
    cases = []
    for pipeline, size, count, epochs, options in CASES:
        torch.manual_seed(3)
        random.seed(3)
        given = dict(options)
        if "generator" in given:
            given["generator"] = torch.Generator().manual_seed(given["generator"])
        loader = DataLoader(FakeData(count, size, 10, PIPELINES[pipeline]), **given)
        batches = [
            {"dtype": str(x.dtype).removeprefix("torch."), "shape": list(x.shape), "bytes": x.contiguous().numpy().tobytes().hex(), "labels": y.tolist()}
            for _ in range(epochs) for x, y in loader
        ]
        hone = {CAMEL.get(key, key): value for key, value in options.items()}
        cases.append({"pipeline": pipeline, "imageSize": size, "count": count, "epochs": epochs, "options": hone, "batches": batches, "next": torch.rand(1).item()})
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
