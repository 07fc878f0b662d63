// What the activation patterns cost on top of the bare forward pass, on 60,000 MNIST images and the paper's network.
import { buildDiagram, correctness, type Diagram } from '../../src/core/diagram';
import { ExactRecorder } from '../../src/core/patterns/levelRecorder';
import { measureClasses, measureNodes } from '../../src/core/measures/measures';
import { emptyPatterns, packPieces } from '../../src/core/patterns/packing';
import type { Snapshot } from '../../src/core/patterns/snapshot';
import { classCores, unitActivity } from '../../src/core/patterns/units';
import type { Batch } from '../../src/data/batches';
import type { Dataset } from '../../src/data/dataset';
import { recordedLayers, takeSnapshot, USUAL_PATTERN_LIMIT } from '../../src/engine/recording/takeSnapshot';
import type { BatchSource } from '../../src/engine/recording/runBatches';
import { readModelFile } from '../../src/models/modelFile';
import { loadOnnxBackend } from '../../src/models/onnx/onnxBackend';
import { openModel } from '../../src/models/openModel';
import type { BatchResult, ModelRunner } from '../../src/models/runner';
import { bench, figure, goal, printTimings, ratioOf, sideBySide, whole, type Timing } from './harness';
import { DIGIT_CLASSES, openMnist, PAPER_MODEL, sourceFor, USUAL_BATCH } from './mnist';

/** Batches that are in memory already. */
function inMemory(prepared: Batch[]): BatchSource {
  return async function* () {
    yield* prepared;
  };
}

function diagramOf(snapshot: Snapshot): Diagram {
  const { levels, predicted, labels } = snapshot;
  return buildDiagram({
    levels: levels.map(({ exact }) => exact!),
    predicted,
    labels,
    classes: DIGIT_CLASSES,
  });
}

/** Every measure of one snapshot that needs no other snapshot. */
function measure(snapshot: Snapshot, diagram: Diagram): number {
  const labels = snapshot.labels!;
  const right = correctness(snapshot.predicted, labels);
  let sum = 0;
  diagram.levels.forEach((level, l) => {
    sum += measureNodes(level.nodes).entropy;
    sum += measureClasses(level.nodes, level.labels!).leaveOneOut;
    sum += measureClasses(level.nodes, level.outputs).mutualInformation;
    const recorded = snapshot.levels[l];
    if (!recorded?.exact) return;
    const { patterns, of } = recorded.exact;
    sum += unitActivity(patterns, recorded.layer.pieces).dead;
    sum += classCores({ patterns, of, labels, correct: right, classes: DIGIT_CLASSES }).length;
  });
  return sum;
}

/** The model as its file has it, run by the same engine. */
async function openUnchanged(
  input: ModelRunner['input'],
  output: string,
): Promise<(batch: Batch) => Promise<unknown>> {
  const engine = await loadOnnxBackend('auto');
  const session = await engine.open((await readModelFile(PAPER_MODEL)).bytes, []);
  return ({ data, rows }) =>
    session.run({ [input.name]: engine.tensor('float32', data, [rows, ...input.shape]) }, [output]);
}

bench('Activation patterns against the bare forward pass', async () => {
  const dataset = await openMnist('train');
  const runner = await openModel(PAPER_MODEL, { instanceShape: dataset.features.shape });
  const source = sourceFor(runner, dataset.features);
  const prepared: Batch[] = [];
  for await (const batch of source(dataset)) prepared.push(batch);
  const snapshotOf = (batches: BatchSource) =>
    takeSnapshot({ runner, dataset, batches, epoch: 0, options: { patternLimit: USUAL_PATTERN_LIMIT } });
  const everything = async (batches: BatchSource) => {
    const taken = await snapshotOf(batches);
    return measure(taken, diagramOf(taken));
  };
  const engine = await openUnchanged(runner.input, runner.output.name);
  const nodes = diagramOf(await snapshotOf(inMemory(prepared))).levels.map((level) => level.nodes.count);
  console.log(`  ${runner.backend.name} ${runner.backend.version}, batches of ${USUAL_BATCH}`);
  console.log(`  patterns ${nodes.map(whole).join(' – ')}\n`);

  const inTurn = async (run: (batch: Batch) => Promise<unknown>, batches: BatchSource) => {
    for await (const batch of batches(dataset)) await run(batch);
  };
  const withTaps = ({ data, rows }: Batch) => runner.run(data, rows, true);
  const times = await sideBySide(
    {
      unchanged: () => inTurn(engine, inMemory(prepared)),
      taps: () => inTurn(withTaps, inMemory(prepared)),
      snapshot: () => snapshotOf(inMemory(prepared)),
      everything: () => everything(inMemory(prepared)),
      unchangedFromFile: () => inTurn(engine, source),
      everythingFromFile: () => everything(source),
    },
    { warmUp: 4, rounds: 15 },
  );
  printTimings(
    {
      'in memory: forward pass of the model as it is': times.unchanged,
      'in memory: forward pass that returns the taps': times.taps,
      'in memory: snapshot (APDF: forward, packing, tables)': times.snapshot,
      'in memory: snapshot, diagram, measures': times.everything,
    },
    times.unchanged,
  );
  printTimings(
    {
      'from the file: forward pass of the model as it is': times.unchangedFromFile,
      'from the file: snapshot, diagram, measures': times.everythingFromFile,
    },
    times.unchangedFromFile,
  );
  printTimings(await partTimes(runner, dataset, prepared, source));

  const judge = (title: string, value: number) => goal(title, `${value.toFixed(2)}x`, '≤ 2x', value <= 2);
  // The yardstick is the first: the same batches through the model as it is, which returns its logits and nothing else.
  judge('APDF of 60,000 in memory / bare forward', ratioOf(times.everything, times.unchanged));
  judge('APDF of 60,000 in memory / forward with taps', ratioOf(times.everything, times.taps));
  const fromFile = ratioOf(times.everythingFromFile, times.unchangedFromFile);
  figure('APDF of 60,000 from the IDX file / bare forward from the file', `${fromFile.toFixed(2)}x`);
  await runner.close();
});

/** Each part on its own, what it needs being there already. */
async function partTimes(
  runner: ModelRunner,
  dataset: Dataset,
  prepared: Batch[],
  source: BatchSource,
): Promise<Record<string, Timing>> {
  const results: BatchResult[] = [];
  for (const batch of prepared) results.push(await runner.run(batch.data, batch.rows));
  const layers = recordedLayers(runner);
  const packed = layers.map((layer) => emptyPatterns(USUAL_BATCH, layer.units, layer.bits));
  const options = { patternLimit: USUAL_PATTERN_LIMIT };
  const snapshot = await takeSnapshot({ runner, dataset, batches: inMemory(prepared), epoch: 0, options });
  const diagram = diagramOf(snapshot);
  return sideBySide(
    {
      'reading and scaling': async () => {
        for await (const batch of source(dataset)) void batch;
      },
      packing: () => {
        for (const { taps, predicted } of results) {
          taps.forEach((tap, l) =>
            packPieces(tap, predicted.length, runner.layers[l].breakpoints, packed[l]),
          );
        }
      },
      'packing and tables': () =>
        layers.map((layer, l) => {
          const recorder = new ExactRecorder(layer, runner.layers[l].breakpoints, dataset.instances.length);
          results.forEach(({ taps }, b) => recorder.add(taps[l], prepared[b].from, prepared[b].rows));
          return recorder.finish();
        }),
      diagram: () => diagramOf(snapshot),
      measures: () => measure(snapshot, diagram),
    },
    { warmUp: 4, rounds: 9 },
  );
}
