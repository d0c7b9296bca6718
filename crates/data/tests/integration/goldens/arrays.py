"""Writes the NPY and NPZ files that the tests of `arrays.rs` read. Needs NumPy: python3 arrays.py"""

import pathlib

import numpy as np

folder = pathlib.Path(__file__).parent
table = np.arange(6).reshape(3, 2)

for kind in ["<f8", ">f8", "<f4", "|i1", "|u1", "<i2", ">u2", "<i4", "<u4", ">i8", "<u8"]:
    name = kind.replace("<", "little-").replace(">", "big-").replace("|", "")
    np.save(folder / f"{name}.npy", table.astype(kind))
np.save(folder / "b1.npy", table % 2 == 0)
np.save(folder / "fortran.npy", np.asfortranarray(table.astype("<f8")))
np.save(folder / "images.npy", np.arange(12, dtype="u1").reshape(3, 2, 2))
np.save(folder / "complex.npy", table.astype("<c16"))
np.save(folder / "scalar.npy", np.float64(1))

x, y = np.linspace(0, 1, 8).reshape(4, 2), np.array([0, 1, 1, 0])
np.savez(folder / "plain.npz", X=x, y=y)
np.savez_compressed(folder / "compressed.npz", X=x, y=y, names=np.array(["a", "b"]))
np.savez(folder / "parts.npz", x_train=x, x_test=x[:1])
