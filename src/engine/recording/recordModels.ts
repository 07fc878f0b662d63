import { parseImageFit } from '../../data/images/imageSize';
import { openDataset } from '../../data/openDataset';
import { inputNames } from './inputNames';
import { parseScaling } from '../../data/scaling';
import type { EngineNotifications } from '../../protocol/engine';
import type { RecordParams } from '../../protocol/recording';
import { USUAL_PATTERN_LIMIT } from './takeSnapshot';
import type { RecordSource } from './modelRecorder';
import { recordRun } from './recordRun';
import { arrangeCheckpoints } from '../../runs/checkpoints/checkpointMoments';
import type { Work } from '../work/work';
import { formatCount } from '../../core/wording';

/** What is told while models are recorded. */
export interface RecordNotes {
  onLog(text: string): void;
  onSnapshot(note: EngineNotifications['run/snapshot']): void;
}

/**
 * Records models into a run, a snapshot each. What is finished when it fails or is cancelled stays readable.
 * @throws InputError
 */
export async function recordModels(
  params: RecordParams,
  notes: RecordNotes,
  work: Work,
): Promise<{ folder: string; notices: string[] }> {
  const { out } = params;
  const { files: models, moments, leftOut } = arrangeCheckpoints(params.models);
  work.onProgress?.('Opening the dataset');
  const source = await openSource(params, work.signal);
  const notices = leftOut.map(({ file, reason }) => `${file}: left out, as it ${reason}.`);
  notices.forEach((text) => notes.onLog(text));
  let finished = 0;
  await recordRun(
    {
      ...source,
      models,
      moments,
      force: params.force,
    },
    {
      onNotice: (text) => {
        notices.push(text);
        notes.onLog(text);
      },
      onProgress: (s, done, rows) => {
        const model = models.length > 1 ? `model ${s + 1} of ${models.length}, ` : '';
        const message = `${model}${formatCount(done)} of ${formatCount(rows)} instances`;
        work.onProgress?.(message, (s + done / rows) / models.length);
      },
      onSnapshot: () => notes.onSnapshot({ folder: out, snapshot: finished++ }),
      signal: work.signal,
    },
  );
  return { folder: out, notices };
}

/** Opens what models are recorded with. @throws InputError */
export async function openSource(
  params: Omit<RecordParams, 'models' | 'force'> & { models?: string[] },
  signal?: AbortSignal,
): Promise<RecordSource> {
  const { out, name, labelColumn, features, classes, resize, crop, take } = params;
  const scaling = parseScaling(params);
  const inputs = params.models?.length ? await inputNames(params.models[0]) : undefined;
  const dataset = await openDataset({
    inputs,
    findSplits: true,
    data: params.data.map((file) => ({ path: file })),
    labels: params.labels?.map((file) => ({ path: file })),
    labelColumn,
    features,
    classes,
    fit: parseImageFit(params),
    take,
    signal,
    targets: true,
  });
  return {
    dataset,
    scaling,
    dataOptions: {
      labelColumn,
      features,
      classes,
      resize,
      crop,
      take,
      ...(inputs && inputs.length > 1 && { modelInputs: inputs }),
    },
    modelOptions: { backend: params.backend, output: params.output, smooth: params.smooth },
    out,
    name,
    patternLimit: USUAL_PATTERN_LIMIT,
  };
}
