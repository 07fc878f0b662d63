import { isObject, type Json, type JsonObject } from '../tfjs/files/jsonFields';
import { HARD_SIGMOID_OF_KERAS_3 } from '../tfjs/ownClasses';

/** Names of activations that mean something else in Keras 3, by what they are called here. */
const renamed = new Map([['hard_sigmoid', HARD_SIGMOID_OF_KERAS_3]]);

/** Members of a configuration that name an activation. */
const isActivation = (key: string): boolean => /activation$/.test(key);

function activation(value: Json): Json {
  if (typeof value === 'string') return renamed.get(value) ?? value;
  // A function of Keras is written with its module.
  if (isObject(value) && value.class_name === 'function' && typeof value.config === 'string') {
    return renamed.get(value.config) ?? value.config;
  }
  return value;
}

function changed(value: Json): Json {
  if (Array.isArray(value)) return value.map(changed);
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') continue;
    copy[key] = changed(isActivation(key) ? activation(member) : member);
  }
  return copy;
}

/** A model's configuration in words that mean the same in Keras 2, which TensorFlow.js follows. */
export function inOwnWords(model: JsonObject, keras3: boolean): JsonObject {
  return keras3 ? (changed(model) as JsonObject) : model;
}
