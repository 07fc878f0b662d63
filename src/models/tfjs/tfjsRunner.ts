import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../../core/errors';
import { InOrder } from '../inOrder';
import type {
  ActivationLayer,
  Backend,
  BatchResult,
  ModelInput,
  ModelOutput,
  ModelRunner,
  SkippedActivation,
  TensorData,
} from '../runner';
import { classesOfScores } from '../scores';
import type { TensorEngine } from './tensorflow';
import { elementCount } from '../../core/shape';

/** Which file a graph was read from. */
export interface GraphFile {
  path: string;
  sha256: string;
}

/** What a run gives before it is read back: the output, then the pre-activations. */
type Fetched = [Tensor, ...Tensor[]];

/** A network that runs a batch and hands out its pre-activations. */
export interface TappedNetwork {
  readonly input: ModelInput;
  readonly output: ModelOutput;
  readonly outputs: string[];
  readonly layers: ActivationLayer[];
  readonly skipped: SkippedActivation[];
  readonly notices: string[];
  /** The tensors are the caller's to dispose: called in `tf.tidy`. */
  run(x: Tensor, how: { taps: true }): { readonly output: Tensor; readonly taps: Tensor[] };
  dispose(): void;
}

/** A model of TensorFlow.js that runs. */
class TfjsRunner implements ModelRunner {
  readonly path: string;
  readonly sha256: string;
  readonly input: ModelInput;
  readonly output: ModelOutput;
  readonly outputs: string[];
  readonly layers: ActivationLayer[];
  readonly skipped: SkippedActivation[];
  readonly notices: string[];
  readonly backend: Backend;
  private readonly size: number;
  private readonly order = new InOrder();
  private closed = false;

  constructor(
    private readonly graph: TappedNetwork,
    private readonly engine: TensorEngine,
    file: GraphFile,
    private readonly owned: boolean,
  ) {
    this.path = file.path;
    this.sha256 = file.sha256;
    this.input = graph.input;
    this.output = graph.output;
    this.outputs = graph.outputs;
    this.layers = graph.layers;
    this.skipped = graph.skipped;
    this.notices = graph.notices;
    this.backend = engine.backend;
    this.size = elementCount(graph.input.shape);
  }

  /**
   * See {@link ModelRunner.run}. The operations are begun before this returns, so that a batch which is not lent may be
   * filled again at once.
   */
  async run(batch: TensorData, rows: number): Promise<BatchResult> {
    if (this.closed) throw new Error(`${this.path} is closed`);
    if (batch.length !== rows * this.size) {
      throw new InputError(
        this.path,
        `input '${this.input.name}' takes ${this.size} values an instance, found ${batch.length} for ${rows} instances`,
      );
    }
    return this.order.add(this.read(this.compute(batch, rows), rows));
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.order.idle();
    if (this.owned) this.graph.dispose();
  }

  /** The tensors of a batch, to be disposed. */
  private compute(batch: TensorData, rows: number): Fetched {
    const { tf } = this.engine;
    const values = batch instanceof Float32Array ? batch : Float32Array.from(batch);
    try {
      return tf.tidy(() => {
        const x = tf.tensor(values, [rows, ...this.input.shape], 'float32');
        const given = this.input.type === 'float32' ? x : tf.cast(x, this.input.type as 'int32' | 'bool');
        const { output, taps } = this.graph.run(given, { taps: true });
        // A tensor that is given twice, or is the input itself, is disposed once.
        const seen = new Set<Tensor>([x]);
        return [output, ...taps].map((tensor) => {
          const own = seen.has(tensor) ? tf.clone(tensor) : tensor;
          seen.add(tensor);
          return own;
        }) as Fetched;
      });
    } catch (error) {
      throw this.failure(error);
    }
  }

  private failure(error: unknown): Error {
    if (error instanceof InputError) return error;
    const said = error instanceof Error ? error.message : String(error);
    return new InputError(this.path, `the model does not run: ${said.trim().split('\n')[0].slice(0, 300)}`);
  }

  private async read(tensors: Fetched, rows: number): Promise<BatchResult> {
    const [output, ...taps] = tensors;
    try {
      const values = await Promise.all(tensors.map((tensor) => tensor.data() as Promise<Float32Array>));
      taps.forEach(({ shape }, i) => this.checkShape(shape, rows, i));
      if (output.size % rows !== 0 || output.shape[0] !== rows) {
        const text = output.shape.join(', ');
        throw new InputError(
          this.path,
          `output '${this.output.name}' came with shape [${text}] for ${rows} instances`,
        );
      }
      const { kind: read } = this.output;
      const kind = read === 'logit' || read === 'probability' ? read : 'logits';
      return {
        taps: this.own(values.slice(1)),
        predicted: classesOfScores(kind, values[0], rows, output.size / rows),
        scores: values[0],
      };
    } catch (error) {
      throw this.failure(error);
    } finally {
      this.engine.tf.dispose(tensors);
    }
  }

  private checkShape(shape: readonly number[], rows: number, i: number): void {
    const { name, shape: expected } = this.layers[i];
    if (shape[0] === rows && shape.slice(1).join() === expected.join()) return;
    throw new InputError(
      this.path,
      `layer '${name}' came with shape [${shape.join(', ')}], expected [${[rows, ...expected].join(', ')}]`,
    );
  }

  /** Arrays that nobody else has: the plain JavaScript backend hands out those that it computes with. */
  private own(values: Float32Array[]): Float32Array[] {
    const shared = this.backend.name === 'tfjs-cpu';
    return values.map((each) => (shared ? each.slice() : each));
  }
}

/**
 * A runner over a network in memory, such as one in training. Closing it leaves the network as it is.
 * @param file what the runner tells of where the network comes from
 */
export function runnerOfGraph(graph: TappedNetwork, engine: TensorEngine, file: GraphFile): ModelRunner {
  return new TfjsRunner(graph, engine, file, false);
}

/** A runner to which the network belongs: closing it frees the network. */
export function runnerOwningGraph(graph: TappedNetwork, engine: TensorEngine, file: GraphFile): ModelRunner {
  return new TfjsRunner(graph, engine, file, true);
}
