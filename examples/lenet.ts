import { adam, conv2d, dense, flatten, maxPooling2d, sequential } from "striate";
import { fashionMnist } from "striate/data";

const { train, test } = await fashionMnist(); // 6,000 and 1,000 real pictures come with Striate

const model = sequential({ inputShape: [28, 28, 1] }, [
  conv2d({ filters: 20, kernelSize: 5, padding: "same", activation: "relu" }),
  maxPooling2d({ poolSize: 2 }),
  conv2d({ filters: 50, kernelSize: 5, padding: "same", activation: "relu" }),
  maxPooling2d({ poolSize: 2 }),
  flatten(),
  dense({ units: 500, activation: "relu" }),
  dense({ units: 10, activation: "softmax" }),
]);
console.log(model.summary());

const history = await model.fit(train, { epochs: 3, batchSize: 64, optimizer: adam(), validationSplit: 0.1 });
console.log(history.epochs);

const { loss, metrics } = await model.evaluate(test);
console.log(`test loss ${loss.toFixed(3)}, accuracy ${metrics.accuracy}`);
