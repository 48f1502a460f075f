"""Initial weights and layers of torch: python conformance/nn.py > conformance/fixtures/nn.json (needs only torch)."""
import json
import math
import warnings

import torch
from torch import nn
from torch.nn import init

warnings.simplefilter("ignore")


def hexes(t):
    """The bytes of a tensor's values in row-major order, little endian."""
    return bytes(t.detach().contiguous().reshape(-1).view(torch.uint8).tolist()).hex()


out = {"torch": torch.__version__, "init": [], "layers": [], "text": []}


def initial(name, shape, args=(), kwargs=None, dtype=torch.float32, transposed=False):
    kwargs = kwargs or {}
    torch.manual_seed(1234)
    x = torch.zeros(shape, dtype=dtype)
    getattr(init, name)(x.t() if transposed else x, *args, **kwargs)
    state = torch.rand(1).item()  # where the generator stands afterwards
    out["init"].append({"name": name, "shape": shape, "args": list(args), "kwargs": kwargs, "dtype": str(dtype)[6:], "transposed": transposed, "hex": hexes(x), "next": state})


for shape in ([3, 4], [5, 7], [4, 3, 3, 2]):
    initial("uniform_", shape, (-0.3, 0.71))
    initial("normal_", shape, (1.5, 0.37))
    initial("xavier_uniform_", shape)
    initial("xavier_uniform_", shape, kwargs={"gain": 1.7})
    initial("xavier_normal_", shape)
    initial("kaiming_uniform_", shape)
    initial("kaiming_uniform_", shape, kwargs={"a": math.sqrt(5)})
    initial("kaiming_normal_", shape, kwargs={"mode": "fan_out", "nonlinearity": "relu"})
    initial("kaiming_normal_", shape, kwargs={"nonlinearity": "tanh"})
    initial("trunc_normal_", shape)
    initial("trunc_normal_", shape, (0.5, 2.0, -1.0, 1.5))
    initial("trunc_normal_", shape, (0.0, 1.0, 1.5, 2.5))
initial("uniform_", [6, 5], transposed=True)
initial("normal_", [6, 5], transposed=True)
initial("normal_", [2, 3])
initial("sparse_", [6, 5], (0.4,))
initial("eye_", [3, 5])
initial("dirac_", [4, 3, 3, 3])
initial("dirac_", [4, 2, 3], (2,))
initial("dirac_", [2, 2, 3, 3, 2])
initial("uniform_", [5, 3], (-0.3, 0.71), dtype=torch.float64)


def layer(expression):
    torch.manual_seed(42)
    module = eval(expression)
    out["layers"].append({"expression": expression, "state": {k: hexes(v) for k, v in module.state_dict().items()}, "next": torch.rand(1).item()})


for expression in [
    "nn.Linear(3, 4)",
    "nn.Linear(28, 5, bias=False)",
    "nn.Linear(5, 2, dtype=torch.float64)",
    "nn.Conv2d(1, 6, 5)",
    "nn.Conv2d(4, 6, (3, 2), groups=2)",
    "nn.Embedding(10, 3)",
    "nn.Embedding(4, 3, padding_idx=-2)",
    "nn.BatchNorm1d(3)",
    "nn.LayerNorm([2, 3])",
    "nn.PReLU(2)",
    "nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Dropout(0.5), nn.Linear(4, 2))",
]:
    layer(expression)

for expression in [
    "nn.Linear(3, 4)", "nn.Linear(3, 4, bias=False)", "nn.Identity()", "nn.Conv2d(1, 16, 3, padding=1)",
    "nn.Conv2d(2, 16, (3, 5), stride=2, padding=(1, 2), dilation=2, groups=2, bias=False)", "nn.Conv2d(1, 1, 3, padding='same')",
    "nn.BatchNorm1d(5)", "nn.BatchNorm2d(5, eps=1e-3, momentum=None, affine=False, track_running_stats=False)", "nn.BatchNorm3d(2, bias=False)",
    "nn.LayerNorm(5)", "nn.LayerNorm([3, 5], elementwise_affine=False)", "nn.LayerNorm(5, bias=False)",
    "nn.Dropout()", "nn.Dropout(0.2, inplace=True)", "nn.Dropout1d()", "nn.Dropout2d(0.25)",
    "nn.ReLU()", "nn.ReLU(inplace=True)", "nn.ReLU6()", "nn.LeakyReLU()", "nn.LeakyReLU(0.2, inplace=True)", "nn.ELU()", "nn.SELU()", "nn.GELU()",
    "nn.GELU(approximate='tanh')", "nn.SiLU()", "nn.Mish()", "nn.Softplus()", "nn.Hardswish()", "nn.Hardtanh()", "nn.Hardtanh(-2.5, 3.5)", "nn.Sigmoid()", "nn.Tanh()",
    "nn.Softmax(dim=1)", "nn.LogSoftmax(dim=-1)", "nn.Softmin(dim=1)", "nn.Softmax()", "nn.PReLU()", "nn.PReLU(3)", "nn.Flatten()", "nn.Flatten(0, 2)",
    "nn.Unflatten(1, (2, 3))", "nn.MaxPool2d(2)", "nn.MaxPool2d((2, 3), stride=1, padding=(0, 1), dilation=2, ceil_mode=True)", "nn.AvgPool2d(2)",
    "nn.AvgPool2d((3, 2), (2, 1), (1, 0))", "nn.AdaptiveAvgPool2d(1)", "nn.AdaptiveAvgPool2d((5, None))", "nn.Embedding(10, 3)", "nn.Embedding(10, 3, padding_idx=1)",
    "nn.CrossEntropyLoss()", "nn.CrossEntropyLoss(weight=torch.ones(3))", "nn.NLLLoss()", "nn.BCELoss()", "nn.BCEWithLogitsLoss()", "nn.MSELoss()", "nn.L1Loss()",
    "nn.SmoothL1Loss()", "nn.HuberLoss()",
    "nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.ReLU()])", "nn.ModuleList()", "nn.Sequential()", "nn.ModuleDict({'a': nn.ReLU(), 'b': nn.Linear(1, 2)})",
    "nn.ParameterList([torch.ones(2, 3), torch.zeros(2)])",
    "nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU(), nn.ModuleList([nn.Sequential(nn.Linear(2, 2)), nn.Sequential(nn.Linear(2, 2))])))",
]:
    out["text"].append({"expression": expression, "text": str(eval(expression))})

print(json.dumps(out).replace('{"name"', '\n{"name"').replace('{"expression"', '\n{"expression"'))
