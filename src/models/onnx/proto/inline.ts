import { InputError } from '../../../core/errors';
import { parseModel, parseNode } from './parse';
import type { OnnxFunction, OnnxModel, OnnxNode } from './proto';
import { field, integerField, join, renameNode, rewrite, type Renaming } from './rewrite';
import { bytesOf, fields, WireError } from './wire';

/** Functions may double their calls level by level: a model that unfolds beyond this is refused. */
const MOST_NODES = 200_000;
const DEEPEST_CALL = 64;

/** A model without calls of functions that it brings along, as far as they can be unfolded. */
export interface InlinedModel {
  bytes: Uint8Array;
  model: OnnxModel;
  /** Functions left alone, with the reason. */
  kept: { name: string; reason: string }[];
}

/** How a node names the function it calls. */
function callKey(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain, name, overload]);
}

/** Every tensor that already has a name in the graph and its bodies. */
function namesInUse(nodes: readonly OnnxNode[], names = new Set<string>()): Set<string> {
  for (const node of nodes) {
    for (const name of [...node.inputs, ...node.outputs]) names.add(name);
    for (const attribute of node.attributes.values()) {
      for (const body of attribute.graphs) {
        for (const value of [...body.inputs, ...body.outputs]) names.add(value.name);
        for (const name of body.initializers.keys()) names.add(name);
        namesInUse(body.nodes, names);
      }
    }
  }
  return names;
}

/** Unfolds the calls of one model's functions into plain nodes. */
class Inliner {
  readonly opsets: Map<string, number>;
  readonly kept = new Map<string, string>();
  private readonly functions = new Map<string, OnnxFunction>();
  private readonly names: Set<string>;
  private readonly calls = new Map<string, number>();
  /** Whether a call is left: of a function that does not fit, or inside a body. */
  stillCalls = false;
  private readonly sizes = new Map<OnnxFunction, number>();

  constructor(model: OnnxModel) {
    this.opsets = new Map(model.opsets);
    this.names = namesInUse(model.graph.nodes);
    for (const name of model.graph.initializers.keys()) this.names.add(name);
    for (const value of [...model.graph.inputs, ...model.graph.outputs]) this.names.add(value.name);
    for (const definition of model.functions) {
      this.functions.set(callKey(definition.domain, definition.name, definition.overload), definition);
    }
  }

  /** The function that a node calls. */
  private definitionOf(node: OnnxNode): OnnxFunction | undefined {
    return this.functions.get(callKey(node.domain, node.op, node.overload));
  }

  /**
   * Number of nodes and calls that a list of nodes unfolds to.
   * @param callers the functions whose inside this is
   * @throws WireError when a function calls itself, or the calls are nested too deep
   */
  unfoldedSize(nodes: readonly OnnxNode[], callers: readonly OnnxFunction[] = []): number {
    let size = 0;
    for (const node of nodes) {
      const definition = this.definitionOf(node);
      if (!definition) {
        size++;
        continue;
      }
      let inner = this.sizes.get(definition);
      if (inner === undefined) {
        if (callers.includes(definition)) {
          throw new WireError(`its function '${definition.name}' calls itself`);
        }
        if (callers.length >= DEEPEST_CALL) {
          throw new WireError(`its functions call over ${DEEPEST_CALL} deep`);
        }
        inner = this.unfoldedSize(definition.nodes, [...callers, definition]);
        this.sizes.set(definition, inner);
      }
      size += 1 + inner;
    }
    return size;
  }

  /** The nodes that stand for a node: itself, or the inside of the function it calls. */
  expand(node: OnnxNode, out: Uint8Array[]): void {
    const definition = this.definitionOf(node);
    if (!definition || !this.fits(definition)) {
      this.stillCalls ||= definition !== undefined || this.callsInBodies(node);
      out.push(node.bytes);
      return;
    }
    const renaming = this.renamingOf(node, definition, out);
    for (const inner of definition.nodes) this.expand(parseNode(renameNode(inner.bytes, renaming)), out);
  }

  /** Whether a function is called inside the bodies of a node. */
  private callsInBodies(node: OnnxNode): boolean {
    const bodies = [...node.attributes.values()].flatMap((attribute) => attribute.graphs);
    return bodies.some((body) =>
      body.nodes.some((inner) => this.definitionOf(inner) !== undefined || this.callsInBodies(inner)),
    );
  }

