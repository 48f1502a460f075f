"""Initialisers: the seeded numbers bit for bit, every argument by position and by name, and what is refused."""
import torch

from harness import OPS, Family

OPS["calculateGain"] = torch.nn.init.calculate_gain
OPS["init.calculateGain"] = torch.nn.init.calculate_gain


def bits():
    f = Family("initialisers")
    f.kind = "bits"

    def add(op, shape, args=(), kw=None, dtype="float32", view=None, seed=1234):
        """Fills zeros, or a view of them; the next random number says where the generator stands."""
        y = {"$": "y"}
        steps = [["s", "manualSeed", [seed], {}], ["b", "zeros", [shape], {"dtype": dtype}]]
        steps.append(["y", view[0], [{"$": "b"}] + view[1:], {}] if view else ["y", "contiguous", [{"$": "b"}], {}])
        steps += [["y", "init." + op, [y, *args], kw or {}], ["z", "rand", [[1]], {}]]
        f.program([], steps, ["y", "b", "z"], name=op, only64=True, exact=True)

    for shape, dtypes in (([3, 4], ("float32",)), ([5, 7], ("float32", "float64")), ([4, 3, 3, 2], ("float32",))):
        for dtype in dtypes:
            for op, args, kw in (
                ("uniform_", [], {}), ("uniform_", [-0.3, 0.71], {}), ("uniform_", [], {"a": -2}), ("uniform_", [0.5], {}), ("uniform_", [-1], {"b": 3}),
                ("normal_", [], {}), ("normal_", [1.5, 0.37], {}), ("normal_", [], {"std": 0.02}), ("normal_", [2], {}), ("normal_", [], {"mean": -1, "std": 0}),
                ("truncNormal_", [], {}), ("truncNormal_", [0.5, 2, -1, 1.5], {}), ("truncNormal_", [0, 1, 1.5, 2.5], {}), ("truncNormal_", [], {"std": 0.02}), ("truncNormal_", [], {"mean": 0.1, "std": 0.5, "a": 0, "b": 0.25}),
                ("truncNormal_", [], {"a": 3, "b": 4}), ("truncNormal_", [0.25], {"b": 1}),
                ("xavierUniform_", [], {}), ("xavierUniform_", [1.7], {}), ("xavierUniform_", [], {"gain": 0.3}), ("xavierNormal_", [], {}), ("xavierNormal_", [1.7], {}), ("xavierNormal_", [], {"gain": 5 / 3}),
            ):
                add(op, shape, args, kw, dtype)
            for op in ("kaimingUniform_", "kaimingNormal_"):
                for args, kw in (
                    ([], {}), ([5**0.5], {}), ([], {"a": 0.2}), ([0.1, "fan_out"], {}), ([0, "fan_in", "relu"], {}), ([], {"mode": "fan_out", "nonlinearity": "tanh"}), ([], {"nonlinearity": "selu"}),
                    ([], {"nonlinearity": "linear"}), ([], {"nonlinearity": "conv2d", "a": 3}), ([0.3], {"mode": "fan_out"}), ([], {"nonlinearity": "sigmoid"}),
                ):
                    add(op, shape, args, kw, dtype)
    for op, args in (("uniform_", [-1, 1]), ("normal_", [0, 2]), ("truncNormal_", []), ("xavierUniform_", []), ("kaimingNormal_", [])):
        for shape in ([6, 5], [2, 3], [8, 9]):
            add(op, shape, args, view=["transpose", 0, 1])
            add(op, shape, args, view=["narrow", 1, 1, 2])
            add(op, shape, args, view=["narrow", 0, 1, 1], dtype="float64")
    for op, args in (("uniform_", []), ("normal_", []), ("truncNormal_", []), ("constant_", [2.5]), ("zeros_", []), ("ones_", [])):
        for shape in ([], [1], [19], [0], [3, 0]):
            add(op, shape, args)
    for shape in ([6, 5], [5, 6], [1, 4], [4, 1], [0, 3], [3, 0], [17, 3]):
        for args, kw in (([0.4], {}), ([0.1], {}), ([0], {}), ([1], {}), ([0.5, 2], {}), ([0.3], {"std": 0.5}), ([], {"sparsity": 0.75})):
            add("sparse_", shape, args, kw)
    for shape in ([3, 5], [5, 3], [1, 1], [0, 2], [4, 4]):
        add("eye_", shape)
        add("eye_", shape, dtype="int64")
    add("eye_", [4, 6], view=["transpose", 0, 1])
    for shape, groups in (([4, 3, 3], 1), ([4, 3, 3, 3], 1), ([4, 2, 3], 2), ([2, 2, 3, 3, 2], 1), ([6, 2, 4, 5], 3), ([6, 4, 1], 2), ([1, 5, 2, 2, 2], 1), ([0, 2, 3], 1), ([3, 1, 3], 3)):
        add("dirac_", shape, [] if groups == 1 else [groups])
        add("dirac_", shape, [], {"groups": groups}, "float64")
    for value in (0.3, -1, 0):
        add("constant_", [2, 3], [value])
        add("constant_", [2, 3], [], {"val": value}, "float64")
    add("constant_", [2, 3], [3], dtype="int64")
    add("zeros_", [3, 2], view=["transpose", 0, 1])
    add("ones_", [3, 4], view=["narrow", 1, 1, 2])
    # refused
    for op, shape, args, kw in (
        ("kaimingUniform_", [3], [], {}), ("kaimingNormal_", [], [], {}), ("xavierUniform_", [3], [], {}), ("xavierNormal_", [], [], {}),
        ("kaimingUniform_", [3, 2], [], {"mode": "fan_avg"}), ("kaimingUniform_", [3, 2], [], {"nonlinearity": "gelu"}), ("eye_", [3], [], {}), ("eye_", [2, 2, 2], [], {}),
        ("dirac_", [3, 3], [], {}), ("dirac_", [2, 2, 2, 2, 2, 2], [], {}), ("dirac_", [3, 3, 3], [2], {}), ("orthogonal_", [3], [], {}), ("orthogonal_", [], [], {}), ("sparse_", [3], [0.1], {}),
        ("uniform_", [3], [1, 0], {}), ("normal_", [3], [0, -1], {}), ("truncNormal_", [3, 3], [0, 1, 2, 1], {}),
    ):
        add(op, shape, args, kw)
    for op in ("uniform_", "normal_", "kaimingUniform_", "xavierNormal_"):
        add(op, [3, 2], dtype="int64")
    return f


