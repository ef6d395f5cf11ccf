"""Writes arrays.json: .npy files as NumPy writes them, with what is in them.

Made with NumPy 2.4.6: python3 Tests/Fixtures/make_arrays.py > Tests/Fixtures/arrays.json
"""

import base64
import io
import json
import sys

import numpy as np
from numpy.lib import format as npy


def file(array, version=None, allow_pickle=False):
    stream = io.BytesIO()
    npy.write_array(stream, array, version=version, allow_pickle=allow_pickle)
    return base64.b64encode(stream.getvalue()).decode()


def entry(name, array, version=None):
    return {
        "name": name,
        "file": file(array, version),
        "shape": list(array.shape),
        # Row-major, whatever lies in the file.
        "values": [float(value) for value in array.astype(np.float64).ravel(order="C")],
    }


good = []
grid = np.array([[0.5, -1.25], [3.0, 1e-3], [-7.75, 2.0]])
for code in ["<f4", ">f4", "<f8", ">f8", "<f2", ">f2"]:
    good.append(entry(f"{code} [3, 2]", grid.astype(code)))
    good.append(entry(f"{code} [3, 2] Fortran", np.asfortranarray(grid.astype(code))))
for code in ["i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8"]:
    good.append(entry(f"{code} [4]", np.array([-128, -1, 0, 127], dtype=code)))
for code in ["u1", "<u2", ">u2", "<u4", ">u4", "<u8", ">u8"]:
    good.append(entry(f"{code} [3]", np.array([0, 128, 255], dtype=code)))
good.append(entry("bool [3]", np.array([True, False, True])))
good.append(entry("extremes of i8", np.array([-(2**63), 2**62, 2**53, -(2**53) + 1])))
good.append(entry("extremes of u8", np.array([2**63, 2**64 - 2048], dtype="u8")))
good.append(entry("subnormals of f2", np.array([2.0**-24, -(2.0**-15), 65504], dtype="f2")))
good.append(entry("extremes of f8", np.array([5e-324, -0.0, 1.7976931348623157e308])))
good.append(entry("version 2.0", grid, version=(2, 0)))
good.append(entry("version 3.0", grid.astype(">f4"), version=(3, 0)))
good.append(entry("one row", grid[:1]))

bad = []


def reject(name, array, reason, allow_pickle=False):
    bad.append({"name": name, "file": file(array, allow_pickle=allow_pickle), "reason": reason})


reject("three dimensions", np.zeros((2, 3, 4)), "has shape (2, 3, 4)")
reject("no dimension", np.array(1.0), "has shape ()")
reject("no rows", np.zeros((0, 3)), "has no rows of numbers")
reject("no columns", np.zeros((3, 0)), "has no rows of numbers")
reject("complex", np.zeros(3, dtype=complex), "holds elements of type '<c16'")
reject("text", np.array(["a", "bc"]), "holds elements of type '<U2'")
reject("objects", np.array([1, "a"], dtype=object), "holds elements of type '|O'", True)
reject(
    "records",
    np.zeros(2, dtype=[("x", "f8"), ("y", "f4")]),
    "holds elements of type '[('x', '<f8'), ('y', '<f4')]'",
)
reject("NaN", np.array([[1, 2], [3, np.nan]]), ", element [1, 1] is nan")
reject("infinity", np.array([1, -np.inf], dtype=">f4"), ", element [1] is -inf")
reject("infinite half", np.array([np.inf], dtype="f2"), ", element [0] is inf")
reject("inexact", np.array([0, 2**53 + 1]), ", element [1]: 9007199254740993 has no exact float64")
reject("inexact below", np.array([-(2**53) - 1]), ", element [0]: -9007199254740993 has no exact float64")

archive = io.BytesIO()
np.savez(archive, a=grid)
bad.append(
    {
        "name": "archive",
        "file": base64.b64encode(archive.getvalue()).decode(),
        "reason": "is a zip archive, such as numpy.savez writes",
    }
)

json.dump({"good": good, "bad": bad}, sys.stdout, indent=1)
print()
