"""torch.linalg, for real matrices. Vectors whose sign is arbitrary are compared by their absolute values."""
import torch

from harness import OPS, Family

L = torch.linalg
LAYOUTS = ("c", "t", "s", "c", "r")
drawn = 0


def x(f, shape):
    """An input without repeated rows, which would make its matrices singular."""
    global drawn
    drawn += 1
    layout = LAYOUTS[drawn % len(LAYOUTS)]
    return f.x(shape, "n", layout)



OPS["svdAbs"] = lambda a, full_matrices=True: (lambda r: (r[0].abs(), r[1], r[2].abs()))(L.svd(a, full_matrices=full_matrices))
OPS["eighAbs"] = lambda a, **kw: (lambda r: (r[0], r[1].abs()))(L.eigh(a + a.mT, **kw))
OPS["choleskyOf"] = lambda a, upper=False: L.cholesky(a @ a.mT + torch.eye(a.shape[-1], dtype=a.dtype), upper=upper)
OPS["lstsqOf"] = lambda a, b: (lambda r: (r.solution, r.residuals, r.rank))(L.lstsq(a, b))
OPS["linalg.solve"] = lambda a, b, **kw: L.solve(a, b, **kw)
OPS["linalg.solveTriangular"] = lambda a, b, **kw: L.solve_triangular(a, b, **kw)
OPS["linalg.inv"] = L.inv
OPS["linalg.det"] = L.det
OPS["linalg.slogdet"] = lambda a: tuple(L.slogdet(a))
OPS["linalg.lu"] = lambda a: tuple(L.lu(a))
OPS["linalg.luFactor"] = lambda a: tuple(L.lu_factor(a))
OPS["linalg.qr"] = lambda a, mode="reduced": tuple(L.qr(a, mode=mode))
OPS["linalg.svdvals"] = L.svdvals
OPS["linalg.eigvalsh"] = lambda a, **kw: L.eigvalsh(a, **({"UPLO": kw["_u_p_l_o"]} if kw else {}))
OPS["linalg.pinv"] = lambda a, **kw: L.pinv(a, **kw)
OPS["linalg.matrixRank"] = lambda a, **kw: L.matrix_rank(a, **kw)
OPS["linalg.matrixExp"] = L.matrix_exp
OPS["linalg.matrixPower"] = L.matrix_power
OPS["linalg.multiDot"] = L.multi_dot
OPS["linalg.vecdot"] = lambda a, b, **kw: L.vecdot(a, b, **kw)
OPS["linalg.cross"] = lambda a, b, **kw: L.cross(a, b, **kw)
OPS["linalg.vander"] = lambda a, **kw: L.vander(a, **{("N" if k == "n" else k): v for k, v in kw.items()})
OPS["linalg.diagonal"] = lambda a, **kw: L.diagonal(a, **kw)
OPS["linalg.tensorinv"] = lambda a, **kw: L.tensorinv(a, **kw)
OPS["linalg.tensorsolve"] = lambda a, b, **kw: L.tensorsolve(a, b, **kw)
OPS["linalg.cond"] = lambda a, *p: L.cond(a, *p)
OPS["linalg.norm"] = lambda a, *p, **kw: L.norm(a, *p, **kw)
OPS["linalg.vectorNorm"] = lambda a, *p, **kw: L.vector_norm(a, *p, **kw)
OPS["linalg.matrixNorm"] = lambda a, *p, **kw: L.matrix_norm(a, *p, **kw)
OPS["luSolve"] = lambda a, b, **kw: L.lu_solve(*L.lu_factor(a), b, **kw)
OPS["inverse"] = torch.inverse
OPS["pinverse"] = lambda a, **kw: torch.pinverse(a, **kw)
OPS["slogdet"] = lambda a: tuple(torch.slogdet(a))
OPS["triangularSolve"] = lambda b, a, **kw: tuple(torch.triangular_solve(b, a, **kw))
OPS["choleskySolve"] = lambda b, a, **kw: torch.cholesky_solve(b, a, **kw)
OPS["choleskyInverse"] = lambda a, **kw: torch.cholesky_inverse(a, **kw)

SQUARE = ([3, 3], [1, 1], [2, 3, 3], [5, 5], [0, 3, 3], [2, 0, 0])
ANY = ([3, 3], [4, 2], [2, 4], [2, 3, 2], [5, 1], [1, 5], [3, 0], [0, 3])


