import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { InputError } from '../../core/errors';
import { InOrder } from '../inOrder';
import type {
  ActivationLayer,
  Backend,
  BatchResult,
  ModelDescription,
  InputPart,
  ModelInput,
  ModelOutput,
  ModelRunner,
  SkippedActivation,
  TensorData,
} from '../runner';
import { floatsOf, isOfType, toElementType } from './convert';
import { engineMessage, type OnnxBackend } from './onnxBackend';
import { outputValues } from './predict';
import { copyInstance, type InstanceLayout } from './probe';
import { elementCount } from '../../core/shape';

/** Results of one call of the engine, by output name. */
type Fetched = Readonly<Record<string, Tensor>>;

/** One call of the engine: its input, and how many of its rows are asked for. */
interface Piece {
  feeds: Record<string, Tensor>;
  rows: number;
  firstRow: number;
}

/** Lets a number of calls be under way at once; the others wait in order. */
class Gate {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(places: number) {
    this.free = places;
  }

  async through<T>(call: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await call();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}

/** Some neighbouring columns of rows of `size` numbers. */
function columnsOfRows(batch: TensorData, size: number, from: number, columns: number): TensorData {
  if (columns === size) return batch;
  const rows = batch.length / size;
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    out.set(batch.subarray(row * size + from, row * size + from + columns), row * columns);
  }
  return out;
}

/** The numbers of an input that the data leaves out. */
function constants({ shape, constant = 0 }: InputPart, rows: number): TensorData {
  return new Float32Array(rows * elementCount(shape)).fill(constant);
}

/** An open session of ONNX Runtime: rows in, tensors out. */
export class OnnxSession {
  private readonly gate: Gate;

  /** @param source model file as the user named it */
  constructor(
    readonly source: string,
    private readonly engine: OnnxBackend,
    private readonly session: InferenceSession,
  ) {
    this.gate = new Gate(engine.concurrency);
  }

  /** The input tensors of the instances of a batch, padded with zeros to `padded`; a copy, unless it is lent and fits. */
  feeds(input: ModelInput, batch: TensorData, padded: number, lent = false): Record<string, Tensor> {
    if (!input.parts) return { [input.name]: this.feed(input, batch, padded, lent) };
    const size = elementCount(input.shape);
    let from = 0;
    const feeds: Record<string, Tensor> = {};
    for (const part of input.parts) {
      const own = part.constant === undefined ? elementCount(part.shape) : 0;
      const numbers =
        part.constant === undefined ? columnsOfRows(batch, size, from, own) : constants(part, padded);
      feeds[part.name] = this.feed(part, numbers, padded);
      from += own;
    }
    return feeds;
  }

  private feed(input: ModelInput, batch: TensorData, padded: number, lent = false): Tensor {
    const size = elementCount(input.shape);
    const fits = lent && batch.length === padded * size && isOfType(batch, input.type);
    const data = fits ? batch : toElementType(this.source, input, batch, padded * size);
    return this.engine.tensor(input.type, data, [padded, ...input.shape]);
  }

  /** @throws InputError with the first line of what the engine said */
  async run(feeds: Record<string, Tensor>, outputs: readonly string[]): Promise<Fetched> {
    try {
      const results = await this.gate.through(() => this.session.run(feeds, outputs));
      return results as Fetched;
    } catch (error) {
      throw new InputError(this.source, `the model does not run: ${engineMessage(error)}`);
    }
  }

  /** Frees the engine's memory. */
  async release(): Promise<void> {
    await this.session.release();
  }
}

/** Where a layer's pre-activations come from: an output, and where the instances stand in it. */
export interface FetchedTap {
  output: string;
  layout: InstanceLayout;
}

/** What a runner needs besides what it tells. */
export interface RunnerParts {
  description: ModelDescription;
  backend: Backend;
  session: OnnxSession;
  /** What to fetch for each layer. */
  taps: FetchedTap[];
}

/** An ONNX model that runs. Its `layers` are complete: a trial run at opening gave the shapes. */
export class OnnxRunner implements ModelRunner {
  readonly path: string;
  readonly sha256: string;
  readonly input: ModelInput;
  readonly output: ModelOutput;
  readonly outputs: string[];
  readonly layers: ActivationLayer[];
  readonly skipped: SkippedActivation[];
  readonly notices: string[];
  readonly backend: Backend;
  private readonly session: OnnxSession;
  private readonly taps: FetchedTap[];
  private readonly order = new InOrder();
  private closed = false;