  /** Whether a function is written for the operator versions that the model uses; takes in versions of new domains. */
  private fits(definition: OnnxFunction): boolean {
    for (const [domain, version] of definition.opsets) {
      const own = this.opsets.get(domain);
      if (own !== undefined && own !== version) {
        this.kept.set(
          definition.name,
          `it is written for operators of version ${version}, the model for ${own}`,
        );
        return false;
      }
    }
    for (const [domain, version] of definition.opsets) this.opsets.set(domain, version);
    return true;
  }

  /** A name that nothing in the graph has yet. */
  private unused(name: string): string {
    let candidate = name;
    for (let k = 2; this.names.has(candidate); k++) candidate = `${name}_${k}`;
    this.names.add(candidate);
    return candidate;
  }

  /** What the names of one call's inside begin with: the call's name, numbered from the second call of that name on. */
  private scopeOf(name: string): string {
    const count = (this.calls.get(name) ?? 0) + 1;
    this.calls.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  }

  /** Names of a function's inside for one call. An output that is also an input is copied by an Identity. */
  private renamingOf(node: OnnxNode, definition: OnnxFunction, out: Uint8Array[]): Renaming {
    const scope = this.scopeOf(node.name || definition.name);
    const tensors = new Map<string, string>();
    definition.inputs.forEach((name, i) => tensors.set(name, node.inputs[i] ?? ''));
    definition.outputs.forEach((name, i) => {
      const target = node.outputs[i];
      if (!target) return;
      const source = tensors.get(name);
      if (source === undefined) tensors.set(name, target);
      else out.push(join([field(1, source), field(2, target), field(4, 'Identity')]));
    });
    const tensor = (name: string): string => {
      if (name === '') return '';
      let renamed = tensors.get(name);
      if (renamed === undefined) {
        renamed = this.unused(`${scope}/${name}`);
        tensors.set(name, renamed);
      }
      return renamed;
    };
    return {
      tensor,
      node: (name) => (name ? `${scope}/${name}` : scope),
      attribute: (reference, name) => {
        const value = node.attributes.get(reference) ?? definition.defaults.get(reference);
        return value && rewrite(value.bytes, { 1: () => [name] });
      },
    };
  }
}

/** Writes the model with other nodes in its graph, without functions when none of them is called any more. */
export function withNodes(
  bytes: Uint8Array,
  nodes: Uint8Array[],
  newOpsets: [string, number][],
  keepFunctions: boolean,
): Uint8Array {
  const pieces: Uint8Array[] = [];
  let placed = false;
  for (const part of fields(bytes)) {
    if (part.number === 25 && !keepFunctions) continue;
    if (part.number !== 7) {
      pieces.push(bytes.subarray(part.start, part.end));
      continue;
    }
    const graph: Uint8Array[] = placed ? [] : nodes.map((node) => field(1, node));
    placed = true;
    const message = bytesOf(part);
    for (const inner of fields(message)) {
      if (inner.number !== 1) graph.push(message.subarray(inner.start, inner.end));
    }
    pieces.push(field(7, join(graph)));
  }
  for (const [domain, version] of newOpsets) {
    pieces.push(field(8, join([field(1, domain), integerField(2, version)])));
  }
  return join(pieces);
}

/**
 * Unfolds the functions that a model brings along (as PyTorch's and onnxscript's exporters write them) into the main
 * graph, since tensors inside a function cannot become outputs. Calls inside the bodies of If, Loop and Scan stay.
 * @throws InputError when functions call themselves or unfold beyond all measure
 */
export function inlineFunctions(bytes: Uint8Array, model: OnnxModel, source: string): InlinedModel {
  if (model.functions.length === 0) return { bytes, model, kept: [] };
  const inliner = new Inliner(model);
  const nodes: Uint8Array[] = [];
  try {
    if (inliner.unfoldedSize(model.graph.nodes) > MOST_NODES) {
      throw new WireError(`its functions unfold to over ${MOST_NODES} nodes and calls`);
    }
    for (const node of model.graph.nodes) inliner.expand(node, nodes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new InputError(source, `not a usable ONNX model: ${error.message}`);
  }
  const newOpsets = [...inliner.opsets].filter(([domain]) => !model.opsets.has(domain));
  const inlined = withNodes(bytes, nodes, newOpsets, inliner.stillCalls);
  const kept = [...inliner.kept].map(([name, reason]) => ({ name, reason }));
  return { bytes: inlined, model: parseModel(inlined, source), kept };
}