def solving():
    f = Family("linear algebra: solutions")
    for shape in SQUARE:
        for op in ("linalg.inv", "linalg.det", "linalg.slogdet", "linalg.matrixExp"):
            f.add(op, [x(f, shape)], gg=shape[0] > 0)
    for op in ("linalg.inv", "linalg.det", "linalg.slogdet"):
        f.add(op, [x(f, [2, 3])])
        f.add(op, [x(f, [3])])
    f.add("inverse", [x(f, [3, 3])])
    f.add("det", [x(f, [3, 3])])
    f.add("slogdet", [x(f, [3, 3])])
    f.add("logdet", [x(f, [3, 3])])
    f.add("logdet", [x(f, [2, 2, 2])])
    for a, b in (([3, 3], [3]), ([3, 3], [3, 2]), ([2, 3, 3], [2, 3]), ([2, 3, 3], [3, 2]), ([3, 3], [2, 3, 2]), ([2, 1, 3, 3], [3, 3, 1]), ([0, 0], [0, 2]), ([3, 3], [3, 0]), ([3, 3], [2, 2])):
        f.add("linalg.solve", [x(f, a), x(f, b)], gg=True)
    f.add("linalg.solve", [x(f, [3, 3]), x(f, [2, 3])], None, {"left": False}, gg=True)
    for upper in (False, True):
        for unit in (False, True):
            f.add("linalg.solveTriangular", [x(f, [4, 4]), x(f, [4, 2])], None, {"upper": upper, "unitriangular": unit}, gg=True)
            f.add("triangularSolve", [x(f, [4, 2]), x(f, [4, 4])], None, {"upper": upper, "unitriangular": unit})
        f.add("linalg.solveTriangular", [x(f, [2, 3, 3]), x(f, [4, 3])], None, {"upper": upper, "left": False}, gg=True)
        f.add("linalg.solveTriangular", [x(f, [3, 3]), x(f, [2, 3, 1])], None, {"upper": upper})
        f.add("triangularSolve", [x(f, [4, 2]), x(f, [4, 4])], None, {"upper": upper, "transpose": True})
        f.add("choleskySolve", [x(f, [3, 2]), x(f, [3, 3])], None, {"upper": upper}, gg=True)
        f.add("choleskyInverse", [x(f, [3, 3])], None, {"upper": upper}, gg=True)
        f.add("choleskyOf", [x(f, [4, 4])], None, {"upper": upper}, gg=True)
    f.add("choleskyOf", [x(f, [2, 3, 3])], gg=True)
    f.add("choleskyOf", [x(f, [40, 40])])
    f.add("linalg.inv", [x(f, [40, 40])])
    for shape in ([3, 3], [4, 2], [2, 4], [2, 3, 3]):
        f.add("linalg.lu", [x(f, shape)], gg=True)
        f.add("linalg.luFactor", [x(f, shape)], gg=True)
    for dims in ([2, 3, 6], [6, 3, 2]):
        f.add("linalg.tensorinv", [x(f, dims)], None, {"ind": 2 if dims[0] == 2 else 1}, gg=True)
    f.add("linalg.tensorsolve", [x(f, [2, 3, 6]), x(f, [2, 3])], gg=True)
    f.add("linalg.tensorsolve", [x(f, [2, 6, 3]), x(f, [2, 3])], None, {"dims": [1]})
    for n in (-2, -1, 0, 1, 3):
        f.add("linalg.matrixPower", [x(f, [3, 3])], [{"$": 0}, n], gg=True)
    return f