  constructor({ description, backend, session, taps }: RunnerParts) {
    this.path = description.path;
    this.sha256 = description.sha256;
    this.input = description.input;
    this.output = description.output;
    this.outputs = description.outputs;
    this.layers = description.layers;
    this.skipped = description.skipped;
    this.notices = description.notices;
    this.backend = backend;
    this.session = session;
    this.taps = taps;
  }

  /**
   * See {@link ModelRunner.run}. A batch that is not lent is copied before this returns, so that it may be filled again at
   * once. Two layers with the same pre-activation get an array each.
   */
  async run(batch: TensorData, rows: number, lent = false): Promise<BatchResult> {
    if (this.closed) throw new Error(`${this.path} is closed`);
    return this.order.add(this.runPieces(this.cut(batch, rows, lent), rows));
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.order.idle();
    await this.session.release();
  }

  /** Cuts a batch into what the model takes at once. */
  private cut(batch: TensorData, rows: number, lent: boolean): Piece[] {
    const size = elementCount(this.input.shape);
    if (batch.length !== rows * size) {
      throw new InputError(
        this.path,
        `input '${this.input.name}' takes ${size} values an instance, found ${batch.length} for ${rows} instances`,
      );
    }
    const step = this.input.batch ?? rows;
    const pieces: Piece[] = [];
    for (let firstRow = 0; firstRow < rows; firstRow += step) {
      const count = Math.min(step, rows - firstRow);
      const part = batch.subarray(firstRow * size, (firstRow + count) * size);
      pieces.push({ feeds: this.session.feeds(this.input, part, step, lent), rows: count, firstRow });
    }
    return pieces;
  }

  private async runPieces(pieces: Piece[], rows: number): Promise<BatchResult> {
    const read = this.output.kind === 'none' ? [] : [this.output.name];
    const names = [...new Set([...this.taps.map(({ output }) => output), ...read])];
    const predicted = new Int32Array(rows);
    const values: Float32Array[] = [];
    const scores: Float32Array[] = [];
    const parts: TensorData[][] = this.taps.map(() => []);
    const runs = pieces.map((piece) => this.session.run(piece.feeds, names));
    // All of them end before a failure is told, so that closing never meets one under way.
    await Promise.allSettled(runs);
    const fetched = await Promise.all(runs);
    pieces.forEach((piece, k) => {
      const output = outputValues(this.path, this.output, fetched[k][this.output.name], piece.rows);
      predicted.set(output.predicted, piece.firstRow);
      if (output.values) values.push(output.values);
      if (output.scores) scores.push(output.scores);
      this.readTaps(fetched[k], piece.rows).forEach((tap, i) => parts[i].push(tap));
    });
    const taps = parts.map((each, i) => joined(each, rows * this.layers[i].units));
    const all = values.length
      ? (joined(values, rows * (this.output.columns ?? 1)) as Float32Array)
      : undefined;
    const classScores = scores.length
      ? (joined(
          scores,
          scores.reduce((sum, { length }) => sum + length, 0),
        ) as Float32Array)
      : undefined;
    return { taps, predicted, ...(all && { values: all }), ...(classScores && { scores: classScores }) };
  }

  /** Each layer's pre-activations of the rows asked for. */
  private readTaps(fetched: Fetched, rows: number): TensorData[] {
    const taken = new Set<string>();
    return this.taps.map(({ output, layout }, i) => {
      const tensor = fetched[output];
      const values = floatsOf(tensor);
      const { units, name: layer } = this.layers[i];
      const held = this.input.batch ?? rows;
      if (values?.length !== held * units) {
        throw new InputError(
          this.path,
          `layer '${layer}' came with shape [${tensor.dims.join(', ')}], expected ${units} units for each of ${held} instances`,
        );
      }
      if (layout.before > 1) return gathered(values, layout, rows, held);
      const own = taken.has(output) ? values.slice() : values;
      taken.add(output);
      return own.subarray(0, rows * units);
    });
  }
}

/** The instances of a tensor one after the other, where they do not stand so. */
function gathered(values: TensorData, layout: InstanceLayout, rows: number, held: number): TensorData {
  const units = layout.before * layout.after;
  const out =
    values instanceof Float64Array ? new Float64Array(rows * units) : new Float32Array(rows * units);
  for (let row = 0; row < rows; row++) {
    copyInstance(values, { layout, row: [row, held], out, at: row * units });
  }
  return out;
}

/** One array of several; the only one itself. */
function joined(parts: TensorData[], length: number): TensorData {
  if (parts.length === 1 && parts[0].buffer.byteLength === parts[0].byteLength) return parts[0];
  const out = parts[0] instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
