"""
Writes conformance/fixtures/summary.json: what torchinfo and torchsummary print for models that src/report/summary/summary.test.ts builds too.

    python conformance/summary.py

Needs torch, torchinfo 1.8, torchsummary 1.5 and numpy.
"""
import contextlib
import importlib.metadata
import io
import json
import os
import warnings

import torch
import torch.nn.functional as F
import torchinfo
import torchinfo.enums
import torchsummary
from torch import nn

warnings.simplefilter("ignore")
torch.set_num_threads(1)
# Since Python 3.11 an enum of strings is written "Units.MEGABYTES"; torchinfo means "M", and wrote it before.
torchinfo.enums.Units.__str__ = lambda self: self.value


class SmallSizeModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.output = nn.Linear(784, 10)

    def forward(self, x):
        return self.output(nn.Flatten()(x))


class BigSizeModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.b1 = nn.Sequential(nn.Linear(784, 2048), nn.ReLU())
        self.b2 = nn.Sequential(nn.Linear(2048, 1024), nn.ReLU())
        self.b3 = nn.Sequential(nn.Linear(1024, 512), nn.ReLU())
        self.b4 = nn.Sequential(nn.Linear(512, 256), nn.ReLU())
        self.b5 = nn.Sequential(nn.Linear(256, 128), nn.ReLU())
        self.b6 = nn.Sequential(nn.Linear(128, 64), nn.ReLU())
        self.output = nn.Linear(64, 10)

    def forward(self, x):
        x = nn.Flatten()(x)
        for block in (self.b1, self.b2, self.b3, self.b4, self.b5, self.b6):
            x = block(x)
        return self.output(x)


class DropoutModel(nn.Module):
    def __init__(self, rate=0.5):
        super().__init__()
        self.b1 = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Dropout(p=rate))
        self.b2 = nn.Sequential(nn.Linear(256, 256), nn.ReLU(), nn.Dropout(p=rate))
        self.b3 = nn.Sequential(nn.Linear(256, 128), nn.ReLU(), nn.Dropout(p=rate))
        self.b4 = nn.Sequential(nn.Linear(128, 128), nn.ReLU(), nn.Dropout(p=rate))
        self.output = nn.Sequential(nn.Linear(128, 10), nn.Dropout(p=rate))

    def forward(self, x):
        return self.output(self.b4(self.b3(self.b2(self.b1(nn.Flatten()(x))))))


class BNModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.b1 = nn.Sequential(nn.Linear(784, 256), nn.BatchNorm1d(256), nn.ReLU())
        self.b2 = nn.Sequential(nn.Linear(256, 128), nn.BatchNorm1d(128), nn.ReLU())
        self.b3 = nn.Sequential(nn.Linear(128, 64), nn.BatchNorm1d(64), nn.ReLU())
        self.output = nn.Linear(64, 10)

    def forward(self, x):
        return self.output(self.b3(self.b2(self.b1(nn.Flatten()(x)))))


class FMNIST_DNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, 10)

    def forward(self, x):
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(x)))))


def cnn():
    block = lambda a, b: nn.Sequential(nn.Sequential(nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b)), nn.ReLU(), nn.Sequential(nn.MaxPool2d(2)))
    return nn.Sequential(
        nn.Sequential(block(3, 8), block(8, 16)),
        nn.Dropout2d(0.2), nn.Conv2d(16, 16, (3, 1), stride=2, groups=4), nn.AvgPool2d(2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10), nn.LogSoftmax(1),
    )


