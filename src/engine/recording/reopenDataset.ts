import path from 'node:path';
import { InputError } from '../../core/errors';
import type { Dataset } from '../../data/dataset';
import { namedFile } from '../../data/files/namedFile';
import type { DatasetOptions, NamedPath } from '../../data/openDataset';
import { parseImageFit } from '../../data/images/imageSize';
import { noScaling, type Scaling } from '../../data/scaling';
import { parseShares } from '../../data/shares';
import { MANIFEST_NAME } from '../../runs/manifest';
import type { Run } from '../../runs/readRun';
import type { RunInputs } from './runHeader';

/** How the dataset of a run was opened, with absolute paths. @throws InputError where they lead to another computer */
export function datasetOptionsOf(run: Run): DatasetOptions {
  const { dataset } = run.manifest;
  const kept = dataset.options ?? {};
  const absolute = ({ name, path: file }: NamedPath): NamedPath => ({
    name,
    path: namedFile(run.folder, file, path.join(run.folder, MANIFEST_NAME)),
  });
  const inputs = isInputs(kept.inputs) ? kept.inputs : guessedInputs(run);
  const labelColumn = kept.labels === false ? false : (kept.labelColumn as DatasetOptions['labelColumn']);
  return {
    data: inputs.data.map(absolute),
    targets: true,
    labels: inputs.labels.length === 0 ? undefined : inputs.labels.map(absolute),
    labelColumn,
    features: kept.features as DatasetOptions['features'],
    inputs: kept.modelInputs as DatasetOptions['inputs'],
    classes: kept.classes as DatasetOptions['classes'],
    drop: kept.drop as DatasetOptions['drop'],
    header: kept.header as DatasetOptions['header'],
    delimiter: kept.delimiter as DatasetOptions['delimiter'],
    missing: kept.missing as DatasetOptions['missing'],
    axes: kept.axes as DatasetOptions['axes'],
    fit: parseImageFit({ resize: textOf(kept.resize), crop: textOf(kept.crop) }),
    take: kept.take as DatasetOptions['take'],
    sample: kept.sample as DatasetOptions['sample'],
    seed: kept.seed as DatasetOptions['seed'],
    split: typeof kept.split === 'string' ? parseShares(kept.split) : undefined,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isInputs(value: unknown): value is RunInputs {
  const isPaths = (paths: unknown) =>
    Array.isArray(paths) &&
    paths.every((named: Partial<NamedPath> | null) => typeof named?.path === 'string');
  const { data, labels } = (value ?? {}) as Partial<RunInputs>;
  return isPaths(data) && isPaths(labels) && (data as NamedPath[]).length > 0;
}

/** Runs that do not say which file is which: a single file is the data, of two the second are the labels. */
function guessedInputs(run: Run): RunInputs {
  const files = run.manifest.dataset.files ?? [run.manifest.dataset];
  if (files.length > 2) {
    throw new InputError(
      run.folder,
      `was recorded of ${files.length} files and does not say what each of them holds; record it again`,
    );
  }
  return { data: files.slice(0, 1), labels: files.slice(1) };
}

/** Files of a dataset that are not as the run recorded them. */
export function changedSources(run: Run, dataset: Dataset): string[] {
  const recorded = new Set(
    (run.manifest.dataset.files ?? [run.manifest.dataset]).map(({ sha256 }) => sha256),
  );
  return dataset.sources.filter(({ sha256 }) => !recorded.has(sha256)).map(({ path: file }) => file);
}

/** How the numbers of a run's dataset were made its models' input. @throws InputError where the manifest has it otherwise */
export function scalingOf(run: Run): Scaling {
  const kept = run.manifest.dataset.options?.scaling;
  if (kept === undefined || kept === null) return noScaling;
  const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
  const isNumbers = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isNumber);
  const { scale, mean, deviation } = kept as Partial<Scaling>;
  if (isNumber(scale) && isNumbers(mean) && isNumbers(deviation)) return kept as Scaling;
  throw new InputError(run.folder, 'has a scaling that cannot be read; record it again');
}
