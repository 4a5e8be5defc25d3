import type { Dataset, Named } from "../data/index.ts";
import { Model } from "../model/index.ts";
import type { Tensor } from "../tensor/index.ts";
import { type EvaluateOptions, type Evaluation, evaluate } from "./evaluate.ts";
import { type FitOptions, fit, type History } from "./fit.ts";
import { type PredictOptions, predict, predictOutputs } from "./predict.ts";

// A model lives to the left of training and cannot import it; whoever imports training gets its verbs as methods too.
declare module "../model/model.ts" {
  interface Model {
    /** Trains the model: see `fit`. */
    fit(data: Dataset, options?: FitOptions): Promise<History>;
    /** The loss and metrics over a data set: see `evaluate`. */
    evaluate(data: Dataset, options?: EvaluateOptions): Promise<Evaluation>;
    /** What the model says about examples: see `predict`. */
    predict(inputs: Tensor<"float32"> | Named<Tensor<"float32">>, options?: PredictOptions): Promise<Tensor<"float32">>;
    /** All that a model with several outputs says: see `predictOutputs`. */
    predictOutputs(
      inputs: Tensor<"float32"> | Named<Tensor<"float32">>,
      options?: PredictOptions,
    ): Promise<Named<Tensor<"float32">>>;
  }
}

Model.prototype.fit = function (data, options) {
  return fit(this, data, options);
};

Model.prototype.evaluate = function (data, options) {
  return evaluate(this, data, options);
};

Model.prototype.predict = function (inputs, options) {
  return predict(this, inputs, options);
};

Model.prototype.predictOutputs = function (inputs, options) {
  return predictOutputs(this, inputs, options);
};
