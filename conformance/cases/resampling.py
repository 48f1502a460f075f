"""Resizing, shuffles of pixels and channels, windows as columns."""
import torch.nn.functional as F

from harness import OPS, Family
from modules import Modules

from .elementwise import ref

OPS["unfold"] = F.unfold


def resizing():
    f = Family("resizing")
    modes = {1: ["nearest", "nearest-exact", "linear", "area"], 2: ["nearest", "nearest-exact", "bilinear", "bicubic", "area"], 3: ["nearest", "nearest-exact", "trilinear", "area"]}
    shapes = {1: [[2, 3, 5], [1, 1, 1], [0, 2, 3], [2, 1, 7]], 2: [[1, 2, 3, 4], [2, 1, 1, 5], [0, 1, 2, 2], [1, 1, 5, 2]], 3: [[1, 1, 2, 3, 2], [1, 2, 1, 2, 3]]}
    sizes = {1: [1, 3, 5, [8], 10], 2: [2, [3, 4], [6, 8], [1, 7], [5, 3]], 3: [2, [3, 1, 4], [4, 2, 2]]}
    for axes in (1, 2, 3):
        for mode in modes[axes]:
            aligns = [None, True, False] if mode in ("linear", "bilinear", "bicubic", "trilinear") else [None]
            for shape in shapes[axes]:
                for size in sizes[axes]:
                    align = f.choose.choice(aligns)
                    kw = {"size": size, "mode": mode}
                    if align is not None:
                        kw["alignCorners"] = align
                    f.add("interpolate", [f.x(shape)], None, kw, gg=f.choose.random() < 0.3)
            for scale in (2, 0.5, 1, 1.7, 3):
                kw = {"scaleFactor": scale, "mode": mode}
                align = f.choose.choice(aligns)
                if align is not None:
                    kw["alignCorners"] = align
                if f.choose.random() < 0.4:
                    kw["recomputeScaleFactor"] = True
                f.add("interpolate", [f.x(shapes[axes][0])], None, kw)
    f.add("interpolate", [f.x([1, 1, 4, 3])], None, {"scaleFactor": [2, 1.5], "mode": "bilinear"})
    f.add("interpolate", [f.x([1, 1, 4, 3])], None, {"scaleFactor": [0.6, 1.4], "mode": "bicubic"})
    for mode in ("nearest", "nearest-exact", "bilinear", "bicubic"):
        # Scales that keep the size: torch's gradient of bicubic is not that of its values.
        f.add("interpolate", [f.x([1, 1, 4, 3])], None, {"scaleFactor": [1.1, 1.2], "mode": mode}, g=mode != "bicubic")
        f.add("interpolate", [f.x([1, 1, 4, 3])], None, {"scaleFactor": [2.2, 2.3], "mode": mode})
    f.add("interpolate", [f.x([1, 2, 4, 3])], ref(0) + [[5, 2]])
    f.add("interpolate", [f.x([1, 2, 4, 3])], ref(0) + [None, 2])
    for mode in ("bilinear", "bicubic", "lanczos"):
        for size in ([3, 2], [2, 9], [7, 8], [1, 1]):
            for align in (False, True):
                f.add("interpolate", [f.x([1, 2, 6, 5])], None, {"size": size, "mode": mode, "alignCorners": align, "antialias": True})
        f.add("interpolate", [f.x([1, 1, 6, 5])], None, {"scaleFactor": 0.4, "mode": mode, "antialias": True})
    refused = [
        ([1, 1, 4], {"size": 3, "mode": "bilinear"}), ([1, 1, 4, 4], {"size": 3, "mode": "linear"}), ([1, 1, 4, 4], {"size": 3, "mode": "trilinear"}),
        ([1, 1, 4, 4, 2], {"size": 3, "mode": "bicubic"}), ([4, 4], {"size": 3}), ([1, 1, 2, 2, 2, 2], {"size": 3}), ([1, 1, 4], {}), ([1, 1, 4], {"size": 3, "scaleFactor": 2}),
        ([1, 1, 4], {"size": [3, 3]}), ([1, 1, 4], {"scaleFactor": [3, 3]}), ([1, 1, 4], {"size": 3, "alignCorners": True}), ([1, 1, 4], {"size": 3, "mode": "cubic"}),
        ([1, 1, 4], {"size": 0}), ([1, 1, 4], {"scaleFactor": 0.1}), ([1, 1, 4], {"size": 3, "recomputeScaleFactor": True}), ([1, 0, 4], {"size": 3}), ([1, 1, 0], {"size": 3}),
        ([1, 1, 4], {"size": 3, "antialias": True}), ([1, 1, 4, 4], {"size": 3, "mode": "lanczos"}), ([1, 1, 4, 4], {"size": 2.5}), ([1, 1, 4, 4], {"scaleFactor": -1}),
    ]
    for shape, kw in refused:
        f.add("interpolate", [f.x(shape)], None, kw)
    f.add("interpolate", [f.x([1, 1, 4, 4], "i5", "c")], None, {"size": 3, "mode": "bilinear"})
    f.add("interpolate", [f.x([1, 1, 4, 4], "s", "c")], None, {"size": 5, "mode": "nearest"})
    f.add("interpolate", [f.x([1, 1, 4, 4], "v", "c")], None, {"size": 7, "mode": "bilinear"})
    return f