class Residual(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.conv1 = nn.Conv2d(a, b, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(b)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(b, b, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(b)
        self.shortcut = nn.Sequential() if a == b else nn.Sequential(nn.Conv2d(a, b, 1), nn.BatchNorm2d(b))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + self.shortcut(x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleList([nn.ModuleList([Residual(3, 4), Residual(4, 4)]), nn.ModuleList([Residual(4, 6)])])
        self.heads = nn.ModuleDict({"one": nn.Linear(6, 2), "two": nn.Linear(6, 3)})
        self.unused = nn.Linear(7, 7)

    def forward(self, x):
        for stage in self.stages:
            for layer in stage:
                x = layer(x)
        x = x.mean((2, 3))
        return {"one": self.heads["one"](x), "two": self.heads["two"](x)}


class Shared(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(6, 6)
        self.block = nn.Sequential(self.first, nn.ReLU(), nn.Sequential(nn.Linear(6, 6), nn.Tanh()))
        self.again = self.block
        self.list = nn.ModuleList([self.first, nn.Linear(6, 2)])

    def forward(self, x):
        for _ in range(2):
            x = self.again(self.block(self.first(x)))
        return self.list[1](self.list[0](x))


class Text(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 12, padding_idx=0)
        self.lstm = nn.LSTM(12, 9, num_layers=2, batch_first=True, bidirectional=True)
        self.gru = nn.GRU(18, 5, batch_first=True)
        self.rnn = nn.RNNCell(5, 4)
        self.fc = nn.Linear(4, 3)

    def forward(self, x):
        x, _ = self.lstm(self.embedding(x))
        x, _ = self.gru(x)
        return self.fc(self.rnn(x[:, -1]))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 8)
        self.positions = nn.Parameter(torch.zeros(6, 8))
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)
        self.decoder = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True, norm_first=True)
        self.attention = nn.MultiheadAttention(8, 4, batch_first=True)
        self.norm = nn.LayerNorm(8)

    def forward(self, x):
        x = self.encoder(self.embedding(x) + self.positions)
        x = self.decoder(x, x)
        x, _ = self.attention(x, x, x)
        return self.norm(x)


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(5))
        self.shift = nn.Parameter(torch.ones(5), requires_grad=False)
        self.body = nn.Sequential(nn.Linear(5, 7), nn.PReLU(), nn.Linear(7, 5))
        self.head = nn.Linear(5, 2)
        self.body.requires_grad_(False)
        self.body[2].bias.requires_grad_(True)
        self.head.requires_grad_(False)

    def forward(self, x):
        return self.head(self.body(x * self.scale + self.shift))


class Two(nn.Module):
    def __init__(self):
        super().__init__()
        self.left = nn.Linear(4, 3)
        self.right = nn.Conv1d(2, 3, 3, stride=2, padding=1)
        self.both = nn.Bilinear(3, 3, 2)

    def forward(self, a, b, scale=1.0):
        a, b = self.left(a), self.right(b).mean(-1)
        return [self.both(a, b) * scale, (a, b)]


class Lists(nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = nn.ParameterList([nn.Parameter(torch.ones(3, 3)), nn.Parameter(torch.ones(3))])
        self.none = nn.ModuleList()
        self.inner = nn.Linear(3, 3, bias=False)

    def forward(self, x):
        return self.inner(x @ self.weights[0] + self.weights[1])


class Volumes(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Conv3d(1, 4, (3, 3, 1)), nn.GroupNorm(2, 4), nn.LeakyReLU(0.1), nn.MaxPool3d((2, 2, 1)))
        self.up = nn.Sequential(nn.Upsample(scale_factor=2), nn.ConvTranspose3d(4, 1, 3, stride=2), nn.InstanceNorm3d(1, affine=True))
        self.flat = nn.Sequential(nn.Unfold(2), nn.Conv1d(12, 2, 1))

    def forward(self, x):
        return self.flat(self.up(self.down(x))[:, :, 0].expand(-1, 3, -1, -1))


class AModuleWhoseNameIsLongerThanTheColumn(nn.Module):
    def __init__(self):
        super().__init__()
        self.a_layer_with_a_long_name = nn.Sequential(nn.Sequential(nn.Sequential(nn.Sequential(nn.Linear(2, 2)))))

    def forward(self, x):
        return self.a_layer_with_a_long_name(x)


MODELS = {
    "small": SmallSizeModel,
    "big": BigSizeModel,
    "dropout": DropoutModel,
    "batchNorm": BNModel,
    "dnn": FMNIST_DNN,
    "cnn": cnn,
    "resnet": ResNet,
    "shared": Shared,
    "text": Text,
    "attention": Attention,
    "frozen": Frozen,
    "two": Two,
    "lists": Lists,
    "volumes": Volumes,
    "long": AModuleWhoseNameIsLongerThanTheColumn,
    "linear": lambda: nn.Linear(1000, 125),
    "relu": nn.ReLU,
    "lstm": lambda: nn.LSTM(3, 4, proj_size=2),
    "mha": lambda: nn.MultiheadAttention(6, 3),
    "words": lambda: nn.Embedding(50000, 64),
    "double": lambda: nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)).double(),
    "empty": nn.Sequential,
}

ALL = ["input_size", "output_size", "num_params", "params_percent", "kernel_size", "mult_adds", "trainable"]
LONG = {"dtypes": ["int64"]}

CASES = [
    ("small", {"input_size": [200, 1, 28, 28]}),
    ("big", {"input_size": [200, 1, 28, 28]}),
    ("dropout", {"input_size": [200, 1, 28, 28]}),
    ("batchNorm", {"input_size": [1, 28, 28]}),
    ("linear", {"input_size": [1, 1000]}),
    ("linear", {"input_size": [31, 1000]}),
    ("linear", {"input_size": [1000], "batch_dim": 0, "col_names": ALL}),
    ("linear", {"input_size": [3, 1000], "batch_dim": 1, "col_names": ALL, "verbose": 2}),
    ("linear", {"input_size": [5, 1000], "batch_dim": -2}),
    ("linear", {"input_size": [1000, 1000]}),  # 125.125, which Python rounds to the even digit
    ("relu", {"input_size": [2, 3], "col_names": ALL}),
    ("relu", {"input_size": [2, 15617]}),  # 0.125 MB
    ("lstm", {"input_size": [5, 2, 3], "col_names": ALL, "verbose": 2}),
    ("lstm", {"input_size": [5, 3], "batch_dim": 1, "col_names": ALL}),
    ("mha", {"input_size": [[5, 2, 6], [4, 2, 6], [4, 2, 6]], "col_names": ALL}),
    ("mha", {"input_size": [[5, 6], [4, 6], [4, 6]], "batch_dim": 1, "col_names": ALL, "depth": 0, "verbose": 2}),
    ("words", {"input_size": [200], **LONG}),
    ("words", {"input_size": [400], **LONG, "col_names": ["mult_adds", "trainable"]}),
    ("double", {"input_size": [4, 3], "dtypes": ["float64"]}),
    ("empty", {"input_size": [4, 3]}),
    ("empty", {}),
    ("two", {"input_size": [[5, 4], [5, 2, 9]], "col_names": ALL, "scale": 2}),
    ("two", {"input_size": [[4], [2, 9]], "batch_dim": 0, "col_names": ALL}),
    ("resnet", {"input_size": [3, 6, 5], "batch_dim": 0, "col_names": ALL, "depth": 4}),
]