def orthogonal():
    """Compared up to rounding: the QR is another one, its signs are the same."""
    f = Family("orthogonal")
    for shape in ([4, 4], [3, 7], [7, 3], [5, 2, 3], [1, 5], [5, 1], [1, 1], [0, 3], [2, 2, 2, 2], [11, 11]):
        for args, kw in (([], {}), ([2], {}), ([], {"gain": 2**0.5})):
            f.add("init.orthogonal_", [f.x(shape, "n", "c", ng=True)], [{"$": 0}, *args], kw, tol=1e-11)
    for shape in ([3, 4], [6, 2], [33, 40], [4, 3, 3]):
        f.program([], [["y", "zeros", [shape], {"dtype": "float32"}], ["y", "init.orthogonal_", [{"$": "y"}, 1.5], {}]], ["y"], name="orthogonal_", tol=1e-5)
    f.add("init.orthogonal_", [f.x([40, 70], "n", "c", ng=True)], tol=1e-10)
    f.add("init.orthogonal_", [f.x([4, 6], "n", "t", ng=True)], may=True)
    return f


def gains():
    f = Family("gains")
    for name in ("linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu", "gelu", "LeakyReLU", ""):
        for more in ([], [0.2], [3]):
            f.add("init.calculateGain", [], [name, *more])
    return f


def families():
    return [bits(), orthogonal(), gains()]