def shuffles():
    f = Family("pixel shuffles and folds")
    for shape, r in (([1, 4, 2, 3], 2), ([2, 9, 1, 2], 3), ([8, 2, 2], 2), ([2, 1, 4, 2, 2], 2), ([3, 2, 2], 1), ([0, 4, 2, 2], 2), ([1, 3, 2, 2], 2), ([2, 2], 2), ([1, 4, 2, 2], 0), ([1, 4, 2, 2], -1)):
        f.add("pixelShuffle", [f.x(shape)], ref(0) + [r], gg=True)
    for shape, r in (([1, 2, 4, 6], 2), ([2, 1, 3, 6], 3), ([2, 4, 2], 2), ([2, 1, 1, 4, 2], 2), ([3, 2, 2], 1), ([1, 3, 3, 2], 2), ([2, 2], 2), ([1, 4, 2, 2], 0)):
        f.add("pixelUnshuffle", [f.x(shape)], ref(0) + [r], gg=True)
    for shape, groups in (([1, 4, 2, 3], 2), ([2, 6, 2], 3), ([1, 6, 1, 2, 2], 2), ([1, 3, 2, 2], 1), ([1, 3, 2, 2], 2), ([2, 4], 2), ([0, 4, 2, 2], 2), ([1, 4, 2, 2], 0)):
        f.add("channelShuffle", [f.x(shape)], ref(0) + [groups])
    for shape, kernel, kw in (([1, 2, 4, 5], 2, {}), ([2, 1, 5, 4], [3, 2], {"padding": [1, 0]}), ([1, 1, 6, 5], 2, {"stride": [2, 1], "dilation": 2}), ([2, 4, 4], 3, {"padding": 1, "stride": 2}), ([0, 2, 3, 3], 2, {}), ([1, 1, 2, 2], 3, {}), ([3, 3], 2, {}), ([1, 1, 3, 3], 0, {}), ([1, 0, 3, 3], 2, {}), ([1, 1, 3, 3], 2, {"stride": 0})):
        f.add("unfold", [f.x(shape)], ref(0) + [kernel], kw, gg=True)
    for shape, size, kernel, kw in (([1, 8, 12], [4, 5], 2, {}), ([2, 6, 15], [5, 4], [3, 2], {"padding": [1, 0]}), ([1, 4, 6], [6, 5], 2, {"stride": [2, 1], "dilation": 2}), ([9, 4], [4, 4], 3, {"padding": 1, "stride": 2}), ([0, 4, 4], [3, 3], 2, {}), ([1, 8, 11], [4, 5], 2, {}), ([1, 7, 12], [4, 5], 2, {}), ([1, 4, 1], [1, 1], 2, {}), ([2, 2, 4, 4], [3, 3], 2, {})):
        f.add("fold", [f.x(shape)], ref(0) + [size, kernel], kw, gg=True)
    return f


def layers():
    m = Modules("resizing layers")
    for args, kw, shape in (
        ([], {"scale_factor": 2}, [1, 2, 3]), ([], {"scale_factor": 2}, [1, 2, 2, 3]), ([], {"scale_factor": [2, 3]}, [1, 1, 2, 3]), ([5], {}, [1, 2, 3]), ([[4, 5]], {}, [1, 1, 2, 3]),
        ([], {"scale_factor": 1.5, "mode": "bilinear"}, [1, 1, 4, 3]), ([], {"size": 4, "mode": "bicubic", "align_corners": True}, [1, 1, 3, 2]), ([], {"scale_factor": 2, "mode": "trilinear", "align_corners": False}, [1, 1, 1, 2, 2]),
        ([], {"scale_factor": 2.3, "mode": "linear", "recompute_scale_factor": True}, [1, 1, 4]), ([], {"size": 3, "mode": "area"}, [1, 1, 7]), ([None, 2, "nearest-exact"], {}, [1, 1, 3]), ([], {}, [1, 1, 3]), ([2, 2], {}, [1, 1, 3]), ([], {"scale_factor": 2}, [3, 3]),
    ):
        m.add("Upsample", args, kw, [m.x(shape)])
    for name in ("UpsamplingNearest2d", "UpsamplingBilinear2d"):
        for args, kw in (([], {"scale_factor": 2}), ([[4, 5]], {}), ([3], {}), ([None, [1.5, 2.5]], {}), ([], {})):
            m.add(name, args, kw, [m.x([1, 2, 3, 2])])
        m.add(name, [3], {}, [m.x([1, 2, 3])])
    m.add("PixelShuffle", [2], {}, [m.x([1, 4, 2, 1])])
    m.add("PixelShuffle", [2], {}, [m.x([1, 3, 2, 1])])
    m.add("PixelUnshuffle", [2], {}, [m.x([1, 1, 2, 4])])
    m.add("ChannelShuffle", [2], {}, [m.x([1, 4, 1, 2])])
    m.add("Unfold", [2], {}, [m.x([1, 2, 3, 3])])
    m.add("Unfold", [[2, 3]], {"padding": 1, "stride": [1, 2], "dilation": 1}, [m.x([1, 1, 3, 3])])
    m.add("Unfold", [2, 1, 1, 2], {}, [m.x([1, 2, 3, 3])])
    m.add("Fold", [[3, 3], 2], {}, [m.x([1, 4, 4])])
    m.add("Fold", [[3, 4], [2, 2]], {"padding": 1}, [m.x([1, 4, 20])])
    return m


def families():
    return [resizing(), shuffles(), layers()]
