import type { TensorFacts } from './flow';
import type { GraphIndex } from './graphIndex';
import { piecesName, smoothName } from './knownFunctions';
import { shapeOf, type Pieces, type FunctionShape } from './numberFunction';
import { functionsOf, ScalarGraph, type Region, type RegionSource, type RegionStep } from './regions';
import { smoothOps } from './smooth';
import { isFloat, type OnnxNode } from '../proto/proto';

/** What a region was found to be. */
export interface ActivationFinding {
  /** The node that gives it its name. */
  node: OnnxNode;
  activation: string;
  /** Tensor of the pre-activation. */
  tap: string;
  /** Its breakpoints; none for a smooth function, and where `reason` says why it has no pattern. */
  breakpoints: number[];
  smooth: boolean;
  reason?: string;
}

/** Operations that are piecewise linear activations whatever surrounds them. */
export const plainActivations = new Set([
  ...['Relu', 'LeakyRelu', 'PRelu', 'ThresholdedRelu', 'HardSigmoid', 'Clip', 'Abs', 'Shrink'],
]);

/** Operations that choose: a function that has one of them is an activation, whatever else it does. */
const choosing = new Set(['Where', 'Max', 'Min', ...plainActivations]);

/** Sums of functions, which are affine where those are. */
const sums = new Set(['Add', 'Sub', 'Sum', 'Mean']);

/** Bounds this near to 0 and 1 keep a logarithm or a division defined; they are no activation. */
const GUARD_WIDTH = 1.0001e-3;

/** A region with what it is: nothing where `findings` is empty. */
interface Judged {
  region: Region;
  findings: ActivationFinding[];
  /** Whether all of it is one piecewise linear activation. */
  whole: boolean;
}

/** Whether a region only keeps a value off 0 (and off 1), as in x / max(|x|, 1e-12) and log(clamp(p, ε, 1 − ε)). */
function isGuard({ breakpoints, lines }: Pieces): boolean {
  const [lower, upper = Infinity] = breakpoints;
  if (breakpoints.length > 2 || !(lower > 0 && lower < GUARD_WIDTH) || lines[0].slope !== 0) return false;
  return upper === Infinity || (upper <= 1 && upper > 1 - GUARD_WIDTH);
}

/** Finds the activations of a graph's element-wise part: each region between two tensors is a function of one number. */
export class ElementwiseActivations {
  private readonly graph: ScalarGraph;
  private readonly index: GraphIndex;
  private readonly facts: ReadonlyMap<string, TensorFacts>;
  private readonly shapes = new Map<string, FunctionShape[]>();

  constructor(source: RegionSource) {
    this.graph = new ScalarGraph(source);
    this.index = source.index;
    this.facts = source.facts;
  }

  /** Nodes whose result depends on one tensor, element by element. */
  covers(node: OnnxNode): boolean {
    return this.graph.steps.get(node.outputs[0])?.node === node;
  }

  /** Every activation, in topological order of the nodes that name them. */
  find(): ActivationFinding[] {
    const outer = this.outermost(this.candidates([...this.graph.steps.values()]));
    const judged = this.joinChains(outer.map((region) => this.judge(region)));
    const findings = judged.flatMap((each) => each.findings);
    return this.distinct(findings.sort((a, b) => this.graph.place(a.node) - this.graph.place(b.node)));
  }

  /** Regions that are more than affine, by their last steps, in topological order. */
  private candidates(steps: readonly RegionStep[]): Region[] {
    return steps.flatMap((step) => {
      if (step.affine) return [];
      const region = this.graph.regionOf(step.node.outputs[0]);
      const bends = (each: RegionStep): boolean =>
        !each.affine && !(each.sources.length > 1 && sums.has(each.node.op));
      return region?.steps.some(bends) ? [region] : [];
    });
  }

