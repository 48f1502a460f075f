"""Calls that the other families leave out."""
import torch.nn.functional as F

from harness import OPS, Family
from modules import Modules

OPS["variance"] = lambda x, *args, **kw: x.var(*args, **kw)
IN_PLACE = {"celu_": [], "elu_": [0.7], "hardtanh_": [-1, 1.5], "leakyRelu_": [0.2], "relu_": [], "selu_": [], "threshold_": [0.5, -1], "rrelu_": [0.1, 0.3, True]}
OPS.update({"celu_": F.celu_, "elu_": F.elu_, "hardtanh_": F.hardtanh_, "leakyRelu_": F.leaky_relu_, "relu_": F.relu_, "selu_": F.selu_, "threshold_": F.threshold_, "rrelu_": F.rrelu_})


def calls():
    f = Family("more calls")
    for shape in ([2, 3], [3], [], [0, 2]):
        f.add("t", [f.x(shape)], gg=True)
    for shape in ([2, 3], [], [0, 2], [2, 1, 3]):
        f.add("clone", [f.x(shape)], gg=True)
        for op in ("zerosLike", "onesLike"):
            f.add(op, [f.x(shape)])
        f.add("fullLike", [f.x(shape)], [{"$": 0}, 2.5])
        for op in ("randLike", "randnLike"):
            f.add(op, [f.x(shape, layout="c")])
        for args in ([5], [-2, 3]):
            f.add("randintLike", [f.x(shape, layout="c", ng=True)], [{"$": 0}, *args])
    for dim, start, end, step in ((0, 0, 2, 1), (1, 1, None, 1), (-1, None, None, 2), (1, -2, None, 1), (0, 1, 1, 1), (1, 0, 9, 3)):
        f.add("slice", [f.x([3, 4])], [{"$": 0}, dim, start, end, step], gg=True)
    for shape, args in (([3], []), ([2, 3], []), ([2, 3], [0]), ([2, 3], [1]), ([2, 3], [1, True]), ([1], []), ([0, 2], [1])):
        f.add("prod", [f.x(shape)], [{"$": 0}, *args], gg=True)
    for shape, dim in (([3], 0), ([2, 3], 0), ([2, 3], 1), ([2, 3], -1), ([1], 0), ([0, 2], 0)):
        f.add("cumprod", [f.x(shape)], [{"$": 0}, dim], gg=True)
    for shape, args in (([4], []), ([2, 3], [0]), ([2, 3], [[0, 1]]), ([2, 3, 2], [[-1]])):
        f.add("variance", [f.x(shape)], [{"$": 0}, *args], gg=True)
    for shape in ([6], [2, 3], [2, 3, 2], [0, 3]):
        for p in (0.3, 0.5, 0, 1):
            for op in ("dropout", "alphaDropout"):
                f.add(op, [f.x(shape)], [{"$": 0}, p, True], gg=True)
        for op in ("dropout", "alphaDropout"):
            f.add(op, [f.x(shape)], [{"$": 0}, 0.5, False], gg=True)
    for shape in ([2, 3], [2, 3, 2], [0, 3, 2], [3]):
        f.add("dropout1d", [f.x(shape)], [{"$": 0}, 0.4, True], gg=True)
    for shape in ([2, 3, 2, 2], [2, 3, 0, 2]):
        f.add("dropout2d", [f.x(shape)], [{"$": 0}, 0.4, True], gg=True)
        f.add("dropout3d", [f.x([2, 3, *shape[2:], 2])], [{"$": 0}, 0.4, True], gg=True)
        f.add("featureAlphaDropout", [f.x(shape)], [{"$": 0}, 0.4, True], gg=True)
    for shape in ([2, 3], [], [0, 2]):
        f.add("logsigmoid", [f.x(shape)], gg=True)
        for op, args in IN_PLACE.items():
            f.program([f.x(shape)], [["a", "mul", [{"$": 0}, 1], {}], ["y", op, [{"$": "a"}, *args], {}]], ["y", "a"], name=op, gg=True)
    return f


def layers():
    m = Modules("more layers")
    for kw in ({}, {"dim": 0}, {"dim": -1, "eps": 0.1}):
        for shapes in (([3, 4], [3, 4]), ([2, 3, 4], [3, 4]), ([3, 1], [1, 4])):
            m.add("CosineSimilarity", [], kw, [m.x(s) for s in shapes], gg=True)
    for kw in ({}, {"p": 1}, {"p": 3, "keepdim": True}, {"eps": 0.1}):
        for shapes in (([3, 4], [3, 4]), ([2, 3, 4], [3, 4]), ([4], [4])):
            m.add("PairwiseDistance", [], kw, [m.x(s) for s in shapes], gg=True)
    m.add("PairwiseDistance", [], {}, [m.x([3, 4]), m.x([3, 5])])
    for count in (1, 2):
        for kw in ({}, {"norm": {"module": ["LayerNorm", [4]]}}):
            more = {"dropout": 0.0, "dim_feedforward": 5, "batch_first": True}
            m.add("TransformerEncoder", [{"module": ["TransformerEncoderLayer", [4, 2], more]}, count], kw, [m.x([2, 3, 4])])
            m.add("TransformerDecoder", [{"module": ["TransformerDecoderLayer", [4, 2], more]}, count], kw, [m.x([2, 3, 4]), m.x([2, 2, 4])])
    return m


def families():
    return [calls(), layers()]
