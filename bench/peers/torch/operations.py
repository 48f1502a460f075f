"""The operations of workloads/operations/ in PyTorch."""
import torch
import torch.nn.functional as F


def attention(x, o):
    q, k, v = (t.transpose(1, 2) for t in x[0].unbind(2))
    return F.scaled_dot_product_attention(q, k, v, is_causal=o["isCausal"])


def over(name, first=False):
    def run(x, o):
        f = getattr(x[0], name)
        if "dim" not in o:
            return f()
        return f(o["dim"])[0] if first else f(o["dim"])

    return run


def batch_norm(x, o):
    return F.batch_norm(x[0], x[3], x[4], x[1], x[2], training=o["training"])


def turned(t, turn):
    return t.transpose(-2, -1) if turn else t


OPERATIONS = {
    "matmul": lambda x, o: turned(x[0], o["transposeA"]) @ turned(x[1], o["transposeB"]),
    "linear": lambda x, o: F.linear(*x),
    "attention": attention,
    "conv2d": lambda x, o: F.conv2d(x[0], x[1], None, o["stride"], o["padding"], 1, o["groups"]),
    "batchNorm": batch_norm,
    "layerNorm": lambda x, o: F.layer_norm(x[0], x[1].shape, x[1], x[2]),
    "groupNorm": lambda x, o: F.group_norm(x[0], o["groups"], x[1], x[2]),
    "maxPool2d": lambda x, o: F.max_pool2d(x[0], o["size"], o.get("stride", o["size"]), o.get("padding", 0)),
    "avgPool2d": lambda x, o: F.avg_pool2d(x[0], o["size"]),
    "adaptiveAvgPool2d": lambda x, o: F.adaptive_avg_pool2d(x[0], o["size"]),
    "softmax": lambda x, o: F.softmax(x[0], o["dim"]),
    "logSoftmax": lambda x, o: F.log_softmax(x[0], o["dim"]),
    "crossEntropy": lambda x, o: F.cross_entropy(*x),
    "mse": lambda x, o: F.mse_loss(*x),
    "binaryCrossEntropyWithLogits": lambda x, o: F.binary_cross_entropy_with_logits(*x),
    "add": lambda x, o: x[0] + x[1],
    "addInPlace": lambda x, o: x[0].add_(x[1]),
    "mul": lambda x, o: x[0] * x[1],
    "div": lambda x, o: x[0] / x[1],
    "maximum": lambda x, o: torch.maximum(*x),
    "lt": lambda x, o: x[0] < x[1],
    "where": lambda x, o: torch.where(*x),
    "relu": lambda x, o: torch.relu(x[0]),
    "exp": lambda x, o: torch.exp(x[0]),
    "log1p": lambda x, o: torch.log1p(x[0]),
    "tanh": lambda x, o: torch.tanh(x[0]),
    "sigmoid": lambda x, o: torch.sigmoid(x[0]),
    "gelu": lambda x, o: F.gelu(x[0]),
    "geluTanh": lambda x, o: F.gelu(x[0], approximate="tanh"),
    "silu": lambda x, o: F.silu(x[0]),
    "erf": lambda x, o: torch.erf(x[0]),
    "sqrt": lambda x, o: torch.sqrt(x[0]),
    "sin": lambda x, o: torch.sin(x[0]),
    "abs": lambda x, o: torch.abs(x[0]),
    "clamp": lambda x, o: torch.clamp(x[0], -1, 1),
    "sum": over("sum"),
    "mean": over("mean"),
    "var": over("var"),
    "max": over("max", first=True),
    "argmax": over("argmax"),
    "norm": over("norm"),
    "logsumexp": over("logsumexp"),
    "cumsum": over("cumsum"),
    "dropout": lambda x, o: F.dropout(x[0], o["p"], True),
    "rand": lambda x, o: torch.rand(x[0].shape),
    "randn": lambda x, o: torch.randn(x[0].shape),
    "transpose": lambda x, o: x[0].transpose(0, 1).contiguous(),
    "heads": lambda x, o: x[0].permute(0, 2, 1, 3).contiguous(),
    "cat": lambda x, o: torch.cat(x),
    "indexSelect": lambda x, o: torch.index_select(x[0], 0, x[1]),
    "embedding": lambda x, o: F.embedding(x[1], x[0]),
    "double": lambda x, o: x[0].double(),
}

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=1e-6),
    "momentum": lambda p: torch.optim.SGD(p, lr=1e-6, momentum=0.9),
    "adam": lambda p: torch.optim.Adam(p, lr=1e-6),
    "adamW": lambda p: torch.optim.AdamW(p, lr=1e-6),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-6),
}


def input_of(one, task):
    dtype = getattr(torch, task["dtype"])
    if "below" not in one:
        return torch.randn(one["shape"], dtype=dtype)
    whole = torch.randint(one["below"], one["shape"])
    if task["op"] == "where":
        return whole.bool()
    return whole.to(dtype) if task["op"] == "binaryCrossEntropyWithLogits" else whole


def operation_of(task):
    """A function that runs the operation once; without gradients, unless they are what is timed."""
    torch.manual_seed(0)
    inputs = [input_of(one, task) for one in task["inputs"]]
    if task["op"] in OPTIMIZERS:
        for param in inputs:
            param.requires_grad_()
            param.grad = torch.randn(param.shape) * 1e-3
        return OPTIMIZERS[task["op"]](inputs).step
    f, options = OPERATIONS[task["op"]], task["options"]
    if task["op"] == "batchNorm":
        inputs += [torch.zeros_like(inputs[1]), torch.ones_like(inputs[1])]
    if "gradOf" not in task:

        def call():
            with torch.no_grad():
                f(inputs, options)

        return call
    of = [inputs[i].requires_grad_() for i in task["gradOf"]]
    out = f(inputs, options)
    g = torch.randn(out.shape, dtype=out.dtype)
    return lambda: torch.autograd.grad(out, of, g, retain_graph=True)


def chain_of(task):
    """Operations on tiny tensors, one after another, and their gradients."""
    x, y, w = torch.rand(4, 4, requires_grad=True), torch.rand(4, 4), torch.eye(4)
    f = {
        "add": lambda a: a + y,
        "mul": lambda a: a * y,
        "relu": torch.relu,
        "linear": lambda a: F.linear(a, w),
    }[task["op"]]

    def call():
        h = x
        for _ in range(task["length"]):
            h = f(h)
        if task["backward"]:
            h.sum().backward()
            x.grad = None

    return call