  /** Regions that lie in no other one, in topological order. */
  private outermost(regions: readonly Region[]): Region[] {
    const kept: Region[] = [];
    const around = new Map<RegionStep, Set<RegionStep>[]>();
    for (const region of [...regions].reverse()) {
      const last = region.steps[region.steps.length - 1];
      if (around.get(last)?.some((steps) => region.steps.every((step) => steps.has(step)))) continue;
      kept.push(region);
      const steps = new Set(region.steps);
      for (const step of steps) {
        const sets = around.get(step);
        if (sets) sets.push(steps);
        else around.set(step, [steps]);
      }
    }
    return kept.reverse();
  }

  private judge(region: Region): Judged {
    const nothing = { region, findings: [], whole: false };
    if (!this.canBeTapped(region.entry) || !this.isNumber(region.exit)) return nothing;
    const shapes = this.shapesOf(region);
    if (shapes.some(({ kind }) => kind === 'smooth')) return this.judgeSmooth(region);
    const pieces = shapes.filter((each) => each.kind === 'pieces');
    // What cancels out in the end, as relu(x) − relu(−x), is still made of activations.
    if (pieces.length === 0) return { ...nothing, findings: this.ofParts(region) };
    const [shape] = pieces;
    const same = pieces.every((each) => each.breakpoints.join() === shape.breakpoints.join());
    const finding: ActivationFinding = {
      ...this.named(region, shape),
      tap: region.entry,
      breakpoints: shape.breakpoints,
      smooth: false,
    };
    if (!same) {
      finding.reason = 'its breakpoints differ from unit to unit';
    } else if (isGuard(shape)) {
      finding.reason = `it only keeps values off 0 (min ${Number(shape.breakpoints[0].toPrecision(6))})`;
    }
    return { region, findings: [finding], whole: finding.reason === undefined };
  }

  /** A region that is not piecewise linear: a function with a name, or what its parts are. */
  private judgeSmooth(region: Region): Judged {
    const { entry, steps } = region;
    const [only] = steps;
    const smooth = (node: OnnxNode, activation: string): Judged => ({
      region,
      findings: [{ node, activation, tap: entry, breakpoints: [], smooth: true }],
      whole: false,
    });
    if (steps.length === 1) {
      return smoothOps.has(only.node.op)
        ? smooth(only.node, only.node.op)
        : { region, findings: [], whole: false };
    }
    const name = smoothName((x) => functionsOf(region)[0](x).value);
    const naming =
      steps.find(({ node }) => smoothOps.has(node.op)) ?? steps.find(({ node }) => choosing.has(node.op));
    if (name !== undefined) return smooth((naming ?? steps[steps.length - 1]).node, name);
    const findings = this.ofParts(region);
    const chooses = steps.find(({ node }) => choosing.has(node.op));
    if (findings.length === 0 && chooses) return smooth(chooses.node, chooses.node.op);
    return { region, findings, whole: false };
  }

  /** What the parts of a region are by themselves. */
  private ofParts({ steps, exit }: Region): ActivationFinding[] {
    const inner = this.outermost(this.candidates(steps.filter((step) => step.node.outputs[0] !== exit)));
    return inner
      .filter((part) => part.steps.every((step) => steps.includes(step)))
      .flatMap((part) => this.judge(part).findings);
  }

  /** Joins activations that follow each other with nothing else reading between: Max and Min, Exp and Add and Log. */
  private joinChains(judged: readonly Judged[]): Judged[] {
    const byEntry = new Map<string, Judged>();
    for (const each of judged) byEntry.set(each.region.entry, each);
    const joined = new Set<Judged>();
    const out: Judged[] = [];
    for (const first of judged) {
      if (joined.has(first)) continue;
      let current = first;
      for (;;) {
        const next = this.following(current, byEntry);
        const whole = next && !joined.has(next) ? this.asOne(current, next) : undefined;
        if (!next || !whole) break;
        joined.add(next);
        current = whole;
      }
      out.push(current);
    }
    return out;
  }

