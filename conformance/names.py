"""What PyTorch has, by name: python conformance/names.py writes fixtures/torch-names.json, from which docs/coverage.md is made."""
import inspect
import json
import os

import torch
from torch import nn, optim
from torch.overrides import get_overridable_functions

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures", "torch-names.json")


def classes(space, base):
    return sorted(n for n, v in vars(space).items() if not n.startswith("_") and inspect.isclass(v) and issubclass(v, base) and v is not base)


def functions(space):
    """Functions that a module defines itself, or wraps; not what it imports for its own use."""
    own = lambda v: getattr(v, "__module__", None) in (space.__name__, None, "torch._C._nn", "torch._jit_internal", "torch") or type(v).__name__ == "builtin_function_or_method"
    return sorted(n for n, v in vars(space).items() if not n.startswith("_") and callable(v) and not inspect.isclass(v) and own(v))


CREATION = "arange as_tensor empty eye from_numpy full linspace logspace manual_seed meshgrid normal ones rand randint randint_like rand_like randn randn_like randperm tensor zeros " \
    "no_grad enable_grad set_grad_enabled is_grad_enabled inference_mode get_rng_state set_rng_state initial_seed seed save load is_tensor get_num_threads set_num_threads get_default_dtype set_default_dtype " \
    "tril_indices triu_indices vander promote_types result_type can_cast unique hann_window hamming_window blackman_window finfo iinfo compile"

names = {
    "torch.nn": classes(nn, nn.Module),
    "torch.nn.functional": functions(nn.functional),
    "torch.nn.init": [n for n in functions(nn.init) if n.endswith("_") or n == "calculate_gain"],
    "torch.nn.utils": sorted(set(nn.utils.__all__) - {"rnn", "parametrizations", "parametrize", "stateless"}),
    "torch.nn.utils.rnn": [n for n in vars(nn.utils.rnn)["__all__"]] if hasattr(nn.utils.rnn, "__all__") else functions(nn.utils.rnn),
    "torch.optim": classes(optim, optim.Optimizer),
    "torch.optim.lr_scheduler": classes(optim.lr_scheduler, optim.lr_scheduler.LRScheduler),
    "torch.optim.swa_utils": sorted(optim.swa_utils.__all__),
    "torch": sorted({f.__name__ for f in get_overridable_functions()[torch] if not f.__name__.startswith("_")} | {n for n in CREATION.split() if hasattr(torch, n)}),
    "torch.linalg": sorted(n for n, v in vars(torch.linalg).items() if not n.startswith("_") and type(v).__name__ == "builtin_function_or_method"),
    "torch.Tensor": sorted(n for n in dir(torch.Tensor) if not n.startswith("_")),
    "torch.nn.Module": sorted(n for n, v in vars(nn.Module).items() if not n.startswith("_") and callable(v)),
}

with open(OUT, "w") as f:
    f.write(json.dumps({"torch": torch.__version__, "names": names}).replace('], "', '],\n"') + "\n")
