import { cosineDecay, earlyStopping, modelCheckpoint, sgd } from "striate";
import { fashionMnist, subset } from "striate/data";
import { lenet } from "striate/zoo";

const { train } = await fashionMnist();
await lenet().fit(subset(train, 0, 1000), {
  epochs: 30,
  validationSplit: 0.1,
  optimizer: sgd({ momentum: 0.9, learningRate: cosineDecay({ initialLearningRate: 0.05, decaySteps: 870 }) }),
  callbacks: [
    earlyStopping({ patience: 3, restoreBestWeights: true }),
    modelCheckpoint({ path: "lenet.safetensors" }),
  ],
});
