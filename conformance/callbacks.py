"""Trainings by hand-written loops of PyTorch, for what callbacks of fit do: src/train/callbacks/loops.fixture.json.

    python conformance/callbacks.py        # needs torchvision; writes the file again
"""

import json
import pathlib

import torch
from torch import nn
from torch.optim import lr_scheduler as ls
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_multi_avg_fn, update_bn
from torch.utils.data import DataLoader, TensorDataset
from torchvision.transforms import v2

OUT = pathlib.Path(__file__).parent.parent / "src/train/callbacks/loops.fixture.json"
LOSS = nn.CrossEntropyLoss()


def setting():
    """44 samples in batches of 8, a network with batch norm and dropout, SGD with momentum; all in float64."""
    torch.manual_seed(7)
    x = torch.randn(44, 4)
    y = (x.sum(1) > 0).long()
    data, other = TensorDataset(x[:36].double(), y[:36]), TensorDataset(x[36:].double(), y[36:])
    model = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.2), nn.Linear(6, 2)).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    return model, optimizer, DataLoader(data, batch_size=8, shuffle=True), DataLoader(other, batch_size=8)


def train_epoch(model, optimizer, loader, after=lambda: None):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        LOSS(model(x), y).backward()
        optimizer.step()
        after()


def score(model, loader):
    model.eval()
    with torch.no_grad():
        total = [(LOSS(model(x), y).item() * len(y), len(y)) for x, y in loader]
    return sum(t for t, _ in total) / sum(n for _, n in total)


def state(model):
    return {name: value.tolist() for name, value in model.state_dict().items()}


def ema(options, decay_at, every=1, after=0, use_buffers=True, epochs=3):
    model, optimizer, train, validation = setting()
    multi = lambda averaged, current, n: get_ema_multi_avg_fn(decay_at(int(n)))(averaged, current, n)
    averaged = AveragedModel(model, multi_avg_fn=multi, use_buffers=use_buffers)
    scores, steps = [], 0

    def update():
        nonlocal steps
        steps += 1
        if steps > after and (steps - after - 1) % every == 0:
            averaged.update_parameters(model)

    for _ in range(epochs):
        train_epoch(model, optimizer, train, update)
        scores.append(score(averaged, validation))
    return {"options": options, "epochs": epochs, "scores": scores, "averaged": state(averaged.module), "own": state(model)}


def swa(options, start, epochs, lr=None, anneal=10, strategy="cos", update=True):
    model, optimizer, train, validation = setting()
    averaged = AveragedModel(model)
    scheduler = ls.ExponentialLR(optimizer, 0.8)
    rates = SWALR(optimizer, swa_lr=lr, anneal_epochs=anneal, anneal_strategy=strategy) if lr else None
    lrs = []
    for epoch in range(1, epochs + 1):
        lrs.append(optimizer.param_groups[0]["lr"])
        train_epoch(model, optimizer, train)
        if epoch >= start:
            averaged.update_parameters(model)
        if epoch >= start and rates:
            rates.step()
        else:
            scheduler.step()
    if update:
        update_bn(train, averaged)
    return {"options": options, "epochs": epochs, "lrs": lrs, "averaged": state(averaged.module), "own": state(model),
            "score": score(averaged, validation)}


def rates(make, per_step, epochs=4, steps=5):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
    scheduler = make(optimizer)
    out = []
    for _ in range(epochs):
        for _ in range(steps):
            out.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if per_step:
                scheduler.step()
        if not per_step:
            scheduler.step()
    return out


def warmups():
    linear = lambda o, n, start=1 / 3: ls.LinearLR(o, start, total_iters=n)
    exponential = lambda o: ls.ExponentialLR(o, 0.9)
    cosine = lambda o: ls.CosineAnnealingLR(o, 12)
    short = lambda o: ls.CosineAnnealingLR(o, 3)
    chained = lambda o, *parts: ls.ChainedScheduler([part(o) for part in parts])
    sequential = lambda o, n, *parts: ls.SequentialLR(o, [part(o) for part in parts], [n])
    yield {"options": {"steps": 7}, "schedule": None, "every": "step", "lr": rates(lambda o: linear(o, 7), True)}
    yield {"options": {"epochs": 2, "from": 0.1}, "schedule": None, "every": "epoch", "lr": rates(lambda o: linear(o, 2, 0.1), False)}
    yield {"options": {"steps": 6, "from": 0.01, "shape": "constant"}, "schedule": None, "every": "step",
           "lr": rates(lambda o: ls.ConstantLR(o, 0.01, total_iters=6), True)}
    yield {"options": {"steps": 7, "from": 0.05}, "schedule": "exponential", "every": "step",
           "lr": rates(lambda o: chained(o, lambda o: linear(o, 7, 0.05), exponential), True)}
    yield {"options": {"epochs": 3, "from": 0.05}, "schedule": "exponential", "every": "epoch",
           "lr": rates(lambda o: chained(o, lambda o: linear(o, 3, 0.05), exponential), False)}
    yield {"options": {"steps": 6, "from": 0.2, "delay": True}, "schedule": "cosine", "every": "step",
           "lr": rates(lambda o: sequential(o, 6, lambda o: linear(o, 6, 0.2), cosine), True)}
    yield {"options": {"epochs": 1, "from": 0.2, "delay": True}, "schedule": "short", "every": "epoch",
           "lr": rates(lambda o: sequential(o, 1, lambda o: linear(o, 1, 0.2), short), False)}


