"""HDF5 files that mean harm, for tests/hostile/kerasDamage.test.ts: python make_hostile_h5.py"""

from pathlib import Path

import h5py
import numpy as np

folder = Path(__file__).parent / "keras"


def weights(name, build):
    """A file of the weights of one layer, dense, in Keras 2's layout, with something else in it."""
    with h5py.File(folder / f"hostile_{name}.h5", "w", libver="latest") as file:
        file.attrs["layer_names"] = np.array([b"dense"])
        group = file.create_group("dense")
        group.attrs["weight_names"] = np.array([b"dense/kernel:0", b"dense/bias:0"])
        group.create_dataset("dense/bias:0", data=np.zeros(2, "float32"))
        build(file, group)


def cycle(file, group):
    group.create_dataset("dense/kernel:0", data=np.zeros((3, 2), "float32"))
    for i in range(4):
        group[f"again{i}"] = file["/"]


def external_link(file, group):
    group["dense/kernel:0"] = h5py.ExternalLink("/etc/passwd", "/x")


def external_data(file, group):
    group.create_dataset("dense/kernel:0", shape=(3, 2), dtype="float32", external=[("/etc/passwd", 0, 24)])


def virtual(file, group):
    layout = h5py.VirtualLayout((3, 2), "float32")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (3, 2))
    group.create_virtual_dataset("dense/kernel:0", layout)


def huge(file, group):
    group.create_dataset("dense/kernel:0", shape=(2**40, 2**20), dtype="float32", chunks=(1, 2**20))


def text(file, group):
    group.create_dataset("dense/kernel:0", data=np.array([[b"ab", b"c"]] * 3))


def soft_loop(file, group):
    group["dense/kernel:0"] = h5py.SoftLink("/dense/dense/kernel:0")


for build in (cycle, external_link, external_data, virtual, huge, text, soft_loop):
    weights(build.__name__, build)

with h5py.File(folder / "hostile_bomb.h5", "w") as file:
    # 8 MB of zeros from a few KB, of the shape that the model asks for.
    file.attrs["layer_names"] = np.array([b"dense"])
    group = file.create_group("dense")
    group.attrs["weight_names"] = np.array([b"dense/kernel:0"])
    group.create_dataset("dense/kernel:0", data=np.zeros((2048, 1024), "float32"), compression=9, chunks=(2048, 1024))
