"""What scikit-learn, and where it has none torchmetrics, give for Hone's metrics: python conformance/metrics.py

Writes src/train/metrics/metrics.fixture.json: sets of random outputs and targets (with ties, classes that are missing, labels that are never true or to be ignored), and for each set
the metrics with their options, as Hone takes them, and their values.
"""
import json
import math
import warnings
from pathlib import Path

import numpy as np
import torch
from sklearn import metrics as sk
from torchmetrics import functional as tm

OUT = Path(__file__).parent.parent / "src" / "train" / "metrics" / "metrics.fixture.json"
RNG = np.random.default_rng(5)
SETS = {}
CASES = []
warnings.simplefilter("ignore")


def shares(n, c):
    """Probabilities in steps of 1/20: many are equal."""
    return RNG.multinomial(20, RNG.dirichlet(np.ones(c)), n) / 20


def add(name, output, target, **settings):
    SETS[name] = {"output": np.asarray(output).tolist(), "target": np.asarray(target).tolist(), **settings}


def case(data, metric, value, **options):
    single = isinstance(value, torch.Tensor) and value.dtype == torch.float32
    value = value.item() if hasattr(value, "item") else float(value)
    options = {k: ("NaN" if isinstance(v, float) and math.isnan(v) else v) for k, v in options.items()}
    CASES.append([data, metric, options, "NaN" if math.isnan(value) else float(f"{value:.9g}") if single else value, *([1] if single else [])])