def mixing(name, options, transform, epochs=2):
    torch.manual_seed(3)
    x, y = torch.randn(12, 2, 4, 5).double(), torch.randint(0, 3, (12,))
    model = nn.Sequential(nn.Flatten(), nn.Linear(40, 3)).double()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = DataLoader(TensorDataset(x, y), batch_size=4, shuffle=True)
    losses = []
    for _ in range(epochs):
        for batch in loader:
            x, y = transform(*batch)
            optimizer.zero_grad()
            loss = LOSS(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return {"name": name, "options": options, "losses": losses}


def mixings():
    mix = lambda **o: v2.MixUp(num_classes=3, **o)
    cut = lambda **o: v2.CutMix(num_classes=3, **o)
    yield mixing("mixup", {"numClasses": 3}, mix())
    yield mixing("mixup", {"numClasses": 3, "alpha": 0.2}, mix(alpha=0.2))
    yield mixing("mixup", {"numClasses": 3, "alpha": 0.4, "prob": 0.5}, v2.RandomApply([mix(alpha=0.4)], 0.5))
    yield mixing("cutmix", {"numClasses": 3}, cut())
    yield mixing("mixupCutmix", {"numClasses": 3}, v2.RandomChoice([mix(), cut()], p=[0.5, 0.5]))
    yield mixing("mixupCutmix", {"numClasses": 3, "mixupAlpha": 0.8, "cutmixAlpha": 2, "switchProb": 0.25},
                 v2.RandomChoice([mix(alpha=0.8), cut(alpha=2.0)], p=[0.75, 0.25]))


def finetuning(options, thaw, factors, keep_frozen=True, epochs=4):
    """Layers 0 and 1 are frozen until the epochs of `thaw`; rates are multiples of 0.2."""
    model, _, train, _ = setting()
    groups = [{"params": list(model[i].parameters()), "lr": 0.2 * factor} for i, factor in zip((0, 1, 4), factors)]
    optimizer = torch.optim.SGD(groups, lr=0.2, momentum=0.9)
    scheduler = ls.ExponentialLR(optimizer, 0.8)
    for epoch in range(1, epochs + 1):
        for i in (0, 1):
            for parameter in model[i].parameters():
                parameter.requires_grad_(epoch >= thaw[i])
        model.train()
        if keep_frozen and epoch < thaw[1]:
            model[1].eval()
        for x, y in train:
            optimizer.zero_grad()
            LOSS(model(x), y).backward()
            optimizer.step()
        scheduler.step()
    return {"options": options, "epochs": epochs, "state": state(model), "lr": [group["lr"] for group in optimizer.param_groups]}


def cases():
    never = 99
    return {
        "ema": [
            ema({"decay": 0.9}, lambda n: 0.9),
            ema({"decay": 0.9, "every": 3, "after": 2, "useBuffers": False}, lambda n: 0.9, every=3, after=2, use_buffers=False),
            ema({"decay": 0.9, "warmup": "power"}, lambda n: min(0.9, 1 - (1 + n) ** (-2 / 3))),
            ema({"decay": 0.8, "warmup": "ratio"}, lambda n: min(0.8, (1 + n) / (10 + n))),
        ],
        "swa": [
            swa({"startEpoch": 3, "lr": 0.05, "annealEpochs": 2}, 3, 6, 0.05, 2),
            swa({"share": 0.5, "lr": 0.01, "annealEpochs": 4, "annealStrategy": "linear"}, 3, 4, 0.01, 4, "linear"),
            swa({"startEpoch": 2}, 2, 4),
            swa({"startEpoch": 1, "updateBn": False}, 1, 3, update=False),
        ],
        "warmups": list(warmups()),
        "mixings": list(mixings()),
        "finetuning": [
            finetuning({}, (never, never), (1, 1, 1)),
            finetuning({"unfreezeAt": 3, "lrDecay": 0.5}, (3, 3), (0.25, 0.5, 1)),
            finetuning({"freeze": ["0", "1"], "unfreezeAt": {"2": "1", "4": "all"}, "lr": {"0": 0.01, "4": 0.04}}, (4, 2), (0.05, 1, 0.2)),
            finetuning({"freeze": "backbone", "unfreezeAt": 3, "keepBatchNormFrozen": False}, (3, 3), (1, 1, 1), False),
            finetuning({"freeze": None, "lr": {"0": 0.1}, "lrDecay": 0.1}, (0, 0), (0.5, 0.1, 1)),
        ],
    }


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    parts = {name: ",\n".join("  " + json.dumps(case) for case in list_) for name, list_ in cases().items()}
    text = ",\n".join(f' "{name}": [\n{lines}\n ]' for name, lines in parts.items())
    OUT.write_text(f'{{\n "torch": "{torch.__version__}",\n{text}\n}}\n', encoding="utf-8")
    print(OUT.stat().st_size, "bytes")
