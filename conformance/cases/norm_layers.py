"""Batch, instance, layer, group, RMS and local response normalisation, as layers."""
from modules import Modules


def batch():
    m = Modules("batch normalisation layers")
    sets = [{}, {"momentum": None}, {"affine": False}, {"track_running_stats": False}, {"affine": False, "track_running_stats": False}, {"bias": False}, {"eps": 1e-2, "momentum": 0.5}, {"momentum": 1.0}]
    for name, shapes in (("BatchNorm1d", ([4, 3], [2, 3, 5])), ("BatchNorm2d", ([2, 3, 2, 3],)), ("BatchNorm3d", ([2, 3, 2, 1, 2],))):
        for kw in sets:
            for shape in shapes:
                m.add(name, [3], kw, [m.x(shape)], gg=name == "BatchNorm1d" and len(shape) == 2 or kw == {})
        m.add(name, [3], {}, [m.x(shapes[0])], train=[True, True, False, True, False])
        m.add(name, [3], {"momentum": None}, [m.x(shapes[0])], train=[True, True, True, False])
        m.add(name, [4], {}, [m.x(shapes[0])])
        m.add(name, [3], {}, [m.x([1] + shapes[0][1:2] + [1] * (len(shapes[0]) - 2))])
        m.add(name, [3], {}, [m.x([1] + shapes[0][1:2] + [1] * (len(shapes[0]) - 2))], train=[False])
        m.add(name, [3], {"track_running_stats": False}, [m.x([1] + shapes[0][1:2] + [1] * (len(shapes[0]) - 2))], train=[False])
        m.add(name, [3], {}, [m.x([0] + shapes[0][1:])], train=[False])
        m.add(name, [3], {"affine": False}, [m.x([0] + shapes[0][1:])])
        m.add(name, [3], {}, [m.x(shapes[0], "i5", "c")])
        for wrong in ([3], [2, 3, 2, 2, 2, 2], [2, 3, 4] if name != "BatchNorm1d" else [2, 3, 2, 2]):
            m.add(name, [3], {}, [m.x(wrong)])
    m.add("BatchNorm1d", [1], {}, [m.x([2, 1])])
    m.add("BatchNorm1d", [19], {}, [m.x([5, 19])])
    return m


def instance():
    m = Modules("instance normalisation layers")
    sets = [{}, {"affine": True}, {"affine": True, "bias": False}, {"track_running_stats": True}, {"affine": True, "track_running_stats": True, "momentum": 0.4}, {"eps": 0.1}, {"track_running_stats": True, "momentum": None}]
    for name, full in (("InstanceNorm1d", [2, 3, 5]), ("InstanceNorm2d", [2, 3, 2, 2]), ("InstanceNorm3d", [2, 3, 2, 1, 2])):
        for kw in sets:
            m.add(name, [3], kw, [m.x(full)], gg="momentum" not in kw)
            if "eps" not in kw:
                m.add(name, [3], kw, [m.x(full[1:])], gg=kw == {"affine": True})
        m.add(name, [3], {"track_running_stats": True}, [m.x(full)], train=[True, True, False])
        m.add(name, [4], {"affine": True}, [m.x(full)])
        m.add(name, [4], {}, [m.x(full)])
        m.add(name, [4], {"track_running_stats": True}, [m.x(full)])
        m.add(name, [3], {}, [m.x([2, 3] + [1] * (len(full) - 2))])
        m.add(name, [3], {}, [m.x([3])])
        m.add(name, [3], {}, [m.x(full + [2])])
        m.add(name, [3], {"affine": True}, [m.x([0] + full[1:])])
    return m


def rows():
    m = Modules("layer, group and RMS normalisation layers")
    for kw in ({}, {"eps": 1e-2}, {"elementwise_affine": False}, {"bias": False}):
        for norm, shape in ((4, [3, 4]), ([4], [2, 2, 4]), ([3, 4], [2, 3, 4]), ([2, 2, 4], [2, 2, 4]), ([4], [0, 4]), ([4], [4])):
            m.add("LayerNorm", [norm], kw, [m.x(shape)], gg="eps" not in kw)
            if "bias" not in kw:
                m.add("RMSNorm", [norm], kw, [m.x(shape)], gg="eps" not in kw)
    for name in ("LayerNorm", "RMSNorm"):
        m.add(name, [4], {}, [m.x([3, 5])])
        m.add(name, [[2, 4]], {}, [m.x([4])])
        m.add(name, [4], {}, [m.x([3, 4], "i5", "c")])
    for kw in ({}, {"eps": 1e-2}, {"affine": False}, {"bias": False}):
        for groups, channels, shape in ((2, 4, [3, 4]), (1, 4, [2, 4, 2]), (4, 4, [1, 4, 3]), (3, 6, [2, 6, 2]), (2, 4, [0, 4, 3]), (2, 4, [1, 4, 1, 2, 2])):
            m.add("GroupNorm", [groups, channels], kw, [m.x(shape)], gg="eps" not in kw)
    m.add("GroupNorm", [3, 4], {}, [m.x([2, 4])])
    m.add("GroupNorm", [2, 4], {}, [m.x([2, 6])])
    m.add("GroupNorm", [2, 4], {}, [m.x([4])])
    m.add("GroupNorm", [2, 2], {}, [m.x([1, 2])])
    m.add("GroupNorm", [2, 4], {}, [m.x([2, 4, 3], "i5", "c")])
    for args, kw in (([2], {}), ([3, 0.5], {}), ([3, 1e-3, 0.5, 2.0], {}), ([2], {"alpha": 0.1, "beta": 1.5, "k": 0.5})):
        m.add("LocalResponseNorm", args, kw, [m.x([2, 4, 3])], gg=True)
    m.add("LocalResponseNorm", [2], {}, [m.x([2, 4])])
    return m


def families():
    return [batch(), instance(), rows()]
