import { addAll } from '../../../core/lists';
import type { Constants } from './constants';
import type { TensorFacts } from './flow';
import type { GraphIndex } from './graphIndex';
import { scalarFunction, type ScalarFunction } from './scalarOps';
import type { OnnxNode } from '../proto/proto';

/** An element-wise node whose result depends on one tensor, element by element. */
export interface RegionStep {
  node: OnnxNode;
  compute: ScalarFunction;
  /** Inputs that are given: tensors that depend on the entry, or constants. */
  inputs: ({ tensor: string } | { constant: ArrayLike<number> })[];
  /** Tensors among the inputs, each once. */
  sources: string[];
  /** The nearest tensor that all of it depends on. */
  entry: string;
  /** Whether it is affine in its one source. */
  affine: boolean;
}

/** Nodes between two tensors, the second of which is a function of the first, number by number. */
export interface Region {
  entry: string;
  exit: string;
  /** In topological order. */
  steps: RegionStep[];
}

/** What is needed to look for regions. */
export interface RegionSource {
  index: GraphIndex;
  facts: ReadonlyMap<string, TensorFacts>;
  constants: Constants;
  /** Version of the standard operators. */
  version: number;
}

/** Regions are short: what would be longer begins anew. */
const MOST_STEPS = 64;

const alwaysAffine = new Set(['Add', 'Sub', 'Sum', 'Mean', 'Neg', 'Identity', 'Dropout', 'CastLike']);
/** Element types that a Cast leaves the numbers of as they are: TensorProto.DataType. */
const floatTypes = new Set([1, 10, 11, 16]);

/** Whether a node is affine in its one source, all else being constant. */
function isAffine(node: OnnxNode, source: string): boolean {
  if (alwaysAffine.has(node.op)) return true;
  if (node.op === 'Cast') return floatTypes.has(node.attributes.get('to')?.i ?? 1);
  if (node.op === 'Mul') return node.inputs.filter((input) => input === source).length === 1;
  return node.op === 'Div' && node.inputs[0] === source && node.inputs[1] !== source;
}

/** The element-wise part of a graph: which tensors are functions of which others, number by number. */
export class ScalarGraph {
  /** Steps by the tensor they make. */
  readonly steps = new Map<string, RegionStep>();
  private readonly depths = new Map<string, number>();

  constructor(private readonly source: RegionSource) {
    for (const node of source.index.nodes) {
      const step = this.stepOf(node);
      if (!step) continue;
      this.steps.set(node.outputs[0], step);
      this.depths.set(node.outputs[0], this.depth(step.entry) + 1);
    }
  }

  private depth(tensor: string): number {
    return this.depths.get(tensor) ?? 0;
  }

  private stepOf(node: OnnxNode): RegionStep | undefined {
    const { constants, facts, version } = this.source;
    const compute = scalarFunction(node, version);
    if (!compute || !node.outputs[0]) return undefined;
    const inputs: RegionStep['inputs'] = [];
    for (const [position, name] of node.inputs.entries()) {
      if (name === '' || (node.op === 'Dropout' && position > 0)) continue;
      if (node.op === 'CastLike' && position > 0) continue;
      const constant = facts.get(name)?.fromInput ? undefined : constants.values(name);
      if (constant) inputs.push({ constant });
      else if (facts.get(name)?.fromInput) inputs.push({ tensor: name });
      else return undefined;
    }
    const lengths = new Set(inputs.map((input) => ('constant' in input ? input.constant.length : 1)));
    lengths.delete(1);
    const sources = [...new Set(inputs.flatMap((input) => ('tensor' in input ? [input.tensor] : [])))];
    if (sources.length === 0 || lengths.size > 1) return undefined;
    const entry = this.common(sources);
    if (entry === undefined) return undefined;
    const affine = sources.length === 1 && isAffine(node, sources[0]);
    return { node, compute, inputs, sources, entry, affine };
  }

  /** The nearest tensor on which all of some tensors depend; undefined where there is none. */
  private common(tensors: readonly string[]): string | undefined {
    return tensors.reduce<string | undefined>((one, other) => {
      let [a, b]: [string | undefined, string | undefined] = [one, other];
      while (a !== undefined && b !== undefined && a !== b) {
        if (this.depth(a) >= this.depth(b)) a = this.steps.get(a)?.entry;
        else b = this.steps.get(b)?.entry;
      }
      return a === b ? a : undefined;
    }, tensors[0]);
  }

  /** The region that ends with a step: everything between it and the nearest tensor it depends on. */
  regionOf(exit: string): Region | undefined {
    const { entry } = this.steps.get(exit)!;
    return this.between(entry, exit);
  }

  /** Everything between two tensors of which the second depends on the first alone; undefined where it is too much. */
  between(entry: string, exit: string): Region | undefined {
    const found = new Set<RegionStep>();
    const waiting = [exit];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      if (name === entry) continue;
      const step = this.steps.get(name);
      if (!step) return undefined;
      if (found.has(step)) continue;
      found.add(step);
      if (found.size > MOST_STEPS) return undefined;
      addAll(waiting, step.sources);
    }
    const steps = [...found].sort((a, b) => this.place(a.node) - this.place(b.node));
    return { entry, exit, steps };
  }

  /** The place of a node in topological order. */
  place(node: OnnxNode): number {
    this.places ??= new Map(this.source.index.nodes.map((each, i) => [each, i]));
    return this.places.get(node)!;
  }

  private places: Map<OnnxNode, number> | undefined;
}

/** Elements of constants that are tried where they are not one number. */
const TRIED_ELEMENTS = 9;

/** How many ways there are to take one element of each constant of a region: one where all are single numbers. */
function longestConstant(region: Region): number {
  return region.steps.reduce(
    (longest, { inputs }) =>
      inputs.reduce(
        (most, input) => ('constant' in input ? Math.max(most, input.constant.length) : most),
        longest,
      ),
    1,
  );
}

/** The function of one number that a region is; several where its constants hold several numbers, for some of these. */
export function functionsOf(region: Region): ((x: number) => { value: number; largest: number })[] {
  const longest = longestConstant(region);
  const count = Math.min(longest, TRIED_ELEMENTS);
  const elements = Array.from({ length: count }, (_, k) => Math.floor((k * longest) / count));
  return elements.map((element) => functionOf(region, element));
}

function functionOf(region: Region, element: number): (x: number) => { value: number; largest: number } {
  const places = new Map([[region.entry, 0]]);
  const values = new Float64Array(region.steps.length + 1);
  const plan = region.steps.map((step, k) => {
    const inputs = step.inputs.map((input) => {
      if ('tensor' in input) return { place: places.get(input.tensor)!, constant: 0 };
      return { place: -1, constant: input.constant[element % input.constant.length] };
    });
    places.set(step.node.outputs[0], k + 1);
    return { inputs, compute: step.compute };
  });
  return (x) => {
    values[0] = x;
    let largest = Math.abs(x);
    plan.forEach(({ inputs, compute }, k) => {
      const value = compute(inputs.map(({ place, constant }) => (place < 0 ? constant : values[place])));
      values[k + 1] = value;
      const size = Math.abs(value);
      if (size > largest) largest = size;
    });
    return { value: values[values.length - 1], largest };
  };
}
