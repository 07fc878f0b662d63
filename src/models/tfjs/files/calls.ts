import { InputError } from '../../../core/errors';
import { isObject, kindOf, listAt, type Json, type JsonObject } from './jsonFields';

/** A reference to one output of one call of a layer. */
interface Reference {
  layer: string;
  /** Which call of the layer. A model counts itself as its own call 0. */
  call: number;
  tensor: number;
}

function referenceAt(value: Json, source: string, place: string): Reference {
  const [layer, call, tensor] = listAt(value, source, place);
  const isIndex = (index: Json): boolean => Number.isInteger(index) && Number(index) >= 0;
  if (typeof layer !== 'string' || !isIndex(call) || !isIndex(tensor)) {
    throw new InputError(source, 'expected the name of a layer, its call and its output', place);
  }
  return { layer, call: Number(call), tensor: Number(tensor) };
}

/** Every tensor (its `keras_history`) that Keras 3 notes among the arguments of a call. */
export function tensorsOf(value: Json, out: Json[] = [], depth = 0): Json[] {
  if (depth > 10) return out;
  if (Array.isArray(value)) {
    value.forEach((each) => tensorsOf(each, out, depth + 1));
  } else if (isObject(value) && value.class_name === '__keras_tensor__') {
    out.push(isObject(value.config) ? value.config.keras_history : null);
  }
  return out;
}

/**
 * The calls of a layer as Keras 2 notes them, `[[[layer, call, tensor, options], …], …]`. Keras 3 writes an object with
 * the arguments of each, and does not count a model as its own first call.
 * @param models the containers among the layers
 * @throws InputError when it is neither
 */
export function legacyNodes(
  nodes: Json,
  models: readonly JsonObject[],
  source: string,
  place: string,
): Json[] {
  const isModel = (name: Json): boolean => models.some((model) => model.name === name);
  return listAt(nodes, source, `${place}, inbound_nodes`).map((node, n) => {
    const at = `${place}, inbound_nodes[${n}]`;
    if (Array.isArray(node)) return node;
    if (!isObject(node)) throw new InputError(source, `is ${kindOf(node)}, expected a list`, at);
    return tensorsOf(node.args).map((history) => {
      const { layer, call, tensor } = referenceAt(history, source, at);
      return [layer, isModel(layer) ? call + 1 : call, tensor, {}];
    });
  });
}

/** A layer whose calls wait for the outputs that they take. */
interface Waiting {
  name: string;
  calls: Reference[][];
}

/**
 * Checks that every call of a functional model can be made: TensorFlow.js would look for ever for a layer that is not
 * there, or that takes its own output.
 * @throws InputError naming the layer and what it waits for
 */
export function checkCalls({
  layers,
  isModel,
  ends,
  source,
  place,
}: {
  layers: readonly JsonObject[];
  isModel: (layer: JsonObject) => boolean;
  ends: JsonObject;
  source: string;
  place: string;
}): void {
  const made = new Map<string, number>();
  let waiting: Waiting[] = [];
  for (const layer of layers) {
    const name = String(layer.name);
    const calls = (layer.inbound_nodes as Json[]).map((node, n) =>
      listAt(node, source, `layer '${name}', inbound_nodes[${n}]`).map((reference) =>
        referenceAt(reference, source, `layer '${name}', inbound_nodes[${n}]`),
      ),
    );
    made.set(name, layer.class_name === 'InputLayer' || isModel(layer) ? 1 : 0);
    waiting.push({ name, calls: calls.filter((call) => call.length > 0) });
  }
  const isReady = ({ layer, call }: Reference): boolean => (made.get(layer) ?? 0) > call;
  for (let before = Infinity; waiting.length > 0 && waiting.length < before;) {
    before = waiting.length;
    // A layer may be called again on what comes of its own first call.
    for (const layer of waiting) {
      for (let next = layer.calls.findIndex((call) => call.every(isReady)); next >= 0;) {
        layer.calls.splice(next, 1);
        made.set(layer.name, made.get(layer.name)! + 1);
        before = Infinity;
        next = layer.calls.findIndex((call) => call.every(isReady));
      }
    }
    waiting = waiting.filter(({ calls }) => calls.length > 0);
  }
  if (waiting.length > 0) {
    const [{ name, calls }] = waiting;
    const missing = calls[0].find((reference) => !isReady(reference))!;
    const problem = made.has(missing.layer)
      ? `takes call ${missing.call} of layer '${missing.layer}', which does not come before it`
      : `takes the output of '${missing.layer}', expected a layer of the model`;
    throw new InputError(source, problem, `layer '${name}'`);
  }
  for (const side of ['input_layers', 'output_layers']) {
    const list = ends[side] as Json[];
    if (list.length === 0) throw new InputError(source, 'is empty, expected a layer', `${place}, ${side}`);
    for (const end of list) {
      const reference = referenceAt(end, source, `${place}, ${side}`);
      if (isReady(reference)) continue;
      throw new InputError(
        source,
        `names '${reference.layer}' (call ${reference.call}), expected a layer of the model`,
        `${place}, ${side}`,
      );
    }
  }
}