def decompositions():
    f = Family("linear algebra: decompositions")
    for shape in ANY:
        f.add("linalg.qr", [x(f, shape)], gg=len(shape) == 2 and 0 not in shape)
        f.add("linalg.qr", [x(f, shape)], None, {"mode": "complete"}, g=shape[-2] <= shape[-1])
        f.add("linalg.qr", [x(f, shape)], None, {"mode": "r"}, g=False)
        f.add("svdAbs", [x(f, shape)], None, {"fullMatrices": False}, gg=len(shape) == 2 and 0 not in shape)
        f.add("linalg.svdvals", [x(f, shape)], gg=0 not in shape)
        f.add("linalg.pinv", [x(f, shape)], gg=0 not in shape)
        f.add("linalg.matrixRank", [x(f, shape)])
    f.add("svdAbs", [x(f, [3, 3])], gg=True)
    f.add("linalg.qr", [x(f, [40, 35])])
    f.add("linalg.svdvals", [x(f, [40, 35])])
    for shape in ([3, 3], [1, 1], [2, 4, 4], [0, 0]):
        f.add("eighAbs", [x(f, shape)], gg=len(shape) == 2)
        f.add("linalg.eigvalsh", [x(f, shape)])
        f.add("linalg.eigvalsh", [x(f, shape)], None, {"UPLO": "U"})
    f.add("linalg.eigvalsh", [x(f, [40, 40])])
    f.add("linalg.pinv", [x(f, [4, 3])], None, {"rtol": 0.5})
    f.add("linalg.pinv", [x(f, [4, 3])], None, {"atol": 1.0})
    f.add("pinverse", [x(f, [4, 3])])
    f.add("linalg.matrixRank", [x(f, [4, 3])], None, {"rtol": 0.5})
    f.add("linalg.matrixRank", [x(f, [4, 3])], None, {"atol": 1.0})
    for a, b in (([5, 3], [5, 2]), ([3, 3], [3, 1]), ([2, 5, 3], [2, 5, 2])):
        f.add("lstsqOf", [x(f, a), x(f, b)], g=False)
    return f


def norms():
    f = Family("linear algebra: norms and products")
    for p in (None, "fro", "nuc", 1, -1, 2, -2):
        f.add("linalg.matrixNorm", [x(f, [4, 3])], [{"$": 0}] if p is None else [{"$": 0}, p], gg=p not in (1, -1))
        f.add("linalg.norm", [x(f, [4, 3])], [{"$": 0}] if p is None else [{"$": 0}, p])
        f.add("linalg.matrixNorm", [x(f, [2, 3, 4])], [{"$": 0}] if p is None else [{"$": 0}, p], {"dim": [0, 2], "keepdim": True})
    for p in (0, 0.5, 1, 2, 3, -1):
        f.add("linalg.vectorNorm", [x(f, [4, 3])], [{"$": 0}, p])
        f.add("linalg.vectorNorm", [x(f, [4, 3])], [{"$": 0}, p], {"dim": 1, "keepdim": True})
        f.add("linalg.norm", [x(f, [4])], [{"$": 0}, p])
        f.add("linalg.norm", [x(f, [2, 4])], [{"$": 0}, p], {"dim": 1})
    f.add("linalg.norm", [x(f, [2, 3, 4])])
    f.add("linalg.norm", [x(f, [2, 3, 4])], None, {"dim": [0, 1]})
    f.add("linalg.norm", [x(f, [2, 3, 4])], [{"$": 0}, "fro"])
    f.add("linalg.vectorNorm", [x(f, [])])
    for p in ([], [2], [-2], [1], ["fro"]):
        f.add("linalg.cond", [x(f, [3, 3])], [{"$": 0}] + p, g=p not in ([1], ["fro"]))  # which torch cannot differentiate
    f.add("linalg.cond", [x(f, [4, 3])])
    f.add("linalg.cond", [x(f, [4, 3])], [{"$": 0}, 1])
    f.add("linalg.multiDot", [x(f, [2, 5]), x(f, [5, 3]), x(f, [3, 4])], [[{"$": 0}, {"$": 1}, {"$": 2}]], gg=True)
    f.add("linalg.multiDot", [x(f, [5]), x(f, [5, 3]), x(f, [3, 4]), x(f, [4])], [[{"$": 0}, {"$": 1}, {"$": 2}, {"$": 3}]], gg=True)
    f.add("linalg.multiDot", [x(f, [2, 5]), x(f, [4, 3])], [[{"$": 0}, {"$": 1}]])
    f.add("linalg.vecdot", [x(f, [2, 3]), x(f, [3])], gg=True)
    f.add("linalg.vecdot", [x(f, [2, 3]), x(f, [2, 3])], None, {"dim": 0}, gg=True)
    f.add("linalg.cross", [x(f, [2, 3]), x(f, [1, 3])], gg=True)
    f.add("linalg.cross", [x(f, [3, 2]), x(f, [3, 2])], None, {"dim": 0}, gg=True)
    f.add("linalg.cross", [x(f, [2, 4]), x(f, [2, 4])])
    f.add("linalg.vander", [x(f, [2, 3])], gg=True)
    f.add("linalg.diagonal", [x(f, [2, 3, 4])], gg=True)
    f.add("linalg.diagonal", [x(f, [2, 3, 4])], None, {"offset": 1, "dim1": 0, "dim2": 1}, gg=True)
    return f


def families():
    return [solving(), decompositions(), norms()]