SIZES = {
    "dnn": {"input_size": [7, 784]},
    "cnn": {"input_size": [2, 3, 32, 28]},
    "resnet": {"input_size": [2, 3, 6, 5]},
    "shared": {"input_size": [3, 6]},
    "text": {"input_size": [4, 7], **LONG},
    "attention": {"input_size": [3, 6], **LONG},
    "frozen": {"input_size": [4, 5]},
    "two": {"input_size": [[5, 4], [5, 2, 9]]},
    "lists": {"input_size": [2, 3]},
    "volumes": {"input_size": [2, 1, 8, 8, 4]},
    "long": {"input_size": [2, 2]},
}
VARIANTS = [
    {},
    {"col_names": ALL, "depth": 1, "col_width": 12},
    {"col_names": ["kernel_size", "mult_adds", "trainable", "params_percent"], "depth": 2, "row_settings": ["var_names"], "col_width": 13},
    {"col_names": ALL, "depth": 9, "row_settings": ["depth", "var_names", "ascii_only"], "col_width": 14, "verbose": 2},
    {"mode": "train", "depth": 5, "row_settings": ["depth", "hide_recursive_layers"], "col_names": ["input_size", "num_params"]},
    {"depth": 0, "row_settings": []},
]
CASES += [(model, {**sizes, **variant}) for model, sizes in SIZES.items() for variant in VARIANTS]
CASES += [(model, options) for model in SIZES for options in ({}, {"depth": 6, "verbose": 2, "col_names": ["num_params", "kernel_size", "trainable", "params_percent"], "row_settings": ["var_names", "depth"]})]

FLAT = [
    ("dnn", [1, 784], {}),
    ("dnn", [784], {"batch_size": 100}),
    ("small", [1, 28, 28], {}),
    ("big", [1, 28, 28], {"batch_size": 64}),
    ("dropout", [1, 28, 28], {}),
    ("batchNorm", [1, 28, 28], {}),
    ("cnn", [3, 32, 28], {}),
    ("frozen", [5], {}),
    ("shared", [6], {}),
    ("long", [2], {"batch_size": 1000000}),
    ("volumes", [1, 8, 8, 4], {"batch_size": 3}),
]


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def tuples(size):
    return [tuple(s) for s in size] if isinstance(size[0], list) else tuple(size)


def table(model, given):
    options = dict(given)
    if "dtypes" in options:
        options["dtypes"] = [getattr(torch, name) for name in options["dtypes"]]
    if "input_size" in options:
        options["input_size"] = tuples(options["input_size"])
    with contextlib.redirect_stdout(io.StringIO()):
        result = torchinfo.summary(MODELS[model](), **{"verbose": 0, **options})
    totals = ["total_input", "total_mult_adds", "total_params", "trainable_params", "total_param_bytes", "total_output_bytes"]
    if "scale" in given:
        given = {**given, "kwargs": {"scale": given["scale"]}}
        del given["scale"]
    return {
        "model": model,
        "options": {camel(name): value for name, value in given.items()},
        "text": str(result),
        "totals": {camel(name): getattr(result, name) for name in totals if "input_size" in given or name != "total_input"},
    }


def flat(model, size, options):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        torchsummary.summary(MODELS[model](), tuples(size), device="cpu", **options)
    return {"model": model, "inputSize": size, "options": {camel(name): value for name, value in options.items()}, "text": out.getvalue().rstrip("\n")}


if __name__ == "__main__":
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "summary.json")
    dump = lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    lines = lambda cases: ",\n".join(dump(case) for case in cases)
    with open(path, "w") as f:
        versions = '"torch":%s,"torchinfo":%s' % (dump(torch.__version__), dump(importlib.metadata.version("torchinfo")))
        f.write('{%s,"tables":[\n%s],\n"flat":[\n%s]}\n' % (versions, lines(table(*case) for case in CASES), lines(flat(*case) for case in FLAT)))
    print("%d tables, %d flat ones, %.0f KB" % (len(CASES), len(FLAT), os.path.getsize(path) / 1000))
