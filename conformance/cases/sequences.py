"""Padding and packing of sequences, and recurrent layers of packed ones."""
import torch
from torch.nn.utils import rnn

from harness import OPS, Family, typed

OPS.update({
    "packPaddedSequence": lambda x, lengths, **kw: rnn.pack_padded_sequence(x, lengths, **kw),
    "padPackedSequence": lambda p, **kw: rnn.pad_packed_sequence(p, **kw),
    "padSequence": lambda xs, **kw: rnn.pad_sequence(xs, **kw),
    "packSequence": lambda xs, **kw: rnn.pack_sequence(xs, **kw),
    "unpadSequence": lambda x, lengths, **kw: rnn.unpad_sequence(x.clone(), torch.as_tensor(lengths), **kw),
    "unpackSequence": rnn.unpack_sequence,
    "invertPermutation": rnn.invert_permutation,
})


def recurrent(name, packed, hx, kw):
    """What a seeded layer of 2 features and 3 units makes of a packed sequence: the data and the states."""
    torch.manual_seed(11)
    module = getattr(torch.nn, name)(2, 3, **typed(kw)).to(packed.data.dtype)
    output, state = module(packed, tuple(hx) if isinstance(hx, list) else hx)
    return [output.data, state]


OPS["recurrent"] = recurrent


def sequences():
    f = Family("sequences")
    c = f.choose
    one = [{"$": 0}]
    for rest in ([], [2], [2, 3]):
        for lengths in ([3, 2, 1], [2, 2], [4], [1, 1, 1], [5, 5, 2]):
            for first in (False, True):
                shape = [len(lengths), lengths[0] + c.choice([0, 1])] if first else [lengths[0] + c.choice([0, 1]), len(lengths)]
                f.add("packPaddedSequence", [f.x(shape + rest)], one + [lengths], {"batchFirst": first}, gg=True)
                mixed = c.sample(lengths, len(lengths))
                f.add("packPaddedSequence", [f.x(shape + rest)], one + [mixed], {"batchFirst": first, "enforceSorted": False})
                pad = {"batchFirst": c.random() < 0.5}
                if c.random() < 0.5:
                    pad["paddingValue"] = c.choice([-1.5, 7])
                if c.random() < 0.4:
                    pad["totalLength"] = lengths[0] + c.choice([-1, 0, 2])
                prog = [["p", "packPaddedSequence", one + [mixed], {"batchFirst": first, "enforceSorted": False}], ["y", "padPackedSequence", [{"$": "p"}], pad]]
                f.program([f.x(shape + rest)], prog, ["y"], name="packThenPad", gg=True)
        for sizes in ([3, 1, 2], [2, 2], [1], [4, 4, 3], [3, 0]):
            xs = [f.x([n] + rest) for n in sizes]
            all_ = [[{"$": i} for i in range(len(sizes))]]
            for kw in ({}, {"batchFirst": True}, {"paddingValue": -2}, {"paddingSide": "left"}, {"batchFirst": True, "paddingSide": "left", "paddingValue": 0.5}):
                f.add("padSequence", xs, all_, kw, gg=not kw)
            f.add("packSequence", xs, all_, {})
            f.add("packSequence", xs, all_, {"enforceSorted": False})
            f.program(xs, [["p", "packSequence", all_, {"enforceSorted": False}], ["y", "unpackSequence", [{"$": "p"}], {}]], ["y"], name="unpackSequence", gg=True)
        f.add("unpadSequence", [f.x([4, 3] + rest)], one + [[2, 4, 1]])
        f.add("unpadSequence", [f.x([3, 4] + rest)], one + [[2, 4, 0]], {"batchFirst": True})
        f.add("unpadSequence", [f.x([3, 4] + rest)], one + [[2, 9, 0]], {"batchFirst": True})
    f.add("packPaddedSequence", [f.x([4, 3], "i9")], one + [[4, 3, 3]])
    f.add("packPaddedSequence", [f.x([4, 3]), f.x([3], "i1", "c")], [{"$": 0}, {"$": 1}])
    f.add("padSequence", [f.x([2, 3], "i9"), f.x([1, 3], "i9")], [[{"$": 0}, {"$": 1}]], {"paddingValue": 3})
    f.add("invertPermutation", [f.x([1], "i1", "c")])
    f.program([f.x([5])], [["s", "argsort", one, {}], ["y", "invertPermutation", [{"$": "s"}], {}]], ["y"], name="invertPermutation")
    # Refused.
    for x, lengths, kw in (([3, 2], [2, 3], {}), ([3, 2], [3, 2, 1], {}), ([3, 2], [3], {}), ([3, 2], [3, 0], {}), ([3], [3], {}), ([0, 2], [1, 1], {}), ([3, 2], [3, -1], {"enforceSorted": False})):
        f.add("packPaddedSequence", [f.x(x)], one + [lengths], kw)
    f.add("padSequence", [f.x([2, 3]), f.x([2, 2])], [[{"$": 0}, {"$": 1}]])
    f.add("padSequence", [], [[]])
    f.add("padSequence", [f.x([2]), f.x([1])], [[{"$": 0}, {"$": 1}]], {"paddingSide": "middle"})
    f.add("unpadSequence", [f.x([4, 3])], one + [[2, 4]])
    f.add("packSequence", [f.x([1]), f.x([2])], [[{"$": 0}, {"$": 1}]])
    # Layers of packed sequences: `recurrent` makes one with known weights.
    for name, states in (("RNN", 1), ("GRU", 1), ("LSTM", 2)):
        for kw in ({}, {"bidirectional": True}, {"numLayers": 2, "bidirectional": True, "bias": False}, {"numLayers": 2, "dropout": 0.4}, {"batchFirst": True}) + (({"projSize": 2, "bidirectional": True},) if name == "LSTM" else ({"nonlinearity": "relu"},) if name == "RNN" else ()):
            for lengths, ordered in (([4, 2, 1], True), ([1, 3, 2], False), ([2, 2], True), ([3], False)):
                first = bool(kw.get("batchFirst"))
                batch, steps = len(lengths), max(lengths)
                n = kw.get("numLayers", 1) * (2 if kw.get("bidirectional") else 1)
                inputs = [f.x([batch, steps, 2] if first else [steps, batch, 2])]
                state = c.random() < 0.6
                if state:
                    inputs += [f.x([n, batch, kw.get("projSize", 3)], "h")] + ([f.x([n, batch, 3], "h")] if states == 2 else [])
                hx = None if not state else [{"$": 1}, {"$": 2}] if states == 2 else {"$": 1}
                prog = [["p", "packPaddedSequence", one + [lengths], {"batchFirst": first, "enforceSorted": ordered}], ["y", "recurrent", [name, {"$": "p"}, hx, kw], {}]]
                f.program(inputs, prog, ["y"], name="packed " + name, gg="dropout" not in kw and c.random() < 0.5)
        wrong = [f.x([3, 2, 2]), f.x([1, 3, 3]), f.x([1, 3, 3])]
        hx = [{"$": 1}, {"$": 2}] if states == 2 else {"$": 1}
        f.program(wrong, [["p", "packPaddedSequence", one + [[3, 1]], {}], ["y", "recurrent", [name, {"$": "p"}, hx, {}], {}]], ["y"], name="packed " + name)
        for shape in ([3, 2, 3], [3, 2], [3, 2, 2, 2]):
            f.program([f.x(shape)], [["p", "packPaddedSequence", one + [[3, 1]], {}], ["y", "recurrent", [name, {"$": "p"}, None, {}], {}]], ["y"], name="packed " + name)
    return f


def families():
    return [sequences()]
