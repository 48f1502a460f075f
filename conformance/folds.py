"""How scikit-learn cuts samples for cross-validation: src/data/split/folds.fixture.json.

    python conformance/folds.py        # needs scikit-learn; writes the file again
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn import model_selection as ms

OUT = pathlib.Path(__file__).parent.parent / "src/data/split/folds.fixture.json"
rng = np.random.RandomState(4)
THIRDS = [int(v) for v in rng.randint(0, 3, 23)]
WORDS = [["cat", "dog", "eel"][v] for v in rng.choice(3, 31, p=[0.6, 0.3, 0.1])]
RARE = [1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 1]
GROUPS = [int(v) for v in rng.randint(0, 9, 40)]
NAMES = [f"p{v}" for v in rng.randint(0, 7, 25)]
ONES = [5, 3, 5, 3, 1, 1, 8, 8, 2, 2]
CASES = [
    ("KFold", {}, 10, None, None),
    ("KFold", {"n_splits": 3}, 11, None, None),
    ("KFold", {"n_splits": 4, "shuffle": True, "random_state": 0}, 23, None, None),
    ("KFold", {"n_splits": 2, "shuffle": True, "random_state": 4294967295}, 7, None, None),
    ("KFold", {"n_splits": 5, "shuffle": True, "random_state": 42}, 5, None, None),
    ("StratifiedKFold", {"n_splits": 3}, 23, THIRDS, None),
    ("StratifiedKFold", {"n_splits": 5, "shuffle": True, "random_state": 1}, 23, THIRDS, None),
    ("StratifiedKFold", {"n_splits": 4, "shuffle": True, "random_state": 2}, 31, WORDS, None),
    ("StratifiedKFold", {"n_splits": 3, "shuffle": True, "random_state": 3}, 12, RARE, None),
    ("GroupKFold", {"n_splits": 4}, 40, None, GROUPS),
    ("GroupKFold", {"n_splits": 3}, 10, None, ONES),
    ("GroupKFold", {"n_splits": 3}, 25, None, NAMES),
    ("GroupKFold", {"n_splits": 4, "shuffle": True, "random_state": 6}, 40, None, GROUPS),
    ("GroupKFold", {"n_splits": 3, "shuffle": True, "random_state": 0}, 25, None, NAMES),
    ("RepeatedKFold", {"n_splits": 3, "n_repeats": 2, "random_state": 5}, 8, None, None),
    ("RepeatedStratifiedKFold", {"n_splits": 2, "n_repeats": 3, "random_state": 7}, 12, RARE, None),
    ("LeaveOneOut", {}, 4, None, None),
    ("TimeSeriesSplit", {}, 13, None, None),
    ("TimeSeriesSplit", {"n_splits": 3, "gap": 2, "test_size": 2}, 12, None, None),
    ("TimeSeriesSplit", {"n_splits": 3, "max_train_size": 4}, 17, None, None),
]


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def cases():
    for name, options, n, y, groups in CASES:
        splitter = getattr(ms, name)(**options)
        x = np.zeros(n)
        yield {
            "name": name,
            "options": {camel(k): v for k, v in options.items()},
            "text": repr(splitter).replace("\n", ""),
            "n": n,
            "y": y,
            "groups": groups,
            "nSplits": int(splitter.get_n_splits(x, y, groups)),
            "folds": [[train.tolist(), np.asarray(test).tolist()] for train, test in splitter.split(x, y, groups)],
        }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    lines = ",\n".join("  " + json.dumps(case) for case in cases())
    OUT.write_text(f'{{\n "scikitLearn": "{sklearn.__version__}",\n "cases": [\n{lines}\n ]\n}}\n', encoding="utf-8")
    print(OUT.stat().st_size, "bytes")
