"""Sampling at the places of a grid, and the grids of affine maps."""
from harness import Family

from .elementwise import ref


def sampling():
    f = Family("grids")
    shapes = {2: [([1, 2, 3, 4], [1, 2, 3, 2]), ([2, 1, 5, 2], [2, 3, 2, 2]), ([2, 3, 1, 4], [2, 1, 5, 2]), ([1, 1, 1, 1], [1, 2, 2, 2])],
              3: [([1, 2, 2, 3, 4], [1, 2, 1, 3, 3]), ([2, 1, 3, 1, 2], [2, 1, 2, 2, 3])]}
    for axes in (2, 3):
        for mode in ("bilinear", "nearest", "bicubic"):
            for padding in ("zeros", "border", "reflection"):
                for align in (False, True):
                    for k, (x, grid) in enumerate(shapes[axes]):
                        if axes == 3 and mode == "bicubic" and k:
                            continue
                        # u stays inside, n reaches three times as far: several reflections.
                        f.add("gridSample", [f.x(x), f.x(grid, "u" if k % 2 else "n")], None, {"mode": mode, "paddingMode": padding, "alignCorners": align}, gg=k < 2)
    f.add("gridSample", [f.x([1, 1, 3, 3]), f.x([1, 2, 2, 2], "u")], gg=True)
    f.add("gridSample", [f.x([1, 1, 3, 3]), f.x([1, 2, 2, 2], "u")], ref(0, 1) + ["nearest", "border", True])
    # Whole numbers: exactly on elements, and exactly on the border, where the gradient is that of outside.
    for padding in ("zeros", "border", "reflection"):
        for mode in ("bilinear", "nearest", "bicubic"):
            f.add("gridSample", [f.x([1, 2, 3, 5]), f.x([1, 3, 5, 2], "t", "c")], None, {"mode": mode, "paddingMode": padding, "alignCorners": True})
            f.add("gridSample", [f.x([1, 2, 3, 5]), f.x([1, 3, 5, 2], "s", "c")], None, {"mode": mode, "paddingMode": padding, "alignCorners": False}, g=False)
    f.add("gridSample", [f.x([0, 2, 3, 5]), f.x([0, 3, 5, 2])])
    f.add("gridSample", [f.x([1, 2, 3, 5]), f.x([1, 0, 5, 2])])
    f.add("gridSample", [f.x([1, 0, 3, 5]), f.x([1, 2, 5, 2])])
    for x, grid, kw in [
        ([1, 1, 3, 3], [1, 2, 2, 3], {}), ([1, 1, 3, 3], [2, 2, 2, 2], {}), ([1, 1, 3, 3], [1, 2, 2, 2, 3], {}), ([1, 3, 3], [1, 2, 2, 2], {}), ([1, 1, 3], [1, 2, 1], {}),
        ([1, 1, 0, 3], [1, 2, 2, 2], {}), ([1, 1, 3, 3], [1, 2, 2, 2], {"mode": "trilinear"}), ([1, 1, 3, 3], [1, 2, 2, 2], {"paddingMode": "zero"}), ([1, 1, 2, 3, 3], [1, 1, 2, 2, 2], {}),
    ]:
        f.add("gridSample", [f.x(x), f.x(grid)], None, kw)
    f.add("gridSample", [f.x([1, 1, 3, 3], "i5", "c"), f.x([1, 2, 2, 2])])
    return f


def affine():
    f = Family("affine")
    for align in (False, True):
        for size in ([2, 3, 3, 4], [1, 1, 1, 5], [3, 2, 1, 1], [2, 1, 7, 2]):
            f.add("affineGrid", [f.x([size[0], 2, 3])], ref(0) + [size], {"alignCorners": align}, gg=True)
        for size in ([2, 3, 2, 3, 4], [1, 1, 1, 5, 2]):
            f.add("affineGrid", [f.x([size[0], 3, 4])], ref(0) + [size], {"alignCorners": align}, gg=True)
    f.add("affineGrid", [f.x([1, 2, 3])], ref(0) + [[1, 1, 2, 2]])
    f.add("affineGrid", [f.x([1, 2, 3])], ref(0) + [[1, 1, 2, 3], True])
    for theta, size in [([2, 2, 3], [3, 1, 2, 2]), ([1, 3, 4], [1, 1, 2, 2]), ([1, 2, 3], [1, 1, 2, 2, 2]), ([1, 2, 3], [1, 1, 0, 2]), ([2, 3], [1, 1, 2, 2]), ([1, 2, 3], [1, 1, 2])]:
        f.add("affineGrid", [f.x(theta)], ref(0) + [size])
    f.add("affineGrid", [f.x([1, 2, 3], "i5", "c")], ref(0) + [[1, 1, 2, 2]])
    # The two together, as a spatial transformer has them.
    f.program([f.x([2, 2, 4, 5]), f.x([2, 2, 3], "u")], [["grid", "affineGrid", [{"$": 1}, [2, 2, 3, 4]], {}], ["y", "gridSample", [{"$": 0}, {"$": "grid"}], {"paddingMode": "border"}]], ["y"], gg=True)
    return f


def families():
    return [sampling(), affine()]
