"""What SciPy and statsmodels say of paired differences: src/study/statistics/scipy.fixture.json.

    python conformance/study_statistics.py                      # needs scipy, statsmodels; writes the file again
    python conformance/study_statistics.py --cases 400 --out p  # more of the same kind, elsewhere
"""

import argparse
import itertools
import json
import math
import pathlib
import warnings

import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower
from statsmodels.stats.proportion import proportion_confint

OUT = pathlib.Path(__file__).parent.parent / "src/study/statistics/scipy.fixture.json"


def arrays(rng, count):
    """Continuous ones, ones with ties and zeros (multiples of 1/8, which floats hold exactly), skewed ones, constants."""
    yield np.full(6, 0.5)
    yield np.zeros(5)
    yield np.array([1.0, -1.0])
    yield np.array([0.0, 0.0, 1.0, 2.0, -1.0, 0.0, 3.0])
    yield np.round(rng.normal(0.3, 1, 60) * 2**30) / 2**30
    yield np.round(rng.normal(0.3, 1, 70) * 8) / 8
    for k in range(count - 6):
        n = int(rng.choice([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 20, 45, 60], p=[0.05] * 2 + [0.1] * 5 + [0.06] * 5 + [0.04] * 2 + [0.02]))
        kind = k % 4
        if kind == 0:
            d = rng.normal(rng.choice([0, 0.5, 1.5]), 1, n)
        elif kind == 1:
            d = np.round(rng.normal(rng.choice([0, 0.5]), 1, n) * rng.choice([2, 8])) / 8
        elif kind == 2:
            d = rng.exponential(1, n) - rng.choice([1, 0.3])
        else:
            d = rng.standard_t(2, n) * 1e-3 + rng.choice([0, 1e-3])
        # Multiples of 2^-30, whose sums are exact in any order: SciPy compares means of resamples without tolerance.
        yield np.round(d * 2**30) / 2**30


def bca(d):
    """SciPy's interval of all n^n resamples, which it takes as a result to go on from."""
    resamples = np.array(list(itertools.product(range(len(d)), repeat=len(d))))
    made = stats.bootstrap((d,), np.mean, n_resamples=2, method="percentile")
    made.bootstrap_distribution = d[resamples].mean(axis=1)
    given = stats.bootstrap((d,), np.mean, n_resamples=0, method="BCa", bootstrap_result=made)
    return list(map(float, given.confidence_interval))


def case(d):
    n = len(d)
    spread = float(np.ptp(d)) > 0
    out = {"d": d.tolist(), "mean": float(d.mean())}
    if spread:
        t = stats.ttest_1samp(d, 0)
        out["t"] = [float(t.statistic), float(t.pvalue), *map(float, t.confidence_interval())]
        out["t80"] = list(map(float, t.confidence_interval(0.8)))
    if n <= 13:
        flipped = stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=np.inf)
        out["signFlip"] = float(flipped.pvalue)
    moved = d[d != 0]
    ties = len(np.unique(np.abs(moved))) < len(moved) or len(moved) < n
    if len(moved) > 0 and (not ties or n <= 13 or len(moved) > 50):
        w = stats.wilcoxon(d)
        out["wilcoxon"] = [float(w.statistic), float(w.pvalue)]
    if spread and n <= 6:
        out["bca"] = bca(d)
    wins = float((d > 0).sum() + 0.5 * (d == 0).sum())
    out["improvement"] = [wins / n, *map(float, proportion_confint(wins, n, method="beta"))]
    return out


def powers(rng, count):
    for _ in range(count):
        effect, n, alpha = float(rng.uniform(0.2, 2)), int(rng.integers(10, 61)), float(rng.choice([0.05, 0.05 / 3, 0.01]))
        # The level that a test of signs has.
        level = math.floor(alpha * 2 ** (n - 1)) / 2 ** (n - 1) if n <= 50 else alpha
        power = float(TTestPower().power(effect, n, level))
        # Powers next to 1 are NaN there.
        if level * 2 ** (n - 1) > 3 and not math.isnan(power):
            yield [effect, n, alpha, power]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=48)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=pathlib.Path, default=OUT)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    cases = [case(d) for d in arrays(rng, args.cases)]
    ps = [rng.uniform(0, 0.2, k).round(3).tolist() for k in (1, 2, 5, 9)] + [[0.01, 0.01, 0.5], [1.0, 0.0, 0.03]]
    holm = [[p, multipletests(p, method="holm")[1].tolist()] for p in ps]
    listed = lambda rows: ",\n".join("  " + json.dumps(row) for row in rows)
    args.out.write_text(
        f'{{\n "scipy": "{scipy.__version__}",\n "statsmodels": "{statsmodels.__version__}",\n'
        f' "cases": [\n{listed(cases)}\n ],\n "holm": [\n{listed(holm)}\n ],\n "power": [\n{listed(powers(rng, max(12, args.cases // 4)))}\n ]\n}}\n',
        encoding="utf-8",
    )
    print(args.out.stat().st_size, "bytes")
