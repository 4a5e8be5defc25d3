"""Makes pooling.json: what PyTorch gives for the whole grid of a pooling's arguments, forward and backward.

    pip install torch==2.13.0 numpy
    python tests/goldens/make_pooling.py

The input of rank r is pattern([2, 3, ...SIZES[r]], 11, 4), the arithmetic is float64. Of each case there are two sums:

    y   sum of output * pattern(output's shape, 7, 1)
    dx  sum of the gradient of y by the input * pattern(input's shape, 13, 1)

Layout of the file:

    sizes   the spatial sizes of the input by rank
    grid[]  op, rank, kernel, stride, pad, ceil mode, count_include_pad, dilation, y, dx, ...spatial sizes of the output;
            all of them are the same along all axes
    same[]  op, rank, kernel, stride, y, dx, ...spatial sizes of the output: padding "same", which PyTorch does not have
            with strides. The input is padded by TensorFlow's formula, total = max(0, (out - 1) stride + kernel - size),
            the smaller half before; an average leaves the padding out. Conv's weights are pattern([2, 3, ...kernel], 17, 1).
"""

import itertools

import torch
import torch.nn.functional as F

from pattern import pattern, rounded, write

SIZES = {1: [10], 2: [7, 10], 3: [5, 6, 7]}
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def drawn(shape, k, scale=1):
    return torch.tensor(pattern(list(shape), k, scale)).double()


def measured(rank, function):
    x = drawn([2, 3, *SIZES[rank]], 11, 4).requires_grad_()
    output = function(x)
    y = (output * drawn(output.shape, 7)).sum()
    y.backward()
    dx = (x.grad * drawn(x.shape, 13)).sum()
    return [*rounded([y.item(), dx.item()]), *output.shape[2:]]


def grid():
    for rank, kernel, stride, ceil in itertools.product([1, 2, 3], [1, 2, 3, 4], [1, 2, 3], [0, 1]):
        for pad in range(kernel // 2 + 1):
            place = {"kernel_size": kernel, "stride": stride, "padding": pad, "ceil_mode": bool(ceil)}
            for dilation in [1, 2, 3] if kernel in [2, 3] else [1]:
                if (kernel - 1) * dilation < min(SIZES[rank]) + 2 * pad:
                    largest = lambda x: MAX[rank](x, dilation=dilation, **place)
                    yield ["MaxPool", rank, kernel, stride, pad, ceil, 0, dilation, *measured(rank, largest)]
            for include in [0, 1]:
                average = lambda x: AVERAGE[rank](x, count_include_pad=bool(include), **place)
                yield ["AveragePool", rank, kernel, stride, pad, ceil, include, 1, *measured(rank, average)]


def padded(x, kernel, stride, value=0.0):
    pads = []
    for size in reversed(x.shape[2:]):
        total = max(0, (-(-size // stride) - 1) * stride + kernel - size)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


def same():
    for rank, kernel, stride in itertools.product([1, 2, 3], [1, 2, 3], [1, 2, 3, 4]):
        place = {"kernel_size": kernel, "stride": stride}
        largest = lambda x: MAX[rank](padded(x, kernel, stride, -torch.inf), **place)
        mean = lambda x: AVERAGE[rank](padded(x, kernel, stride), **place) / AVERAGE[rank](
            padded(torch.ones_like(x), kernel, stride), **place
        )
        weights = drawn([2, 3, *[kernel] * rank], 17)
        convolved = lambda x: CONV[rank](padded(x, kernel, stride), weights, stride=stride)
        for op, function in [("MaxPool", largest), ("AveragePool", mean), ("Conv", convolved)]:
            yield [op, rank, kernel, stride, *measured(rank, function)]


write("pooling.json", {"sizes": [SIZES[rank] for rank in SIZES], "grid": list(grid()), "same": list(same())})
