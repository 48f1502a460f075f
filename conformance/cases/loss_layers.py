"""torch.nn's classes of losses."""
from modules import Modules

from .losses import ref


def layers():
    m = Modules("losses as modules")
    pair, sign = [m.x([3, 2]), m.x([3, 2])], m.x([3], "j2", "c")
    scores, labels = m.x([4, 3]), m.x([4], "i3", "c")
    weight = m.x([3], "p", "c", ng=True)
    probabilities = [m.x([4, 3], "q"), m.x([4, 3], "q")]
    triplet = [m.x([3, 2], "h"), m.x([3, 2], "h"), m.x([3, 2], "h")]
    W = {"weight": {"$": 2}}
    for reduction in (None, "sum", "none"):
        kw = {} if reduction is None else {"reduction": reduction}
        for name in ("MSELoss", "L1Loss"):
            m.add(name, [], kw, pair, gg=True)
        m.add("SmoothL1Loss", [], {**kw, "beta": 0.5}, pair)
        m.add("SmoothL1Loss", [], kw, pair)
        m.add("HuberLoss", [], {**kw, "delta": 0.5}, pair)
        m.add("HuberLoss", [], kw, pair)
        m.add("KLDivLoss", [], kw, [m.x([3, 2]), m.x([3, 2], "q")])
        m.add("KLDivLoss", [], {**kw, "log_target": True}, pair)
        for logs in (True, False):
            m.add("PoissonNLLLoss", [], {**kw, "log_input": logs, "full": logs}, [m.x([3, 2], "p"), m.x([3, 2], "b")])
        m.add("GaussianNLLLoss", [], kw, [*pair, m.x([3, 2], "p")])
        m.add("GaussianNLLLoss", [], {**kw, "full": True, "eps": 0.5}, [*pair, m.x([3], "p")])
        for name in ("CrossEntropyLoss", "NLLLoss"):
            m.add(name, [], kw, [scores, labels])
            m.add(name, [], {**kw, "ignore_index": 1, **W}, [scores, labels, weight], ref(0, 1))
            m.add(name, [{"$": 2}], kw, [scores, labels, weight], ref(0, 1))
        m.add("CrossEntropyLoss", [], {**kw, "label_smoothing": 0.3}, [scores, labels])
        m.add("CrossEntropyLoss", [], {**kw, "label_smoothing": 0.3, **W}, [*probabilities, weight], ref(0, 1))
        for name in ("BCELoss", "BCEWithLogitsLoss", "MultiLabelSoftMarginLoss"):
            m.add(name, [], kw, probabilities)
            m.add(name, [], {**kw, **W}, [*probabilities, weight], ref(0, 1))
        m.add("BCEWithLogitsLoss", [], {**kw, "pos_weight": {"$": 2}}, [*probabilities, weight], ref(0, 1))
        m.add("HingeEmbeddingLoss", [], kw, [m.x([3]), sign])
        m.add("HingeEmbeddingLoss", [0.5], kw, [m.x([3]), sign])
        m.add("MarginRankingLoss", [], kw, [m.x([3]), m.x([3]), sign])
        m.add("MarginRankingLoss", [], {**kw, "margin": 0.5}, [m.x([3]), m.x([3]), sign])
        m.add("CosineEmbeddingLoss", [], kw, [*pair, sign])
        m.add("CosineEmbeddingLoss", [0.5], kw, [*pair, sign])
        m.add("SoftMarginLoss", [], kw, [m.x([3]), sign])
        m.add("MultiLabelMarginLoss", [], kw, [scores, m.x([4, 3], "j1", "c")])
        m.add("MultiLabelMarginLoss", [], kw, [scores, m.x([4, 3], "i3", "c")])
        m.add("MultiMarginLoss", [], kw, [scores, labels])
        m.add("MultiMarginLoss", [2], {**kw, "margin": 0.5, **W}, [scores, labels, weight], ref(0, 1))
        m.add("TripletMarginLoss", [], kw, triplet)
        m.add("TripletMarginLoss", [0.5, 1], {**kw, "swap": True, "eps": 0.01}, triplet)
        m.add("TripletMarginWithDistanceLoss", [], kw, triplet)
        m.add("TripletMarginWithDistanceLoss", [], {**kw, "margin": 0.5, "swap": True}, triplet)
        m.add("CTCLoss", [], kw, [m.x([6, 2, 4]), m.x([2, 3], "i4"), m.x([2], "i7", "c"), m.x([2], "i4", "c")])
        m.add("CTCLoss", [2], {**kw, "zero_infinity": True}, [m.x([6, 2, 4]), m.x([5], "i4", "c")], ref(0, 1) + [[6, 5], [3, 2]])
        m.add("LinearCrossEntropyLoss", [5, 3], kw, [m.x([4, 5]), labels])
        m.add("LinearCrossEntropyLoss", [5, 3], {**kw, "bias": True, "label_smoothing": 0.25, "ignore_index": 1, **W}, [m.x([4, 5]), labels, weight], ref(0, 1))
        m.add("LinearCrossEntropyLoss", [5, 3], {**kw, "bias": True, "out_features": [2]}, [m.x([4, 5]), m.x([4, 2], "i3", "c")])
    m.add("KLDivLoss", [], {"reduction": "batchmean"}, [m.x([3, 2]), m.x([3, 2], "q")])
    for name, args, kw, inputs in (
        ("MSELoss", [], {"reduction": "avg"}, pair), ("HuberLoss", [], {"delta": 0}, pair), ("SmoothL1Loss", [], {"beta": -1}, pair), ("TripletMarginLoss", [-1], {}, triplet),
        ("TripletMarginWithDistanceLoss", [], {"margin": 0}, triplet), ("MultiMarginLoss", [3], {}, [scores, labels]), ("CrossEntropyLoss", [], {"label_smoothing": 1.1}, [scores, labels]),
        ("CTCLoss", [], {"blank": 9}, [m.x([6, 2, 4]), m.x([2, 3], "i4"), m.x([2], "i7", "c"), m.x([2], "i4", "c")]), ("GaussianNLLLoss", [], {}, [*pair, m.x([4], "p")]),
    ):
        m.add(name, args, kw, inputs)
    return m


def families():
    return [layers()]
