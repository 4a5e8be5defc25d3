"""fineTuneLast, cross-validated, in Striate (transfer.mjs) and in Keras 3 on PyTorch (keras_transfer.py) one after the other on
the same machine, with the same backbone, photos and folds.

usage: transfer_side_by_side.py PHOTOS [FOLDS [EPOCHS [WORK]]]
PHOTOS is a folder with one for each class. WORK keeps the folds (folds.json); default a temporary folder. Needs keras, torch and
pillow. Prints the accuracy of each fold, the seconds in total, and the load of the machine before and after.
"""
import json, os, pathlib, statistics, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).parent
photos = sys.argv[1]
count = sys.argv[2] if len(sys.argv) > 2 else "5"
epochs = sys.argv[3] if len(sys.argv) > 3 else "10"
work = sys.argv[4] if len(sys.argv) > 4 else tempfile.mkdtemp()


def run(*command):
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


subprocess.run(["node", HERE / "transfer.mjs", "folds", photos, work, count], check=True)
before = os.getloadavg()[0]
ours = run("node", HERE / "transfer.mjs", "run", photos, count, epochs)
between = os.getloadavg()[0]
keras = run(sys.executable, HERE / "keras_transfer.py", work, epochs)
after = os.getloadavg()[0]
print("| | mean accuracy | folds | seconds |\n|---|---|---|---|")
for name, side in (("Striate", ours), ("Keras", keras)):
    folds = ", ".join(f"{accuracy:.3f}" for accuracy in side["folds"])
    print(f"| {name} | {statistics.mean(side['folds']):.3f} | {folds} | {side['seconds']:.0f} |")
print(f"Keras / Striate, seconds: {keras['seconds'] / ours['seconds']:.2f}; load {before:.1f}, {between:.1f}, {after:.1f}")
