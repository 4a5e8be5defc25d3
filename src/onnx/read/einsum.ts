// Einstein's sums, as products of matrices.
import { StriateError } from "../../errors.ts";
import type { Value } from "../../graph/index.ts";
import { gather, matMul, reduceSum, transpose } from "../../ops/index.ts";
import { at, sizeOf } from "../../tensor/index.ts";
import { addOne, type Importer, input, intList, type NodeContext, reshaped, text } from "./context.ts";

/** A tensor whose axes have labels, each once. */
interface Labelled {
  readonly value: Value;
  readonly labels: readonly string[];
}

function bad(equation: string, why: string): StriateError {
  return new StriateError("data", `Einsum's equation ${JSON.stringify(equation)} ${why}`);
}

/** The labels of one operand; the axes of an ellipsis are numbered from the last one. */
function labelsOf(term: string, rank: number, equation: string): string[] {
  const [before = "", after, ...more] = term.split("...");
  const hidden = rank - before.length - (after ?? "").length;
  if (
    more.length > 0 ||
    !/^[a-z]*$/i.test(before + (after ?? "")) ||
    hidden < 0 ||
    (after === undefined && hidden > 0)
  ) {
    throw bad(equation, `does not fit a tensor with ${rank} axes`);
  }
  const inside = Array.from({ length: hidden }, (_, i) => `.${hidden - i}`);
  return [...before, ...inside, ...(after ?? "")];
}

/** What comes out when nothing is said: the ellipsis, and all labels that are there once, in the order of the alphabet. */
function implied(terms: readonly (readonly string[])[]): string[] {
  const all = terms.flat();
  const hidden = [...new Set(all.filter((label) => label.startsWith(".")))].sort((a, b) => (a < b ? 1 : -1));
  const once = all.filter((label) => !label.startsWith(".") && all.filter((other) => other === label).length === 1);
  return [...hidden, ...once.sort()];
}

/** The diagonal where a label stands twice: every (size + 1)th of both axes as one. */
function withoutTwins(context: NodeContext, { value, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second < 0) return { value, labels };
  const first = labels.indexOf(labels[second] ?? "");
  const rest = [...labels.keys()].filter((axis) => axis !== first && axis !== second);
  const turned = addOne(context, transpose, [value], { perm: [...rest, first, second] });
  const size = at(value.shape, first);
  if (size !== at(value.shape, second)) throw new StriateError("shape", `Einsum: axis ${labels[first]} has two sizes`);
  const flat = reshaped(context, turned, [...rest.map((axis) => at(value.shape, axis)), size * size]);
  const places = Array.from({ length: size }, (_, i) => i * (size + 1));
  const diagonal = addOne(context, gather, [flat, intList(context, places)], { axis: rest.length });
  return withoutTwins(context, { value: diagonal, labels: [...rest, first].map((axis) => at(labels, axis)) });
}

/** Summed over the axes that nobody else needs. */
function summed(context: NodeContext, { value, labels }: Labelled, needed: ReadonlySet<string>): Labelled {
  const axes = [...labels.keys()].filter((axis) => !needed.has(at(labels, axis)));
  if (axes.length === 0) return { value, labels };
  const sum = addOne(context, reduceSum, [value, intList(context, axes)], { keepdims: 0 });
  return { value: sum, labels: labels.filter((label) => needed.has(label)) };
}

/** In another order of axes, groups of which become one. */
function arranged(context: NodeContext, { value, labels }: Labelled, groups: readonly (readonly string[])[]): Value {
  const perm = groups.flat().map((label) => labels.indexOf(label));
  const turned = perm.every((axis, i) => axis === i) ? value : addOne(context, transpose, [value], { perm });
  const size = (label: string) => at(value.shape, labels.indexOf(label));
  return reshaped(
    context,
    turned,
    groups.map((group) => sizeOf(group.map(size))),
  );
}

/** Two tensors as one: labels that both have and somebody needs are a batch, those that nobody needs are summed over. */
function joined(context: NodeContext, a: Labelled, b: Labelled, needed: ReadonlySet<string>): Labelled {
  // An axis of size 1 of the one repeats along the other's.
  const both = a.labels.filter((label) => b.labels.includes(label));
  const sizeIn = ({ value, labels }: Labelled, label: string) => value.shape[labels.indexOf(label)] ?? 1;
  const single = (one: Labelled, other: Labelled): Labelled => {
    const labels = one.labels.filter(
      (label) => !both.includes(label) || sizeIn(one, label) > 1 || sizeIn(other, label) === 1,
    );
    return {
      labels,
      value: reshaped(
        context,
        one.value,
        labels.map((label) => sizeIn(one, label)),
      ),
    };
  };
  const [left, right] = [single(a, b), single(b, a)];
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const odd = shared.find((label) => sizeIn(left, label) !== sizeIn(right, label));
  if (odd)
    throw new StriateError("shape", `Einsum: axis ${odd} has the sizes ${sizeIn(left, odd)} and ${sizeIn(right, odd)}`);
  const batch = shared.filter((label) => needed.has(label));
  const sums = shared.filter((label) => !needed.has(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const product = addOne(context, matMul, [
    arranged(context, left, [batch, rows, sums]),
    arranged(context, right, [batch, sums, columns]),
  ]);
  const size = (label: string) => Math.max(sizeIn(left, label), sizeIn(right, label));
  const labels = [...batch, ...rows, ...columns];
  return { labels, value: reshaped(context, product, labels.map(size)) };
}

const einsum: Importer = (context) => {
  const equation = text(context, "equation", "").replaceAll(" ", "");
  const [left = "", right, ...more] = equation.split("->");
  const terms = left.split(",");
  if (more.length > 0 || terms.length !== context.inputs.length) {
    throw bad(equation, `does not fit ${context.inputs.length} tensors`);
  }
  const values = terms.map((term, i) => {
    const value = input(context, i);
    return { value, labels: labelsOf(term, value.shape.length, equation) };
  });
  const hidden = Math.max(...values.map(({ labels }) => labels.filter((label) => label.startsWith(".")).length));
  const plain = (right ?? "").replace("...", "").length;
  const result =
    right === undefined
      ? implied(values.map(({ labels }) => labels))
      : labelsOf(right, plain + (right.includes("...") ? hidden : 0), equation);
  if (new Set(result).size < result.length) throw bad(equation, "names an axis of the result twice");
  const rest = values.map((operand) => withoutTwins(context, operand));
  let whole = at(rest, 0);
  for (let i = 1; i <= rest.length; i++) {
    const needed = new Set([...result, ...rest.slice(i).flatMap(({ labels }) => labels)]);
    whole = summed(context, whole, needed);
    const next = rest[i];
    if (!next) break;
    const later = new Set([...result, ...rest.slice(i + 1).flatMap(({ labels }) => labels)]);
    whole = joined(context, whole, summed(context, next, new Set([...later, ...whole.labels])), later);
  }
  if (result.some((label) => !whole.labels.includes(label))) throw bad(equation, "names an axis that no tensor has");
  const perm = result.map((label) => whole.labels.indexOf(label));
  return [perm.every((axis, i) => axis === i) ? whole.value : addOne(context, transpose, [whole.value], { perm })];
};

export const EINSUM: Readonly<Record<string, Importer>> = { Einsum: einsum };
