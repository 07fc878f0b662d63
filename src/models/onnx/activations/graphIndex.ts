import type { OnnxGraph, OnnxNode, OnnxTensor } from '../proto/proto';
import { WireError } from '../proto/wire';
import { addAll } from '../../../core/lists';

/** Every tensor that a node reads, those that its bodies take from around them included. */
function readsOf(node: OnnxNode): string[] {
  const reads = node.inputs.filter((name) => name !== '');
  for (const attribute of node.attributes.values()) {
    for (const body of attribute.graphs) addAll(reads, outerReads(body));
  }
  return reads;
}

/** What a body reads that it does not make itself. */
function outerReads(body: OnnxGraph): string[] {
  const own = new Set<string>(body.initializers.keys());
  for (const input of body.inputs) own.add(input.name);
  for (const node of body.nodes) for (const name of node.outputs) own.add(name);
  const reads = [...body.nodes.flatMap(readsOf), ...body.outputs.map((output) => output.name)];
  return reads.filter((name) => !own.has(name));
}

/** A graph with its nodes in topological order, and who makes and reads each tensor. */
export class GraphIndex {
  readonly nodes: readonly OnnxNode[];
  private readonly makers = new Map<string, OnnxNode>();
  private readonly readers = new Map<string, OnnxNode[]>();
  private readonly reads = new Map<OnnxNode, string[]>();
  private readonly outputNames: ReadonlySet<string>;

  /** @throws WireError when the graph has a cycle, or two nodes make the same tensor */
  constructor(readonly graph: OnnxGraph) {
    this.outputNames = new Set(graph.outputs.map((output) => output.name));
    for (const node of graph.nodes) {
      for (const name of node.outputs) {
        if (name === '') continue;
        if (this.makers.has(name)) throw new WireError(`two nodes make the tensor '${name}'`);
        this.makers.set(name, node);
      }
      const reads = readsOf(node);
      this.reads.set(node, reads);
      for (const name of new Set(reads)) {
        const readers = this.readers.get(name);
        if (readers) readers.push(node);
        else this.readers.set(name, [node]);
      }
    }
    this.nodes = this.sorted();
  }

  /** The node that makes a tensor; undefined for inputs and initializers. */
  maker(name: string): OnnxNode | undefined {
    return this.makers.get(name);
  }

  /** The nodes that read a tensor. */
  readersOf(name: string): readonly OnnxNode[] {
    return this.readers.get(name) ?? [];
  }

  /** Every tensor a node reads. */
  inputsOf(node: OnnxNode): readonly string[] {
    return this.reads.get(node)!;
  }

  isOutput(name: string): boolean {
    return this.outputNames.has(name);
  }

  initializer(name: string): OnnxTensor | undefined {
    return this.graph.initializers.get(name);
  }

  /** Nodes such that each comes after those it reads from; the file's order where that is one. */
  private sorted(): OnnxNode[] {
    const order: OnnxNode[] = [];
    const missing = new Map<OnnxNode, number>();
    const ready: OnnxNode[] = [];
    for (const node of this.graph.nodes) {
      const sources = new Set(this.inputsOf(node).map((name) => this.makers.get(name)));
      sources.delete(undefined);
      missing.set(node, sources.size);
    }
    const place = (node: OnnxNode): void => {
      order.push(node);
      const followers = new Set(node.outputs.flatMap((name) => [...this.readersOf(name)]));
      for (const follower of followers) {
        const left = missing.get(follower)! - 1;
        missing.set(follower, left);
        // Later nodes of the file wait for their turn; earlier ones have been passed and come now.
        if (left === 0 && passed.has(follower)) ready.push(follower);
      }
    };
    const passed = new Set<OnnxNode>();
    for (const node of this.graph.nodes) {
      passed.add(node);
      if (missing.get(node) === 0) ready.push(node);
      for (let next = ready.pop(); next; next = ready.pop()) place(next);
    }
    if (order.length < this.graph.nodes.length) {
      throw new WireError('its nodes read from each other in a circle');
    }
    return order;
  }
}
