"""Makes random_vectors.inc: what PyTorch's CPU generator gives, as hashes and first values.

python kernels/test/random_vectors.py > kernels/test/random_vectors.inc   (PyTorch 2.7 or later, x86-64, CPU)
"""
import ctypes
import struct
import sys

import torch

DTYPES = {torch.float32: 'F32', torch.float64: 'F64', torch.int32: 'I32', torch.int64: 'I64', torch.uint8: 'U8', torch.bool: 'BOOL'}


def raw(tensor):
    return ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size()) if tensor.numel() else b''


def fnv(data):
    h = 0xCBF29CE484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def state_hash():
    state = bytearray(raw(torch.get_rng_state()))
    state[5024:5032] = bytes(8)  # the cached double may differ in its last bits between C libraries
    return fnv(state)


def main():
    print(f'// Made by random_vectors.py with PyTorch {torch.__version__}: do not edit.')
    print('// op, dtype, seed, n, a, b, hash of the output (0: compare values with a tolerance), hash of the state after, first values')

    def row(op, dtype, seed, n, a, b, out, exact=True):
        out = out.contiguous()
        values = ', '.join(float(x).hex() if out.dtype.is_floating_point else f'{int(x)}.0' for x in out.flatten()[:4].tolist())
        print(f'{{"{op}", HONE_{DTYPES[dtype]}, {seed % 2**64}u, {n}, {float(a).hex()}, {float(b).hex()}, '
              f'0x{fnv(raw(out)) if exact else 0:016x}u, 0x{state_hash():016x}u, {{{values}}}}},')

    f32, f64, i64 = torch.float32, torch.float64, torch.int64
    for seed in (0, 42, 1234):
        def start():
            torch.manual_seed(seed)
        for dtype in (f32, f64):
            for n, a, b in ((0, 0, 1), (1, 0, 1), (4, 0, 1), (625, 0, 1), (5000, -1 / 28, 1 / 28), (1000, -0.3, 0.71)):
                start()
                row('uniform', dtype, seed, n, a, b, torch.empty(n, dtype=dtype).uniform_(a, b))
            for n in (0, 1, 3, 15, 16, 17, 31, 33, 1000, 1007, 70000):
                start()
                row('normal', dtype, seed, n, 0, 1, torch.randn(n, dtype=dtype), dtype == f32)
            for n in (3, 16, 100):
                start()
                row('normal', dtype, seed, n, 1.5, 0.37, torch.empty(n, dtype=dtype).normal_(1.5, 0.37), dtype == f32)
            start()
            row('normal_strided', dtype, seed, 35, 0.5, 2, torch.empty(7, 5, dtype=dtype).t().normal_(0.5, 2).t(), dtype == f32)
            start()
            row('exponential', dtype, seed, 33, 1.5, 0, torch.empty(33, dtype=dtype).exponential_(1.5), dtype == f32)
            for p in (0.1, 0.5):
                start()
                row('bernoulli_tensor', dtype, seed, 1000, p, 0, torch.bernoulli(torch.full((1000,), p, dtype=dtype)))
            for n, p in ((7, 0.5), (1000, 0.2), (3001, 0.9)):
                start()
                row('dropout', dtype, seed, n, p, 0, torch.nn.functional.dropout(torch.ones(n, dtype=dtype), p))
        for lo, hi in ((0, 10), (-7, 1000003), (0, 2**28 - 1), (0, 2**28), (0, 2**31 - 1), (-5, 2**40)):
            for dtype in (i64, torch.int32, f64) if hi < 2**31 else (i64, f64):
                start()
                row('randint', dtype, seed, 700, lo, hi, torch.empty(700, dtype=dtype).random_(lo, hi))
        start()
        row('randint', f32, seed, 700, -5, 2**26 + 3, torch.empty(700).random_(-5, 2**26 + 3))
        start()
        row('randint', torch.uint8, seed, 700, 3, 256, torch.empty(700, dtype=torch.uint8).random_(3, 256))
        for n in (0, 1, 2, 10, 1000, 60000):
            start()
            row('randperm', i64, seed, n, 0, 0, torch.randperm(n))
        for dtype in (torch.bool, f32, i64):
            for p in (0, 0.1, 0.5, 1):
                start()
                row('bernoulli', dtype, seed, 1000, p, 0, torch.empty(1000, dtype=dtype).bernoulli_(p))
        start()
        row('seed_draw', i64, seed, 1, 0, 0, torch.empty(1, dtype=i64).random_())
    for seed in (1, 2**32 + 42, -1, 2**63 + 7):
        torch.manual_seed(seed)
        row('uniform', f32, seed, 1300, 0, 1, torch.rand(1300))


main()