  /** The region that alone goes on where another one ends. */
  private following({ region }: Judged, byEntry: ReadonlyMap<string, Judged>): Judged | undefined {
    let tensor = region.exit;
    for (;;) {
      const readers = this.index.readersOf(tensor);
      if (this.index.isOutput(tensor) || readers.length === 0) return undefined;
      const next = byEntry.get(tensor);
      const inside = new Set(next?.region.steps.map(({ node }) => node));
      if (next && readers.every((reader) => inside.has(reader))) return next;
      const step: RegionStep | undefined =
        readers.length === 1 ? this.graph.steps.get(readers[0].outputs[0]) : undefined;
      if (step?.node !== readers[0] || !step.affine) return undefined;
      tensor = step.node.outputs[0];
    }
  }

  /** Two regions in a row as one activation; undefined where they are none. */
  private asOne(first: Judged, next: Judged): Judged | undefined {
    const region = this.graph.between(first.region.entry, next.region.exit);
    const single = region?.steps.every(({ inputs }) =>
      inputs.every((input) => 'tensor' in input || input.constant.length === 1),
    );
    if (!region || !single) return undefined;
    if (first.whole && next.whole) {
      const judged = this.judge(region);
      return judged.whole ? judged : undefined;
    }
    const smooth = ({ findings }: Judged): boolean => findings.every((finding) => finding.smooth);
    if (!smooth(first) || !smooth(next)) return undefined;
    const judged = this.judge(region);
    const named = judged.findings.length === 1 && judged.findings[0].smooth;
    return named &&
      judged.findings[0].tap === region.entry &&
      smoothName((x) => functionsOf(region)[0](x).value)
      ? judged
      : undefined;
  }

  /** Name and naming node of a piecewise linear region. */
  private named(region: Region, { breakpoints, lines }: Pieces) {
    const { steps } = region;
    const plain = steps.filter(({ node }) => plainActivations.has(node.op));
    const naming = (plain[0] ?? steps.find((step) => !step.affine && choosing.has(step.node.op)))?.node;
    const last = steps[steps.length - 1].node;
    if (steps.length === 1) return { node: last, activation: last.op };
    const [only] = plain;
    const same = (step: RegionStep): boolean => {
      const own =
        step.entry === region.entry
          ? this.judge({ entry: step.entry, exit: step.node.outputs[0], steps: [step] })
          : undefined;
      return own?.findings[0]?.breakpoints.join() === breakpoints.join();
    };
    const name = piecesName(breakpoints, lines);
    const known = name !== undefined && name !== 'LeakyRelu' && name !== 'Clip';
    const activation = known
      ? name
      : plain.length === 1 && same(only)
        ? only.node.op
        : (name ?? (naming ?? last).op);
    return { node: naming ?? last, activation };
  }

  /** What the function of a region is, for each way to take an element of its constants. */
  private shapesOf(region: Region): FunctionShape[] {
    const places = new Map(region.steps.map((step, k) => [step.node.outputs[0], k]));
    const key = JSON.stringify(
      region.steps.map(({ node, inputs }) => [
        node.op,
        [...node.attributes.values()].map(({ name, f, i, s }) => [name, f, i, s]),
        inputs.map((input) =>
          'tensor' in input
            ? (places.get(input.tensor) ?? 'x')
            : [...Array.from(input.constant).slice(0, 64), input.constant.length],
        ),
      ]),
    );
    let shapes = this.shapes.get(key);
    if (!shapes) this.shapes.set(key, (shapes = functionsOf(region).map(shapeOf)));
    return shapes;
  }

  /** Findings with different taps or breakpoints, or of different nodes. */
  private distinct(findings: readonly ActivationFinding[]): ActivationFinding[] {
    const seen = new Set<string>();
    return findings.filter(({ tap, breakpoints, node }) => {
      const key = JSON.stringify([tap, breakpoints, this.graph.place(node)]);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }

  /** Whether a tensor can be a pre-activation: floating-point numbers that follow from the input's values. */
  private canBeTapped(name: string): boolean {
    const known = this.facts.get(name);
    if (!known?.fromInput) return false;
    return known.elementType === undefined || isFloat(known.elementType);
  }

  /** Whether a region gives numbers, and no truth values that others choose by. */
  private isNumber(name: string): boolean {
    const type = this.facts.get(name)?.elementType;
    return type === undefined || isFloat(type);
  }
}
