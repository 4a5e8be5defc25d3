"""Writes the node cases of ONNX's own test suite, as the installed `onnx` package makes them, into a folder, one
folder a case, as the suite itself stores them: make_onnx_cases.py FOLDER. Cases with sequences, maps, optional values
or text are left out. Needs onnx==1.23.2, which brings NumPy and ml_dtypes.
"""

import pathlib
import shutil
import sys
import warnings

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases


def is_plain(value):
    kind = value.type.WhichOneof("value")
    return kind == "tensor_type" and value.type.tensor_type.elem_type != onnx.TensorProto.STRING


def proto(item):
    return item if isinstance(item, onnx.TensorProto) else numpy_helper.from_array(np.asarray(item))


warnings.simplefilter("ignore")
folder = pathlib.Path(sys.argv[1])
half = folder.with_name(f"{folder.name}.part")
shutil.rmtree(half, ignore_errors=True)
count = 0
for case in collect_testcases(None):
    graph = case.model.graph
    if not all(is_plain(value) for value in [*graph.input, *graph.output]):
        continue
    place = half / case.name
    place.mkdir(parents=True)
    (place / "model.onnx").write_bytes(case.model.SerializeToString())
    for i, (inputs, outputs) in enumerate(case.data_sets):
        data = place / f"test_data_set_{i}"
        data.mkdir()
        for kind, items in ("input", inputs), ("output", outputs):
            for k, item in enumerate(items):
                (data / f"{kind}_{k}.pb").write_bytes(proto(item).SerializeToString())
    count += 1
shutil.rmtree(folder, ignore_errors=True)
half.rename(folder)
print(f"{count} cases of ONNX {onnx.__version__} in {folder}")
