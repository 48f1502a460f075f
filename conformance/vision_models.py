"""What torchvision's models are and compute: python conformance/vision_models.py

Writes src/vision/models/models.fixture.json: for each model its arguments (as Hone takes them), what a seed makes it (SHA-256 of its text, its
keys and the bytes of its state), and what it gives: scores in evaluation, the loss of a step of training with the norm and the sum of each parameter's
gradient, and the sums of its running statistics. Weights are not stored; the seed gives them. The networks that torchvision does not have, or has with a hundred
million parameters only, are written here in its manner.
"""
import hashlib
import json
from pathlib import Path

import torch
from torch import nn
from torchvision import models
from torchvision.models.vgg import cfgs, make_layers

OUT = Path(__file__).parent.parent / "src" / "vision" / "models" / "models.fixture.json"
CASES = []


class VGG(models.VGG):
    """torchvision's constructor with other sizes, its draws in its order."""

    def __init__(self, features, num_classes, hidden, pooled, dropout=0.5):
        nn.Module.__init__(self)
        self.features = features
        self.avgpool = nn.AdaptiveAvgPool2d((pooled, pooled))
        self.classifier = nn.Sequential(
            nn.Linear(512 * pooled**2, hidden), nn.ReLU(True), nn.Dropout(p=dropout),
            nn.Linear(hidden, hidden), nn.ReLU(True), nn.Dropout(p=dropout), nn.Linear(hidden, num_classes),
        )  # fmt: skip
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
                nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.BatchNorm2d):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)
            elif isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, 0, 0.01)
                nn.init.constant_(m.bias, 0)


class LeNet(nn.Module):
    def __init__(self, num_classes=10, in_channels=1, image_size=28, activation=torch.relu, pool=nn.functional.max_pool2d):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 6, 5, padding=2 if image_size == 28 else 0)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)
        self.act, self.pool = activation, pool

    def forward(self, x):
        x = self.pool(self.act(self.conv1(x)), 2)
        x = torch.flatten(self.pool(self.act(self.conv2(x)), 2), 1)
        return self.fc3(self.act(self.fc2(self.act(self.fc1(x)))))


class MLP(nn.Module):
    def __init__(self, in_features, hidden, num_classes, dropout, norm):
        super().__init__()
        layers = []
        for size in hidden:
            layers += [nn.Linear(in_features, size), *([nn.BatchNorm1d(size)] if norm else []), nn.ReLU(), nn.Dropout(dropout)]
            in_features = size
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(in_features, num_classes)

    def forward(self, x):
        return self.head(self.layers(torch.flatten(x, 1)))


def sha(*parts):
    h = hashlib.sha256()
    for part in parts:
        h.update(part)
    return h.hexdigest()[:16]


def state_of(model):
    return sha(*(v.detach().contiguous().numpy().tobytes() for v in model.state_dict().values()))


def short(x):
    return float(f"{x:.7g}")


def case(name, args, make, image=None):
    torch.manual_seed(7)
    model = make()
    out = {"name": name, "args": args, "text": sha(str(model).encode()), "keys": sha(",".join(model.state_dict()).encode()), "state": state_of(model)}
    if image is not None:
        # The same numbers in double precision: what is compared is the arithmetic, not its roundings.
        torch.manual_seed(8)
        x = torch.randn(image)
        model.double().eval()
        x = x.double()
        with torch.no_grad():
            out["scores"] = [[short(v) for v in row[:5].tolist()] for row in model(x)]
        model.train()
        torch.manual_seed(9)
        y = model(x)
        loss = nn.functional.cross_entropy(y, torch.arange(image[0]) % y.shape[1])
        loss.backward()
        out["image"] = image
        out["loss"] = short(loss.item())
        out["gradients"] = [[short(p.grad.norm().item()), short(p.grad.sum().item())] for p in model.parameters()]
        out["buffers"] = [short(b.double().sum().item()) for b in model.buffers()]
    CASES.append(out)


def small_vgg(letter, norm):
    return lambda: VGG(make_layers(cfgs[letter], batch_norm=norm), 3, 32, 1)


case("resnet18", {}, models.resnet18, [3, 3, 32, 32])
case("resnet18", {"numClasses": 4, "zeroInitResidual": True}, lambda: models.resnet18(num_classes=4, zero_init_residual=True), [2, 3, 40, 33])
case("resnet34", {"numClasses": 10}, lambda: models.resnet34(num_classes=10))
dilated = {"numClasses": 5, "groups": 2, "widthPerGroup": 16, "replaceStrideWithDilation": [False, True, True]}
case("resnet50", dilated, lambda: models.resnet50(num_classes=5, groups=2, width_per_group=16, replace_stride_with_dilation=[False, True, True]), [2, 3, 64, 64])
case("mobilenetV2", {"widthMult": 0.35}, lambda: models.mobilenet_v2(width_mult=0.35), [3, 3, 64, 64])
setting = [[1, 16, 1, 1], [4, 24, 2, 2]]
case(
    "mobilenetV2",
    {"numClasses": 3, "invertedResidualSetting": setting, "roundNearest": 4, "widthMult": 0.6, "dropout": 0},
    lambda: models.mobilenet_v2(num_classes=3, inverted_residual_setting=setting, round_nearest=4, width_mult=0.6, dropout=0.0),
    [2, 3, 32, 32],
)
for depth, letter in (11, "A"), (13, "B"), (16, "D"), (19, "E"):
    for norm in False, True:
        case(f"vgg{depth}{'Bn' if norm else ''}", {"numClasses": 3, "hidden": 32, "pooled": 1}, small_vgg(letter, norm), [2, 3, 32, 32] if depth == 11 else None)
case("lenet", {}, LeNet, [4, 1, 28, 28])
case(
    "lenet",
    {"numClasses": 4, "inChannels": 3, "imageSize": 32, "activation": "tanh", "pool": "avg"},
    lambda: LeNet(4, 3, 32, torch.tanh, nn.functional.avg_pool2d),
    [2, 3, 32, 32],
)
case("mlp", {"dropout": 0.25, "normLayer": True, "hidden": [20, 10], "inFeatures": 48}, lambda: MLP(48, [20, 10], 10, 0.25, True), [5, 3, 4, 4])

OUT.write_text(json.dumps(CASES, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
print(len(CASES), OUT.stat().st_size)
