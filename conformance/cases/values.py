"""Operands that found differences once: dtypes of numbers and 0-dim tensors, numbers that wrap or do not fit, extreme values."""
from harness import Rows
from random_calls import Chooser, case, draw_cases


def families():
    c = Chooser(3)
    # The calls that are rare among those drawn evenly.
    rare = "where clamp clamp_ clampTensor add_ sub_ mul_ fill_ full fullLike maskedFill indexFill addAlpha subAlpha addcmul ldexp hypot copysign xlogy fmax fmin isclose quantile to isin".split()
    return [Rows("odd operands", "call", draw_cases(1, 900) + [{"n": "%s %d" % (op, i), **case(c, op)} for op in rare for i in range(16)])]
