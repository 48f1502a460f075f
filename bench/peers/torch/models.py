"""The models of workloads/models.ts in PyTorch."""
import torch
import torch.nn.functional as F
from torch import nn


def layer_of(layer):
    kind = layer["type"]
    if kind == "linear":
        return nn.Linear(layer["in"], layer["out"])
    if kind == "conv2d":
        return nn.Conv2d(layer["in"], layer["out"], layer["kernel"], padding=layer["padding"])
    if kind == "batchNorm1d":
        return nn.BatchNorm1d(layer["features"])
    if kind == "batchNorm2d":
        return nn.BatchNorm2d(layer["features"])
    if kind == "maxPool2d":
        return nn.MaxPool2d(layer["size"])
    if kind == "dropout":
        return nn.Dropout(layer["p"])
    return {"relu": nn.ReLU, "flatten": nn.Flatten}[kind]()


class Recurrent(nn.Module):
    def __init__(self, cell, hidden, classes):
        super().__init__()
        self.cell, self.head = cell, nn.Linear(hidden, classes)

    def forward(self, x):
        states, _ = self.cell(x)
        return self.head(states[-1])


class Encoder(nn.Module):
    def __init__(self, m):
        super().__init__()
        layer = nn.TransformerEncoderLayer(m["width"], m["heads"], m["inner"], m["dropout"], batch_first=True)
        self.layers = nn.TransformerEncoder(layer, m["layers"])
        self.head = nn.Linear(m["width"], m["classes"])

    def forward(self, x):
        return self.head(self.layers(x).mean(1))


class Characters(nn.Module):
    def __init__(self, m):
        super().__init__()
        width = m["width"]
        self.characters, self.places = nn.Embedding(m["vocabulary"], width), nn.Embedding(m["context"], width)
        self.drop = nn.Dropout(m["dropout"])
        layer = nn.TransformerEncoderLayer(
            width, m["heads"], 4 * width, m["dropout"], activation="gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, m["layers"], enable_nested_tensor=False)
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, m["vocabulary"])
        self.mask = nn.Transformer.generate_square_subsequent_mask(m["context"])

    def forward(self, tokens):
        x = self.drop(self.characters(tokens) + self.places(torch.arange(tokens.shape[1])))
        return self.head(self.norm(self.layers(x, mask=self.mask, is_causal=True))).flatten(0, 1)


def build(m):
    kind = m["type"]
    if kind == "sequential":
        return nn.Sequential(*map(layer_of, m["layers"]))
    if kind in ("lstm", "gru"):
        cell = (nn.LSTM if kind == "lstm" else nn.GRU)(m["input"], m["hidden"])
        return Recurrent(cell, m["hidden"], m["classes"])
    if kind == "encoder":
        return Encoder(m)
    if kind == "characters":
        return Characters(m)
    from torchvision import models

    model = getattr(models, {"mobilenetV2": "mobilenet_v2"}.get(kind, kind))(num_classes=m["classes"])
    if m["stem"] == "cifar":
        model.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        model.maxpool = nn.Identity()
    return model


def step_of(task, compiled=False):
    """A function that does one training step, or one forward."""
    torch.manual_seed(0)
    model, data = build(task["model"]), task["data"]
    x = torch.randint(data["tokens"], data["shape"]) if "tokens" in data else torch.rand(data["shape"])
    run = torch.compile(model) if compiled else model
    if task["kind"] == "forward":
        model.eval()

        def forward():
            with torch.no_grad():
                run(x)

        return forward
    y = torch.randint(data["classes"], (data["targets"],))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-6)

    def step():
        optimizer.zero_grad()
        F.cross_entropy(run(x), y).backward()
        optimizer.step()

    return step