def softmax(x):
    e = np.exp(x - x.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def binned(probabilities, thresholds):
    """The highest threshold that each reaches. (torchmetrics leaves out the part of the curve before its first point.)"""
    edges = torch.linspace(0, 1, thresholds).double().numpy()
    return np.searchsorted(edges, probabilities, side="right")


T = torch.tensor
AVERAGES = ("macro", "micro", "weighted")
SCORES = {
    "precision": lambda t, p, **k: sk.precision_score(t, p, **k),
    "recall": lambda t, p, **k: sk.recall_score(t, p, **k),
    "f1": lambda t, p, **k: sk.f1_score(t, p, **k),
    "fBeta": lambda t, p, **k: sk.fbeta_score(t, p, beta=2, **k),
    "jaccard": lambda t, p, **k: sk.jaccard_score(t, p, **k),
}


def options_of(name):
    return {"beta": 2} if name == "fBeta" else {}


def classes(data, truth, predicted, c, **extra):
    """Everything that is made of answers."""
    case(data, "accuracy", sk.accuracy_score(truth, predicted), **extra)
    for name, f in SCORES.items():
        for average in AVERAGES:
            case(data, name, f(truth, predicted, average=average, zero_division=0), average=average, **options_of(name), **extra)
            for zero in (1.0, float("nan")):
                if name == "jaccard" and zero != 1:
                    continue  # scikit-learn takes 0 and 1 only
                case(data, name, f(truth, predicted, average=average, zero_division=zero), average=average, zeroDivision=zero, **options_of(name), **extra)
        each = f(truth, predicted, average=None, labels=range(c), zero_division=0)
        for i in range(c):
            case(data, name, each[i], classIndex=i, **options_of(name), **extra)
    for average in AVERAGES:
        case(data, "specificity", tm.specificity(T(predicted), T(truth), task="multiclass", num_classes=c, average=average), average=average, **extra)
    for weights in (None, "linear", "quadratic"):
        case(data, "cohenKappa", sk.cohen_kappa_score(truth, predicted, weights=weights, labels=range(c)), **({"weights": weights} if weights else {}), **extra)
    case(data, "matthews", sk.matthews_corrcoef(truth, predicted), **extra)
    for normalize in (None, "true", "pred", "all"):
        matrix = sk.confusion_matrix(truth, predicted, labels=range(c), normalize=normalize)
        CASES.append([data, "confusionMatrix", {**extra, **({"normalize": normalize} if normalize else {})}, matrix.tolist()])


def several(data, probabilities, labels, **extra):
    c = probabilities.shape[1]
    for k in (1, 2, 3):
        if k < c and c > 2:
            case(data, "topKAccuracy", sk.top_k_accuracy_score(labels, probabilities, k=k, labels=range(c)), k=k)
    present = np.unique(labels)
    if len(present) == c and c > 2:
        for average in AVERAGES:
            case(data, "auroc", sk.roc_auc_score(labels, probabilities, multi_class="ovr", average=average), average=average, **extra)
            case(data, "averagePrecision", sk.average_precision_score(labels, probabilities, average=average), average=average, **extra)
        for average in ("macro", "weighted"):
            case(data, "auroc", sk.roc_auc_score(labels, probabilities, multi_class="ovo", average=average), average=average, multiClass="ovo", **extra)
    elif len(present) > 1:
        # torchmetrics counts a class without samples as 0, scikit-learn does not know of it: nor does Hone.
        each = [sk.roc_auc_score(labels == i, probabilities[:, i]) for i in present]
        case(data, "auroc", np.mean(each), average="macro", **extra)
        case(data, "auroc", np.average(each, weights=[(labels == i).sum() for i in present]), average="weighted", **extra)
        each = [sk.average_precision_score(labels == i, probabilities[:, i]) for i in present]
        case(data, "averagePrecision", np.mean(each), average="macro", **extra)
        case(data, "averagePrecision", np.average(each, weights=[(labels == i).sum() for i in present]), average="weighted", **extra)
    for i in present if len(present) > 1 else []:
        case(data, "auroc", sk.roc_auc_score(labels == i, probabilities[:, i]), classIndex=int(i), **extra)
    for thresholds in (5, 21):
        if len(present) > 1:
            low = binned(probabilities, thresholds)
            case(data, "auroc", np.mean([sk.roc_auc_score(labels == i, low[:, i]) for i in present]), thresholds=thresholds, **extra)
            case(data, "averagePrecision", np.mean([sk.average_precision_score(labels == i, low[:, i]) for i in present]), thresholds=thresholds, **extra)
    for bins in (4, 10, 15):
        for norm in ("l1", "l2", "max"):
            value = tm.calibration_error(T(probabilities), T(labels), task="multiclass", num_classes=c, n_bins=bins, norm=norm)
            case(data, "calibrationError", value, bins=bins, norm=norm, **extra)
    case(data, "brier", sk.brier_score_loss(labels, probabilities, labels=list(range(c))), **extra)


def multi(data, output, labels, probabilities, **extra):
    add(data, output, labels)
    classes(data, labels, output.argmax(1), output.shape[1], **extra)
    several(data, probabilities, labels, **extra)
    case(data, "perplexity", math.exp(sk.log_loss(labels, softmax(output), labels=range(output.shape[1]))))


p = shares(60, 4)
multi("shares", p, RNG.integers(0, 4, 60), p)
z = RNG.normal(0, 1.5, (50, 3)).round(2)
multi("logits", z, (z + RNG.normal(0, 2, z.shape)).argmax(1), softmax(z))
p = shares(40, 5)
p[:, 1] = 0
p /= p.sum(1, keepdims=True)
multi("missing", p, RNG.choice([0, 1, 2, 4], 40), p)
p = shares(20, 3)
multi("one class", p, np.full(20, 2), p)
p = shares(40, 2)
multi("two", p, RNG.integers(0, 2, 40), p)
p = shares(50, 4)
labels = RNG.integers(0, 4, 50)
ignored = RNG.random(50) < 0.3
add("ignored", p, np.where(ignored, -100, labels))
classes("ignored", labels[~ignored], p[~ignored].argmax(1), 4)
several("ignored", p[~ignored], labels[~ignored])

# Class numbers against class numbers.
predicted, truth = RNG.integers(0, 6, 30), RNG.integers(0, 5, 30)
predicted[0] = 5
add("numbers", predicted, truth, dtype="int64")
classes("numbers", truth, predicted, 6)

# Images: [N, C, H, W].
p = shares(2 * 3 * 4, 3).reshape(2, 3, 4, 3).transpose(0, 3, 1, 2)
labels = RNG.integers(0, 3, (2, 3, 4))
add("images", p, labels)
classes("images", labels.ravel(), p.argmax(1).ravel(), 3)
flat = p.transpose(0, 2, 3, 1).reshape(-1, 3)
several("images", flat, labels.ravel())


def yes_no(data, output, labels, probabilities, **extra):
    add(data, output, labels)
    predicted = (probabilities >= extra.get("threshold", 0.5)).astype(int)
    o = dict(mode="binary", **extra)
    case(data, "accuracy", sk.accuracy_score(labels, predicted), **o)
    for name, f in SCORES.items():
        for zero in (0, 1):
            case(data, name, f(labels, predicted, average="binary", zero_division=zero), zeroDivision=zero, **options_of(name), **o)
        case(data, name, f(labels, predicted, average="macro", zero_division=0), average="macro", **options_of(name), **o)
    case(data, "specificity", tm.specificity(T(predicted), T(labels), task="binary"), **o)
    case(data, "cohenKappa", sk.cohen_kappa_score(labels, predicted), **o)
    case(data, "matthews", sk.matthews_corrcoef(labels, predicted), **o)
    o.pop("threshold", None)
    case(data, "auroc", sk.roc_auc_score(labels, output), **o)
    case(data, "averagePrecision", sk.average_precision_score(labels, output), **o)
    for thresholds in (5, 21):
        if 0 < labels.mean() < 1:
            low = binned(probabilities, thresholds)
            case(data, "auroc", sk.roc_auc_score(labels, low), thresholds=thresholds, **o)
            case(data, "averagePrecision", sk.average_precision_score(labels, low), thresholds=thresholds, **o)
    for norm in ("l1", "l2", "max"):
        case(data, "calibrationError", tm.calibration_error(T(probabilities), T(labels), task="binary", n_bins=7, norm=norm), bins=7, norm=norm, **o)
    case(data, "brier", sk.brier_score_loss(labels, probabilities), **o)
    for name, f, keys in (("rocCurve", sk.roc_curve, ["fpr", "tpr", "thresholds"]), ("precisionRecallCurve", sk.precision_recall_curve, ["precision", "recall", "thresholds"])):
        for drop in (True, False):
            found = f(labels, output, drop_intermediate=drop, pos_label=1)
            curve = {k: [str(x) if not math.isfinite(x) else x for x in v.tolist()] for k, v in zip(keys, found)}
            CASES.append([data, name, {**o, "dropIntermediate": drop}, curve])


p = RNG.integers(0, 21, 60) / 20
yes_no("binary", p, (RNG.random(60) < p).astype(int), p)
yes_no("binary 0.3", p, (RNG.random(60) < 0.2).astype(int), p, threshold=0.3)
yes_no("never", p[:20], np.zeros(20, int), p[:20])
yes_no("always", p[:20], np.ones(20, int), p[:20])
z = (RNG.normal(0, 2, 40) * 4).round() / 4
yes_no("binary logits", z, (RNG.random(40) < sigmoid(z)).astype(int), sigmoid(z), logits=True)

p = RNG.integers(0, 21, (30, 5)) / 20
labels = (RNG.random((30, 5)) < p).astype(int)
labels[:, 2], labels[:, 4] = 0, 1
add("labels", p, labels)
predicted = (p >= 0.5).astype(int)
o = dict(mode="multilabel")
case("labels", "accuracy", (predicted == labels).mean(), **o)
case("labels", "accuracy", sk.accuracy_score(labels, predicted), exact=True, **o)
for name, f in SCORES.items():
    for average in (*AVERAGES, "samples"):
        for zero in (0, 1):
            case("labels", name, f(labels, predicted, average=average, zero_division=zero), average=average, zeroDivision=zero, **options_of(name), **o)
for average in AVERAGES:
    case("labels", "specificity", tm.specificity(T(predicted), T(labels), task="multilabel", num_labels=5, average=average), average=average, **o)
    case("labels", "averagePrecision", sk.average_precision_score(labels, p, average=average), average=average, **o)
case("labels", "auroc", sk.roc_auc_score(labels[:, [0, 1, 3]], p[:, [0, 1, 3]]), **o)
case("labels", "auroc", sk.roc_auc_score(labels, p, average="micro"), average="micro", **o)
case("labels", "matthews", sk.matthews_corrcoef(labels.ravel(), predicted.ravel()), **o)
case("labels", "brier", ((p - labels) ** 2).mean(), **o)
nothing = np.zeros((6, 3), int)
add("no label", np.round(RNG.random((6, 3)), 2), nothing)
for name, f in SCORES.items():
    for average in (*AVERAGES, "samples"):
        case("no label", name, f(nothing, (np.array(SETS["no label"]["output"]) >= 0.5).astype(int), average=average, zero_division=0), average=average, **options_of(name), **o)

for data, y, far in (("values", RNG.normal(0, 3, 40).round(2), 1.0), ("large", (1e7 + RNG.normal(0, 3, 40)).round(2), 1.0), ("columns", RNG.normal(5, 3, (25, 3)).round(2), 2.0)):
    if data == "columns":
        y[:, 1] = 0.1
    x = (y + RNG.normal(0, far, y.shape)).round(2)
    add(data, x, y)
    case(data, "meanSquaredError", sk.mean_squared_error(y, x))
    case(data, "rootMeanSquaredError", sk.root_mean_squared_error(y, x))
    case(data, "meanAbsoluteError", sk.mean_absolute_error(y, x))
    case(data, "meanAbsolutePercentageError", sk.mean_absolute_percentage_error(y, x))
    if data == "columns":
        # A constant column: scikit-learn's spread of it is not quite 0, and its value then one of rounding.
        each = sk.r2_score(y[:, [0, 2]], x[:, [0, 2]], multioutput="raw_values")
        case(data, "r2Score", each.sum() / 3)
        case(data, "r2Score", sk.r2_score(y[:, [0, 2]], x[:, [0, 2]], multioutput="variance_weighted"), multioutput="variance_weighted")
    else:
        case(data, "r2Score", sk.r2_score(y, x))
add("met", np.full(5, 2.5), np.full(5, 2.5))
case("met", "r2Score", sk.r2_score(np.full(5, 2.5), np.full(5, 2.5)))
add("single", [2.0], [1.0])
case("single", "r2Score", float("nan"))
zeros = RNG.normal(0, 1, 8).round(1)
zeros[[1, 3]] = 0
add("zeros", zeros + 0.25, zeros)
case("zeros", "meanAbsolutePercentageError", sk.mean_absolute_percentage_error(zeros, zeros + 0.25))

words = RNG.normal(0, 2, (3, 9, 7)).round(2)
labels = RNG.integers(0, 9, (3, 7))
labels[1, 4:] = 0
add("words", words, labels)
value = tm.text.perplexity(T(words).transpose(1, 2), T(labels))
case("words", "perplexity", value)
value = tm.text.perplexity(T(words).transpose(1, 2), T(labels), ignore_index=0)
case("words", "perplexity", value, ignoreIndex=0)

REPORTS = []
for data, labels_, predicted_, args in (
    ("logits", SETS["logits"]["target"], np.array(SETS["logits"]["output"]).argmax(1), {"classes": ["a", "boot of rubber", "coat"]}),
    ("shares", SETS["shares"]["target"], np.array(SETS["shares"]["output"]).argmax(1), {"digits": 4}),
    ("binary", SETS["binary"]["target"], (np.array(SETS["binary"]["output"]) >= 0.5).astype(int), {"mode": "binary"}),
):
    text = sk.classification_report(labels_, predicted_, target_names=args.get("classes"), digits=args.get("digits", 2), zero_division=0)
    REPORTS.append([data, args, text])

OUT.write_text(json.dumps({"sets": SETS, "cases": CASES, "reports": REPORTS}, separators=(",", ":")).replace('],["', '],\n["') + "\n")
print(len(SETS), len(CASES), OUT.stat().st_size)
