import { piecewiseActivations, smoothActivations, type LayerConfig, type TrainingConfig } from './config';
import { isNamed, splitNames } from './complete';
import { errorAt, type Finding } from './finding';
import { escapeSegment } from './jsonText';
import { checkNames, nameLayers } from './layerNames';
import { checkOutput } from './output';
import { inferShapes } from './shapes';

/**
 * What a schema cannot say: whether the values of a configuration go together. Nothing is read from the disk.
 * @param given tells whether the value of a JSON pointer stands in the file, or is a default
 */
export function checkConfig(config: TrainingConfig, given: (pointer: string) => boolean): Finding[] {
  return [
    ...checkModel(config, given),
    ...checkSplits(config),
    ...checkLabelFiles(config),
    ...checkScaling(config),
    ...checkTraining(config),
    ...checkOut(config.out),
  ];
}

function checkModel({ model, training }: TrainingConfig, given: (pointer: string) => boolean): Finding[] {
  if (!model.layers) {
    return model.from === undefined
      ? [errorAt('/model', 'expected `layers`, or `from` with a saved model to go on from')]
      : [];
  }
  if (model.from !== undefined) {
    return [errorAt('/model/from', '`layers` and `from` exclude each other: leave one of them out')];
  }
  const layers = nameLayers(model.layers);
  return [
    ...checkNames(layers),
    ...inferShapes(layers, undefined).findings,
    ...checkOutput(layers, training.loss, undefined),
    ...checkActivations(layers, given),
  ];
}

function checkActivations(layers: readonly LayerConfig[], given: (pointer: string) => boolean): Finding[] {
  const findings: Finding[] = [];
  let tapped = 0;
  layers.forEach((layer, index) => {
    if (!('activation' in layer)) return;
    const { activation = 'linear' } = layer;
    const pointer = `/model/layers/${index}`;
    const smooth = (smoothActivations as readonly string[]).includes(activation);
    if (smooth && index < layers.length - 1) {
      const message = `the layer \`${layer.name}\` has \`${activation}\`, which is not piecewise linear: no activation patterns are taken of it`;
      findings.push({ pointer: `${pointer}/activation`, message, severity: 'warning' });
    }
    if (activation !== 'leakyRelu' && given(`${pointer}/slope`)) {
      const message = `\`${activation}\` has no slope: only \`leakyRelu\` has`;
      findings.push({ pointer: `${pointer}/slope`, message, severity: 'warning', key: true });
    }
    if ((piecewiseActivations as readonly string[]).includes(activation)) tapped++;
  });
  if (tapped === 0) {
    const expected = `expected one with ${piecewiseActivations.map((name) => `\`${name}\``).join(', ')}`;
    findings.push(errorAt('/model/layers', `no layer has activation patterns: ${expected}`));
  }
  return findings;
}

function checkSplits({ data, training, snapshots }: TrainingConfig): Finding[] {
  const findings: Finding[] = [];
  if (data.splits && isNamed(data.files)) {
    findings.push({
      ...errorAt(
        '/data/splits',
        '`files` names the splits already: leave `splits` out, or name a single file',
      ),
      key: true,
    });
  }
  const total = Object.values(data.splits ?? {}).reduce((sum, share) => sum + share, 0);
  if (total > 1 + 1e-9) {
    findings.push(
      errorAt('/data/splits', `the shares add up to ${Number(total.toFixed(9))}, expected 1 at most`),
    );
  }
  const names = splitNames(data);
  const check = (name: string | undefined, pointer: string) => {
    if (name === undefined || names.includes(name)) return;
    const known = names.map((known) => `\`${known}\``).join(', ');
    findings.push(
      errorAt(
        pointer,
        `there is no split \`${name}\`: ${known ? `expected one of ${known}` : 'the data has none, see `data.splits`'}`,
      ),
    );
  };
  check(data.train, '/data/train');
  check(training.earlyStopping?.split, '/training/earlyStopping/split');
  snapshots.splits?.forEach((name, index) => check(name, `/snapshots/splits/${index}`));
  return findings;
}

