"""Loads an epoch of images on request, in torchvision. Reads lines {"kind", "root", "batch", "workers", "count"} and answers with microseconds an
image: of wall time, and of processor time of this process and its workers."""
import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import torch
import torchvision
from torchvision import datasets, transforms
from torchvision.transforms import v2

torch.set_num_threads(1)
GREY = ([0.1307], [0.3081])
COLOUR = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


class Tensors(torch.utils.data.Dataset):
    """MNIST without PIL: v2's transforms of uint8 tensors."""

    def __init__(self, root, transform):
        self.data, self.transform = datasets.MNIST(root), transform

    def __len__(self):
        return len(self.data)

    def __getitem__(self, i):
        return self.transform(self.data.data[i][None]), int(self.data.targets[i])


def dataset(kind, root):
    if kind == "digits":
        steps = [transforms.RandomCrop(28, padding=4), transforms.RandomHorizontalFlip(), transforms.ToTensor(), transforms.Normalize(*GREY)]
        return datasets.MNIST(root, transform=transforms.Compose(steps))
    if kind == "digits, v2":
        steps = [v2.RandomCrop(28, padding=4), v2.RandomHorizontalFlip(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(*GREY)]
        return Tensors(root, v2.Compose(steps))
    steps = [transforms.RandomResizedCrop(224), transforms.RandomHorizontalFlip(), transforms.ToTensor(), transforms.Normalize(*COLOUR)]
    return datasets.ImageFolder(root, transform=transforms.Compose(steps))


def processor_time():
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usage)


def epoch(task):
    data = dataset(task["kind"], task["root"])
    data = torch.utils.data.Subset(data, [i % len(data) for i in range(task["count"])])
    loader = torch.utils.data.DataLoader(data, batch_size=task["batch"], shuffle=True, num_workers=task["workers"])
    busy, seen, start = processor_time(), 0, None
    for images, _ in loader:
        # Workers take a while to start: the clock begins with the first batch, which does not count.
        if start is None:
            start = time.perf_counter()
        else:
            seen += len(images)
    wall = time.perf_counter() - start
    del loader
    return [wall * 1e6 / seen, (processor_time() - busy) * 1e6 / task["count"]]


if __name__ == "__main__":
    print(json.dumps({"version": torchvision.__version__, "threads": 1}), flush=True)
    for line in sys.stdin:
        print(json.dumps(epoch(json.loads(line))), flush=True)
