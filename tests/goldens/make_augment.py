"""Makes augment.json: Keras's ImageDataGenerator on small pictures, from given parameters.

    pip install keras==3.15.1 torch==2.13.0 numpy scipy pillow
    python tests/goldens/make_augment.py

Layout of the file:

    transforms[]
        shape           of the picture; its values are floor(256 pictures(shape, k)) of pattern.py, k = 1
        values          [factor, offset] of these values, where given
        options         of the generator, in camelCase
        parameters      of apply_transform, in camelCase
        result[]        the picture after apply_transform, 7 digits
    standardized[]
        shape           [n, height, width, channels]; the same values with k = 2
        options         of the generator
        fit             options of fit
        inverted        whether preprocessingFunction is 255 - x
        results[]       the first pictures after fit and standardize
    drawn
        size, options   of a generator
        parameters      of each the mean, the standard deviation, the least and the greatest of many draws
"""

import os
import warnings

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
from keras.src.legacy.preprocessing.image import ImageDataGenerator

from pattern import camel, pictures, rounded, write

SQUARE = [9, 9, 3]
WIDE = [7, 11, 1]
ALL = {"theta": 31.5, "tx": 1.7, "ty": -2.2, "shear": 12.0, "zx": 0.8, "zy": 1.3}
FAR = {"theta": -70.0, "tx": 15.3, "ty": -20.9, "zx": 3.1, "zy": 2.7}

TRANSFORMS = [
    (shape, {"fill_mode": mode, "cval": 77.0, "interpolation_order": order}, parameters)
    for shape in (SQUARE, WIDE)
    for mode in ("constant", "nearest", "reflect", "wrap")
    for order in (0, 1, 3)
    for parameters in (ALL, FAR)
] + [
    (SQUARE, {}, {"theta": 40.0}),
    (SQUARE, {}, {"tx": 2.0}),
    (SQUARE, {}, {"ty": 1.25}),
    (SQUARE, {}, {"shear": -25.0}),
    (SQUARE, {}, {"zx": 0.5, "zy": 0.5}),
    (SQUARE, {}, {"flip_horizontal": True}),
    (WIDE, {}, {"flip_vertical": True, "flip_horizontal": True}),
    (SQUARE, {}, {**ALL, "flip_horizontal": True, "flip_vertical": True}),
    (SQUARE, {}, {"channel_shift_intensity": 40.3}),
    (SQUARE, {}, {"channel_shift_intensity": -90.0, "theta": 10.0}),
    (SQUARE, {}, {"brightness": 0.37}),
    (SQUARE, {}, {"brightness": 1.9}),
    (WIDE, {}, {"brightness": 1.0}),
    ([5, 6, 4], {}, {"brightness": 0.6}),
    (SQUARE, {}, {**ALL, "channel_shift_intensity": 30.0, "flip_horizontal": True, "brightness": 1.3}),
    (WIDE, {"interpolation_order": 3}, {**ALL, "brightness": 0.8}),
    *[
        (WIDE if order == 4 else SQUARE, {"fill_mode": mode, "cval": 77.0, "interpolation_order": order}, ALL)
        for mode in ("constant", "nearest", "reflect", "wrap")
        for order in (2, 4, 5)
    ],
    ([3, 8, 6], {"data_format": "channels_first"}, {**ALL, "flip_vertical": True}),
    ([1, 1, 3], {}, ALL),
    ([1, 6, 2], {"fill_mode": "wrap"}, ALL),
    (SQUARE, {}, {}),
    # Edges of pictures of one, two and three pixels, and beyond several times their size.
    *[
        (shape, {"fill_mode": mode, "cval": -7.5, "interpolation_order": order}, FAR)
        for shape in ([3, 2, 1], [2, 3, 1], [1, 5, 1], [4, 1, 1])
        for mode in ("constant", "nearest", "reflect", "wrap")
        for order in (0, 1, 2, 3, 5)
    ],
    *[
        ([2, 5, 4], {"data_format": "channels_first", "fill_mode": mode, "interpolation_order": order}, ALL)
        for mode in ("constant", "reflect")
        for order in (0, 1, 3)
    ],
    ([3, 4, 5], {"data_format": "channels_first"}, {"flip_horizontal": True, "channel_shift_intensity": 25.0}),
    # A fill outside the picture's range widens the range that a channel shift is cut to.
    (SQUARE, {"fill_mode": "constant", "cval": 300.0}, {"tx": 3.0, "channel_shift_intensity": 60.0}),
]

# Values that Pillow's pictures cannot hold: fractions, 0..1, below 0, above 255, all the same.
BRIGHTENED = [
    ([4, 5, 3], {}, {"brightness": 1.3}, [0.5, 0.25]),
    ([4, 5, 3], {}, {"brightness": 0.5}, [1 / 255, 0]),
    ([4, 5, 3], {}, {"brightness": 0.5}, [2, -100]),
    ([4, 5, 1], {}, {"brightness": 1.7}, [3, 0]),
    ([4, 5, 1], {}, {"brightness": 0.7}, [-0.4, -1]),
    ([4, 5, 4], {}, {"brightness": 1.6}, [2, -100]),
    ([4, 5, 3], {}, {"brightness": 0.5}, [0, -3]),
    ([4, 5, 3], {}, {"brightness": 0.0}, [1, 0]),
    ([4, 5, 3], {}, {"brightness": -0.5}, [1, 0]),
    ([4, 5, 3], {}, {"brightness": 1.2, "channel_shift_intensity": 50.0, **ALL}, [1, 0]),
]
BRIGHTENED_FIRST = [
    ([shape[2], shape[0], shape[1]], {"data_format": "channels_first"}, *rest) for shape, _, *rest in BRIGHTENED
]

