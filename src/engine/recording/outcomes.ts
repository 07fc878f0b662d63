import { InputError } from '../../core/errors';
import { binEdges, binNames, binsOf, NO_CLASS, setName, type Outcome } from '../../core/patterns/outcome';
import type { Snapshot } from '../../core/patterns/snapshot';
import type { Labels } from '../../data/dataset';
import type { ModelOutput, ModelRunner } from '../../models/runner';
import type { Manifest } from '../../runs/manifest';
import { wordedFor } from '../../core/audience';

/** What a run keeps of its classes from snapshot to snapshot. */
export interface KeptClasses {
  classes: string[];
  output?: Manifest['output'];
}

/** Labels as a model's classes are numbered, with the names of all of them. */
export interface MatchedLabels {
  values?: Int32Array;
  targets?: Float32Array;
  /** Where the bins of targets meet; undefined where labels are classes. */
  edges?: number[];
  classes: string[];
}

/** Labels with as many classes as one number can hardly tell apart, or whole numbers for an output that is a value: targets. */
function targetsOf(labels: Labels, output: ModelOutput): Float32Array | undefined {
  if (labels.targets) return labels.targets;
  if (output.kind !== 'value' || !labels.numeric) return undefined;
  return Float32Array.from(labels.values);
}

/** Whether labels are whole numbers that begin at 1 and end at the number of the model's classes, as MATLAB and R count. */
export function beginAtOne(labels: Labels, { classes, classNames }: ModelOutput): boolean {
  if (!labels.numeric || classNames || classes === undefined || labels.classes.length !== classes + 1) {
    return false;
  }
  return !labels.values.includes(0);
}

/**
 * Numbers labels as the model does: by name where it names its classes, else as they are; targets go into bins.
 * @throws InputError where the labels are numbers and the model gives classes
 */
export function matchLabels(
  labels: Labels | undefined,
  runner: Pick<ModelRunner, 'output' | 'path'>,
): MatchedLabels {
  const { output } = runner;
  const own = output.classNames ?? Array.from({ length: output.classes ?? 0 }, (_, c) => String(c));
  if (!labels) return { classes: [...own] };
  const targets = targetsOf(labels, output);
  if (targets) {
    if (output.kind !== 'value' && output.kind !== 'none') {
      const problem = `output \`${output.name}\` gives classes, but the labels are numbers that are none`;
      throw new InputError(
        runner.path,
        `${problem}: expected whole numbers or text (or ${wordedFor({
          commandLine: '--output-as value',
          window: 'the output recorded as a value, which the command line can',
        })})`,
      );
    }
    const edges = binEdges(targets);
    return { values: binsOf(targets, edges), targets, edges, classes: binNames(edges) };
  }
  if (beginAtOne(labels, output)) {
    return { values: labels.values.map((label) => label - 1), classes: labels.classes.slice(1) };
  }
  if (!output.classNames) {
    const count = Math.max(labels.classes.length, own.length);
    const classes = Array.from({ length: count }, (_, c) => labels.classes[c] ?? own[c]);
    return { values: labels.values, classes };
  }
  const classes = [...output.classNames];
  const numbers = labels.classes.map((name) => {
    const known = classes.indexOf(name);
    return known < 0 ? classes.push(name) - 1 : known;
  });
  return { values: labels.values.map((label) => numbers[label]), classes };
}

/**
 * Puts what a model gives in place of classes, once a snapshot is whole: bins of values (of the labels' where those are
 * numbers, else of the first snapshot's), sets of labels by name, one class for none.
 */
export function readOutcome(
  output: ModelOutput,
  values: Float32Array | undefined,
  snapshot: Snapshot,
  kept: KeptClasses,
): void {
  const { name, columns = 1 } = output;
  if (output.kind === 'none') {
    snapshot.predicted.fill(numberOf(kept.classes, NO_CLASS));
    snapshot.outcome = { kind: 'none', name };
  } else if (output.kind === 'value' && values) {
    const edges = kept.output?.edges ?? binEdges(values.filter((_, i) => i % columns === 0));
    if (kept.classes.length === 0) kept.classes = binNames(edges);
    snapshot.predicted = binsOf(values, edges, columns);
    snapshot.outcome = { kind: 'value', name, values, columns, edges };
  } else if (output.kind === 'labels' && values) {
    for (let row = 0; row < snapshot.predicted.length; row++) {
      snapshot.predicted[row] = numberOf(kept.classes, setName(values, row * columns, columns));
    }
    snapshot.outcome = { kind: 'labels', name, values, columns };
  }
  if (snapshot.outcome) kept.output = manifestOutput(snapshot.outcome);
}

/** Number of a class by its name, which is added where it is new. */
function numberOf(classes: string[], name: string): number {
  const known = classes.indexOf(name);
  return known < 0 ? classes.push(name) - 1 : known;
}

/** An outcome as the manifest has it: without the numbers themselves. */
function manifestOutput({ kind, name, columns, edges }: Outcome): Manifest['output'] {
  return { kind, name, ...(columns && { columns }), ...(edges && { edges }) };
}