/** Labels go with files one by one. */
function checkLabelFiles({ data: { files, labels } }: TrainingConfig): Finding[] {
  if (labels === undefined) return [];
  if (isNamed(files) !== isNamed(labels)) {
    const expected = isNamed(files) ? 'a file for each split, as in `files`' : 'as many files as `files` has';
    return [errorAt('/data/labels', `\`labels\` and \`files\` do not go together: expected ${expected}`)];
  }
  if (isNamed(files) && isNamed(labels)) {
    const missing = Object.keys(files).filter((name) => !Object.hasOwn(labels, name));
    const extra = Object.keys(labels).filter((name) => !Object.hasOwn(files, name));
    return [
      ...missing.map((name) => errorAt('/data/labels', `there are no labels of the split \`${name}\``)),
      ...extra.map((name) => ({
        ...errorAt(`/data/labels/${escapeSegment(name)}`, `\`files\` has no split \`${name}\``),
        key: true,
      })),
    ];
  }
  const [data, given] = [[files].flat().length, [labels].flat().length];
  return data === given
    ? []
    : [errorAt('/data/labels', `\`labels\` are ${given} and \`files\` ${data}, expected as many of both`)];
}

function checkScaling({ data: { scaling } }: TrainingConfig): Finding[] {
  if (typeof scaling !== 'object') return [];
  const findings: Finding[] = [];
  if (scaling.scale === 0) {
    findings.push(errorAt('/data/scaling/scale', '`scale` is 0, expected another number'));
  }
  const { mean, std } = scaling;
  if (Array.isArray(mean) && Array.isArray(std) && mean.length > 1 && std.length > 1) {
    if (mean.length !== std.length) {
      const counts = `\`std\` has ${std.length} numbers and \`mean\` ${mean.length}`;
      findings.push(errorAt('/data/scaling/std', `${counts}, expected as many of both`));
    }
  }
  return findings;
}

function checkTraining({ training, data }: TrainingConfig): Finding[] {
  const { optimizer, schedule, warmup, epochs } = training;
  const findings: Finding[] = [];
  if (optimizer.type === 'sgd' && optimizer.nesterov && !optimizer.momentum) {
    findings.push(
      errorAt('/training/optimizer/nesterov', '`nesterov` needs `momentum` above 0, such as 0.9'),
    );
  }
  if (schedule.type === 'cosine' && (schedule.minimum ?? 0) > optimizer.learningRate) {
    findings.push(
      errorAt(
        '/training/schedule/minimum',
        `\`minimum\` is ${schedule.minimum}, above the learning rate of ${optimizer.learningRate}`,
      ),
    );
  }
  if (warmup >= epochs) {
    const message = `the learning rate is still rising when training ends after ${epochs} epochs`;
    findings.push({ pointer: '/training/warmup', message, severity: 'warning' });
  }
  if (data.labelNoise?.share === 0) {
    const message = 'a share of 0 changes no label';
    findings.push({ pointer: '/data/labelNoise/share', message, severity: 'warning' });
  }
  return findings;
}

/** The run folder lies below the configuration, whatever system the file comes from. */
function checkOut(out: string): Finding[] {
  const refuse = (problem: string) => [
    errorAt('/out', `${problem}, expected a folder below that of the configuration, such as \`runs/first\``),
  ];
  if (/^([\\/]|[A-Za-z]:)/.test(out)) return refuse('`out` is an absolute path');
  if (/\p{Cc}/u.test(out)) return refuse('`out` has a control character');
  let depth = 0;
  for (const part of out.split(/[\\/]/)) {
    if (part === '..') depth--;
    else if (part !== '' && part !== '.') depth++;
    if (depth < 0) return refuse('`out` leaves the folder of the configuration');
  }
  return depth === 0 ? refuse('`out` is the folder of the configuration itself') : [];
}