STANDARDIZED = [
    {"rescale": 1 / 255},
    {"samplewise_center": True},
    {"samplewise_std_normalization": True},
    {"featurewise_center": True},
    {"featurewise_std_normalization": True, "rescale": 1 / 255},
    {"zca_whitening": True, "rescale": 1 / 255},
    {"zca_whitening": True, "featurewise_std_normalization": True, "zca_epsilon": 0.1, "rescale": 1 / 255},
    {"data_format": "channels_first", "featurewise_std_normalization": True},
]

ALL_AT_ONCE = {"samplewise_std_normalization": True, "featurewise_std_normalization": True, "rescale": 1 / 255}
FIXED = {"zoom_range": [0.8, 0.8], "brightness_range": [0.6, 0.6]}

# Shape, options, and what fit or the generator has beside them.
MORE_STANDARDIZED = [
    ([6, 3, 4, 2], ALL_AT_ONCE, {}),
    ([6, 3, 4, 2], {"zca_whitening": True, "samplewise_center": True, "rescale": 1 / 255}, {}),
    ([6, 3, 4, 2], {"zca_whitening": True, "rescale": 1 / 255, "zca_epsilon": 0.01}, {}),
    ([30, 2, 3, 4], {"data_format": "channels_first", "zca_whitening": True, "rescale": 1 / 255}, {}),
    ([6, 2, 3, 4], {"data_format": "channels_first", **ALL_AT_ONCE}, {}),
    ([6, 3, 4, 3], {**ALL_AT_ONCE, "rescale": 0.5}, {"inverted": True}),
    ([6, 3, 4, 3], {"featurewise_center": True}, {"inverted": True}),
    ([6, 5, 5, 3], {**FIXED, "featurewise_std_normalization": True}, {"fit": {"augment": True}}),
    ([6, 5, 5, 3], {**FIXED, "featurewise_std_normalization": True}, {"fit": {"augment": True, "rounds": 2}}),
    ([6, 5, 5, 3], {**FIXED, "featurewise_center": True, "rescale": 2.0}, {"fit": {"augment": True}}),
    ([6, 5, 5, 3], {**FIXED, "featurewise_std_normalization": True}, {"fit": {"rounds": 3}}),
    ([20, 2, 3, 1], {**FIXED, "zca_whitening": True}, {"fit": {"augment": True, "rounds": 2}}),
    ([6, 1, 1, 3], {"samplewise_std_normalization": True}, {}),
    ([1, 1, 1, 3], {"featurewise_std_normalization": True}, {}),
]

# A square, since Keras draws the shift along x from height_shift_range.
DRAWN_SIZE = [60, 60, 3]
DRAWN = {
    "rotation_range": 40,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "shear_range": 15,
    "zoom_range": [0.7, 1.2],
    "channel_shift_range": 20.0,
    "brightness_range": [0.4, 1.1],
    "horizontal_flip": True,
}


def bytes_of(shape, k):
    return np.floor(pictures(shape, k) * 256).clip(0, 255).astype(np.float32)


def generator(options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ImageDataGenerator(**options)


def transformed(shape, options, parameters, values=None):
    factor, offset = values or (1, 0)
    picture = (bytes_of(shape, 1) * factor + offset).astype(np.float32)
    result = generator(options).apply_transform(picture, parameters)
    return {
        "shape": shape,
        **({"values": values} if values else {}),
        "options": {camel(k): camel(v) for k, v in options.items()},
        "parameters": {camel(k): v for k, v in parameters.items()},
        "result": rounded(result),
    }


def brightened_first(case):
    """Its brightness takes the axes from Keras's own setting, not from the generator's."""
    keras.config.set_image_data_format("channels_first")
    made = transformed(*case)
    keras.config.set_image_data_format("channels_last")
    return made


def standardized(options, shape=(40, 3, 4, 2), beside=None):
    beside = beside or {}
    x = bytes_of(shape, 2)
    inverse = {"preprocessing_function": lambda picture: 255 - picture} if beside.get("inverted") else {}
    made = generator({**options, **inverse})
    made.fit(x, **beside.get("fit", {}))
    results = np.stack([made.standardize(np.copy(picture)) for picture in x[:3]])
    return {
        "shape": list(shape),
        "options": {camel(k): camel(v) for k, v in options.items()},
        **beside,
        "results": rounded(results, 5),
    }


def drawn():
    made = generator(DRAWN)
    draws = [made.get_random_transform(DRAWN_SIZE, seed) for seed in range(4000)]
    columns = {camel(name): np.array([draw[name] for draw in draws], np.float64) for name in draws[0]}
    return {
        "size": DRAWN_SIZE,
        "options": {camel(k): v for k, v in DRAWN.items()},
        "parameters": {
            name: [float(f"{value:.5g}") for value in (x.mean(), x.std(), x.min(), x.max())]
            for name, x in columns.items()
        },
    }


def main():
    data = {
        "madeBy": "tests/goldens/make_augment.py",
        "keras": keras.__version__,
        "transforms": [transformed(*each) for each in TRANSFORMS + BRIGHTENED]
        + [brightened_first(each) for each in BRIGHTENED_FIRST],
        "standardized": [standardized(each) for each in STANDARDIZED]
        + [standardized(options, shape, beside) for shape, options, beside in MORE_STANDARDIZED],
        "drawn": drawn(),
    }
    write("augment.json", data)


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        main()
