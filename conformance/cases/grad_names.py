"""What PyTorch prints as grad_fn of the result of one call."""
import torch

from harness import Rows, call

X, Y, V, I = {"x": [3, 4]}, {"x": [4, 3]}, {"x": [4]}, {"x": [2, 3, 4, 4]}
SAME = {"x": [3, 4], "k": 1}
# Hone's name, the arguments (tensors by their shape), options.
CALLS = [(op, [X], {}) for op in "neg abs sign square floor exp expm1 log2 log1p sqrt rsqrt sin cos tanh erf sigmoid relu gelu silu mish selu celu softplus logsigmoid hardswish hardtanh relu6 leakyRelu elu frac deg2rad logit nanToNum sgn softsign".split()]
CALLS += [(op, [X, SAME], {}) for op in "add sub mul div pow maximum minimum fmod remainder atan2 hypot copysign xlogy logaddexp fmax mseLoss l1Loss smoothL1Loss huberLoss binaryCrossEntropyWithLogits cosineSimilarity".split()]
CALLS += [(op, [X, 2], {}) for op in "add sub mul div pow fmod remainder".split()] + [("pow", [2, X], {})]
CALLS += [("sum", [X], {}), ("sum", [X, 1], {}), ("mean", [X], {}), ("mean", [X, 1], {}), ("prod", [X], {}), ("amax", [X, 1], {}), ("max", [X], {}), ("min", [X], {}), ("var", [X], {}), ("std", [X], {}), ("norm", [X], {}), ("logsumexp", [X, 1], {}), ("cumsum", [X, 1], {}), ("median", [X], {}), ("softmax", [X, 1], {}), ("logSoftmax", [X, 1], {}), ("nansum", [X], {})]
CALLS += [("matmul", [X, Y], {}), ("matmul", [X, V], {}), ("matmul", [V, V], {}), ("matmul", [I, I], {}), ("mm", [X, Y], {}), ("linear", [X, {"x": [5, 4]}], {}), ("linear", [X, {"x": [5, 4]}, {"x": [5]}], {}), ("linear", [{"x": [2, 3, 4]}, {"x": [5, 4]}, {"x": [5]}], {}), ("outer", [V, V], {}), ("addmm", [{"x": [3, 3]}, X, Y], {}), ("cdist", [X, X], {})]
CALLS += [("stack", [[X, X]], {}), ("cat", [[X, X]], {}), ("t", [X], {}), ("transpose", [X, 0, 1], {}), ("reshape", [X, [2, 6]], {}), ("squeeze", [{"x": [1, 3]}, 0], {}), ("squeeze", [{"x": [1, 3]}], {}), ("unsqueeze", [X, 0], {}), ("flip", [X, [0]], {}), ("roll", [X, 1, 0], {}), ("tril", [X], {}), ("clone", [X], {}), ("split", [X, 2], {}), ("unbind", [X], {}), ("chunk", [X, 2], {}), ("permute", [X, [1, 0]], {}), ("expand", [V, [2, 4]], {})]
CALLS += [("clamp", [X, 0, 1], {}), ("clamp", [X, SAME], {}), ("clampMin", [X, 0], {}), ("lerp", [X, SAME, 0.5], {}), ("addcmul", [X, SAME, SAME], {}), ("addcdiv", [X, SAME, SAME], {}), ("conv2d", [I, {"x": [5, 3, 3, 3]}, {"x": [5]}], {}), ("conv1d", [{"x": [2, 3, 8]}, {"x": [5, 3, 3]}, {"x": [5]}], {}), ("maxPool2d", [I, 2], {}), ("avgPool2d", [I, 2], {}), ("pixelShuffle", [{"x": [1, 4, 2, 2]}, 2], {}), ("dropout", [X, 0.5], {}), ("layerNorm", [X, [4]], {}), ("groupNorm", [I, 3], {}), ("glu", [X, 1], {}), ("pad", [X, [1, 1]], {})]


def build(value):
    if isinstance(value, dict):
        n = torch.Size(value["x"]).numel()
        return (torch.arange(n, dtype=torch.float64) % 7 / 8 + 0.05 + value.get("k", 0) / 16).reshape(value["x"]).requires_grad_()
    return [build(v) for v in value] if isinstance(value, list) else value


def families():
    cases = []
    for op, args, kw in CALLS:
        out = call(op, [build(a) for a in args], kw)
        out = out[0] if isinstance(out, (tuple, list)) else out
        cases.append({"n": op, "op": op, "args": args, "kw": kw, "name": out.grad_fn.name()})
    return [Rows("names of grad_fn", "gradName", cases)]
