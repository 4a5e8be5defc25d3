"""Keras's side of transfer_side_by_side.py: keras_transfer.py WORK EPOCHS. WORK holds what transfer.mjs wrote.

The recipe of Striate's fineTuneLast: photos padded to 224 x 224; for each fold a dense head on the backbone's features, then
that head with the last stage, AdamW (cosine from 3e-4, decay 0.01), label smoothing 0.1, dropout 0.2, batch 32, batch norm in
inference mode, early stopping after 3 epochs with the best weights; a fifth of what is not in the fold to validate.
Prints a JSON line like transfer.mjs.
"""
import json, os, pathlib, sys, time

os.environ.setdefault("KERAS_BACKEND", "torch")
import keras
import numpy as np
from PIL import Image

work, epochs = pathlib.Path(sys.argv[1]), int(sys.argv[2])
plan = json.loads((work / "folds.json").read_text())
classes, trained = len(plan["classNames"]), set(plan["trained"])
labels = np.array([file["label"] for file in plan["files"]])
fold_of = np.array([file["fold"] for file in plan["files"]])
base = keras.saving.load_model(work / "backbone.keras", compile=False)
initial = base.get_weights()


def padded(path):
    image = Image.open(path).convert("RGB")
    ratio = max(image.width / 224, image.height / 224)
    small = image.resize((max(1, int(image.width / ratio)), max(1, int(image.height / ratio))), Image.BILINEAR)
    out = Image.new("RGB", (224, 224))
    out.paste(small, ((224 - small.width) // 2, (224 - small.height) // 2))
    return (np.asarray(out, np.float32) - 127) / 128


def head_on(x):
    x = keras.layers.Dropout(0.2)(x)
    return keras.layers.Dense(classes, activation="softmax", name="predictions")(x)


begin = time.perf_counter()
pictures = np.stack([padded(file["path"]) for file in plan["files"]])
features = base.predict(pictures, verbose=0)
targets = keras.utils.to_categorical(labels, classes)
accuracies = []
for fold in sorted(set(fold_of)):
    keras.utils.set_random_seed(int(fold))
    rng = np.random.default_rng(int(fold))
    rest = np.flatnonzero(fold_of != fold)
    test = np.flatnonzero(fold_of == fold)
    validation = np.concatenate([
        rng.permutation(rest[labels[rest] == k])[: max(1, round(0.2 * (labels[rest] == k).sum()))] for k in range(classes)
    ])
    train = np.setdiff1d(rest, validation)
    stop = lambda: keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)
    loss = lambda: keras.losses.CategoricalCrossentropy(label_smoothing=0.1)

    x = keras.Input(features.shape[1:])
    head = keras.Model(x, head_on(x))
    head.compile(keras.optimizers.AdamW(1e-3), loss(), metrics=["accuracy"])
    head.fit(features[train], targets[train], epochs=60, batch_size=32, verbose=0, callbacks=[stop()],
             validation_data=(features[validation], targets[validation]))

    base.set_weights(initial)
    for layer in base.layers:
        layer.trainable = layer.name in trained and not isinstance(layer, keras.layers.BatchNormalization)
    whole = keras.Model(base.inputs, head_on(base.outputs[0]))
    whole.get_layer("predictions").set_weights(head.get_layer("predictions").get_weights())
    steps = -(-len(train) // 32) * epochs
    rate = keras.optimizers.schedules.CosineDecay(3e-4, steps)
    whole.compile(keras.optimizers.AdamW(rate, weight_decay=0.01), loss(), metrics=["accuracy"])
    whole.fit(pictures[train], targets[train], epochs=epochs, batch_size=32, verbose=0, callbacks=[stop()],
              validation_data=(pictures[validation], targets[validation]))
    right = whole.predict(pictures[test], verbose=0).argmax(1) == labels[test]
    accuracies.append(float(right.mean()))
print(json.dumps({"folds": accuracies, "seconds": time.perf_counter() - begin}))
