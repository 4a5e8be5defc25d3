// Transfer learning by hand, as courses teach it: bottleneck features, a small head on them, both glued together.
import { dense, dropout, model, sequential, tensor } from "striate";
import { arrays, imageFolder } from "striate/data";
import { pretrained } from "striate/zoo";

// The net without its top ends in what its last convolutions see, averaged over the picture: 1280 numbers.
const { model: base, preprocess } = await pretrained("efficientnet-lite0", { includeTop: false, pooling: "avg" });
const { train, classNames } = await imageFolder("photos", { size: 224, scale: false }); // 0 to 255, as `preprocess` takes them
const { inputs, targets } = await train.read([...Array(train.length).keys()]);

// The base stays as it is, so each photo goes through it once, however many epochs follow.
const features = await base.predict(preprocess(tensor("float32", inputs.shape, inputs.data)));
const head = sequential({ inputShape: base.outputShape }, [
  dropout({ rate: 0.2 }),
  dense({ units: classNames.length, activation: "softmax" }),
]);
const { epochs } = await head.fit(arrays({ inputs: features, targets, classNames }), { epochs: 20, batchSize: 16 });

// The whole: from photos to probabilities.
const whole = model({ inputs: base.inputs, outputs: head(base.outputs) });
whole.pictures = { ...base.pictures, classNames };
await whole.save("whole.keras");
console.log(epochs.at(-1), whole.outputShape);
