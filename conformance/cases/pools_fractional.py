"""Fractional max pooling: with given samples, and with those that the generator draws."""
import torch.nn.functional as F

from harness import OPS, Family
from modules import Modules

from .elementwise import ref


def drawn(rank):
    """torch keeps the samples to its inside, and gives indices by another function."""
    def call(x, kernel_size, return_indices=False, random_samples=None, **kw):
        fn = getattr(F, "fractional_max_pool%dd_with_indices" % rank if return_indices else "fractional_max_pool%dd" % rank)
        return fn(x, kernel_size, _random_samples=random_samples, **kw)
    return call


OPS["fractionalMaxPool2d"] = drawn(2)
OPS["fractionalMaxPool3d"] = drawn(3)


def pools():
    f = Family("fractional pool")
    for rank in (2, 3):
        op = "fractionalMaxPool%dd" % rank
        for lead in ([2, 2], [2], [0, 2]):
            samples = (lead if len(lead) == 2 else [1] + lead) + [rank]
            for size, kernel, out in (([7, 5, 6], 2, 3), ([5, 6, 4], [3, 2, 1], [2, 4, 3]), ([4, 4, 4], 2, 1), ([3, 3, 3], 1, 3), ([5, 6, 4], 3, [3, 4, 2])):
                own = lambda v: v[:rank] if isinstance(v, list) else v
                for kw in ({"returnIndices": True},) if lead[0] != 2 or len(lead) == 1 else ({}, {"returnIndices": True}):
                    f.add(op, [f.x(lead + size[:rank]), f.x(samples, "q", "c", ng=True)], ref(0) + [own(kernel)], {"outputSize": own(out), "randomSamples": {"$": 1}, **kw}, gg=lead == [2])
        full = [1, 2] + [6, 9, 7][:rank]
        samples = [1, 2, rank]
        f.add(op, [f.x(full), f.x(samples, "q", "c", ng=True)], ref(0) + [2], {"outputRatio": [0.6] * rank, "randomSamples": {"$": 1}})
        f.add(op, [f.x(full), f.x(samples, "q", "c", ng=True)], ref(0) + [2], {"outputRatio": [0.3, 0.5, 0.8][:rank], "randomSamples": {"$": 1}})
        for size, kernel, out in (([6] * rank, 2, 6), ([6] * rank, 7, 1), ([6] * (rank - 1), 2, 2), ([0] + [6] * (rank - 1), 2, 2)):
            f.add(op, [f.x([1, 2] + size) if len(size) == rank else f.x(size)], ref(0) + [kernel], {"outputSize": out})
        f.add(op, [f.x(full)], ref(0) + [2])
        f.add(op, [f.x(full), f.x([1, 1, rank], "q", "c", ng=True)], ref(0) + [2], {"outputSize": 2, "randomSamples": {"$": 1}})
        f.add(op, [f.x(full, "i9", "c")], ref(0) + [2], {"outputSize": 2})
    return f


def layers():
    m = Modules("fractional pool layers")
    for rank in (2, 3):
        name = "FractionalMaxPool%dd" % rank
        x = ([2, 3] if rank == 2 else [1, 2]) + [6, 5, 5][:rank]
        m.add(name, [2], {"output_size": 3}, [m.x(x)])
        m.add(name, [2], {"output_ratio": 0.5}, [m.x(x)], gg=True)
        m.add(name, [[2, 3, 1][:rank]], {"output_ratio": [0.4, 0.5, 0.7][:rank], "return_indices": True}, [m.x(x)])
        m.add(name, [2, [3, 2, 4][:rank]], {}, [m.x(x[1:])])
        m.add(name, [2], {"output_size": 3, "_random_samples": {"$": 1}}, [m.x(x), m.x(x[:2] + [rank], "q", "c", ng=True)], call=[{"$": 0}])
        m.add(name, [2], {}, [m.x(x)])
        m.add(name, [2], {"output_size": 3, "output_ratio": 0.5}, [m.x(x)])
        m.add(name, [2], {"output_ratio": 1.5}, [m.x(x)])
    return m


def families():
    return [pools(), layers()]
