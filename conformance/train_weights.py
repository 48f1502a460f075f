"""Losses with weights of classes and samples, and weights after one step of SGD: src/train/batch/weights.fixture.json.

Run with PyTorch: python conformance/train_weights.py
"""
import json
import pathlib

import torch
import torch.nn.functional as F

OUT = pathlib.Path(__file__).parent.parent / "src/train/batch/weights.fixture.json"

torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
x = torch.randn(7, 4)
labels = torch.tensor([0, 1, 2, -100, 1, 0, 2])
samples = torch.tensor([1.0, 2.0, 0.5, 3.0, 0.0, 1.5, 1.0])
classes = torch.tensor([1.0, 2.0, 5.0])
weight, bias = torch.randn(3, 4), torch.randn(3)
soft = torch.rand(7, 3)
soft = soft / soft.sum(1, keepdim=True)
binary = torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0])

counts = (labels != -100).double()
by_label = torch.where(labels >= 0, classes[labels.clamp(min=0)], 0.0)
by_binary = torch.tensor([1.0, 3.0])[binary.long()]

LOSSES = {
    "classes": lambda o: F.cross_entropy(o, labels, weight=classes, label_smoothing=0.1),
    "samples": lambda o: (F.cross_entropy(o, labels, reduction="none") * samples).sum() / (samples * counts).sum(),
    "both": lambda o: (F.cross_entropy(o, labels, weight=classes, reduction="none", label_smoothing=0.1) * samples).sum()
    / (samples * by_label).sum(),
    "soft": lambda o: (F.cross_entropy(o, soft, reduction="none") * samples).sum() / samples.sum(),
    "soft classes": lambda o: F.cross_entropy(o, soft, weight=classes),
    "squares": lambda o: (F.mse_loss(o, soft, reduction="none") * samples[:, None]).sum() / (samples.sum() * 3),
    "sum": lambda o: (F.cross_entropy(o, labels, reduction="none") * samples).sum(),
    "divergence": lambda o: (F.kl_div(F.log_softmax(o, 1), soft, reduction="none") * samples[:, None]).sum() / samples.sum(),
    "binary": lambda o: (F.binary_cross_entropy_with_logits(o[:, 0], binary, reduction="none") * by_binary).sum() / by_binary.sum(),
}

results = {}
for name, loss_of in LOSSES.items():
    w, b = weight.clone().requires_grad_(), bias.clone().requires_grad_()
    loss = loss_of(x @ w.T + b)
    loss.backward()
    results[name] = {"loss": loss.item(), "weight": (w - 0.1 * w.grad).tolist()}

given = {"x": x, "labels": labels, "samples": samples, "weight": weight, "bias": bias, "soft": soft, "binary": binary}
OUT.write_text(json.dumps({**{name: value.tolist() for name, value in given.items()}, "results": results}) + "\n")
