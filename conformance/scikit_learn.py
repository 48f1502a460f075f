"""What scikit-learn's scalers, encoders and train_test_split give: src/data/preprocessing/scikit-learn.fixture.json.

    python conformance/scikit_learn.py        # needs scikit-learn; writes the file again
"""

import json
import math
import pathlib

import numpy as np
import sklearn
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder, MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

HERE = pathlib.Path(__file__).parent
OUT = HERE.parent / "src/data/preprocessing/scikit-learn.fixture.json"
CLASSES = {c.__name__: c for c in (StandardScaler, MinMaxScaler, RobustScaler)}
rng = np.random.RandomState(10)


def plain(value):
    """Values as JSON has them; NaN is the word "nan"."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, (float, np.floating)):
        value = float(value)
        return "nan" if math.isnan(value) else value
    return value


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def scaler(name, options, batches, x, dtype):
    batches = [np.array(b, dtype=dtype) for b in batches]
    x = np.array(x, dtype=dtype)
    s = CLASSES[name](**options)
    if len(batches) == 1:
        s.fit(batches[0])
    else:
        for batch in batches:
            s.partial_fit(batch)
    y = s.transform(x.copy())
    attributes = "mean var scale n_samples_seen min data_min data_max data_range center n_features_in".split()
    return {
        "name": name,
        "options": {camel(k): plain(v) for k, v in options.items()},
        "text": repr(s),
        "dtype": dtype,
        "batches": plain(batches),
        "x": plain(x),
        "transformed": plain(y),
        "inverse": plain(s.inverse_transform(y.copy())),
        "attributes": {camel(a): plain(getattr(s, a + "_")) for a in attributes if hasattr(s, a + "_")},
    }


def tables():
    yield "normal", rng.randn(9, 3) * [1, 10, 0.01] + [0, 5, -3]
    yield "constant", np.column_stack([np.full(6, 5.0), np.arange(6.0), np.full(6, 0.1), np.full(6, 1e8)])
    yield "missing", np.array([[1, np.nan, 3], [np.nan, np.nan, 1], [2, 4, np.nan], [7, 1, 0], [3, 2, 2.5]])
    yield "empty column", np.array([[1, np.nan], [2, np.nan], [4, np.nan]])
    yield "outlier", np.array([[1.0], [2], [3], [4], [1000]])
    yield "one row", np.array([[1.0, -2, 3]])
    yield "far from zero", rng.randn(40, 2) + [1e6, -1e7]
    yield "nearly constant", 1e-3 + rng.randn(5, 2) * [1e-17, 1e-6]


OPTIONS = {
    "StandardScaler": [{}, {"with_mean": False}, {"with_std": False}, {"with_mean": False, "with_std": False}],
    "MinMaxScaler": [{}, {"feature_range": (-1, 1)}, {"clip": True}, {"feature_range": (-2.5, 0.5), "clip": True}],
    "RobustScaler": [
        {},
        {"with_centering": False},
        {"with_scaling": False},
        {"quantile_range": (10.0, 90.0)},
        {"unit_variance": True},
        {"quantile_range": (5.0, 60.0), "unit_variance": True},
    ],
}


def scalers():
    for table, x in tables():
        for name, options in OPTIONS.items():
            for option in options if table in ("normal", "missing") else options[:1]:
                for dtype in ("float64", "float32") if table in ("normal", "constant", "missing") else ("float64",):
                    other = np.vstack([x[:3] * 1.5 - 1, x[-1:] + 2])
                    yield {"table": table, **scaler(name, option, [x], other, dtype)}
    for name in ("StandardScaler", "MinMaxScaler"):
        for table in ("normal", "missing"):
            x = dict(tables())[table]
            for dtype in ("float64", "float32"):
                yield {"table": f"{table}, in parts", **scaler(name, {}, [x[:3], x[3:4], x[4:]], x[:4], dtype)}


def weighted():
    x = dict(tables())
    for table in ("normal", "missing", "constant"):
        data = x[table]
        for dtype in ("float64", "float32"):
            for cut in (None, 3):
                weights = np.arange(len(data)) % 3 + 0.25 * (np.arange(len(data)) % 2)
                batch = data.astype(dtype)
                s = StandardScaler()
                parts = [slice(None)] if cut is None else [slice(0, cut), slice(cut, None)]
                for part in parts:
                    s.partial_fit(batch[part], sample_weight=weights[part])
                yield {"table": table, "dtype": dtype, "batches": plain([batch[part] for part in parts]),
                       "weights": plain([weights[part] for part in parts]), "mean": plain(s.mean_), "var": plain(s.var_),
                       "scale": plain(s.scale_), "nSamplesSeen": plain(s.n_samples_seen_), "transformed": plain(s.transform(batch.copy()))}


def one_hot():
    many = np.array([[w, i % 4] for i, w in enumerate(["a"] * 5 + ["b"] * 20 + ["c"] * 10 + ["d"] * 3 + ["e"] * 3)], dtype=object)
    few = np.array([["a", 0], ["b", 1], ["d", 3], ["e", 2]], dtype=object)
    rare = np.array([["z", 1], ["c", 9]], dtype=object)
    yield from one_hot_cases([
        ({"min_frequency": 6}, many, few),
        ({"min_frequency": 0.2}, many, few),
        ({"max_categories": 3}, many, few),
        ({"max_categories": 1}, many, few),
        ({"min_frequency": 4, "max_categories": 3}, many, few),
        ({"min_frequency": 6, "handle_unknown": "infrequent_if_exist"}, many, rare),
        ({"min_frequency": 6, "handle_unknown": "ignore"}, many, rare),
        ({"min_frequency": 6, "handle_unknown": "warn"}, many, rare),
        ({"max_categories": 3, "drop": "first"}, many, few),
        ({"max_categories": 2, "drop": "if_binary"}, many, few),
        ({"max_categories": 3, "drop": ["c", 3]}, many, few),
        ({"min_frequency": 6, "drop": "first", "handle_unknown": "infrequent_if_exist"}, many, rare),
        ({"min_frequency": 6, "categories": [["c", "a", "q", "b", "d", "e"], [0, 1, 2, 3]]}, many, few),
    ])
    words = [["b", 1, True], ["a", 3, False], ["c", 1, True], ["a", 2, True]]
    objects = np.array(words, dtype=object)
    unknown = np.array([["a", 9, True], ["z", 1, False]], dtype=object)
    numbers = np.array([[3.5, 1], [-2, 1], [3.5, 2]])
    yield from one_hot_cases([
        ({}, objects, objects),
        ({"drop": "first"}, objects, objects[:2]),
        ({"drop": "if_binary"}, objects, objects),
        ({"drop": ["b", 3, False]}, objects, objects),
        ({"handle_unknown": "ignore"}, objects, unknown),
        ({"categories": [["c", "b", "a"], [1, 2, 3, 4], [False, True]]}, objects, objects),
        ({}, numbers, numbers),
        ({"drop": "if_binary"}, numbers, numbers),
        ({}, np.array([["é"], ["z"], ["𝒳"], ["～"], [""]], dtype=object), np.array([["～"], ["𝒳"]], dtype=object)),
        ({}, np.array([["x"], [None], ["a"]], dtype=object), np.array([[None], ["a"]], dtype=object)),
        ({"drop": "first"}, np.array([["only", "a"], ["only", "b"]], dtype=object), np.array([["only", "b"]], dtype=object)),
    ])


def one_hot_cases(cases):
    for options, fit, x in cases:
        e = OneHotEncoder(**options, sparse_output=False).fit(fit)
        y = e.transform(x)
        yield {
            "options": {camel(k): plain(v) for k, v in options.items()},
            "fit": plain(fit),
            "x": plain(x),
            "transformed": plain(y),
            "inverse": plain(e.inverse_transform(y)),
            "categories": plain([list(c) for c in e.categories_]),
            "dropIdx": None if e.drop_idx_ is None else plain(list(e.drop_idx_)),
            "infrequent": [None if c is None else plain(list(c)) for c in e.infrequent_categories_] if e._infrequent_enabled else None,
            "names": plain(list(e.get_feature_names_out())),
        }


def labels():
    for y in (["paris", "paris", "tokyo", "amsterdam"], [1, 2, 2, 6], [3.5, -1.0, 3.5], [True, False, True], ["b", "B", "é", "a"]):
        e = LabelEncoder().fit(np.array(y))
        yield {"y": y, "classes": plain(e.classes_), "transformed": plain(e.transform(y))}


def splits():
    twenty = [i % 3 for i in range(20)]
    words = ["cat"] * 30 + ["dog"] * 12 + ["eel"] * 8
    for n, options, y in [
        (10, {"random_state": 0}, None),
        (10, {"random_state": 42, "test_size": 0.33}, None),
        (150, {"random_state": 1, "test_size": 0.2}, None),
        (7, {"random_state": 7, "test_size": 2}, None),
        (11, {"random_state": 7, "train_size": 0.5}, None),
        (11, {"random_state": 7, "train_size": 4, "test_size": 3}, None),
        (11, {"shuffle": False}, None),
        (1000, {"random_state": 4294967295, "test_size": 0.1}, None),
        (20, {"random_state": 0}, twenty),
        (20, {"random_state": 3, "test_size": 0.3}, twenty),
        (20, {"random_state": 5, "test_size": 5, "train_size": 11}, twenty),
        (50, {"random_state": 42, "test_size": 0.2}, words),
        (50, {"random_state": 9, "test_size": 7}, words),
    ]:
        train, test = train_test_split(list(range(n)), **options, stratify=y)
        yield {"n": n, "options": {camel(k): plain(v) for k, v in options.items()}, "stratify": y, "train": train, "test": test}


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    parts = {"scalers": scalers(), "weighted": weighted(), "oneHot": one_hot(), "labels": labels(), "splits": splits()}
    lines = [f' "scikitLearn": "{sklearn.__version__}"']
    for name, cases in parts.items():
        lines.append(f' "{name}": [\n' + ",\n".join("  " + json.dumps(case, ensure_ascii=False, allow_nan=False) for case in cases) + "\n ]")
    OUT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(OUT.stat().st_size, "bytes")
